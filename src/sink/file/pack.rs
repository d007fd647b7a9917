//! Turns a backup into a compressed one, a slice at a time, so that nobody
//! waits for it.
//!
//! As with kube-apiserver's log, the plain file is there until the other one
//! is complete and on the disk: where there are both, the compressed one is
//! not finished, and is made anew.

use std::{
    io::{self, ErrorKind, Write},
    mem,
    sync::Arc,
};

use flate2::{Compression, write::GzEncoder};

use super::{super::Chores, backup::Backup, output::sync_name};
use crate::disk::{Disk, File, Purpose};

/// Bytes that are read at a time: a few milliseconds of work.
const SLICE: usize = 256 << 10;

/// Bytes after which what was written is synced, so that it never takes long.
const SOME: u64 = 1 << 20;

/// A backup that is being compressed.
#[derive(Debug)]
pub(super) struct Packing {
    backup: Backup,
    plain: Arc<dyn File>,
    packed: Arc<dyn File>,
    encoder: GzEncoder<Vec<u8>>,
    read: u64,
    written: u64,
    /// How much of that is on the disk.
    synced: u64,
}

impl Packing {
    /// Begins with an empty file.
    pub(super) fn begin(
        disk: &dyn Disk,
        backup: Backup,
        mode: u32,
    ) -> io::Result<Packing> {
        let plain = disk.open(&backup.path, Purpose::Read)?;
        let packed = disk.open(&backup.packed(), Purpose::State)?;
        packed.truncate(0)?;
        packed.set_mode(mode)?;
        let encoder = GzEncoder::new(Vec::new(), Compression::default());
        let (read, written, synced) = (0, 0, 0);
        Ok(Packing { backup, plain, packed, encoder, read, written, synced })
    }

    /// Returns what is being compressed.
    pub(super) fn backup(&self) -> &Backup {
        &self.backup
    }

    /// Compresses a slice. Behind the last one, the plain file is removed.
    pub(super) fn step(&mut self, disk: &dyn Disk) -> io::Result<Chores> {
        let mut slice = vec![0; SLICE];
        let read = self.plain.read_at(&mut slice, self.read)?;
        self.read += read as u64;
        if read > 0 {
            self.encoder.write_all(&slice[..read])?;
            self.pour()?;
            return Ok(Chores::More);
        }
        self.encoder.try_finish()?;
        self.pour()?;
        self.packed.sync()?;
        // Its name has to be there before the other one goes.
        sync_name(disk, &self.backup.path);
        disk.remove(&self.backup.path)?;
        Ok(Chores::Done)
    }

    /// Writes what was compressed so far.
    fn pour(&mut self) -> io::Result<()> {
        let bytes = mem::take(self.encoder.get_mut());
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            match self.packed.write_at(rest, self.written)? {
                0 => return Err(ErrorKind::WriteZero.into()),
                written => {
                    rest = &rest[written..];
                    self.written += written as u64;
                }
            }
        }
        if self.written - self.synced >= SOME {
            self.packed.sync()?;
            self.synced = self.written;
        }
        Ok(())
    }
}
