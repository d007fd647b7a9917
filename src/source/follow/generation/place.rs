//! Turns how far a file was handed out into a place, and back.

use std::io;

use super::Generation;
use crate::{
    checkpoint::{Left, Place},
    diag,
    disk::Print,
};

impl Generation {
    /// Returns whether the file is the one that a place is in.
    pub(in super::super) fn holds(
        &mut self,
        place: &Place,
    ) -> io::Result<bool> {
        let is_same = match place.head.len {
            // Nothing was in the file: only its identity is left to compare.
            0 => place.file == self.id,
            _ => place.head == *self.head.print(),
        };
        if !is_same {
            return Ok(false);
        }
        let before = (self.offset, self.lines, self.searched);
        let guard = self.guard.clone();
        self.go_to(place.offset, place.lines)?;
        let holds = Print::of(&self.guard) == place.guard;
        if !holds {
            // What is there now must not pass for what was there before.
            (self.offset, self.lines, self.searched) = before;
            self.guard = guard;
        }
        Ok(holds)
    }

    /// Returns the place up to which everything was handed out.
    pub(in super::super) fn place(&self) -> Place {
        Place {
            name: diag::escape(self.name.as_encoded_bytes()).into_owned(),
            file: self.id,
            head: match self.offset > 0 || self.head.is_whole() {
                true => self.head.print().clone(),
                // A line that still grows is nothing to know a file by.
                false => Print::default(),
            },
            offset: self.offset,
            lines: self.lines,
            guard: Print::of(&self.guard),
        }
    }

    /// Returns how far the file is behind us.
    pub(in super::super) fn left(&self) -> Left {
        let place = self.unfinished.clone().unwrap_or_else(|| self.place());
        Left { place, end: self.offset }
    }
}
