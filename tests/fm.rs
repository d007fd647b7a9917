//! Scratch.
mod dice;
mod follow_model;
mod tool;
