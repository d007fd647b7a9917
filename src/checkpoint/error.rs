//! Why a checkpoint cannot be used, as a sentence.

use std::{fmt, io};

use crate::disk::Exposure;

use super::slot::SIZE;

/// Why a checkpoint cannot be opened, read or written.
#[derive(Debug)]
pub enum Error {
    /// The system does not open it, and says why.
    Open(io::Error),
    /// Another process has it.
    Locked,
    /// It is nothing that we would use, or write to.
    Unusable(Fault),
    /// The record does not fit into a slot, being so many bytes.
    TooLong(usize),
    /// The system says why.
    Io(io::Error),
    /// It was not made last once, so nothing is known of it any more.
    Doubtful,
}

/// Why we do not use a file that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is a symbolic link.
    Link,
    /// It is a directory, a pipe, a device.
    NotRegular,
    /// It has another number of names than one.
    Names(u64),
    /// Somebody else could make it say something else.
    Exposed(Exposure),
    /// It is a file of another kind.
    Foreign,
    /// It has the format of another version.
    Version(u64),
    /// It is one of ours, and neither slot can be read.
    Damaged,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Open(error) | Error::Io(error) => error.fmt(f),
            Error::Locked => f.write_str("another process uses it"),
            Error::Unusable(fault) => fault.fmt(f),
            Error::TooLong(bytes) => write!(
                f,
                "what it has to say takes {bytes} bytes, and it has room for \
                 {SIZE}; follow fewer files with one checkpoint"
            ),
            Error::Doubtful => f.write_str(
                "a write to it failed, and it is not known what it holds",
            ),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Link => f.write_str("is a symbolic link"),
            Fault::NotRegular => f.write_str("is not a regular file"),
            Fault::Names(0) => f.write_str("was removed just now"),
            Fault::Names(names) => {
                write!(f, "has {names} names (hard links)")
            }
            Fault::Exposed(exposure) => exposure.fmt(f),
            Fault::Foreign => {
                f.write_str("is not a checkpoint of kaudit-filter")
            }
            Fault::Version(version) => write!(
                f,
                "has the format {version} of another version of \
                 kaudit-filter"
            ),
            Fault::Damaged => f.write_str("is damaged, and so is its copy"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Open(error) | Error::Io(error) => Some(error),
            Error::Locked
            | Error::Unusable(_)
            | Error::TooLong(_)
            | Error::Doubtful => None,
        }
    }
}
