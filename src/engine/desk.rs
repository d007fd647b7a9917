//! Turns a batch into an output: every line is judged, counted, and kept,
//! skipped or set aside.

use bytes::Bytes;

use super::{
    groups::Kind,
    note::{Finding, Flaw, TOLD},
    output::{End, Output, Slice, add_edited, add_line},
    rules::{Glued, OnInvalid, Rules, Wanted},
};
use crate::{
    event,
    expr::plan::Count,
    frame::{Batch, Content, Line, Lines, Position},
    pipeline::{Judge, Judgement, Look, Pipeline, Verdict},
    scan::{Defect, DefectKind},
};

/// Where lines are judged. Each thread has its own.
#[derive(Debug)]
pub(super) struct Desk {
    judge: Judge,
    rules: Rules,
    /// What the step `count` counts, if it is wanted.
    counts: Option<Kind>,
}

/// A batch half judged.
struct Sitting<'a> {
    batch: &'a Batch,
    rules: Rules,
    out: Output,
    /// Findings of each kind so far: defective, foreign, oversize.
    told: [u64; 3],
}

impl Desk {
    pub(super) fn new(pipeline: &Pipeline, rules: Rules) -> Desk {
        let counts = match (pipeline.count(), rules.wanted) {
            (Some(Count { distinct, .. }), Wanted::Groups) => {
                Some(distinct.map_or(Kind::Events, |_| Kind::Values))
            }
            (Some(_) | None, _) => None,
        };
        Desk { judge: pipeline.judge(rules.reading), rules, counts }
    }

    /// Judges the lines of a batch, into the memory of `scrap`.
    pub(super) fn judge(&mut self, batch: &Batch, scrap: Output) -> Output {
        let out = Output {
            sequence: batch.sequence,
            bytes: batch.bytes.clone(),
            ..scrap
        };
        let mut sitting =
            Sitting { batch, rules: self.rules, out, told: [0; 3] };
        let judged = match batch.content {
            Content::Lines => self.lines(&mut sitting),
            Content::Piece { first, last } => sitting.piece(first, last),
        };
        Output { coverage: self.judge.coverage(), ..sitting.close(judged) }
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
            let look = self.judge.look(&bytes[line.start..line.end]);
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
        let body = &sitting.batch.bytes[line.start..line.end];
        let before = sitting.out.edited.len();
        let edited = &mut sitting.out.edited;
        let judgement = self.judge.decide(body, look, edited);
        let kept = sitting.out.tally.kept;
        sitting.settle(line, judgement, before);
        if let Some(kind) = self.counts
            && sitting.out.tally.kept > kept
        {
            sitting.out.groups.enter(self.judge.counted(), kind);
        }
    }

