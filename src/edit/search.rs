//! Finds the cuts on a tour of the line, without recursion.

use std::ops::Range;

use super::action::{Action, Fate};
use super::automaton::{Automaton, States};
use super::count::Counts;
use super::cut::{Cut, leave_out};
use crate::scan::{
    Defect, DefectKind, Elements, Next, Scanner, Text, Visitor, Wanted,
    behind_blanks, value_end,
};

/// A search for what is to be cut.
pub(super) struct Search<'a> {
    scanner: Scanner,
    automaton: &'a Automaton,
    action: Action,
    /// The open brackets, innermost last. Those are left out whose states
    /// follow from the bracket around them: nothing but its `**`.
    open: Vec<Level>,
    /// Whether all is told of: so it has to be inside of the last of them.
    all: bool,
    /// The states at the value to come, unless they follow.
    next: Option<States>,
    counts: Counts,
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
    /// Whether every key and comma counts.
    all: bool,
}

/// What is inside of an open bracket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// An object, and the states at its members.
    Object(States),
    /// An array whose elements are all alike, and the states at each.
    Array(States),
    /// An array whose elements are looked at one by one.
    Counted { states: States, index: usize, count: usize },
}

/// What became of a value that is not entered.
enum Settled {
    /// It stays, changed or not, and ends in front of this offset.
    Stays(usize),
    /// It goes, and so does all up to this offset.
    Gone(usize),
}

