//! The log is rotated while it is followed.

use super::{
    clock::Clock,
    follower::{Follower, PEAK, files, status},
    mill::{Form, Habits},
    place::News,
    site::{Site, adds_up, no_gap},
    times,
};
use crate::dice::Dice;

/// What apiservers keep by default since 1.36.
const HUNDRED: Habits = Habits { backups: 100, form: Form::Plain };

/// Little time to read a backup, and less to read it uncompressed.
const THREE: Habits = Habits { backups: 3, form: Form::Gzip };

/// Rotates so often, never further ahead of the output than the backups
/// reach: what is pruned was readable for a while.
fn rotations(site: &mut Site, follower: &mut Follower, count: usize) {
    let mut dice = Dice::new(count as u64);
    let reach = site.writer.habits.backups - 1;
    let mut ends = Vec::new();
    for rotation in 0..count {
        // lumberjack never rotates a log with nothing in it, others do; what
        // is packed must have something by which it is known again.
        let least = usize::from(site.writer.habits.form == Form::Gzip);
        for _ in 0..dice.below(30).max(least) {
            site.writer.event();
            if dice.percent(20) {
                site.writer.mill();
            }
        }
        ends.push(site.writer.kept());
        if let Some(oldest) = rotation.checked_sub(reach) {
            site.place.until_out(follower, ends[oldest]);
        }
        site.writer.rotate();
    }
}

/// Rotates while it is followed, and checks what came out, what was counted,
/// and what is still held.
fn check(news: News, habits: Habits, count: usize) {
    let mut site = Site::with(news);
    site.writer.habits = habits;
    site.writer.events(10);
    let mut follower = site.followed();
    rotations(&mut site, &mut follower, count);
    site.writer.events(10);
    site.until_caught_up(&mut follower);
    let (held, peak) = (files(&follower), status(&follower, PEAK));
    assert!(held < 300, "{held} files are open");
    assert!(peak < 48 << 10, "{peak} KiB");
    let ran = site.finish(follower);
    adds_up(&ran, site.writer.number() - 1);
    no_gap(&ran);
}

#[test]
fn hundreds_of_rotations_lose_nothing() {
    check(News::Told, HUNDRED, times(500, 10_000));
}

#[test]
fn compressed_and_pruned_at_once_nothing_is_lost() {
    check(News::Told, THREE, times(60, 1_000));
}

#[test]
fn without_inotify_rotations_lose_nothing_either() {
    check(News::Looked, HUNDRED, times(200, 1_000));
}

#[test]
fn a_pipe_gets_it_all_as_well() {
    let mut site = Site::new();
    site.writer.events(10);
    let mut follower = site.place.stream();
    follower.until_said(1);
    for _ in 0..times(50, 1_000) {
        site.writer.events(7);
        site.writer.rotate();
    }
    site.writer.events(1);
    no_gap(&site.finish_stream(follower));
}

#[test]
fn a_writer_with_a_wrong_clock_is_followed_in_order() {
    for days in [-365, 365] {
        let mut site = Site::new();
        site.writer.events(10);
        let mut follower = site.followed();
        for rotation in 0..10 {
            site.writer.clock = Clock::days(days * (rotation % 3));
            site.writer.events(5);
            site.writer.rotate();
            site.writer.events(5);
            site.until_caught_up(&mut follower);
        }
        no_gap(&site.finish(follower));
    }
}

#[test]
fn a_backup_that_is_overwritten_while_it_is_read_is_read_to_its_end() {
    let mut site = Site::new();
    site.writer.clock = Clock::frozen();
    site.writer.events(10);
    let mut follower = site.followed();
    for _ in 0..5 {
        site.writer.events(100);
        site.writer.rotate();
        // Open at least, if not read.
        follower.until_open(&site.place.log());
    }
    site.finish(follower);
}
