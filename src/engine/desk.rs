//! Turns a batch into an output: every line is looked at once, and judged for
//! each route.
//!
//! In an input of wrapped events each piece is, that the unwrapping of a
//! record gives. In one of plain events only a line that has not shown itself
//! to be one is unwrapped.

use std::ops::{ControlFlow, Range};

use super::{
    form::{Form, Press},
    groups::Kind,
    matter::{Made, Matter},
    output::{End, Output},
    reply::Reply,
    route::Route,
    rules::{Glued, Rules, Wanted},
    score::{Fate, Score},
    sitting::{Sitting, Taps},
    sum::Sum,
};
use crate::{
    event,
    expr::plan::Count,
    frame::{Batch, Content, Line, Lines},
    pipeline::{Judge, Judgement, Look, Pipeline, Verdict},
    scan::{Defect, DefectKind, Scanner},
    unwrap::{self, Body, Choice, Piece, Unwrapper},
};

/// Where lines are judged. Each thread has its own.
#[derive(Debug)]
pub(super) struct Desk {
    /// There is at least one.
    ways: Vec<Way>,
    rules: Rules,
    /// What the step `count` counts, if it is wanted.
    counts: Option<Kind>,
    /// What reads a line for all routes, if that can be.
    shared: Option<Pipeline>,
    scanner: Scanner,
    /// What is to be unwrapped.
    choice: Choice,
    /// What unwraps the records of the input, if anything is to be; it is
    /// made for inputs of this form.
    unwrapper: Option<Unwrapper>,
    wrapped: unwrap::Form,
    /// What makes the records of each stream.
    presses: Vec<Press>,
    /// How each line is answered, if it is.
    reply: Option<Reply>,
}

/// A route, as one desk takes it.
#[derive(Debug)]
struct Way {
    judge: Judge,
    streams: Vec<usize>,
}

impl Desk {
    /// Sits down for at least one route.
    pub(super) fn new(
        routes: &[Route],
        forms: &[Form],
        rules: Rules,
        choice: &Choice,
    ) -> Desk {
        let first = routes.first().and_then(|route| route.pipeline.count());
        let counts = match (first, rules.wanted) {
            (Some(Count { distinct, .. }), Wanted::Groups) => {
                Some(distinct.map_or(Kind::Events, |_| Kind::Values))
            }
            (Some(_) | None, _) => None,
        };
        let mut pipelines: Vec<Pipeline> =
            routes.iter().map(|route| route.pipeline.clone()).collect();
        let is_shared = routes.len() > 1 && Pipeline::align(&mut pipelines);
        let shared = pipelines.first().filter(|_| is_shared).cloned();
        let ways = routes.iter().zip(&pipelines).map(|(route, own)| Way {
            judge: own.judge(rules.reading),
            streams: route.streams.clone(),
        });
        let presses = forms.iter().map(Form::press).collect();
        let reply = forms.iter().find_map(Form::reply);
        let mut desk = Desk {
            ways: ways.collect(),
            rules,
            counts,
            shared,
            scanner: rules.reading.scanner,
            choice: choice.clone(),
            unwrapper: None,
            wrapped: unwrap::Form::Event,
            presses,
            reply,
        };
        desk.turn_to(unwrap::Form::Event);
        desk
    }

    /// Prepares for inputs of a form.
    fn turn_to(&mut self, form: unwrap::Form) {
        self.wrapped = form;
        self.unwrapper = (self.choice != Choice::None).then(|| {
            let most = self.rules.max_line;
            Unwrapper::new(self.scanner, &self.choice, form, most)
        });
    }

    /// Judges the lines of a batch of an input that is wrapped in some form,
    /// into the memory of `scrap`.
    pub(super) fn judge(
        &mut self,
        batch: &Batch,
        form: unwrap::Form,
        scrap: Output,
    ) -> Output {
        if form != self.wrapped {
            self.turn_to(form);
        }
        let mut out = Output {
            sequence: batch.sequence,
            bytes: batch.bytes.clone(),
            ..scrap
        };
        out.streams.resize_with(self.presses.len(), Vec::new);
        if self.ways.len() > 1 {
            out.scores.resize(self.ways.len(), Score::default());
        }
        let sitting = Sitting::new(batch, self.rules, out);
        let mut sitting = sitting.answering(self.reply);
        let judged = match batch.content {
            Content::Lines if self.is_plain() => self.lines(&mut sitting),
            Content::Lines => self.records(&mut sitting),
            Content::Piece { first, last } => sitting.piece(first, last),
        };
        // Where there are several routes, nobody asks for it.
        let coverage = self.ways[0].judge.coverage();
        Output { coverage, ..sitting.close(judged) }
    }

