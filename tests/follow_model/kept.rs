//! An output that is rotated by ourselves, and whose writer is killed, or the
//! power cut, between any two calls: what is in all of its files.

use std::{
    ffi::{OsStr, OsString},
    io::{IoSlice, Read},
    num::NonZeroU64,
    path::Path,
    sync::Arc,
};

use flate2::read::GzDecoder;
use kaudit_filter::{
    checkpoint::Mark,
    disk::Disk,
    sink::{Chores, FileSink, Rotation, Sink, Upkeep},
};

use super::{
    disk::{Process, SimDisk},
    story::OUT,
};
use crate::{dice::Dice, tool::wants};

/// Lines, and how many of them are written at a time.
const LINES: usize = 60;
const BATCH: usize = 3;

/// Bytes of a file: about five lines.
const SIZE: u64 = 100;

/// How many batches are written before a commit.
const INTERVAL: usize = 4;

/// What each file begins with, where it has a head.
const HEAD: &str = "head\n";

/// What happens once.
#[derive(Clone, Copy, Debug)]
enum Blow {
    Kill,
    PowerCut(u64),
}

fn line(number: usize) -> String {
    format!("line {number:03} {}.\n", "x".repeat(number * 5 % 13))
}

/// A machine, and what the checkpoint says.
struct World {
    disk: SimDisk,
    head: Option<&'static str>,
    committed: (usize, Option<Mark>),
}

impl World {
    fn new(head: Option<&'static str>) -> World {
        let disk = SimDisk::new(&["out"], 0);
        World { disk, head, committed: (0, None) }
    }

    /// Writes all that is not committed; ends early if the process dies.
    fn run(&mut self, process: &Process) {
        let disk: Arc<dyn Disk> = Arc::new(process.clone());
        let max_size = NonZeroU64::new(SIZE).unwrap();
        let compress = true;
        let rotation = Rotation { max_size, compress, ..Rotation::default() };
        let (rotation, head) = (Some(rotation), self.head.map(str::to_owned));
        let upkeep = Upkeep { rotation, head, ..Upkeep::default() };
        let (mut place, last) = self.committed.clone();
        let opened =
            FileSink::open_with(&disk, Path::new(OUT), &upkeep, last.as_ref());
        let Ok((mut sink, _)) = opened else { return };
        let mut given = 0;
        let mut batches = 0;
        self.commit(&mut sink, process, place, given);
        while place < LINES && !process.is_dead() {
            self.disk.set_clock(self.disk.clock() + 700_000);
            let batch = (place..LINES.min(place + BATCH)).map(line);
            let text: String = batch.collect();
            sink.write(&mut [IoSlice::new(text.as_bytes())]).unwrap();
            if sink.drain().is_err() {
                break;
            }
            given += text.len() as u64;
            place += BATCH;
            batches += 1;
            if batches % INTERVAL == 0 {
                self.commit(&mut sink, process, place, given);
            }
            // Now and then there is time for all of it.
            for _ in 0..batches % 7 {
                sink.tend();
            }
        }
        sink.caught_up();
        self.commit(&mut sink, process, place, given);
        while sink.tend() == Chores::More && !process.is_dead() {}
    }

    fn commit(
        &mut self,
        sink: &mut FileSink,
        process: &Process,
        place: usize,
        given: u64,
    ) {
        let Ok(settled) = sink.settle() else { return };
        assert_eq!(settled.taken, given);
        let Ok(Some(mark)) = sink.mark(given) else { return };
        if !process.is_dead() {
            self.committed = (place, Some(mark));
        }
    }

    /// Returns what is in all files, oldest first.
    fn all(&self, blow: Blow) -> String {
        let mut names = self.disk.list(Path::new("/out")).unwrap();
        names.sort();
        let mut all = String::new();
        for name in &names {
            let name = name.to_str().unwrap();
            let path = Path::new("/out").join(name);
            let bytes = self.disk.read(&path).unwrap();
            let mut text = String::new();
            let is_packed = name.ends_with(".gz");
            match is_packed {
                true => GzDecoder::new(&bytes[..]).read_to_string(&mut text),
                false => (&bytes[..]).read_to_string(&mut text),
            }
            .unwrap();
            assert!(text.len() as u64 <= SIZE, "{name}");
            assert!(text.is_empty() || text.ends_with('\n'), "{name}");
            assert_eq!(is_packed, name != "kept.log", "{name}");
            let head = self.head.unwrap_or_default();
            let lines = text.strip_prefix(head);
            // A power cut may leave a part of one, which is not known.
            let is_torn = matches!(blow, Blow::PowerCut(_));
            assert!(is_torn || lines.is_some(), "{name}: {text}");
            all += lines.unwrap_or(&text);
        }
        assert!(names.len() > 8, "{names:?}");
        all
    }
}

