//! Turns places in followed files, and in the files that we write, into a
//! file that survives a crash at any moment.
//!
//! A [`Record`] says how far everything was taken over; [`Checkpoint`] keeps
//! the newest one in two slots, so that a torn write costs one step back and
//! never the file.

mod record;
mod slot;

pub use record::{Counters, Mark, Place, Record, SinkRecord, SourceRecord};
