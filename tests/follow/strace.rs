//! The follower is killed in front of its system calls, one after the other:
//! between two of them, nothing changes that survives it.

use std::{
    fs,
    os::unix::fs::symlink,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    mill::{Form, Habits},
    oracle::{check, one_pass, tell},
    place::{News, Place},
    points::{Point, killed_at, points, spread, traced},
    site::{Site, no_gap},
    times,
    writer::{ALL, Writer},
};
use crate::{
    dice::Dice,
    tool::{has, skip},
};

/// Runs at once: they wait for the disk more than they compute.
const WORKERS: usize = 4;

/// Where a follower was stopped, and what must come out when it goes on.
struct Stopped {
    place: Place,
    /// Its checkpoint and its output, if it has begun.
    checkpoint: Option<Vec<u8>>,
    output: Option<Vec<u8>>,
    expected: Vec<u8>,
}

impl Stopped {
    /// Stands at the place of another log.
    fn at(log: &str) -> Place {
        let place = Place::new(News::Looked);
        symlink(log, place.folder.path("log")).unwrap();
        place
    }

    fn new(place: Place, expected: Vec<u8>) -> Stopped {
        let checkpoint = fs::read(place.checkpoint()).ok();
        let output = fs::read(place.output()).ok();
        Stopped { place, checkpoint, output, expected }
    }

    /// Puts everything back to where it was.
    fn restore(&self) {
        restore(&self.place.checkpoint(), self.checkpoint.as_deref());
        restore(&self.place.output(), self.output.as_deref());
    }

    fn args(&self) -> Vec<String> {
        self.place.file_args(&["--new"])
    }

    /// Returns the points of a run that is left alone.
    fn points(&self) -> Vec<Point> {
        self.restore();
        let trace = self.place.folder.path("trace");
        let ran = traced(&["-o", &trace], &self.args()).end();
        check(&self.place.found(), &self.expected, &ran.err);
        points(&trace, &self.place.checkpoint())
    }

    /// Kills a run at a point, and checks that the next one makes it good.
    /// Returns whether the point was met: a run that takes longer looks
    /// around more often.
    fn check(&self, point: &Point) -> bool {
        self.restore();
        let killed = killed_at(point, &self.args()).end();
        let ran = self.place.catch_up();
        let talk = format!("{point:?}\n{}{}", killed.err, ran.err);
        check(&self.place.found(), &self.expected, &talk);
        no_gap(&ran);
        assert!(matches!(killed.code, None | Some(0)), "{talk}");
        killed.code.is_none()
    }
}

fn restore(path: &str, bytes: Option<&[u8]>) {
    match bytes {
        // The same file as it was, not another one of that name.
        Some(bytes) => fs::write(path, bytes).unwrap(),
        None => drop(fs::remove_file(path)),
    }
}

/// Kills a follower at points of its run, several at once.
fn check_points(stopped: &[Stopped], count: usize) {
    let points = stopped[0].points();
    let all = points.len();
    let points = spread(points, count, &mut Dice::new(3));
    let count = points.len();
    let points = Mutex::new(points);
    let missed = AtomicUsize::new(0);
    thread::scope(|scope| {
        for stopped in stopped {
            scope.spawn(|| {
                while let Some(point) = { points.lock().unwrap().pop() } {
                    if !stopped.check(&point) {
                        missed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let missed = missed.into_inner();
    tell(format_args!("{count} of {all} points, {missed} not met"));
    assert!(missed * 4 <= count, "{missed} of {count} points were not met");
}

/// Writes the reference log: 2,000 events, 3 rotations, the oldest backup
/// compressed. `begin` is called when 300 events are there.
fn reference<T>(begin: impl FnOnce(&Site) -> T) -> (Site, T) {
    let mut site = Site::new();
    site.writer.events(300);
    let begun = begin(&site);
    site.writer.events(200);
    site.writer.habits = Habits { backups: 9, form: Form::Gzip };
    site.writer.rotate_and_mill();
    site.writer.habits = ALL;
    for _ in 0..2 {
        site.writer.events(500);
        site.writer.rotate();
    }
    site.writer.events(500);
    (site, begun)
}

/// Says so and returns `false` if there is no strace.
fn can_trace() -> bool {
    let can = has("strace");
    if !can {
        skip("strace");
    }
    can
}

#[test]
fn killed_at_a_call_it_goes_on_as_if_nothing_had_been() {
    if !can_trace() {
        return;
    }
    let (site, places) = reference(|site| {
        let log = site.place.folder.path("log");
        let places: Vec<_> = (0..WORKERS).map(|_| Stopped::at(&log)).collect();
        places.iter().for_each(|place| drop(place.catch_up()));
        places
    });
    let expected = site.expected();
    let stopped: Vec<_> = places
        .into_iter()
        .map(|place| Stopped::new(place, expected.clone()))
        .collect();
    check_points(&stopped, times(150, usize::MAX));
}

#[test]
fn killed_at_a_call_of_its_first_run_it_begins_again() {
    if !can_trace() {
        return;
    }
    let (site, ()) = reference(|_| ());
    let log = site.place.folder.path("log");
    // Without a checkpoint it begins with the log; backups are the past.
    let newest = site.writer.generations().last().unwrap().clone();
    let expected = one_pass(&[newest]);
    let stopped: Vec<_> = (0..WORKERS)
        .map(|_| Stopped::new(Stopped::at(&log), expected.clone()))
        .collect();
    check_points(&stopped, times(50, usize::MAX));
}

/// Writes the reference log under the eyes of the follower.
fn write(writer: &mut Writer) {
    for generation in 0..4 {
        for _ in 0..25 {
            writer.events(20);
            writer.mill();
            thread::sleep(Duration::from_micros(300));
        }
        if generation < 3 {
            writer.rotate();
        }
    }
}

/// Kills a follower at some call while the log is written.
fn live(point: &Point) {
    let mut site = Site::new();
    site.writer.habits = Habits { backups: 9, form: Form::Gzip };
    site.writer.events(20);
    site.place.catch_up();
    let follower = killed_at(point, &site.place.file_args(&["-F"]));
    write(&mut site.writer);
    // If it has not come to that point yet, this one is as good.
    follower.kill();
    let ran = site.place.catch_up();
    check(&site.place.found(), &site.expected(), &format!("{point:?}"));
    no_gap(&ran);
}

#[test]
fn killed_at_a_call_while_the_log_is_written_it_goes_on() {
    if !can_trace() {
        return;
    }
    let mut site = Site::new();
    site.writer.events(20);
    site.place.catch_up();
    let trace = site.place.folder.path("trace");
    let args = site.place.file_args(&["-F"]);
    let mut follower = traced(&["-o", &trace], &args);
    write(&mut site.writer);
    site.until_caught_up(&mut follower);
    follower.kill();
    let points = points(&trace, &site.place.checkpoint());
    let all = points.len();
    let points = spread(points, times(100, 3_000), &mut Dice::new(5));
    tell(format_args!("{} of {all} points", points.len()));
    let points = Mutex::new(points);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(point) = { points.lock().unwrap().pop() } {
                    live(&point);
                }
            });
        }
    });
}
