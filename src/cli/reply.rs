//! Answers on standard output for the program that feeds us: one a line.

use std::io::IoSlice;

use crate::{
    diag,
    engine::{Failure, Flow, Outlet, Summary},
};

/// How lines are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Reply {
    /// The kept event, or an empty line
    Blank,
    /// OK for each line that was judged and taken by the sinks
    Ok,
    /// A JSON object with the verdict, for mmexternal of rsyslog
    Json,
}

/// What rsyslog takes for a yes; also, before the first line, for "ready".
pub(super) const OK: &str = "OK\n";

impl Reply {
    /// Returns whether who is answered reads what we say on stderr as well,
    /// in place of an answer.
    pub(super) fn is_hushed(self) -> bool {
        match self {
            Reply::Blank | Reply::Json => true,
            Reply::Ok => false,
        }
    }
}

/// Says on standard output that the sinks have not taken a line, before the
/// run ends: it is kept, and comes again.
pub(super) fn fail(outlets: &mut [Outlet], summary: &Summary) {
    let Some(Failure::Output { name, error }) = &summary.failure else {
        return;
    };
    let is_reply = |outlet: &&mut Outlet| outlet.flow == Flow::Replies;
    let Some(outlet) = outlets.iter_mut().find(is_reply) else { return };
    let text = format!("{name}: {error}");
    let text = format!("ERROR {}\n", diag::escape(text.as_bytes()));
    // If nobody listens, nobody takes it for an answer.
    outlet.sink.write(&mut [IoSlice::new(text.as_bytes())]).ok();
}
