//! How a run that follows ends, and what its exit code says.

use std::{process::Command, thread, time::Duration};

use rustix::process::Signal;

use crate::{
    follow::follower::Follower,
    tool::{event, run},
};

use super::log::{ALL, Log, ended, lines, until_out, until_told};

/// Returns `command` with variables set in its environment; [`Follower`]
/// takes some away from what it starts.
pub(super) fn with(command: &Command, variables: &[String]) -> Command {
    let mut env = Command::new("env");
    env.args(variables).arg(command.get_program()).args(command.get_args());
    env
}

/// Checks the code of a run that a signal ends.
#[track_caller]
fn check(variables: &[&str], signal: Signal, code: i32) {
    let log = Log::of(&[401]);
    let variables: Vec<String> =
        variables.iter().map(|set| (*set).to_owned()).collect();
    let command = log.command(&[&log.kept(), "-n1"], ALL);
    let mut follower = Follower::start(with(&command, &variables));
    until_out(&mut follower, &lines(&[401]));
    follower.signal(signal);
    follower.end().check(code, &lines(&[401]));
    log.news(&[], ALL).check(0, "");
}

#[test]
fn a_signal_ends_it_in_good_order() {
    check(&[], Signal::TERM, 143);
    check(&[], Signal::INT, 130);
    check(&["NOTIFY_SOCKET=", "INVOCATION_ID="], Signal::TERM, 143);
}

#[test]
fn a_service_manager_takes_only_zero_for_a_success() {
    for variable in ["INVOCATION_ID=x", "NOTIFY_SOCKET=/nobody/listens"] {
        check(&[variable], Signal::TERM, 0);
        check(&[variable], Signal::INT, 0);
    }
}

#[test]
fn a_signal_ends_it_while_nobody_reads() {
    let log = Log::of(&[]);
    log.add(event(401).repeat(2_000));
    let flags = [&log.kept()[..], "--from=begin"];
    let mut follower = Follower::deaf(log.command(&flags, ALL));
    until_told(&mut follower, "following");
    thread::sleep(Duration::from_millis(500));
    follower.signal(Signal::TERM);
    // What is in the pipe counts only when it is read.
    thread::sleep(Duration::from_millis(500));
    follower.listen();
    let ran = follower.end();
    assert_eq!(ran.code, Some(143), "{}", ran.err);
    let seen = ran.out.len() / event(401).len();
    let again = log.news(&[], ALL);
    let rest = again.out.len() / event(401).len();
    assert!(seen + rest >= 2_000, "{seen} and {rest}: {}", again.err);
}

/// Checks that a run ends well when its reader leaves, though it has nothing
/// to write.
#[track_caller]
fn check_left(flags: &[&str], expr: &str) {
    let log = Log::of(&[401]);
    let mut follower = Follower::deaf(log.command(flags, expr));
    until_told(&mut follower, "following");
    thread::sleep(Duration::from_millis(100));
    drop(follower.pipe());
    let ran = follower.end();
    assert_eq!(ran.code, Some(0), "{flags:?}: {}", ran.err);
}

#[test]
fn it_ends_when_its_reader_leaves() {
    let log = Log::of(&[401]);
    let kept = log.kept();
    for flags in [&[][..], &["--poll"], &["--from=begin"], &[&kept], &["-e"]] {
        check_left(flags, ALL);
    }
    check_left(&["-c"], ALL);
    check_left(&[], "count by code");
}

#[test]
fn a_reader_that_leaves_has_read_what_it_has_read() {
    let log = Log::of(&[401]);
    log.news(&[], ALL).check(0, &lines(&[401]));
    let mut follower = Follower::deaf(log.command(&[&log.kept()], ALL));
    until_told(&mut follower, "resuming");
    log.add(lines(&[402]));
    thread::sleep(Duration::from_millis(300));
    drop(follower.pipe());
    let ran = follower.end();
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    // Nobody has read the line out of the pipe.
    log.news(&[], ALL).check(0, &lines(&[402]));
}

#[test]
fn it_ends_with_the_line_that_is_asked_for() {
    let log = Log::of(&[200]);
    let kept = log.kept();
    let follower = log.follow(&[&kept, "-q"], "code>=400");
    log.add(lines(&[200, 401, 402]));
    follower.end().check(0, "");
    let follower = log.follow(&[&kept], "code>=400 | head 1");
    let said = ended(follower.end(), 0, &lines(&[402]));
    assert!(said.contains("(line 4)"), "{said}");
    log.news(&[], ALL).check(0, "");
}

#[test]
fn an_undecided_line_ends_it_every_time() {
    let log = Log::of(&[401]);
    log.add("{\"kind\":\"Event\",\"level\":\"Meta\n");
    log.add(lines(&[402]));
    let flags = ["--on-invalid=fail", &log.kept(), "--from=begin"];
    for _ in 0..2 {
        let ran = log.follow(&flags, "code=401").end();
        assert_eq!(ran.code, Some(65), "{}", ran.err);
        assert!(ran.err.contains("cannot decide"), "{}", ran.err);
    }
    let ran = log.news(&["--on-invalid=skip"], "code>=402");
    ran.check(0, &lines(&[402]));
}

#[test]
fn who_hangs_up_ends_a_run_that_ends_of_itself() {
    let log = Log::of(&[]);
    log.add(event(401).repeat(2_000));
    let (kept, path) = (log.kept(), log.path());
    let args = ["--new", &kept, ALL, &path];
    let mut follower = Follower::deaf(crate::tool::command(&args));
    until_told(&mut follower, "following");
    thread::sleep(Duration::from_millis(300));
    follower.signal(Signal::HUP);
    follower.listen();
    assert_eq!(follower.end().code, None);
    let ran = run(&args, "");
    ran.check(0, &event(401).repeat(2_000));
}
