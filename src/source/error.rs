//! Why an input cannot be read, as a sentence.

use std::{
    fmt, io,
    sync::{Mutex, PoisonError},
};

use super::packed::Packing;

/// Why an input cannot be read.
#[derive(Debug)]
pub enum Error {
    /// The system says why.
    Io(io::Error),
    /// It is a directory.
    Directory,
    /// What was compressed cannot be had whole.
    Packed {
        /// How it is compressed.
        packing: Packing,
        /// What is wrong.
        fault: Fault,
        /// Compressed bytes in front of the place.
        at: u64,
    },
}

/// What is wrong with something compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It ends before its end.
    Cut,
    /// It contradicts itself.
    Damaged,
    /// It takes more memory than we give.
    TooWide,
    /// Something else follows it.
    Foreign,
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
        let (packing, fault, at) = match self {
            Error::Io(error) => return error.fmt(f),
            Error::Directory => {
                return f
                    .write_str("is a directory; -r reads the files in it");
            }
            Error::Packed { packing, fault, at } => (packing, fault, at),
        };
        match fault {
            Fault::Cut => write!(
                f,
                "the {packing} data are cut at compressed byte {at}: what \
                 came before was read; fetch the rest, or wait for its writer"
            ),
            Fault::Damaged => write!(
                f,
                "the {packing} data are damaged before compressed byte {at}, \
                 or behind it: what came before was read, the rest was not; \
                 fetch it once more"
            ),
            Fault::TooWide => write!(
                f,
                "the {packing} data at compressed byte {at} take more than \
                 128 MiB to unpack, and were not read; use `zstdcat \
                 --long=31 FILE | kaudit-filter ...`"
            ),
            Fault::Foreign => write!(
                f,
                "what follows the {packing} data, from compressed byte {at}, \
                 is no {packing}, and was not read; cut it off with `tail -c \
                 +{}` to read it",
                at + 1
            ),
        }
    }
}

impl std::error::Error for Error {}
