//! The follower that one would write if reading cost nothing and each line
//! had a number: it reads everything again each turn, and writes what is not
//! in its output yet. With a flaw, it is what others do.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    io::{self, IoSlice, Read},
    mem,
    path::Path,
    rc::Rc,
    sync::Arc,
};

use flate2::read::MultiGzDecoder;
use kaudit_filter::disk::{Disk, File, FileId, Purpose, read};
use memchr::memmem;
use rustix::io::Errno;

use super::{
    apiserver::{NAME, is_compressed},
    disk::Process,
    events::{BEGIN, NUMBER},
    neighbour::FOLDER,
    story::{Follower, OUT, Start},
    truth::is_ours,
};

/// What the expression looks for.
const WANTED: &[u8] = b"\"code\":403";

/// What a follower may get wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It does what `tail -F` does: what has the name is read, nothing else.
    LikeTail,
    /// It passes compressed backups over.
    SkipsCompressed,
    /// It reads the file at the path and no backups.
    SkipsBackups,
    /// It does not hold files that have lost their name.
    LetsGo,
    /// It writes the begin of a line that is still being written.
    Hurries,
    /// When it starts, it does not look what is there already.
    Forgets,
    /// When it starts, it leaves the torn end of its output.
    LeavesTorn,
    /// It does not sync.
    TrustsPower,
    /// It holds that what a failed sync has left is as good as synced.
    TrustsCache,
    /// It goes on at the old offset in a file that was cut.
    Seeks,
    /// It says nothing of gaps.
    Hides,
    /// It calls each start a gap.
    CriesWolf,
}

/// Starts it. What it has taken of files that are not finished survives.
#[derive(Debug)]
pub(crate) struct Plain {
    flaw: Option<Flaw>,
    taken: Rc<RefCell<Vec<Vec<u8>>>>,
}

impl Plain {
    pub(crate) fn new(flaw: Option<Flaw>) -> Plain {
        Plain { flaw, taken: Rc::default() }
    }
}

impl Start for Plain {
    fn start(
        &mut self,
        process: &Process,
    ) -> Result<Box<dyn Follower>, String> {
        let run = Run {
            flaw: self.flaw,
            out: process
                .open(Path::new(OUT), Purpose::Append)
                .map_err(told)?,
            disk: Box::new(process.clone()),
            written: BTreeSet::new(),
            held: BTreeMap::new(),
            taken: Rc::clone(&self.taken),
            gaps: usize::from(self.flaw == Some(Flaw::CriesWolf)),
        };
        Ok(Box::new(run.resumed().map_err(told)?))
    }
}

/// A run of it.
#[derive(Debug)]
struct Run {
    flaw: Option<Flaw>,
    disk: Box<dyn Disk>,
    out: Arc<dyn File>,
    /// The lines in its output.
    written: BTreeSet<Vec<u8>>,
    held: BTreeMap<FileId, Held>,
    taken: Rc<RefCell<Vec<Vec<u8>>>>,
    gaps: usize,
}

#[derive(Debug)]
struct Held {
    file: Arc<dyn File>,
    /// How much was there in the last turn.
    before: usize,
    /// Whether no other file was at the path since it was.
    is_current: bool,
}

impl Follower for Run {
    fn turn(&mut self) -> Result<usize, String> {
        let view = self.look().map_err(told)?;
        match self.write_all(&view.logs) {
            Err(error) if is_full(&error) => return Ok(0),
            result => result.map_err(told)?,
        }
        if !self.has(Flaw::TrustsPower) {
            self.out.sync().map_err(told)?;
        }
        let gaps = self.remember(&view) + mem::take(&mut self.gaps);
        Ok(if self.has(Flaw::Hides) { 0 } else { gaps })
    }
}

/// What it sees in a turn.
#[derive(Debug, Default)]
struct View {
    /// All that can be read, and from where on it is looked at.
    logs: Vec<(Vec<u8>, usize)>,
    /// What is in the file at the path or, if there is none, in the one that
    /// was there last.
    current: Vec<Vec<u8>>,
    /// Whether something may be there that cannot be read.
    is_blind: bool,
}

impl Run {
    fn has(&self, flaw: Flaw) -> bool {
        let like_tail = [Flaw::SkipsBackups, Flaw::LetsGo, Flaw::Hides];
        let is_like_tail = self.flaw == Some(Flaw::LikeTail);
        self.flaw == Some(flaw) || is_like_tail && like_tail.contains(&flaw)
    }

    /// Takes up the output as it was left.
    fn resumed(mut self) -> io::Result<Run> {
        let size = self.out.stat()?.size as usize;
        let out = read(&*self.out, 0, size)?;
        let mut whole = out.iter().rposition(is_end).map_or(0, next);
        // A hole is what a power cut leaves.
        if let Some(hole) = out.iter().position(|byte| *byte == 0) {
            let before = out[..hole].iter().rposition(is_end);
            whole = before.map_or(0, next);
        }
        if !self.has(Flaw::LeavesTorn) {
            self.out.truncate(whole as u64)?;
        }
        if !self.has(Flaw::TrustsCache) {
            // What a failed sync has left is only in memory.
            write_at(&*self.out, &out[..whole])?;
        }
        if !self.has(Flaw::Forgets) {
            let lines = out[..whole].split_inclusive(is_end);
            self.written.extend(lines.map(<[u8]>::to_vec));
        }
        Ok(self)
    }

