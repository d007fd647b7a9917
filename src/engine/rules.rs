//! What becomes of lines, whatever the expression says.

use crate::pipeline::Reading;

/// How a run treats its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How thoroughly lines are read.
    pub reading: Reading,
    /// What becomes of events that were glued to a line.
    pub glued: Glued,
    /// What becomes of lines whose verdict is unknown.
    pub on_invalid: OnInvalid,
    /// The longest line that is judged, without its newline.
    pub max_line: usize,
    /// What the run is for.
    pub wanted: Wanted,
    /// How many threads judge.
    pub threads: Threads,
    /// How many groups `count` may hold.
    pub max_groups: usize,
}

/// What becomes of events that were glued to the line in front of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Glued {
    /// They are a part of that line, which is defective.
    #[default]
    Leave,
    /// They are lines of their own, as far as they can be told apart.
    ///
    /// * Nothing is found with [`Depth::Needed`](crate::pipeline::Depth):
    ///   lines have to be read to their end.
    Recover,
}

/// How many threads judge. One does everything on the calling thread, and so
/// do more while an input is small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// As many, if it pays.
    UpTo(usize),
    /// As many.
    Exactly(usize),
}

impl Threads {
    /// Returns the greatest number that may run.
    pub fn most(self) -> usize {
        match self {
            Threads::UpTo(most) | Threads::Exactly(most) => most.max(1),
        }
    }
}

/// What becomes of lines that cannot be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OnInvalid {
    /// They are kept: doubt falls on the side of keeping.
    #[default]
    Pass,
    /// They are skipped.
    Skip,
    /// The first one ends the run.
    Fail,
    /// They go to a sink of their own, with the foreign and oversize ones.
    SetAside,
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Wanted {
    /// The kept lines.
    #[default]
    Lines,
    /// How many there are.
    Count,
    /// Whether there is one; the run ends with it.
    Presence,
    /// What the step `count` makes of them.
    Groups,
}

impl Wanted {
    /// Returns whether what is wanted is known at the end only.
    pub(super) fn is_number(self) -> bool {
        match self {
            Wanted::Count | Wanted::Groups => true,
            Wanted::Lines | Wanted::Presence => false,
        }
    }
}
