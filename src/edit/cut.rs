//! Finds the bytes to leave out, with the comma that goes with each member.

use super::automaton::{Automaton, States};
use crate::scan::{
    Defect, Elements, Next, Scanner, Visitor, behind_blanks, tour, value_end,
};

/// A range of bytes to leave out of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Offset of the first byte left out.
    pub start: usize,
    /// Offset behind the last one.
    pub end: usize,
}

/// Finds what `automaton` leads to in the object that begins at `start`.
///
/// The cuts are sorted and disjoint, and the line without them is JSON again:
/// a comma goes with each member and element. Every repetition of a key is
/// cut. `cuts` is emptied first. Returns the offset behind the object.
///
/// # Errors
///
/// The defect where the line breaks; `cuts` is of no use then.
pub fn cuts(
    scanner: Scanner,
    line: &[u8],
    start: usize,
    automaton: &Automaton,
    cuts: &mut Vec<Cut>,
) -> Result<usize, Defect> {
    cuts.clear();
    let (next, open) = (automaton.start(), Vec::new());
    let mut search = Search { scanner, automaton, open, next, cuts, end: 0 };
    tour(scanner, line, start, &mut search)?;
    Ok(search.end)
}

struct Search<'a> {
    scanner: Scanner,
    automaton: &'a Automaton,
    /// What is inside of each open bracket.
    open: Vec<Inside>,
    /// The states at the value to come.
    next: States,
    cuts: &'a mut Vec<Cut>,
    /// The offset behind the bracket that was closed last.
    end: usize,
}

/// What is inside of an open bracket.
#[derive(Clone, Copy)]
enum Inside {
    /// An object, and the states at its members.
    Object(States),
    /// An array whose elements are all alike, and the states at each.
    Array(States),
    /// An array whose elements are told apart by their number.
    Counted { states: States, index: usize, count: usize },
}

impl Visitor for Search<'_> {
    fn wants_commas(&self) -> bool {
        self.automaton.counts()
    }

    #[inline(always)]
    fn open(&mut self, line: &[u8], at: usize) -> Next {
        let states = match self.open.last() {
            Some(Inside::Array(states)) => *states,
            Some(Inside::Object(_) | Inside::Counted { .. }) | None => {
                self.next
            }
        };
        if states == 0 {
            return self.pass(line, at);
        }
        if line[at] == b'{' {
            self.open.push(Inside::Object(states));
        } else if self.automaton.counts_elements(states) {
            return self.open_counted(line, at, states);
        } else {
            let states = self.automaton.any_element(states);
            self.open.push(Inside::Array(states));
        }
        Next::On
    }

    #[inline(always)]
    fn close(&mut self, _: &[u8], at: usize) -> Next {
        self.end = at + 1;
        self.open.pop();
        if self.open.is_empty() { Next::Stop } else { Next::On }
    }

    #[inline(always)]
    fn key(&mut self, line: &[u8], key: &[u8], colon: usize) -> Next {
        let Some(Inside::Object(states)) = self.open.last() else {
            return Next::On;
        };
        self.next = self.automaton.member(*states, key);
        if !self.automaton.is_end(self.next) {
            return Next::On;
        }
        let quoted = key.len() + 2;
        let start = colon - blanks_before(line, colon) - quoted;
        match self.cut(line, start, colon + 1) {
            Ok(end) => Next::Jump(end),
            Err(defect) => Next::Break(defect),
        }
    }

    fn comma(&mut self, line: &[u8], at: usize) -> Next {
        if let Some(Inside::Counted { index, .. }) = self.open.last_mut() {
            *index += 1;
            return self.elements(line, at + 1);
        }
        Next::On
    }
}

impl Search<'_> {
    /// Goes on behind the value at `at`, in which nothing is looked for.
    fn pass(&self, line: &[u8], at: usize) -> Next {
        match value_end(self.scanner, line, at) {
            Ok(end) => Next::Jump(end),
            Err(defect) => Next::Break(defect),
        }
    }

    /// Opens an array whose elements are told apart.
    fn open_counted(
        &mut self,
        line: &[u8],
        at: usize,
        states: States,
    ) -> Next {
        let count = match self.automaton.counts_from_end(states) {
            true => Elements::count(self.scanner, line, at),
            false => Ok(usize::MAX),
        };
        match count {
            Ok(count) => {
                let inside = Inside::Counted { states, index: 0, count };
                self.open.push(inside);
                self.elements(line, at + 1)
            }
            Err(defect) => Next::Break(defect),
        }
    }

    /// Makes ready for the element that begins at `from`, or for the first
    /// one from there on that stays.
    fn elements(&mut self, line: &[u8], from: usize) -> Next {
        let mut at = behind_blanks(line, from);
        while let Some(Inside::Counted { states, index, count }) =
            self.open.last_mut()
            && line.get(at) != Some(&b']')
        {
            self.next = self.automaton.element(*states, *index, *count);
            if !self.automaton.is_end(self.next) {
                return Next::Jump(at);
            }
            *index += 1;
            at = match self.cut(line, at, at) {
                Ok(end) => behind_blanks(line, end),
                Err(defect) => return Next::Break(defect),
            };
        }
        Next::Jump(at)
    }

    /// Cuts the member or element that begins at `start`, and whose value
    /// begins at `value`. Returns the offset behind the cut.
    fn cut(
        &mut self,
        line: &[u8],
        start: usize,
        value: usize,
    ) -> Result<usize, Defect> {
        let end = value_end(self.scanner, line, value)?;
        let behind = behind_blanks(line, end);
        let mut cut = match line.get(behind) {
            Some(b',') => Cut { start, end: behind_blanks(line, behind + 1) },
            _ => Cut { start, end },
        };
        // Neighbours that go as well are one cut with this one.
        if let Some(last) = self.cuts.pop_if(|last| last.end == start) {
            cut.start = last.start;
        }
        if cut.end == end {
            // The last of its kind takes the comma in front with it.
            let before = cut.start - blanks_before(line, cut.start);
            if line[..before].ends_with(b",") {
                cut.start = before - 1;
            }
        }
        self.cuts.push(cut);
        Ok(cut.end)
    }
}

/// Returns how many blanks stand right in front of `at`.
fn blanks_before(line: &[u8], at: usize) -> usize {
    at - line[..at].trim_ascii_end().len()
}
