//! Any sequence of writes, commits, crashes and rotations: each line of ours
//! is there once, in the order of its source, and nothing of others is gone.

use std::num::NonZeroU64;

use proptest::{option, prelude::*};

use super::{
    super::backup::Names,
    act::{Act, Mishap, Power, Rotation, Source, acts, alone},
    *,
};
use crate::{disk::FileId, sink};

/// What a line of somebody else was written behind.
#[derive(Clone, Copy, Debug)]
enum Behind {
    Whole,
    /// A line of ours that a crash has torn.
    Torn,
}

/// What a file begins with, if it has a head.
const HEAD: &str = "head of it\n";

/// How many lines of each source were taken.
type Place = [usize; 2];

/// A writer that commits, and what it writes to.
struct World {
    bench: Bench,
    upkeep: Upkeep,
    sink: Option<FileSink>,
    /// How far the sources were read, after each batch of this run, and how
    /// much the sink had been given then; the first is where it began.
    batches: Vec<(u64, Place)>,
    /// What the checkpoint says.
    committed: (Place, Mark),
    /// How far the sources were ever read.
    front: Place,
    /// Bytes of the file that a power cut leaves alone, and which file.
    settled: (u64, Option<FileId>),
    /// Files that were written before, and lines of others.
    rotated: Vec<PathBuf>,
    foreign: Vec<Behind>,
}

impl World {
    fn new(upkeep: Upkeep) -> World {
        let bench = Bench::new();
        let (mut sink, _) = bench.open_with(&upkeep, None);
        sink.settle().unwrap();
        let stat = bench.disk.stat(&bench.path).unwrap();
        let mark = sink.mark(0).unwrap().unwrap();
        World {
            bench,
            upkeep,
            sink: Some(sink),
            batches: vec![(0, [0, 0])],
            committed: ([0, 0], mark),
            front: [0, 0],
            settled: (stat.size, Some(stat.id)),
            rotated: Vec::new(),
            foreign: Vec::new(),
        }
    }

