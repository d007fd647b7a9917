//! The output is rotated by the real logrotate, in each of its ways.

use std::{fs, process::Command};

use memchr::memmem;

use super::{
    follower::Follower,
    oracle::check,
    site::{Site, no_gap},
};
use crate::tool::has;

/// How often it rotates.
const ROTATIONS: usize = 3;

/// A logrotate that rotates the output.
struct Logrotate {
    settings: String,
    state: String,
}

impl Logrotate {
    fn new(site: &Site, way: &str) -> Logrotate {
        let folder = &site.place.folder;
        let output = site.place.output();
        // It asks nobody whose group may write to the folder of a test.
        let text = format!(
            "\"{output}\" {{\n rotate 9\n nocompress\n {way}\n su root root\n}}\n"
        );
        let text = match rustix::process::geteuid().is_root() {
            true => text,
            false => text.replace(" su root root\n", ""),
        };
        let settings = folder.file("logrotate.conf", text);
        Logrotate { settings, state: folder.path("logrotate.state") }
    }

    fn rotate(&self) {
        let ran = Command::new("logrotate")
            .args(["--force", "--state", &self.state, &self.settings])
            .output()
            .unwrap();
        let said = ran.stderr.escape_ascii();
        assert!(ran.status.success(), "{said}");
    }
}

/// What is in the output and all that were rotated, oldest first.
fn found(site: &Site) -> Vec<u8> {
    let output = site.place.output();
    let rotated = (1..=ROTATIONS).rev().map(|n| format!("{output}.{n}"));
    let all = rotated.chain([output.clone()]);
    all.flat_map(|path| fs::read(path).unwrap_or_default()).collect()
}

#[track_caller]
fn until_all_is_out(site: &Site, follower: &mut Follower) {
    let expected = site.expected();
    if !follower.wait(|| found(site).len() >= expected.len()) {
        check(&found(site), &expected, &follower.talk());
    }
}

/// Waits until the checkpoint says how long the output is: before that, a copy
/// of it is not known for one.
fn until_committed(site: &Site, follower: &mut Follower) {
    let length = format!("\"len\":{},", site.place.length());
    follower.until("it is committed", || {
        let checkpoint = fs::read(site.place.checkpoint()).unwrap();
        memmem::find(&checkpoint, length.as_bytes()).is_some()
    });
}

/// Writes, and has the output rotated; `is_quiet` says whether somebody waits
/// before that until nothing is under way. Returns what was said.
fn rotated(way: &str, is_quiet: impl Fn(usize) -> bool) -> String {
    let mut site = Site::new();
    site.writer.events(20);
    let mut follower = site.followed();
    let way = way.replace("PID", &follower.id().to_string());
    let logrotate = Logrotate::new(&site, &way);
    for number in 0..ROTATIONS {
        site.writer.events(100);
        if is_quiet(number) {
            until_all_is_out(&site, &mut follower);
            until_committed(&site, &mut follower);
        }
        let output = site.place.output();
        follower.until("there is a file", || fs::exists(&output).unwrap());
        logrotate.rotate();
        site.writer.events(100);
    }
    until_all_is_out(&site, &mut follower);
    let ran = follower.term();
    assert_eq!(ran.code, Some(143), "{}", ran.err);
    check(&found(&site), &site.expected(), &ran.err);
    no_gap(&ran);
    ran.err
}

#[test]
fn each_line_is_there_once_in_whatever_way_logrotate_rotates() {
    if !has("logrotate") {
        return crate::tool::skip("no logrotate");
    }
    let signal = "create 0600\n postrotate\n kill -USR1 PID\n endscript";
    rotated(signal, |number| number == 1);
    rotated("create 0600", |number| number == 1);
    // Nobody creates it: we do.
    rotated("nocreate", |number| number == 1);
    // It loses what is written while it copies, as its manual says.
    let said = rotated("copytruncate", |_| true);
    assert!(!said.contains("are not there any more"), "{said}");
}
