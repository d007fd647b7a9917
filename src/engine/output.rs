//! What one batch comes to: slices to write, numbers, findings.

use std::{io::IoSlice, ops::Range};

use bytes::Bytes;

use super::{groups::Groups, note::Finding, score::Score, tally::Tally};
use crate::{
    expr::Coverage,
    frame::{Line, Position},
    scan::Defect,
};

/// A stretch of bytes to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slice {
    /// Of the batch, as it came.
    Batch(Range<usize>),
    /// Of what the judge wrote.
    Edited(Range<usize>),
    /// The newline that an input lacks at its end.
    Newline,
    /// Of the input, not held in memory: to be read again.
    Beyond(Range<u64>),
}

/// Why a run ends with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing that follows would matter.
    Enough,
    /// The line cannot be decided and `--on-invalid fail` is set.
    Undecided {
        /// Lines of the batch before this one.
        line: u64,
        /// Offset in the input.
        offset: u64,
        defect: Option<Defect>,
    },
}

/// The judged lines of one batch.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub sequence: u64,
    /// Place behind the last line judged.
    pub end_position: Position,
    pub bytes: Bytes,
    pub edited: Vec<u8>,
    /// What was kept, for each stream.
    pub streams: Vec<Vec<Slice>>,
    pub aside: Vec<Slice>,
    pub tally: Tally,
    /// The numbers of each route, where there are several.
    pub scores: Vec<Score>,
    pub groups: Groups,
    pub coverage: Option<Box<Coverage>>,
    pub findings: Vec<Finding>,
    pub end: Option<End>,
}

impl Output {
    /// Returns whether there is nothing to write.
    pub(super) fn is_silent(&self) -> bool {
        self.streams.iter().all(Vec::is_empty) && self.aside.is_empty()
    }

    /// Returns its memory for another batch.
    pub(super) fn emptied(mut self) -> Output {
        self.edited.clear();
        self.streams.iter_mut().for_each(Vec::clear);
        self.scores.clear();
        self.aside.clear();
        self.findings.clear();
        let Output { edited, streams, aside, scores, findings, .. } = self;
        let empty = Output::default();
        Output { edited, streams, aside, scores, findings, ..empty }
    }

    /// Returns the bytes of a slice that is in memory.
    pub(super) fn part(&self, slice: &Slice) -> IoSlice<'_> {
        IoSlice::new(match slice {
            Slice::Batch(range) => &self.bytes[range.clone()],
            Slice::Edited(range) => &self.edited[range.clone()],
            Slice::Newline => b"\n",
            Slice::Beyond(_) => b"",
        })
    }
}

/// Adds a line as it came, its newline included or added.
pub(super) fn add_line(slices: &mut Vec<Slice>, line: Line) {
    match slices.last_mut() {
        Some(Slice::Batch(last)) if last.end == line.start => {
            last.end = line.next;
        }
        _ => slices.push(Slice::Batch(line.start..line.next)),
    }
    if !line.is_ended() {
        slices.push(Slice::Newline);
    }
}

/// Adds a stretch of what the judge wrote.
pub(super) fn add_edited(slices: &mut Vec<Slice>, range: Range<usize>) {
    match slices.last_mut() {
        Some(Slice::Edited(last)) if last.end == range.start => {
            last.end = range.end;
        }
        _ => slices.push(Slice::Edited(range)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_one_slice() {
        let line = |start, next| Line { start, end: next - 1, next, nuls: 0 };
        let mut slices = Vec::new();
        add_line(&mut slices, line(0, 5));
        add_line(&mut slices, line(5, 9));
        add_line(&mut slices, line(12, 15));
        assert_eq!(slices, [Slice::Batch(0..9), Slice::Batch(12..15)]);
    }

    #[test]
    fn a_missing_newline_is_added() {
        let mut slices = Vec::new();
        let line = Line { start: 2, end: 5, next: 5, nuls: 2 };
        add_line(&mut slices, line);
        assert_eq!(slices, [Slice::Batch(2..5), Slice::Newline]);
    }
}
