//! Turns a folder of backups into the steps by which lumberjack's mill
//! prunes and compresses them, so that a test can stand between any two.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

/// One thing that the mill does to the folder.
#[derive(Debug)]
pub(crate) enum Step {
    /// Removes a backup that is one too many, or the plain one behind its
    /// compressed twin.
    Remove(PathBuf),
    /// Makes the compressed file anew, with nothing in it.
    Open(PathBuf),
    /// Appends to the compressed file.
    Fill(PathBuf, Vec<u8>),
}

impl Step {
    /// Does it.
    pub(crate) fn take(self) {
        match self {
            Step::Remove(path) => fs::remove_file(path).unwrap(),
            Step::Open(path) => drop(File::create(path).unwrap()),
            Step::Fill(path, bytes) => {
                let file = File::options().append(true).open(path);
                file.unwrap().write_all(&bytes).unwrap();
            }
        }
    }
}

/// What the mill leaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// How many backups are kept.
    pub(crate) backups: usize,
    /// Whether backups are compressed.
    pub(crate) form: Form,
}

/// In which form backups are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Gzip,
}

/// Returns what the mill does in `folder`, in its order: it prunes, and then
/// compresses, the newest first.
pub(crate) fn plan(folder: &Path, habits: Habits) -> VecDeque<Step> {
    let mut backups = backups(folder);
    let mut names: Vec<&str> = backups.iter().map(|b| plain(b)).collect();
    names.dedup();
    let keep = names.len().saturating_sub(habits.backups);
    let oldest = names.get(keep).map(|name| (*name).to_owned());
    let (mut steps, mut left) = (VecDeque::new(), Vec::new());
    for name in backups.drain(..) {
        match oldest.as_ref().is_some_and(|oldest| name >= *oldest) {
            true => left.push(name),
            false => steps.push_back(Step::Remove(folder.join(name))),
        }
    }
    if habits.form == Form::Gzip {
        left.reverse();
        for name in left.iter().filter(|name| !name.ends_with(".gz")) {
            steps.extend(compression(&folder.join(name)));
        }
    }
    steps
}

/// Returns the names of all backups, compressed or not, oldest first.
pub(crate) fn backups(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut backups: Vec<_> =
        names.filter(|name| name.starts_with("audit-")).collect();
    backups.sort();
    backups
}

fn plain(name: &str) -> &str {
    name.strip_suffix(".gz").unwrap_or(name)
}

/// Returns how one backup is compressed: while the plain one is there, the
/// other is not whole.
fn compression(path: &Path) -> Vec<Step> {
    let to = path.with_extension("log.gz");
    let bytes = gzip(&fs::read(path).unwrap());
    // Go's compressor writes when its window is full: a few writes a file.
    let piece = bytes.len() / 4 + 1;
    let mut steps = vec![Step::Open(to.clone())];
    let pieces = bytes.chunks(piece).map(<[u8]>::to_vec);
    steps.extend(pieces.map(|bytes| Step::Fill(to.clone(), bytes)));
    steps.push(Step::Remove(path.to_owned()));
    steps
}

/// Returns `bytes` compressed, as the mill does.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
