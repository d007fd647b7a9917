//! Waits for an input without losing sight of signals and of the reader of
//! our output.

use std::{
    io,
    os::fd::{BorrowedFd, OwnedFd},
    sync::Arc,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

use super::stop::{Reason, Stop};

/// What ends the reading of an input early.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The wish of a signal or of the engine.
    pub stop: Arc<Stop>,
    /// A pipe or socket whose reader may leave, usually standard output.
    pub output: Option<Arc<OwnedFd>>,
}

/// How long to wait for an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Only look.
    None,
    /// Until there is something, or the run is to end.
    Endless,
}

/// What there is to do after a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    /// A read will not block.
    Read,
    /// A read would block.
    Idle,
    /// The run is to end.
    Stop,
}

impl Watch {
    /// Returns whether the run is to end.
    pub fn is_over(&self) -> bool {
        self.stop.reason().is_some()
    }

    /// Returns what to poll beside other things: the wish to end, then the
    /// output.
    pub fn fds(&self) -> Vec<PollFd<'_>> {
        let ear = self.stop.ear();
        let mut fds = vec![PollFd::from_borrowed_fd(ear, PollFlags::IN)];
        // Of an output only the errors are of interest: poll tells them
        // unasked.
        let output = self.output.as_deref();
        fds.extend(output.map(|fd| PollFd::new(fd, PollFlags::empty())));
        fds
    }

    /// Looks whether the run is to end, without waiting.
    pub fn glance(&self) {
        let mut fds = self.fds();
        // What cannot be looked at now will be looked at soon.
        if poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok() {
            self.heed(&fds);
        }
    }

    /// Returns whether the reader of our output has left.
    pub fn is_forsaken(&self) -> bool {
        let Some(output) = self.output.as_deref() else { return false };
        let mut fds = [PollFd::new(output, PollFlags::empty())];
        let polled = poll(&mut fds, Some(&Timespec::default()));
        polled.is_ok() && !fds[0].revents().is_empty()
    }

    /// Looks at what was polled of [`Watch::fds`].
    pub(super) fn heed(&self, polled: &[PollFd<'_>]) {
        let output = polled.get(1);
        if output.is_some_and(|output| !output.revents().is_empty()) {
            self.stop.ask(Reason::OutputClosed);
        }
    }

    pub(super) fn wait(
        &self,
        input: BorrowedFd<'_>,
        patience: Patience,
    ) -> io::Result<Ready> {
        loop {
            match self.look(input, patience) {
                Err(Errno::INTR) => {}
                result => return Ok(result?),
            }
        }
    }

    fn look(
        &self,
        input: BorrowedFd<'_>,
        patience: Patience,
    ) -> rustix::io::Result<Ready> {
        let output = self.output.as_deref();
        // Of an output only the errors are of interest, which poll always
        // tells; where there is none, the stop is simply watched twice.
        let mut fds = [
            PollFd::from_borrowed_fd(input, PollFlags::IN),
            PollFd::from_borrowed_fd(self.stop.ear(), PollFlags::IN),
            match output {
                Some(fd) => PollFd::new(fd, PollFlags::empty()),
                None => {
                    PollFd::from_borrowed_fd(self.stop.ear(), PollFlags::IN)
                }
            },
        ];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let timeout = match patience {
            Patience::None => Some(&at_once),
            Patience::Endless => None,
        };
        poll(&mut fds, timeout)?;
        let [input, _, gone] = fds.map(|fd| fd.revents());
        if output.is_some() && !gone.is_empty() {
            self.stop.ask(Reason::OutputClosed);
        }
        Ok(match (self.is_over(), input.is_empty()) {
            (true, _) => Ready::Stop,
            (false, true) => Ready::Idle,
            (false, false) => Ready::Read,
        })
    }
}
