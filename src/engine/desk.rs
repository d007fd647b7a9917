//! Turns a batch into an output: every line is looked at once, and judged for
//! each route.

use super::{
    form::{Form, Press},
    groups::Kind,
    output::{End, Output},
    reply::Reply,
    route::Route,
    rules::{Glued, Rules, Wanted},
    score::{Fate, Score},
    sitting::{Sitting, Sum, Taps},
};
use crate::{
    event,
    expr::plan::Count,
    frame::{Batch, Content, Line, Lines},
    pipeline::{Judge, Judgement, Look, Pipeline},
    scan::{Defect, DefectKind, Scanner},
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
    pub(super) fn new(routes: &[Route], forms: &[Form], rules: Rules) -> Desk {
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
        let (ways, scanner) = (ways.collect(), rules.reading.scanner);
        let reply = forms.iter().find_map(Form::reply);
        Desk { ways, rules, counts, shared, scanner, presses, reply }
    }

    /// Judges the lines of a batch, into the memory of `scrap`.
    pub(super) fn judge(&mut self, batch: &Batch, scrap: Output) -> Output {
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
            Content::Lines => self.lines(&mut sitting),
            Content::Piece { first, last } => sitting.piece(first, last),
        };
        // Where there are several routes, nobody asks for it.
        let coverage = self.ways[0].judge.coverage();
        Output { coverage, ..sitting.close(judged) }
    }

    /// Judges line by line; returns how many bytes the run came to, where it
    /// ends with a line.
    fn lines(&mut self, sitting: &mut Sitting<'_>) -> Option<usize> {
        let bytes = &sitting.batch.bytes[..];
        let mut lines = Lines::new(bytes);
        for line in lines.by_ref() {
            sitting.out.tally.nuls += line.nuls as u64;
            if line.len() > self.rules.max_line {
                sitting.oversize(line);
                continue;
            }
            let look = self.ways[0].judge.look(&bytes[line.start..line.end]);
            match (look.defect, self.rules.glued) {
                (None, _) | (_, Glued::Leave) => {
                    self.line(sitting, line, look);
                }
                (Some(_), Glued::Recover) => self.pieces(sitting, line),
            }
            if sitting.out.end.is_some() {
                return Some(line.next);
            }
        }
        sitting.out.tally.nuls += lines.trailing_nuls() as u64;
        None
    }

    /// Judges one line, or one piece of it.
    #[inline]
    fn line(&mut self, sitting: &mut Sitting<'_>, line: Line, look: Look) {
        let [way] = &mut self.ways[..] else {
            return self.each(sitting, line, look);
        };
        // One route needs no sum: 3 % of all instructions are saved so.
        let taps = &mut Taps::of(&way.streams, &mut self.presses);
        let (judgement, fate) =
            judge(&mut way.judge, sitting, taps, line, look);
        if let Some(kind) = self.counts
            && fate >= Fate::Kept
        {
            sitting.out.groups.enter(way.judge.counted(), kind);
        }
        if judgement.last {
            sitting.out.end.get_or_insert(End::Enough);
        }
        sitting.settle(line, &Sum::of(&judgement, fate));
    }

    /// Judges one line for each route.
    #[inline(never)]
    fn each(&mut self, sitting: &mut Sitting<'_>, line: Line, look: Look) {
        let mut sum = Sum::default();
        let mut full = 0;
        let batch = sitting.batch;
        let body = &batch.bytes[line.start..line.end];
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
                    let fate = sitting.deal(taps, line, &judgement, before);
                    (judgement, fate)
                }
                None => judge(&mut way.judge, sitting, taps, line, look),
            };
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
        sitting.settle(line, &sum);
    }

    /// Judges a line that breaks: what stands in front, and each event that
    /// was glued to it, as lines of their own.
    #[cold]
    fn pieces(&mut self, sitting: &mut Sitting<'_>, line: Line) {
        let batch = sitting.batch;
        let body = &batch.bytes[line.start..line.end];
        let scanner = self.rules.reading.scanner;
        for piece in event::pieces(scanner, body) {
            let mut look = self.ways[0].judge.look(&body[piece.clone()]);
            let is_last = piece.end == body.len();
            if !is_last {
                // Of a whole event, only the newline is missing.
                let end =
                    Defect { at: piece.len(), kind: DefectKind::Trailing };
                look.defect = look.defect.or(Some(end));
            }
            // Before it is read, so that both are pieces of one line.
            sitting.out.tally.recovered += u64::from(piece.start > 0);
            let (start, end) =
                (line.start + piece.start, line.start + piece.end);
            let next = if is_last { line.next } else { end };
            self.line(sitting, Line { start, end, next, nuls: 0 }, look);
            if sitting.out.end.is_some() {
                break;
            }
        }
    }
}

/// Judges a line for a route, and does what comes of it.
#[inline(always)]
fn judge(
    judge: &mut Judge,
    sitting: &mut Sitting<'_>,
    taps: &mut Taps<'_>,
    line: Line,
    look: Look,
) -> (Judgement, Fate) {
    let body = &sitting.batch.bytes[line.start..line.end];
    let before = sitting.out.edited.len();
    let judgement = judge.decide(body, look, &mut sitting.out.edited);
    let fate = sitting.deal(taps, line, &judgement, before);
    (judgement, fate)
}
