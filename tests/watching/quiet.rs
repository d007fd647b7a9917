//! What is written comes out at once, and nothing happens when nothing is.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{
    follow::{follower::Follower, oracle::tell},
    tool::{Folder, event, has, skip},
};

use super::log::{ALL, Log, lines, until_told};

/// Writes events one by one and returns how long each took to come out,
/// sorted.
fn times(log: &Log, follower: &mut Follower, many: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for number in 0..many {
        let length = (number + 1) * event(401).len();
        let begun = Instant::now();
        log.add(event(401));
        while follower.out.length() < length {
            assert!(begun.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_micros(50));
        }
        times.push(begun.elapsed());
        thread::sleep(Duration::from_millis(3));
    }
    times.sort();
    times
}

#[test]
fn an_event_is_out_as_soon_as_it_is_written() {
    for (way, has_checkpoint) in [("", false), ("with a checkpoint", true)] {
        let log = Log::of(&[200]);
        let kept = log.kept();
        let flags = if has_checkpoint { &[&kept[..]][..] } else { &[] };
        let mut follower = log.follow(flags, ALL);
        let times = times(&log, &mut follower, 200);
        follower.term();
        let [half, most, last] = [100, 198, 199].map(|at| times[at]);
        tell(format_args!(
            "written to read {way}: half in {half:?}, 99 % in {most:?}, all \
             in {last:?}"
        ));
        // The machine may be busy with other tests.
        assert!(half < Duration::from_millis(20), "{times:?}");
    }
}

/// Returns how often a program was given the processor because it asked.
fn wake_ups(follower: &Follower) -> u64 {
    let status = format!("/proc/{}/status", follower.id());
    let status = fs::read_to_string(status).unwrap();
    let name = "voluntary_ctxt_switches:";
    let row = status.lines().find_map(|row| row.strip_prefix(name));
    row.unwrap().trim().parse().unwrap()
}

/// Checks that a run sleeps, but for a look each second.
#[track_caller]
fn check_sleeps(what: &str, follower: Follower) {
    thread::sleep(Duration::from_millis(1_500));
    let before = wake_ups(&follower);
    thread::sleep(Duration::from_secs(3));
    let woken = wake_ups(&follower) - before;
    tell(format_args!("{what}: {woken} wake-ups in 3 s"));
    assert!(woken <= 12, "{what}: {woken} times; {}", follower.talk());
    follower.kill();
}

#[test]
fn a_quiet_log_lets_it_sleep() {
    let log = Log::of(&[401]);
    check_sleeps("nothing happens", log.follow(&[], ALL));
    let kept = log.kept();
    let follower = log.follow(&[&kept, "--from=begin"], ALL);
    check_sleeps("nothing happens any more", follower);
    log.add(&event(401)[..99]);
    check_sleeps("half a line is there", log.follow(&[], ALL));
}

#[test]
fn whatever_it_waits_for_it_sleeps() {
    let log = Log::absent();
    check_sleeps("no log is there", log.follow(&[], ALL));
    fs::create_dir(log.path()).unwrap();
    let mut follower = Follower::start(log.command(&[], ALL));
    until_told(&mut follower, "waiting for it");
    check_sleeps("a folder is there", follower);
    fs::remove_dir(log.path()).unwrap();
    log.add(event(401).repeat(2_000));
    let kept = log.kept();
    let flags = [&kept[..], "--from=begin"];
    let mut follower = Follower::deaf(log.command(&flags, ALL));
    until_told(&mut follower, "following");
    check_sleeps("nobody reads", follower);
}

#[test]
fn a_name_that_is_gone_lets_it_sleep() {
    let log = Log::of(&[401]);
    let follower = log.follow(&[], ALL);
    fs::remove_file(log.path()).unwrap();
    check_sleeps("the log is gone", follower);
    log.add(lines(&[401]));
    let follower = log.follow(&[], ALL);
    let folder = log.folder.path("");
    fs::rename(log.path(), format!("{folder}/audit.log.1")).unwrap();
    check_sleeps("the log was renamed", follower);
}

#[test]
fn a_quiet_log_costs_few_calls() {
    if !has("strace") {
        return skip("strace: calls of a run that waits");
    }
    let log = Log::of(&[401]);
    // Not beside the log: what is written there is noticed.
    let folder = Folder::new();
    let counts = folder.path("counts");
    let ours = log.command(&[&log.kept()], ALL);
    let mut traced = Command::new("strace");
    traced.args(["-f", "-o", &counts]);
    traced.arg(ours.get_program()).args(ours.get_args());
    let mut follower = Follower::start(traced);
    until_told(&mut follower, "following");
    thread::sleep(Duration::from_millis(1_500));
    let calls = || fs::read_to_string(&counts).unwrap().lines().count();
    let before = calls();
    thread::sleep(Duration::from_secs(3));
    let made = calls() - before;
    follower.kill();
    tell(format_args!("nothing happens: {made} system calls in 3 s"));
    assert!(made <= 150, "{made} calls");
}