    /// Returns whether lines are thought to be events.
    fn is_plain(&self) -> bool {
        match &self.choice {
            Choice::None => true,
            Choice::Auto | Choice::Form(_) => {
                self.wrapped == unwrap::Form::Event
            }
            Choice::At(_) => false,
        }
    }

    /// Judges line by line; returns how many bytes the run came to, where it
    /// ends with a line.
    fn lines(&mut self, sitting: &mut Sitting<'_>) -> Option<usize> {
        let bytes = &sitting.batch.bytes[..];
        let may_unwrap = self.unwrapper.is_some();
        let mut lines = Lines::new(bytes);
        for line in lines.by_ref() {
            sitting.out.tally.nuls += line.nuls as u64;
            if line.len() > self.rules.max_line {
                sitting.oversize(line);
                continue;
            }
            let look = self.ways[0].judge.look(&bytes[line.start..line.end]);
            let look = if may_unwrap { look.doubted() } else { look };
            self.whole(sitting, line, look);
            if sitting.out.end.is_some() {
                return Some(line.next);
            }
        }
        sitting.out.tally.nuls += lines.trailing_nuls() as u64;
        None
    }

    /// Judges what each record holds; returns how many bytes the run came
    /// to, where it ends with a record.
    fn records(&mut self, sitting: &mut Sitting<'_>) -> Option<usize> {
        let mut unwrapper = self.unwrapper.take()?;
        let bytes = &sitting.batch.bytes[..];
        unwrapper.begin(sitting.batch.amid);
        let flow = unwrapper.each(bytes, &mut |piece| {
            sitting.out.tally.nuls +=
                if piece.lines > 0 { piece.line.nuls as u64 } else { 0 };
            self.piece(sitting, &piece)
        });
        self.unwrapper = Some(unwrapper);
        match flow {
            ControlFlow::Continue(nuls) => {
                sitting.out.tally.nuls += nuls as u64;
                None
            }
            ControlFlow::Break(()) => sitting.unwrapped_to(),
        }
    }

    /// Looks for events that are wrapped in a line which is none.
    #[cold]
    fn unwrap(&mut self, sitting: &mut Sitting<'_>, line: Line) {
        let Some(mut unwrapper) = self.unwrapper.take() else { return };
        let bytes = &sitting.batch.bytes[..];
        let mut take = |piece: Piece<'_>| self.piece(sitting, &piece);
        let flow = unwrapper.line(bytes, line, &mut take);
        // Where the run ends, the sitting knows.
        debug_assert_eq!(flow.is_break(), sitting.out.end.is_some());
        sitting.fold();
        self.unwrapper = Some(unwrapper);
    }

    /// Judges what was unwrapped.
    fn piece(
        &mut self,
        sitting: &mut Sitting<'_>,
        piece: &Piece<'_>,
    ) -> ControlFlow<()> {
        let line = piece.line;
        if !sitting.unfold(piece) {
            sitting.oversize(line);
            return ControlFlow::Continue(());
        }
        match &piece.body {
            Body::Slice(range) => {
                let Range { start, end } = *range;
                let next = if end == line.end { line.next } else { end };
                self.look(sitting, Line { start, end, next, nuls: 0 });
            }
            Body::Made(bytes) => self.look(sitting, Made { bytes, line }),
        }
        match sitting.out.end {
            None => ControlFlow::Continue(()),
            Some(_) => ControlFlow::Break(()),
        }
    }

    fn look<M: Matter>(&mut self, sitting: &mut Sitting<'_>, line: M) {
        let bytes = line.bytes(&sitting.batch.bytes);
        let look = self.ways[0].judge.look(bytes);
        self.whole(sitting, line, look);
    }

    /// Judges what was looked at, glued as it may be.
    #[inline(always)]
    fn whole<M: Matter>(
        &mut self,
        sitting: &mut Sitting<'_>,
        line: M,
        look: Look,
    ) {
        match (look.defect, self.rules.glued) {
            (None, _) | (_, Glued::Leave) => self.line(sitting, line, look),
            (Some(_), Glued::Recover) => self.pieces(sitting, line, look),
        }
    }

