//! Counts events by their keys: each thread what it judged, the ledger all
//! of it.
//!
//! Groups are numbered as they come. Since batches are added in the order of
//! the input, the first groups are the same for any number of threads, also
//! where there are more than may be held.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::pipeline::Counted;

/// The keys of a group, in the order of `by`.
pub type Keys = Arc<[Box<str>]>;

/// Events, or different values, by group.
#[derive(Clone, Debug)]
pub struct Groups {
    /// How many groups may be held.
    most: usize,
    rows: Vec<Row>,
    places: HashMap<Keys, usize>,
    /// What came in groups beyond `most`.
    other: u64,
    /// How many different values are held in all rows.
    values: usize,
    /// Whether a value was not counted for want of room.
    is_cut: bool,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Events.
    Events,
    /// Different values of a field.
    Values,
}

/// One group.
#[derive(Clone, Debug)]
pub struct Row {
    /// What all of it has in common.
    pub keys: Keys,
    /// How many events it has, or how many different values.
    pub count: u64,
    /// The different values, if they are what is counted.
    values: HashSet<Box<str>>,
}

impl Default for Groups {
    /// A table that is never full.
    fn default() -> Groups {
        Groups::new(usize::MAX)
    }
}

impl Groups {
    /// Returns an empty table of at most so many groups.
    pub fn new(most: usize) -> Groups {
        Groups {
            most,
            rows: Vec::new(),
            places: HashMap::new(),
            other: 0,
            values: 0,
            is_cut: false,
        }
    }

    /// Adds what one event comes to.
    pub(super) fn enter(&mut self, counted: &Counted, kind: Kind) {
        counted.groups(&mut |keys| {
            let keys: Keys = keys.iter().map(|key| (*key).into()).collect();
            match kind {
                Kind::Events => self.count(&keys, 1),
                Kind::Values => counted
                    .distinct()
                    .for_each(|value| self.count_value(&keys, value)),
            }
        });
    }

    /// Counts so many events in the group of `keys`.
    fn count(&mut self, keys: &Keys, events: u64) {
        match self.row(keys) {
            Some(row) => row.count += events,
            None => self.other += events,
        }
    }

    /// Counts a value in the group of `keys`, unless it was there before.
    fn count_value(&mut self, keys: &Keys, value: &str) {
        let has_room = self.values < self.most;
        let Some(row) = self.row(keys) else {
            self.other += 1;
            return;
        };
        if row.values.contains(value) {
            return;
        }
        if has_room {
            row.values.insert(value.into());
            row.count += 1;
            self.values += 1;
        } else {
            self.is_cut = true;
        }
    }

    /// Adds what was counted in a later part of the input.
    pub(super) fn add(&mut self, more: Groups) {
        self.other += more.other;
        self.is_cut |= more.is_cut;
        for Row { keys, count, values } in more.rows {
            for value in &values {
                self.count_value(&keys, value);
            }
            if values.is_empty() {
                self.count(&keys, count);
            }
        }
    }

    /// Returns the row of these keys, a new one if need be and possible.
    fn row(&mut self, keys: &Keys) -> Option<&mut Row> {
        if let Some(at) = self.places.get(keys) {
            return self.rows.get_mut(*at);
        }
        if self.rows.len() >= self.most {
            return None;
        }
        self.places.insert(Arc::clone(keys), self.rows.len());
        let (keys, values) = (Arc::clone(keys), HashSet::new());
        self.rows.push(Row { keys, count: 0, values });
        self.rows.last_mut()
    }

    /// Returns the rows, the largest first, those of one size by their keys;
    /// at most `top` of them.
    pub fn rows(&self, top: Option<u64>) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by(|a, b| {
            b.count.cmp(&a.count).then_with(|| a.keys.cmp(&b.keys))
        });
        let top = top.and_then(|top| usize::try_from(top).ok());
        rows.truncate(top.unwrap_or(usize::MAX));
        rows
    }

    /// Returns how many events came in groups that could not be held.
    pub fn other(&self) -> u64 {
        self.other
    }

    /// Returns whether different values were left out for want of room.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(keys: &[&str]) -> Keys {
        keys.iter().map(|key| (*key).into()).collect()
    }

    fn shown(groups: &Groups, top: Option<u64>) -> Vec<String> {
        let rows = groups.rows(top);
        let shown = rows
            .iter()
            .map(|row| format!("{} {}", row.count, row.keys.join(" ")));
        shown.collect()
    }

    #[test]
    fn the_largest_group_is_first_and_ties_are_in_order() {
        let mut groups = Groups::default();
        for key in ["b", "a", "c", "c"] {
            groups.count(&keys(&[key]), 1);
        }
        assert_eq!(shown(&groups, None), ["2 c", "1 a", "1 b"]);
        assert_eq!(shown(&groups, Some(2)), ["2 c", "1 a"]);
    }

    #[test]
    fn what_finds_no_room_is_counted_together() {
        let mut first = Groups::new(2);
        let mut later = Groups::default();
        first.count(&keys(&["a"]), 1);
        for (key, events) in [("b", 2), ("c", 3), ("a", 4)] {
            later.count(&keys(&[key]), events);
        }
        first.add(later);
        assert_eq!(shown(&first, None), ["5 a", "2 b"]);
        assert_eq!(first.other(), 3);
    }

    #[test]
    fn a_value_counts_once_in_its_group() {
        let mut first = Groups::new(3);
        let mut later = Groups::default();
        for (key, value) in [("a", "x"), ("a", "x")] {
            first.count_value(&keys(&[key]), value);
        }
        for (key, value) in [("a", "x"), ("a", "y"), ("b", "x")] {
            later.count_value(&keys(&[key]), value);
        }
        first.add(later);
        assert_eq!(shown(&first, None), ["2 a", "1 b"]);
        assert!(!first.is_cut());
        first.count_value(&keys(&["b"]), "z");
        assert!(first.is_cut());
    }
}
