//! Nobody reads what the follower writes for a while.

use std::{thread, time::Duration};

use super::{
    follower::{Follower, PEAK, status},
    mill::{Form, Habits},
    oracle::check,
    site::{Site, no_gap},
    times,
};

#[test]
fn what_is_pruned_while_the_reader_sleeps_is_held() {
    let mut site = Site::new();
    site.writer.habits = Habits { backups: 3, form: Form::Plain };
    site.writer.events(20);
    let mut follower = Follower::deaf(site.place.to_pipe());
    follower.until_open(&site.place.log());
    for _ in 0..times(20, 60) {
        // More than a pipe takes, and longer than the follower looks away,
        // but for the last three.
        site.writer.events(200);
        site.writer.rotate_and_mill();
        thread::sleep(Duration::from_millis(400));
    }
    site.writer.events(20);
    thread::sleep(Duration::from_millis(1_200));
    follower.listen();
    no_gap(&site.finish_stream(follower));
}

#[test]
fn a_reader_that_sleeps_costs_no_memory() {
    let mut site = Site::new();
    site.writer.events(20);
    let mut follower = Follower::deaf(site.place.to_pipe());
    follower.until_open(&site.place.log());
    site.writer.fill(64 << 20);
    thread::sleep(Duration::from_millis(500));
    let peak = status(&follower, PEAK);
    assert!(peak < 48 << 10, "{peak} KiB");
    follower.listen();
    site.finish_stream(follower);
}

#[test]
fn what_a_sleeping_reader_has_not_read_is_sent_again() {
    let mut site = Site::new();
    site.writer.events(2_000);
    let mut follower = Follower::deaf(site.place.to_pipe());
    follower.until_open(&site.place.log());
    thread::sleep(Duration::from_millis(500));
    // The pipe is full, and goes with its reader.
    drop(follower.pipe());
    let ran = follower.end();
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let ran = site.finish_stream(site.place.stream());
    check(&ran.out, &site.expected(), &ran.err);
}
