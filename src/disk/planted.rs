//! Turns a name in a folder where everybody may write into a trusted one, or
//! an error: somebody else may have put a link or a file of theirs there.

use std::{
    io::{self, ErrorKind},
    path::Path,
};

use rustix::{
    fs::{AtFlags, CWD, FileType, StatxFlags},
    io::Errno,
    process,
};

/// Write for others.
const OTHERS: u32 = 0o002;

/// To whom something belongs, and what it is.
#[derive(Clone, Copy, Debug)]
struct Thing {
    user: u32,
    mode: u32,
}

/// Checks that nobody else has put what is at `path` into a folder where
/// everybody may write, as systems do that protect links and files there;
/// returns whether it is a link. Who opens what is none has to see to it that
/// none is followed that was made since.
///
/// Who made the folder is trusted, and root. Of a missing file nothing is
/// wrong.
///
/// # Errors
///
/// When it is somebody else's, or the system does not tell.
pub fn check_name(path: &Path) -> io::Result<bool> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    };
    let follows = AtFlags::empty();
    let (folder, thing) = match thing(folder, follows) {
        Ok(folder) => (folder, thing(path, AtFlags::SYMLINK_NOFOLLOW)),
        // What opens the file says it better.
        Err(Errno::NOENT | Errno::NOTDIR) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    match thing {
        Ok(thing) => {
            judge(process::geteuid().as_raw(), thing, folder)?;
            Ok(thing.is_link())
        }
        Err(Errno::NOENT) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

impl Thing {
    fn is_link(self) -> bool {
        FileType::from_raw_mode(self.mode) == FileType::Symlink
    }
}

fn thing(path: &Path, flags: AtFlags) -> Result<Thing, Errno> {
    let statx = rustix::fs::statx(CWD, path, flags, StatxFlags::BASIC_STATS)?;
    Ok(Thing { user: statx.stx_uid, mode: u32::from(statx.stx_mode) })
}

/// Judges what is in a folder in the eyes of the user `us`.
fn judge(us: u32, thing: Thing, folder: Thing) -> io::Result<()> {
    let is_trusted = [us, 0, folder.user].contains(&thing.user);
    if folder.mode & OTHERS == 0 || is_trusted {
        return Ok(());
    }
    let what = match thing.is_link() {
        true => "a link that another user has made",
        false => "it belongs to another user",
    };
    let why = format!("{what}, in a folder where everybody may write");
    Err(io::Error::new(ErrorKind::PermissionDenied, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// User and mode.
    type Pair = (u32, u32);

    #[track_caller]
    fn check(thing: Pair, folder: Pair, is_fine: bool) {
        let [thing, folder] =
            [thing, folder].map(|(user, mode)| Thing { user, mode });
        let judged = judge(1000, thing, folder);
        assert_eq!(judged.is_ok(), is_fine, "{thing:?} in {folder:?}");
    }

    #[test]
    fn what_others_have_planted_is_refused() {
        let (link, file) = (0o120_777, 0o100_666);
        for folder in [(0, 0o041_777), (0, 0o040_777), (7, 0o041_777)] {
            check((8, link), folder, false);
            check((8, file), folder, false);
            check((1000, link), folder, true);
            check((0, link), folder, true);
            check((folder.0, file), folder, true);
        }
        check((8, link), (0, 0o040_755), true);
        check((8, file), (0, 0o040_775), true);
    }
}
