//! Turns what sources bring once more into what is not in the file yet.
//!
//! After a crash, lines stand behind the last commit, and the sources begin
//! at that commit: the same lines come again. Each that is met in the file
//! is not written a second time. Lines that nobody brings again, foreign
//! ones or those of an older expression, stay where they are.

use std::{collections::HashMap, io::IoSlice};

use sha2::{Digest, Sha256};

/// After so many bytes in a row that are not in the file, nothing is looked
/// for any more. What may come again is what was written since the last
/// commit, a few MiB.
const PATIENCE: u64 = 64 << 20;

/// What a line is compared by. Who writes audited names must not be able to
/// make two lines alike, so it is a cryptographic hash.
pub(super) type Key = u128;

/// A line of the file that may come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub key: Key,
    /// Where it begins.
    pub start: u64,
}

/// The lines that may come again.
#[derive(Debug)]
pub(super) struct Replay {
    /// In the order in which they were written.
    lines: Vec<Known>,
    /// For each key the first line that has it and was not met.
    first: HashMap<Key, usize>,
    /// All lines before this one were met.
    next: usize,
    /// Bytes that came since a line was met.
    strange: u64,
    patience: u64,
    /// Whether the last write ended amid a line.
    is_amid: bool,
}

#[derive(Debug)]
struct Known {
    start: u64,
    /// The next line with the same key.
    same: Option<usize>,
    is_met: bool,
}

impl Replay {
    pub(super) fn new(lines: Vec<Line>) -> Replay {
        let mut first = HashMap::new();
        let mut known = Vec::with_capacity(lines.len());
        for (at, line) in lines.iter().enumerate().rev() {
            let same = first.insert(line.key, at);
            known.push(Known { start: line.start, same, is_met: false });
        }
        known.reverse();
        let (next, strange, patience) = (0, 0, PATIENCE);
        let is_amid = false;
        Replay { lines: known, first, next, strange, patience, is_amid }
    }

    /// Returns whether nothing is left to be met.
    pub(super) fn is_over(&self) -> bool {
        self.first.is_empty() || self.strange > self.patience
    }

    /// Returns where the first line begins that was not met.
    pub(super) fn unmet(&self) -> Option<u64> {
        self.lines.get(self.next).map(|known| known.start)
    }

    /// Returns whether the line was met that begins there.
    pub(super) fn has_met(&self, start: u64) -> bool {
        let at = self.lines.binary_search_by_key(&start, |known| known.start);
        at.is_ok_and(|at| self.lines[at].is_met)
    }

    /// Appends to `fresh` those lines of `parts` that are not in the file.
    ///
    /// * A line that comes in several writes is one that nobody wants to
    ///   hold: it is not compared.
    pub(super) fn sift(&mut self, parts: &[IoSlice<'_>], fresh: &mut Vec<u8>) {
        let is_newline = |&byte: &u8| byte == b'\n';
        let mut line = Vec::new();
        for part in parts {
            for piece in part.split_inclusive(is_newline) {
                line.extend_from_slice(piece);
                if !piece.ends_with(b"\n") {
                    continue;
                }
                if self.is_amid || !self.meets(&line) {
                    fresh.extend_from_slice(&line);
                }
                self.is_amid = false;
                line.clear();
            }
        }
        self.is_amid |= !line.is_empty();
        fresh.extend_from_slice(&line);
    }

    fn meets(&mut self, line: &[u8]) -> bool {
        let key = key(Sha256::new_with_prefix(line));
        let Some(&at) = self.first.get(&key) else {
            self.strange += line.len() as u64;
            return false;
        };
        self.strange = 0;
        let known = &mut self.lines[at];
        known.is_met = true;
        match known.same {
            Some(same) => self.first.insert(key, same),
            None => self.first.remove(&key),
        };
        let rest = &self.lines[self.next..];
        self.next += rest.iter().take_while(|one| one.is_met).count();
        true
    }
}

/// Returns what a line is compared by, newline included.
pub(super) fn key(hash: Sha256) -> Key {
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    Key::from_be_bytes(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replay(lines: &[&str]) -> Replay {
        let mut start = 0;
        let lines = lines.iter().map(|line| {
            let line = format!("{line}\n");
            let key = key(Sha256::new_with_prefix(&line));
            start += line.len() as u64;
            Line { key, start: start - line.len() as u64 }
        });
        Replay::new(lines.collect())
    }

    /// What of `writes` is fresh to a file with the lines a, b, a, c, and
    /// where the first line begins that was not met.
    #[track_caller]
    fn check(writes: &[&[&str]], expected: &str, unmet: Option<u64>) {
        let mut replay = replay(&["a", "b", "a", "c"]);
        let mut fresh = Vec::new();
        for parts in writes {
            let parts: Vec<_> =
                parts.iter().map(|p| IoSlice::new(p.as_bytes())).collect();
            replay.sift(&parts, &mut fresh);
        }
        assert_eq!(String::from_utf8(fresh).unwrap(), expected);
        assert_eq!(replay.unmet(), unmet);
        assert_eq!(replay.is_over(), unmet.is_none());
    }

    #[test]
    fn what_is_in_the_file_is_not_fresh() {
        check(&[], "", Some(0));
        check(&[&["a\nb\na\nc\nd\n"]], "d\n", None);
        check(&[&["a\n"], &["b\n", "x\n"]], "x\n", Some(4));
        check(&[&["", "a", "\nb", "\n"]], "", Some(4));
    }

    #[test]
    fn the_order_may_be_another() {
        check(&[&["c\nb\n"]], "", Some(0));
        check(&[&["c\nb\na\n"]], "", Some(4));
        check(&[&["c\nb\na\nx\na\n"]], "x\n", None);
    }

    #[test]
    fn a_line_is_met_as_often_as_it_is_there() {
        check(&[&["a\na\na\na\n"]], "a\na\n", Some(2));
    }

    #[test]
    fn a_line_in_several_writes_is_not_compared() {
        check(&[&["a\nb"], &["b\nb\n"]], "bb\n", Some(4));
        check(&[&["x"], &["y"], &["\n", "a\n"]], "xy\n", Some(2));
        check(&[&["b"], &["\n"]], "b\n", Some(0));
    }

    #[test]
    fn patience_ends() {
        let mut replay = replay(&["a", "b", "c"]);
        replay.patience = 4;
        for (line, is_over) in
            [("x\n", false), ("y\n", false), ("a\n", false), ("xyz\n", false)]
        {
            replay.sift(&[IoSlice::new(line.as_bytes())], &mut Vec::new());
            assert_eq!(replay.is_over(), is_over, "{line}");
        }
        replay.sift(&[IoSlice::new(b"z\n")], &mut Vec::new());
        assert!(replay.is_over());
    }
}
