//! A log that a test writes line by line, and ways to follow it.

use std::{fs::File, io::Write, process::Command};

use crate::{
    follow::follower::Follower,
    tool::{Folder, Ran, command, event, run},
};

/// Keeps all events.
pub(super) const ALL: &str = "true";

/// A log in a folder of its own.
pub(super) struct Log {
    pub(super) folder: Folder,
}

impl Log {
    /// Makes a log with one event for each code, which tells it apart.
    pub(super) fn of(codes: &[u16]) -> Log {
        let log = Log::absent();
        log.add(lines(codes));
        log
    }

    /// Makes the folder, and no log in it.
    pub(super) fn absent() -> Log {
        Log { folder: Folder::new() }
    }

    pub(super) fn path(&self) -> String {
        self.folder.path("audit.log")
    }

    pub(super) fn checkpoint(&self) -> String {
        self.folder.path("checkpoint")
    }

    /// Returns the flag that names the checkpoint.
    pub(super) fn kept(&self) -> String {
        format!("--checkpoint={}", self.checkpoint())
    }

    /// Appends to the log, which is made if it is not there.
    pub(super) fn add(&self, text: impl AsRef<[u8]>) {
        let mut options = File::options();
        let log = options.append(true).create(true).open(self.path());
        log.unwrap().write_all(text.as_ref()).unwrap();
    }

    fn args<'a>(&self, flags: &[&'a str], expr: &'a str) -> Vec<String> {
        let flags = flags.iter().map(|flag| (*flag).to_owned());
        flags.chain([expr.to_owned(), self.path()]).collect()
    }

    /// Reads what is new, with a checkpoint.
    pub(super) fn news(&self, flags: &[&str], expr: &str) -> Ran {
        let kept = self.kept();
        let flags = [&["--new", &kept], flags].concat();
        run(&self.args(&flags, expr), "")
    }

    /// Returns what follows the log.
    pub(super) fn command(&self, flags: &[&str], expr: &str) -> Command {
        command(&self.args(&[&["-F"], flags].concat(), expr))
    }

    /// Follows the log, and has said where it begins.
    #[track_caller]
    pub(super) fn follow(&self, flags: &[&str], expr: &str) -> Follower {
        let mut follower = Follower::start(self.command(flags, expr));
        until_told(&mut follower, "ing ");
        follower
    }
}

/// Returns an event for each code.
pub(super) fn lines(codes: &[u16]) -> String {
    codes.iter().map(|&code| event(code)).collect()
}

/// Waits until the program has said `words`.
#[track_caller]
pub(super) fn until_told(follower: &mut Follower, words: &str) {
    let heard = follower.err.clone();
    follower.until(words, || {
        String::from_utf8(heard.text()).unwrap().contains(words)
    });
}

/// Waits until exactly `text` has come out.
#[track_caller]
pub(super) fn until_out(follower: &mut Follower, text: &str) {
    follower.until_said(text.len());
    assert_eq!(String::from_utf8(follower.out.text()).unwrap(), text);
}

/// Checks how a run ended, and returns what it said.
#[track_caller]
pub(super) fn ended(ran: Ran, code: i32, out: &str) -> String {
    ran.check(code, out);
    ran.err
}
