//! Runs the program as a user does, and looks at what comes out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cli; // What the flags do, and what is said of wrong ones.
mod model; // What the language model keeps, we keep.
mod floors; // What a module may know of the others.
mod invalid; // Lines that break: said, counted, kept or set aside.
mod lines; // What becomes of lines, sound and odd.
mod order; // Threads and pipes change nothing.
mod prompt; // A quiet input is answered at once.
mod size; // Deep and long lines, without recursion and in linear time.
mod steps; // Steps and expressions, and the answers to questions.
mod robust; // Inputs and outputs that fail, and signals.
mod oracle; // Verdicts and edits are as a slow definition has them.
mod tool; // How the program is run, and events to give it.
