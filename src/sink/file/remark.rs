//! What is worth telling about a place that lines go to, and why a file
//! cannot be opened.

use std::{
    fmt, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use crate::diag;

/// Something about a sink that its owner should hear of.
#[derive(Debug)]
pub enum Remark {
    /// Its last line was torn, or had a hole that a power cut left: so many
    /// bytes of it were cut off. Their line comes again.
    Cut {
        /// Bytes.
        bytes: u64,
    },
    /// It was renamed or copied while nobody wrote; what is in there is not
    /// written again.
    Elsewhere {
        /// What it is called now.
        path: PathBuf,
    },
    /// Bytes that were written are not there any more, a gap. Lines go to
    /// the end of what is there.
    Lost {
        /// Where they were.
        from: u64,
        /// How many.
        bytes: u64,
    },
    /// Its name has come to lead to another file, where it goes on.
    Reopened,
    /// Its name leads to a file that cannot be opened; the old one is still
    /// written.
    Astray(Error),
    /// The way to it broke, and what may have been lost was sent again.
    Again {
        /// How many records.
        records: u64,
    },
    /// Records were too long for it and have lost their end.
    Shortened {
        /// How many.
        records: u64,
        /// The most bytes that one may have.
        limit: usize,
    },
    /// Nobody can tell whether it gets what it is sent.
    Unsure,
    /// It has grown to its size, and goes on growing.
    Unrotated(Error),
    /// A backup of it could not be removed or compressed.
    Unkept {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::Cut { bytes } => write!(
                f,
                "its last line was not whole: cut off {bytes} bytes, to be \
                 written again"
            ),
            Remark::Elsewhere { path } => {
                write!(f, "what it held is in {} now", shown(path))
            }
            Remark::Lost { from, bytes } => write!(
                f,
                "{bytes} bytes from {from} on are not there any more; going \
                 on at its end"
            ),
            Remark::Reopened => f.write_str(
                "its name leads to another file now; going on there",
            ),
            Remark::Again { records } => write!(
                f,
                "the way to it broke; sent {records} records again, for they \
                 may be lost"
            ),
            Remark::Shortened { records, limit } => write!(
                f,
                "{records} records were longer than {limit} bytes and lost \
                 their end"
            ),
            Remark::Unsure => f.write_str(
                "datagrams: what gets lost on the way is not noticed",
            ),
            Remark::Astray(error) => write!(
                f,
                "{error}; still writing the file that had this name before"
            ),
            Remark::Unrotated(error) => {
                write!(f, "cannot be rotated, and grows on: {error}")
            }
            Remark::Unkept { path, error } => write!(
                f,
                "its backup {} is left as it is: {error}",
                shown(path)
            ),
        }
    }
}

fn shown(path: &Path) -> String {
    diag::escape(path.as_os_str().as_bytes()).into_owned()
}

/// Why a file cannot be written.
#[derive(Debug)]
pub enum Error {
    /// The system says why.
    Io(io::Error),
    /// Somebody else writes it.
    Locked,
    /// It is a pipe or a device, where nothing can be cut or compared.
    Irregular,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io(error) => error.fmt(f),
            Error::Locked => f.write_str("another process writes it"),
            Error::Irregular => f.write_str("is not a regular file"),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Io(error)
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        match error {
            Error::Io(error) => error,
            Error::Locked => io::ErrorKind::ResourceBusy.into(),
            Error::Irregular => io::Error::other(error),
        }
    }
}
