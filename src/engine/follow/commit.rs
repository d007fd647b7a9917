//! Makes final what was written: first the sinks, then the checkpoint.
//!
//! The checkpoint never runs ahead of a sink. What a sink was given it may
//! not have taken yet (a pipe that nobody has read): then an older place is
//! committed, up to which it has.

use std::time::{Duration, Instant};

use super::{
    super::{route::Outlet, summary::Failure},
    lane::Lane,
    queue::Queue,
};
use crate::{
    checkpoint::{
        Checkpoint, LaneRecord, Mark, Record, SinkRecord, SourceRecord,
    },
    sink::Settled,
};

/// Bytes after which a commit is due before its time.
const MUCH: u64 = 4 << 20;

/// What is final, and what is not yet.
#[derive(Debug)]
pub(super) struct Log {
    checkpoint: Option<Checkpoint>,
    interval: Duration,
    /// How far files were written, those among them not in use now.
    marks: Vec<SinkRecord>,
    queue: Queue,
    /// The places of sinks that have joined the others, as long as those have
    /// no place yet that they share.
    joined: Vec<LaneRecord>,
    /// Since when something is not final.
    dirty: Option<Instant>,
    /// Bytes read since the last commit.
    bytes: u64,
    /// When the checkpoint last said all there was to say.
    committed: Option<Instant>,
    /// Whether nothing is final until the end.
    is_held: bool,
}

impl Log {
    pub(super) fn new(
        checkpoint: Option<Checkpoint>,
        last: Record,
        interval: Duration,
    ) -> Log {
        Log {
            checkpoint,
            interval,
            marks: last.sinks,
            queue: Queue::default(),
            joined: Vec::new(),
            dirty: Some(Instant::now()),
            bytes: 0,
            committed: None,
            is_held: false,
        }
    }

    /// Takes one of the outlets out that go together.
    pub(super) fn split(&mut self, n: usize, name: &str) -> Queue {
        let mut queue = self.queue.split(n);
        let is_it = |record: &LaneRecord| record.sink == name;
        if let Some(at) = self.joined.iter().position(is_it) {
            queue.taken = Some(self.joined.remove(at).sources);
        }
        queue
    }

    /// Has a lane's outlet go together with the others.
    pub(super) fn join(&mut self, lane: &Lane) {
        // Of places before this one it is not known what it was given there.
        self.queue.forget();
        self.joined.extend(place(lane));
    }

    /// Lets nothing become final: what was read so far is known to nobody
    /// but us.
    pub(super) fn hold(&mut self) {
        self.is_held = true;
    }

    /// Lets what was read become final.
    pub(super) fn release(&mut self) {
        self.is_held = false;
    }

    /// Counts bytes that were read and are not final.
    pub(super) fn add(&mut self, bytes: u64) {
        self.bytes += bytes;
        self.touch();
    }

    /// Notes that there is something to commit.
    pub(super) fn touch(&mut self) {
        self.dirty.get_or_insert_with(Instant::now);
    }

    /// Returns when the next commit is due, if there is something to commit.
    pub(super) fn due(&self) -> Option<Instant> {
        self.checkpoint.as_ref().filter(|_| !self.is_held)?;
        self.dirty.map(|dirty| dirty + self.interval)
    }

    /// Returns whether a commit is due while there is more to read.
    pub(super) fn is_due(&self) -> bool {
        let is_time = |dirty: Instant| dirty.elapsed() >= self.interval;
        self.bytes >= MUCH || self.dirty.is_some_and(is_time)
    }

    /// Returns whether all that was written is final.
    pub(super) fn is_clean(&self) -> bool {
        self.checkpoint.is_none() || self.dirty.is_none()
    }

    /// Returns how long ago everything was final.
    pub(super) fn age(&self) -> Option<Duration> {
        self.checkpoint.as_ref()?;
        self.committed.map(|committed| committed.elapsed())
    }

