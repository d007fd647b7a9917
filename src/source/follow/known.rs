//! Remembers what is behind us: the first lines of files that were read to
//! their end, or were there before we began; and how far others were read
//! that are gone before they were finished, as far as we know.
//!
//! The memory makes it unnecessary to believe names and clocks: a rotated
//! file is new if its content is.

use std::collections::{HashSet, VecDeque};

use super::head::Head;
use crate::{checkpoint::Left, disk::Print};

/// Files that are remembered; a checkpoint has room for them.
const MOST: usize = 512;

/// Files of which the place is remembered.
const MOST_LEFT: usize = 16;

/// What is behind us.
#[derive(Debug)]
pub(super) struct Known {
    /// Oldest first.
    prints: VecDeque<Print>,
    /// The same.
    set: HashSet<Print>,
    /// Places in files that were left there, oldest first.
    left: VecDeque<Left>,
    /// Whether nothing was forgotten.
    pub is_all: bool,
}

impl Known {
    /// Takes up what a checkpoint remembers.
    pub(super) fn new(
        prints: Vec<Print>,
        left: Vec<Left>,
        is_all: bool,
    ) -> Known {
        let mut known = Known {
            prints: VecDeque::new(),
            set: HashSet::new(),
            left: left.into(),
            is_all,
        };
        prints.into_iter().for_each(|print| known.add(print));
        known
    }

    /// Remembers a file of which another copy may hold more.
    pub(super) fn leave(&mut self, left: Left) {
        let head = &left.place.head;
        if head.len == 0 || self.set.contains(head) {
            return;
        }
        self.left.retain(|other| other.place.head != *head);
        self.left.push_back(left);
        while self.left.len() > MOST_LEFT {
            if let Some(oldest) = self.left.pop_front() {
                self.add(oldest.place.head);
            }
        }
    }

    /// Remembers a file that is wholly behind us.
    pub(super) fn add(&mut self, print: Print) {
        self.left.retain(|left| left.place.head != print);
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
        self.set.contains(head.print()) || self.left(head).is_some()
    }

    /// Returns the place up to which a file is behind us, if not as a whole.
    pub(super) fn left(&self, head: &Head) -> Option<&Left> {
        self.left.iter().find(|left| left.place.head == *head.print())
    }

    /// Returns what to put into a checkpoint.
    pub(super) fn prints(&self) -> Vec<Print> {
        self.prints.iter().cloned().collect()
    }

    /// Returns those places.
    pub(super) fn lefts(&self) -> Vec<Left> {
        self.left.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Place;

    fn head(bytes: &[u8]) -> Head {
        let mut head = Head::default();
        head.learn(bytes, 0);
        head
    }

    #[test]
    fn a_file_that_has_grown_is_known_by_its_first_line() {
        let mut known =
            Known::new(vec![Print::of(b"abc\n")], Vec::new(), true);
        assert!(known.has(&head(b"abc\ndef")));
        assert!(!known.has(&head(b"ab")));
        known.add(Print::of(b""));
        assert!(!known.has(&head(b"")));
    }

    #[test]
    fn a_file_that_held_a_part_of_a_line_is_no_other_file() {
        let known = Known::new(vec![Print::of(b"{")], Vec::new(), true);
        assert!(known.has(&head(b"{")));
        assert!(!known.has(&head(b"{\"kind\":\"Event\"}\n")));
    }

    #[test]
    fn the_oldest_are_forgotten_and_that_is_known() {
        let mut known = Known::new(Vec::new(), Vec::new(), true);
        let line = |number| format!("{number:04}\n");
        for number in 0..=MOST {
            known.add(Print::of(line(number).as_bytes()));
        }
        assert!(!known.is_all);
        assert!(!known.has(&head(b"0000\n")));
        assert!(known.has(&head(b"0001\n")));
        assert_eq!(known.prints().len(), MOST);
    }
    #[test]
    fn of_what_was_left_the_place_is_remembered() {
        let mut known = Known::new(Vec::new(), Vec::new(), true);
        let left = |line: &str, offset| Left {
            place: Place {
                head: Print::of(line.as_bytes()),
                offset,
                ..Place::default()
            },
            end: offset,
        };
        known.leave(left("a\n", 2));
        known.leave(left("a\n", 5));
        assert_eq!(known.lefts(), [left("a\n", 5)]);
        assert!(known.has(&head(b"a\nb")));
        assert_eq!(known.left(&head(b"a\nb")), Some(&left("a\n", 5)));
        known.add(Print::of(b"a\n"));
        known.leave(left("a\n", 9));
        assert_eq!(known.left(&head(b"a\nb")), None);
        (0..=MOST_LEFT).for_each(|n| known.leave(left(&format!("{n}\n"), 1)));
        assert!(
            known.has(&head(b"0\n")) && known.left(&head(b"0\n")).is_none()
        );
    }
}
