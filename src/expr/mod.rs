//! Turns the text of an expression into a plan, and a plan and an event into
//! a verdict.

pub mod plan;
