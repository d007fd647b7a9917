//! What is worth telling of a followed file.

use std::{io, path::PathBuf};

/// Something worth telling of one followed file.
#[derive(Debug)]
pub enum Remark {
    /// Reading begins, or goes on, here.
    Begin(Start),
    /// Bytes are gone that were never read.
    Gap(Gap),
    /// The file was cut to be written anew; what it held is read on in this
    /// copy of it.
    Copied(PathBuf),
    /// A file ended amid a line, and nothing will be added to it.
    Unfinished {
        /// The file.
        path: PathBuf,
        /// Where the line begins.
        offset: u64,
    },
    /// The path leads nowhere, or to nothing that can be read; it is waited
    /// for.
    Absent(io::Error),
    /// The same, and it is not waited for.
    Missing(io::Error),
    /// The path leads to a file again.
    Present,
    /// The file cannot be read for now; it is tried again.
    Unreadable(io::Error),
    /// The system sends no notices; it is looked often instead.
    Polling(io::Error),
}

/// Where reading begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// Offset of the first byte to read.
    pub offset: u64,
    /// Lines before it.
    pub lines: u64,
    /// Whether a checkpoint said so.
    pub is_resumed: bool,
    /// Bytes that are there to be read, about.
    pub behind: u64,
    /// Rotated files to be read first.
    pub rotated: usize,
}

/// Bytes that are gone without having been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// How they came to be lost.
    pub reason: Reason,
    /// The file that they were in, as far as it is known.
    pub file: Option<PathBuf>,
    /// Where in that file they begin.
    pub from: u64,
    /// How many there were at least; `None` where nothing is known.
    pub bytes: Option<u64>,
}

/// How bytes came to be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The file was cut, or written over, before it was read to its end.
    Truncated,
    /// The file that a checkpoint names is not there any more.
    Gone,
    /// Rotated files were deleted before they were seen; there may have
    /// been some between those that were.
    Pruned,
    /// A packed file is broken from here on.
    Broken,
}

impl Reason {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Truncated => "truncated",
            Reason::Gone => "gone",
            Reason::Pruned => "pruned",
            Reason::Broken => "broken",
        }
    }
}
