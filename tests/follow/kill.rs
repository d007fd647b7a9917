//! The follower is killed at random moments, while the log is written and
//! rotated.

use std::{
    collections::HashMap,
    fs,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    event::numbers,
    mill::{Form, Habits},
    place::Place,
    site::{Site, no_gap},
    times,
    writer::Writer,
};
use crate::{dice::Dice, tool::Ran};

/// Enough that some crashes may follow each other.
const MANY: Habits = Habits { backups: 200, form: Form::Gzip };

/// The most bytes of lines to keep that are written ahead of what is final:
/// what takes longer to find again than a follower lives is never read.
const AHEAD: u64 = 2 << 20;

/// Tells somebody to stop, also when it is dropped because a test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Writes until it is told to stop, never further ahead of what certainly is
/// final than the backups reach.
fn write(writer: &mut Writer, stop: &AtomicBool, is_final: &AtomicU64) {
    let mut dice = Dice::new(17);
    let reach = writer.habits.backups - 5;
    let mut ends = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let end = is_final.load(Ordering::Relaxed);
        if writer.kept().saturating_sub(end) > AHEAD {
            thread::sleep(Duration::from_millis(2));
            continue;
        }
        writer.events(1 + dice.below(40));
        writer.mill();
        let oldest = ends.len().checked_sub(reach).map(|at| ends[at]);
        if dice.percent(10) && oldest.is_none_or(|oldest| oldest <= end) {
            ends.push(writer.kept());
            writer.rotate();
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Runs `work` while `writer` writes.
fn meanwhile<T>(
    writer: &mut Writer,
    is_final: &AtomicU64,
    work: impl FnOnce() -> T,
) -> T {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| write(writer, &stop, is_final));
        work()
    })
}

/// Kills followers into a file, a few milliseconds into their lives; one of
/// ten may end in good order.
fn kill_often(place: &Place, kills: usize, is_final: &AtomicU64) {
    let mut dice = Dice::new(kills as u64);
    let mut newest = 0;
    for number in 0..kills {
        let mut follower = place.follow();
        thread::sleep(Duration::from_micros(dice.below(90_000) as u64));
        let before = is_final.load(Ordering::Relaxed);
        if number % 10 < 9 {
            let ran = follower.kill();
            no_gap(&ran);
            are_ordered(place, before, newest, &ran);
            continue;
        }
        follower.until_open(&place.log());
        let ran = follower.term();
        no_gap(&ran);
        are_ordered(place, before, newest, &ran);
        // What lives before this one had written may be in the file without
        // being final yet.
        let length = final_length(place);
        is_final.store(length, Ordering::Relaxed);
        newest = newest_of(&place.found()[..length as usize]);
    }
}

/// Returns how much of the output is final, by the newer slot of the
/// checkpoint. What was there before and may come again is not.
fn final_length(place: &Place) -> u64 {
    let checkpoint = fs::read(place.checkpoint()).unwrap();
    let slots = checkpoint.split(|&byte| byte == b'\n' || byte == 0);
    let slots = slots.filter_map(|slot| serde_json::from_slice(slot).ok());
    let newest = slots.max_by_key(|slot: &Value| slot["seq"].as_u64());
    let mark = &newest.unwrap()["record"]["sinks"][0]["mark"];
    let again = mark["again"].as_u64();
    again.unwrap_or_else(|| mark["len"].as_u64().unwrap())
}

/// Returns the number of the last event.
fn newest_of(lines: &[u8]) -> u64 {
    numbers(lines).last().flatten().unwrap_or(0)
}

/// Checks that behind some bytes, of which `newest` is the last event, there
/// are only newer ones, each behind an older one.
#[track_caller]
fn are_ordered(place: &Place, from: u64, mut newest: u64, ran: &Ran) {
    let found = place.found();
    let lines = memchr::memrchr(b'\n', &found).map_or(0, |end| end + 1);
    for number in numbers(&found[from as usize..lines]) {
        let number = number.unwrap();
        assert!(number > newest, "{number} < {newest}:\n{}", ran.err);
        newest = number;
    }
}

