//! Lines that travel together, with their place in the input.

use std::ops::Range;

use bytes::Bytes;

/// A place in the inputs of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Which input, counted from 0 in the order of the command line.
    pub input: usize,
    /// Bytes of that input before this place.
    pub offset: u64,
}

/// Whole lines on their way from a source to the sinks.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Place of this batch among those of its input, without gaps from 0.
    pub sequence: u64,
    /// Place of the first byte, those of the [`Hole`] included.
    pub position: Position,
    /// The lines. Only the last one of an input, or one whose file shrank,
    /// may lack its newline.
    pub bytes: Bytes,
    /// NUL bytes that were passed over and are not in `bytes`.
    pub hole: Hole,
    /// What `bytes` holds.
    pub content: Content,
    /// A line behind `bytes` that is longer than the cap, newline included,
    /// as a range of offsets in the input. Empty where there is none.
    pub beyond: Range<u64>,
    /// How it begins for each stream of a container's log.
    pub amid: [Amid; 2],
}

/// Whether bytes begin amid a line that a container runtime took apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Amid {
    /// Nobody knows: what was in front was not seen.
    #[default]
    Unknown,
    /// They do not.
    No,
    /// They do, and what was in front was given up.
    Yes,
}

/// Whether a batch holds lines or a part of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// Whole lines.
    #[default]
    Lines,
    /// A part of a line that outgrew the cap.
    Piece {
        /// Whether the line begins with it.
        first: bool,
        /// Whether the line ends with it.
        last: bool,
    },
}

/// A run of NUL bytes in front of a line, left out of the batch.
///
/// A log that is truncated under a writer with an offset of its own begins
/// with as many NULs as it once had bytes: they are passed over unread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hole {
    /// Where in the batch the hole would be.
    pub at: usize,
    /// How many NUL bytes were left out there.
    pub bytes: u64,
}

impl Batch {
    /// Returns the offset in the input of the byte at `index`.
    pub fn offset(&self, index: usize) -> u64 {
        let hole = if index >= self.hole.at { self.hole.bytes } else { 0 };
        self.position.offset + index as u64 + hole
    }

    /// Returns a part of a batch, which begins and ends with lines, as a
    /// batch of its own.
    pub fn part(&self, range: Range<usize>, sequence: u64) -> Batch {
        let Position { input, offset } = self.position;
        let is_last = range.end == self.bytes.len();
        let holds_hole = range.start <= self.hole.at
            && (self.hole.at < range.end || is_last);
        let hole = match holds_hole {
            true => Hole { at: self.hole.at - range.start, ..self.hole },
            false => Hole::default(),
        };
        let offset = match holds_hole {
            true => offset + range.start as u64,
            false => self.offset(range.start),
        };
        Batch {
            sequence,
            position: Position { input, offset },
            bytes: self.bytes.slice(range.clone()),
            hole,
            content: self.content,
            beyond: if is_last { self.beyond.clone() } else { 0..0 },
            amid: match range.start {
                0 => self.amid,
                _ => Default::default(),
            },
        }
    }

    /// Returns how many bytes of the input this batch stands for.
    pub fn span(&self) -> u64 {
        let beyond = self.beyond.end - self.beyond.start;
        self.bytes.len() as u64 + self.hole.bytes + beyond
    }

    /// Returns the place just behind this batch.
    pub fn end(&self) -> Position {
        let Position { input, offset } = self.position;
        Position { input, offset: offset + self.span() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_moves_the_offsets_behind_it() {
        let batch = Batch {
            position: Position { input: 0, offset: 100 },
            bytes: Bytes::from_static(b"ab\ncd\n"),
            hole: Hole { at: 3, bytes: 50 },
            ..Batch::default()
        };
        assert_eq!(batch.offset(0), 100);
        assert_eq!(batch.offset(2), 102);
        assert_eq!(batch.offset(3), 153);
        assert_eq!(batch.end().offset, 156);
    }

    #[test]
    fn parts_stand_for_what_the_whole_stands_for() {
        for at in [0, 3, 6, 9] {
            let batch = Batch {
                position: Position { input: 0, offset: 100 },
                bytes: Bytes::from_static(b"ab\ncd\nef\n"),
                hole: Hole { at, bytes: 50 },
                beyond: 159..200,
                ..Batch::default()
            };
            let parts = [0..3, 3..6, 6..9].map(|range| {
                let part = batch.part(range.clone(), 7);
                assert_eq!(part.sequence, 7);
                for index in range.clone() {
                    let within = part.offset(index - range.start);
                    assert_eq!(within, batch.offset(index), "{at} {index}");
                }
                part
            });
            let span: u64 = parts.iter().map(Batch::span).sum();
            assert_eq!(span, batch.span(), "{at}");
            for [one, next] in [[0, 1], [1, 2]] {
                assert_eq!(parts[one].end(), parts[next].position, "{at}");
            }
            assert_eq!(parts[2].end(), batch.end(), "{at}");
        }
    }
}
