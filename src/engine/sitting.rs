//! A batch while it is judged: what was said of its lines is written down.

use std::ops::Range;

use bytes::Bytes;

use super::{
    form::Press,
    note::{Finding, Flaw, TOLD},
    output::{End, Output, Slice, add_edited, add_line},
    rules::{OnInvalid, Rules, Wanted},
    score::Fate,
};
use crate::{
    frame::{Batch, Line, Position},
    pipeline::{Judgement, Verdict},
    policy::Doubt,
    scan::Defect,
};

/// A batch half judged.
pub(super) struct Sitting<'a> {
    pub batch: &'a Batch,
    pub out: Output,
    rules: Rules,
    /// Findings of each kind so far: defective, foreign, oversize.
    told: [u64; 3],
    /// Room for a record.
    room: Vec<u8>,
}

/// What a route flows into.
pub(super) struct Taps<'a> {
    streams: &'a [usize],
    /// Those of all streams.
    presses: &'a mut [Press],
}

/// What has come out about a line, of one route after the other.
#[derive(Default)]
pub(super) struct Sum {
    /// What it comes to for the run.
    fate: Option<Fate>,
    defect: Option<Defect>,
    is_event: bool,
    is_foreign: bool,
    is_unknown: bool,
    /// Whether a route has it set aside, although another may keep it.
    is_aside: bool,
    coerced: u32,
    doubt: Option<Doubt>,
}

impl Sum {
    /// Returns what one route says.
    #[inline(always)]
    pub(super) fn of(judgement: &Judgement, fate: Fate) -> Sum {
        Sum {
            fate: Some(fate),
            defect: judgement.defect,
            is_event: judgement.event,
            is_foreign: judgement.verdict == Verdict::Foreign,
            is_unknown: judgement.verdict == Verdict::Unknown,
            is_aside: fate == Fate::Aside,
            coerced: judgement.coerced,
            doubt: judgement.doubt,
        }
    }

    /// Adds what another one says.
    #[inline]
    pub(super) fn add(&mut self, judgement: &Judgement, fate: Fate) {
        self.fate = self.fate.max(Some(fate));
        self.defect = self.defect.or(judgement.defect);
        self.is_event |= judgement.event;
        self.is_foreign |= judgement.verdict == Verdict::Foreign;
        self.is_unknown |= judgement.verdict == Verdict::Unknown;
        self.is_aside |= fate == Fate::Aside;
        self.coerced = self.coerced.max(judgement.coerced);
        self.doubt = self.doubt.or(judgement.doubt);
    }
}

impl<'a> Taps<'a> {
    pub(super) fn of(
        streams: &'a [usize],
        presses: &'a mut [Press],
    ) -> Taps<'a> {
        Taps { streams, presses }
    }
}

