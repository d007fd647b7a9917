//! The syslog of this machine stands still: what goes to a file goes on.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{taker::Taker, trace::ids};
use crate::{
    follow::{follower::Follower, oracle::one_pass, site::Site, times},
    send::daemon::until,
    tool::command,
};

/// What is told of the syslog.
const SET_ASIDE: &str = "has taken nothing for 0.5 s";
const CAUGHT_UP: &str = "has caught up with the others";

/// As many events as no queue of a socket holds, whatever the system allows.
const MANY: usize = 3000;

#[test]
fn a_syslog_that_stands_still_does_not_hold_a_file() {
    let Some(taker) = Taker::syslog() else { return };
    let Taker::Syslog(rsyslog) = &taker else { unreachable!() };
    let mut site = Site::new();
    let to = taker.spec().replace(",tag", ",stall=500ms,tag");
    let to = format!("--to={to}");
    let args = site.place.file_args(&["-F", &to]);
    let mut follower = Follower::start(command(&args));
    site.writer.events(100);
    site.until_kept(&mut follower);
    until("the first came", || taker.ids().len() > 60);
    rsyslog.halt();
    site.writer.events(MANY);
    let heard = follower.err.clone();
    let told = |what: &str| {
        memchr::memmem::find(&heard.text(), what.as_bytes()).is_some()
    };
    follower.until("it is set aside", || told(SET_ASIDE));
    let had = rsyslog.length();
    let still = Duration::from_secs(times(2, 60) as u64);
    let begun = Instant::now();
    while begun.elapsed() < still {
        site.writer.events(200);
        site.writer.rotate_and_mill();
        let put = Instant::now();
        site.until_kept(&mut follower);
        // Nothing is waited for but a busy machine.
        assert!(put.elapsed() < Duration::from_secs(10), "the file waits");
        // As many rotations, however long it lasts.
        thread::sleep(still / 20);
    }
    assert_eq!(rsyslog.length(), had, "it does not stand still");
    assert!(!told(CAUGHT_UP));
    rsyslog.go_on();
    follower.until("it has caught up", || told(CAUGHT_UP));
    site.writer.events(100);
    let expected = ids(&one_pass(site.writer.generations()));
    until("the last came", || taker.ids().last() == expected.last());
    assert!(!follower.talk().contains("gap"), "{}", follower.talk());
    site.finish(follower);
    // What it did not take was still held: so nothing comes twice.
    assert!(taker.ids() == expected, "others came, or in another order");
}
