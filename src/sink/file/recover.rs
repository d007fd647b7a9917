//! Turns a file, and what a checkpoint says of it, into one that ends with a
//! whole line, and the lines behind the last commit.
//!
//! The file at the path may be another one than that which was written: it
//! was renamed (then the old one is looked for beside it), or copied and cut
//! to nothing. What the old one or the copy holds behind the last commit
//! counts as written, wherever it is.

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use rustix::io::Errno;

use super::{
    Error, Remark,
    backup::Names,
    beside::{Elsewhere, Found, Relation, find, holds},
    output::Output,
    replay::Line,
    rotation::Upkeep,
    tail::Tail,
};
use crate::{
    checkpoint::Mark,
    disk::{self, Disk, File, FileId, Purpose, Stat},
};

/// A file that is not known to be ours is read in search of lines that may
/// come again only up to this length.
const UNKNOWN: u64 = 64 << 20;

/// How far back the begin of the line before one is looked for.
const FAR: u64 = 1 << 20;

/// Bytes that are written once more at a time.
const PIECE: u64 = 128 << 10;

/// What a broken disk answers.
const BROKEN: i32 = Errno::IO.raw_os_error();

/// What a recovery comes to.
#[derive(Debug)]
pub(super) struct Recovered {
    pub output: Output,
    /// Where what was written is, if not in `output`, oldest first.
    pub chain: Vec<Elsewhere>,
    /// What may come again, in all of them; places are counted on from file
    /// to file.
    pub lines: Vec<Line>,
    pub remarks: Vec<Remark>,
}

/// Opens the file at `path` and takes it up where `last` says.
pub(super) fn recover(
    disk: &dyn Disk,
    path: &Path,
    upkeep: &Upkeep,
    last: &Mark,
) -> Result<Recovered, Error> {
    let head = upkeep.head_length();
    let output = Output::open(disk, path, upkeep.mode)?;
    let mut recovered = Recovered::new(output);
    // Beside a link there is nothing.
    let path = &disk.resolve(path)?;
    match Standing::of(&recovered.output, last, head)? {
        Standing::Here => {
            recovered.go_on(last)?;
            let Output { id, .. } = recovered.output;
            let written = last.len..recovered.output.length();
            renew(disk, path, id, written)?;
        }
        Standing::Shorter => {
            let left = recovered.output.length();
            recovered.search(disk, path, (last, head), left)?;
            recovered.look_through()?;
        }
        Standing::Another => {
            recovered.search(disk, path, (last, head), 0)?;
            recovered.look_through()?;
        }
    }
    Ok(recovered)
}

/// What the file at the path is to the one that was written.
#[derive(Clone, Copy, Debug)]
enum Standing {
    /// The same.
    Here,
    /// The same, but somebody has cut it.
    Shorter,
    /// Another one, or one that was written anew.
    Another,
}

impl Standing {
    fn of(output: &Output, last: &Mark, head: u64) -> io::Result<Standing> {
        let is_same = output.id == last.file;
        let holds = holds(&*output.file, output.length(), last)?;
        Ok(match (is_same, holds) {
            (true, true) => Standing::Here,
            // Numbers of devices may change when a machine starts; some
            // hundred bytes at their place are better evidence, if they are
            // more than what all files begin with.
            (false, true) if last.len > head => Standing::Here,
            (true, false) if output.length() < last.len => Standing::Shorter,
            (true | false, _) => Standing::Another,
        })
    }
}

impl Recovered {
    /// Nothing comes again to a file that nothing is known of.
    pub(super) fn new(output: Output) -> Recovered {
        let (lines, remarks) = (Vec::new(), Vec::new());
        Recovered { output, chain: Vec::new(), lines, remarks }
    }

    /// Takes up our own file.
    ///
    /// * What is torn at its end is cut off, for it comes again; unless it is
    ///   no begin of an object, among objects. Then somebody else wrote it:
    ///   it stays, and gets an end.
    fn go_on(&mut self, last: &Mark) -> io::Result<()> {
        let size = self.output.length();
        let file = &*self.output.file;
        let tail = Tail::read(file, begin(last), last.len, size)?;
        let is_ours = match &tail.torn {
            Some(torn) => is_alike(file, torn.start)?,
            None => true,
        };
        self.add(tail.lines);
        if !is_ours {
            self.add(tail.torn);
            return self.output.end_part();
        }
        if tail.end < size {
            self.output.cut(tail.end)?;
            self.remarks.push(Remark::Cut { bytes: size - tail.end });
        }
        Ok(())
    }

    /// Reads a file that took the place of ours, or was cut and written to
    /// since. Lines of ours may be in it all the same, but nothing that could
    /// be cut off for certain.
    ///
    /// * A line that lacks its end is not in the file yet. It is given one
    ///   before anybody writes behind it. If it is a part only, it is
    ///   replaced when its line comes.
    fn look_through(&mut self) -> io::Result<()> {
        let size = self.output.length();
        // A disk that takes nothing now gets it before the next line.
        let is_ended = self.output.end_part().is_ok();
        if size <= UNKNOWN {
            let tail = Tail::read(&*self.output.file, 0, size, size)?;
            let torn = tail.torn.filter(|_| is_ended);
            self.add(tail.lines.into_iter().chain(torn));
        }
        Ok(())
    }

