//! Turns lines as they are found into the events that are in them.
//!
//! Audit events seldom stay alone: container runtimes put a time in front,
//! shippers put them into strings, clouds into lists. A [`Form`] is a way in
//! which events are wrapped; an [`Unwrapper`] takes the *records* of a batch
//! apart, and gives their *pieces*, each of which is judged as a line is. A
//! record is what one unwrapping looks at. It is a line in most forms; where
//! it can be more, a [`Cutter`] says where records end.
//!
//! A layer is opened by its structure: which keys an object has at its own
//! level, whether a line begins as one of a container log does. What is inside
//! of a value never counts. Layers are opened until there is an event, or
//! nothing that can be opened; then the record leaves as it came.
//!
//! This module knows wrappings, and of events only how they show themselves.

mod choice;
mod compact;
mod cri;
mod cutter;
mod decode;
mod desk;
mod detect;
mod docker;
mod document;
mod form;
mod layer;
mod legacy;
mod list;
mod member;
mod node;
mod piece;
mod prefix;
mod region;
mod stack;
mod survey;
mod unwrapper;
mod viaq;

pub use choice::{Choice, Misspelt, Place};
pub use cutter::Cutter;
pub use form::Form;
pub use piece::{Body, Piece};
pub use unwrapper::Unwrapper;

#[cfg(test)]
mod tests;
