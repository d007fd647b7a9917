//! What an unwrapping gives.

use std::ops::Range;

use super::form::Form;
use crate::frame::Line;

/// A part of a record that is judged as a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'p> {
    /// The record in the batch: from the first byte of its first line to
    /// behind the newline of its last.
    pub line: Line,
    /// How many lines of the batch the record ends, told with its first
    /// piece; 0 with the others.
    pub lines: u64,
    /// Its lines, if others are between them.
    pub parts: &'p [Line],
    /// What is judged.
    pub body: Body<'p>,
    /// How it was wrapped, or [`Form::Event`] if it was not: it leaves as it
    /// came. A piece of [`Form::Google`] leaves as it came as well.
    pub form: Form,
}

/// The bytes of a [`Piece`], which hold no newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body<'p> {
    /// They stand in the batch.
    Slice(Range<usize>),
    /// They were made, and are gone with the next piece.
    Made(&'p [u8]),
}

impl<'p> Piece<'p> {
    /// Returns what is judged, of a piece of this batch.
    pub fn bytes(&self, batch: &'p [u8]) -> &'p [u8] {
        match &self.body {
            Body::Slice(range) => &batch[range.clone()],
            Body::Made(bytes) => bytes,
        }
    }
}
