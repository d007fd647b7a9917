//! The numbers of a run, exact: read = kept + skipped + set aside.
//!
//! Those of its routes, for each of which that holds as well, are in `score`.

use std::ops::AddAssign;

use super::score::{Fate, Score};
use crate::checkpoint::Counters;
use crate::policy::Doubt;

/// How many lines, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines read.
    pub read: u64,
    /// Lines kept by a route at least, changed ones and passed unknown ones
    /// among them.
    pub kept: u64,
    /// Lines that no expression wanted, or `--on-invalid skip` did not.
    pub skipped: u64,
    /// Lines that are no events, are too long, or were set aside as unknown.
    pub set_aside: u64,
    /// Kept lines that steps changed.
    pub changed: u64,
    /// Lines in which a defect was met.
    pub defective: u64,
    /// Lines that are no audit events.
    pub foreign: u64,
    /// Lines longer than the cap.
    pub oversize: u64,
    /// Lines whose verdict is unknown.
    pub unknown: u64,
    /// Numerals in quotes that were read as numbers.
    pub coerced: u64,
    /// NUL bytes left out in front of lines.
    pub nuls: u64,
    /// Bytes read, NUL bytes and newlines included.
    pub bytes: u64,
    /// Lines that showed themselves to be audit events.
    pub events: u64,
    /// Events that had been glued to the line in front of them, and were read
    /// as lines of their own: the input has so many lines less.
    pub recovered: u64,
    /// Events that an audit policy could not decide on and left as they were,
    /// for each reason, in the order of [`Doubt::ALL`].
    pub doubts: [u64; Doubt::ALL.len()],
}

impl Tally {
    /// Adds these numbers to those of a followed file.
    pub(super) fn add_to(&self, counters: &mut Counters) {
        counters.read += self.read;
        counters.kept += self.kept;
        counters.skipped += self.skipped;
        counters.set_aside += self.set_aside;
    }

    /// Counts what became of a line.
    #[inline]
    pub(super) fn count(&mut self, fate: Fate) {
        match fate {
            Fate::Skipped => self.skipped += 1,
            Fate::Aside => self.set_aside += 1,
            Fate::Kept => self.kept += 1,
            Fate::Changed => {
                self.kept += 1;
                self.changed += 1;
            }
        }
    }

    /// Returns the numbers of a route, if it is the only one.
    pub(super) fn score(&self) -> Score {
        let &Tally { kept, skipped, set_aside, changed, unknown, .. } = self;
        Score { kept, skipped, set_aside, changed, unknown }
    }

    /// Returns whether every line read is accounted for.
    pub fn is_balanced(&self) -> bool {
        self.read == self.kept + self.skipped + self.set_aside
    }

    /// Returns how many lines of the input were read, whatever was glued
    /// together in them.
    pub fn lines(&self) -> u64 {
        self.read.saturating_sub(self.recovered)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Tally) {
        self.read += more.read;
        self.kept += more.kept;
        self.skipped += more.skipped;
        self.set_aside += more.set_aside;
        self.changed += more.changed;
        self.defective += more.defective;
        self.foreign += more.foreign;
        self.oversize += more.oversize;
        self.unknown += more.unknown;
        self.coerced += more.coerced;
        self.nuls += more.nuls;
        self.bytes += more.bytes;
        self.events += more.events;
        self.recovered += more.recovered;
        for (sum, more) in self.doubts.iter_mut().zip(more.doubts) {
            *sum += more;
        }
    }
}
