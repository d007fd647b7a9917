//! Remembers what is behind us: the heads of files that were read to their
//! end, or were there before we began.
//!
//! The memory makes it unnecessary to believe names and clocks: a rotated
//! file is new if its content is.

use std::collections::{HashMap, HashSet, VecDeque};

use super::generation::tells;
use crate::disk::Print;

/// Heads that are remembered; a checkpoint has room for them.
const MOST: usize = 512;

/// What is behind us.
#[derive(Debug)]
pub(super) struct Known {
    /// Oldest first.
    prints: VecDeque<Print>,
    by_length: HashMap<u64, HashSet<String>>,
    /// Whether nothing was forgotten.
    pub is_all: bool,
}

impl Known {
    /// Takes up what a checkpoint remembers.
    pub(super) fn new(prints: Vec<Print>, is_all: bool) -> Known {
        let mut known = Known {
            prints: VecDeque::new(),
            by_length: HashMap::new(),
            is_all,
        };
        prints.into_iter().for_each(|print| known.add(print));
        known
    }

    /// Remembers the head of a file.
    pub(super) fn add(&mut self, print: Print) {
        // No bytes would be the begin of every file.
        let lengths = self.by_length.entry(print.len).or_default();
        if print.len == 0 || !lengths.insert(print.hash.clone()) {
            return;
        }
        self.prints.push_back(print);
        while self.prints.len() > MOST {
            self.is_all = false;
            if let Some(print) = self.prints.pop_front()
                && let Some(hashes) = self.by_length.get_mut(&print.len)
            {
                hashes.remove(&print.hash);
            }
        }
    }

    /// Returns whether a file that begins with `head` is remembered.
    pub(super) fn has(&self, head: &[u8]) -> bool {
        self.by_length.iter().any(|(&length, hashes)| {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let Some(begin) = head.get(..length) else { return false };
            // What begins as a short file did may go on otherwise.
            let is_telling = tells(begin) || begin.len() == head.len();
            is_telling && hashes.contains(&Print::of(begin).hash)
        })
    }

    /// Returns what to put into a checkpoint.
    pub(super) fn prints(&self) -> Vec<Print> {
        self.prints.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_grown_is_known_by_its_begin() {
        let mut known = Known::new(vec![Print::of(b"abc\n")], true);
        assert!(known.has(b"abc\ndef"));
        assert!(!known.has(b"ab"));
        known.add(Print::of(b""));
        assert!(!known.has(b"xyz"));
    }

    #[test]
    fn a_file_that_held_a_part_of_a_line_is_no_other_file() {
        let known = Known::new(vec![Print::of(b"{")], true);
        assert!(known.has(b"{"));
        assert!(!known.has(b"{\"kind\":\"Event\"}\n"));
    }

    #[test]
    fn the_oldest_are_forgotten_and_that_is_known() {
        let mut known = Known::new(Vec::new(), true);
        for number in 0..=MOST {
            known.add(Print::of(format!("{number:04}").as_bytes()));
        }
        assert!(!known.is_all);
        assert!(!known.has(b"0000") && known.has(b"0001"));
        assert_eq!(known.prints().len(), MOST);
    }
}
