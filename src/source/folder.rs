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

/// How what bzip2 has made begins; its heads may have no NUL byte.
const BZIP2: &[u8] = b"BZh";

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

/// Returns whether a file that begins so is obviously no log. A log that was
/// cut under its writer begins with NUL bytes, and has none behind them.
fn is_odd(head: &[u8]) -> bool {
    let text = head.iter().position(|&byte| byte != 0);
    let text = &head[text.unwrap_or(head.len())..];
    let is_packed = PACKED.iter().any(|magic| head.starts_with(magic));
    let is_known = [CHECKPOINT, BZIP2].iter().any(|it| text.starts_with(it));
    is_known || (!is_packed && text.contains(&0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_as_something_else_is_no_log() {
        for head in [
            &b"\x7fELF\x02\x01\x01\0\0\0"[..],
            b"BZh91AY&SY",
            b"\xfd7zXZ\0",
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
