//! Reads a line to its end, by its quotes and brackets.

use crate::scan::{
    Defect, DefectKind, Scanner, behind_blanks, first_defect, value_end,
};

/// Returns the first defect of the object at `start` that its quotes and
/// brackets show, or what follows it on the line.
///
/// * A line that was cut is found out: a bracket is missing.
/// * So is one that another was glued to, wherever it was cut. In a string,
///   the quote of the second one's first key ends that string, and the key
///   stands where none may. Elsewhere, the second one is a value, at best,
///   and the brackets of the first are not closed.
/// * Words, numbers and escapes are not checked.
///
/// ```
/// use kaudit_filter::{event::first_break, scan::Scanner};
///
/// let at = |line: &[u8]| {
///     first_break(Scanner::best(), line, 0).map(|defect| defect.at)
/// };
/// assert_eq!(at(br#"{"verb":"get"} "#), None);
/// assert_eq!(at(br#"{"verb":"get"}{"verb":"list"}"#), Some(14));
/// assert_eq!(at(br#"{"verb":"ge{"verb":"list"}"#), Some(13));
/// ```
#[inline]
pub fn first_break(
    scanner: Scanner,
    line: &[u8],
    start: usize,
) -> Option<Defect> {
    match value_end(scanner, line, start) {
        Ok(end) => behind_end(line, start, end),
        Err(defect) => Some(defect),
    }
}

/// Returns what is wrong with a line that goes on behind `end`, where its
/// event closes; nothing if it does not.
///
/// Where another line was glued to a string that had been cut, what looks
/// like the end is a bracket in one of its texts.
#[inline]
pub(super) fn behind_end(
    line: &[u8],
    start: usize,
    end: usize,
) -> Option<Defect> {
    let at = behind_blanks(line, end);
    if at == line.len() {
        return None;
    }
    let trailing = Defect { at, kind: DefectKind::Trailing };
    Some(first_defect(&line[..end], start).unwrap_or(trailing))
}
