//! How a run that follows stands.

use std::{path::PathBuf, time::Duration};

use crate::{checkpoint::Counters, source::follow::Lag};

/// How a run that follows stands.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Each followed file.
    pub sources: Vec<SourceState>,
    /// For how long something has been waiting to be read.
    pub late: Duration,
    /// For how long a sink has taken nothing.
    pub stalled: Option<Duration>,
    /// The sinks that are behind the others, by how many bytes, about.
    pub behind: Vec<(String, u64)>,
    /// How long ago everything was final; `None` without a checkpoint.
    pub committed: Option<Duration>,
}

/// How one followed file stands.
#[derive(Clone, Debug, Default)]
pub struct SourceState {
    /// The file.
    pub path: PathBuf,
    /// What was read of it, through all runs.
    pub counters: Counters,
    /// How far behind its writer we are.
    pub lag: Lag,
}
