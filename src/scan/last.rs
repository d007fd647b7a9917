//! Finds several keys of one object in one walk, of repeated ones the last.

use super::backend::Scanner;
use super::defect::Defect;
use super::finder::{End, Finder};
use super::walk::walk;
use super::wanted::Wanted;

/// Returns the offsets of the values of wanted keys, of the object whose `{`
/// is the byte at `start`.
///
/// * Of a repeated key the last counts, as in Go: so bodies are read.
/// * `N` is how many keys are wanted.
///
/// ```
/// use kaudit_filter::scan::{Scanner, Wanted, last_of_each};
///
/// let wanted = Wanted::new(["kind", "spec"]);
/// let found = last_of_each(
///     Scanner::best(),
///     br#"{"kind":1,"kind":2}"#,
///     0,
///     &wanted,
/// );
/// assert_eq!(found, Ok([Some(17), None]));
/// ```
///
/// # Errors
///
/// The defect at which the object breaks.
pub fn last_of_each<const N: usize>(
    scanner: Scanner,
    line: &[u8],
    start: usize,
    wanted: &Wanted,
) -> Result<[Option<usize>; N], Defect> {
    let mut last = Last { wanted, values: [None; N] };
    match walk(scanner, line, start, &mut last) {
        End::Stopped | End::Closed(_) => Ok(last.values),
        End::Broken(defect) => Err(defect),
    }
}

struct Last<'w, const N: usize> {
    wanted: &'w Wanted,
    values: [Option<usize>; N],
}

impl<const N: usize> Finder for Last<'_, N> {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    #[inline(always)]
    fn found(&mut self, key: usize, value: usize) -> bool {
        self.values[key] = Some(value);
        false
    }
}
