//! Turns folders into the files below them that may be logs.
//!
//! Hidden names are passed over, and so is what is no regular file. Links are
//! followed; whatever they lead to, a folder or a file is there once. What is
//! obviously no log is named apart.

use std::{
    collections::HashSet,
    fs::{self, File, Metadata},
    io::{self, Read},
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use super::{Name, lineages};

/// How much of a file shows what it is.
const HEAD: u64 = 4 << 10;

/// How a checkpoint begins.
const CHECKPOINT: &[u8] = br#"{"kaudit-filter":"checkpoint""#;

/// How what bzip2 and xz have made begins; their heads may look like text.
const BZIP2: &[u8] = b"BZh";
const XZ: &[u8] = b"\xfd7zXZ\0";

/// What the head of an archive of tar has, and where: it has NUL bytes, as
/// holes have them, and otherwise text.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// How files begin that are packed, and opened.
const PACKED: [&[u8]; 2] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd"];

/// A walk through folders.
#[derive(Debug, Default)]
pub struct Walk {
    /// Files and folders that need no second visit.
    seen: HashSet<(u64, u64)>,
    /// What was found that is obviously no log.
    pub odd: Vec<PathBuf>,
}

impl Walk {
    /// Begins a walk that passes over the files of these names, such as those
    /// that are written meanwhile.
    pub fn without<'p>(files: impl IntoIterator<Item = &'p Path>) -> Walk {
        let known =
            files.into_iter().filter_map(|path| fs::metadata(path).ok());
        Walk { seen: known.map(|it| id(&it)).collect(), odd: Vec::new() }
    }

    /// Returns the files below a folder: those in it, each log's oldest first,
    /// then those in its folders, one after the other. What is no folder is
    /// returned as it is, and so is what cannot be read: who opens it says
    /// why.
    pub fn files(&mut self, name: &Name) -> Vec<Name> {
        let Name::Path(path) = name else { return vec![name.clone()] };
        if !path.is_dir() {
            return vec![name.clone()];
        }
        let (mut files, mut open) = (Vec::new(), vec![path.clone()]);
        while let Some(folder) = open.pop() {
            match self.look(&folder) {
                Ok((within, below)) => {
                    files.extend(in_order(within));
                    open.extend(below.into_iter().rev());
                }
                Err(_) => files.push(Name::Path(folder)),
            }
        }
        files
    }

    /// Returns the files in a folder, and its folders.
    fn look(
        &mut self,
        folder: &Path,
    ) -> io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        if !self.seen.insert(id(&fs::metadata(folder)?)) {
            return Ok((files, folders));
        }
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder)? {
            paths.push(entry?.path());
        }
        paths.sort();
        for path in paths.into_iter().filter(|path| !is_hidden(path)) {
            match fs::metadata(&path) {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => {
                    if self.seen.insert(id(&kind)) {
                        self.sort(path, &mut files);
                    }
                }
                Ok(_) => {}
                Err(_) => self.odd.push(path),
            }
        }
        Ok((files, folders))
    }

    fn sort(&mut self, path: PathBuf, files: &mut Vec<PathBuf>) {
        match head(&path) {
            Ok(head) if is_odd(&head) => self.odd.push(path),
            Ok(_) | Err(_) => files.push(path),
        }
    }
}

fn in_order(files: Vec<PathBuf>) -> impl Iterator<Item = Name> {
    let names: Vec<Name> = files.into_iter().map(Name::Path).collect();
    let order = lineages(&names).concat();
    order.into_iter().map(move |number| names[number].clone())
}

fn id(kind: &Metadata) -> (u64, u64) {
    (kind.dev(), kind.ino())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_bytes().starts_with(b"."))
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// Returns whether a file that begins so is obviously no log.
///
/// A log that was cut under its writer begins with NUL bytes, and one that
/// was being written when the power failed has a hole of them anywhere, so
/// these alone do not tell.
fn is_odd(head: &[u8]) -> bool {
    let text = head.iter().position(|&byte| byte != 0);
    let text = &head[text.unwrap_or(head.len())..];
    if [CHECKPOINT, BZIP2, XZ].iter().any(|it| text.starts_with(it)) {
        return true;
    }
    let is_packed = PACKED.iter().any(|magic| head.starts_with(magic));
    let (at, magic) = TAR;
    let is_tar = head.get(at..).is_some_and(|it| it.starts_with(magic));
    !is_packed && text.contains(&0) && (is_tar || !is_holed(text))
}

/// Returns whether NUL bytes in what begins a file are holes in a text: they
/// stand together, unlike those of UTF-16 and between names, and beside them
/// there is nothing that text does not have.
fn is_holed(head: &[u8]) -> bool {
    let is_text = |byte: &u8| match byte {
        0 | b'\t' | b'\n' | b'\r' | 0x1b => true,
        other => !other.is_ascii_control(),
    };
    let mut runs = head.split(|&byte| byte != 0).filter(|run| !run.is_empty());
    head.iter().all(is_text) && runs.all(|run| run.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of an archive that holds a log.
    fn tar() -> Vec<u8> {
        let mut head = vec![0; 512];
        head[..5].copy_from_slice(b"a.log");
        head[257..265].copy_from_slice(b"ustar  \0");
        [&head[..], b"{\"kind\":\"Event\"}\n"].concat()
    }

    #[test]
    fn a_log_with_a_hole_is_a_log() {
        for head in [
            &b"{\"kind\":\"Event\"}\n\0\0\0{\"kind\":\"Event\"}\n"[..],
            b"\0\0{\"kind\":\"Event\"}\n\0\0\0{\"kind\":",
            b"{\"kind\":\"Ev\0\0\0\0verb\":\"get\"}\n",
            b"{\"kind\":\"Event\"}\n{\"k\0\0",
            b"I0302 06:00:00 \x1b[1mtext\x1b[0m\n\0\0\0",
        ] {
            assert!(!is_odd(head), "{}", head.escape_ascii());
        }
    }

    #[test]
    fn what_begins_as_something_else_is_no_log() {
        for head in [
            &b"\x7fELF\x02\x01\x01\0\0\0"[..],
            b"BZh91AY&SY",
            b"\xfd7zXZ\0",
            b"SQLite format 3\0\x10\0\x02\x02\0\0\0\0",
            b"{\0\"\0k\0i\0n\0d\0\"\0:\0",
            b"\0{\0\"\0k\0i\0n\0d\0\"",
            b"a.log\0b.log\0",
            &tar(),
            br#"{"kaudit-filter":"checkpoint","crc":"1"#,
        ] {
            assert!(is_odd(head), "{}", head.escape_ascii());
        }
        for head in [
            &b""[..],
            b"\0\0\0",
            b"\0\0{\"kind\":\"Event\"}",
            b"{\"kind\":\"Event\"}\n",
            b"I0302 06:00:00 text\n",
            b"\x1f\x8b\x08\0\0\0",
            b"\x28\xb5\x2f\xfd\0",
        ] {
            assert!(!is_odd(head), "{}", head.escape_ascii());
        }
    }
}
