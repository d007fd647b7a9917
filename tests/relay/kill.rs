//! The program is killed while it sends: what comes again is what came since
//! the last commit.

use super::{
    taker::Taker,
    trace::{committed, ids, only_since, returns},
};
use crate::{
    follow::{
        follower::Follower,
        mill::{Form, Habits},
        site::{Site, no_gap},
        times,
    },
    send::daemon::until,
    tool::command,
};

/// Killed so often, with a rotation each time, it goes on at what was final.
fn check(taker: &Taker) {
    let mut site = Site::new();
    site.writer.habits = Habits { backups: usize::MAX, form: Form::Gzip };
    let to = format!("--to={}", taker.spec());
    let args = site.place.args(&["-F", &to]);
    let follow = || Follower::start(command(&args));
    let mut finals = Vec::new();
    for _ in 0..times(4, 50) {
        let mut follower = follow();
        site.writer.events(30);
        let old = ids(&site.expected());
        follower.until("it is final", || committed(&site.place) == old.len());
        site.writer.events(30);
        site.writer.rotate_and_mill();
        site.writer.events(30);
        let new = ids(&site.expected())[old.len()];
        follower.until("more came", || taker.ids().contains(&new));
        no_gap(&follower.kill());
        let is_final = committed(&site.place);
        assert!(is_final >= old.len(), "{is_final} < {}", old.len());
        finals.push(is_final);
    }
    let expected = ids(&site.expected());
    let mut follower = follow();
    follower
        .until("all is final", || committed(&site.place) == expected.len());
    no_gap(&follower.term());
    let last = expected.last().unwrap();
    until("the last came", || taker.ids().last() == Some(last));
    only_since(&returns(&taker.ids(), &expected), &finals);
}

#[test]
fn a_syslog_gets_only_what_came_since_the_last_commit_again() {
    if let Some(taker) = Taker::syslog() {
        check(&taker);
    }
}

#[test]
fn a_journal_gets_only_what_came_since_the_last_commit_again() {
    if let Some(taker) = Taker::journal() {
        check(&taker);
    }
}
