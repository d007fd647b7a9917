//! Remembers what is behind us: the first lines of files that were read to
//! their end, or were there before we began.
//!
//! The memory makes it unnecessary to believe names and clocks: a rotated
//! file is new if its content is.

use std::collections::{HashSet, VecDeque};

use super::head::Head;
use crate::disk::Print;

/// Files that are remembered; a checkpoint has room for them.
const MOST: usize = 512;

/// What is behind us.
#[derive(Debug)]
pub(super) struct Known {
    /// Oldest first.
    prints: VecDeque<Print>,
    /// The same.
    set: HashSet<Print>,
    /// Whether nothing was forgotten.
    pub is_all: bool,
}

impl Known {
    /// Takes up what a checkpoint remembers.
    pub(super) fn new(prints: Vec<Print>, is_all: bool) -> Known {
        let mut known =
            Known { prints: VecDeque::new(), set: HashSet::new(), is_all };
        prints.into_iter().for_each(|print| known.add(print));
        known
    }

    /// Remembers a file.
    pub(super) fn add(&mut self, print: Print) {
        // No bytes would be the begin of every file.
        if print.len == 0 || !self.set.insert(print.clone()) {
            return;
        }
        self.prints.push_back(print);
        while self.prints.len() > MOST {
            self.is_all = false;
            if let Some(print) = self.prints.pop_front() {
                self.set.remove(&print);
            }
        }
    }

    /// Returns whether a file is remembered. One of which only the begin of a
    /// line was there is another one as soon as it has more.
    pub(super) fn has(&self, head: &Head) -> bool {
        self.set.contains(head.print())
    }

    /// Returns what to put into a checkpoint.
    pub(super) fn prints(&self) -> Vec<Print> {
        self.prints.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(bytes: &[u8]) -> Head {
        let mut head = Head::default();
        head.learn(bytes, 0);
        head
    }

    #[test]
    fn a_file_that_has_grown_is_known_by_its_first_line() {
        let mut known = Known::new(vec![Print::of(b"abc\n")], true);
        assert!(known.has(&head(b"abc\ndef")));
        assert!(!known.has(&head(b"ab")));
        known.add(Print::of(b""));
        assert!(!known.has(&head(b"")));
    }

    #[test]
    fn a_file_that_held_a_part_of_a_line_is_no_other_file() {
        let known = Known::new(vec![Print::of(b"{")], true);
        assert!(known.has(&head(b"{")));
        assert!(!known.has(&head(b"{\"kind\":\"Event\"}\n")));
    }

    #[test]
    fn the_oldest_are_forgotten_and_that_is_known() {
        let mut known = Known::new(Vec::new(), true);
        let line = |number| format!("{number:04}\n");
        for number in 0..=MOST {
            known.add(Print::of(line(number).as_bytes()));
        }
        assert!(!known.is_all);
        assert!(!known.has(&head(b"0000\n")));
        assert!(known.has(&head(b"0001\n")));
        assert_eq!(known.prints().len(), MOST);
    }
}
