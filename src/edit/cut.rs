//! Says which bytes go where something is left out.

use crate::scan::{before_blanks, behind_blanks};

/// A range of bytes to leave out of a line, or to put other text in place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Offset of the first byte that goes.
    pub start: usize,
    /// Offset behind the last one.
    pub end: usize,
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
