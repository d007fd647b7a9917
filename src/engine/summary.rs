//! What a run came to, and why it could not go on.

use std::io;

use super::{groups::Groups, score::Score, state::SourceState, tally::Tally};
use crate::{checkpoint, expr::Coverage, frame::Position};

/// Why a run could not go on.
#[derive(Debug)]
pub enum Failure {
    /// An outlet does not take its lines.
    Output {
        /// What a checkpoint calls it.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// The checkpoint cannot be written.
    Checkpoint(checkpoint::Error),
    /// The system does not let us wait for a file to grow.
    Wait(io::Error),
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// The numbers.
    pub tally: Tally,
    /// The numbers of each route.
    pub scores: Vec<Score>,
    /// What the step `count` made of the events.
    pub groups: Groups,
    /// What conditions met, if that was to be counted.
    pub coverage: Option<Box<Coverage>>,
    /// Inputs that could not be opened.
    pub not_opened: u64,
    /// Inputs that broke off.
    pub unreadable: u64,
    /// Whether an undecided line ended the run.
    pub is_undecided: bool,
    /// What ended the run otherwise, if it was not to end.
    pub failure: Option<Failure>,
    /// Place behind the last line that the sinks have accepted.
    pub position: Position,
    /// The files that were followed.
    pub sources: Vec<SourceState>,
}
