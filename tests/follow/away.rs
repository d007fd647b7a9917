//! The log is rotated while nobody reads it: the follower is stopped, or
//! stands still.

use super::{
    clock::Clock,
    follower::Follower,
    mill::{Form, Habits},
    oracle::{self, one_pass},
    place::{BOTH, News},
    site::{Site, gaps, no_gap},
    times,
    writer::ALL,
};
use crate::{dice::Dice, tool::command};

/// Keeps all backups, compressed.
const GZIP: Habits = Habits { backups: usize::MAX, form: Form::Gzip };

/// Writes and rotates `depth` times; with compression, the mill is somewhere.
fn rotations(site: &mut Site, depth: usize) {
    let mut dice = Dice::new(depth as u64);
    for _ in 0..depth {
        site.writer.events(1 + dice.below(40));
        site.writer.rotate();
        for _ in 0..dice.below(14) {
            site.writer.mill();
        }
    }
    site.writer.events(dice.below(10));
}

/// How a follower is ended.
#[derive(Clone, Copy)]
enum End {
    Term,
    Kill,
}

/// Stops a follower in the midst of a generation, rotates, and reads on.
fn stopped(depth: usize, habits: Habits, end: End) {
    let mut site = Site::new();
    site.writer.habits = habits;
    site.writer.events(20);
    let follower = site.followed();
    match end {
        End::Term => drop(follower.term()),
        End::Kill => drop(follower.kill()),
    }
    site.writer.events(20);
    rotations(&mut site, depth);
    // Once to look what is new, once to stay.
    let ran = site.place.catch_up();
    site.check(&ran);
    no_gap(&ran);
    rotations(&mut site, depth);
    no_gap(&site.finish(site.place.follow()));
}

#[test]
fn rotations_while_stopped_are_read_from_where_it_stopped() {
    for depth in 1..=times(10, 50) {
        for habits in [ALL, GZIP] {
            stopped(depth, habits, End::Term);
            stopped(depth, habits, End::Kill);
        }
    }
}

/// Lets a follower stand still over `depth` rotations.
fn stalled(depth: usize, habits: Habits, news: News) {
    let mut site = Site::with(news);
    site.writer.habits = habits;
    site.writer.events(20);
    let mut follower = site.followed();
    follower.stall();
    site.writer.events(20);
    rotations(&mut site, depth);
    follower.go_on();
    no_gap(&site.finish(follower));
}

#[test]
fn rotations_while_it_stands_still_are_read_afterwards() {
    for depth in 1..=times(10, 50) {
        stalled(depth, ALL, News::Told);
        stalled(depth, GZIP, News::Told);
    }
    for depth in [1, 2, 10] {
        stalled(depth, ALL, News::Looked);
    }
}

#[test]
fn a_log_that_was_empty_when_it_stood_still_is_read_once() {
    for habits in [ALL, GZIP] {
        let mut site = Site::new();
        site.writer.habits = habits;
        site.writer.events(20);
        let mut follower = site.followed();
        site.writer.rotate();
        follower.until_open(&site.place.log());
        follower.stall();
        rotations(&mut site, 3);
        site.writer.rotate_and_mill();
        site.writer.events(20);
        follower.go_on();
        no_gap(&site.finish(follower));
    }
}

/// Stops the mill behind `steps` of its steps, and reads what is new there.
fn half_compressed(steps: usize, news: News) {
    let mut site = Site::with(news);
    site.writer.habits = GZIP;
    site.writer.events(20);
    site.place.catch_up();
    for _ in 0..2 {
        site.writer.events(20);
        site.writer.rotate();
    }
    for _ in 0..steps {
        site.writer.mill();
    }
    site.writer.events(20);
    site.check(&site.place.catch_up());
    site.writer.rotate_and_mill();
    site.writer.events(20);
    let ran = site.place.catch_up();
    site.check(&ran);
    no_gap(&ran);
}

#[test]
fn half_compressed_backups_are_read_once() {
    for news in BOTH {
        // Opened, filled by four writes, removed: for each of two backups.
        for steps in 0..=12 {
            half_compressed(steps, news);
        }
    }
}

#[test]
fn what_was_pruned_unread_is_said() {
    let mut site = Site::new();
    site.writer.habits = Habits { backups: 1, form: Form::Plain };
    site.writer.events(20);
    let mut follower = site.followed();
    follower.stall();
    for _ in 0..4 {
        site.writer.events(20);
        site.writer.rotate_and_mill();
    }
    site.writer.events(20);
    follower.go_on();
    // The one that it holds, the only backup, and the log.
    let all = site.writer.generations();
    let expected = one_pass(&[&all[..1], &all[3..]].concat());
    site.place.until_out(&mut follower, expected.len() as u64);
    let ran = follower.term();
    oracle::check(&site.place.found(), &expected, &ran.err);
    gaps(&ran, 1);
}

#[test]
fn what_was_overwritten_unread_is_said() {
    let mut site = Site::new();
    site.writer.events(20);
    site.place.catch_up();
    let first = site.writer.generations()[0].clone();
    site.writer.clock = Clock::frozen();
    for _ in 0..2 {
        site.writer.events(20);
        site.writer.rotate();
    }
    site.writer.events(20);
    let ran = site.place.catch_up();
    // The first one was read in part; the rest of it is gone.
    let rest = &site.writer.generations()[1..];
    let expected = one_pass(&[&[first], rest].concat());
    oracle::check(&site.place.found(), &expected, &ran.err);
    gaps(&ran, 1);
}

#[test]
fn nothing_is_lost_to_clocks_that_jump_while_it_is_stopped() {
    for days in [-365, 365] {
        let mut site = Site::new();
        site.writer.events(20);
        site.place.catch_up();
        for rotation in 0..4 {
            site.writer.clock = Clock::days(days * (rotation % 2));
            site.writer.events(20);
            site.writer.rotate();
        }
        site.writer.events(20);
        let ran = site.place.catch_up();
        // By their names, none is older than the other: any order will do.
        let expected = site.expected();
        let score = oracle::Score::of(&site.place.found(), &expected);
        let score = oracle::Score { late: 0, ..score };
        assert_eq!(score, oracle::Score::default(), "{}", ran.err);
    }
}

#[test]
fn a_second_follower_is_refused_while_the_first_one_runs() {
    let mut site = Site::new();
    site.writer.events(20);
    let follower = site.followed();
    let second = command(&site.place.file_args(&["-F"]));
    let second = Follower::start(second).end();
    assert_eq!(second.code, Some(75), "{}", second.err);
    site.writer.events(20);
    site.finish(follower);
}
