//! Finds the file that was written, beside the one that has its name now.

use std::{
    ffi::OsStr,
    io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::output::folder;
use crate::{
    checkpoint::Mark,
    disk::{Disk, File, FileId, Kind, Print, Purpose, Stat},
};

/// Looks for the file that was written; where it is not there, for a copy
/// whose name begins as its own.
///
/// * All files of ours begin with the same `head`: by that alone, none is
///   known.
pub(super) fn find(
    disk: &dyn Disk,
    own: &Path,
    here: FileId,
    last: &Mark,
    head: u64,
) -> io::Result<Option<Found>> {
    let mut copy = None;
    for name in disk.list(folder(own))? {
        let path = folder(own).join(&name);
        let Ok(stat) = disk.stat(&path) else { continue };
        if stat.id == here || stat.kind != Kind::Regular {
            continue;
        }
        if stat.id == last.file {
            let file = disk.open(&path, Purpose::Append)?;
            let found = Found::of(path, file, last, Relation::Same)?;
            if found.is_some() {
                return Ok(found);
            }
        } else if last.len > head && begins_alike(own, &name) {
            // What we may not even read is no copy of ours.
            let file = disk.open(&path, Purpose::Read);
            let Ok(file) = file else { continue };
            copy = copy.or(Found::of(path, file, last, Relation::Copy)?);
        }
    }
    Ok(copy)
}

/// A file beside ours that holds what was written.
pub(super) struct Found {
    pub path: PathBuf,
    pub id: FileId,
    pub file: Arc<dyn File>,
    pub size: u64,
    pub relation: Relation,
}

/// What a file is to the one that was written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Same,
    Copy,
}

impl Found {
    fn of(
        path: PathBuf,
        file: Arc<dyn File>,
        last: &Mark,
        relation: Relation,
    ) -> io::Result<Option<Found>> {
        let Stat { id, size, .. } = file.stat()?;
        let holds = holds(&*file, size, last)?;
        Ok(holds.then_some(Found { path, id, file, size, relation }))
    }
}

/// Returns whether a name begins as the name of `path` up to its first dot:
/// `out.log.1` and `out-20260101.log` do for `out.log`.
fn begins_alike(path: &Path, name: &OsStr) -> bool {
    let own = path.file_name().map_or(&b""[..], OsStr::as_bytes);
    let dot = own.iter().skip(1).position(|&byte| byte == b'.');
    let stem = dot.map_or(own, |dot| &own[..=dot]);
    name.as_bytes().starts_with(stem)
}

/// A file that is not written any more, with lines that may come again.
#[derive(Debug)]
pub(super) struct Elsewhere {
    pub id: FileId,
    /// The place of its first byte, where places are counted on from file
    /// to file.
    pub begin: u64,
    /// Where its last whole line ends, in it.
    len: u64,
    guard: Print,
}

impl Elsewhere {
    /// Remembers a file that ends at `len`.
    pub(super) fn new(
        id: FileId,
        file: &dyn File,
        begin: u64,
        len: u64,
    ) -> io::Result<Elsewhere> {
        let guard = Print::before(file, len)?;
        Ok(Elsewhere { id, begin, len, guard })
    }

    /// Returns the place behind its last byte.
    pub(super) fn end(&self) -> u64 {
        self.begin + self.len
    }

    /// Returns how far it was written, with lines from the place `again` on
    /// that may come once more.
    pub(super) fn mark(&self, again: u64) -> Mark {
        let again = again.saturating_sub(self.begin).min(self.len);
        let (file, len, guard) = (self.id, self.len, self.guard.clone());
        Mark { file, len, guard, again: Some(again) }
    }
}

/// Returns whether a file has what was written, up to the last commit.
pub(super) fn holds(
    file: &dyn File,
    size: u64,
    last: &Mark,
) -> io::Result<bool> {
    Ok(size >= last.len && Print::before(file, last.len)? == last.guard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_files_have_names_that_begin_alike() {
        for (own, name, expected) in [
            ("d/out.log", "out.log.1", true),
            ("d/out.log", "out-20260101.log", true),
            ("d/out.log", "ou.log", false),
            ("d/.out.log", ".out-1", true),
            ("d/.out", "another", false),
            ("d/out", "out.1", true),
        ] {
            let found = begins_alike(Path::new(own), OsStr::new(name));
            assert_eq!(found, expected, "{own} {name}");
        }
    }
}
