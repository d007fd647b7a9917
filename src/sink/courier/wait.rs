//! Waits in a plain run, which has nothing else to do.

use std::{
    io::{self, ErrorKind},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

use super::{
    super::{Settled, Sink, Stall},
    Courier,
};

/// Who waits for a peer that is slow or away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Whoever follows, and asks again: what is not passed on is held.
    Holds,
    /// The sink itself, for a plain run: a write returns when all is passed
    /// on, and [`Sink::settle`], asked once at the end, when all has arrived.
    Waits,
}

/// How long a plain run waits for somebody who is not there.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait at most before a look at how things are.
const TICK: Duration = Duration::from_secs(1);

/// How soon to look again whether all has arrived.
const SOON: Duration = Duration::from_millis(2);

impl Courier {
    /// Waits until all is passed on.
    pub(super) fn wait_to_pass(&mut self) -> io::Result<()> {
        self.accept(self.route.lag());
        loop {
            let passed = self.pass();
            if self.is_full() {
                // Nobody asks for more in a plain run than that the other
                // system has it, which spares it the delay.
                self.accept(Duration::ZERO);
            }
            match passed {
                Ok(()) if !self.is_full() => return Ok(()),
                Ok(()) => rest(SOON),
                Err(stall) => self.wait(stall)?,
            }
        }
    }

    /// Waits until all is with whom it is for, as far as can be known at
    /// once.
    pub(super) fn wait_to_settle(&mut self) -> io::Result<Settled> {
        self.wait_to_pass()?;
        let deadline = Instant::now() + self.route.lag().max(PATIENCE);
        loop {
            self.accept(Duration::ZERO);
            if self.outbox.len() == 0 {
                return Ok(self.settled);
            }
            if !self.is_through() {
                self.wait_to_pass()?;
            }
            if Instant::now() >= deadline {
                let left = self.outbox.len();
                let message = format!("has not taken the last {left} records");
                let error = io::Error::new(ErrorKind::TimedOut, message);
                return Err(self.route.told(&error));
            }
            rest(SOON);
        }
    }

    /// Waits for what holds us up, unless that has taken too long.
    fn wait(&mut self, stall: Stall) -> io::Result<()> {
        match stall {
            Stall::Slow => {}
            Stall::Refused(error) => {
                if self.retry.since().is_some_and(|since| since > PATIENCE) {
                    return Err(error);
                }
            }
            Stall::Over(error) => return Err(error),
        }
        let until = self.due().map(|due| due - Instant::now().min(due));
        let timeout = until.unwrap_or(TICK).clamp(SOON, TICK);
        match self.bottleneck() {
            None => rest(timeout),
            Some(fd) => {
                let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::OUT)];
                let timeout = Timespec::try_from(timeout).ok();
                match poll(&mut fds, timeout.as_ref()) {
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }
}

fn rest(time: Duration) {
    std::thread::sleep(time);
}
