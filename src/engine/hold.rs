//! Writes slices to a sink, and waits for one that holds lines back.

use std::{
    io::{self, IoSlice},
    ops::Range,
    os::fd::BorrowedFd,
    time::{Duration, Instant},
};

use super::{
    note::Note,
    output::{Output, Slice},
    page::Origin,
};
use crate::sink::{Sink, Stall};

/// A sink that holds lines back.
pub(super) struct Hold<'a> {
    /// How the command line calls it.
    pub name: &'a str,
    /// Why it does.
    pub stall: Stall,
    /// What to poll for writing, if anything.
    pub bottleneck: Option<BorrowedFd<'a>>,
    /// When to ask again at the latest.
    pub due: Option<Instant>,
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
        hold: &Hold<'_>,
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
        _: &Hold<'_>,
        _: &mut dyn FnMut(Note<'_>),
    ) -> io::Result<()> {
        Err(io::ErrorKind::WouldBlock.into())
    }
}

/// How long a sink may hold something back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    Never,
    /// So long; then the others go on without it.
    Stalled(Duration),
    /// So long if it is away; then the run ends. A slow one is waited for.
    Away(Duration),
}

impl Limit {
    /// Returns whether the others go on without a sink that has held
    /// something back for so long.
    fn is_over(self, time: Duration) -> bool {
        matches!(self, Limit::Stalled(most) if most <= time)
    }

    /// Returns whether it ends the run to be away for so long.
    fn is_end(self, time: Duration) -> bool {
        matches!(self, Limit::Away(most) if most <= time)
    }
}

/// How much of what a sink held back was passed on.
pub(super) enum Drained {
    All,
    /// It took too long.
    Part,
}

/// Has a sink pass on what it holds back, however long that takes.
pub(super) fn drain(
    (name, sink): (&str, &mut dyn Sink),
    pause: &mut dyn Pause,
    notes: &mut dyn FnMut(Note<'_>),
) -> io::Result<()> {
    drain_within(Limit::Never, (name, sink), pause, notes).map(|_| ())
}

/// The same, for a time at most.
pub(super) fn drain_within(
    limit: Limit,
    (name, sink): (&str, &mut dyn Sink),
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
            Err(Stall::Refused(error)) if limit.is_end(begun.elapsed()) => {
                return Err(error);
            }
            Err(_) if limit.is_over(begun.elapsed()) => {
                pause.resumed();
                return Ok(Drained::Part);
            }
            Err(stall) => {
                let (bottleneck, due) = (sink.bottleneck(), sink.due());
                let hold = Hold { name, stall, bottleneck, due };
                pause.pause(&hold, notes)?;
            }
        }
    }
}

/// Writes what is set aside; of a line that is too long to be held, piece by
/// piece.
pub(super) fn put_aside(
    (name, sink): (&str, &mut dyn Sink),
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
                    drain((name, sink), pause, notes)
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

/// Adds slices to what is to be written.
pub(super) fn gather(room: &mut Vec<u8>, output: &Output, slices: &[Slice]) {
    for slice in slices {
        room.extend_from_slice(&output.part(slice));
    }
}

/// Writes what was gathered.
pub(super) fn spill(
    sink: &mut dyn Sink,
    room: &mut Vec<u8>,
) -> io::Result<()> {
    if room.is_empty() {
        return Ok(());
    }
    let written = sink.write(&mut [IoSlice::new(room)]);
    room.clear();
    written
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
