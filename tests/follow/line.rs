//! Lines come in pieces, or lose their ends.

use std::{thread, time::Duration};

use super::{
    event::event,
    site::{Site, no_gap},
    times,
};
use crate::dice::Dice;

#[test]
fn a_line_that_comes_in_two_pieces_is_one_line() {
    let mut site = Site::new();
    site.writer.events(5);
    let follower = site.followed();
    let length = event(1).len();
    for split in 1..length {
        let line = event(site.writer.number());
        let (head, tail) = line.split_at(split.min(line.len() - 1));
        site.writer.put(head);
        // Long enough that it mostly is seen like this.
        thread::sleep(Duration::from_millis(2));
        site.writer.put(tail);
    }
    no_gap(&site.finish(follower));
}

#[test]
fn half_a_line_is_kept_in_mind_while_it_is_stopped() {
    let mut dice = Dice::new(4);
    let mut site = Site::new();
    site.writer.events(5);
    site.place.catch_up();
    for number in 0..times(40, 700) {
        let line = event(site.writer.number());
        let (head, tail) = line.split_at(1 + dice.below(line.len() - 1));
        site.writer.put(head);
        let before = site.place.length();
        site.place.catch_up();
        assert_eq!(site.place.length(), before, "half a line came out");
        if number % 5 == 4 {
            // Nobody completes what is behind a rotation.
            site.writer.rotate();
        } else {
            site.writer.put(tail);
        }
        site.writer.events(2);
        let ran = site.place.catch_up();
        site.check(&ran);
        no_gap(&ran);
    }
}

/// A full disk, at the writer: the rest of a line is missing, and the next
/// one follows at once.
#[test]
fn an_event_that_is_glued_to_half_a_line_comes_out_by_itself() {
    let mut site = Site::new();
    site.writer.events(5);
    let mut follower = site.followed();
    let mut glued = Vec::new();
    for cut in (1..event(1).len()).step_by(times(7, 1)) {
        let half = event(site.writer.number());
        site.writer.put(&half[..cut.min(half.len() - 2)]);
        let whole = site.writer.fence();
        glued.push(whole);
    }
    let last = site.writer.fence();
    follower.until("the last one came out", || {
        site.place.found().ends_with(&last)
    });
    let ran = follower.term();
    let found = site.place.found();
    let mut lines = found.split_inclusive(|&byte| byte == b'\n');
    for whole in glued {
        let is_there = lines.any(|line| line == whole);
        assert!(is_there, "{}\n{}", whole.escape_ascii(), ran.err);
    }
}
