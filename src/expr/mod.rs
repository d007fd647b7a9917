//! Turns the text of an expression into a plan, and a plan and an event into
//! a truth.

mod eval;
mod matching;
mod number;
pub mod plan;
mod truth;

pub use eval::{Evaluation, Routes};
pub use matching::Scratch;
pub use truth::Truth;
