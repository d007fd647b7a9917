//! Tells systemd that we are ready, alive, how far behind, and stopping.

use std::{env, ffi::OsStr, time::Duration, time::Instant};

use sd_notify::NotifyState;

use super::state;
use crate::engine::Note;

/// How often the status line is told at most.
const STATUS: Duration = Duration::from_secs(5);

/// The service manager that has started us, if one has.
#[derive(Debug)]
pub(super) struct Warden {
    /// Whether it wants to hear of us.
    listens: bool,
    /// How often it wants a sign of life.
    watchdog: Option<Duration>,
    alive: Option<Instant>,
    status: Option<Instant>,
}

/// Returns whether systemd has started us: it then takes an end that it has
/// asked for as a success only if the exit code says so.
pub(super) fn is_service() -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(is_full);
    is_set("NOTIFY_SOCKET") || is_set("INVOCATION_ID")
}

fn is_full(value: impl AsRef<OsStr>) -> bool {
    !value.as_ref().is_empty()
}

impl Warden {
    pub(super) fn from_environment() -> Warden {
        let listens = env::var_os("NOTIFY_SOCKET").is_some_and(is_full);
        let watchdog = sd_notify::watchdog_enabled();
        Warden { listens, watchdog, alive: None, status: None }
    }

    /// Returns whether we run as a service.
    pub(super) fn is_there(&self) -> bool {
        self.listens || is_service()
    }

    /// Passes on what it should know.
    pub(super) fn hear(&mut self, note: &Note<'_>) {
        match note {
            Note::Ready => self.say(&[NotifyState::Ready]),
            Note::Ending => self.say(&[NotifyState::Stopping]),
            Note::State(state) => {
                if is_due(self.alive, self.watchdog.map(|often| often / 3)) {
                    self.alive = Some(Instant::now());
                    self.say(&[NotifyState::Watchdog]);
                }
                if is_due(self.status, self.listens.then_some(STATUS)) {
                    self.status = Some(Instant::now());
                    let status = state::status(state);
                    self.say(&[NotifyState::Status(&status)]);
                }
            }
            Note::NotOpened { .. }
            | Note::Unreadable { .. }
            | Note::Padded { .. }
            | Note::Went { .. }
            | Note::Flawed { .. }
            | Note::Undecided { .. }
            | Note::Followed { .. }
            | Note::Written { .. }
            | Note::Left { .. }
            | Note::Behind { .. }
            | Note::Level { .. }
            | Note::Forsaken { .. }
            | Note::Refused { .. }
            | Note::Asked { .. } => {}
        }
    }

    fn say(&self, states: &[NotifyState<'_>]) {
        if self.listens {
            // Who does not listen any more need not be told.
            sd_notify::notify(states).ok();
        }
    }
}

fn is_due(last: Option<Instant>, often: Option<Duration>) -> bool {
    let is_time = |often| last.is_none_or(|last| last.elapsed() >= often);
    often.is_some_and(is_time)
}
