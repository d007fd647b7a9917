//! Why an input cannot be read, as a sentence.

use std::{
    fmt, io,
    sync::{Mutex, PoisonError},
};

/// Why an input cannot be read.
#[derive(Debug)]
pub enum Error {
    /// The system says why.
    Io(io::Error),
    /// It is a directory.
    Directory,
    /// It is compressed, which is not read yet.
    Compressed(Packing),
}

/// A way of compressing, known by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// `.gz`.
    Gzip,
    /// `.zst`.
    Zstd,
}

impl Packing {
    /// Refuses a file that begins with `head` where that is a magic number.
    pub(super) fn check(head: &[u8]) -> Result<(), Error> {
        match head {
            [0x1f, 0x8b, ..] => Err(Error::Compressed(Packing::Gzip)),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                Err(Error::Compressed(Packing::Zstd))
            }
            _ => Ok(()),
        }
    }
}

/// The first error of an input. Reading goes on as far as it can: what the
/// system gave is judged before the error is told.
#[derive(Debug, Default)]
pub(super) struct Failure(Mutex<Option<Error>>);

impl Failure {
    pub(super) fn note(&self, error: impl Into<Error>) {
        let first = self.0.lock();
        let mut first = first.unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| error.into());
    }

    pub(super) fn take(&self) -> Option<Error> {
        let first = self.0.lock();
        first.unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Io(error)
    }
}

impl From<rustix::io::Errno> for Error {
    fn from(error: rustix::io::Errno) -> Error {
        Error::Io(error.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (form, tool) = match self {
            Error::Io(error) => return error.fmt(f),
            Error::Directory => {
                return f
                    .write_str("is a directory; -r reads the files in it");
            }
            Error::Compressed(Packing::Gzip) => ("gzip", "zcat"),
            Error::Compressed(Packing::Zstd) => ("zstd", "zstdcat"),
        };
        write!(f, "is compressed ({form}), which this version does not read")?;
        write!(f, "; use `{tool} FILE | kaudit-filter ...`")
    }
}

impl std::error::Error for Error {}
