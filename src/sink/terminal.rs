//! Lines to a terminal: what would move the cursor or turn the text around
//! is shown instead of obeyed, for log text is written by attackers.

use std::{
    io::{self, IoSlice},
    os::fd::BorrowedFd,
};

use super::{Settled, Sink, Stall};
use crate::diag;

/// A terminal behind another sink.
#[derive(Debug)]
pub struct Terminal<S> {
    sink: S,
    /// In bytes as they were given, not as they are shown.
    settled: Settled,
}

impl<S> Terminal<S> {
    /// Shows lines on the terminal that `sink` writes to.
    pub fn new(sink: S) -> Terminal<S> {
        Terminal { sink, settled: Settled::default() }
    }
}

impl<S: Sink> Sink for Terminal<S> {
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        let mut shown = Vec::new();
        let bytes: Vec<u8> =
            parts.iter().flat_map(|part| part.iter().copied()).collect();
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let end = [&b"\r\n"[..], b"\n"];
            let text = end.iter().find_map(|end| line.strip_suffix(*end));
            let text = text.unwrap_or(line);
            escape(text, &mut shown);
            shown.extend_from_slice(&line[text.len()..]);
        }
        self.settled.given += bytes.len() as u64;
        self.sink.write(&mut [IoSlice::new(&shown)])
    }

    fn drain(&mut self) -> Result<(), Stall> {
        self.sink.drain()
    }

    fn bottleneck(&self) -> Option<BorrowedFd<'_>> {
        self.sink.bottleneck()
    }

    /// Shown text is longer than what was given, so that part of it counts
    /// for nothing until all of it is taken.
    fn settle(&mut self) -> io::Result<Settled> {
        let shown = self.sink.settle()?;
        if shown.taken == shown.given {
            self.settled.taken = self.settled.given;
        }
        Ok(self.settled)
    }
}

/// Appends `text` with control and bidi characters as `\u001b` and bytes that
/// are no UTF-8 as `\x9b`. Tabs stay.
fn escape(text: &[u8], out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        let mut plain = 0;
        for (at, found) in chunk.valid().char_indices() {
            if found != '\t' && diag::is_unsafe(found) {
                out.extend_from_slice(&chunk.valid().as_bytes()[plain..at]);
                let code = u32::from(found);
                out.extend_from_slice(format!("\\u{code:04x}").as_bytes());
                plain = at + found.len_utf8();
            }
        }
        out.extend_from_slice(&chunk.valid().as_bytes()[plain..]);
        for byte in chunk.invalid() {
            out.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], expected: &str) {
        let mut out = Vec::new();
        escape(text, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        check(b"a\x1b[2Jb\x7f", "a\\u001b[2Jb\\u007f");
        check("\u{9b}2J \u{202e}x".as_bytes(), "\\u009b2J \\u202ex");
        check(b"\x9b2J", "\\x9b2J");
    }

    #[test]
    fn other_text_stays() {
        check("tab\tgr\u{fc}n \u{65e5}\u{672c}".as_bytes(), "tab\tgrün 日本");
    }
}
