//! The log is cut to nothing behind the writer's back, and grows again.

use std::{thread, time::Duration};

use super::{
    follower::gaps as said,
    oracle::Score,
    site::{Site, gaps, no_gap},
    times,
    writer::{Writer, copytruncate},
};
use crate::dice::Dice;

/// Returns lengths around what was read, and a few others, all with an event
/// that is kept.
fn length(dice: &mut Dice, read: u64) -> u64 {
    // So that it neither fades nor grows for ever.
    let read = read.clamp(20_000, 60_000);
    match dice.below(6) {
        0 => read - 1,
        1 => read,
        2 => read + 1,
        3 => 2 * read,
        4 => read / 2,
        _ => 12_000 + dice.below(40_000) as u64,
    }
}

/// Cuts the log, of which all was read, and has it grow again.
fn regrow(writer: &mut Writer, dice: &mut Dice) {
    let length = length(dice, writer.length());
    writer.truncate();
    writer.fill(length);
}

#[test]
fn a_log_that_was_cut_and_grew_again_is_read_from_its_begin() {
    let mut dice = Dice::new(1);
    let mut site = Site::new();
    site.writer.fill(20_000);
    let mut follower = site.followed();
    let cycles = times(100, 2_500);
    for _ in 0..cycles {
        follower.stall();
        regrow(&mut site.writer, &mut dice);
        follower.go_on();
        site.until_kept(&mut follower);
    }
    gaps(&site.finish(follower), cycles);
}

#[test]
fn the_same_while_it_is_stopped() {
    let mut dice = Dice::new(2);
    let mut site = Site::new();
    site.writer.fill(20_000);
    site.place.catch_up();
    for _ in 0..times(100, 2_500) {
        regrow(&mut site.writer, &mut dice);
        let ran = site.place.catch_up();
        gaps(&ran, 1);
        assert_eq!(site.place.length(), site.writer.kept(), "{}", ran.err);
    }
    site.check(&site.place.catch_up());
}

#[test]
fn a_writer_that_does_not_append_leaves_a_hole_which_is_no_line() {
    let mut site = Site::new();
    site.writer.events(5);
    let mut follower = site.followed();
    // From now on the writer has a place in the file, and keeps to it.
    site.writer.rotate();
    site.writer.fill(20_000);
    site.until_caught_up(&mut follower);
    for _ in 0..times(10, 100) {
        site.writer.truncate();
        site.writer.fill(20_000);
        site.until_kept(&mut follower);
    }
    site.finish(follower);
}

/// Checks what comes out when bytes may be lost: nothing twice, no line that
/// nobody wrote, and no loss without a word.
#[track_caller]
fn check(found: &[u8], expected: &[u8], talk: &str) {
    let score = Score::of(found, expected);
    assert_eq!((score.doubled, score.strange), (0, 0), "{score}\n{talk}");
    let is_said = score.lost == 0 || !said(talk).is_empty();
    assert!(is_said, "{score} without a word\n{talk}");
}

#[test]
fn copied_and_cut_behind_what_was_read_nothing_is_lost() {
    let mut site = Site::new();
    site.writer.events(20);
    let mut follower = site.followed();
    for _ in 0..times(20, 200) {
        copytruncate(&site.writer.log());
        site.writer.events(20);
        site.until_kept(&mut follower);
    }
    site.finish(follower);
}

#[test]
fn copied_and_cut_at_any_moment_nothing_comes_twice() {
    let mut dice = Dice::new(3);
    let mut site = Site::new();
    site.writer.events(20);
    let mut follower = site.followed();
    for _ in 0..times(500, 20_000) {
        site.writer.events(dice.below(20));
        let pause = dice.below(4_000) as u64;
        thread::sleep(Duration::from_micros(pause));
        if dice.percent(5) {
            copytruncate(&site.writer.log());
        }
    }
    let last = site.writer.fence();
    follower.until("the last one came out", || {
        site.place.found().ends_with(&last)
    });
    let ran = follower.term();
    check(&site.place.found(), &site.expected(), &ran.err);
}

#[test]
fn nuls_before_between_and_behind_lines_are_no_lines() {
    let mut site = Site::new();
    site.writer.put(&[0; 5_000]);
    site.writer.events(5);
    let mut follower = site.followed();
    for length in [1, 100, 4_096, 300_000] {
        site.writer.put(&vec![0; length]);
        site.until_caught_up(&mut follower);
        site.writer.events(5);
        site.until_caught_up(&mut follower);
    }
    site.writer.put(&[0; 5_000]);
    site.writer.rotate();
    site.writer.put(&[0; 5_000]);
    site.writer.rotate();
    site.writer.events(5);
    no_gap(&site.finish(follower));
}
