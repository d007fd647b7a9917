//! What else happens to a log: logrotate, people, mounts.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    act::Door,
    apiserver::NAME,
    disk::{Access, SimDisk},
};

/// The folder that the log is followed in, a link to one of [`FOLDERS`].
pub(crate) const FOLDER: &str = "/log/now";

/// What the link may lead to.
const FOLDERS: [&str; 2] = ["/log/v1", "/log/v2"];

/// Makes the folders.
pub(crate) fn prepare(disk: &SimDisk) -> io::Result<()> {
    for folder in FOLDERS {
        disk.make_folder(Path::new(folder))?;
    }
    disk.link(Path::new(FOLDER), Path::new(FOLDERS[0]))
}

/// Does the first half of what logrotate calls copytruncate.
pub(crate) fn copy(disk: &SimDisk) -> io::Result<()> {
    let bytes = disk.read(&log())?;
    let copies = (1..).take_while(|n| disk.find(&copied(*n)).is_ok());
    for number in (1..=copies.count()).rev() {
        disk.rename(&copied(number), &copied(number + 1))?;
    }
    disk.create(&copied(1))?.write(&bytes).map(drop)
}

/// Does the second half, or what `> audit.log` does.
pub(crate) fn truncate(disk: &SimDisk) -> io::Result<()> {
    disk.truncate(&log(), 0)
}

pub(crate) fn unlink(disk: &SimDisk) -> io::Result<()> {
    disk.unlink(&log())
}

/// Has the link lead to the other folder, from one moment to the next.
pub(crate) fn swap(disk: &SimDisk) -> io::Result<()> {
    let now = disk.resolve(Path::new(FOLDER))?;
    let other = FOLDERS.iter().find(|folder| Path::new(folder) != now);
    let other = other.expect("there are two");
    let new = Path::new("/log/new");
    disk.link(new, Path::new(other))?;
    disk.rename(new, Path::new(FOLDER))
}

/// Has nobody read any more.
pub(crate) fn deny(disk: &SimDisk, door: Door) -> io::Result<()> {
    let path = match door {
        Door::Log => log(),
        Door::Folder => PathBuf::from(FOLDER),
    };
    disk.set_access(&path, Access::Denied)
}

fn log() -> PathBuf {
    Path::new(FOLDER).join(NAME)
}

fn copied(number: usize) -> PathBuf {
    Path::new(FOLDER).join(format!("{NAME}.{number}"))
}
