//! What a checkpoint says.

use serde::{Deserialize, Serialize};

use crate::disk::{FileId, Print};

/// How far everything was taken over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The followed files, in the order of the command line.
    pub sources: Vec<SourceRecord>,
    /// The files that were written.
    pub sinks: Vec<SinkRecord>,
    /// The sinks that are behind `sources`, each with its own place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<LaneRecord>,
}

/// How far the followed files were taken over by a sink that is behind the
/// others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LaneRecord {
    /// How the command line calls the sink.
    pub sink: String,
    /// The followed files.
    pub sources: Vec<SourceRecord>,
}

/// How far one followed file was taken over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// Its path as it was given, the way [`text_of`](super::text_of) writes
    /// it: bytes that are no UTF-8 as `\x9b`.
    pub path: String,
    /// The generations that are not finished, oldest first.
    pub places: Vec<Place>,
    /// First lines of generations that are behind us, newest last.
    pub known: Vec<Print>,
    /// Places up to which others are behind us, newest last: a copy of such
    /// a generation may turn up that holds more of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// Whether `known` names all that were there.
    pub knows_all: bool,
    /// What was read so far, through all runs.
    pub counters: Counters,
}

/// A place in a generation: one file that had, or has, the followed name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The name it had last, without folder.
    pub name: String,
    /// Which file it was.
    pub file: FileId,
    /// The print of its first line; of no bytes while that is not whole.
    pub head: Print,
    /// Bytes taken over, of what is in a compressed file.
    pub offset: u64,
    /// Lines in those bytes.
    pub lines: u64,
    /// The print of the bytes before `offset`.
    pub guard: Print,
}

/// How far a generation is behind us of which there may be more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Left {
    /// Behind the last whole line.
    pub place: Place,
    /// Behind all that was handed out.
    pub end: u64,
}

/// How far a file of ours was written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SinkRecord {
    /// How the command line calls it.
    pub name: String,
    /// Where its last accepted byte is.
    pub mark: Mark,
}

/// The end of what was written to a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Which file it was.
    pub file: FileId,
    /// Its length in bytes.
    pub len: u64,
    /// The print of the bytes before its end.
    pub guard: Print,
    /// Where in it those lines begin that its sources may bring once more,
    /// if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<u64>,
}

/// What was read of one source, through all runs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize,
)]
pub struct Counters {
    /// Lines read.
    pub read: u64,
    /// Lines kept.
    pub kept: u64,
    /// Lines skipped.
    pub skipped: u64,
    /// Lines set aside.
    pub set_aside: u64,
    /// Stretches that could not be read.
    pub gaps: u64,
}
