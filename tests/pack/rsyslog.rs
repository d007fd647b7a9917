//! rsyslog takes its snippets, and what goes through them arrives.

use std::{
    fs,
    os::unix::net::UnixDatagram,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{PROGRAM, packaged, said};
use crate::tool::{self, Folder, event};

/// Returns whether rsyslogd is there. It knows `-v`, not `--version`.
fn has_rsyslog() -> bool {
    let is_there = Command::new("rsyslogd").arg("-v").output().is_ok();
    let required = tool::wants("KAUDIT_FILTER_REQUIRE_ALL", "1");
    assert!(is_there || !required, "rsyslogd is missing");
    if !is_there {
        tool::skip("rsyslogd is missing: its snippets");
    }
    is_there
}

/// Returns the snippets as they would stand below the main file, with all
/// paths in a folder.
fn rules(folder: &Folder, names: &[&str]) -> String {
    let place = folder.path("");
    let work = place.trim_end_matches('/');
    let mut rules =
        format!("global(workDirectory=\"{work}\" maxMessageSize=\"1m\")\n");
    for name in names {
        let text = packaged(&format!("rsyslog/{name}.conf"));
        let text = text
            .replace("/usr/bin/kaudit-filter", PROGRAM)
            .replace("/etc/kaudit-filter/", &place)
            .replace("/var/log/", &place);
        rules.push_str(&text);
    }
    rules
}

#[test]
fn rsyslog_finds_nothing_wrong_with_its_snippets() {
    if !has_rsyslog() {
        return;
    }
    for name in ["omprog", "forward", "local"] {
        let folder = Folder::new();
        let file = folder.file(name, rules(&folder, &[name]));
        let mut rsyslogd = Command::new("rsyslogd");
        let (fine, text) = said(rsyslogd.args(["-N1", "-f", &file]));
        let is_silent = !text.contains("error") && !text.contains("warning");
        assert!(fine && is_silent, "{name}: {text}");
    }
}

/// A running rsyslogd, ended when it is dropped.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).unwrap();
        self.0.wait().unwrap();
    }
}

/// Waits for something to be there.
#[track_caller]
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn events_go_through_rsyslog_to_us_and_into_a_file() {
    if !has_rsyslog() {
        return;
    }
    let folder = Folder::new();
    let path = folder.path("socket");
    let input = format!(
        "module(load=\"imuxsock\" SysSock.Use=\"off\")\n\
         input(type=\"imuxsock\" Socket=\"{path}\" CreatePath=\"off\")\n"
    );
    let rules = rules(&folder, &["omprog", "local"]) + &input;
    let rules = folder.file("rules", rules);
    folder.file("failed.kaf", "outcome and code>=400\n");
    let process = Command::new("rsyslogd")
        .args(["-n", "-f", &rules, "-i", &folder.path("pid")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let daemon = Daemon(process.unwrap());
    let socket = UnixDatagram::unbound().unwrap();
    until("socket", || socket.connect(&path).ok());
    let send = |name: &str, text: &str| {
        let text = format!("<13>Nov 22 10:00:00 {name}: {}", text.trim_end());
        socket.send(text.as_bytes()).unwrap();
    };
    let long =
        event(500).replace("\"u\"", &format!("\"{}\"", "u".repeat(20_000)));
    send("kube-audit", &event(403));
    send("kube-audit", &event(200));
    send("kube-audit", &long);
    send("kaudit-filter[1]", "a message of ours");
    let wanted = event(403) + &long;
    let read = |name: &str| fs::read_to_string(folder.path(name)).ok();
    until("events", || {
        read("kaudit-failed.log").filter(|text| *text == wanted)
    });
    until("message", || {
        read("kaudit-filter.log").filter(|text| text.contains("of ours"))
    });
    drop(daemon);
}