/// Returns what is in the output, behind what was rotated before it. Where
/// there is a plain file, the compressed one is not finished.
pub(crate) fn written(disk: &SimDisk) -> Vec<u8> {
    let out = Path::new(OUT);
    let folder = out.parent().expect("it is in a folder");
    let mut names = disk.list(folder).unwrap_or_default();
    // `kept-` comes before `kept.log`.
    names.sort();
    let mut all = Vec::new();
    for name in &names {
        let path = folder.join(name);
        let bytes = disk.read(&path).unwrap_or_default();
        let is_plain = |other: &OsString| *name == *packed(other);
        if names.iter().any(is_plain) {
            continue;
        }
        match path.extension().is_some_and(|end| end == "gz") {
            true => GzDecoder::new(&bytes[..]).read_to_end(&mut all),
            false => (&bytes[..]).read_to_end(&mut all),
        }
        .expect("it is finished");
    }
    all
}

fn packed(name: &OsStr) -> OsString {
    let mut name = name.to_owned();
    name.push(".gz");
    name
}

/// Runs until each blow, and then to the end; a blow comes after so many
/// calls, and so many bytes of the last one. Returns whether it came to the
/// last blow.
fn check(
    blows: &[(u32, usize)],
    blow: Blow,
    head: Option<&'static str>,
) -> bool {
    let mut world = World::new(head);
    let mut is_hit = true;
    for &(calls, last) in blows {
        let process = world.disk.process();
        process.kill_after(calls, last);
        world.run(&process);
        is_hit = process.is_dead();
        drop(process);
        if let (true, Blow::PowerCut(seed)) = (is_hit, blow) {
            world.disk.power_cut(seed);
        }
    }
    let process = world.disk.process();
    world.run(&process);
    let all = world.all(blow);
    let expected: String = (0..LINES).map(line).collect();
    let context = || format!("{blows:?}, {blow:?}");
    match blow {
        Blow::Kill => assert_eq!(all, expected, "{}", context()),
        Blow::PowerCut(_) => {
            // What was torn or has a hole in a file that is not known for
            // ours stays; its line comes behind it.
            let mut found: Vec<_> = all.lines().collect();
            found.retain(|line| {
                line.starts_with("line")
                    && line.ends_with('.')
                    && !line.contains('\0')
            });
            found.sort_unstable();
            let expected: Vec<_> = expected.lines().collect();
            assert_eq!(found, expected, "{}", context());
        }
    }
    is_hit
}

#[test]
fn a_rotated_output_is_what_one_file_would_be_wherever_it_is_killed() {
    for (last, head) in
        [(0, None), (17, None), (0, Some(HEAD)), (3, Some(HEAD))]
    {
        let is_hit = |n: &u32| check(&[(*n, last)], Blow::Kill, head);
        assert!((1..).take_while(is_hit).count() > 100);
    }
}

#[test]
fn a_rotated_output_has_each_line_once_wherever_the_power_is_cut() {
    for seed in 0..times(1, 100) {
        let is_hit = |n: &u32| check(&[(*n, 9)], Blow::PowerCut(seed), None);
        assert!((1..).take_while(is_hit).count() > 100);
    }
}

#[test]
fn a_rotated_output_survives_one_blow_after_the_other() {
    for seed in 0..times(60, 20_000) {
        let mut dice = Dice::new(seed);
        let blows: Vec<_> = (0..2 + dice.below(4))
            .map(|_| (1 + dice.below(80) as u32, dice.below(30)))
            .collect();
        let head = (seed % 2 == 1).then_some(HEAD);
        check(&blows, Blow::PowerCut(seed), head);
    }
}

/// Returns how many cases to try: the first number, and the second where all
/// is to be proven.
fn times(few: u64, many: u64) -> u64 {
    if wants("KAUDIT_FILTER_PROOF", "full") { many } else { few }
}
