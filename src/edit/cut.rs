//! Finds the bytes to leave out, with the comma that goes with each member.

use std::ops::Range;

use super::automaton::{Automaton, States};
use crate::scan::{
    Defect, Elements, Next, Scanner, Visitor, Wanted, behind_blanks, tour,
    value_end,
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
    let (next, open) = (Some(automaton.start()), Vec::new());
    let mut search = Search { scanner, automaton, open, next, cuts, end: 0 };
    tour(scanner, line, start, &mut search)?;
    Ok(search.end)
}

struct Search<'a> {
    scanner: Scanner,
    automaton: &'a Automaton,
    /// The open brackets, innermost last. Those are left out whose states
    /// follow from the bracket around them: nothing but its `**`.
    open: Vec<Level>,
    /// The states at the value to come, unless they follow.
    next: Option<States>,
    cuts: &'a mut Vec<Cut>,
    /// The offset behind the bracket that was closed last.
    end: usize,
}

/// An open bracket.
struct Level {
    depth: u32,
    inside: Inside,
    /// The states at all that is deeper and has no level of its own.
    below: States,
    /// The depth down to which nothing new can come up.
    floor: u32,
}

/// What is inside of an open bracket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// An object, and the states at its members.
    Object(States),
    /// An array whose elements are all alike, and the states at each.
    Array(States),
    /// An array whose elements are told apart by their number.
    Counted { states: States, index: usize, count: usize },
}

impl Visitor for Search<'_> {
    fn wants_all(&self) -> bool {
        self.automaton.counts()
    }

    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        self.automaton.wanted()
    }

    #[inline(always)]
    fn floor(&self) -> u32 {
        match (self.next, self.open.last()) {
            (None, Some(level)) => level.floor,
            // Until it is known what the states are for, everything counts.
            (Some(_), _) | (None, None) => u32::MAX,
        }
    }

    #[inline(always)]
    fn open(&mut self, line: &[u8], at: usize, depth: u32) -> Next {
        let around = self.open.last();
        let mut states = self.next.take();
        if let Some(Level { depth: above, inside, .. }) = around
            && *above + 1 == depth
            && let Inside::Array(elements) = inside
        {
            states = Some(*elements);
        }
        match states {
            None => Next::On,
            Some(0) => self.pass(line, at),
            Some(states) if line[at] == b'{' => {
                self.push(depth, Inside::Object(states));
                Next::On
            }
            Some(states) if self.automaton.counts_elements(states) => {
                self.open_counted(line, at, depth, states)
            }
            Some(states) => {
                let elements = self.automaton.any_element(states);
                self.push(depth, Inside::Array(elements));
                Next::On
            }
        }
    }

    #[inline(always)]
    fn close(&mut self, at: usize, depth: u32) -> Next {
        self.end = at + 1;
        self.next = None;
        self.open.pop_if(|level| level.depth == depth);
        if self.open.is_empty() { Next::Stop } else { Next::On }
    }

    #[inline(always)]
    fn key(
        &mut self,
        line: &[u8],
        key: Range<usize>,
        colon: usize,
        depth: u32,
    ) -> Next {
        let Some(level) = self.open.last() else { return Next::On };
        let states = match level.inside {
            Inside::Object(states) if level.depth == depth => states,
            _ => level.below,
        };
        let next = self.automaton.member(states, &line[key.clone()]);
        if self.automaton.is_end(next) {
            self.next = None;
            return match self.cut(line, key.start - 1, colon + 1) {
                Ok(end) => Next::Jump(end),
                Err(defect) => Next::Break(defect),
            };
        }
        // States that do not follow matter to what is in brackets only.
        let value = behind_blanks(line, colon + 1);
        let opens = matches!(line.get(value), Some(b'{' | b'['));
        let follows = next == level.below && !self.automaton.counts();
        self.next = if opens && !follows { Some(next) } else { None };
        Next::On
    }

    fn comma(&mut self, line: &[u8], at: usize) -> Next {
        if let Some(level) = self.open.last_mut()
            && let Inside::Counted { index, .. } = &mut level.inside
        {
            *index += 1;
            return match self.elements(line, at + 1) {
                Ok(at) => Next::Jump(at),
                Err(defect) => Next::Break(defect),
            };
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

    /// Notes that an object or array is open.
    fn push(&mut self, depth: u32, inside: Inside) {
        let (Inside::Object(states)
        | Inside::Array(states)
        | Inside::Counted { states, .. }) = inside;
        let below = self.automaton.below(states);
        let floor = if self.automaton.counts() {
            u32::MAX
        } else if inside == Inside::Object(below) {
            depth - 1
        } else {
            depth
        };
        self.open.push(Level { depth, inside, below, floor });
    }

    /// Opens an array whose elements are told apart.
    fn open_counted(
        &mut self,
        line: &[u8],
        at: usize,
        depth: u32,
        states: States,
    ) -> Next {
        let count = match self.automaton.counts_from_end(states) {
            true => Elements::count(self.scanner, line, at),
            false => Ok(usize::MAX),
        };
        let entered = count.and_then(|count| {
            let inside = Inside::Counted { states, index: 0, count };
            self.push(depth, inside);
            self.elements(line, at + 1)
        });
        match entered {
            Ok(at) => Next::Enter(at),
            Err(defect) => Next::Break(defect),
        }
    }

    /// Makes ready for the element that begins at `from`, or for the first
    /// one from there on that stays, and returns where that is.
    fn elements(&mut self, line: &[u8], from: usize) -> Result<usize, Defect> {
        let mut at = behind_blanks(line, from);
        while let Some(level) = self.open.last_mut()
            && let Inside::Counted { states, index, count } = &mut level.inside
            && line.get(at) != Some(&b']')
        {
            let next = self.automaton.element(*states, *index, *count);
            if !self.automaton.is_end(next) {
                self.next = Some(next);
                break;
            }
            *index += 1;
            at = behind_blanks(line, self.cut(line, at, at)?);
        }
        Ok(at)
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
