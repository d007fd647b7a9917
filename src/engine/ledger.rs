//! Puts outputs in the order of the input, writes them, adds up the numbers.

use std::{
    collections::BTreeMap,
    io::{self, IoSlice},
    mem,
    ops::Range,
    os::fd::BorrowedFd,
    time::{Duration, Instant},
};

use super::{
    follow::SourceState,
    groups::Groups,
    note::{Finding, Flaw, Note, TOLD},
    output::{End, Output, Slice},
    route::{Flow, Outlet},
    score::Score,
    tally::Tally,
};
use crate::{
    checkpoint,
    expr::Coverage,
    frame::Position,
    sink::{Sink, Stall},
    source::{Input, Name, Reason, Stop},
};

/// Why a run could not go on.
#[derive(Debug)]
pub enum Failure {
    /// An outlet does not take its lines.
    Output {
        /// What a checkpoint calls it.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// The checkpoint cannot be written.
    Checkpoint(checkpoint::Error),
    /// The system does not let us wait for a file to grow.
    Wait(io::Error),
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// The numbers.
    pub tally: Tally,
    /// The numbers of each route.
    pub scores: Vec<Score>,
    /// What the step `count` made of the events.
    pub groups: Groups,
    /// What conditions met, if that was to be counted.
    pub coverage: Option<Box<Coverage>>,
    /// Inputs that could not be opened.
    pub not_opened: u64,
    /// Inputs that broke off.
    pub unreadable: u64,
    /// Whether an undecided line ended the run.
    pub is_undecided: bool,
    /// What ended the run otherwise, if it was not to end.
    pub failure: Option<Failure>,
    /// Place behind the last line that the sinks have accepted.
    pub position: Position,
    /// The files that were followed.
    pub sources: Vec<SourceState>,
}

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
    pub summary: Summary,
    /// Findings told so far: defective, foreign, oversize.
    told: [u64; 3],
    /// Whether the outputs that still arrive are wanted.
    is_closed: bool,
    /// Whether they are not because the answer is complete.
    has_enough: bool,
}

/// Where lines are of, as far as the ledger has to know.
pub(super) trait Origin {
    /// Returns what to call it.
    fn name(&self) -> &Name;

    /// Reads a range of it again, a bounded piece at a time.
    fn copy(
        &self,
        range: Range<u64>,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()>;
}

/// An input of a plain run.
pub(super) struct Named<'a> {
    pub input: &'a Input,
    pub name: &'a Name,
}

impl Origin for Named<'_> {
    fn name(&self) -> &Name {
        self.name
    }

    fn copy(
        &self,
        range: Range<u64>,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.input.copy(range, take)
    }
}

