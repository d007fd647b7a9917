//! What is written comes out at once, and nothing happens when nothing is.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{follower::status, place::News, site::Site};

#[test]
fn an_event_comes_out_at_once() {
    let mut site = Site::new();
    site.writer.events(5);
    let mut follower = site.place.stream();
    follower.until_said(1);
    let mut times: Vec<Duration> = Vec::new();
    for number in 0..100 {
        if number % 10 == 9 {
            site.writer.rotate();
        }
        let before = follower.out.length();
        let begun = Instant::now();
        site.writer.fence();
        while follower.out.length() == before {
            assert!(begun.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_micros(200));
        }
        times.push(begun.elapsed());
        thread::sleep(Duration::from_millis(5));
    }
    times.sort();
    // This machine may be busy with other tests, so not all of them count.
    assert!(times[50] < Duration::from_millis(20), "{times:?}");
    site.finish_stream(follower);
}

/// How often a program was given the processor because it asked.
const WAKE_UPS: &str = "voluntary_ctxt_switches:";

#[test]
fn a_quiet_log_wakes_nobody() {
    for (news, most) in [(News::Told, 3), (News::Looked, 30)] {
        let mut site = Site::with(news);
        site.writer.events(5);
        let follower = site.followed();
        thread::sleep(Duration::from_millis(1_500));
        let before = status(&follower, WAKE_UPS);
        thread::sleep(Duration::from_millis(3_000));
        let woken = status(&follower, WAKE_UPS) - before;
        // Once a second it looks, told or not.
        assert!(woken <= 3 * most, "{woken} times");
        site.finish(follower);
    }
}
