//! Turns a seed into an audit log like those of busy clusters.
//!
//! The same shape and seed always give the same bytes, and a longer log
//! begins with a shorter one. The log is written in the order of its
//! `stageTimestamp`s, so the lines of requests interleave as in a real one;
//! how often which request comes is the table in [`kinds`].

use std::{collections::BTreeMap, io, ops::AddAssign};

use self::{
    event::Request,
    kinds::{KINDS, Kind, Level, SCENES},
    random::Rng,
    text::{Micros, SECOND},
};

mod actors;
mod bodies;
mod event;
mod kinds;
mod objects;
mod pen;
mod random;
mod status;
#[cfg(test)]
mod tests;
mod text;

/// What a log looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// All levels: mostly small lines, most bytes in a few large ones.
    Mixed,
    /// Level Metadata only: no bodies.
    Metadata,
    /// A few minutes with small bodies, and each thing an auditor looks for.
    Tour,
}

impl Shape {
    /// Returns the level of a kind; a tour has only the rare responses.
    fn level(self, kind: &Kind) -> Level {
        match self {
            Shape::Metadata => Level::Metadata,
            Shape::Tour if kind.weight > 6 && kind.response.is_some() => {
                Level::Metadata
            }
            Shape::Mixed | Shape::Tour => kind.level,
        }
    }

    /// Returns how many octaves the sizes of bodies have at most.
    fn tail(self) -> u64 {
        match self {
            Shape::Mixed | Shape::Metadata => u64::MAX,
            Shape::Tour => 1,
        }
    }

    /// Returns how many octaves the microseconds between requests have.
    fn pause(self) -> u64 {
        match self {
            Shape::Mixed | Shape::Metadata => 18,
            Shape::Tour => 24,
        }
    }
}

/// What a log contains, known by construction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Lines, each one event.
    pub(crate) lines: u64,
    /// Bytes, line ends included.
    pub(crate) bytes: u64,
    /// Lines at level Metadata.
    pub(crate) metadata: u64,
    /// Lines with a code of 400 or more.
    pub(crate) failed: u64,
    /// Lines with code 401 or 403; decision `forbid` is always among them.
    pub(crate) denied: u64,
    /// Lines of exec into a pod, all stages.
    pub(crate) exec: u64,
    /// Bytes of all members `managedFields`, a comma with each.
    pub(crate) managed_bytes: u64,
}

impl AddAssign for Summary {
    fn add_assign(&mut self, other: Summary) {
        self.lines += other.lines;
        self.bytes += other.bytes;
        self.metadata += other.metadata;
        self.failed += other.failed;
        self.denied += other.denied;
        self.exec += other.exec;
        self.managed_bytes += other.managed_bytes;
    }
}

/// Writes whole lines to `out`, as many as fit in `bytes`.
pub(crate) fn write(
    shape: Shape,
    seed: u64,
    bytes: u64,
    out: &mut impl io::Write,
) -> io::Result<Summary> {
    let mut corpus = Corpus::new(shape, seed);
    let mut total = Summary::default();
    loop {
        let line = corpus.next();
        if total.bytes + line.summary.bytes > bytes {
            return Ok(total);
        }
        out.write_all(&line.text)?;
        total += line.summary;
        corpus.recycle(line);
    }
}

/// A line and what it counts as.
struct Line {
    text: Vec<u8>,
    summary: Summary,
}

/// A cluster at work: requests arrive, their lines come when they are due.
struct Corpus {
    shape: Shape,
    rng: Rng,
    clock: Micros,
    /// How many requests have arrived.
    arrived: usize,
    /// How many lines were made up.
    lines: u64,
    /// Lines to come, by `stageTimestamp`; equal ones in order of making.
    pending: BTreeMap<(Micros, u64), Line>,
    /// Every kind as often as it weighs.
    wheel: Vec<&'static Kind>,
    /// Texts to write into again.
    spare: Vec<Vec<u8>>,
}

/// 2026-03-02T06:00:00Z, when every log begins.
const DAWN: Micros = 1_772_431_200 * SECOND;

/// The next thing an auditor looks for comes after this many requests.
const SCENE_EVERY: usize = 20;

impl Corpus {
    fn new(shape: Shape, seed: u64) -> Corpus {
        let wheel = KINDS
            .iter()
            .chain(SCENES)
            .flat_map(|kind| std::iter::repeat_n(kind, kind.weight))
            .collect();
        Corpus {
            shape,
            rng: Rng::new(seed),
            clock: DAWN,
            arrived: 0,
            lines: 0,
            pending: BTreeMap::new(),
            wheel,
            spare: Vec::new(),
        }
    }

    /// Returns the next line of the log.
    fn next(&mut self) -> Line {
        loop {
            if let Some(first) = self.pending.first_entry()
                && first.key().0 <= self.clock
            {
                return first.remove();
            }
            self.arrive();
        }
    }

    /// Lets a request arrive, and puts all its lines into `pending`.
    fn arrive(&mut self) {
        self.clock += self.rng.heavy(self.shape.pause());
        let (kind, now) = (self.kind(), self.clock);
        let request = Request::new(kind, self.shape, &mut self.rng, now);
        for (stage, at) in request.stages(&mut self.rng) {
            let mut text = self.spare.pop().unwrap_or_default();
            let summary = request.write(stage, at, &mut self.rng, &mut text);
            self.lines += 1;
            self.pending.insert((at, self.lines), Line { text, summary });
        }
    }

    /// Returns the kind of the request that arrives.
    fn kind(&mut self) -> &'static Kind {
        self.arrived += 1;
        let scene = self.arrived / SCENE_EVERY;
        if self.shape == Shape::Tour
            && self.arrived.is_multiple_of(SCENE_EVERY)
        {
            return &SCENES[scene % SCENES.len()];
        }
        self.rng.pick(&self.wheel)
    }

    /// Takes back the text of a line for another one.
    fn recycle(&mut self, line: Line) {
        let mut text = line.text;
        text.clear();
        self.spare.push(text);
    }
}
