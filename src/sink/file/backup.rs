//! Turns the names beside a file into the backups that its rotation made.
//!
//! They are named as those of kube-apiserver's log, after the time in UTC:
//! `STEM-2006-01-02T15-04-05.000.EXT`, and the same with `.gz`. In the order
//! of their names, they have what was written in the order in which it was.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    io,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use super::output::folder;
use crate::disk::Disk;

/// How a time is written in a name,
const TIME: &str = "%Y-%m-%dT%H-%M-%S%.3f";

/// and how long that is.
const DIGITS: usize = 23;

/// No two backups have the same time.
const APART: SignedDuration = SignedDuration::from_millis(1);

/// The names that go with one file.
#[derive(Clone, Debug)]
pub(super) struct Names {
    folder: PathBuf,
    /// What is before the time, and what is behind it.
    ends: [Vec<u8>; 2],
}

/// A file that was rotated.
#[derive(Clone, Debug)]
pub(super) struct Backup {
    pub time: Timestamp,
    /// What it is called, or was before it was compressed.
    pub path: PathBuf,
    pub is_plain: bool,
    /// Whether there is a compressed file. Beside a plain one, it is not
    /// finished.
    pub is_packed: bool,
}

impl Names {
    /// Returns the names that go with the file at `path`.
    pub(super) fn of(path: &Path) -> Names {
        let bytes = |part: Option<&OsStr>| {
            part.map_or(Vec::new(), |part| part.as_bytes().to_vec())
        };
        let [mut stem, mut end] =
            [path.file_stem(), path.extension()].map(bytes);
        stem.push(b'-');
        if path.extension().is_some() {
            end.insert(0, b'.');
        }
        Names { folder: folder(path).to_owned(), ends: [stem, end] }
    }

    /// Returns the directory that they are in.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns all backups, oldest first.
    pub(super) fn list(&self, disk: &dyn Disk) -> io::Result<Vec<Backup>> {
        let mut found = BTreeMap::new();
        for name in disk.list(&self.folder)? {
            let plain = name.as_bytes().strip_suffix(b".gz");
            let Some(time) = self.time(plain.unwrap_or(name.as_bytes()))
            else {
                continue;
            };
            let backup = found.entry(time).or_insert_with(|| Backup {
                time,
                path: self.path(time),
                is_plain: false,
                is_packed: false,
            });
            backup.is_packed |= plain.is_some();
            backup.is_plain |= plain.is_none();
        }
        Ok(found.into_values().collect())
    }

    /// Returns the plain backups that are newer than the one at `path`;
    /// none if that is no backup.
    pub(super) fn newer(
        &self,
        disk: &dyn Disk,
        path: &Path,
    ) -> io::Result<Vec<PathBuf>> {
        let name = path.file_name().unwrap_or_default();
        let Some(time) = self.time(name.as_bytes()) else {
            return Ok(Vec::new());
        };
        let mut all = self.list(disk)?;
        all.retain(|backup| backup.is_plain && backup.time > time);
        Ok(all.into_iter().map(|backup| backup.path).collect())
    }

    /// Returns a name that nobody has, newer than all others, whatever the
    /// clock says.
    pub(super) fn next(&self, disk: &dyn Disk) -> io::Result<PathBuf> {
        let newest = self.list(disk)?.last().map(|backup| backup.time);
        let after = newest.and_then(|time| time.checked_add(APART).ok());
        let now = now(disk);
        Ok(self.path(after.map_or(now, |after| after.max(now))))
    }

    fn path(&self, time: Timestamp) -> PathBuf {
        let [stem, end] = &self.ends;
        let time = time.strftime(TIME).to_string();
        let name = [stem, time.as_bytes(), end].concat();
        self.folder.join(OsString::from_vec(name))
    }

    fn time(&self, name: &[u8]) -> Option<Timestamp> {
        let [stem, end] = &self.ends;
        let time = name.strip_prefix(&stem[..])?.strip_suffix(&end[..])?;
        let text = std::str::from_utf8(time).ok()?;
        if text.len() != DIGITS {
            return None;
        }
        let time = DateTime::strptime(TIME, text).ok()?;
        Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
    }
}

impl Backup {
    /// Returns what it is called once it is compressed.
    pub(super) fn packed(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".gz");
        name.into()
    }
}

/// Returns the time.
pub(super) fn now(disk: &dyn Disk) -> Timestamp {
    Timestamp::try_from(disk.now()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_when() {
        let when: Timestamp = "2006-01-02T15:04:05.789999Z".parse().unwrap();
        let millis = when.as_millisecond();
        let millis = Timestamp::from_millisecond(millis).ok();
        for (own, expected) in [
            ("d/out.log", "d/out-2006-01-02T15-04-05.789.log"),
            ("d/a.b.log", "d/a.b-2006-01-02T15-04-05.789.log"),
            ("/d/out", "/d/out-2006-01-02T15-04-05.789"),
            ("/d/.out", "/d/.out-2006-01-02T15-04-05.789"),
        ] {
            let names = Names::of(Path::new(own));
            let path = names.path(when);
            assert_eq!(path, Path::new(expected));
            let name = path.file_name().unwrap().as_bytes();
            assert_eq!(names.time(name), millis);
        }
    }

    #[test]
    fn other_names_are_not_ours() {
        let names = Names::of(Path::new("d/out.log"));
        for name in [
            "out.log",
            "out-.log",
            "out-2006-01-02T15-04-05.log",
            "out-2006-01-02T15-04-05.789.txt",
            "out-2006-13-02T15-04-05.789.log",
            "out-2006-01-02T15-04-05.789-1.log",
            "outer-2006-01-02T15-04-05.789.log",
        ] {
            assert_eq!(names.time(name.as_bytes()), None, "{name}");
        }
    }
}
