//! The lines of a batch, without the NUL bytes some begin with.

use super::{first_line, leading_nuls};

/// Where one line lies in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its first byte, behind any NUL bytes.
    pub start: usize,
    /// Just past its last byte, before the newline.
    pub end: usize,
    /// Just past its newline, or `end` where the newline is missing.
    pub next: usize,
    /// NUL bytes in front of `start`.
    pub nuls: usize,
}

impl Line {
    /// Returns the length of what is judged.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Returns whether there is nothing to judge.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Returns the same line where `by` more bytes are in front of it.
    pub fn moved(self, by: usize) -> Line {
        let Line { start, end, next, nuls } = self;
        Line { start: start + by, end: end + by, next: next + by, nuls }
    }

    /// Returns whether the line ends in a newline.
    pub fn is_ended(&self) -> bool {
        self.next > self.end
    }
}

/// Walks the lines of a batch.
///
/// * What follows the last newline is a line too.
/// * NUL bytes alone, without a newline, are no line; [`Lines::next`] passes
///   over them, and [`Lines::trailing_nuls`] says how many there were.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    trailing_nuls: usize,
}

impl<'a> Lines<'a> {
    /// Walks `bytes`.
    pub fn new(bytes: &'a [u8]) -> Lines<'a> {
        Lines { bytes, at: 0, trailing_nuls: 0 }
    }

    /// Returns how many NUL bytes ended the batch without being a line.
    /// Known once the walk is over.
    pub fn trailing_nuls(&self) -> usize {
        self.trailing_nuls
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    #[inline]
    fn next(&mut self) -> Option<Line> {
        let rest = &self.bytes[self.at..];
        if rest.is_empty() {
            return None;
        }
        let nuls = if rest[0] == 0 { leading_nuls(rest) } else { 0 };
        let start = self.at + nuls;
        let Some(length) = first_line(&rest[nuls..]) else {
            let end = self.bytes.len();
            self.at = end;
            if start == end {
                self.trailing_nuls = nuls;
                return None;
            }
            return Some(Line { start, end, next: end, nuls });
        };
        self.at = start + length;
        Some(Line { start, end: self.at - 1, next: self.at, nuls })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &[&[u8]]) {
        let lines: Vec<_> = Lines::new(bytes)
            .map(|line| &bytes[line.start..line.end])
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn lines_end_at_newlines_and_at_the_end() {
        check(b"", &[]);
        check(b"\n", &[b""]);
        check(b"a\nb", &[b"a", b"b"]);
        check(b"a\r\n\nb\n", &[b"a\r", b"", b"b"]);
    }

    #[test]
    fn nuls_in_front_of_a_line_are_left_out() {
        check(b"\0\0a\0b\n\0c\n", &[b"a\0b", b"c"]);
        check(b"\0\0\n", &[b""]);
    }

    #[test]
    fn nuls_alone_are_no_line() {
        let mut lines = Lines::new(b"a\n\0\0\0");
        assert_eq!(lines.by_ref().count(), 1);
        assert_eq!(lines.trailing_nuls(), 3);
    }
}
