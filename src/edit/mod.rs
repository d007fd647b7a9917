//! Changes an event by leaving out bytes and putting in others: never a
//! parse and a new text, so that all that stays is as it came.
//!
//! [`cuts`] says where, for each [`Action`]; [`splice`](fn@splice) does it. An
//! [`Annotation`] is written in one go.

mod action;
mod annotation;
mod automaton;
mod count;
mod cut;
mod find;
mod glob;
mod search;
mod splice;
#[cfg(test)]
mod tests;

pub use action::Action;
pub use annotation::Annotation;
pub use automaton::Automaton;
pub use cut::Cut;
pub(crate) use cut::leave_out;
pub use find::cuts;
pub use splice::{quoted, splice};
