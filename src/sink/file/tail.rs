//! Turns the end of a file into the lines in it that may come again.

use std::io;

use sha2::{Digest, Sha256};

use super::replay::{Line, key};
use crate::disk::File;

/// Bytes read at a time.
const ROOM: usize = 128 << 10;

/// The most lines that are held. Those behind them come a second time; a
/// commit is due every few MiB, so that there are never as many.
const LINES: usize = 1 << 19;

/// What stands behind the last commit.
#[derive(Debug)]
pub(super) struct Tail {
    /// The lines that may come again.
    pub lines: Vec<Line>,
    /// Where they end, and with them what is sound in the file: behind it
    /// is a line without an end, or a hole.
    pub end: u64,
    /// The line without an end, as if it had one.
    pub torn: Option<Line>,
}

impl Tail {
    /// Reads the lines between `again` and `size`.
    ///
    /// * What is `settled` was on the disk before the last commit. Only
    ///   behind it can a power cut have left holes, which read as NUL.
    pub(super) fn read(
        file: &dyn File,
        again: u64,
        settled: u64,
        size: u64,
    ) -> io::Result<Tail> {
        let begin = again.min(settled);
        let mut tail = Tail { lines: Vec::new(), end: begin, torn: None };
        let mut room = vec![0; ROOM];
        let (mut at, mut hash) = (begin, Sha256::new());
        'file: while at < size {
            let wanted = usize::try_from(size - at).unwrap_or(ROOM).min(ROOM);
            let read = file.read_at(&mut room[..wanted], at)?;
            if read == 0 {
                break;
            }
            let pieces = room[..read].split_inclusive(|&byte| byte == b'\n');
            for piece in pieces {
                let is_settled = tail.end < settled;
                if !is_settled && memchr::memchr(0, piece).is_some() {
                    break 'file;
                }
                at += piece.len() as u64;
                hash.update(piece);
                if piece.ends_with(b"\n") {
                    tail.add(std::mem::take(&mut hash), at);
                }
            }
        }
        if at > tail.end {
            let key = key(hash.chain_update(b"\n"));
            tail.torn = Some(Line { key, start: tail.end });
        }
        tail.end = tail.end.max(settled.min(size));
        Ok(tail)
    }

    fn add(&mut self, hash: Sha256, end: u64) {
        if self.lines.len() < LINES {
            self.lines.push(Line { key: key(hash), start: self.end });
        }
        self.end = end;
    }
}
