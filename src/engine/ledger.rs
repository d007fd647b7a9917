//! Puts outputs in the order of the input, writes them, adds up the numbers.

use std::{
    io::{self, IoSlice},
    mem,
};

use super::{
    groups::Groups,
    hold::{
        Drained, Limit, Pause, drain, drain_within, gather, put_aside, spill,
        write,
    },
    note::{Finding, Flaw, Note, TOLD},
    output::{End, Output},
    page::Page,
    route::{Flow, Outlet},
    score::Score,
    summary::{Failure, Summary},
};
use crate::{
    frame::Position,
    source::{Error, Input, Name, Reason, Stop},
};

/// Bytes that are gathered for a write.
const GATHERED: usize = 128 << 10;

/// The one writer of a run.
pub(super) struct Ledger<'a> {
    pub outlets: &'a mut Vec<Outlet>,
    /// How many outlets go on by themselves, if any may.
    pub apart: Option<usize>,
    /// Whether a place that is away ends the run, in time.
    pub ends: bool,
    pub notes: &'a mut dyn FnMut(Note<'_>),
    pub stop: &'a Stop,
    pub pause: &'a mut dyn Pause,
    /// Whether lines are gathered until there are enough for a write, or
    /// somebody flushes.
    pub gathers: bool,
    pub summary: Summary,
    /// Findings told so far: defective, foreign, oversize.
    told: [u64; 3],
    /// Whether the outputs that still arrive are wanted.
    is_closed: bool,
    /// Whether they are not because the answer is complete.
    has_enough: bool,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(
        outlets: &'a mut Vec<Outlet>,
        notes: &'a mut dyn FnMut(Note<'_>),
        stop: &'a Stop,
        pause: &'a mut dyn Pause,
        max_groups: usize,
    ) -> Ledger<'a> {
        let groups = Groups::new(max_groups);
        let summary = Summary { groups, ..Summary::default() };
        Ledger {
            outlets,
            apart: None,
            ends: false,
            notes,
            stop,
            pause,
            gathers: false,
            summary,
            told: [0; 3],
            is_closed: false,
            has_enough: false,
        }
    }

    /// Takes an output; writes it and those that waited for it as soon as it
    /// is their turn. Hands each written one to `reuse`.
    pub(super) fn accept(
        &mut self,
        page: &mut Page<'_>,
        output: Output,
        mut reuse: impl FnMut(Output),
    ) {
        if output.sequence != page.next {
            page.early.insert(output.sequence, output);
            return;
        }
        let mut turn = Some(output);
        while let Some(mut output) = turn {
            page.next += 1;
            if !self.is_closed {
                self.enter(page, &mut output);
            }
            reuse(output);
            turn = page.early.remove(&page.next);
        }
    }

    fn enter(&mut self, page: &mut Page<'_>, output: &mut Output) {
        if let Err(failure) = self.write(page, output) {
            self.close(failure);
            return;
        }
        for finding in &output.findings {
            self.tell(page, finding);
        }
        if let Some(end) = output.end {
            self.end(page, end);
        }
        page.lines += output.tally.lines();
        self.summary.tally += output.tally;
        self.add_scores(output);
        self.summary.groups.add(mem::take(&mut output.groups));
        if let Some(more) = output.coverage.take() {
            self.summary.coverage.get_or_insert_default().add(&more);
        }
        // A chunk amid a long line has no lines and no place of its own.
        if output.tally.bytes > 0 {
            self.summary.position = output.end_position;
        }
    }

    /// Adds up the numbers of the routes. Where there is one, the run's are
    /// its own.
    fn add_scores(&mut self, output: &Output) {
        let scores = &mut self.summary.scores;
        if output.scores.is_empty() {
            *scores = vec![self.summary.tally.score()];
            return;
        }
        scores.resize(output.scores.len(), Score::default());
        for (score, more) in scores.iter_mut().zip(&output.scores) {
            *score += *more;
        }
    }

    /// Gives each outlet what flows into it, then waits for those that hold
    /// something back.
    fn write(
        &mut self,
        page: &Page<'_>,
        output: &Output,
    ) -> Result<(), Failure> {
        for n in 0..self.outlets.len() {
            let result = self.give(page, output, n);
            self.excuse(n, result)?;
        }
        for n in 0..self.outlets.len() {
            let limit = self.limit(n);
            let outlet = &mut self.outlets[n];
            if outlet.is_over {
                continue;
            }
            let sink = &mut *outlet.sink;
            let drained = drain_within(
                limit,
                (&outlet.name, sink),
                self.pause,
                self.notes,
            );
            if let Ok(Drained::Part) = drained {
                outlet.is_stalled = true;
            }
            self.excuse(n, drained.map(|_| ()))?;
        }
        Ok(())
    }

    /// Returns how long an outlet may hold up the others, if there are any
    /// and it may go on by itself.
    fn limit(&self, n: usize) -> Limit {
        let outlet = &self.outlets[n];
        if self.ends {
            return Limit::Away(outlet.stall);
        }
        let Some(apart) = self.apart else { return Limit::Never };
        let takes_lines = |outlet: &Outlet| {
            matches!(outlet.flow, Flow::Stream(_)) && !outlet.is_over
        };
        let all = self.outlets.iter().filter(|o| takes_lines(o)).count();
        match takes_lines(outlet) && all + apart > 1 {
            true => Limit::Stalled(outlet.stall),
            false => Limit::Never,
        }
    }

    /// Gives an outlet what flows into it.
    fn give(
        &mut self,
        page: &Page<'_>,
        output: &Output,
        n: usize,
    ) -> io::Result<()> {
        let Outlet { name, flow, sink, room, is_over, .. } =
            &mut self.outlets[n];
        let sink = &mut **sink;
        match *flow {
            _ if *is_over => Ok(()),
            Flow::Stream(stream) => match &output.streams[stream][..] {
                [] => Ok(()),
                slices if self.gathers => {
                    gather(room, output, slices);
                    let is_full = room.len() >= GATHERED;
                    if is_full { spill(sink, room) } else { Ok(()) }
                }
                slices => write(sink, output, slices),
            },
            Flow::Aside => {
                let (pause, notes) = (&mut *self.pause, &mut *self.notes);
                put_aside((name, sink), page.origin, output, pause, notes)
            }
            Flow::Replies => {
                let lines = output.tally.lines();
                let answers =
                    "OK\n".repeat(usize::try_from(lines).unwrap_or(0));
                sink.write(&mut [IoSlice::new(answers.as_bytes())])
            }
        }
    }

    /// Writes what was gathered.
    pub(super) fn flush(&mut self) {
        for n in 0..self.outlets.len() {
            let Outlet { sink, room, .. } = &mut self.outlets[n];
            let result = spill(&mut **sink, room);
            if let Err(failure) = self.excuse(n, result) {
                return self.close(failure);
            }
        }
    }

    /// Lets a reader leave as long as another one is there.
    fn excuse(
        &mut self,
        n: usize,
        result: io::Result<()>,
    ) -> Result<(), Failure> {
        let Err(error) = result else { return Ok(()) };
        let is_taken = |(other, outlet): (usize, &Outlet)| {
            let takes_lines = matches!(outlet.flow, Flow::Stream(_));
            other != n && takes_lines && !outlet.is_over
        };
        let others = self.outlets.iter().enumerate().any(is_taken)
            || self.apart.is_some_and(|apart| apart > 0);
        let outlet = &mut self.outlets[n];
        // Who gives us lines has left with the one who was answered.
        let others = others && outlet.flow != Flow::Replies;
        if error.kind() != io::ErrorKind::BrokenPipe || !others {
            return Err(outlet.failure(error));
        }
        outlet.is_over = true;
        outlet.room.clear();
        (self.notes)(Note::Left { name: &outlet.name });
        Ok(())
    }

    /// Writes what is printed in place of lines, to the first outlet.
    pub(super) fn print(&mut self, text: &str) {
        let Some(outlet) = self.outlets.first_mut() else { return };
        let sink = &mut *outlet.sink;
        let written =
            sink.write(&mut [IoSlice::new(text.as_bytes())]).and_then(|()| {
                drain((&outlet.name, sink), self.pause, self.notes)
            });
        if let Err(error) = written {
            let failure = outlet.failure(error);
            self.close(failure);
        }
    }

    /// Tells how far it has come in an input.
    pub(super) fn go_by(&mut self, input: &Input) {
        let Position { input: number, offset } = self.summary.position;
        let (bytes, kept) = (input.taken(offset), self.summary.tally.kept);
        (self.notes)(Note::Went { input: number, bytes, kept });
    }

    /// Returns whether what still arrives is passed over.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Returns whether the answer is complete with the last line that was
    /// taken.
    pub(super) fn has_enough(&self) -> bool {
        self.has_enough
    }

    /// Leaves an input behind the last line that was judged, and tells what is
    /// worth knowing of it.
    pub(super) fn leave(
        &mut self,
        input: &Input,
        name: &Name,
        end: Option<u64>,
    ) {
        if let Some(end) = end {
            // What cannot seek is a pipe, and where it should be.
            input.leave(end).ok();
        }
        let padding = input.padding();
        if padding > 0 {
            (self.notes)(Note::Padded { input: name, bytes: padding });
        }
        if let Some(error) = input.failure() {
            self.summary.unreadable += 1;
            (self.notes)(Note::Unreadable { input: name, error: &error });
        }
    }

    /// Tells that an input is passed over, as it cannot be opened.
    pub(super) fn pass_over(&mut self, input: &Name, error: &Error) {
        self.summary.not_opened += 1;
        (self.notes)(Note::NotOpened { input, error });
    }

    fn close(&mut self, failure: Failure) {
        self.is_closed = true;
        for outlet in &mut *self.outlets {
            outlet.room.clear();
        }
        match failure {
            Failure::Output { error, .. }
                if error.kind() == io::ErrorKind::BrokenPipe =>
            {
                self.stop.ask(Reason::OutputClosed);
            }
            failure => {
                self.stop.ask(Reason::Enough);
                self.summary.failure = Some(failure);
            }
        }
    }

    fn end(&mut self, page: &Page<'_>, end: End) {
        self.is_closed = true;
        self.stop.ask(Reason::Enough);
        match end {
            End::Enough => self.has_enough = true,
            End::Undecided { line, offset, defect } => {
                let line = page.lines + line + 1;
                let input = page.origin.name();
                self.summary.is_undecided = true;
                let note = Note::Undecided { input, line, offset, defect };
                (self.notes)(note);
            }
        }
    }

    fn tell(&mut self, page: &Page<'_>, finding: &Finding) {
        let &Finding { line, offset, flaw } = finding;
        let told = match flaw {
            Flaw::Defective(_) => &mut self.told[0],
            Flaw::Foreign(_) => &mut self.told[1],
            Flaw::Oversize => &mut self.told[2],
        };
        if mem::replace(told, *told + 1) < TOLD {
            let (input, line) = (page.origin.name(), page.lines + line + 1);
            (self.notes)(Note::Flawed { input, line, offset, flaw });
        }
    }
}
