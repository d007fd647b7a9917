//! Records to a real journal.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::{
    daemon::{Daemon, until},
    drive::{check_order, deliver, numbered, numbers, open, settle, write},
};
use crate::tool;

const JOURNALD: &str = "/lib/systemd/systemd-journald";

/// Makes an empty /run, tells that it is there, and stays.
const ROOM: &str = "set -e
mount -t tmpfs none /run
mount -t tmpfs none /var/log
mkdir -p /run/systemd/journal /run/systemd/journald.conf.d
printf '[Journal]\\nRateLimitIntervalSec=0\\nReadKMsg=no\\n' \
    >/run/systemd/journald.conf.d/test.conf
touch /run/ready
exec cat";

/// A journal in a file system of its own.
pub(crate) struct Journal {
    room: Daemon,
    journald: Option<Daemon>,
}

impl Journal {
    pub(crate) fn start() -> Option<Journal> {
        let is_there = Path::new(JOURNALD).exists()
            && rustix::process::getuid().is_root();
        let required = tool::wants("KAUDIT_FILTER_REQUIRE_ALL", "1");
        assert!(is_there || !required, "journald or root is missing");
        if !is_there {
            tool::skip("a real journal; journald or root is missing");
            return None;
        }
        let mut command = Command::new("unshare");
        let room = Daemon::spawn(command.args(["-m", "sh", "-c", ROOM]));
        let mut journal = Journal { room, journald: None };
        let ready = journal.path("/run/ready");
        until("a room", || Path::new(&ready).exists());
        journal.begin();
        Some(journal)
    }

    /// The name that a file of the room has outside of it.
    fn path(&self, name: &str) -> String {
        format!("/proc/{}/root{name}", self.room.id())
    }

    fn begin(&mut self) {
        let mut command = Command::new("nsenter");
        let room = self.room.id().to_string();
        command.args(["-t", &room, "-m", JOURNALD]);
        self.journald = Some(Daemon::spawn(command.stderr(Stdio::null())));
    }

    fn restart(&mut self) {
        self.journald.take().unwrap().end();
        self.begin();
    }

    /// The address of a sink that writes to it.
    pub(crate) fn spec(&self) -> String {
        format!("journald:{}", self.path("/run/systemd/journal/socket"))
    }

    /// All there is with our tag, as lines of JSON.
    pub(crate) fn shown(&self) -> Vec<u8> {
        let folder = self.path("/run/log/journal");
        let mut command = Command::new("journalctl");
        command.args(["-q", "-o", "json", "--all", "-D", &folder]);
        let output = command.arg("SYSLOG_IDENTIFIER=audit").output();
        output.unwrap().stdout
    }

    /// The entries with our tag, once there is one with `end` in it.
    #[track_caller]
    pub(crate) fn entries(&self, end: &str) -> Vec<BTreeMap<String, Value>> {
        let mut found = Vec::new();
        until(end, || {
            found = self.shown();
            memchr::memmem::find(&found, end.as_bytes()).is_some()
        });
        let lines = found.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
    }
}

#[test]
fn an_entry_arrives_with_its_fields() {
    let Some(journal) = Journal::start() else { return };
    let mut sink = open(&format!("{},tag=audit", journal.spec()));
    let long = "x\u{fc}".repeat(2 << 20);
    write(
        &mut sink,
        &format!(
            "MESSAGE=get a=b 403\0PRIORITY=4\0CODE=403\0AUDIT_USER=eve\0\n\
             MESSAGE={long}\0CODE=200\0\n\
             MESSAGE=end\0\n"
        ),
    );
    deliver(&mut sink);
    settle(&mut sink);
    let entries = journal.entries("\"end\"");
    assert_eq!(entries.len(), 3);
    for (key, expected) in [
        ("MESSAGE", "get a=b 403"),
        ("PRIORITY", "4"),
        ("CODE", "403"),
        ("AUDIT_USER", "eve"),
        ("SYSLOG_FACILITY", "10"),
    ] {
        assert_eq!(entries[0][key], expected, "{key}");
    }
    // Six megabytes go as a file, whole.
    assert_eq!(entries[1]["MESSAGE"], long.as_str());
    assert_eq!(entries[2]["PRIORITY"], "5");
}

#[test]
fn a_journal_restarted_five_times_misses_nothing() {
    let Some(mut journal) = Journal::start() else { return };
    let mut sink = open(&format!("{},tag=audit", journal.spec()));
    let (rounds, many) = (5, 400);
    for round in 0..rounds {
        write(&mut sink, &numbered(round * many..(round + 1) * many));
        deliver(&mut sink);
        journal.restart();
    }
    write(&mut sink, "the end\n");
    deliver(&mut sink);
    settle(&mut sink);
    let entries = journal.entries("the end");
    let text: Vec<_> = entries
        .iter()
        .map(|entry| format!("{}\n", entry["MESSAGE"].as_str().unwrap()))
        .collect();
    check_order(&numbers(&text.concat()), rounds * many);
}
