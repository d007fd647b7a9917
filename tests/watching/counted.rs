//! Counts of a run that goes on: when asked, and at its end.

use std::{thread, time::Duration};

use rustix::process::Signal;

use crate::follow::follower::Follower;

use super::log::{ALL, Log, lines, until_told};

const GROUPS: &str = "count by code";

/// Asks a run how it stands, and waits until it has said so.
#[track_caller]
fn ask(follower: &mut Follower) {
    follower.signal(Signal::USR1);
    until_told(follower, "lag bytes");
}

/// Returns what is printed of `count` events of each code.
fn table(rows: &[(u64, u16)]) -> String {
    let row = |(count, code): &(u64, u16)| {
        format!("{{\"count\":{count},\"code\":{code}}}\n")
    };
    rows.iter().map(row).collect()
}

#[test]
fn groups_are_printed_when_asked_and_at_the_end() {
    let log = Log::of(&[401, 402, 401]);
    let mut follower = log.follow(&["--from=begin"], GROUPS);
    ask(&mut follower);
    let first = table(&[(2, 401), (1, 402)]);
    follower.until_said(first.len());
    log.add(lines(&[402, 402]));
    let second = table(&[(3, 402), (2, 401)]);
    while !follower.out.text().ends_with(second.as_bytes()) {
        ask(&mut follower);
        thread::sleep(Duration::from_millis(20));
    }
    let ran = follower.term();
    assert_eq!(ran.code, Some(143), "{}", ran.err);
    assert!(ran.out.ends_with(second.repeat(2).as_bytes()), "{}", ran.err);
}

#[test]
fn so_is_a_plain_number() {
    let log = Log::of(&[401, 200, 402]);
    let mut follower = log.follow(&["--from=begin", "-c"], "code>=400");
    ask(&mut follower);
    follower.until_said(2);
    follower.term().check(143, "2\n2\n");
}

#[test]
fn nothing_is_printed_instead_of_lines_that_are_printed() {
    let log = Log::of(&[401]);
    let mut follower = log.follow(&["--from=begin"], ALL);
    ask(&mut follower);
    follower.term().check(143, &lines(&[401]));
}

#[test]
fn what_was_counted_and_not_told_is_counted_again() {
    let log = Log::of(&[401, 402, 401]);
    let kept = log.kept();
    let flags = [&kept[..], "--from=begin"];
    let mut follower = log.follow(&flags, GROUPS);
    ask(&mut follower);
    follower.kill();
    log.add(lines(&[403]));
    let all = table(&[(2, 401), (1, 402), (1, 403)]);
    log.news(&[], GROUPS).check(0, &all);
    log.news(&[], GROUPS).check(0, "");
    log.add(lines(&[401]));
    log.news(&["-c"], ALL).check(0, "1\n");
    log.news(&["-c"], ALL).check(0, "0\n");
}
