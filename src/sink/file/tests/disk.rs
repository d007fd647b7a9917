//! The real disk, which can be told to be full, slow or broken.

use std::{
    ffi::OsString,
    fs,
    io::{self, ErrorKind, IoSlice},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};

use crate::disk::{Disk, File, Purpose, Real, Stat};

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flaws {
    /// Bytes that fit on the disk still.
    pub room: u64,
    /// Bytes that one call takes at most.
    pub sip: usize,
    /// Whether nothing can be cut.
    pub no_truncate: bool,
    /// Whether nothing can be made to last.
    pub no_sync: bool,
    /// Whether nothing can be given another name.
    pub no_rename: bool,
}

impl Flaws {
    pub(super) const NONE: Flaws = Flaws {
        room: u64::MAX,
        sip: usize::MAX,
        no_truncate: false,
        no_sync: false,
        no_rename: false,
    };
}

/// A folder of its own on a flawed disk.
#[derive(Clone, Debug)]
pub(super) struct Flawed(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    flaws: Mutex<Flaws>,
    /// Since 1970.
    now: Mutex<Duration>,
}

impl Flawed {
    pub(super) fn new() -> Flawed {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let own = format!("kaudit-filter-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(own);
        fs::create_dir_all(&folder).unwrap();
        let flaws = Mutex::new(Flaws::NONE);
        let now = Mutex::default();
        Flawed(Arc::new(Inner { folder, flaws, now }))
    }

    pub(super) fn set_clock(&self, now: Duration) {
        *self.0.now.lock().unwrap() = now;
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.folder.join(name)
    }

    pub(super) fn suffer(&self, flaws: Flaws) {
        *self.0.flaws.lock().unwrap() = flaws;
    }

    pub(super) fn flaws(&self) -> Flaws {
        *self.0.flaws.lock().unwrap()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).unwrap();
    }
}

impl Disk for Flawed {
    fn open(
        &self,
        path: &Path,
        purpose: Purpose,
    ) -> io::Result<Arc<dyn File>> {
        let file = Real.open(path, purpose)?;
        Ok(Arc::new(FlawedFile { file, disk: self.clone() }))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        Real.stat(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>> {
        Real.list(directory)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        Real.resolve(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        if self.flaws().no_rename {
            return Err(io::Error::other("broken"));
        }
        Real.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Real.remove(path)
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + *self.0.now.lock().unwrap()
    }
}

#[derive(Debug)]
struct FlawedFile {
    file: Arc<dyn File>,
    disk: Flawed,
}

impl File for FlawedFile {
    fn stat(&self) -> io::Result<Stat> {
        self.file.stat()
    }

    fn read_at(&self, room: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(room, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        match self.disk.flaws().room {
            0 => Err(ErrorKind::StorageFull.into()),
            _ => self.file.write_at(bytes, offset),
        }
    }

    fn set_mode(&self, mode: u32) -> io::Result<()> {
        self.file.set_mode(mode)
    }

    fn append(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut flaws = self.disk.flaws();
        let bytes: Vec<u8> = parts.iter().flat_map(|p| p.to_vec()).collect();
        let room = usize::try_from(flaws.room).unwrap_or(usize::MAX);
        let most = room.min(flaws.sip).min(bytes.len());
        if most == 0 {
            return Err(ErrorKind::StorageFull.into());
        }
        flaws.room -= most as u64;
        self.disk.suffer(flaws);
        self.file.append(&[IoSlice::new(&bytes[..most])])
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        let mut flaws = self.disk.flaws();
        if flaws.no_truncate {
            return Err(io::Error::other("broken"));
        }
        let freed = self.stat()?.size.saturating_sub(length);
        flaws.room = flaws.room.saturating_add(freed);
        self.disk.suffer(flaws);
        self.file.truncate(length)
    }

    fn reserve(&self, length: u64) -> io::Result<()> {
        self.file.reserve(length)
    }

    fn sync(&self) -> io::Result<()> {
        if self.disk.flaws().no_sync {
            return Err(io::Error::other("broken"));
        }
        Ok(()) // Nothing here outlives its test.
    }

    fn lock(&self) -> io::Result<bool> {
        self.file.lock()
    }
}
