//! A busy log is followed for a long time: nothing is lost, and neither
//! memory nor open files grow.
//!
//! `KAUDIT_FILTER_PROOF=soak` takes half an hour at 50,000 events a second;
//! else it is a few seconds at a tenth of that.

use std::{
    io::{BufRead, BufReader, Read},
    thread,
    time::{Duration, Instant},
};

use super::{
    event::{is_failed, numbers},
    follower::{Follower, files, status},
    mill::{Form, Habits},
    oracle::tell,
    site::Site,
    writer::Writer,
};
use crate::tool::wants;

/// How long, and how much.
struct Load {
    lasts: Duration,
    /// Events in each hundredth of a second.
    events: usize,
}

/// Between two rotations.
const ROTATION: Duration = Duration::from_secs(2);

impl Load {
    fn asked_for() -> Load {
        let (seconds, events) = match wants("KAUDIT_FILTER_PROOF", "soak") {
            true => (1_800, 550),
            false => (8, 50),
        };
        Load { lasts: Duration::from_secs(seconds), events }
    }

    /// Writes at an even pace, and rotates; returns how many events.
    fn write(&self, writer: &mut Writer) -> u64 {
        let begun = Instant::now();
        let mut rotated = begun;
        for step in 1_u32.. {
            writer.events(self.events);
            writer.mill();
            writer.forget();
            if rotated.elapsed() >= ROTATION {
                writer.rotate();
                rotated = Instant::now();
            }
            if begun.elapsed() >= self.lasts {
                break;
            }
            let due = begun + step * Duration::from_millis(10);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        writer.fence();
        writer.number() - 1
    }
}

/// Reads events until `last` has come; returns how many there were that are
/// not the one that had to come next.
fn wrong(out: impl Read, last: impl Fn() -> Option<u64>) -> u64 {
    let mut out = BufReader::with_capacity(1 << 20, out);
    let (mut line, mut next, mut wrong) = (Vec::new(), 1, 0);
    while out.read_until(b'\n', &mut line).unwrap() > 0 {
        let number = numbers(&line).next().flatten();
        wrong += u64::from(number != Some(next));
        next = number.unwrap_or(next) + 1;
        while !is_failed(next) {
            next += 1;
        }
        line.clear();
        if last().is_some_and(|last| next > last) {
            break;
        }
    }
    wrong
}

/// What a follower uses.
#[derive(Debug)]
struct Use {
    rss: u64,
    files: usize,
}

impl Use {
    fn of(follower: &Follower) -> Use {
        let rss = status(follower, "VmRSS:");
        Use { rss, files: files(follower) }
    }
}

#[test]
fn a_busy_log_is_followed_for_long() {
    let load = Load::asked_for();
    let mut site = Site::new();
    site.writer.habits = Habits { backups: 5, form: Form::Gzip };
    let mut follower = Follower::deaf(site.place.to_pipe());
    follower.until_open(&site.place.log());
    // It stays open until the end: a follower whose reader has left leaves too.
    let mut out = follower.pipe();
    let out = &mut out;
    let last = std::sync::OnceLock::new();
    let (early, late, wrong) = thread::scope(|scope| {
        let reader = scope.spawn(|| wrong(out, || last.get().copied()));
        let writer = &mut site.writer;
        scope.spawn(|| {
            last.set(load.write(writer)).unwrap();
            // One more line, for whom the last one came too early.
            writer.fence();
        });
        thread::sleep(load.lasts / 4);
        let early = Use::of(&follower);
        thread::sleep(load.lasts / 2);
        let late = Use::of(&follower);
        (early, late, reader.join().unwrap())
    });
    let ran = follower.term();
    let events = last.get().unwrap();
    tell(format_args!("{events} events, {wrong} wrong, {early:?}, {late:?}"));
    assert_eq!((ran.code, wrong), (Some(143), 0), "{}", ran.err);
    assert!(late.rss < early.rss + (8 << 10), "{early:?}, {late:?}");
    assert!(late.files < early.files + 8, "{early:?}, {late:?}");
    super::site::no_gap(&ran);
}
