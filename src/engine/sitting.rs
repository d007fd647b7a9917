//! A batch while it is judged: what was said of its lines is written down.

use std::ops::Range;

use bytes::Bytes;

use super::{
    form::Press,
    guise::Guise,
    matter::Matter,
    note::{Finding, Flaw, TOLD},
    output::{End, Output, Slice, add_edited, add_line},
    reply::Reply,
    rules::{OnInvalid, Rules, Wanted},
    score::Fate,
    sum::Sum,
};
use crate::{
    frame::{Batch, Line, Position},
    pipeline::{Judgement, Verdict},
    scan::Defect,
    unwrap::{Form, Piece},
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
    /// How each line is answered, if it is.
    reply: Option<Reply>,
    /// What is being unwrapped.
    wrapped: Option<Wrapped>,
}

/// A record that is being unwrapped.
struct Wrapped {
    line: Line,
    /// Its lines behind the first.
    more: u64,
    /// All of them, where others may be between them.
    parts: Vec<Line>,
    /// How its last piece was wrapped.
    form: Form,
    is_aside: bool,
}

/// What a route flows into.
pub(super) struct Taps<'a> {
    streams: &'a [usize],
    /// Those of all streams.
    presses: &'a mut [Press],
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
        let (told, room) = ([0; 3], Vec::new());
        let (reply, wrapped) = (None, None);
        Sitting { batch, out, rules, told, room, reply, wrapped }
    }

    /// Has each line answered, in the first stream.
    pub(super) fn answering(self, reply: Option<Reply>) -> Sitting<'a> {
        Sitting { reply, ..self }
    }

    /// Begins with a piece of a record; returns whether it is to be judged.
    pub(super) fn unfold(&mut self, piece: &Piece<'_>) -> bool {
        let (line, form) = (piece.line, piece.form);
        match (piece.lines, &mut self.wrapped) {
            (0, wrapped) => {
                self.out.tally.unfolded += 1;
                wrapped.iter_mut().for_each(|wrapped| wrapped.form = form);
            }
            (lines, _) => {
                self.fold();
                self.wrapped = Some(Wrapped {
                    line,
                    more: lines - 1,
                    parts: piece.parts.to_vec(),
                    form,
                    is_aside: false,
                });
            }
        }
        if form != Form::Event {
            self.out.tally.forms.count(form);
        }
        piece.lines == 0 || piece.line.len() <= self.rules.max_line
    }

    /// Ends with a record: the next piece is another one's.
    pub(super) fn fold(&mut self) {
        if let Some(wrapped) = self.wrapped.take() {
            self.out.tally.joined += wrapped.more;
        }
    }

    /// Returns where what was unwrapped so far ends.
    pub(super) fn unwrapped_to(&self) -> Option<usize> {
        self.wrapped.as_ref().map(|wrapped| wrapped.line.next)
    }

    /// Does what a route says of a line; `before` is where what it wrote
    /// begins.
    #[inline(always)]
    pub(super) fn deal<M: Matter>(
        &mut self,
        taps: &mut Taps<'_>,
        line: &M,
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
    pub(super) fn settle<M: Matter>(&mut self, line: &M, sum: &Sum) {
        if let Some(defect) = sum.defect {
            self.defective(line, defect);
        }
        if sum.is_foreign {
            self.out.tally.foreign += 1;
            self.foreign(line);
        }
        if sum.is_aside {
            self.set_aside(line.line());
        }
        if let Some(reply) = self.reply
            && sum.fate < Some(Fate::Kept)
        {
            reply.refuse(sum.refusal(), &mut self.out);
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
    fn keep<M: Matter>(&mut self, taps: &mut Taps<'_>, line: &M) -> Fate {
        match self.rules.wanted {
            Wanted::Lines => {
                for &stream in taps.streams {
                    match &mut taps.presses[stream] {
                        Press::Verbatim => {
                            line.add(&mut self.out, stream);
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
    fn print<M: Matter>(
        &mut self,
        press: &mut Press,
        stream: usize,
        line: &M,
    ) {
        let Output { edited, streams, .. } = &mut self.out;
        let start = edited.len();
        press.write(line.bytes(&self.batch.bytes), edited);
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
        press.rewrite(&edited[range.start..range.end - 1], &mut self.room);
        let start = edited.len();
        edited.extend_from_slice(&self.room);
        add_edited(&mut streams[stream], start..edited.len());
    }

    #[cold]
    fn unknown<M: Matter>(
        &mut self,
        taps: &mut Taps<'_>,
        line: &M,
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
                    line: self.number(),
                    offset: self.batch.offset(line.place(at)),
                    defect,
                });
                Fate::Skipped
            }
        }
    }

    #[cold]
    fn foreign<M: Matter>(&mut self, line: &M) {
        if self.told[1] < TOLD {
            let guise = match &self.wrapped {
                Some(Wrapped { form: Form::Google, .. }) => Guise::Google,
                Some(_) | None => Guise::of(line.bytes(&self.batch.bytes)),
            };
            let at = self.batch.offset(line.place(0));
            self.find(1, Flaw::Foreign(guise), at);
        }
    }

    fn defective<M: Matter>(&mut self, line: &M, defect: Defect) {
        self.out.tally.defective += 1;
        let at = self.batch.offset(line.place(defect.at));
        self.find(0, Flaw::Defective(defect), at);
    }

    pub(super) fn oversize(&mut self, line: Line) {
        self.count_oversize(self.batch.offset(line.start));
        self.set_aside(line);
    }

    /// Counts a line that is too long for any route.
    fn count_oversize(&mut self, offset: u64) {
        if let Some(reply) = self.reply {
            reply.refuse("oversize", &mut self.out);
        }
        self.out.tally.oversize += 1;
        self.find(2, Flaw::Oversize, offset);
        self.out.tally.set_aside += 1;
        self.out.tally.read += 1;
        for score in &mut self.out.scores {
            score.set_aside += 1;
        }
    }

    /// Sets a line aside, or the record that it was in, once.
    fn set_aside(&mut self, line: Line) {
        if self.rules.on_invalid != OnInvalid::SetAside {
            return;
        }
        let aside = &mut self.out.aside;
        match &mut self.wrapped {
            None => add_line(aside, line),
            Some(wrapped) if wrapped.is_aside => {}
            Some(wrapped) => {
                wrapped.is_aside = true;
                let Wrapped { line, parts, .. } = wrapped;
                match &parts[..] {
                    [] => add_line(aside, *line),
                    parts => parts.iter().for_each(|it| add_line(aside, *it)),
                }
            }
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
            let line = self.number();
            self.out.findings.push(Finding { line, offset, flaw });
        }
    }

    /// Returns how many lines of the batch are in front of what is judged. A
    /// record may have begun in front of others that ended before it.
    fn number(&self) -> u64 {
        match &self.wrapped {
            None => self.out.tally.lines(),
            Some(wrapped) => {
                let front = &self.batch.bytes[..wrapped.line.start];
                memchr::memchr_iter(b'\n', front).count() as u64
            }
        }
    }

    /// Counts the bytes and lets go of what need not be written.
    pub(super) fn close(mut self, judged: Option<usize>) -> Output {
        self.fold();
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
