//! A wish to end the run, which any thread and any signal may utter.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustix::pipe::{PipeFlags, pipe_with};

/// Why a run ends before its input does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A signal of this number asked for it.
    Signal(u8),
    /// Nobody reads our output any more.
    OutputClosed,
    /// The answer is complete.
    Enough,
}

/// A flag to look at while working and a descriptor to wait for when idle.
///
/// The descriptor is never read empty: once it can be read it always can, so
/// that every thread which waits on it wakes up.
#[derive(Debug)]
pub struct Stop {
    /// 0, a signal number, or one of the two below.
    word: Arc<AtomicUsize>,
    ear: OwnedFd,
    bell: OwnedFd,
}

const OUTPUT_CLOSED: usize = 1 << 8;
const ENOUGH: usize = 1 << 9;

impl Stop {
    /// Makes one that nobody has used.
    ///
    /// # Errors
    ///
    /// When the system has no descriptors left.
    pub fn new() -> io::Result<Stop> {
        let (ear, bell) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        Ok(Stop { word: Arc::default(), ear, bell })
    }

    /// Asks for the end. The first reason counts.
    pub fn ask(&self, reason: Reason) {
        let word = match reason {
            Reason::Signal(number) => usize::from(number),
            Reason::OutputClosed => OUTPUT_CLOSED,
            Reason::Enough => ENOUGH,
        };
        let order = Ordering::SeqCst;
        if self.word.compare_exchange(0, word, order, order).is_ok() {
            // A full pipe is as good: it can be read.
            rustix::io::write(&self.bell, &[1]).ok();
        }
    }

    /// Returns why the run shall end, if it shall.
    pub fn reason(&self) -> Option<Reason> {
        match self.word.load(Ordering::Relaxed) {
            0 => None,
            OUTPUT_CLOSED => Some(Reason::OutputClosed),
            ENOUGH => Some(Reason::Enough),
            number => Some(Reason::Signal(u8::try_from(number).unwrap_or(0))),
        }
    }

    /// Returns the cell that a signal's action stores its number in.
    pub fn word(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.word)
    }

    /// Returns a descriptor to write to after storing in [`Stop::word`].
    ///
    /// # Errors
    ///
    /// When the system has no descriptors left.
    pub fn bell(&self) -> io::Result<OwnedFd> {
        self.bell.try_clone()
    }

    pub(super) fn ear(&self) -> BorrowedFd<'_> {
        self.ear.as_fd()
    }
}
