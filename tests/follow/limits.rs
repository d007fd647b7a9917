//! The system does not tell what happened: its queue is full, or it has no
//! watches left.

use std::{fs, process::Command};

use super::{
    follower::Follower,
    points::traced,
    site::{Site, no_gap},
    times,
};
use crate::tool::{command, has, skip};

/// Makes more news in the folder of the log than the system keeps.
pub(crate) fn overflow(site: &Site) {
    let queue = "/proc/sys/fs/inotify/max_queued_events";
    let most: usize =
        fs::read_to_string(queue).unwrap().trim().parse().unwrap();
    let (one, other) =
        (site.writer.folder().join("x"), site.writer.folder().join("y"));
    for _ in 0..most / 2 {
        fs::write(&one, b"").unwrap();
        fs::rename(&one, &other).unwrap();
    }
    fs::remove_file(other).unwrap();
}

#[test]
fn news_that_were_dropped_are_found_out() {
    for _ in 0..times(2, 20) {
        let mut site = Site::new();
        site.writer.events(20);
        let mut follower = site.followed();
        follower.stall();
        overflow(&site);
        for _ in 0..3 {
            site.writer.events(20);
            site.writer.rotate();
        }
        site.writer.events(20);
        follower.go_on();
        site.until_caught_up(&mut follower);
        site.writer.events(20);
        site.until_caught_up(&mut follower);
        site.writer.rotate();
        site.writer.events(20);
        no_gap(&site.finish(follower));
    }
}

/// Rotates under a follower that is told nothing, and checks that it says so
/// once.
fn is_untold(mut site: Site, mut follower: Follower) {
    site.until_caught_up(&mut follower);
    for _ in 0..3 {
        site.writer.events(20);
        site.writer.rotate();
    }
    site.writer.events(20);
    let ran = site.finish(follower);
    let warnings = ran.err.matches("no notices from the system").count();
    assert_eq!(warnings, 1, "{}", ran.err);
    no_gap(&ran);
}

#[test]
fn without_watches_it_looks_by_itself() {
    if !has("strace") {
        return skip("strace");
    }
    for (call, error) in [
        ("inotify_init1", "EMFILE"),
        ("inotify_init1", "ENOSYS"),
        ("inotify_add_watch", "ENOSPC"),
    ] {
        let mut site = Site::new();
        site.writer.events(20);
        let inject = format!("inject={call}:error={error}");
        let trace = format!("trace={call}");
        let flags = ["-o/dev/null", "-e", &trace, "-e", &inject];
        let follower = traced(&flags, &site.place.file_args(&["-F"]));
        is_untold(site, follower);
    }
}

#[test]
fn where_the_system_has_no_watches_left_it_looks_by_itself() {
    for limit in ["max_inotify_instances", "max_inotify_watches"] {
        let mut site = Site::new();
        site.writer.events(20);
        let ours = command(&site.place.file_args(&["-F"]));
        let script = format!("echo 0 >/proc/sys/user/{limit} && exec \"$@\"");
        let mut inside = Command::new("unshare");
        inside.args(["-r", "sh", "-c", &script, "sh"]);
        let may = Command::new("unshare")
            .args(inside.get_args().chain(["true".as_ref()]))
            .status();
        if !may.is_ok_and(|status| status.success()) {
            return skip("limits of our own cannot be set");
        }
        inside.arg(ours.get_program()).args(ours.get_args());
        is_untold(site, Follower::start(inside));
    }
}
