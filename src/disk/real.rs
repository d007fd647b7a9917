//! The disk of the machine that we run on.

use std::{
    ffi::OsString,
    fs::{self, OpenOptions, Permissions},
    io::{self, ErrorKind, IoSlice},
    os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::{
    fs::{
        AtFlags, CWD, FallocateFlags, FileType, FlockOperation, OFlags,
        RenameFlags, Statx, StatxFlags,
    },
    io::Errno,
};

use super::{
    Disk, Exposure, File, FileId, Kind, Purpose, Stat, exposure, planted,
};

const WANTED: StatxFlags = StatxFlags::BASIC_STATS.union(StatxFlags::BTIME);

/// The file system of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Real;

impl Disk for Real {
    fn open(
        &self,
        path: &Path,
        purpose: Purpose,
    ) -> io::Result<Arc<dyn File>> {
        let mut options = OpenOptions::new();
        let mut flags = OFlags::NONBLOCK;
        match purpose {
            Purpose::Read => options.read(true),
            Purpose::Append => {
                if !planted::check_name(path)? {
                    flags |= OFlags::NOFOLLOW;
                }
                options.read(true).append(true).create(true).mode(0o600)
            }
            Purpose::State => {
                flags |= OFlags::NOFOLLOW;
                let options = options.read(true).write(true);
                options.create(true).truncate(false).mode(0o600)
            }
        };
        let flags = flags.bits().cast_signed();
        Ok(Arc::new(options.custom_flags(flags).open(path)?))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        let flags = AtFlags::empty();
        Ok(told(&rustix::fs::statx(CWD, path, flags, WANTED)?))
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>> {
        let entries = fs::read_dir(directory)?;
        entries.map(|entry| entry.map(|entry| entry.file_name())).collect()
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let flags = RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(CWD, from, CWD, to, flags) {
            // A file system that cannot promise it.
            Err(Errno::INVAL | Errno::NOSYS) if fs::exists(to)? => {
                Err(ErrorKind::AlreadyExists.into())
            }
            Err(Errno::INVAL | Errno::NOSYS) => fs::rename(from, to),
            result => Ok(result?),
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn exposure(&self, path: &Path) -> io::Result<Option<Exposure>> {
        exposure::find(path)
    }
}

impl File for fs::File {
    fn stat(&self) -> io::Result<Stat> {
        let flags = AtFlags::EMPTY_PATH;
        Ok(told(&rustix::fs::statx(self, c"", flags, WANTED)?))
    }

    fn read_at(&self, room: &mut [u8], offset: u64) -> io::Result<usize> {
        through(|| FileExt::read_at(self, room, offset))
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        through(|| FileExt::write_at(self, bytes, offset))
    }

    fn append(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        through(|| Ok(rustix::io::writev(self, parts)?))
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn reserve(&self, length: u64) -> io::Result<()> {
        let flags = FallocateFlags::empty();
        match rustix::fs::fallocate(self, flags, 0, length) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
            result => Ok(result?),
        }
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn set_mode(&self, mode: u32) -> io::Result<()> {
        self.set_permissions(Permissions::from_mode(mode))
    }

    fn lock(&self) -> io::Result<bool> {
        let way = FlockOperation::NonBlockingLockExclusive;
        match rustix::fs::flock(self, way) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn told(statx: &Statx) -> Stat {
    let born = statx.stx_btime;
    let born =
        born.tv_sec.saturating_mul(1_000_000_000) + i64::from(born.tv_nsec);
    let dev = rustix::fs::makedev(statx.stx_dev_major, statx.stx_dev_minor);
    Stat {
        id: FileId { dev, ino: statx.stx_ino, born },
        size: statx.stx_size,
        links: u64::from(statx.stx_nlink),
        kind: match FileType::from_raw_mode(u32::from(statx.stx_mode)) {
            FileType::RegularFile => Kind::Regular,
            FileType::Directory => Kind::Directory,
            _ => Kind::Other,
        },
    }
}

/// Tries again what a signal interrupted.
fn through<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_identity_under_another_name() {
        let folder = std::env::temp_dir().join("kaudit-filter-disk-test");
        fs::create_dir_all(&folder).unwrap();
        let (old, new) = (folder.join("old"), folder.join("new"));
        let file = Real.open(&old, Purpose::Append).unwrap();
        file.append(&[IoSlice::new(b"ab"), IoSlice::new(b"c")]).unwrap();
        fs::rename(&old, &new).unwrap();
        let stat = Real.stat(&new).unwrap();
        assert_eq!(stat, file.stat().unwrap());
        assert_eq!((stat.size, stat.kind), (3, Kind::Regular));
        assert!(file.lock().unwrap());
        assert!(!Real.open(&new, Purpose::State).unwrap().lock().unwrap());
        let other = Real.open(&old, Purpose::Append).unwrap();
        let taken = Real.rename(&old, &new).unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::AlreadyExists);
        other.set_mode(0o640).unwrap();
        Real.remove(&new).unwrap();
        Real.rename(&old, &new).unwrap();
        let mode = fs::metadata(&new).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(file.stat().unwrap().links, 0);
    }
}
