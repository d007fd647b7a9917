//! Scratch.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code)]
mod dice;
mod follow_model;
mod tool;
