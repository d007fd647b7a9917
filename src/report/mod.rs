//! Turns kept events into one text for people: what happened, how often, who
//! it was, and each request in a line.
//!
//! A [`Digest`] takes lines, one by one, in bounded memory, and writes the
//! text at the end. An [`Errand`] is the command that the text is for, such
//! as `mail`. The text is metadata only, and of what clients wrote nothing
//! that a terminal or a mail program would obey.

mod digest;
mod errand;
mod page;
mod top;

pub use digest::{Bounds, Digest};
pub use errand::Errand;
pub use page::{Numbers, Page};