#[test]
fn killed_at_any_moment_the_file_is_as_if_nothing_had_been() {
    let mut site = Site::new();
    site.writer.habits = MANY;
    site.writer.events(20);
    site.place.catch_up();
    let (place, is_final) = (&site.place, AtomicU64::new(0));
    meanwhile(&mut site.writer, &is_final, || {
        kill_often(place, times(100, 5_000), &is_final);
    });
    no_gap(&site.finish(site.place.follow()));
}

/// One life of a follower into a pipe.
struct Life {
    ran: Ran,
    /// How much had come out well before the end: certainly committed.
    old: usize,
}

/// Much longer than the time between two commits, on a busy machine too.
const COMMITTED: Duration = Duration::from_millis(700);

fn live(place: &Place, dice: &mut Dice) -> Life {
    let follower = place.stream();
    // Mostly short lives; some are long enough to commit often.
    let longest = if dice.percent(15) { 1_500 } else { 150 };
    thread::sleep(Duration::from_millis(dice.below(longest) as u64));
    let end = Instant::now();
    let out = follower.out.clone();
    let ran = follower.kill();
    let old = end.checked_sub(COMMITTED).map_or(0, |at| out.length_at(at));
    Life { ran, old }
}

/// Checks that each life goes on at or before the end of the one before, not
/// before what that had committed, and leaves nothing out.
fn check(lives: &[Life], expected: &[u8]) {
    let starts = starts(expected);
    // What is certainly committed, and what has come out.
    let (mut old, mut end) = (0_usize, 0);
    for Life { ran, old: new } in
        lives.iter().filter(|l| !l.ran.out.is_empty())
    {
        let first = numbers(&ran.out).next().flatten();
        // A first line that was cut by the kill says no more than the next.
        let Some(start) = first.map(|number| starts[&number]) else {
            continue;
        };
        let gap = start.saturating_sub(end);
        assert!(gap == 0, "{gap} bytes are missing before\n{}", ran.err);
        let again = old.saturating_sub(start);
        assert!(again == 0, "{again} bytes came twice\n{}", ran.err);
        let span = &expected[start..];
        assert!(span.starts_with(&ran.out), "not contiguous at {start}");
        (old, end) = (old.max(start + new), end.max(start + ran.out.len()));
    }
    assert_eq!(end, expected.len());
}

/// Returns where each event begins.
fn starts(text: &[u8]) -> HashMap<u64, usize> {
    let mut at = 0;
    let lines = text.split_inclusive(|&byte| byte == b'\n');
    let places = lines.map(|line| {
        at += line.len();
        at - line.len()
    });
    let places: Vec<usize> = places.collect();
    numbers(text).map(Option::unwrap).zip(places).collect()
}

#[test]
fn killed_at_any_moment_a_pipe_gets_only_the_newest_again() {
    let mut site = Site::new();
    site.writer.events(20);
    let mut first = site.place.stream();
    first.until_said(1);
    let place = &site.place;
    let mut lives = meanwhile(&mut site.writer, &u64::MAX.into(), || {
        let mut dice = Dice::new(23);
        let mut lives = vec![Life { ran: first.kill(), old: 0 }];
        let count = times(40, 1_000);
        lives.extend((0..count).map(|_| live(place, &mut dice)));
        lives
    });
    // Something that no life has seen yet.
    site.writer.events(3);
    let expected = site.expected();
    let newest = expected.split_inclusive(|&byte| byte == b'\n').next_back();
    let newest = newest.unwrap();
    let mut last = site.place.stream();
    let out = last.out.clone();
    last.until("the newest came out", || out.ends_with(newest));
    lives.push(Life { ran: last.term(), old: 0 });
    check(&lives, &expected);
}