    fn sink(&mut self) -> &mut FileSink {
        self.sink.as_mut().unwrap()
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Write(lines, sip) => self.write(lines, *sip),
            Act::Fill(room) => {
                self.suffer(Flaws { room: *room, ..Flaws::NONE });
            }
            Act::Free => {
                self.suffer(Flaws::NONE);
                self.sink().drain().unwrap();
            }
            Act::Commit(ago) => self.commit(*ago),
            Act::CatchUp => self.catch_up(),
            Act::Rotate(rotation) => {
                // A live one is noticed when the sink settles, so that what
                // was there is on the disk.
                self.rotate(*rotation);
                self.commit(0);
            }
            Act::Crash(power, mishaps) => self.crash(*power, mishaps),
        }
    }

    fn suffer(&mut self, flaws: Flaws) {
        self.bench.disk.suffer(flaws);
    }

    fn place(&self) -> Place {
        self.batches[self.batches.len() - 1].1
    }

    fn write(&mut self, lines: &[Source], sip: usize) {
        if self.sink().drain().is_err() {
            return; // The engine does not read while something is held.
        }
        let flaws = self.bench.disk.flaws();
        self.suffer(Flaws { sip, ..flaws });
        let mut place = self.place();
        let mut texts = Vec::new();
        for &source in lines {
            texts.push(line(source, place[source]));
            place[source] += 1;
        }
        let parts = texts.iter().map(|text| text.split_at(text.len() / 3));
        let mut parts: Vec<IoSlice<'_>> = parts
            .flat_map(|(a, b)| [a, b])
            .map(|part| IoSlice::new(part.as_bytes()))
            .collect();
        self.sink().write(&mut parts).unwrap();
        self.suffer(Flaws { sip: usize::MAX, ..self.bench.disk.flaws() });
        let given = self.sink().given;
        self.batches.push((given, place));
        for source in [0, 1] {
            self.front[source] = self.front[source].max(place[source]);
        }
    }

    fn commit(&mut self, ago: usize) {
        let settled = self.sink().settle().unwrap();
        let stat = self.bench.disk.stat(&self.bench.path).ok();
        let size = stat.map_or(0, |stat| stat.size);
        self.settled = (size, stat.map(|stat| stat.id));
        let batches = self.batches.iter().rev();
        let mut taken = batches.filter(|batch| batch.0 <= settled.taken);
        let mut batch = *taken.next().unwrap();
        for older in taken.take(ago) {
            batch = *older;
        }
        let mark = self.sink().mark(batch.0).unwrap().unwrap();
        self.committed = (batch.1, mark);
        self.batches.retain(|other| other.0 >= batch.0);
    }

    fn catch_up(&mut self) {
        let (place, front) = (self.place(), self.front);
        if place[0] >= front[0] && place[1] >= front[1] {
            self.sink().caught_up();
        }
    }

    fn crash(&mut self, power: Option<Power>, mishaps: &[Mishap]) {
        self.sink = None;
        self.suffer(Flaws::NONE);
        if let Some(power) = power {
            self.cut_power(power);
        }
        for mishap in mishaps {
            self.befall(*mishap);
        }
        let (place, mark) = &self.committed;
        self.batches = vec![(0, *place)];
        let (sink, _) = self.bench.open_with(&self.upkeep, Some(mark));
        self.sink = Some(sink);
        self.commit(0);
    }

    fn cut_power(&self, power: Power) {
        let path = &self.bench.path;
        let mut bytes = fs::read(path).unwrap_or_default();
        let stat = self.bench.disk.stat(path).ok();
        let is_same = stat.map(|stat| stat.id) == self.settled.1;
        let settled = if is_same { self.settled.0 } else { 0 };
        let settled = usize::try_from(settled).unwrap();
        let loose = bytes.len().saturating_sub(settled);
        if loose == 0 {
            return;
        }
        match power {
            Power::Torn(length) => {
                bytes.truncate(bytes.len() - length % (loose + 1));
            }
            Power::Hole(at, length) => {
                let at = settled + at % loose;
                let end = bytes.len().min(at + length);
                bytes[at..end].fill(0);
            }
        }
        fs::write(path, bytes).unwrap();
    }

    fn befall(&mut self, mishap: Mishap) {
        let path = &self.bench.path;
        let mut bytes = fs::read(path).unwrap_or_default();
        match mishap {
            // All that stands behind a hole is cut off with it.
            Mishap::Foreign if bytes.contains(&0) => {}
            Mishap::Foreign => {
                // Nobody can help what is glued while we do not run.
                self.foreign.push(match bytes.last() {
                    None | Some(b'\n') => Behind::Whole,
                    Some(_) => Behind::Torn,
                });
                let number = self.foreign.len();
                bytes.extend(format!("foreign {number}.\n").bytes());
                fs::write(path, bytes).unwrap();
            }
            Mishap::Rotate(rotation) => self.rotate(rotation),
            Mishap::Start => {
                let (_, mark) = &self.committed;
                self.bench.open_with(&self.upkeep, Some(mark));
                if let Some(&last) = fs::read(path).unwrap().last() {
                    assert_eq!(last, b'\n');
                }
            }
        }
    }

    fn rotate(&mut self, rotation: Rotation) {
        let path = &self.bench.path;
        let Ok(stat) = self.bench.disk.stat(path) else { return };
        let mark = &self.committed.1;
        let is_copied = matches!(rotation, Rotation::CopyAndTruncate);
        // Of two files that lines come again for, the older is forgotten;
        // and nothing tells that a copy of nothing, or a head, is ours.
        let is_bare = mark.len <= self.upkeep.head_length();
        if mark.file != stat.id || (is_copied && is_bare) {
            return;
        }
        let name = format!("out.log.{}", self.rotated.len());
        let old = self.bench.disk.path(&name);
        match rotation {
            Rotation::Rename => fs::rename(path, &old).unwrap(),
            Rotation::RenameAndCreate => {
                fs::rename(path, &old).unwrap();
                fs::write(path, "").unwrap();
            }
            Rotation::CopyAndTruncate => {
                fs::copy(path, &old).unwrap();
                fs::write(path, "").unwrap();
            }
        }
        self.settled = (0, None);
        self.rotated.push(old);
    }

    /// Reads the sources to their end and returns all that was written.
    fn finish(mut self, lines: usize) -> Vec<String> {
        self.suffer(Flaws::NONE);
        self.sink().drain().unwrap();
        let place = self.place();
        for (source, &from) in place.iter().enumerate() {
            for _ in from..lines {
                self.write(&[source], usize::MAX);
            }
        }
        self.sink().caught_up();
        self.sink().settle().unwrap();
        // Its own backups are all plain here.
        let names = Names::of(&self.bench.path);
        let backups = names.list(&self.bench.disk).unwrap();
        let mut paths = self.rotated;
        paths.extend(backups.into_iter().map(|backup| backup.path));
        paths.push(self.bench.path.clone());
        let mut all = Vec::new();
        for path in &paths {
            let bytes = fs::read(path).unwrap();
            let whole = memchr::memrchr(b'\n', &bytes);
            let whole = &bytes[..whole.map_or(0, |newline| newline + 1)];
            all.extend(behind_head(self.upkeep.head.as_deref(), whole));
        }
        let all = String::from_utf8(all).unwrap();
        all.lines()
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// Returns what stands behind the head, which is there once.
fn behind_head<'b>(head: Option<&str>, bytes: &'b [u8]) -> &'b [u8] {
    let Some(head) = head else { return bytes };
    let heads = memchr::memmem::find_iter(bytes, head).count();
    let rest = bytes.strip_prefix(head.as_bytes());
    // A hole may be in the head, and others may write to an empty file.
    let is_odd = bytes.contains(&0)
        || memchr::memmem::find(bytes, b"foreign").is_some();
    assert!(
        bytes.is_empty() || is_odd || rest.is_some(),
        "{}",
        bytes.escape_ascii()
    );
    assert!(heads <= 1, "{}", bytes.escape_ascii());
    rest.unwrap_or(bytes)
}

