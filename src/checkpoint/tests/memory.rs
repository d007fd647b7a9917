//! A disk with one file, in memory, that can be made to fail.

use std::{
    ffi::OsString,
    io::IoSlice,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use super::*;
use crate::disk::Stat;

/// A file in memory that takes so many bytes at once, and fails to sync
/// after so many times.
#[derive(Debug)]
pub(super) struct Memory {
    bytes: Mutex<Vec<u8>>,
    pub(super) at_once: AtomicUsize,
    pub(super) syncs: AtomicUsize,
}

impl Memory {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }
}

impl File for Memory {
    fn stat(&self) -> io::Result<Stat> {
        let (id, size) = (FileId::default(), self.bytes().len() as u64);
        Ok(Stat { id, size, links: 1, kind: Kind::Regular })
    }

    fn read_at(&self, room: &mut [u8], offset: u64) -> io::Result<usize> {
        let bytes = self.bytes();
        let rest = bytes.get(offset as usize..).unwrap_or_default();
        let length = rest.len().min(room.len()).min(1000);
        room[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let length = bytes.len().min(self.at_once.load(Relaxed));
        let end = offset as usize + length;
        let mut file = self.bytes.lock().unwrap();
        if file.len() < end {
            file.resize(end, 0);
        }
        file[offset as usize..end].copy_from_slice(&bytes[..length]);
        Ok(length)
    }

    fn append(&self, _parts: &[IoSlice<'_>]) -> io::Result<usize> {
        Err(ErrorKind::Unsupported.into())
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.bytes.lock().unwrap().truncate(length as usize);
        Ok(())
    }

    fn reserve(&self, _length: u64) -> io::Result<()> {
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let enough = |left: usize| left.checked_sub(1);
        match self.syncs.fetch_update(Relaxed, Relaxed, enough) {
            Ok(_) => Ok(()),
            Err(_) => Err(ErrorKind::StorageFull.into()),
        }
    }

    fn lock(&self) -> io::Result<bool> {
        Ok(true)
    }
}

/// A disk with one file.
#[derive(Clone, Debug)]
pub(super) struct Single(pub(super) Arc<Memory>);

impl Single {
    pub(super) fn new(bytes: Vec<u8>) -> Single {
        Single(Arc::new(Memory {
            bytes: Mutex::new(bytes),
            at_once: AtomicUsize::new(77),
            syncs: AtomicUsize::new(usize::MAX),
        }))
    }

    pub(super) fn open(&self) -> Result<(Checkpoint, Option<Record>), Error> {
        let disk: Arc<dyn Disk> = Arc::new(self.clone());
        Checkpoint::open(&disk, Path::new("checkpoint"))
    }
}

impl Disk for Single {
    fn open(&self, _: &Path, _: Purpose) -> io::Result<Arc<dyn File>> {
        Ok(Arc::clone(&self.0) as Arc<dyn File>)
    }

    fn stat(&self, _path: &Path) -> io::Result<Stat> {
        self.0.stat()
    }

    fn list(&self, _: &Path) -> io::Result<Vec<OsString>> {
        Ok(Vec::new())
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
}
