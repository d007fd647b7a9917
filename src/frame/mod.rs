//! Turns bytes into batches of whole lines, and batches into lines.
//!
//! A [`Block`] is memory that a source reads into; a [`Pool`] hands out a
//! bounded number of them and gets each back when the last reader of its
//! bytes is done. A [`Batch`] is what a source makes of a full block. What a
//! line says is not this floor's business: it knows newlines, and the NUL
//! bytes that a truncated log begins with.

mod batch;
mod block;
mod line;

pub use batch::{Amid, Batch, Content, Hole, Position};
pub use block::{Block, Pool};
pub use line::{Line, Lines};

/// Returns where the last line of `bytes` begins that a newline precedes,
/// which is the length of the whole lines in `bytes`.
pub fn whole_lines(bytes: &[u8]) -> Option<usize> {
    memchr::memrchr(b'\n', bytes).map(|newline| newline + 1)
}

/// Returns where the first line ends, its newline included.
pub fn first_line(bytes: &[u8]) -> Option<usize> {
    memchr::memchr(b'\n', bytes).map(|newline| newline + 1)
}

/// Counts the NUL bytes that `bytes` begins with.
pub fn leading_nuls(bytes: &[u8]) -> usize {
    let is_hole = |part: &&[u8]| part.iter().fold(0, |all, b| all | b) == 0;
    let whole = bytes.chunks_exact(64).take_while(is_hole).count() * 64;
    whole + bytes[whole..].iter().take_while(|&&byte| byte == 0).count()
}
