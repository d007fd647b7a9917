//! The file system as far as we follow, append and commit on it: one narrow
//! trait, the real thing behind it, and marks that tell files apart.
//!
//! What crash safety rests upon goes through [`Disk`] alone, so that a test
//! can put a disk underneath that loses what was not synced, or refuses to
//! take more. A run has [`Real`].

mod exposure;
mod planted;
mod mark;
mod real;

use std::{
    ffi::OsString,
    fmt::Debug,
    io::{self, IoSlice},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

pub use exposure::Exposure;
pub use mark::{GUARD, HEAD, Print, read};
pub use planted::check_name;
pub use real::Real;

/// A file system.
pub trait Disk: Debug + Send + Sync {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// What the system says. Something that would make us wait, such as a
    /// FIFO without a writer, is opened without waiting.
    fn open(&self, path: &Path, purpose: Purpose)
    -> io::Result<Arc<dyn File>>;

    /// Returns what a path leads to, symbolic links followed.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn stat(&self, path: &Path) -> io::Result<Stat>;

    /// Lists the names in a directory, in any order.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>>;

    /// Returns the path without symbolic links.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf>;

    /// Gives a file another name in the same directory, which nobody has yet.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` where there is such a file; it stays as it is. And
    /// what the system says.
    fn rename(&self, _from: &Path, _to: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Takes its name from a file.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn remove(&self, _path: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Returns the time, for the names of files.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Returns how somebody else could make a file say something else, if
    /// they could. A disk without users has nobody else.
    ///
    /// * Of a missing file, its directory alone is looked at.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn exposure(&self, _path: &Path) -> io::Result<Option<Exposure>> {
        Ok(None)
    }
}

/// An open file. It is there as long as it is held, whatever becomes of its
/// name.
pub trait File: Debug + Send + Sync {
    /// Returns what the file is now.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn stat(&self) -> io::Result<Stat>;

    /// Reads once, at an offset; 0 bytes are the end.
    ///
    /// # Errors
    ///
    /// What the system says; interruptions are not told.
    fn read_at(&self, room: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes once, at an offset; fewer bytes than given may be taken.
    ///
    /// # Errors
    ///
    /// What the system says; interruptions are not told.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Writes once, at the end; fewer bytes than given may be taken.
    ///
    /// # Errors
    ///
    /// What the system says; interruptions are not told.
    fn append(&self, parts: &[IoSlice<'_>]) -> io::Result<usize>;

    /// Cuts the file to a length.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn truncate(&self, length: u64) -> io::Result<()>;

    /// Has the system set blocks aside, so that later writes up to `length`
    /// need none. A file system that cannot is no error.
    ///
    /// # Errors
    ///
    /// When the disk is full.
    fn reserve(&self, length: u64) -> io::Result<()>;

    /// Returns when all that was written survives a power cut.
    ///
    /// # Errors
    ///
    /// When it may not. Trying again proves nothing: the system may have let
    /// go of what it could not write.
    fn sync(&self) -> io::Result<()>;

    /// Says who may do what with it: `0o640` and the like. A disk without
    /// users has nobody to keep out.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn set_mode(&self, _mode: u32) -> io::Result<()> {
        Ok(())
    }

    /// Takes the file for ourselves; returns whether nobody else has.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn lock(&self) -> io::Result<bool>;
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be read; it must be there.
    Read,
    /// To be appended to and read; made, for its owner alone, where it is
    /// missing.
    Append,
    /// To be written at any place and read, likewise. It must not be a
    /// symbolic link.
    State,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Which one it is.
    pub id: FileId,
    /// Its length in bytes.
    pub size: u64,
    /// How many names it has.
    pub links: u64,
    /// What sort of file it is.
    pub kind: Kind,
}

/// What sort of file something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Bytes on a disk.
    Regular,
    /// A directory.
    Directory,
    /// A pipe, a socket, a device.
    Other,
}

/// Which file it is, as far as the file system tells. A number can be given
/// to another file as soon as nobody holds this one, so these are hints.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
)]
pub struct FileId {
    /// The device.
    pub dev: u64,
    /// The inode.
    pub ino: u64,
    /// When the inode was made, in nanoseconds since 1970; 0 where the file
    /// system does not tell.
    pub born: i64,
}
