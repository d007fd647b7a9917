//! Reads one line as an event, no further than it is asked.

use std::cell::Cell;

use super::body::Bodies;
use super::roots::Roots;
use super::whole::{behind_end, first_break};
use crate::scan::{
    Defect, DefectKind, End, Finder, Members, Scanner, Wanted, behind_blanks,
};

/// Where a top-level key's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Behind the colon at this offset.
    At(usize),
    /// The event does not have the key.
    Missing,
    /// The line breaks before the key was found.
    Unknown,
}

/// How kube-apiserver begins every event it writes, up to `level`'s value.
/// Who begins so needs no walk to show that it is an event.
const HEAD: &[u8] =
    br#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"#;

/// Where the value of `kind` is in it,
const KIND: u32 = 8;

/// and where its last member begins.
const LAST: usize = 47;

/// Returns where the object of a line begins, behind blanks and a byte order
/// mark. A line that begins otherwise is no event.
#[inline]
pub fn start(line: &[u8]) -> Option<usize> {
    if line.first() == Some(&b'{') {
        return Some(0);
    }
    let mark: &[u8] = b"\xef\xbb\xbf";
    let from = if line.starts_with(mark) { mark.len() } else { 0 };
    let start = behind_blanks(line, from);
    (line.get(start) == Some(&b'{')).then_some(start)
}

/// One line, read as an event on demand.
///
/// The walk over the top-level keys goes on only while a key is asked for
/// that has not been passed yet, and remembers those it passes. Of a
/// repeated key the first answers.
#[derive(Debug)]
pub struct Event<'l, 'r> {
    pub(super) scanner: Scanner,
    pub(super) line: &'l [u8],
    pub(super) start: usize,
    /// Whether the walk can begin behind `kind` and `apiVersion`.
    skips_head: bool,
    walk: Option<Members>,
    pub(super) passed: Passed<'r>,
    pub(super) end: End,
    defect: Cell<Option<Defect>>,
    /// What was found in the bodies, once somebody has asked.
    pub(super) bodies: Option<Box<Bodies>>,
}

/// The top-level keys that the walk has passed.
#[derive(Debug)]
pub(super) struct Passed<'r> {
    pub(super) roots: &'r Roots,
    /// What to stop at from here on.
    wanted: &'r Wanted,
    /// The offset behind the colon of each; 0 for those not passed yet.
    pub(super) values: [u32; Roots::ROOM],
    /// Whether one of them marks the line as an event.
    pub(super) marked: bool,
    /// The root that is looked for.
    target: usize,
}

impl Finder for Passed<'_> {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    #[inline(always)]
    fn found(&mut self, key: usize, value: usize) -> bool {
        if self.values[key] == 0 {
            // Lines are shorter than 4 GiB: `Event::new` sees to it.
            self.values[key] = value as u32;
        }
        if self.roots.markers >> key & 1 == 1 {
            self.marked = true;
        }
        if self.marked {
            self.wanted = match self.values[self.roots.kind] {
                0 => &self.roots.with_kind,
                _ => &self.roots.afterwards,
            };
        }
        self.marked && self.values[self.target] != 0
    }
}

impl<'l, 'r> Event<'l, 'r> {
    /// The longest line that can be read, in bytes.
    pub const MOST: usize = u32::MAX as usize;

    /// Begins to read the object at [`start`] of `line`, which comes without
    /// its newline.
    ///
    /// * Of a line longer than [`Event::MOST`] only so much is read.
    #[inline]
    pub fn new(
        scanner: Scanner,
        line: &'l [u8],
        start: usize,
        roots: &'r Roots,
    ) -> Event<'l, 'r> {
        let known = line[start..].starts_with(HEAD);
        let mut values = [0; Roots::ROOM];
        if known {
            values[roots.kind] = start as u32 + KIND;
        }
        Event {
            scanner,
            line: &line[..line.len().min(Event::MOST)],
            start,
            skips_head: known && !roots.reads_head,
            walk: None,
            passed: Passed {
                roots,
                wanted: match known {
                    true => &roots.afterwards,
                    false => &roots.at_first,
                },
                values,
                marked: known,
                target: roots.first,
            },
            end: End::Stopped,
            defect: Cell::new(None),
            bodies: None,
        }
    }

