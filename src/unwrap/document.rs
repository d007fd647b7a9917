//! Finds documents of any layout in bytes: one on many lines, many on one.
//!
//! A document is followed by its brackets and strings. Where it breaks, which
//! a newline in a string shows, or a byte that no JSON has, or an object that
//! begins a line where none can stand, it ends with the line in front of that,
//! so that what follows is found again. What is not in a document is a line.

use super::stack::Stack;
use crate::frame::{Line, leading_nuls};

/// A walk over the documents in bytes that can be gone on with when there are
/// more of them.
#[derive(Clone, Debug)]
pub(super) struct Documents {
    /// The longest document, in bytes.
    most: usize,
    /// Just past the last document or line.
    done: usize,
    /// Where the line begins that `done` is in.
    begin: usize,
    /// Where the last line ended, or was counted as one.
    whole: usize,
    /// What is under way.
    under: Option<Under>,
}

/// A line that is longer than this counts as several ones, which end between
/// documents: there may be no newline in an input at all.
const LONG: usize = if cfg!(test) { 100 } else { 256 << 10 };

/// What is under way.
#[derive(Clone, Debug)]
struct Under {
    start: usize,
    /// NUL bytes in front of it.
    nuls: usize,
    /// The first byte not yet looked at.
    at: usize,
    state: State,
    /// The last byte outside of strings that was no blank; a quote stands
    /// for a string.
    last: u8,
    open: Stack,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is a document, and `at` is outside of strings,
    Outside,
    /// or in one.
    Inside,
    /// It is a document and closed in front of this offset.
    Closed(usize),
    /// It is no document; the line goes on.
    Line,
}

/// Whether there are more bytes to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    Later,
    Never,
}

impl Documents {
    pub(super) fn new(most: usize) -> Documents {
        Documents { most, done: 0, begin: 0, whole: 0, under: None }
    }

    /// Returns where the last line ended behind which there was no document
    /// under way.
    pub(super) fn whole(&self) -> usize {
        self.whole
    }

    /// Returns what is left behind the last document.
    pub(super) fn rest<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[self.done..]
    }

    /// Forgets the first bytes, at most as many as are whole.
    pub(super) fn take(&mut self, length: usize) {
        self.done -= length;
        self.begin = self.begin.saturating_sub(length);
        self.whole -= length;
        if let Some(under) = &mut self.under {
            under.start -= length;
            under.at -= length;
            if let State::Closed(end) = &mut under.state {
                *end -= length;
            }
        }
    }

    /// Returns the next document or line, if it is whole, and how many lines
    /// end with it.
    ///
    /// * What is left when there is no more to come is whole.
    /// * NUL bytes alone are nothing.
    pub(super) fn next(
        &mut self,
        bytes: &[u8],
        more: More,
    ) -> Option<(Line, u64)> {
        let mut under = match self.under.take() {
            Some(under) => under,
            None => self.begin(bytes, more)?,
        };
        match under.line(bytes, self.most, more) {
            Some((line, done)) => {
                let lines = self.count(&bytes[self.done..done], done);
                let is_last =
                    leading_nuls(&bytes[done..]) == bytes.len() - done;
                let is_cut =
                    is_last && more == More::Never && done > self.begin;
                Some((line, lines + u64::from(is_cut)))
            }
            None => {
                self.under = Some(under);
                None
            }
        }
    }

    /// Goes on to `done` with these bytes; returns how many lines they end.
    fn count(&mut self, bytes: &[u8], done: usize) -> u64 {
        let mut lines = memchr::memchr_iter(b'\n', bytes).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            self.begin = self.done + last + 1;
        }
        if done - self.begin > LONG {
            self.begin = done;
            lines += 1;
        }
        if self.begin == done {
            self.whole = done;
        }
        self.done = done;
        lines
    }

    fn begin(&self, bytes: &[u8], more: More) -> Option<Under> {
        let nuls = leading_nuls(&bytes[self.done..]);
        let begin = self.done + nuls;
        let at = behind_blanks(bytes, begin);
        let (start, state) = match (bytes.get(at), more) {
            (Some(b'{' | b'['), _) => (at, State::Outside),
            (Some(_), _) => (begin, State::Line),
            (None, More::Never) if at > begin => (begin, State::Line),
            (None, _) => return None,
        };
        let (last, open) = (0, Stack::default());
        Some(Under { start, nuls, at, state, last, open })
    }
}

