//! Where kept lines go.
//!
//! A [`Sink`] is given whole lines as slices, in order. A [`Descriptor`] has
//! passed all of them on when it returns, so that a quiet input is prompt.
//! Who follows has a [`Patient`] or a [`FileSink`], which never make it wait.

pub mod address;
mod courier;
mod descriptor;
mod file;
mod patient;
mod terminal;

use std::{
    io::{self, IoSlice},
    os::fd::BorrowedFd,
    time::Instant,
};

pub use address::{Address, Spec, Transport};
pub use courier::{Courier, Pace};
pub use descriptor::Descriptor;
pub use file::{Error, FileSink, Remark, Rotation, Upkeep};
pub use patient::Patient;
pub use terminal::Terminal;

use crate::checkpoint::Mark;

/// Takes whole lines, in order.
///
/// A plain run only ever writes, and a write waits until all is passed on.
/// Who follows must not wait without looking up: there, a sink may hold lines
/// back, and says so in [`Sink::drain`].
pub trait Sink {
    /// Takes all of `parts`; they may be changed on the way.
    ///
    /// # Errors
    ///
    /// When the bytes cannot be passed on; some of them may have been. A
    /// sink that can hold back what it was given does that instead.
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()>;

    /// Passes on what was held back, without waiting.
    ///
    /// # Errors
    ///
    /// Why something is still held back. Nothing of it is lost; the same
    /// call, later, goes on where this one stopped.
    fn drain(&mut self) -> Result<(), Stall> {
        Ok(())
    }

    /// Returns what to poll for writing while [`Stall::Slow`] holds.
    fn bottleneck(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Returns when to ask again at the latest while a stall holds, where
    /// time alone may end it: a pause before the next try, a delay.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// Makes what was passed on last, and says how much of it is with whom
    /// it is for: only that much may be forgotten by its source.
    ///
    /// # Errors
    ///
    /// When it is not known what survives. That is final: a second try could
    /// succeed without anything being on the disk.
    fn settle(&mut self) -> io::Result<Settled> {
        Ok(Settled::default())
    }

    /// Returns how far the file was written, for one that can be taken up
    /// again there; none for anything else. `given` is how many bytes the
    /// sink had been given where its sources will begin again: what came
    /// behind them will come once more.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    fn mark(&mut self, given: u64) -> io::Result<Option<Mark>> {
        _ = given;
        Ok(None)
    }

    /// Leaves the file that is written and opens the one that has its name
    /// now, if the sink is a file. Who keeps a checkpoint settles before it
    /// and commits behind it, before anything else is written.
    ///
    /// # Errors
    ///
    /// When there is no such file and none can be made, or when the disk did
    /// not take what was written to the old one.
    fn reopen(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Does a little of what there is to do beside writing, such as to
    /// compress what was rotated: a few milliseconds of work.
    fn tend(&mut self) -> Chores {
        Chores::Done
    }

    /// Hears that all that was there at the start has been read: from here
    /// on nothing comes that was written by an earlier run.
    fn caught_up(&mut self) {}

    /// Returns what is worth telling since it was asked last.
    fn remarks(&mut self) -> Vec<Remark> {
        Vec::new()
    }
}

/// Why a sink holds lines back.
#[derive(Debug)]
pub enum Stall {
    /// The reader is slower than we are.
    Slow,
    /// The system takes nothing for the time being: the disk is full.
    Refused(io::Error),
    /// It will take nothing any more: the reader has left.
    Over(io::Error),
}

/// What there is to do beside writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chores {
    /// Nothing, for the time being.
    Done,
    /// More of it: who has nothing else to do goes on with that.
    More,
}

/// How far a sink has come, in bytes since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Bytes it was given.
    pub given: u64,
    /// Bytes of them that are with whom they are for: on the disk, or read
    /// by the reader of a pipe.
    pub taken: u64,
}

/// Passes lines on one at a time, each with a write of its own.
#[derive(Debug)]
pub struct LineByLine<S>(pub S);

impl<S: Sink> Sink for LineByLine<S> {
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        let mut line = Vec::new();
        for part in parts {
            for piece in part.split_inclusive(|&byte| byte == b'\n') {
                line.push(IoSlice::new(piece));
                if piece.ends_with(b"\n") {
                    self.0.write(&mut line)?;
                    line.clear();
                }
            }
        }
        if line.is_empty() { Ok(()) } else { self.0.write(&mut line) }
    }

    fn drain(&mut self) -> Result<(), Stall> {
        self.0.drain()
    }

    fn bottleneck(&self) -> Option<BorrowedFd<'_>> {
        self.0.bottleneck()
    }

    fn due(&self) -> Option<Instant> {
        self.0.due()
    }

    fn settle(&mut self) -> io::Result<Settled> {
        self.0.settle()
    }

    fn mark(&mut self, given: u64) -> io::Result<Option<Mark>> {
        self.0.mark(given)
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.0.reopen()
    }

    fn tend(&mut self) -> Chores {
        self.0.tend()
    }

    fn caught_up(&mut self) {
        self.0.caught_up();
    }

    fn remarks(&mut self) -> Vec<Remark> {
        self.0.remarks()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Writes(Vec<Vec<u8>>);

    impl Sink for Writes {
        fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
            self.0.push(parts.iter().flat_map(|p| p.to_vec()).collect());
            Ok(())
        }
    }

    #[test]
    fn each_line_is_a_write_of_its_own() {
        let mut sink = LineByLine(Writes(Vec::new()));
        let parts: [&[u8]; 3] = [b"a\nb", b"\n", b"c\n"];
        sink.write(&mut parts.map(IoSlice::new)).unwrap();
        assert_eq!(sink.0.0, [&b"a\n"[..], b"b\n", b"c\n"]);
    }
}