/// What to do while a sink holds lines back.
pub(super) trait Pause {
    /// Waits a while; the sink is asked again then.
    ///
    /// # Errors
    ///
    /// When it is not worth waiting any longer.
    fn pause(
        &mut self,
        stall: &Stall,
        bottleneck: Option<BorrowedFd<'_>>,
        due: Option<Instant>,
        notes: &mut dyn FnMut(Note<'_>),
    ) -> io::Result<()>;

    /// Hears that the sink takes lines again.
    fn resumed(&mut self) {}
}

/// Sinks of a plain run hold nothing back.
pub(super) struct Never;

impl Pause for Never {
    fn pause(
        &mut self,
        _: &Stall,
        _: Option<BorrowedFd<'_>>,
        _: Option<Instant>,
        _: &mut dyn FnMut(Note<'_>),
    ) -> io::Result<()> {
        Err(io::ErrorKind::WouldBlock.into())
    }
}

/// The page of one input in the ledger.
pub(super) struct Page<'a> {
    pub origin: &'a dyn Origin,
    /// The sequence number to write next.
    next: u64,
    /// Outputs that came before their turn.
    early: BTreeMap<u64, Output>,
    /// Lines written or passed over so far.
    lines: u64,
}

impl<'a> Page<'a> {
    pub(super) fn new(origin: &'a dyn Origin) -> Page<'a> {
        Page::from(origin, 0)
    }

    /// Begins in the midst of an input, behind so many lines.
    pub(super) fn from(origin: &'a dyn Origin, lines: u64) -> Page<'a> {
        Page { origin, next: 0, early: BTreeMap::new(), lines }
    }
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
            let drained = drain_within(limit, sink, self.pause, self.notes);
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
        let Some(apart) = self.apart else { return Limit::None };
        let takes_lines = |outlet: &Outlet| {
            matches!(outlet.flow, Flow::Stream(_)) && !outlet.is_over
        };
        let all = self.outlets.iter().filter(|o| takes_lines(o)).count();
        match takes_lines(outlet) && all + apart > 1 {
            true => Limit::Stalled(outlet.stall),
            false => Limit::None,
        }
    }

    /// Gives an outlet what flows into it.
    fn give(
        &mut self,
        page: &Page<'_>,
        output: &Output,
        n: usize,
    ) -> io::Result<()> {
        let Outlet { flow, sink, is_over, .. } = &mut self.outlets[n];
        let sink = &mut **sink;
        match *flow {
            _ if *is_over => Ok(()),
            Flow::Stream(stream) => match &output.streams[stream][..] {
                [] => Ok(()),
                slices => write(sink, output, slices),
            },
            Flow::Aside => {
                let (pause, notes) = (&mut *self.pause, &mut *self.notes);
                put_aside(sink, page.origin, output, pause, notes)
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
        if error.kind() != io::ErrorKind::BrokenPipe || !others {
            return Err(outlet.failure(error));
        }
        outlet.is_over = true;
        (self.notes)(Note::Left { name: &outlet.name });
        Ok(())
    }

    /// Writes what is printed in place of lines, to the first outlet.
    pub(super) fn print(&mut self, text: &str) {
        let Some(outlet) = self.outlets.first_mut() else { return };
        let sink = &mut *outlet.sink;
        let written = sink
            .write(&mut [IoSlice::new(text.as_bytes())])
            .and_then(|()| drain(sink, self.pause, self.notes));
        if let Err(error) = written {
            let failure = outlet.failure(error);
            self.close(failure);
        }
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

    fn close(&mut self, failure: Failure) {
        self.is_closed = true;
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
            Flaw::Foreign => &mut self.told[1],
            Flaw::Oversize => &mut self.told[2],
        };
        if mem::replace(told, *told + 1) < TOLD {
            let (input, line) = (page.origin.name(), page.lines + line + 1);
            (self.notes)(Note::Flawed { input, line, offset, flaw });
        }
    }
}

/// Writes what is set aside; of a line that is too long to be held, piece by
/// piece.
fn put_aside(
    sink: &mut dyn Sink,
    origin: &dyn Origin,
    output: &Output,
    pause: &mut dyn Pause,
    notes: &mut dyn FnMut(Note<'_>),
) -> io::Result<()> {
    for slices in output.aside.chunk_by(|a, b| !is_far(a) && !is_far(b)) {
        match slices {
            [Slice::Beyond(range)] => {
                let mut take = |bytes: &[u8]| {
                    sink.write(&mut [IoSlice::new(bytes)])?;
                    drain(sink, pause, notes)
                };
                copy(origin, range.clone(), &mut take)?;
            }
            slices => write(sink, output, slices)?,
        }
    }
    Ok(())
}

fn is_far(slice: &Slice) -> bool {
    matches!(slice, Slice::Beyond(_))
}

pub(super) fn write(
    sink: &mut dyn Sink,
    output: &Output,
    slices: &[Slice],
) -> io::Result<()> {
    let mut parts: Vec<IoSlice<'_>> =
        slices.iter().map(|slice| output.part(slice)).collect();
    sink.write(&mut parts)
}

/// How long a sink may hold something back.
#[derive(Clone, Copy, Debug)]
enum Limit {
    None,
    /// So long; then the others go on without it.
    Stalled(Duration),
    /// So long if it is away; then the run ends. One that is slow is waited
    /// for.
    Away(Duration),
}

/// How much of what a sink held back was passed on.
enum Drained {
    All,
    /// It took too long.
    Part,
}

/// Has a sink pass on what it holds back, however long that takes.
pub(super) fn drain(
    sink: &mut dyn Sink,
    pause: &mut dyn Pause,
    notes: &mut dyn FnMut(Note<'_>),
) -> io::Result<()> {
    drain_within(Limit::None, sink, pause, notes).map(|_| ())
}

/// The same, for a time at most.
fn drain_within(
    limit: Limit,
    sink: &mut dyn Sink,
    pause: &mut dyn Pause,
    notes: &mut dyn FnMut(Note<'_>),
) -> io::Result<Drained> {
    let begun = Instant::now();
    loop {
        match sink.drain() {
            Ok(()) => {
                pause.resumed();
                return Ok(Drained::All);
            }
            Err(Stall::Over(error)) => return Err(error),
            Err(stall) => match (limit, stall) {
                (Limit::Stalled(most), _) if begun.elapsed() >= most => {
                    pause.resumed();
                    return Ok(Drained::Part);
                }
                (Limit::Away(most), Stall::Refused(error))
                    if begun.elapsed() >= most =>
                {
                    return Err(error);
                }
                (_, stall) => {
                    let due = sink.due();
                    let bottleneck = sink.bottleneck();
                    pause.pause(&stall, bottleneck, due, notes)?;
                }
            },
        }
    }
}

/// Copies a line that was too long to be held, ended by a newline.
fn copy(
    origin: &dyn Origin,
    range: Range<u64>,
    take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut last = 0;
    origin.copy(range, &mut |bytes| {
        last = bytes.last().copied().unwrap_or(last);
        take(bytes)
    })?;
    if last == b'\n' { Ok(()) } else { take(b"\n") }
}