    fn add(&mut self, lines: impl IntoIterator<Item = Line>) {
        let base = self.base();
        let lines = lines.into_iter();
        self.lines.extend(
            lines.map(|line| Line { start: base + line.start, ..line }),
        );
    }

    /// Returns the place of the first byte of `output`.
    pub(super) fn base(&self) -> u64 {
        self.chain.last().map_or(0, Elsewhere::end)
    }

    /// Looks beside the path for what was written; at the path, `left` bytes
    /// of it are left.
    fn search(
        &mut self,
        disk: &dyn Disk,
        path: &Path,
        (last, head): (&Mark, u64),
        left: u64,
    ) -> io::Result<()> {
        let Some(found) = find(disk, path, self.output.id, last, head)? else {
            // A head is no loss.
            if left.max(head) < last.len {
                let (from, bytes) = (left, last.len - left);
                self.remarks.push(Remark::Lost { from, bytes });
            }
            return Ok(());
        };
        let (own, again) = (Names::of(path), begin(last));
        let Found { path, file, size, relation, .. } = &found;
        let settled = match relation {
            Relation::Same => last.len,
            // What a copy holds, it keeps.
            Relation::Copy => *size,
        };
        let Tail { lines, end, .. } =
            Tail::read(&**file, again, settled, *size)?;
        self.pass(disk, &found, settled..end, lines)?;
        let newer = match relation {
            Relation::Same => own.newer(disk, path)?,
            Relation::Copy => Vec::new(),
        };
        self.remarks.push(Remark::Elsewhere { path: path.clone() });
        newer.into_iter().try_for_each(|path| self.pass_newer(disk, path))
    }

    /// Passes over a backup, for the file was rotated more than once.
    ///
    /// * It may have been settled, whatever is in it. But rotated is behind
    ///   a whole line, so if the last one has no end, it is torn.
    fn pass_newer(
        &mut self,
        disk: &dyn Disk,
        path: PathBuf,
    ) -> io::Result<()> {
        let file = disk.open(&path, Purpose::Append)?;
        let Stat { id, size, .. } = file.stat()?;
        let Tail { lines, torn, .. } = Tail::read(&*file, 0, size, size)?;
        let end = torn.map_or(size, |torn| torn.start);
        let relation = Relation::Same;
        let found = Found { path, id, file, size, relation };
        self.pass(disk, &found, 0..end, lines)
    }

    /// Passes over a file that is not written any more, and holds `lines` up
    /// to the end of `unsure`, of which nobody knows whether it is on the
    /// disk.
    fn pass(
        &mut self,
        disk: &dyn Disk,
        found: &Found,
        unsure: Range<u64>,
        lines: Vec<Line>,
    ) -> io::Result<()> {
        let Found { path, id, file, size, .. } = found;
        let end = unsure.end;
        if end < *size {
            file.truncate(end)?;
            self.remarks.push(Remark::Cut { bytes: size - end });
        }
        // What is in there is not written again, so it has to survive.
        renew(disk, path, *id, unsure)?;
        file.sync()?;
        let begin = self.base();
        self.add(lines);
        self.chain.push(Elsewhere::new(*id, &**file, begin, end)?);
        Ok(())
    }
}

/// Writes a range of a file once more, in its place.
///
/// The run before may have ended because the system could not write it to
/// the disk. Then it is still in memory, and no sync would ever try again.
///
/// * A file that may only be appended to, or a disk without room, is no
///   reason not to go on. A broken disk is one: what cannot be written again
///   would pass for safe.
fn renew(
    disk: &dyn Disk,
    path: &Path,
    id: FileId,
    range: Range<u64>,
) -> io::Result<()> {
    match write_again(disk, path, id, range) {
        Err(error) if error.raw_os_error() == Some(BROKEN) => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn write_again(
    disk: &dyn Disk,
    path: &Path,
    id: FileId,
    mut range: Range<u64>,
) -> io::Result<()> {
    if range.is_empty() {
        return Ok(());
    }
    let file = disk.open(&disk.resolve(path)?, Purpose::State)?;
    if file.stat()?.id != id {
        return Ok(());
    }
    while !range.is_empty() {
        let wanted = (range.end - range.start).min(PIECE);
        let bytes = disk::read(&*file, range.start, wanted as usize)?;
        let written = file.write_at(&bytes, range.start)?;
        if written == 0 {
            break;
        }
        range.start += written as u64;
    }
    Ok(())
}

/// Returns where the lines begin that may come again.
fn begin(last: &Mark) -> u64 {
    last.again.unwrap_or(last.len)
}

/// Returns whether the line at `at` begins as an object, if the line before
/// it does.
fn is_alike(file: &dyn File, at: u64) -> io::Result<bool> {
    let from = at.saturating_sub(FAR);
    let before = disk::read(file, from, (at - from) as usize)?;
    let line = before.strip_suffix(b"\n").unwrap_or(&before);
    let begin = match memchr::memrchr(b'\n', line) {
        Some(newline) => newline + 1,
        None if from == 0 => 0,
        // Nobody writes lines as long by hand.
        None => return Ok(true),
    };
    let mut torn = [0];
    file.read_at(&mut torn, at)?;
    Ok(before.get(begin) != Some(&b'{') || torn == *b"{")
}
