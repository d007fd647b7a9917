//! What a policy makes of events, added up.

use std::collections::BTreeMap;

use super::{Attributes, Effect, Example, Fate, Groups, Level, Pace};
use crate::policy::Doubt;

/// Events, and what is kept of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Events that came,
    pub events: u64,
    /// and their bytes.
    pub bytes: u64,
    /// Events that are kept,
    pub kept_events: u64,
    /// and what is left of their bytes.
    pub kept_bytes: u64,
    /// Kept events that were recorded at a lower level than is asked for.
    pub short: u64,
}

/// What becomes otherwise than with the old policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How many events.
    pub events: u64,
    /// The bytes that the old policy keeps of them,
    pub old_bytes: u64,
    /// and the new one.
    pub new_bytes: u64,
    /// The first of these events.
    pub example: Example,
}

/// The rules that decide with the old and the new policy, and the levels that
/// are left; no level, if the event is skipped.
pub type Pair = [(Option<usize>, Option<Level>); 2];

/// What a policy makes of some events.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// All events.
    pub all: Count,
    /// Those that each rule decides, and in front those that none does.
    rules: Vec<Count>,
    /// Those that are kept, by the level that is left: events and bytes.
    pub levels: [(u64, u64); 4],
    /// What the old policy keeps.
    pub old: Count,
    /// What becomes otherwise than with it.
    pub changes: BTreeMap<Pair, Change>,
    /// Events that do not tell what would become of them, by the reason.
    /// They are kept.
    pub doubts: BTreeMap<Doubt, u64>,
    /// Lines that break before they tell.
    pub broken: u64,
    /// What is kept, by the second,
    pub pace: Pace,
    /// and by who does what.
    pub groups: Groups,
}

impl Count {
    pub(super) fn add(&mut self, is_kept: bool, bytes: u64, kept: u64) {
        self.events += 1;
        self.bytes += bytes;
        self.kept_events += u64::from(is_kept);
        self.kept_bytes += kept;
    }

    fn append(&mut self, other: &Count) {
        self.events += other.events;
        self.bytes += other.bytes;
        self.kept_events += other.kept_events;
        self.kept_bytes += other.kept_bytes;
        self.short += other.short;
    }
}

impl Traffic {
    /// Returns what a rule decides; what none does, if none is given.
    pub fn rule(&self, rule: Option<usize>) -> Count {
        let at = rule.map_or(0, |rule| rule + 1);
        self.rules.get(at).copied().unwrap_or_default()
    }

    /// Adds what came behind.
    pub fn append(&mut self, other: Traffic) {
        self.all.append(&other.all);
        self.old.append(&other.old);
        for (at, count) in other.rules.iter().enumerate() {
            self.place(at).append(count);
        }
        for (level, more) in self.levels.iter_mut().zip(other.levels) {
            level.0 += more.0;
            level.1 += more.1;
        }
        for (pair, more) in other.changes {
            match self.changes.get_mut(&pair) {
                Some(change) => {
                    change.events += more.events;
                    change.old_bytes += more.old_bytes;
                    change.new_bytes += more.new_bytes;
                }
                None => {
                    self.changes.insert(pair, more);
                }
            }
        }
        for (doubt, more) in other.doubts {
            *self.doubts.entry(doubt).or_default() += more;
        }
        self.broken += other.broken;
        self.pace.append(other.pace);
        self.groups.append(other.groups);
    }

    fn place(&mut self, at: usize) -> &mut Count {
        if self.rules.len() <= at {
            self.rules.resize(at + 1, Count::default());
        }
        &mut self.rules[at]
    }

    /// Notes an event that was decided on.
    pub(super) fn enter(&mut self, fate: &Fate, bytes: u64) {
        let at = fate.rule.map_or(0, |rule| rule + 1);
        let is_kept = fate.level.is_some();
        self.all.add(is_kept, bytes, fate.bytes);
        self.all.short += u64::from(fate.is_short);
        let count = self.place(at);
        count.add(is_kept, bytes, fate.bytes);
        count.short += u64::from(fate.is_short);
        if let Some(level) = fate.level {
            let place = &mut self.levels[level as usize];
            place.0 += 1;
            place.1 += fate.bytes;
        }
    }

    /// Notes an event that could not be decided on: it is kept.
    pub(super) fn unknown(&mut self, effect: Effect, bytes: u64) {
        self.all.add(true, bytes, bytes);
        match effect {
            Effect::Undecided(doubt) => {
                *self.doubts.entry(doubt).or_default() += 1;
            }
            Effect::Broken
            | Effect::Skipped
            | Effect::Unchanged
            | Effect::Changed => self.broken += 1,
        }
    }

    /// Notes that an event becomes otherwise than with the old policy.
    pub(super) fn change(
        &mut self,
        old: &Fate,
        new: &Fate,
        attributes: &Attributes<'_>,
    ) {
        let pair = [old, new].map(|fate| (fate.rule, fate.level));
        let change = self.changes.entry(pair).or_insert_with(|| Change {
            events: 0,
            old_bytes: 0,
            new_bytes: 0,
            example: Example::from(attributes),
        });
        change.events += 1;
        change.old_bytes += old.bytes;
        change.new_bytes += new.bytes;
    }
}
