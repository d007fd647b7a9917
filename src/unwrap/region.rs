//! Keeps track of lines that a container runtime has taken apart.
//!
//! Both streams of a program go into one log, each in its order: between the
//! parts of an event there may be lines of the other stream. A region begins
//! with a part that goes on, and ends where nothing goes on any more.
//!
//! What is given up, for it is too long or nothing follows, is passed over to
//! its end: a client chooses where the parts of its event begin, and none of
//! them may look like an event by itself.

use crate::frame::{Amid, Line};

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
    /// Whether it is a whole document, so that nothing begins with it.
    pub is_whole: bool,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// One for itself,
    Alone,
    /// or the first of its stream, so that it may be the end of another.
    First,
    /// Something begins with it that goes on; in front it was like this.
    Begun(Amid),
    /// It belongs to what goes on in its stream.
    Joined,
    /// It belongs to what was given up.
    Past,
}

/// Whether streams go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    /// The longest region, in bytes.
    most: usize,
    /// Where it begins, if a stream goes on.
    start: usize,
    flows: [Flow; 2],
}

/// What a stream does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// It does not go on, as far as is known.
    Rests(Amid),
    /// It goes on, and so many lines and bytes of others followed.
    GoesOn(usize, usize),
}

/// So many lines of others, or bytes, may follow a part before the rest of it.
/// It is the content that decides, and not the time: whoever reads the log
/// again decides alike.
const LINES: usize = 1000;
const BYTES: usize = 1 << 20;

impl Region {
    /// Makes one for bytes that begin like this.
    pub(super) fn new(most: usize, amid: [Amid; 2]) -> Region {
        Region { most, start: 0, flows: amid.map(Flow::Rests) }
    }

    /// Returns the same for bytes that begin in another way.
    pub(super) fn anew(self, amid: [Amid; 2]) -> Region {
        Region::new(self.most, amid)
    }

    /// Returns whether nothing goes on.
    pub(super) fn is_at_rest(&self) -> bool {
        !self.goes_on(0) && !self.goes_on(1)
    }

    /// Returns whether the stream of this number goes on.
    pub(super) fn goes_on(&self, stream: usize) -> bool {
        matches!(self.flows[stream], Flow::GoesOn(..))
    }

    /// Returns how what follows begins, if nothing goes on.
    pub(super) fn amid(&self) -> [Amid; 2] {
        self.flows.map(|flow| match flow {
            Flow::Rests(amid) => amid,
            Flow::GoesOn(..) => Amid::Yes,
        })
    }

    /// Returns whether the region may go on to `end`.
    pub(super) fn has_room(&self, end: usize) -> bool {
        self.is_at_rest() || end - self.start <= self.most
    }

    /// Gives up what goes on.
    pub(super) fn leave(&mut self) {
        self.flows = self.amid().map(Flow::Rests);
    }

    /// Takes a line, which is this part, or none; returns what it is.
    pub(super) fn enter(&mut self, line: Line, part: Option<Part>) -> Role {
        let Some(part) = part else {
            self.wait(line, 0);
            self.wait(line, 1);
            return Role::Alone;
        };
        let stream = part.stream as usize;
        self.wait(line, 1 - stream);
        let role = match self.flows[stream] {
            Flow::Rests(Amid::Yes) if part.goes_on => return Role::Past,
            Flow::Rests(Amid::Yes) => Role::Past,
            Flow::GoesOn(..) => Role::Joined,
            Flow::Rests(amid) if part.goes_on && !part.is_whole => {
                if self.is_at_rest() {
                    self.start = line.start;
                }
                self.flows[stream] = Flow::GoesOn(0, 0);
                return Role::Begun(amid);
            }
            Flow::Rests(Amid::Unknown) => Role::First,
            Flow::Rests(Amid::No) => Role::Alone,
        };
        let goes_on = part.goes_on && role == Role::Joined;
        self.flows[stream] = match goes_on {
            true => Flow::GoesOn(0, 0),
            false => Flow::Rests(Amid::No),
        };
        role
    }

    /// Has a stream wait for another line; it may wait too long.
    #[inline]
    fn wait(&mut self, line: Line, stream: usize) {
        if let Flow::GoesOn(lines, bytes) = &mut self.flows[stream] {
            *lines += 1;
            *bytes += line.next - line.start;
            if *lines >= LINES || *bytes >= BYTES {
                self.flows[stream] = Flow::Rests(Amid::Yes);
            }
        }
    }

    /// Forgets the first `length` bytes.
    pub(super) fn take(&mut self, length: usize) {
        self.start = self.start.saturating_sub(length);
    }
}