    /// Begins to read another line, an edited copy of this one.
    pub fn on<'other>(&self, line: &'other [u8]) -> Event<'other, 'r> {
        Event::new(self.scanner, line, self.start, self.passed.roots)
    }

    /// Returns where the value of the root number `root` is.
    #[inline]
    pub fn root(&mut self, root: usize) -> Place {
        if self.passed.values[root] == 0 && self.end == End::Stopped {
            self.passed.target = root;
            self.go_on();
        }
        match (self.passed.values[root], self.end) {
            (0, End::Closed(_)) => Place::Missing,
            (0, End::Broken(_) | End::Stopped) => Place::Unknown,
            (value, _) => Place::At(value as usize),
        }
    }

    /// Walks on until the target is found, or to the end.
    #[inline]
    fn go_on(&mut self) {
        let (scanner, line) = (self.scanner, self.line);
        let passed = &mut self.passed;
        self.end = match &mut self.walk {
            Some(members) => members.resume(scanner, line, passed),
            None => {
                let start = self.start;
                let from = match self.skips_head {
                    true => start + LAST,
                    false => start,
                };
                let (members, end) =
                    Members::begin(scanner, line, start, from, passed);
                self.walk = Some(members);
                end
            }
        };
        match self.end {
            End::Stopped => {}
            End::Broken(defect) => self.note(defect),
            End::Closed(end) => {
                if let Some(defect) = self.broken_end(end) {
                    self.end = End::Broken(defect);
                }
            }
        }
    }

    /// Notes what follows the end of the event, if anything does, and returns
    /// the defect that makes it no end at all.
    ///
    /// Where another line was glued to a string that had been cut, what looks
    /// like the end is a bracket in one of its texts.
    pub fn broken_end(&self, end: usize) -> Option<Defect> {
        let found = behind_end(self.line, self.start, end)?;
        self.note(found);
        (found.kind != DefectKind::Trailing).then_some(found)
    }

    /// Returns whether the line breaks, or goes on behind the event: a
    /// second event may be glued to it, with all that it holds.
    ///
    /// * The defect is remembered.
    /// * Brackets and quotes are followed, nothing else is checked.
    ///
    /// ```
    /// use kaudit_filter::event::{Event, Roots};
    /// use kaudit_filter::scan::Scanner;
    ///
    /// let roots = Roots::new(&[], None);
    /// let breaks = |line: &[u8]| {
    ///     Event::new(Scanner::best(), line, 0, &roots).breaks()
    /// };
    /// assert!(!breaks(br#"{"verb":"get"} "#));
    /// assert!(breaks(br#"{"verb":"get"}{"verb":"list"}"#));
    /// assert!(breaks(br#"{"verb":"get","#));
    /// ```
    pub fn breaks(&self) -> bool {
        let found = first_break(self.scanner, self.line, self.start);
        found.inspect(|defect| self.note(*defect)).is_some()
    }

    /// Returns what scans the line.
    pub fn scanner(&self) -> Scanner {
        self.scanner
    }

    /// Returns the offset at which the event begins.
    pub fn start(&self) -> usize {
        self.start
    }

    /// Returns the line.
    pub fn line(&self) -> &'l [u8] {
        self.line
    }

    /// Returns the first defect met so far.
    pub fn defect(&self) -> Option<Defect> {
        self.defect.get()
    }

    /// Remembers a defect, unless there was one before.
    pub fn note(&self, defect: Defect) {
        if self.defect.get().is_none() {
            self.defect.set(Some(defect));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offsets_into_the_head_are_right() {
        assert!(HEAD[KIND as usize..].starts_with(br#""Event","#));
        assert!(HEAD[LAST..].starts_with(br#""level":"#));
        assert_eq!(HEAD[LAST - 1], b',');
    }
}
