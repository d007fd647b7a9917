//! What is to be run, and with what.

use super::{form::Form, route::Route, rules::Rules};
use crate::{
    source::{Name, Terms, Watch, Wrapping},
    unwrap::Choice,
};

/// What to run.
#[derive(Debug)]
pub struct Job<'a> {
    /// What judges the lines, at least one.
    pub routes: &'a [Route],
    /// What a record of each stream looks like.
    pub forms: &'a [Form],
    /// How lines are treated.
    pub rules: Rules,
    /// What is unwrapped.
    pub choice: &'a Choice,
    /// Where they come from, in this order.
    pub inputs: &'a [Name],
    /// The numbers of the inputs of each stream, if streams are merged by the
    /// times of their lines instead.
    pub streams: Option<&'a [Vec<usize>]>,
    /// What ends the run early.
    pub watch: Watch,
}

impl Job<'_> {
    /// Returns how inputs are read.
    pub(super) fn terms(&self) -> Terms {
        let (choice, scanner) =
            (self.choice.clone(), self.rules.reading.scanner);
        Terms {
            max_line: self.rules.max_line,
            wrapping: Wrapping { choice, scanner },
            watch: self.watch.clone(),
        }
    }
}
