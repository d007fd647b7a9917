//! Turns the text of an expression into a plan, and a plan and an event into
//! a truth.
//!
//! The way of a text: `lex` cuts it into tokens, `parse` finds its shape,
//! `check` gives the names their meaning, `lower` makes the [`plan`].
//! Everything that is wrong is said before the first event is read.

mod lex; //      Text becomes tokens,
mod parse; //    these
mod ast; //      a tree, which
mod check; //    gets its meaning,
mod lower; //    becomes
pub mod plan; // a plan,
mod step; //     step by step,
mod window; //   for a span of time,
mod explain; //  that can be read.
mod compile; //  All of it, for several sources;
mod prelude; //  what is built in,
mod public; //   among it @public,
mod unit; //     durations, sizes and times,
mod pattern; //  regular expressions,
mod file; //     files that are named,
mod later; //    and what is yet to come.

mod eval; //     A plan and an event become a truth,
mod coverage; // counted for those who ask what never matches;
mod select; //   and fields are read without a question.

pub use compile::{Compiled, Finding, Source, compile, compile_with, render};
pub use coverage::{Asked, ConditionId, Coverage, Met};
pub use eval::{Evaluation, Routes, Scratch, Spelled, Truth};
pub use file::{Purpose, Read, Remark};
pub use pattern::Pattern;
pub use prelude::{Definition, predicates, show};
pub use select::Selection;
pub use unit::{duration, instant, size};
pub use window::Window;
