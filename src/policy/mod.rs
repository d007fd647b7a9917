//! Reads audit policies as kube-apiserver does, and does after the fact what
//! they ask for.
//!
//! [`load`](fn@load) turns the text of a file into a [`Policy`], or into what
//! keeps an apiserver from starting. All of it remembers where in the text it
//! stood, so that findings can point.
//!
//! [`lint`](fn@lint), [`diff`](fn@diff) and [`lint_manifest`] say what is wrong
//! with policies before they are used, a [`Simulator`] what one would make of a
//! log.

mod word; //       Levels and stages;
mod model; //      what a policy says,
mod problem; //    what is wrong with one,
mod load; //       and how it is read.
mod request; //    What is asked for,
mod verb; //       how,
mod attributes; // and by whom;
mod matching; //   what of that is recorded,
mod program; //    decided fast;
mod record; //     and what an event tells of it;
mod replay; //     and what is left of the event.
mod space; //      All requests at once,
mod lint; //       what is probably not meant so,
mod diff; //       what two policies do differently,
mod manifest; //   how an apiserver is told of one,
mod simulate; //   and what one does to recorded traffic.

pub use attributes::{Asker, Attributes, Facts, Request, User};
pub use diff::{Difference, Outcome, diff};
pub use lint::{
    ASKERS, Covered, Finding, Lint, Need, Verdict, Weight, coverage, line_of,
    lint,
};
pub use load::{Loaded, decode, load};
pub use manifest::lint_manifest;
pub use matching::{Answer, Decision, Doubt, Mismatch, is_path, is_resource};
pub use model::{Flag, Item, List, Policy, Resource, Rule, Span, StageItem};
pub use problem::{Kind, Problem};
pub use program::Program;
pub use record::{Broken, Reader, Recorded};
pub use replay::{Effect, Replay, Room};
pub use request::{Target, target};
pub use simulate::{
    Change, Count, Flags, Groups, Key, Pace, Pair, Peak, Simulator, Traffic,
};
pub use space::{Example, Part, Region, Side, TooLarge};
pub use word::{Level, Stage, Stages, Version};
