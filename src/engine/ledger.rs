//! Puts outputs in the order of the input, writes them, adds up the numbers.

use std::{
    collections::BTreeMap,
    io::{self, IoSlice},
    mem,
    ops::Range,
    os::fd::BorrowedFd,
};

use super::{
    follow::SourceState,
    groups::Groups,
    note::{Finding, Flaw, Note, TOLD},
    output::{End, Output, Slice},
    tally::Tally,
};
use crate::{
    checkpoint,
    expr::Coverage,
    frame::Position,
    sink::{Sink, Stall},
    source::{Input, Name, Reason, Stop},
};

/// Where lines go.
pub struct Sinks {
    /// The kept ones.
    pub kept: Box<dyn Sink>,
    /// Unknown, foreign and oversize ones, with `--on-invalid file:PATH`.
    pub aside: Option<Box<dyn Sink>>,
    /// What a checkpoint calls the two.
    pub names: [String; 2],
}

/// Why a run could not go on.
#[derive(Debug)]
pub enum Failure {
    /// The output does not take the kept lines.
    Output(io::Error),
    /// The file for lines set aside does not take them.
    Aside(io::Error),
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
    pub sinks: &'a mut Sinks,
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
        sinks: &'a mut Sinks,
        notes: &'a mut dyn FnMut(Note<'_>),
        stop: &'a Stop,
        pause: &'a mut dyn Pause,
        max_groups: usize,
    ) -> Ledger<'a> {
        let groups = Groups::new(max_groups);
        let summary = Summary { groups, ..Summary::default() };
        Ledger {
            sinks,
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
        self.summary.groups.add(mem::take(&mut output.groups));
        if let Some(more) = output.coverage.take() {
            self.summary.coverage.get_or_insert_default().add(&more);
        }
        // A chunk amid a long line has no lines and no place of its own.
        if output.tally.bytes > 0 {
            self.summary.position = output.end_position;
        }
    }

    fn write(
        &mut self,
        page: &Page<'_>,
        output: &Output,
    ) -> Result<(), Failure> {
        let (notes, pause) = (&mut *self.notes, &mut *self.pause);
        if !output.kept.is_empty() {
            let kept = &mut *self.sinks.kept;
            write(kept, output, &output.kept)
                .and_then(|()| drain(kept, pause, notes))
                .map_err(Failure::Output)?;
        }
        let Some(aside) = &mut self.sinks.aside else { return Ok(()) };
        let aside = &mut **aside;
        for slices in output.aside.chunk_by(|a, b| !is_far(a) && !is_far(b)) {
            match slices {
                [Slice::Beyond(range)] => {
                    let mut take = |bytes: &[u8]| {
                        aside.write(&mut [IoSlice::new(bytes)])?;
                        drain(aside, pause, notes)
                    };
                    copy(page.origin, range.clone(), &mut take)
                }
                slices => write(aside, output, slices)
                    .and_then(|()| drain(aside, pause, notes)),
            }
            .map_err(Failure::Aside)?;
        }
        Ok(())
    }

    /// Writes what is printed in place of lines.
    pub(super) fn print(&mut self, text: &str) {
        let kept = &mut *self.sinks.kept;
        let written = kept
            .write(&mut [IoSlice::new(text.as_bytes())])
            .and_then(|()| drain(kept, self.pause, self.notes));
        if let Err(error) = written {
            self.close(Failure::Output(error));
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
            Failure::Output(error)
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

fn is_far(slice: &Slice) -> bool {
    matches!(slice, Slice::Beyond(_))
}

fn write(
    sink: &mut dyn Sink,
    output: &Output,
    slices: &[Slice],
) -> io::Result<()> {
    let mut parts: Vec<IoSlice<'_>> =
        slices.iter().map(|slice| output.part(slice)).collect();
    sink.write(&mut parts)
}

/// Has a sink pass on what it holds back, however long that takes.
pub(super) fn drain(
    sink: &mut dyn Sink,
    pause: &mut dyn Pause,
    notes: &mut dyn FnMut(Note<'_>),
) -> io::Result<()> {
    loop {
        match sink.drain() {
            Ok(()) => {
                pause.resumed();
                return Ok(());
            }
            Err(Stall::Over(error)) => return Err(error),
            Err(stall) => pause.pause(&stall, sink.bottleneck(), notes)?,
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
