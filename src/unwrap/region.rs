//! Keeps track of lines that a container runtime has taken apart.
//!
//! Both streams of a program go into one log, each in its order: between the
//! parts of an event there may be lines of the other stream. A region begins
//! with a part that goes on, and ends where nothing goes on any more.

/// Which stream of a program a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Out,
    Err,
}

/// A line that is a part of a line of the program, the last one at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub stream: Stream,
    /// Where the text of the program begins in the line.
    pub text: usize,
    /// Whether it goes on with the next line of the stream.
    pub goes_on: bool,
}

/// Whether streams go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    /// The longest region, in bytes.
    most: usize,
    /// Where it begins, if a stream goes on.
    start: usize,
    goes_on: [bool; 2],
}

impl Region {
    pub(super) fn new(most: usize) -> Region {
        Region { most, start: 0, goes_on: [false; 2] }
    }

    /// Returns whether nothing goes on.
    pub(super) fn is_at_rest(&self) -> bool {
        self.goes_on == [false; 2]
    }

    /// Returns whether the region may go on to `end`.
    pub(super) fn has_room(&self, end: usize) -> bool {
        self.is_at_rest() || end - self.start <= self.most
    }

    /// Lets nothing go on.
    pub(super) fn leave(&mut self) {
        self.goes_on = [false; 2];
    }

    /// Takes the line at `start`, which is this part, or none.
    pub(super) fn enter(&mut self, start: usize, part: Option<Part>) {
        let Some(Part { stream, goes_on, .. }) = part else { return };
        if goes_on && self.is_at_rest() {
            self.start = start;
        }
        self.goes_on[stream as usize] = goes_on;
    }

    /// Forgets the first `length` bytes.
    pub(super) fn take(&mut self, length: usize) {
        self.start = self.start.saturating_sub(length);
    }
}
