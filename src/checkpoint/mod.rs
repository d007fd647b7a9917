//! Turns places in followed files, and in the files that we write, into a
//! file that survives a crash at any moment.
//!
//! A [`Record`] says how far everything was taken over; [`Checkpoint`] keeps
//! the newest one in two slots, so that a torn write costs one step back and
//! never the file.

mod error;
mod found;
mod path;
mod record;
mod slot;
#[cfg(test)]
mod tests;

use std::{
    io::{self, ErrorKind},
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use rustix::io::Errno;

pub use error::{Error, Fault};
pub use found::{Found, Remark};
pub use path::{path_of, text_of};
pub use record::{
    Counters, LaneRecord, Left, Mark, Place, Record, SinkRecord, SourceRecord,
};
pub use slot::{Flaw, SIZE, encode};

use crate::disk::{self, Disk, File, Kind, Purpose};

use self::found::place;

/// Bytes of the file: two slots.
const WHOLE: usize = 2 * SIZE;

/// How often [`show`] looks at a checkpoint that is being written,
const LOOKS: usize = 5;

/// and how long it waits in between.
const WAIT: Duration = Duration::from_millis(5);

/// An open checkpoint, which nobody else can open for writing.
#[derive(Debug)]
pub struct Checkpoint {
    file: Arc<dyn File>,
    /// The number of the next record.
    next: u64,
    /// What was written last.
    last: Option<Record>,
    /// Bytes of each slot that a shorter line must cover.
    filled: [usize; 2],
    remark: Option<Remark>,
    /// Whether the last write may or may not be on the disk.
    is_doubtful: bool,
}

impl Checkpoint {
    /// Opens a checkpoint, or makes a new one, and returns what it says.
    ///
    /// * In a new one, an empty one, and one whose first record was never
    ///   written to its end, there is no record.
    /// * Space is set aside at once, so that a disk that fills up later does
    ///   not stop us from writing how far we came.
    /// * What is not ours, or not ours alone, is not touched.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, read, made, or used; or somebody else has
    /// it.
    pub fn open(
        disk: &Arc<dyn Disk>,
        path: &Path,
    ) -> Result<(Checkpoint, Option<Record>), Error> {
        let (file, bytes) = take(disk.as_ref(), path)?;
        let found = Found::in_bytes(&bytes).map_err(Error::Unusable)?;
        if bytes.len() < WHOLE {
            make_room(file.as_ref(), bytes.len()).map_err(Error::Io)?;
            keep_name(disk.as_ref(), path);
        }
        let (first, second) = bytes.split_at(bytes.len().min(SIZE));
        let (next, last) = match found.newest {
            Some((seq, record)) => (seq + 1, Some(record)),
            None => (0, None),
        };
        if next > 0 {
            let at = place(next - 1) * SIZE;
            let slot = &bytes[at..bytes.len().min(at + SIZE)];
            keep(file.as_ref(), &slot[..slot::filled(slot)], at)
                .map_err(Error::Io)?;
        }
        let checkpoint = Checkpoint {
            file,
            next,
            last: last.clone(),
            filled: [slot::filled(first), slot::filled(second)],
            remark: found.remark,
            is_doubtful: false,
        };
        Ok((checkpoint, last))
    }

    /// Returns what was odd when it was opened.
    pub fn remark(&self) -> Option<Remark> {
        self.remark
    }

    /// Writes a record; when it returns, the record survives a power cut.
    ///
    /// * The one that was written last is not written again.
    /// * A record that is too long lets go of the oldest prints it knows.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or does not fit: then the one before is
    /// still there, and the same call may be tried again. When it is not
    /// known whether it is on the disk: that is final, and so is every call
    /// after it.
    pub fn write(&mut self, record: &Record) -> Result<(), Error> {
        if self.is_doubtful {
            return Err(Error::Doubtful);
        }
        if self.last.as_ref() == Some(record) {
            return Ok(());
        }
        let at = place(self.next);
        let mut line = slot::encode(self.next, record)?;
        let length = line.len();
        line.resize(length.max(self.filled[at]), 0);
        // A write that fails half-way leaves that much of the line behind.
        self.filled[at] = line.len();
        let offset = (at * SIZE) as u64;
        write_all(self.file.as_ref(), &line, offset).map_err(Error::Io)?;
        if let Err(error) = self.file.sync() {
            self.is_doubtful = true;
            return Err(Error::Io(error));
        }
        self.filled[at] = length;
        self.next += 1;
        self.last = Some(record.clone());
        Ok(())
    }
}

/// Writes what was found once more. Who wrote it may have been killed before
/// it was on the disk, or that may have failed and left it in memory only;
/// the other slot must not be written before.
fn keep(file: &dyn File, slot: &[u8], at: usize) -> io::Result<()> {
    write_all(file, slot, at as u64)?;
    file.sync()
}

/// Returns what a checkpoint says, also while somebody else writes to it.
///
/// # Errors
///
/// When it cannot be opened, read or understood.
pub fn show(disk: &dyn Disk, path: &Path) -> Result<Found, Error> {
    let file = disk.open(path, Purpose::Read).map_err(Error::Open)?;
    if file.stat().map_err(Error::Io)?.kind != Kind::Regular {
        return Err(Error::Unusable(Fault::NotRegular));
    }
    let look = || {
        let bytes = disk::read(file.as_ref(), 0, WHOLE).map_err(Error::Io)?;
        Found::in_bytes(&bytes).map_err(Error::Unusable)
    };
    for _ in 1..LOOKS {
        match look() {
            Ok(found) if found.remark.is_none() => return Ok(found),
            Ok(_) | Err(Error::Unusable(_)) => thread::sleep(WAIT),
            Err(error) => return Err(error),
        }
    }
    look()
}

/// Empties a checkpoint of which neither slot can be read; it is then like
/// new.
///
/// # Errors
///
/// When it is in use, is no checkpoint, or cannot be emptied. One that can
/// be read is left as it is.
pub fn clear(disk: &dyn Disk, path: &Path) -> Result<(), Error> {
    let (file, bytes) = take(disk, path)?;
    match Found::in_bytes(&bytes) {
        Ok(_) => Ok(()),
        Err(Fault::Damaged) => {
            file.truncate(0).map_err(Error::Io)?;
            make_room(file.as_ref(), 0).map_err(Error::Io)
        }
        Err(fault) => Err(Error::Unusable(fault)),
    }
}

/// Opens a file that may become or be a checkpoint, takes it for ourselves,
/// and reads it.
fn take(
    disk: &dyn Disk,
    path: &Path,
) -> Result<(Arc<dyn File>, Vec<u8>), Error> {
    // Looked at before, so that nothing is left where nothing should be;
    // and behind, when nobody can have come in between.
    refuse_exposed(disk, path)?;
    let file = disk.open(path, Purpose::State).map_err(refused)?;
    let stat = file.stat().map_err(Error::Io)?;
    match (stat.kind, stat.links) {
        (Kind::Regular, 1) => {}
        (Kind::Regular, names) => {
            return Err(Error::Unusable(Fault::Names(names)));
        }
        (Kind::Directory | Kind::Other, _) => {
            return Err(Error::Unusable(Fault::NotRegular));
        }
    }
    refuse_exposed(disk, path)?;
    if !file.lock().map_err(Error::Io)? {
        return Err(Error::Locked);
    }
    let bytes = disk::read(file.as_ref(), 0, WHOLE).map_err(Error::Io)?;
    Ok((file, bytes))
}

fn refuse_exposed(disk: &dyn Disk, path: &Path) -> Result<(), Error> {
    match disk.exposure(path).map_err(Error::Open)? {
        None => Ok(()),
        Some(exposure) => Err(Error::Unusable(Fault::Exposed(exposure))),
    }
}

/// Returns why something does not open for writing.
fn refused(error: io::Error) -> Error {
    match Errno::from_io_error(&error) {
        Some(Errno::LOOP) => Error::Unusable(Fault::Link),
        Some(Errno::ISDIR | Errno::NXIO) => Error::Unusable(Fault::NotRegular),
        Some(_) | None => Error::Open(error),
    }
}

/// Gives a file that ends at `size` all the room that it will ever need.
fn make_room(file: &dyn File, size: usize) -> io::Result<()> {
    file.reserve(WHOLE as u64)?;
    // A file system that cannot reserve is made to by writing.
    if file.stat()?.size < WHOLE as u64 {
        let blank = vec![0; WHOLE - size];
        write_all(file, &blank, size as u64)?;
    }
    file.sync()
}

/// Makes the name of a new file survive a power cut.
fn keep_name(disk: &dyn Disk, path: &Path) {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    };
    // Some file systems cannot; they leave no way to ask for more.
    if let Ok(folder) = disk.open(folder, Purpose::Read) {
        folder.sync().ok();
    }
}

fn write_all(
    file: &dyn File,
    mut bytes: &[u8],
    mut offset: u64,
) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, offset)? {
            0 => return Err(ErrorKind::WriteZero.into()),
            written => {
                bytes = bytes.get(written..).unwrap_or_default();
                offset += written as u64;
            }
        }
    }
    Ok(())
}
