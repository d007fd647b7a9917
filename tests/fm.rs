//! Scratch.
#![allow(clippy::all, dead_code, missing_docs)]
mod dice;
#[path = "../target/fmdev/follow_model/mod.rs"]
mod follow_model;
mod tool;
