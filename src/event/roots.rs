//! The top-level keys that a program reads, and those that show what a line
//! is.

use crate::scan::Wanted;

/// At least one of these stands at the top of every audit event, or `level`
/// does: other loggers have that as well.
const MARKERS: [&str; 4] = ["auditID", "stage", "verb", "requestURI"];

/// The top-level keys to stop at.
///
/// The keys that the program asked for come first, in its order; `kind` and
/// the markers of an event are added where they are missing.
#[derive(Clone, Debug)]
pub struct Roots {
    /// Until the line has shown a marker: all keys.
    pub(super) at_first: Wanted,
    /// From then on: the program's keys and `kind`,
    pub(super) with_kind: Wanted,
    /// and without it once that was passed.
    pub(super) afterwards: Wanted,
    /// Which of the keys to look for first: where the walk would best go
    /// in one stride.
    pub(super) first: usize,
    /// Which of the keys is `kind`.
    pub(super) kind: usize,
    /// Which of them is `level`.
    pub(super) level: usize,
    /// Whether the program asks for `kind` or `apiVersion`.
    pub(super) reads_head: bool,
    /// A bit for each key that is a marker.
    pub(super) markers: u32,
}

impl Roots {
    /// How many keys a program can ask for, `kind` and markers not counted.
    pub const MOST: usize = 24;

    /// How many there can be, all in all.
    pub(super) const ROOM: usize = 32;

    /// Returns the roots for a program that reads the top-level keys `keys`,
    /// at most [`Roots::MOST`] of them, and the one of number `first` first.
    pub fn new(keys: &[Box<str>], first: Option<usize>) -> Roots {
        debug_assert!(keys.len() <= Roots::MOST);
        let mut all: Vec<&str> = keys.iter().map(|key| &**key).collect();
        let afterwards = Wanted::new(&all);
        let reads_head = all.contains(&"kind") || all.contains(&"apiVersion");
        let kind = place(&mut all, "kind");
        let with_kind = Wanted::new(&all);
        let level = place(&mut all, "level");
        let mut markers = 0;
        for marker in MARKERS {
            markers |= 1 << place(&mut all, marker);
        }
        let first = first.unwrap_or(kind);
        Roots {
            at_first: Wanted::new(&all),
            with_kind,
            afterwards,
            first,
            kind,
            level,
            reads_head,
            markers,
        }
    }
}

/// Returns where `key` is in the list, to which it is added if need be.
fn place<'a>(keys: &mut Vec<&'a str>, key: &'a str) -> usize {
    let found = keys.iter().position(|known| *known == key);
    found.unwrap_or_else(|| {
        keys.push(key);
        keys.len() - 1
    })
}
