//! What users ask of a run under way, by a signal.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rustix::pipe::{PipeFlags, pipe_with};

/// Requests to a run under way. Whoever sets one rings the bell.
#[derive(Debug)]
pub struct Calls {
    reopening: Arc<AtomicBool>,
    statistics: Arc<AtomicBool>,
    ear: OwnedFd,
    bell: OwnedFd,
}

impl Calls {
    /// Makes one that nobody has called.
    ///
    /// # Errors
    ///
    /// When the system has no descriptors left.
    pub fn new() -> io::Result<Calls> {
        let (ear, bell) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        let (reopening, statistics) = (Arc::default(), Arc::default());
        Ok(Calls { reopening, statistics, ear, bell })
    }

    /// Returns the flag that asks to open the outputs anew.
    pub fn reopening(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.reopening)
    }

    /// Returns the flag that asks for the numbers.
    pub fn statistics(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.statistics)
    }

    /// Returns a descriptor to write to after setting a flag.
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

    /// Silences the bell; the flags are read after that.
    pub(super) fn clear(&self) {
        let mut room = [0; 64];
        while rustix::io::read(&self.ear, &mut room).is_ok_and(|read| read > 0)
        {
        }
    }

    pub(super) fn wants_reopening(&self) -> bool {
        self.reopening.swap(false, Ordering::SeqCst)
    }

    pub(super) fn wants_statistics(&self) -> bool {
        self.statistics.swap(false, Ordering::SeqCst)
    }
}