impl<'a> Sitting<'a> {
    pub(super) fn new(
        batch: &'a Batch,
        rules: Rules,
        out: Output,
    ) -> Sitting<'a> {
        Sitting { batch, out, rules, told: [0; 3], room: Vec::new() }
    }

    /// Does what a route says of a line; `before` is where what it wrote
    /// begins.
    #[inline(always)]
    pub(super) fn deal(
        &mut self,
        taps: &mut Taps<'_>,
        line: Line,
        judgement: &Judgement,
        before: usize,
    ) -> Fate {
        match judgement.verdict {
            Verdict::Keep => self.keep(taps, line),
            Verdict::Changed => self.change(taps, before),
            Verdict::Skip => Fate::Skipped,
            Verdict::Unknown => self.unknown(taps, line, judgement),
            Verdict::Foreign => Fate::Aside,
        }
    }

    /// Counts a line that all routes have judged.
    #[inline(always)]
    pub(super) fn settle(&mut self, line: Line, sum: &Sum) {
        if let Some(defect) = sum.defect {
            self.defective(line, defect);
        }
        if sum.is_foreign {
            self.out.tally.foreign += 1;
            self.find(1, Flaw::Foreign, self.batch.offset(line.start));
        }
        if sum.is_aside {
            self.set_aside(line);
        }
        let tally = &mut self.out.tally;
        tally.count(sum.fate.unwrap_or(Fate::Skipped));
        tally.read += 1;
        tally.unknown += u64::from(sum.is_unknown);
        tally.events += u64::from(sum.is_event);
        tally.coerced += u64::from(sum.coerced);
        if let Some(doubt) = sum.doubt {
            tally.doubts[doubt as usize] += 1;
        }
    }

    #[inline]
    fn keep(&mut self, taps: &mut Taps<'_>, line: Line) -> Fate {
        match self.rules.wanted {
            Wanted::Lines => {
                for &stream in taps.streams {
                    match &mut taps.presses[stream] {
                        Press::Verbatim => {
                            add_line(&mut self.out.streams[stream], line);
                        }
                        press => self.print(press, stream, line),
                    }
                }
            }
            Wanted::Count | Wanted::Groups => {}
            Wanted::Presence => self.out.end = Some(End::Enough),
        }
        Fate::Kept
    }

    /// Makes a record of a line that leaves as it came.
    fn print(&mut self, press: &mut Press, stream: usize, line: Line) {
        let Output { edited, streams, .. } = &mut self.out;
        let start = edited.len();
        press.write(&self.batch.bytes[line.start..line.end], edited);
        add_edited(&mut streams[stream], start..edited.len());
    }

    fn change(&mut self, taps: &mut Taps<'_>, before: usize) -> Fate {
        match self.rules.wanted {
            Wanted::Lines => {
                self.out.edited.push(b'\n');
                let range = before..self.out.edited.len();
                for &stream in taps.streams {
                    match &mut taps.presses[stream] {
                        Press::Verbatim => {
                            let slices = &mut self.out.streams[stream];
                            add_edited(slices, range.clone());
                        }
                        press => self.reprint(press, stream, range.clone()),
                    }
                }
            }
            Wanted::Count | Wanted::Groups => {
                self.out.edited.truncate(before);
            }
            Wanted::Presence => self.out.end = Some(End::Enough),
        }
        Fate::Changed
    }

    /// Makes a record of a line that steps have changed, which stands in
    /// `range` with its newline.
    fn reprint(
        &mut self,
        press: &mut Press,
        stream: usize,
        range: Range<usize>,
    ) {
        let Output { edited, streams, .. } = &mut self.out;
        self.room.clear();
        press.write(&edited[range.start..range.end - 1], &mut self.room);
        let start = edited.len();
        edited.extend_from_slice(&self.room);
        add_edited(&mut streams[stream], start..edited.len());
    }

    #[cold]
    fn unknown(
        &mut self,
        taps: &mut Taps<'_>,
        line: Line,
        judgement: &Judgement,
    ) -> Fate {
        match self.rules.on_invalid {
            OnInvalid::Pass => self.keep(taps, line),
            OnInvalid::Skip => Fate::Skipped,
            OnInvalid::SetAside => Fate::Aside,
            OnInvalid::Fail => {
                let defect = judgement.defect;
                let at = defect.map_or(0, |defect| defect.at);
                self.out.end = Some(End::Undecided {
                    line: self.out.tally.lines(),
                    offset: self.batch.offset(line.start + at),
                    defect,
                });
                Fate::Skipped
            }
        }
    }

    fn defective(&mut self, line: Line, defect: Defect) {
        self.out.tally.defective += 1;
        let at = self.batch.offset(line.start + defect.at);
        self.find(0, Flaw::Defective(defect), at);
    }

    pub(super) fn oversize(&mut self, line: Line) {
        self.count_oversize(self.batch.offset(line.start));
        self.set_aside(line);
    }

    /// Counts a line that is too long for any route.
    fn count_oversize(&mut self, offset: u64) {
        self.out.tally.oversize += 1;
        self.find(2, Flaw::Oversize, offset);
        self.out.tally.set_aside += 1;
        self.out.tally.read += 1;
        for score in &mut self.out.scores {
            score.set_aside += 1;
        }
    }

    fn set_aside(&mut self, line: Line) {
        if self.rules.on_invalid == OnInvalid::SetAside {
            add_line(&mut self.out.aside, line);
        }
    }

    /// Passes on a part of a line that outgrew the cap.
    pub(super) fn piece(&mut self, first: bool, last: bool) -> Option<usize> {
        if first {
            self.count_oversize(self.batch.offset(0));
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
    pub(super) fn close(mut self, judged: Option<usize>) -> Output {
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
