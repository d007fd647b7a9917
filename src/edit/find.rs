//! Finds which bytes of an event go.

use super::action::Action;
use super::automaton::Automaton;
use super::cut::Cut;
use super::search::Search;
use crate::event::Event;
use crate::scan::{Defect, tour};

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
