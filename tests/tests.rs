//! Runs the program as a user does, and looks at what comes out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cli; // What the flags do, and what is said of wrong ones.
mod steps; // Steps and expressions, and the answers to questions.
mod check; // Files of expressions are checked without events.
mod definitions; // Lists defined anew, and rules, in files.
mod count; // Groups of events, and how they are printed.
mod coverage; // What never matched is told.
mod dead; // So are conditions of public rules that never can.
mod lines; // What becomes of lines, sound and odd.
mod invalid; // Lines that break: said, counted, kept or set aside.
mod order; // Threads and pipes change nothing.
mod prompt; // A quiet input is answered at once.
mod checkpoint; // How far a run that follows has come.
mod size; // Deep and long lines, without recursion and in linear time.
mod robust; // Inputs and outputs that fail, and signals.
mod model; // What the language model keeps, we keep.
mod oracle; // Verdicts and edits are as a slow definition has them.
mod differ; // Random programs mean what the definition and the model say.
mod follow; // Whatever happens to a log that is followed, nothing is lost.
mod watching; // How following is asked for, and what is said.
mod send; // Records reach daemons that restart, stop and are picky.
mod relay; // All the way from a log that grows to real daemons.
mod report; // What reports say, and that they come.
mod evasion; // What attackers write hides nothing.
mod shapes; // Real bodies are as the tables of core API types say.
mod pipelines; // The expression files that we ship do what they say.
mod planted; // What others have put where all may write is left alone.
mod route; // Pipelines: several routes, their sinks, and what is wrong with them.
mod policy; // Audit policies do after the fact what an apiserver does.
mod rules; // The rule files have the verdicts of those whose ideas they are.
mod readme; // What README shows is what happens.
mod reference; // So is what the language reference shows.
mod man; // The manual page is made from it.
mod pack; // What a package installs does what it says.
mod console; // How what a document shows is run.
mod examples; // What the library is used for works.
mod follow_model; // Whatever happens to followed files, nothing is lost.
mod floors; // Imports point down, and unsafe stays where it is.
mod dice; // Choices that a seed makes.
mod tool; // How the program is run, and events to give it.
