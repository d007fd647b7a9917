//! Copies a line without its cuts.

use super::cut::Cut;

/// Appends `line` to `out` without `cuts`, which are sorted and disjoint.
///
/// ```
/// use kaudit_filter::edit::{Cut, splice};
/// let mut out = Vec::new();
/// splice(b"{\"a\":1,\"b\":2}", &[Cut { start: 1, end: 7 }], &mut out);
/// assert_eq!(out, b"{\"b\":2}");
/// ```
pub fn splice(line: &[u8], cuts: &[Cut], out: &mut Vec<u8>) {
    let mut kept = 0;
    for cut in cuts {
        out.extend_from_slice(&line[kept..cut.start]);
        kept = cut.end;
    }
    out.extend_from_slice(&line[kept..]);
}
