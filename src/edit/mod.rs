//! Takes fields out of an event by leaving out bytes: never a parse and a
//! new text, so that all that stays is as it came.

mod automaton;
mod cut;
mod splice;

pub use automaton::Automaton;
pub use cut::{Cut, cuts};
pub use splice::splice;
