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
    /// The events that came in groups beyond `most`.
    other: u64,
    /// The different values, each with the place of its row, as they came:
    /// which of them find room must not depend on where a batch ends.
    values: Vec<(usize, Arc<str>)>,
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
    /// How many events came, whatever is counted.
    events: u64,
    /// The different values, if they are what is counted.
    values: HashSet<Arc<str>>,
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
            values: Vec::new(),
            is_cut: false,
        }
    }

    /// Adds what one event comes to.
    ///
    /// * Of many groups and many values, only so many combinations are
    ///   counted as an event has groups at most.
    pub(super) fn enter(&mut self, counted: &Counted, kind: Kind) {
        let mut left = Counted::MOST_GROUPS;
        counted.groups(&mut |keys| {
            let keys: Keys = keys.iter().map(|key| (*key).into()).collect();
            match kind {
                Kind::Events => self.count(&keys, 1),
                Kind::Values => {
                    let values = counted.distinct().take(left);
                    left -= self.count_values(&keys, values);
                }
            }
        });
    }

    /// Counts so many events in the group of `keys`.
    fn count(&mut self, keys: &Keys, events: u64) {
        match self.place(keys) {
            Some(at) => {
                self.rows[at].events += events;
                self.rows[at].count += events;
            }
            None => self.other += events,
        }
    }

    /// Counts the values of one event in the group of `keys`, and returns how
    /// many there are. An event without a value adds nothing.
    fn count_values<'v>(
        &mut self,
        keys: &Keys,
        values: impl Iterator<Item = &'v str>,
    ) -> usize {
        let mut values = values.peekable();
        if values.peek().is_none() {
            return 0;
        }
        let Some(at) = self.place(keys) else {
            self.other += 1;
            return values.count();
        };
        self.rows[at].events += 1;
        values.map(|value| self.insert(at, value)).count()
    }

    /// Counts a value in a row, unless it was there before.
    fn insert(&mut self, at: usize, value: &str) {
        let row = &mut self.rows[at];
        if row.values.contains(value) {
            return;
        }
        if self.values.len() >= self.most {
            self.is_cut = true;
            return;
        }
        let value: Arc<str> = value.into();
        row.values.insert(Arc::clone(&value));
        row.count += 1;
        self.values.push((at, value));
    }

    /// Adds what was counted in a later part of the input.
    pub(super) fn add(&mut self, more: Groups) {
        self.other += more.other;
        self.is_cut |= more.is_cut;
        let mut places = Vec::with_capacity(more.rows.len());
        for Row { keys, count, events, values } in more.rows {
            let place = self.place(&keys);
            places.push(place);
            let Some(at) = place else {
                self.other += events;
                continue;
            };
            self.rows[at].events += events;
            if values.is_empty() {
                self.rows[at].count += count;
            }
        }
        for (row, value) in more.values {
            if let Some(at) = places[row] {
                self.insert(at, &value);
            }
        }
    }

    /// Returns the place of the row of these keys, a new one if need be and
    /// possible.
    fn place(&mut self, keys: &Keys) -> Option<usize> {
        if let Some(at) = self.places.get(keys) {
            return Some(*at);
        }
        let at = self.rows.len();
        if at >= self.most {
            return None;
        }
        self.places.insert(Arc::clone(keys), at);
        let (keys, values) = (Arc::clone(keys), HashSet::new());
        self.rows.push(Row { keys, count: 0, events: 0, values });
        Some(at)
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

    /// Counts values, each of an event of its own.
    fn enter(groups: &mut Groups, values: &[(&str, &str)]) {
        for (key, value) in values {
            groups.count_values(&keys(&[key]), [*value].into_iter());
        }
    }

    #[test]
    fn a_value_counts_once_in_its_group() {
        let mut first = Groups::new(3);
        let mut later = Groups::default();
        enter(&mut first, &[("a", "x"), ("a", "x")]);
        enter(&mut later, &[("a", "x"), ("a", "y"), ("b", "x")]);
        first.add(later);
        assert_eq!(shown(&first, None), ["2 a", "1 b"]);
        assert!(!first.is_cut());
        enter(&mut first, &[("b", "z")]);
        assert!(first.is_cut());
    }

    #[test]
    fn which_values_find_room_does_not_depend_on_batches() {
        let values = [
            ("a", "x"),
            ("b", "y"),
            ("a", "z"),
            ("c", "x"),
            ("b", "y"),
            ("c", "x"),
        ];
        for most in 0..5 {
            let mut alone = Groups::new(most);
            enter(&mut alone, &values);
            for cut in 0..=values.len() {
                let mut joined = Groups::new(most);
                for part in [&values[..cut], &values[cut..]] {
                    let mut batch = Groups::default();
                    enter(&mut batch, part);
                    joined.add(batch);
                }
                assert_eq!(shown(&joined, None), shown(&alone, None));
                assert_eq!(joined.other(), alone.other(), "{most} {cut}");
                assert_eq!(joined.is_cut(), alone.is_cut(), "{most} {cut}");
            }
        }
    }
}