impl Under {
    /// Goes on; returns the whole of it, and where the next one begins.
    fn line(
        &mut self,
        bytes: &[u8],
        most: usize,
        more: More,
    ) -> Option<(Line, usize)> {
        self.follow(bytes, most);
        let Under { start, nuls, at, state, .. } = *self;
        let rest = &bytes[at..];
        let line = |end, next| Line { start, end, next, nuls };
        match (state, more) {
            (State::Closed(end), _) => match (rest.first(), more) {
                (Some(b'\n'), _) => Some((line(end, at + 1), at + 1)),
                (Some(_), _) => Some((line(end, end), at)),
                (None, More::Never) => Some((line(end, end), at)),
                (None, More::Later) => None,
            },
            (State::Line, _) if memchr::memchr(b'\n', rest).is_some() => {
                let end = memchr::memchr(b'\n', rest)? + at;
                Some((line(end, end + 1), end + 1))
            }
            (_, More::Never) => {
                let all = bytes.len();
                let end = all - usize::from(bytes.ends_with(b"\n"));
                Some((line(end.max(start), all), all))
            }
            (State::Line, More::Later) => {
                self.at = bytes.len();
                None
            }
            (State::Outside | State::Inside, More::Later) => None,
        }
    }

    /// Follows a document as far as it goes. Where it breaks, what is in
    /// front of the line at which it does is a line.
    fn follow(&mut self, bytes: &[u8], most: usize) {
        let limit = self.start.saturating_add(most);
        let part = &bytes[..bytes.len().min(limit)];
        let breaks = match self.state {
            State::Closed(_) | State::Line => false,
            State::Outside | State::Inside => {
                self.walk(part, bytes) || self.is_too_long(part, limit)
            }
        };
        if breaks {
            let upto = (self.at + 1).min(part.len());
            let newline = memchr::memrchr(b'\n', &bytes[self.start..upto]);
            self.at = newline.map_or(self.at, |at| self.start + at);
            self.state = State::Line;
        }
        if let State::Closed(_) = self.state {
            self.at = behind_commas(bytes, self.at);
        }
    }

    /// Returns whether a document goes up to `limit` and is not closed there.
    fn is_too_long(&self, part: &[u8], limit: usize) -> bool {
        part.len() == limit && !matches!(self.state, State::Closed(_))
    }

    /// Walks on to the end of `part`, which `all` begins with. Returns
    /// whether the document breaks at `at`.
    fn walk(&mut self, part: &[u8], all: &[u8]) -> bool {
        while self.at < part.len() {
            let is_sound = match self.state {
                State::Inside => self.text(part),
                State::Outside => self.byte(part[self.at], all),
                State::Closed(_) | State::Line => return false,
            };
            match is_sound {
                Some(true) => {}
                Some(false) => return true,
                None => return false,
            }
        }
        false
    }

    /// Goes on in a string; returns whether it can, if that shows.
    fn text(&mut self, part: &[u8]) -> Option<bool> {
        let rest = &part[self.at..];
        let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
            self.at = part.len();
            return Some(true);
        };
        self.at += found;
        match rest[found] {
            b'\n' => return Some(false),
            b'"' => {
                (self.state, self.last) = (State::Outside, b'"');
                self.at += 1;
            }
            _ => match rest.get(found + 1)? {
                b'\n' => {
                    self.at += 1;
                    return Some(false);
                }
                _ => self.at += 2,
            },
        }
        Some(true)
    }

    /// Takes a byte outside of strings; returns whether it may stand there,
    /// if that shows.
    fn byte(&mut self, byte: u8, all: &[u8]) -> Option<bool> {
        match byte {
            b' ' | b'\t' | b'\r' => {
                self.at += 1;
                return Some(true);
            }
            b'\n' => {
                if *all.get(self.at + 1)? == b'{' && !self.may_begin() {
                    return Some(false);
                }
                self.at += 1;
                return Some(true);
            }
            b'"' => self.state = State::Inside,
            b'{' | b'[' => self.open.open(byte),
            b'}' | b']' => {
                if !self.open.close(byte) {
                    return Some(false);
                }
                if self.open.is_empty() {
                    self.state = State::Closed(self.at + 1);
                }
            }
            b',' | b':' | b'+' | b'-' | b'.' | b'E' => {}
            b'0'..=b'9' | b'a'..=b'z' => {}
            _ => return Some(false),
        }
        self.last = byte;
        self.at += 1;
        Some(true)
    }

    /// Returns whether an object may begin here.
    fn may_begin(&self) -> bool {
        match self.last {
            b':' => true,
            b',' | b'[' => self.open.is_in_array(),
            _ => false,
        }
    }
}

/// Returns the offset of the first byte that is no blank of a line.
fn behind_blanks(bytes: &[u8], from: usize) -> usize {
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r');
    from + bytes[from..].iter().take_while(is_blank).count()
}

/// Returns the offset of the first byte that is neither that nor a comma.
fn behind_commas(bytes: &[u8], from: usize) -> usize {
    let is_between = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b',');
    from + bytes[from..].iter().take_while(is_between).count()
}