    /// Judges one line, or one piece of it.
    #[inline]
    fn line<M: Matter>(
        &mut self,
        sitting: &mut Sitting<'_>,
        line: M,
        look: Look,
    ) {
        let [way] = &mut self.ways[..] else {
            return self.each(sitting, line, look);
        };
        // One route needs no sum: 3 % of all instructions are saved so.
        let taps = &mut Taps::of(&way.streams, &mut self.presses);
        let (judgement, fate) =
            judge(&mut way.judge, sitting, taps, &line, look);
        if judgement.verdict == Verdict::Foreign && look.is_doubted() {
            return self.unwrap(sitting, line.line());
        }
        if let Some(kind) = self.counts
            && fate >= Fate::Kept
        {
            sitting.out.groups.enter(way.judge.counted(), kind);
        }
        if judgement.last {
            sitting.out.end.get_or_insert(End::Enough);
        }
        sitting.settle(&line, &Sum::of(&judgement, fate));
    }

    /// Judges one line for each route.
    #[inline(never)]
    fn each<M: Matter>(
        &mut self,
        sitting: &mut Sitting<'_>,
        line: M,
        look: Look,
    ) {
        let mut sum = Sum::default();
        let mut full = 0;
        let batch = sitting.batch;
        let body = line.bytes(&batch.bytes);
        let mut event = self
            .shared
            .as_ref()
            .and_then(|shared| shared.event(self.scanner, body, look));
        for (n, way) in self.ways.iter_mut().enumerate() {
            let taps = &mut Taps::of(&way.streams, &mut self.presses);
            let (judgement, fate) = match &mut event {
                Some(event) => {
                    let before = sitting.out.edited.len();
                    let edited = &mut sitting.out.edited;
                    let judgement = way.judge.decide_on(event, look, edited);
                    let fate = sitting.deal(taps, &line, &judgement, before);
                    (judgement, fate)
                }
                None => judge(&mut way.judge, sitting, taps, &line, look),
            };
            if judgement.verdict == Verdict::Foreign && look.is_doubted() {
                // So it is for all of them.
                return self.unwrap(sitting, line.line());
            }
            if let Some(score) = sitting.out.scores.get_mut(n) {
                score.count(fate, judgement.verdict);
            }
            full += usize::from(judgement.last);
            sum.add(&judgement, fate);
        }
        // With `head` in one of them, the others still want more.
        if full == self.ways.len() {
            sitting.out.end.get_or_insert(End::Enough);
        }
        sitting.settle(&line, &sum);
    }

    /// Judges a line that breaks: what stands in front, and each event that
    /// was glued to it, as lines of their own.
    #[cold]
    fn pieces<M: Matter>(
        &mut self,
        sitting: &mut Sitting<'_>,
        line: M,
        whole: Look,
    ) {
        let batch = sitting.batch;
        let body = line.bytes(&batch.bytes);
        let scanner = self.rules.reading.scanner;
        for piece in event::pieces(scanner, body) {
            let mut look = self.ways[0].judge.look(&body[piece.clone()]);
            if piece.end < body.len() {
                // Of a whole event, only the newline is missing.
                let end =
                    Defect { at: piece.len(), kind: DefectKind::Trailing };
                look.defect = look.defect.or(Some(end));
            }
            if whole.is_doubted() {
                look = look.doubted();
            }
            // Before it is read, so that both are pieces of one line.
            sitting.out.tally.recovered += u64::from(piece.start > 0);
            self.line(sitting, line.part(piece), look);
            if sitting.out.end.is_some() {
                break;
            }
        }
    }
}

/// Judges a line for a route, and does what comes of it.
#[inline(always)]
fn judge<M: Matter>(
    judge: &mut Judge,
    sitting: &mut Sitting<'_>,
    taps: &mut Taps<'_>,
    line: &M,
    look: Look,
) -> (Judgement, Fate) {
    let body = line.bytes(&sitting.batch.bytes);
    let before = sitting.out.edited.len();
    let judgement = judge.decide(body, look, &mut sitting.out.edited);
    let fate = sitting.deal(taps, line, &judgement, before);
    (judgement, fate)
}
