//! The numbers of a route: what became of the lines that all routes see.

use std::ops::AddAssign;

use crate::pipeline::Verdict;

/// What becomes of a line. Of several routes the greatest counts for the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    Skipped,
    Aside,
    Kept,
    Changed,
}

/// How many lines, and what a route made of them. The sum of the first three
/// is how many lines were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Lines kept.
    pub kept: u64,
    /// Lines not wanted.
    pub skipped: u64,
    /// Lines that are no events, are too long, or were set aside as unknown.
    pub set_aside: u64,
    /// Kept lines that steps changed.
    pub changed: u64,
    /// Lines whose verdict is unknown.
    pub unknown: u64,
}

impl Score {
    /// Counts what became of a line.
    pub(super) fn count(&mut self, fate: Fate, verdict: Verdict) {
        self.unknown += u64::from(verdict == Verdict::Unknown);
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
}

impl AddAssign for Score {
    fn add_assign(&mut self, more: Score) {
        self.kept += more.kept;
        self.skipped += more.skipped;
        self.set_aside += more.set_aside;
        self.changed += more.changed;
        self.unknown += more.unknown;
    }
}