    /// Judges a line that breaks: what stands in front, and each event that
    /// was glued to it, as lines of their own.
    #[cold]
    fn pieces(&mut self, sitting: &mut Sitting<'_>, line: Line) {
        let batch = sitting.batch;
        let body = &batch.bytes[line.start..line.end];
        let scanner = self.rules.reading.scanner;
        for piece in event::pieces(scanner, body) {
            let mut look = self.judge.look(&body[piece.clone()]);
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

impl Sitting<'_> {
    /// Does what the judgement of a line says.
    #[inline]
    fn settle(&mut self, line: Line, judgement: Judgement, before: usize) {
        if judgement.last {
            self.out.end = Some(End::Enough);
        }
        if judgement.defect.is_some() {
            self.defective(line, &judgement);
        }
        match judgement.verdict {
            Verdict::Keep => self.keep(line),
            Verdict::Changed => self.change(before),
            Verdict::Skip => self.out.tally.skipped += 1,
            Verdict::Unknown => self.unknown(line, &judgement),
            Verdict::Foreign => self.foreign(line),
        }
        let tally = &mut self.out.tally;
        tally.read += 1;
        tally.events += u64::from(judgement.event);
        tally.coerced += u64::from(judgement.coerced);
    }

    fn keep(&mut self, line: Line) {
        self.out.tally.kept += 1;
        match self.rules.wanted {
            Wanted::Lines => add_line(&mut self.out.kept, line),
            Wanted::Count | Wanted::Groups => {}
            Wanted::Presence => self.out.end = Some(End::Enough),
        }
    }

    fn change(&mut self, before: usize) {
        self.out.tally.kept += 1;
        self.out.tally.changed += 1;
        match self.rules.wanted {
            Wanted::Lines => {
                self.out.edited.push(b'\n');
                let range = before..self.out.edited.len();
                add_edited(&mut self.out.kept, range);
            }
            Wanted::Count | Wanted::Groups => {
                self.out.edited.truncate(before);
            }
            Wanted::Presence => self.out.end = Some(End::Enough),
        }
    }

    fn unknown(&mut self, line: Line, judgement: &Judgement) {
        self.out.tally.unknown += 1;
        match self.rules.on_invalid {
            OnInvalid::Pass => self.keep(line),
            OnInvalid::Skip => self.out.tally.skipped += 1,
            OnInvalid::SetAside => self.set_aside(line),
            OnInvalid::Fail => {
                let defect = judgement.defect;
                let at = defect.map_or(0, |defect| defect.at);
                self.out.tally.skipped += 1;
                self.out.end = Some(End::Undecided {
                    line: self.out.tally.lines(),
                    offset: self.batch.offset(line.start + at),
                    defect,
                });
            }
        }
    }

    fn defective(&mut self, line: Line, judgement: &Judgement) {
        self.out.tally.defective += 1;
        if let Some(defect) = judgement.defect {
            let at = self.batch.offset(line.start + defect.at);
            self.find(0, Flaw::Defective(defect), at);
        }
    }

    fn foreign(&mut self, line: Line) {
        self.out.tally.foreign += 1;
        self.find(1, Flaw::Foreign, self.batch.offset(line.start));
        self.set_aside(line);
    }

    fn oversize(&mut self, line: Line) {
        self.count_oversize(self.batch.offset(line.start));
        self.set_aside(line);
        self.out.tally.read += 1;
    }

    fn count_oversize(&mut self, offset: u64) {
        self.out.tally.oversize += 1;
        self.find(2, Flaw::Oversize, offset);
    }

    fn set_aside(&mut self, line: Line) {
        self.out.tally.set_aside += 1;
        if self.rules.on_invalid == OnInvalid::SetAside {
            add_line(&mut self.out.aside, line);
        }
    }

    /// Passes on a part of a line that outgrew the cap.
    fn piece(&mut self, first: bool, last: bool) -> Option<usize> {
        if first {
            self.count_oversize(self.batch.offset(0));
            self.out.tally.set_aside += 1;
            self.out.tally.read += 1;
        }
        if self.rules.on_invalid == OnInvalid::SetAside {
            let bytes = &self.batch.bytes;
            self.out.aside.push(Slice::Batch(0..bytes.len()));
            if last && !bytes.ends_with(b"\n") {
                self.out.aside.push(Slice::Newline);
            }
        }
        None
    }

    /// Passes on a line that lies behind the batch.
    fn beyond(&mut self) {
        let range = self.batch.beyond.clone();
        if range.is_empty() {
            return;
        }
        self.count_oversize(range.start);
        self.out.tally.set_aside += 1;
        self.out.tally.read += 1;
        if self.rules.on_invalid == OnInvalid::SetAside {
            self.out.aside.push(Slice::Beyond(range));
        }
    }

    fn find(&mut self, kind: usize, flaw: Flaw, offset: u64) {
        if self.told[kind] < TOLD {
            self.told[kind] += 1;
            let line = self.out.tally.lines();
            self.out.findings.push(Finding { line, offset, flaw });
        }
    }

    /// Counts the bytes and lets go of what need not be written.
    fn close(mut self, judged: Option<usize>) -> Output {
        let Position { input, offset } = self.batch.position;
        let end = match judged {
            Some(length) => self.batch.offset(length),
            None => {
                self.out.tally.nuls += self.batch.hole.bytes;
                self.beyond();
                self.batch.end().offset
            }
        };
        self.out.tally.bytes = end - offset;
        self.out.end_position = Position { input, offset: end };
        if self.out.is_silent() {
            self.out.bytes = Bytes::new();
        }
        self.out
    }
}
