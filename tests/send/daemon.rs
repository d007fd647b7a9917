//! Runs a program beside a test.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take that should come at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program that ends with its test.
#[derive(Debug)]
pub(crate) struct Daemon(Child);

impl Daemon {
    pub(crate) fn spawn(command: &mut Command) -> Daemon {
        Daemon(command.stdin(Stdio::piped()).spawn().unwrap())
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.0.id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Has it stand still, and waits until it does.
    pub(crate) fn halt(&self) {
        self.signal(Signal::STOP);
        let stat = format!("/proc/{}/stat", self.id());
        until("standstill", || {
            fs::read_to_string(&stat).unwrap().contains(") T ")
        });
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Ends it as its service manager would.
    pub(crate) fn end(mut self) {
        self.signal(Signal::TERM);
        self.0.wait().unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Who is stopped does not hear of anything else.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what} did not happen");
        thread::sleep(Duration::from_millis(2));
    }
}
