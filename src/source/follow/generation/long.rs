//! Finds the ends of lines that are not held in memory.

use std::{io, ops::Range};

use super::{super::head::Head, CHUNK, Generation, Read};
use crate::frame::{Batch, first_line};

impl Generation {
    /// Passes over a line that is not held in memory, if it has an end.
    pub(super) fn long_line(&mut self, max_line: usize) -> io::Result<Read> {
        self.searched = self.offset + max_line as u64;
        if !self.search()? {
            return Ok(Read::Nothing);
        }
        let range = self.offset..self.searched;
        Ok(Read::Batch(self.beyond(range)))
    }

    pub(super) fn beyond(&mut self, range: Range<u64>) -> Batch {
        let position = self.position();
        // What cannot be read is caught by the next read.
        self.go_to(range.end, self.lines).ok();
        if !self.head.is_whole()
            && let Ok(head) = Head::read(&mut self.body)
        {
            self.head = head;
        }
        Batch { position, beyond: range, ..Batch::default() }
    }

    /// Looks on for the end of a long line; returns whether there is one,
    /// and leaves `searched` behind it.
    pub(super) fn search(&mut self) -> io::Result<bool> {
        let mut room = vec![0; CHUNK];
        loop {
            let read = self.body.read_at(&mut room, self.searched)?;
            if let Some(end) = first_line(&room[..read]) {
                self.searched += end as u64;
                return Ok(true);
            }
            self.searched += read as u64;
            if read < room.len() {
                return Ok(false);
            }
        }
    }
}
