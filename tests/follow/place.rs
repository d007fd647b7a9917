//! Where a log, its follower's output and its checkpoint are, and how a
//! follower of it is called.

use std::{
    fs,
    io::{Read, Seek, SeekFrom},
    process::Command,
};

use super::{event::FAILED, follower::Follower};
use crate::tool::{Folder, Ran, command, wants};

/// How a follower learns that something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// The system tells it.
    Told,
    /// It looks by itself.
    Looked,
}

/// Both ways.
pub(crate) const BOTH: [News; 2] = [News::Told, News::Looked];

/// A folder with a log in it.
pub(crate) struct Place {
    pub(crate) folder: Folder,
    news: News,
}

impl Place {
    pub(crate) fn new(news: News) -> Place {
        Place { folder: Folder::new(), news }
    }

    pub(crate) fn log(&self) -> String {
        self.folder.path("log/audit.log")
    }

    pub(crate) fn checkpoint(&self) -> String {
        self.folder.path("checkpoint")
    }

    pub(crate) fn output(&self) -> String {
        self.folder.path("out.log")
    }

    /// Returns what is in the output file.
    pub(crate) fn found(&self) -> Vec<u8> {
        fs::read(self.output()).unwrap_or_default()
    }

    /// Returns what is in the output file from an offset on.
    pub(crate) fn found_from(&self, from: u64) -> Vec<u8> {
        let mut found = Vec::new();
        if let Ok(mut file) = fs::File::open(self.output()) {
            file.seek(SeekFrom::Start(from)).unwrap();
            file.read_to_end(&mut found).unwrap();
        }
        found
    }

    /// Returns how long the output file is.
    pub(crate) fn length(&self) -> u64 {
        fs::metadata(self.output()).map_or(0, |file| file.len())
    }

    /// Returns the arguments of a follower with flags of its own.
    pub(crate) fn args(&self, more: &[&str]) -> Vec<String> {
        let checkpoint = format!("--checkpoint={}", self.checkpoint());
        let mut args = vec!["--from=begin".into(), checkpoint];
        args.extend(more.iter().map(|arg| (*arg).to_owned()));
        let polls = wants("KAUDIT_FILTER_PROOF_POLL", "1");
        if polls || self.news == News::Looked {
            args.push("--poll".into());
        }
        args.extend(["-s".into(), FAILED.into(), self.log()]);
        args
    }

    /// Returns the arguments of a follower that writes to a file.
    pub(crate) fn file_args(&self, more: &[&str]) -> Vec<String> {
        let to = format!("--to=file:{}", self.output());
        self.args(&[&[&to[..]], more].concat())
    }

    /// Starts to follow into a file.
    pub(crate) fn follow(&self) -> Follower {
        Follower::start(command(&self.file_args(&["-F"])))
    }

    /// Returns a follower that writes to its standard output.
    pub(crate) fn to_pipe(&self) -> Command {
        command(&self.args(&["-F"]))
    }

    /// Starts to follow into a pipe.
    pub(crate) fn stream(&self) -> Follower {
        Follower::start(self.to_pipe())
    }

    /// Reads what is new, to a file, and ends.
    #[track_caller]
    pub(crate) fn catch_up(&self) -> Ran {
        let command = command(&self.file_args(&["--new"]));
        let ran = Follower::start(command).end();
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ran
    }

    /// Waits until the file is so long.
    #[track_caller]
    pub(crate) fn until_out(&self, follower: &mut Follower, length: u64) {
        follower.until("it is in the file", || self.length() >= length);
    }
}
