//! Turns owners and modes into what somebody else could do to a file.

use std::{fmt, io, path::Path};

use rustix::{
    fs::{AtFlags, CWD, StatxFlags},
    io::Errno,
    process,
};

/// Write for the group, write for others, and the sticky bit.
const GROUP: u32 = 0o020;
const OTHERS: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// How somebody else could make a file say something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// It belongs to them.
    Owner,
    /// They may write to it.
    Mode,
    /// They may put another file in its place.
    Directory,
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Exposure::Owner => "belongs to another user",
            Exposure::Mode => "can be written by others (chmod 0600)",
            Exposure::Directory => {
                "its directory can be written by others; put it into one of \
                 its own (mode 0700)"
            }
        })
    }
}

/// To whom something belongs, and who may write.
#[derive(Clone, Copy, Debug)]
struct Rights {
    user: u32,
    group: u32,
    mode: u32,
}

/// Finds out how exposed the file at `path` is, of a missing one its place.
pub(super) fn find(path: &Path) -> io::Result<Option<Exposure>> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    };
    let us = process::geteuid().as_raw();
    let folder = rights(folder)?;
    match rights(path) {
        Ok(file) => Ok(judge(us, Some(file), folder)),
        Err(Errno::NOENT) => Ok(judge(us, None, folder)),
        Err(error) => Err(error.into()),
    }
}

fn rights(path: &Path) -> Result<Rights, Errno> {
    let wanted = StatxFlags::BASIC_STATS;
    let statx = rustix::fs::statx(CWD, path, AtFlags::empty(), wanted)?;
    Ok(Rights {
        user: statx.stx_uid,
        group: statx.stx_gid,
        mode: u32::from(statx.stx_mode),
    })
}

/// Judges a file and its directory in the eyes of the user `us`.
///
/// The owner of the directory is trusted: an administrator may look after
/// what a service keeps in a directory of its own.
fn judge(us: u32, file: Option<Rights>, folder: Rights) -> Option<Exposure> {
    // In a directory with the sticky bit nobody takes away our file, but
    // anybody may have been there first; hence the look at its owner.
    if folder.mode & STICKY == 0 && is_shared(us, folder) {
        return Some(Exposure::Directory);
    }
    let file = file?;
    if ![us, 0, folder.user].contains(&file.user) {
        Some(Exposure::Owner)
    } else if is_shared(us, file) {
        Some(Exposure::Mode)
    } else {
        None
    }
}

/// Returns whether users beside us and root may write. A group with root's
/// number or our own is taken for one that has nobody else in it, as where
/// the umask is 002.
fn is_shared(us: u32, rights: Rights) -> bool {
    let is_private = rights.group == 0 || rights.group == us;
    rights.mode & OTHERS != 0 || (rights.mode & GROUP != 0 && !is_private)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// User, group and mode.
    type Triple = (u32, u32, u32);

    #[track_caller]
    fn check(file: Option<Triple>, folder: Triple, found: Option<Exposure>) {
        let rights = |(user, group, mode)| Rights { user, group, mode };
        let exposure = judge(1000, file.map(rights), rights(folder));
        assert_eq!(exposure, found, "{file:?} in {folder:?}");
    }

    #[test]
    fn a_directory_that_others_write_to_is_refused_unless_sticky() {
        let (mine, shared) = ((1000, 1000, 0o600), Some(Exposure::Directory));
        for (folder, found) in [
            ((1000, 1000, 0o700), None),
            ((1000, 1000, 0o775), None),
            ((1000, 0, 0o775), None),
            ((1000, 100, 0o775), shared),
            ((0, 0, 0o777), shared),
            ((0, 0, 0o1777), None),
        ] {
            check(Some(mine), folder, found);
            check(None, folder, found);
        }
    }

    #[test]
    fn a_file_of_somebody_else_is_refused() {
        let sticky = (0, 0, 0o1777);
        check(Some((0, 0, 0o600)), sticky, None);
        check(Some((7, 7, 0o600)), sticky, Some(Exposure::Owner));
        check(Some((7, 7, 0o600)), (7, 7, 0o700), None);
        check(Some((1000, 100, 0o660)), sticky, Some(Exposure::Mode));
        check(Some((1000, 1000, 0o602)), sticky, Some(Exposure::Mode));
        check(Some((1000, 1000, 0o664)), sticky, None);
    }

    #[test]
    fn a_file_may_be_missing_and_its_directory_may_not() {
        let path = std::env::temp_dir().join("kaudit-filter-no-such-file");
        assert_eq!(find(&path).unwrap(), None);
        assert_eq!(find(Path::new("no-such-file")).unwrap(), None);
        assert!(find(&path.join("nor-this")).is_err());
    }
}
