//! Says what is to be done at the ends of paths, and which bytes that takes.

use super::automaton::{Automaton, States};
use super::search::Search;
use crate::event::Event;
use crate::scan::{Defect, before_blanks, behind_blanks, tour};

/// A range of bytes to leave out of a line, or to put other text in place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Offset of the first byte that goes.
    pub start: usize,
    /// Offset behind the last one.
    pub end: usize,
}

/// What to do with the values that paths lead to: the targets.
///
/// A target is the value of a member, every repetition of its key, or an
/// element of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Leave them out, each with its key and its comma.
    Drop,
    /// Put a text in their place, the one given to [`splice`](fn@super::splice),
    /// whatever they are: null, too.
    Mask,
    /// Cut strings that are longer than this many bytes as they read.
    ///
    /// * The cut is between two characters, never inside of an escape, so
    ///   that a little less may stay. Nothing is put in its place.
    /// * Of an array its strings are cut, those of nested ones too.
    /// * Anything else stays as it is.
    Truncate(usize),
    /// Leave out all that is no target, not below one, and not on the way to
    /// one.
    ///
    /// * An object or array on the way stays, be there a target in it or
    ///   not. Anything else that stands where a way should go on is left
    ///   out.
    /// * What makes a line an event has to be among the targets.
    Keep,
}

/// What is to be done with one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing, but there may be targets in it.
    Entered,
    /// Nothing, whatever is in it.
    Stays,
    /// It is left out.
    Goes,
    /// Another text stands in its place.
    Masked,
    /// Of a string, this much may stay.
    Shortened(usize),
}

impl Action {
    /// Returns what is to be done with the value at these states that begins
    /// with the byte `first`.
    #[inline(always)]
    pub(super) fn fate(
        self,
        automaton: &Automaton,
        states: States,
        first: Option<&u8>,
    ) -> Fate {
        let is_end = automaton.is_end(states);
        match (self, first) {
            (Action::Drop, _) if is_end => Fate::Goes,
            (Action::Mask, _) if is_end => Fate::Masked,
            (Action::Truncate(most), Some(b'"')) if is_end => {
                Fate::Shortened(most)
            }
            (Action::Drop | Action::Mask | Action::Truncate(_), _) => {
                Fate::Entered
            }
            (Action::Keep, _) if is_end => Fate::Stays,
            (Action::Keep, Some(b'{')) if automaton.enters_object(states) => {
                Fate::Entered
            }
            (Action::Keep, Some(b'[')) if automaton.enters_array(states) => {
                Fate::Entered
            }
            (Action::Keep, _) => Fate::Goes,
        }
    }
}

/// Finds the bytes that `action` takes from `event`, at the targets that
/// `automaton` leads to.
///
/// The cuts are sorted and disjoint, and the line with them made is JSON
/// again: a comma goes with each member and element that is left out. `cuts`
/// is emptied first.
///
/// ```
/// use kaudit_filter::edit::{Action, Automaton, cuts, quoted, splice};
/// use kaudit_filter::event::{Event, Path, Roots};
/// use kaudit_filter::scan::Scanner;
///
/// let line = br#"{"verb":"get","user":{"username":"jane","uid":"1"}}"#;
/// let roots = Roots::new(&[], None);
/// let event = Event::new(Scanner::best(), line, 0, &roots);
/// let names = Automaton::new(&[Path::keys(&["user", "username"])]);
/// let (names, mut found) = (names.expect("it is short"), Vec::new());
///
/// cuts(&event, &names, Action::Mask, &mut found)?;
/// let mut edited = Vec::new();
/// splice(line, &found, &quoted("***"), &mut edited);
/// let expected = br#"{"verb":"get","user":{"username":"***","uid":"1"}}"#;
/// assert_eq!(edited, expected);
/// # Ok::<(), kaudit_filter::scan::Defect>(())
/// ```
///
/// # Errors
///
/// The defect where the line breaks; `cuts` is of no use then.
pub fn cuts(
    event: &Event<'_, '_>,
    automaton: &Automaton,
    action: Action,
    cuts: &mut Vec<Cut>,
) -> Result<(), Defect> {
    cuts.clear();
    let (scanner, line) = (event.scanner(), event.line());
    let mut search = Search::new(scanner, automaton, action, cuts);
    tour(scanner, line, event.start(), &mut search)?;
    let end = search.end();
    if cuts.is_empty() {
        return Ok(());
    }
    event.broken_end(end).map_or(Ok(()), Err)
}

/// Cuts the member or element from `start` to `end`, with the comma behind
/// it, or in front of it if it is the last one. Returns the offset behind the
/// cut.
pub(crate) fn leave_out(
    line: &[u8],
    start: usize,
    end: usize,
    cuts: &mut Vec<Cut>,
) -> usize {
    let behind = behind_blanks(line, end);
    let mut cut = match line.get(behind) {
        Some(b',') => Cut { start, end: behind_blanks(line, behind + 1) },
        _ => Cut { start, end },
    };
    // Neighbours that go as well are one cut with this one.
    if let Some(last) = cuts.pop_if(|last| last.end == start) {
        cut.start = last.start;
    }
    if cut.end == end {
        // The last of its kind takes the comma in front with it.
        let before = before_blanks(line, cut.start);
        if line[..before].ends_with(b",") {
            cut.start = before - 1;
        }
    }
    cuts.push(cut);
    cut.end
}