/// A line of a source; each is another one, and of another length.
fn line(source: Source, number: usize) -> String {
    let much = "x".repeat((number * 7 + source * 3) % 23);
    format!("{} {number:04} {much}.\n", ["one", "two"][source])
}

fn check(acts: &[Act], upkeep: &Upkeep) {
    let mut world = World::new(upkeep.clone());
    for act in acts {
        world.act(act);
    }
    let behind = world.foreign.clone();
    let is_rotated = !world.rotated.is_empty() || upkeep.rotation.is_some();
    let lines = world.front[0].max(world.front[1]) + 3;
    let all = world.finish(lines);
    for source in [0, 1] {
        let name = ["one", "two"][source];
        let own = all.iter().filter(|line| line.starts_with(name));
        // What is torn or has a hole stays where it is not known for ours,
        // or where somebody wrote behind it.
        let own = own.filter(|line| !line.contains("foreign"));
        let own = own.filter(|line| !line.contains('\0'));
        let own = own.filter(|line| line.ends_with('.'));
        let mut own: Vec<_> = own.map(|line| format!("{line}\n")).collect();
        if is_rotated {
            // Behind a hole in a file that is not known for ours, lines
            // stay, and those in the hole come behind them.
            own.sort();
        }
        let expected: Vec<_> = (0..lines).map(|n| line(source, n)).collect();
        assert_eq!(own, expected);
    }
    if behind.is_empty() && !is_rotated {
        assert_eq!(all.len(), 2 * lines);
    }
    for (number, is_behind) in (1..).zip(behind) {
        let theirs = format!("foreign {number}.");
        let is_there = |line: &String| match is_behind {
            Behind::Torn => line.ends_with(&theirs),
            Behind::Whole => *line == theirs,
        };
        assert!(all.iter().any(is_there), "{theirs} {is_behind:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn each_line_is_there_once(
        acts in acts(),
        head in option::of(Just(HEAD.to_owned())),
    ) {
        check(&acts, &Upkeep { head, ..Upkeep::default() });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn each_line_is_there_once_in_a_file_that_rotates_itself(
        acts in acts(),
        size in 20..200_u64,
        head in option::of(Just(HEAD.to_owned())),
    ) {
        let max_size = NonZeroU64::new(size).unwrap();
        let own = sink::Rotation { max_size, ..Default::default() };
        let upkeep =
            Upkeep { rotation: Some(own), head, ..Upkeep::default() };
        // One of both rotates, as in life.
        let acts: Vec<_> = acts.into_iter().filter_map(alone).collect();
        check(&acts, &upkeep);
    }
}
