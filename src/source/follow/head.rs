//! What a file is known by: its first line.
//!
//! No two events are the same line: times with microseconds stand at the end
//! of each. So two files that begin with the same line are one file, or one
//! is a copy of the other. The *begin* of a line would not do. Clients choose
//! most of it, and who sends one request again and again could have a file
//! pass for another one.

use std::io;

use super::body::Body;
use crate::{
    disk::{HEAD, Print},
    frame::{first_line, leading_nuls},
};

/// The most bytes of a first line that are looked at. What clients send is
/// shorter than this.
const MOST: usize = 16 << 20;

/// Bytes that are read at a time.
const STEP: usize = 64 << 10;

/// The most NUL bytes that are passed over in search of the first line.
const HOLE: u64 = 64 << 30;

/// What a file is known by.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    /// How many NUL bytes are in front of the first line.
    at: u64,
    /// The first bytes of it, at most [`HEAD`].
    begin: Vec<u8>,
    /// The print of the line, or of what there is of it so far.
    print: Print,
    /// Whether the line is whole.
    is_whole: bool,
}

impl Head {
    /// Reads the first line of a file, behind the NUL bytes of a hole.
    pub(super) fn read(body: &mut Body) -> io::Result<Head> {
        let mut head = Head::default();
        let mut line = Vec::new();
        let mut room = vec![0; STEP];
        let mut offset = 0;
        while !head.is_whole && offset < HOLE {
            let read = body.read_at(&mut room, offset)?;
            let mut bytes = &room[..read];
            if line.is_empty() {
                let nuls = leading_nuls(bytes);
                bytes = &bytes[nuls..];
                head.at = offset + nuls as u64;
            }
            let end = first_line(bytes).unwrap_or(bytes.len());
            line.extend_from_slice(&bytes[..end]);
            head.is_whole = line.ends_with(b"\n") || line.len() >= MOST;
            offset += read as u64;
            if read < room.len() {
                break;
            }
        }
        line.truncate(MOST);
        head.take(&line);
        Ok(head)
    }

    fn take(&mut self, line: &[u8]) {
        self.print = Print::of(line);
        self.begin = line[..line.len().min(HEAD)].to_vec();
    }

    /// Learns from `bytes`, which are at `offset`, what was not there yet.
    pub(super) fn learn(&mut self, bytes: &[u8], offset: u64) {
        if self.is_whole {
            return;
        }
        if self.begin.is_empty() {
            self.at = offset + leading_nuls(bytes) as u64;
        }
        let from = self.at.checked_sub(offset);
        let from = from.and_then(|from| usize::try_from(from).ok());
        let Some(bytes) = from.and_then(|from| bytes.get(from..)) else {
            return;
        };
        let end = first_line(bytes).unwrap_or(bytes.len()).min(MOST);
        if end as u64 > self.print.len {
            let line = &bytes[..end];
            self.is_whole = line.ends_with(b"\n") || end == MOST;
            self.take(line);
        }
    }

    /// Returns whether `bytes`, which are at `offset`, are what is known of
    /// them.
    pub(super) fn agrees(&self, bytes: &[u8], offset: u64) -> bool {
        let end = self.at + self.begin.len() as u64;
        let (from, to) =
            (self.at.max(offset), end.min(offset + bytes.len() as u64));
        from >= to || {
            let known = (from - self.at) as usize..(to - self.at) as usize;
            let seen = (from - offset) as usize..(to - offset) as usize;
            self.begin[known] == bytes[seen]
        }
    }

    /// Returns whether a file that was known by `old` is still that file.
    pub(super) fn goes_on_from(&self, old: &Head) -> bool {
        self.begin.starts_with(&old.begin)
    }

    /// Returns the print of so many bytes of the first line as they are in
    /// the file now.
    pub(super) fn first(
        &self,
        body: &mut Body,
        length: u64,
    ) -> io::Result<Print> {
        let length = usize::try_from(length).unwrap_or(MOST).min(MOST);
        let mut line = vec![0; length];
        let read = body.read_at(&mut line, self.at)?;
        Ok(Print::of(&line[..read]))
    }

    /// Returns the offset of the first line.
    pub(super) fn begin(&self) -> u64 {
        self.at
    }

    /// Returns the offset behind what is known of the first line.
    pub(super) fn end(&self) -> u64 {
        self.at + self.print.len
    }

    /// Returns the print of the first line, or of what there is of it.
    pub(super) fn print(&self) -> &Print {
        &self.print
    }

    /// Returns whether the first line is whole, so that the file can be
    /// known by it even when it has grown.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Returns whether the file is a copy of another one, as far as their
    /// first lines tell.
    ///
    /// * Lines begin alike: of one that is not whole, only one that ends
    ///   where it does is a copy.
    pub(super) fn is_copy_of(&self, other: &Head) -> bool {
        self.print.len > 0 && self.print == other.print
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(bytes: &[u8]) -> Head {
        let mut head = Head::default();
        head.learn(bytes, 0);
        head
    }

    #[track_caller]
    fn check(one: &[u8], other: &[u8], is_copy: bool) {
        let is = head(one).is_copy_of(&head(other));
        assert_eq!(is, is_copy, "{}", one.escape_ascii());
    }

    #[test]
    fn files_are_known_by_their_first_line() {
        check(b"a\nb\n", b"a\nc\nd", true);
        check(b"\0\0a\n", b"a\nc", true);
        check(b"a\n", b"ab\n", false);
        check(b"a", b"a", true);
        check(b"a", b"ab\n", false);
        check(b"ab\n", b"a", false);
        check(b"", b"a\n", false);
        check(b"", b"", false);
    }

    #[test]
    fn long_lines_that_begin_alike_are_not_alike() {
        let line = |end: &str| format!("{}{end}\n", "x".repeat(5000));
        check(line("1").as_bytes(), line("2").as_bytes(), false);
        check(line("1").as_bytes(), line("1").as_bytes(), true);
        check("x".repeat(5000).as_bytes(), line("1").as_bytes(), false);
    }

    #[test]
    fn a_line_is_learned_piece_by_piece() {
        let mut head = Head::default();
        head.learn(b"\0\0a", 0);
        head.learn(b"\0abc\nd", 1);
        assert_eq!(head.print(), &Print::of(b"abc\n"));
        head.learn(b"xyz\n", 9);
        assert!(head.agrees(b"abc", 2) && head.agrees(b"bc\nzzz", 3));
        assert!(!head.agrees(b"aXc", 2));
    }
}
