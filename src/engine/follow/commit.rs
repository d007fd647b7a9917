//! Makes final what was written: first the sinks, then the checkpoint.
//!
//! The checkpoint never runs ahead of a sink. What a sink was given it may
//! not have taken yet (a pipe that nobody has read): then an older place is
//! committed, up to which it has.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{
    super::{ledger::Failure, route::Outlet},
    MUCH,
};
use crate::{
    checkpoint::{Checkpoint, Mark, Record, SinkRecord, SourceRecord},
    sink::Settled,
};

/// Places that wait to be taken. More are not kept: the newest is replaced.
const WAITING: usize = 64;

/// What is final, and what is not yet.
#[derive(Debug)]
pub(super) struct Log {
    checkpoint: Option<Checkpoint>,
    interval: Duration,
    /// How far files were written, those among them not in use now.
    marks: Vec<SinkRecord>,
    waiting: VecDeque<Waiting>,
    /// Since when something is not final.
    dirty: Option<Instant>,
    /// Bytes read since the last commit.
    bytes: u64,
    /// When the checkpoint last said all there was to say.
    committed: Option<Instant>,
    /// Whether nothing is final until the end.
    is_held: bool,
}

/// A place up to which all was written.
#[derive(Debug)]
struct Waiting {
    /// How many bytes each outlet was given by then.
    given: Vec<u64>,
    sources: Vec<SourceRecord>,
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
            waiting: VecDeque::new(),
            dirty: Some(Instant::now()),
            bytes: 0,
            committed: None,
            is_held: false,
        }
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
        let given = settled.iter().map(|settled| settled.given).collect();
        let newest = self.waiting.back();
        if newest.is_none_or(|newest| newest.sources != sources) {
            self.waiting.push_back(Waiting { given, sources });
        }
        if self.waiting.len() > WAITING {
            // In between, so that places old and new are kept.
            self.waiting.remove(WAITING / 2);
        }
        self.write(&settled, outlets)
    }

    /// Commits what was waiting, and nothing new.
    pub(super) fn commit_last(
        &mut self,
        outlets: &mut [Outlet],
    ) -> Result<(), Failure> {
        if self.checkpoint.is_none() {
            return Ok(());
        }
        let settled = settle(outlets)?;
        self.write(&settled, outlets)
    }

    /// Writes the newest place that all sinks have come to.
    fn write(
        &mut self,
        settled: &[Settled],
        outlets: &mut [Outlet],
    ) -> Result<(), Failure> {
        let is_taken = |waiting: &Waiting| {
            let mut pairs = waiting.given.iter().zip(settled);
            pairs.all(|(&given, now)| given <= now.taken)
        };
        let taken = self.waiting.iter().rposition(is_taken);
        (self.bytes, self.dirty) = (0, Some(Instant::now()));
        let Some(taken) = taken else { return Ok(()) };
        let Some(Waiting { given, sources }) =
            self.waiting.drain(..=taken).next_back()
        else {
            return Ok(());
        };
        self.mark(&given, outlets)?;
        let record = Record { sources, sinks: self.marks.clone() };
        if let Some(checkpoint) = &mut self.checkpoint {
            checkpoint.write(&record).map_err(Failure::Checkpoint)?;
        }
        if self.waiting.is_empty() {
            (self.dirty, self.committed) = (None, Some(Instant::now()));
        }
        Ok(())
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
