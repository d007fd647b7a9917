//! Holds an output against the truth.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    events::{Events, is_wanted},
    truth::Truth,
};

/// What the follower is allowed, as nobody could do better.
#[derive(Debug, Default)]
pub(crate) struct Allowance {
    /// Events that may be there several times, and anywhere: what they stood
    /// in was damaged by a power cut.
    pub(crate) repeats: BTreeSet<usize>,
    /// Events that may be there at any place: they stand in a numbered copy,
    /// beside files that have a time in their name, and nothing tells which
    /// of these are older.
    pub(crate) strays: BTreeSet<usize>,
    /// Events that may be there twice: they stand without a newline in a copy
    /// that ends in its first line.
    pub(crate) halves: BTreeSet<usize>,
    /// Whether newer files may have come before older ones.
    pub(crate) disorder: bool,
    /// Whether there may be lines that were never written: a compressed file
    /// was damaged by a power cut.
    pub(crate) garbage: bool,
    /// Gaps that may be told beside those where something is cut or gone.
    pub(crate) gaps: usize,
}

/// What an output consists of.
#[derive(Debug, Default)]
pub(crate) struct Output {
    /// The numbers of whole events, as they come.
    pub(crate) events: Vec<usize>,
    torn: BTreeMap<Vec<u8>, usize>,
}

impl Output {
    /// Takes an output apart.
    ///
    /// # Errors
    ///
    /// When its last line has no end.
    pub(crate) fn read(out: &[u8], events: &Events) -> Result<Output, String> {
        let mut output = Output::default();
        for line in out.split_inclusive(|byte| *byte == b'\n') {
            let Some(line) = line.strip_suffix(b"\n") else {
                return Err(format!("a torn end: {}", line.escape_ascii()));
            };
            match events.find(line) {
                Some(number) => output.events.push(number),
                None => *output.torn.entry(line.to_vec()).or_default() += 1,
            }
        }
        Ok(output)
    }

    /// Returns whether an event is there.
    pub(crate) fn has(&self, number: usize) -> bool {
        self.events.contains(&number)
    }

    /// Checks that it has what it must have, once and in order, and nothing
    /// else.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub(crate) fn check(
        &self,
        truth: &Truth,
        allowed: &Allowance,
    ) -> Result<(), String> {
        self.check_owed(truth)?;
        self.check_once(allowed)?;
        self.check_order(allowed)?;
        self.check_torn(truth, allowed)
    }

    fn check_owed(&self, truth: &Truth) -> Result<(), String> {
        let owed = truth.owed.iter().filter(|number| is_wanted(**number));
        let lost: Vec<_> = owed.filter(|n| !self.has(**n)).collect();
        if !lost.is_empty() {
            return Err(format!("lost: {lost:?}"));
        }
        match self.events.iter().find(|number| !is_wanted(**number)) {
            Some(number) => Err(format!("not wanted: {number}")),
            None => Ok(()),
        }
    }

    fn check_once(&self, allowed: &Allowance) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        let mut again = self.events.iter().filter(|number| {
            !seen.insert(**number)
                && !allowed.repeats.contains(number)
                && !allowed.halves.contains(number)
        });
        match again.next() {
            Some(number) => Err(format!("doubled: {number}")),
            None => Ok(()),
        }
    }

    fn check_order(&self, allowed: &Allowance) -> Result<(), String> {
        let events = self.events.iter();
        let is_bound = |number: &&usize| {
            !allowed.repeats.contains(number)
                && !allowed.strays.contains(number)
                && !allowed.halves.contains(number)
        };
        let numbers: Vec<_> = events.filter(is_bound).collect();
        if allowed.disorder || numbers.is_sorted() {
            return Ok(());
        }
        Err(format!("out of order: {numbers:?}"))
    }

    fn check_torn(
        &self,
        truth: &Truth,
        allowed: &Allowance,
    ) -> Result<(), String> {
        for (line, count) in &self.torn {
            let most = match truth.times(line) {
                0 => 0,
                places if allowed.repeats.is_empty() => places,
                _ => usize::MAX,
            };
            if *count > most && !allowed.garbage {
                let line = line.escape_ascii();
                return Err(format!("{count} times never written: {line}"));
            }
        }
        Ok(())
    }
}