impl Visitor for Search<'_> {
    #[inline(always)]
    fn wants_all(&self) -> bool {
        self.all
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
            Some(0) if depth > 1 => match value_end(self.scanner, line, at) {
                Ok(end) => Next::Jump(end),
                Err(defect) => Next::Break(defect),
            },
            Some(states) if line[at] == b'{' => {
                match self.push(depth, Inside::Object(states)) {
                    true => Next::Enter(at + 1),
                    false => Next::On,
                }
            }
            Some(states) if self.is_counted(states) => {
                match self.open_counted(line, at, depth, states) {
                    Ok(at) => Next::Enter(at),
                    Err(defect) => Next::Break(defect),
                }
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
        if self.open.pop_if(|level| level.depth == depth).is_none() {
            return Next::On;
        }
        let Some(around) = self.open.last() else { return Next::Stop };
        let was = std::mem::replace(&mut self.all, around.all);
        // What follows in this block was passed over.
        if self.all && !was { Next::Jump(at + 1) } else { Next::On }
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
        let below = level.below;
        let next = self.automaton.member(states, &line[key.clone()]);
        let value = behind_blanks(line, colon + 1);
        let fate = self.fate(next, line, value);
        if fate != Fate::Entered {
            self.next = None;
            return match self.settle(line, fate, key.start - 1, value) {
                Ok(Settled::Stays(end) | Settled::Gone(end)) => {
                    Next::Jump(end)
                }
                Err(defect) => Next::Break(defect),
            };
        }
        // States that do not follow matter to what is in brackets only.
        let opens = matches!(line.get(value), Some(b'{' | b'['));
        let follows = next == below && !self.is_told_all(next);
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

impl<'a> Search<'a> {
    /// Begins a search in front of an event. The cuts found are added to
    /// `cuts`.
    pub(super) fn new(
        scanner: Scanner,
        automaton: &'a Automaton,
        action: Action,
        cuts: &'a mut Vec<Cut>,
    ) -> Search<'a> {
        Search {
            scanner,
            automaton,
            action,
            open: Vec::new(),
            all: false,
            next: Some(automaton.start()),
            counts: Counts::default(),
            cuts,
            end: 0,
        }
    }

    /// Returns the offset behind the event, once the tour is over.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Returns whether every key and comma counts at these states.
    fn is_told_all(&self, states: States) -> bool {
        self.action == Action::Keep || self.automaton.tells_apart(states)
    }

    /// Returns whether the elements of an array here are looked at one by
    /// one.
    fn is_counted(&self, states: States) -> bool {
        match self.action {
            Action::Keep => true,
            Action::Truncate(_) if self.automaton.is_end(states) => true,
            Action::Drop | Action::Mask | Action::Truncate(_) => {
                self.automaton.counts_elements(states)
            }
        }
    }

    /// Notes that an object or array is open. Answers whether more is to be
    /// told of inside than around it.
    fn push(&mut self, depth: u32, inside: Inside) -> bool {
        let (states, is_counted) = match inside {
            Inside::Object(states) | Inside::Array(states) => (states, false),
            Inside::Counted { states, .. } => (states, true),
        };
        let below = self.automaton.below(states);
        let all = is_counted || self.is_told_all(states);
        let floor = if all {
            u32::MAX
        } else if inside == Inside::Object(below) {
            depth - 1
        } else {
            depth
        };
        self.open.push(Level { depth, inside, below, floor, all });
        let was = std::mem::replace(&mut self.all, all);
        all && !was
    }

    /// Opens an array whose elements are looked at one by one. Returns where
    /// to go on.
    fn open_counted(
        &mut self,
        line: &[u8],
        at: usize,
        depth: u32,
        states: States,
    ) -> Result<usize, Defect> {
        let count = if !self.automaton.counts_from_end(states) {
            usize::MAX
        } else if self.automaton.below(states) == 0 {
            // As quick as can be; nested arrays are no more than segments.
            Elements::count(self.scanner, line, at)?
        } else {
            self.counts.count(self.scanner, line, at)?
        };
        self.push(depth, Inside::Counted { states, index: 0, count });
        self.elements(line, at + 1)
    }

    /// Makes ready for the element that begins at `from`, or for the first
    /// one from there on that stays, and returns where to go on.
    fn elements(&mut self, line: &[u8], from: usize) -> Result<usize, Defect> {
        let mut at = behind_blanks(line, from);
        while let Some(level) = self.open.last()
            && let Inside::Counted { states, index, count } = level.inside
            && line.get(at) != Some(&b']')
        {
            let next = self.element(states, index, count);
            let fate = self.fate(next, line, at);
            if fate == Fate::Entered {
                self.next = Some(next);
                break;
            }
            match self.settle(line, fate, at, at)? {
                Settled::Stays(end) => {
                    self.next = None;
                    return Ok(end);
                }
                Settled::Gone(end) => at = behind_blanks(line, end),
            }
            if let Some(Level {
                inside: Inside::Counted { index, .. }, ..
            }) = self.open.last_mut()
            {
                *index += 1;
            }
        }
        Ok(at)
    }

    /// Returns the states at element `index` of an array of `count`.
    fn element(&self, states: States, index: usize, count: usize) -> States {
        let next = self.automaton.element(states, index, count);
        match self.action {
            // What is to be done with an array is done with its elements.
            Action::Truncate(_) => next | self.automaton.ends(states),
            Action::Drop | Action::Mask | Action::Keep => next,
        }
    }

    /// Returns what is to be done with the value at these states that begins
    /// at `value`.
    #[inline(always)]
    fn fate(&self, states: States, line: &[u8], value: usize) -> Fate {
        self.action.fate(self.automaton, states, line.get(value))
    }

    /// Does what is to be done with the member or element that begins at
    /// `start`, and whose value begins at `value`.
    fn settle(
        &mut self,
        line: &[u8],
        fate: Fate,
        start: usize,
        value: usize,
    ) -> Result<Settled, Defect> {
        let end = value_end(self.scanner, line, value)?;
        followed(line, end)?;
        match fate {
            Fate::Entered | Fate::Stays => {}
            Fate::Masked => self.cuts.push(Cut { start: value, end }),
            Fate::Shortened(most) => {
                self.cuts.extend(excess(line, value + 1, end - 1, most)?);
            }
            Fate::Goes => {
                let end = leave_out(line, start, end, self.cuts);
                return Ok(Settled::Gone(end));
            }
        }
        Ok(Settled::Stays(end))
    }
}

/// Returns what of the text from `start` to `end` is more than `most` bytes.
fn excess(
    line: &[u8],
    start: usize,
    end: usize,
    most: usize,
) -> Result<Option<Cut>, Defect> {
    let reach = Text::new(&line[start..end]).reach(most);
    let reach = reach.map_err(|kind| Defect { at: start, kind })?;
    let cut = Cut { start: start + reach, end };
    Ok((cut.start < end).then_some(cut))
}

/// Checks that a value that ends at `end` is followed by what may follow it.
fn followed(line: &[u8], end: usize) -> Result<(), Defect> {
    let at = behind_blanks(line, end);
    match line.get(at) {
        Some(b',' | b'}' | b']') => Ok(()),
        Some(_) => Err(Defect { at, kind: DefectKind::Value }),
        None => Err(Defect { at, kind: DefectKind::Cut }),
    }
}
