//! What a run does with its lines: routes judge them, outlets take them.
//!
//! Each route sees every line. What it keeps flows into one or several
//! streams, and each outlet drinks from one stream.

use std::{fmt, io, time::Duration};

use super::summary::Failure;
use crate::{pipeline::Pipeline, sink::Sink};

/// One way through a run: what judges, and where to what it keeps goes.
#[derive(Clone, Debug)]
pub struct Route {
    /// What people call it.
    pub name: String,
    /// What judges the lines.
    pub pipeline: Pipeline,
    /// The streams that kept lines flow into, by their number.
    pub streams: Vec<usize>,
}

impl Route {
    /// Returns the only route of a run, into its only stream.
    ///
    /// ```
    /// use kaudit_filter::{engine::Route, pipeline::Pipeline};
    ///
    /// let pipeline = Pipeline::compile("code >= 400").expect("it is right");
    /// assert_eq!(Route::only(pipeline).streams, [0]);
    /// ```
    pub fn only(pipeline: Pipeline) -> Route {
        Route { name: String::new(), pipeline, streams: vec![0] }
    }
}

/// What an outlet takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The stream of this number.
    Stream(usize),
    /// Unknown, foreign and oversize lines, with `--on-invalid file:PATH`.
    Aside,
    /// `OK` for each line, once the outlets before this one have taken what
    /// was kept of it.
    Replies,
}

/// How long a sink may take nothing, if nobody says otherwise.
const STALL: Duration = Duration::from_secs(30);

/// A sink, and what flows into it.
pub struct Outlet {
    /// What a checkpoint calls it: `stdout`, `file:PATH`.
    pub name: String,
    /// What it takes.
    pub flow: Flow,
    /// Where that goes.
    pub sink: Box<dyn Sink>,
    /// How long it may take nothing until it is set aside.
    pub stall: Duration,
    /// What was gathered for it, to be written at once.
    pub(super) room: Vec<u8>,
    /// Whether its reader has left, and others are still there.
    pub(super) is_over: bool,
    /// Whether it has taken nothing for so long that the others go on.
    pub(super) is_stalled: bool,
    /// Its number among those of the run.
    pub(super) number: usize,
}

impl fmt::Debug for Outlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Outlet {
    /// Returns an outlet.
    pub fn new(
        name: impl Into<String>,
        flow: Flow,
        sink: Box<dyn Sink>,
    ) -> Outlet {
        Outlet {
            name: name.into(),
            flow,
            sink,
            stall: STALL,
            room: Vec::new(),
            is_over: false,
            is_stalled: false,
            number: 0,
        }
    }

    /// Returns an outlet for the only stream of a run.
    pub fn only(name: impl Into<String>, sink: Box<dyn Sink>) -> Outlet {
        Outlet::new(name, Flow::Stream(0), sink)
    }

    /// Says that it does not take its lines.
    pub(super) fn failure(&self, error: io::Error) -> Failure {
        Failure::Output { name: self.name.clone(), error }
    }
}
