//! What is judged: a line of a batch, or what was made of one.

use std::ops::Range;

use super::output::{Output, add_edited, add_line};
use crate::frame::Line;

/// Something that is judged as a line is.
pub(super) trait Matter: Copy {
    /// Returns its bytes, without a newline.
    fn bytes<'b>(&'b self, batch: &'b [u8]) -> &'b [u8];

    /// Returns where in the batch it is, or what it was made of.
    fn line(&self) -> Line;

    /// Returns where in the batch its byte number `at` is, or what it was
    /// made of.
    fn place(&self, at: usize) -> usize;

    /// Returns a part of it.
    fn part(&self, range: Range<usize>) -> Self;

    /// Adds it to what a stream is given, its newline included or added.
    fn add(&self, out: &mut Output, stream: usize);
}

/// What was made of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made<'m> {
    pub bytes: &'m [u8],
    pub line: Line,
}

impl Matter for Line {
    #[inline(always)]
    fn bytes<'b>(&'b self, batch: &'b [u8]) -> &'b [u8] {
        &batch[self.start..self.end]
    }

    #[inline(always)]
    fn line(&self) -> Line {
        *self
    }

    #[inline(always)]
    fn place(&self, at: usize) -> usize {
        self.start + at
    }

    fn part(&self, range: Range<usize>) -> Line {
        let (start, end) = (self.start + range.start, self.start + range.end);
        let next = if end == self.end { self.next } else { end };
        Line { start, end, next, nuls: 0 }
    }

    #[inline(always)]
    fn add(&self, out: &mut Output, stream: usize) {
        add_line(&mut out.streams[stream], *self);
    }
}

impl Matter for Made<'_> {
    #[inline]
    fn bytes<'b>(&'b self, _: &'b [u8]) -> &'b [u8] {
        self.bytes
    }

    #[inline]
    fn line(&self) -> Line {
        self.line
    }

    #[inline]
    fn place(&self, _: usize) -> usize {
        self.line.start
    }

    fn part(&self, range: Range<usize>) -> Self {
        Made { bytes: &self.bytes[range], ..*self }
    }

    #[inline]
    fn add(&self, out: &mut Output, stream: usize) {
        let start = out.edited.len();
        out.edited.extend_from_slice(self.bytes);
        out.edited.push(b'\n');
        add_edited(&mut out.streams[stream], start..out.edited.len());
    }
}
