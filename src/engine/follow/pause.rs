//! What happens while there is nothing to do, or a sink takes nothing: the
//! look around goes on, and users are told.

use std::{
    cell::{Cell, RefCell},
    io,
    os::fd::BorrowedFd,
    path::PathBuf,
    rc::Rc,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

use super::{
    super::{
        hold::{Hold, Pause},
        note::Note,
        state::{SourceState, State},
    },
    call::Calls,
};
use crate::{
    sink::Stall,
    source::{
        Reason, Watch,
        follow::{Follower, Remark},
    },
};

/// How often to look around while a sink takes nothing.
const TICK: Duration = Duration::from_secs(1);

/// How long an end that was asked for waits for a slow reader.
const GRACE: Duration = Duration::from_secs(5);

/// How long to wait before a look at whether a reader has read.
const REST: Duration = Duration::from_millis(5);

/// How a wait went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// Look around and read on.
    On,
    /// End in good order.
    End,
    /// End as if the power went out: nothing more is made final.
    Drop,
}

/// Called instead of waiting.
pub type Idle<'a> = Box<dyn FnMut() -> Go + 'a>;

/// What both the run and its pauses need.
pub(super) struct Shared<'a> {
    pub follower: RefCell<Follower>,
    /// Those of sinks that are behind, who look around as well.
    pub behind: RefCell<Vec<(String, Rc<RefCell<Follower>>)>>,
    pub watch: &'a Watch,
    pub calls: Option<&'a Calls>,
    paths: &'a [PathBuf],
    idle: RefCell<Option<Idle<'a>>>,
    /// Since when a sink takes nothing.
    stalled: Cell<Option<Instant>>,
    /// Since when the end is asked for and a sink takes nothing.
    ending: Cell<Option<Instant>>,
    /// When the state was last told.
    told: Cell<Option<Instant>>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(
        follower: Follower,
        watch: &'a Watch,
        calls: Option<&'a Calls>,
        paths: &'a [PathBuf],
        idle: Option<Idle<'a>>,
    ) -> Shared<'a> {
        Shared {
            follower: RefCell::new(follower),
            behind: RefCell::default(),
            watch,
            calls,
            paths,
            idle: RefCell::new(idle),
            stalled: Cell::new(None),
            ending: Cell::new(None),
            told: Cell::new(None),
        }
    }

    /// Looks around, and tells what there is to tell.
    pub(super) fn look(&self, notes: &mut dyn FnMut(Note<'_>)) {
        self.follower.borrow_mut().look();
        self.tell(notes);
        for (_, follower) in &*self.behind.borrow() {
            let mut follower = follower.borrow_mut();
            follower.look();
            for (path, remark) in follower.remarks() {
                // Whatever else happens was told already.
                if let Remark::Gap(_) = remark {
                    let path = &self.paths[path];
                    notes(Note::Followed { path, remark: &remark });
                }
            }
        }
    }

    /// Tells what the follower has to tell.
    pub(super) fn tell(&self, notes: &mut dyn FnMut(Note<'_>)) {
        for (path, remark) in self.follower.borrow_mut().remarks() {
            let path = &self.paths[path];
            notes(Note::Followed { path, remark: &remark });
        }
    }

    /// Tells how things stand, about once a second.
    pub(super) fn tell_state(
        &self,
        committed: Option<Duration>,
        notes: &mut dyn FnMut(Note<'_>),
    ) {
        if self.told.get().is_some_and(|told| told.elapsed() < TICK) {
            return;
        }
        self.told.set(Some(Instant::now()));
        notes(Note::State(&self.state(committed)));
    }

    pub(super) fn state(&self, committed: Option<Duration>) -> State {
        State {
            sources: self.sources(),
            late: self.follower.borrow().late(),
            stalled: self.stalled.get().map(|since| since.elapsed()),
            behind: self.behind(),
            committed,
        }
    }

    /// Returns which sinks are behind, and how far.
    fn behind(&self) -> Vec<(String, u64)> {
        let behind = self.behind.borrow();
        let lag = |(name, follower): &(String, Rc<RefCell<Follower>>)| {
            let lags = follower.borrow().lags();
            (name.clone(), lags.iter().map(|lag| lag.bytes).sum())
        };
        behind.iter().map(lag).collect()
    }

    pub(super) fn sources(&self) -> Vec<SourceState> {
        let mut follower = self.follower.borrow_mut();
        let lags = follower.lags().into_iter().zip(self.paths).enumerate();
        lags.map(|(number, (lag, path))| SourceState {
            path: path.clone(),
            counters: *follower.counters(number),
            lag,
        })
        .collect()
    }

    /// Waits until it is worth while to look around.
    pub(super) fn wait(&self, deadline: Option<Instant>) -> io::Result<Go> {
        if let Some(idle) = &mut *self.idle.borrow_mut() {
            return Ok(idle());
        }
        let ear = self.calls.map(Calls::ear);
        self.follower.borrow_mut().wait(self.watch, ear, deadline)?;
        Ok(Go::On)
    }

    /// Returns whether there is time left to wait for a slow reader.
    pub(super) fn has_time(&self, since: Instant) -> bool {
        match self.watch.stop.reason() {
            // A pipe that is read to its end is waited for.
            None | Some(Reason::Enough) => {
                self.idle.borrow().is_none() && !self.watch.is_forsaken()
            }
            Some(Reason::Signal(_)) => since.elapsed() < GRACE,
            Some(Reason::OutputClosed) => false,
        }
    }

    /// Waits a moment for a reader.
    pub(super) fn rest(&self) {
        std::thread::sleep(REST);
        self.watch.glance();
    }

    /// Waits for a sink, until it is due, a tick at most.
    fn wait_for(
        &self,
        bottleneck: Option<BorrowedFd<'_>>,
        due: Option<Instant>,
    ) -> io::Result<()> {
        if let Some(idle) = &mut *self.idle.borrow_mut() {
            return match idle() {
                Go::On => Ok(()),
                Go::End | Go::Drop => Err(io::ErrorKind::TimedOut.into()),
            };
        }
        let is_ending = self.watch.is_over();
        let mut fds = self.watch.fds();
        if is_ending {
            // It would wake us at once, again and again.
            fds.clear();
        }
        fds.extend(
            bottleneck.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::OUT)),
        );
        let timeout = if is_ending { REST } else { TICK };
        let timeout = due.map_or(timeout, |due| {
            timeout.min(due.saturating_duration_since(Instant::now()))
        });
        let timeout = Timespec {
            tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(1),
            tv_nsec: i64::from(timeout.subsec_nanos()),
        };
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Pause for &Shared<'_> {
    fn pause(
        &mut self,
        hold: &Hold<'_>,
        notes: &mut dyn FnMut(Note<'_>),
    ) -> io::Result<()> {
        let now = Instant::now();
        if let Stall::Refused(error) = &hold.stall
            && self.stalled.get().is_none()
        {
            notes(Note::Refused { name: hold.name, error });
        }
        let since = self.stalled.get().unwrap_or(now);
        self.stalled.set(Some(since));
        match self.watch.stop.reason() {
            None => {}
            Some(Reason::OutputClosed) => {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Some(Reason::Signal(_) | Reason::Enough) => {
                let ending = self.ending.get().unwrap_or(now);
                self.ending.set(Some(ending));
                if ending.elapsed() >= GRACE {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
        }
        self.wait_for(hold.bottleneck, hold.due)?;
        let told = self.told.get();
        let is_time = told.is_none_or(|told| told.elapsed() >= TICK);
        if is_time || self.idle.borrow().is_some() {
            self.look(notes);
        }
        self.tell_state(None, notes);
        if self.calls.is_some_and(Calls::wants_statistics) {
            let state = self.state(None);
            notes(Note::Asked { state: &state, summary: None });
        }
        Ok(())
    }

    fn resumed(&mut self) {
        self.stalled.set(None);
    }
}
