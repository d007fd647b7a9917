//! One input as the ledger has it: its name, its outputs in order, and its
//! bytes once more where they were too many to be held.

use std::{collections::BTreeMap, io, ops::Range};

use super::output::Output;
use crate::source::{Input, Name};

/// The page of one input in the ledger.
pub(super) struct Page<'a> {
    pub origin: &'a dyn Origin,
    /// The sequence number to write next.
    pub(super) next: u64,
    /// Outputs that came before their turn.
    pub(super) early: BTreeMap<u64, Output>,
    /// Lines written or passed over so far.
    pub(super) lines: u64,
}

impl<'a> Page<'a> {
    pub(super) fn new(origin: &'a dyn Origin) -> Page<'a> {
        Page::from(origin, 0)
    }

    /// Begins in the midst of an input, behind so many lines.
    pub(super) fn from(origin: &'a dyn Origin, lines: u64) -> Page<'a> {
        Page { origin, next: 0, early: BTreeMap::new(), lines }
    }
}

/// Where lines are of, as far as the ledger has to know.
pub(super) trait Origin {
    /// Returns what to call it.
    fn name(&self) -> &Name;

    /// Reads a range of it again, a bounded piece at a time.
    fn copy(
        &self,
        range: Range<u64>,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()>;
}

/// An input of a plain run.
pub(super) struct Named<'a> {
    pub input: &'a Input,
    pub name: &'a Name,
}

impl Origin for Named<'_> {
    fn name(&self) -> &Name {
        self.name
    }

    fn copy(
        &self,
        range: Range<u64>,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.input.copy(range, take)
    }
}
