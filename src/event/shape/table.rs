//! The tables of the core API types, and what one of the types holds.
//!
//! A table is text: the name of a type, and indented below it what its keys
//! hold, with the keys behind. Lists are not marked, since paths walk through
//! them. `a|b` is one of both, `{a}` an object whose keys are free. A type
//! that is `exact` has these keys wherever it stands, in custom resources
//! too.

use std::collections::HashMap;
use std::sync::LazyLock;

const TABLES: [&str; 13] = [
    include_str!("core/object.txt"),
    include_str!("core/meta.txt"),
    include_str!("core/pod.txt"),
    include_str!("core/container.txt"),
    include_str!("core/volume.txt"),
    include_str!("core/status.txt"),
    include_str!("core/workload.txt"),
    include_str!("core/network.txt"),
    include_str!("core/access.txt"),
    include_str!("core/admission.txt"),
    include_str!("core/storage.txt"),
    include_str!("core/device.txt"),
    include_str!("core/cluster.txt"),
];

/// One type of the core API.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) is_exact: bool,
    /// The indented lines below its name.
    lines: &'static str,
}

/// Where each type stands; the lines themselves are read when asked for.
/// Made when a path below a body is first checked, in less than 1 ms.
static ENTRIES: LazyLock<HashMap<&'static str, Entry>> =
    LazyLock::new(|| TABLES.iter().flat_map(|table| entries(table)).collect());

/// Returns the type of this name.
pub(super) fn entry(name: &str) -> Option<Entry> {
    ENTRIES.get(name).copied()
}

impl Entry {
    /// Returns the keys, each with one name of what it holds.
    pub(super) fn keys(
        self,
    ) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.lines.lines().flat_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let held = words.next().unwrap_or_default();
            words.flat_map(move |key| held.split('|').map(move |h| (key, h)))
        })
    }

    /// Returns the names of what a key holds.
    pub(super) fn held(self, key: &str) -> Vec<&'static str> {
        // Most types that are asked do not have it.
        if !self.lines.contains(key) {
            return Vec::new();
        }
        let found = self.keys().filter(|(known, _)| *known == key);
        found.map(|(_, held)| held).collect()
    }
}

/// Cuts a table into its types.
fn entries(table: &'static str) -> Vec<(&'static str, Entry)> {
    let mut found = Vec::new();
    let mut rest = table;
    while !rest.is_empty() {
        let (head, below) = rest.split_once('\n').unwrap_or((rest, ""));
        let end = end_of_entry(below);
        let (name, mark) = head.split_once(' ').unwrap_or((head, ""));
        if name != "#" {
            let is_exact = mark == "exact";
            found.push((name, Entry { is_exact, lines: &below[..end] }));
        }
        rest = &below[end..];
    }
    found
}

/// Returns where the indented lines end.
fn end_of_entry(text: &str) -> usize {
    let indented = text.split_inclusive('\n').take_while(|l| is_indented(l));
    indented.map(str::len).sum()
}

fn is_indented(line: &str) -> bool {
    line.starts_with(' ')
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::event::shape::Shape;

    #[test]
    fn no_type_and_no_key_is_there_twice() {
        let all: Vec<_> = TABLES.iter().flat_map(|t| entries(t)).collect();
        assert_eq!(all.len(), ENTRIES.len());
        for (name, entry) in all {
            let keys: Vec<_> = entry.keys().collect();
            let once: HashSet<_> = keys.iter().collect();
            assert_eq!(once.len(), keys.len(), "{name}");
            assert!(!keys.is_empty(), "{name}");
        }
    }

    #[test]
    fn every_type_that_is_named_is_there_and_is_needed() {
        let roots = ["Object", "Operation"];
        let mut needed: HashSet<&str> = roots.into();
        for (name, entry) in ENTRIES.iter() {
            for (key, held) in entry.keys() {
                let inner = held.trim_matches(['{', '}']);
                if let Shape::Object(inner) = Shape::read(inner) {
                    assert!(entry_of(inner), "{name}.{key}: {held}");
                    needed.insert(inner);
                }
            }
        }
        for name in ENTRIES.keys() {
            assert!(needed.contains(name), "nothing holds {name}");
        }
    }

    fn entry_of(name: &str) -> bool {
        entry(name).is_some()
    }

    #[test]
    fn the_tables_are_narrow() {
        for line in TABLES.iter().flat_map(|table| table.lines()) {
            assert!(line.len() < 80 && line.trim_end() == line, "{line}");
        }
    }
}
