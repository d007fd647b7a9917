//! What is written comes out at once, and nothing happens when nothing is.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use super::{follower::Follower, place::News, site::Site};

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

/// Returns how often a program was given the processor because it asked.
fn wake_ups(follower: &Follower) -> u64 {
    let status = format!("/proc/{}/status", follower.id());
    let status = fs::read_to_string(status).unwrap();
    let name = "voluntary_ctxt_switches:";
    let row = status.lines().find_map(|row| row.strip_prefix(name));
    row.unwrap().trim().parse().unwrap()
}

#[test]
fn a_quiet_log_wakes_nobody() {
    for (news, most) in [(News::Told, 3), (News::Looked, 30)] {
        let mut site = Site::with(news);
        site.writer.events(5);
        let follower = site.followed();
        thread::sleep(Duration::from_millis(1_500));
        let before = wake_ups(&follower);
        thread::sleep(Duration::from_millis(3_000));
        let woken = wake_ups(&follower) - before;
        // Once a second it looks, told or not.
        assert!(woken <= 3 * most, "{woken} times");
        site.finish(follower);
    }
}