    /// Commits as much as the sinks have taken.
    pub(super) fn commit(
        &mut self,
        sources: Vec<SourceRecord>,
        outlets: &mut [Outlet],
        lanes: &mut [Lane],
    ) -> Result<(), Failure> {
        if self.checkpoint.is_none() {
            (self.bytes, self.dirty) = (0, None);
            return Ok(());
        }
        if self.is_held {
            (self.bytes, self.dirty) = (0, Some(Instant::now()));
            return Ok(());
        }
        let settled = settle(outlets)?;
        self.queue.add(&settled, sources);
        self.write(&settled, outlets, lanes)
    }

    /// Commits what was waiting, and nothing new.
    pub(super) fn commit_last(
        &mut self,
        outlets: &mut [Outlet],
        lanes: &mut [Lane],
    ) -> Result<(), Failure> {
        if self.checkpoint.is_none() {
            return Ok(());
        }
        let settled = settle(outlets)?;
        self.write(&settled, outlets, lanes)
    }

    /// Writes the newest places that the sinks have come to.
    fn write(
        &mut self,
        settled: &[Settled],
        outlets: &mut [Outlet],
        lanes: &mut [Lane],
    ) -> Result<(), Failure> {
        (self.bytes, self.dirty) = (0, Some(Instant::now()));
        let mut has_moved = false;
        if let Some(given) = self.queue.advance(settled) {
            self.mark(&given, outlets)?;
            self.joined.clear();
            has_moved = true;
        }
        for lane in &mut *lanes {
            has_moved |= self.write_lane(lane)?;
        }
        let (true, Some(sources)) = (has_moved, &self.queue.taken) else {
            return Ok(());
        };
        let record = Record {
            sources: sources.clone(),
            sinks: self.marks.clone(),
            lanes: lanes
                .iter()
                .filter_map(place)
                .chain(self.joined.iter().cloned())
                .collect(),
        };
        if let Some(checkpoint) = &mut self.checkpoint {
            checkpoint.write(&record).map_err(Failure::Checkpoint)?;
        }
        let are_empty = lanes.iter().all(|lane| lane.queue.is_empty());
        if self.queue.is_empty() && are_empty {
            (self.dirty, self.committed) = (None, Some(Instant::now()));
        }
        Ok(())
    }

    /// Goes on with a lane; returns whether it has come further.
    fn write_lane(&mut self, lane: &mut Lane) -> Result<bool, Failure> {
        let sources = lane.follower.borrow().record();
        let outlets = std::slice::from_mut(&mut lane.outlet);
        let settled = settle(outlets)?;
        lane.queue.add(&settled, sources);
        let Some(given) = lane.queue.advance(&settled) else {
            return Ok(false);
        };
        self.mark(&given, outlets)?;
        Ok(true)
    }

    /// Notes how far the files were written that belong to a place.
    fn mark(
        &mut self,
        given: &[u64],
        outlets: &mut [Outlet],
    ) -> Result<(), Failure> {
        for (outlet, &given) in outlets.iter_mut().zip(given) {
            if outlet.is_over {
                continue;
            }
            let mark = outlet.sink.mark(given);
            let mark = mark.map_err(|error| outlet.failure(error))?;
            put(&mut self.marks, &outlet.name, mark);
        }
        Ok(())
    }
}

/// Returns what a checkpoint says of a lane.
fn place(lane: &Lane) -> Option<LaneRecord> {
    let sources = lane.queue.taken.clone()?;
    Some(LaneRecord { sink: lane.outlet.name.clone(), sources })
}

fn put(marks: &mut Vec<SinkRecord>, name: &str, mark: Option<Mark>) {
    let Some(mark) = mark else { return };
    match marks.iter_mut().find(|record| record.name == name) {
        Some(record) => record.mark = mark,
        None => marks.push(SinkRecord { name: name.to_owned(), mark }),
    }
}

fn settle(outlets: &mut [Outlet]) -> Result<Vec<Settled>, Failure> {
    let settle = |outlet: &mut Outlet| {
        if outlet.is_over {
            // Nobody waits for what it was given.
            return Ok(Settled { given: 0, taken: u64::MAX });
        }
        let settled = outlet.sink.settle();
        settled.map_err(|error| outlet.failure(error))
    };
    outlets.iter_mut().map(settle).collect()
}
