//! Turns a followed path into the folders where its files are, and into the
//! names that they have there.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::family::Family;
use crate::disk::{Disk, FileId};

/// The names of rotated files. Of one that may be given to another file, or
/// whose file may grow, also which file has it and how long that is.
pub(super) type Kin = BTreeMap<(PathBuf, OsString), Option<(FileId, u64)>>;

/// Returns the names of the rotated files there are: where they are the same
/// again, no file has come.
pub(super) fn kin(disk: &Arc<dyn Disk>, path: &Path) -> Kin {
    let mut kin = Kin::new();
    for home in homes(disk, path) {
        let Some(name) = home.file_name() else { continue };
        let family = Family::new(name);
        let folder = folder(&home);
        // Who may not list the folder sees no names.
        for name in disk.list(folder).unwrap_or_default() {
            let Some(rotated) = family.rotated(&name) else { continue };
            let stat = match rotated.is_closed {
                true => None,
                false => disk.stat(&folder.join(&name)).ok(),
            };
            let state = stat.map(|stat| (stat.id, stat.size));
            kin.insert((folder.to_owned(), name), state);
        }
    }
    kin
}

/// Returns which file the path leads to, if any.
pub(super) fn lead(
    disk: &Arc<dyn Disk>,
    path: &Path,
) -> io::Result<Option<FileId>> {
    match disk.stat(path) {
        Ok(stat) => Ok(Some(stat.id)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns whether an error says that there is no such file.
pub(super) fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Returns the paths beside which rotated files may be: the one given, and
/// the one that it leads to by symbolic links.
pub(super) fn homes(disk: &Arc<dyn Disk>, path: &Path) -> Vec<PathBuf> {
    let mut homes = vec![path.to_owned()];
    let name = path.file_name().unwrap_or_default();
    let here = disk.resolve(folder(path)).map(|folder| folder.join(name));
    if let (Ok(real), Ok(here)) = (disk.resolve(path), here)
        && real != here
    {
        homes.push(real);
    }
    homes
}

/// Returns the path of a file beside `path`.
pub(super) fn beside(path: &Path, name: impl AsRef<OsStr>) -> PathBuf {
    path.with_file_name(name.as_ref())
}

/// Returns the folder that a path is in.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    }
}