    fn look(&mut self) -> io::Result<View> {
        let mut view = View::default();
        if self.has(Flaw::LetsGo) {
            self.held.clear();
        }
        let folder = Path::new(FOLDER);
        let log = folder.join(NAME);
        let names = match self.disk.list(folder) {
            Ok(names) => names,
            Err(error) if is_denied(&error) => {
                view.is_blind = true;
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let mut paths: Vec<_> = names.iter().map(|n| folder.join(n)).collect();
        paths.retain(|path| match () {
            () if *path == log => true,
            () if self.has(Flaw::SkipsBackups) => false,
            () if self.has(Flaw::SkipsCompressed) => !is_compressed(path),
            () => is_ours(path),
        });
        // `audit-` comes before `audit.log`, and a `.1` behind it: by name,
        // but for numbers, is by age.
        paths.sort_by_key(|path| (*path == log, path.clone()));
        let mut current = None;
        for path in &paths {
            match self.disk.open(path, Purpose::Read) {
                Ok(file) => {
                    let id = file.stat()?.id;
                    current = (*path == log).then_some(id);
                    let new = Held { file, before: 0, is_current: false };
                    self.held.entry(id).or_insert(new);
                }
                Err(error) if is_denied(&error) => view.is_blind = true,
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        self.read_all(current, &mut view)?;
        Ok(view)
    }

    fn read_all(
        &mut self,
        current: Option<FileId>,
        view: &mut View,
    ) -> io::Result<()> {
        let seeks = self.has(Flaw::Seeks);
        for (id, held) in &mut self.held {
            if let Some(current) = current {
                held.is_current = current == *id;
            }
            let size = held.file.stat()?.size as usize;
            let bytes = read(&*held.file, 0, size)?;
            let mut log = bytes;
            if log.starts_with(&[0x1f, 0x8b]) {
                let gz = mem::take(&mut log);
                if MultiGzDecoder::new(&gz[..]).read_to_end(&mut log).is_err()
                {
                    continue;
                }
            }
            let whole = log.iter().rposition(is_end).map_or(0, next);
            if held.is_current {
                view.current.push(log[..whole].to_vec());
            }
            let from = if seeks { held.before.min(log.len()) } else { 0 };
            held.before = whole.max(held.before);
            view.logs.push((log, from));
        }
        Ok(())
    }

    /// Writes the lines that are not in the output yet, by their number.
    fn write_all(&mut self, logs: &[(Vec<u8>, usize)]) -> io::Result<()> {
        let logs = logs.iter().map(|(log, from)| &log[*from..]);
        let lines = logs.flat_map(|log| log.split_inclusive(is_end));
        let mut wanted: Vec<_> =
            lines.flat_map(|line| self.wanted(line)).collect();
        wanted.sort_by_key(|line| line[NUMBER.min(line.len())..].to_vec());
        wanted.into_iter().try_for_each(|line| self.write(line))
    }

    /// Returns what is to be kept of a line.
    fn wanted(&self, line: &[u8]) -> Vec<Vec<u8>> {
        let hurries = self.has(Flaw::Hurries);
        if !line.ends_with(b"\n") && !hurries {
            return Vec::new();
        }
        let begins = memmem::find_iter(line, BEGIN);
        let begins: Vec<_> = begins.chain([line.len()]).collect();
        let pieces = begins.windows(2).map(|at| &line[at[0]..at[1]]);
        let wanted = pieces.map(<[u8]>::trim_ascii_end).filter(|piece| {
            let is_whole = piece.ends_with(b"\"}") && !piece.contains(&0);
            let is_wanted = memmem::find(piece, WANTED).is_some();
            if is_whole { is_wanted } else { hurries }
        });
        wanted.map(|piece| [piece, b"\n"].concat()).collect()
    }

    fn write(&mut self, line: Vec<u8>) -> io::Result<()> {
        if self.written.contains(&line) {
            return Ok(());
        }
        let size = self.out.stat()?.size;
        let mut rest = &line[..];
        while !rest.is_empty() {
            match self.out.append(&[IoSlice::new(rest)]) {
                Ok(taken) => rest = &rest[taken..],
                Err(error) => {
                    self.out.truncate(size)?;
                    return Err(error);
                }
            }
        }
        self.written.insert(line);
        Ok(())
    }

    /// Remembers what was taken; returns in how many files the place is lost
    /// up to which they were read.
    fn remember(&mut self, view: &View) -> usize {
        let mut taken = self.taken.borrow_mut();
        let is_there = |taken: &Vec<u8>| {
            view.logs.iter().any(|(log, _)| log.starts_with(taken))
        };
        let mut gone = taken.clone();
        gone.retain(|taken| !is_there(taken));
        if !view.current.is_empty() {
            taken.clone_from(&view.current);
            taken.retain(|log| !log.is_empty());
        } else {
            taken.retain(is_there);
        }
        if view.is_blind {
            taken.append(&mut gone);
        }
        gone.len()
    }
}

fn is_end(byte: &u8) -> bool {
    *byte == b'\n'
}

fn next(at: usize) -> usize {
    at + 1
}

fn told(error: io::Error) -> String {
    error.to_string()
}

fn is_full(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NOSPC.raw_os_error())
}

fn is_denied(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::ACCESS.raw_os_error())
}

fn is_missing(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NOENT.raw_os_error())
}

/// Writes all of `bytes` at the begin of a file.
fn write_at(file: &dyn File, bytes: &[u8]) -> io::Result<()> {
    let mut at = 0;
    while at < bytes.len() {
        at += file.write_at(&bytes[at..], at as u64)?;
    }
    Ok(())
}
