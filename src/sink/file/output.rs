//! Turns slices into whole lines at the end of one open file.
//!
//! What the disk has no room for leaves no trace: the part of a line that
//! did fit is cut off again.

use std::{
    io::{self, ErrorKind, IoSlice},
    mem,
    path::Path,
    sync::Arc,
};

use memchr::memrchr;

use super::Error;
use crate::{
    checkpoint::Mark,
    disk::{self, Disk, File, FileId, Kind, Print, Purpose},
};

/// The most slices that one system call takes (`IOV_MAX`).
const SLICES: usize = 1024;

/// The mode of files that are made.
const MODE: u32 = 0o600;

/// How far back the begin of a last line without an end is looked for.
const PART: u64 = 64 << 10;

/// A regular file that nobody else of our kind appends to.
#[derive(Debug)]
pub(super) struct Output {
    pub file: Arc<dyn File>,
    pub id: FileId,
    /// End of the last whole line, of ours or of what we found.
    whole: u64,
    /// End of what we wrote or found. Behind `whole` stands a line that the
    /// disk had no room for, and that could not be cut off yet.
    end: u64,
    ending: Ending,
    /// Whether the rest of a line is still to come that we wrote a part of.
    is_amid: bool,
}

/// How the file that was found ends.
#[derive(Debug)]
enum Ending {
    /// With a whole line.
    Whole,
    /// With this part of a line.
    Part(Vec<u8>),
    /// With so much of a line that nobody looks for its begin.
    LongPart,
    /// With this part of a line, and the newline that we gave it.
    Mended(Vec<u8>),
}

/// Where an append ended, and why.
#[derive(Debug)]
pub(super) struct Refusal {
    /// How many of the bytes are there to stay.
    pub kept: usize,
    pub error: io::Error,
}

impl Output {
    /// Opens a file to append to, for ourselves alone. An empty one gets the
    /// mode.
    pub(super) fn open(
        disk: &dyn Disk,
        path: &Path,
        mode: u32,
    ) -> Result<Output, Error> {
        let file = disk.open(path, Purpose::Append)?;
        let stat = file.stat()?;
        if stat.kind != Kind::Regular {
            return Err(Error::Irregular);
        }
        if !file.lock()? {
            return Err(Error::Locked);
        }
        if stat.size == 0 {
            if mode != MODE {
                file.set_mode(mode)?;
            }
            sync_name(disk, path);
        }
        let (id, whole, end) = (stat.id, 0, 0);
        let ending = Ending::Whole;
        let is_amid = false;
        let mut output = Output { file, id, whole, end, ending, is_amid };
        output.go_on_at(stat.size)?;
        Ok(output)
    }

    /// Returns where the last whole line ends that is there to stay.
    pub(super) fn length(&self) -> u64 {
        match &self.ending {
            Ending::Whole | Ending::Part(_) | Ending::LongPart => self.whole,
            Ending::Mended(part) => self.whole - mended(part),
        }
    }

    /// Returns how far it was written, with lines from `again` on that may
    /// come once more.
    pub(super) fn mark(&self, again: u64) -> io::Result<Mark> {
        let (file, len) = (self.id, self.length());
        let guard = Print::before(&*self.file, len)?;
        let again = (again < len).then_some(again);
        Ok(Mark { file, len, guard, again })
    }

    /// Takes `size` for the end, where it is not us who made it so.
    pub(super) fn go_on_at(&mut self, size: u64) -> io::Result<()> {
        self.ending = Ending::at(&*self.file, size)?;
        (self.whole, self.end) = (size, size);
        Ok(())
    }

    /// Cuts off all behind `length`, the end of a line.
    pub(super) fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.truncate(length)?;
        self.go_on_at(length)
    }

    /// Gives a part of a line its end at once, so that nobody else writes
    /// behind it. It is taken away again where its line comes.
    pub(super) fn end_part(&mut self) -> io::Result<()> {
        if let Ending::Whole | Ending::Mended(_) = self.ending {
            return Ok(());
        }
        // A disk that takes nothing leaves the part what it is.
        self.end += some(self.file.append(&[IoSlice::new(b"\n")]))? as u64;
        self.whole = self.end;
        let part = mem::replace(&mut self.ending, Ending::Whole);
        if let Ending::Part(part) = part {
            self.ending = Ending::Mended(part);
        }
        Ok(())
    }

    /// Takes a part that was given its end for a whole line.
    pub(super) fn keep_part(&mut self) {
        if let Ending::Mended(_) = self.ending {
            self.ending = Ending::Whole;
        }
    }

    /// Appends all of `parts`, or as many whole lines as there is room for.
    pub(super) fn append(
        &mut self,
        parts: &[IoSlice<'_>],
    ) -> Result<(), Refusal> {
        let mut rest = parts.to_vec();
        let mut rest = &mut rest[..];
        IoSlice::advance_slices(&mut rest, 0);
        if rest.is_empty() {
            return Ok(());
        }
        let nothing = |error| Refusal { kept: 0, error };
        self.mend().map_err(nothing)?;
        self.notice_others().map_err(nothing)?;
        self.end_line(parts).map_err(nothing)?;
        let mut written = 0;
        while !rest.is_empty() {
            let batch = &rest[..rest.len().min(SLICES)];
            match some(self.file.append(batch)) {
                Ok(more) => {
                    written += more;
                    IoSlice::advance_slices(&mut rest, more);
                }
                Err(error) => return Err(self.refused(parts, written, error)),
            }
        }
        self.end += written as u64;
        self.whole = self.end;
        let last = parts.iter().rev().find_map(|part| part.last());
        self.is_amid = last != Some(&b'\n');
        Ok(())
    }

    /// Cuts off a line that did not fit.
    pub(super) fn mend(&mut self) -> io::Result<()> {
        if self.whole == self.end {
            return Ok(());
        }
        let size = self.file.stat()?.size;
        if size != self.end {
            // Somebody else has been here; what is theirs is not cut.
            return self.go_on_at(size);
        }
        self.file.truncate(self.whole)?;
        self.end = self.whole;
        Ok(())
    }

    /// Notices what others did to the file; returns by how many bytes they
    /// have cut it.
    pub(super) fn look(&mut self) -> io::Result<u64> {
        let (size, end) = (self.file.stat()?.size, self.end);
        if size != end {
            self.go_on_at(size)?;
        }
        Ok(end.saturating_sub(size))
    }

    /// Notices what others wrote, so that nothing is glued to a part of it.
    fn notice_others(&mut self) -> io::Result<()> {
        let size = self.file.stat()?.size;
        if size > self.end { self.go_on_at(size) } else { Ok(()) }
    }

    /// Returns how many bytes there are to which `parts` would be added.
    pub(super) fn size_before(&self, parts: &[IoSlice<'_>]) -> u64 {
        let replaced = match &self.ending {
            Ending::Part(part) if begin_with(parts, part) => part.len() as u64,
            Ending::Mended(part) if begin_with(parts, part) => mended(part),
            Ending::Whole
            | Ending::Part(_)
            | Ending::LongPart
            | Ending::Mended(_) => 0,
        };
        self.end - replaced
    }

    /// Returns whether a line was written in part only, for it comes in
    /// several writes.
    pub(super) fn is_amid(&self) -> bool {
        self.is_amid
    }

    /// Returns whether the file has no name any more.
    pub(super) fn is_removed(&self) -> bool {
        self.file.stat().is_ok_and(|stat| stat.links == 0)
    }

    /// Gives the last line an end, or takes it away where that of `parts`
    /// begins with it: it is ours then, and comes again.
    fn end_line(&mut self, parts: &[IoSlice<'_>]) -> io::Result<()> {
        match &self.ending {
            Ending::Whole => return Ok(()),
            Ending::Part(part) if begin_with(parts, part) => {
                self.take_back(part.len() as u64)?;
            }
            Ending::Mended(part) if begin_with(parts, part) => {
                self.take_back(mended(part))?;
            }
            Ending::Mended(_) => {}
            Ending::Part(_) | Ending::LongPart => self.end_part()?,
        }
        self.whole = self.end;
        self.ending = Ending::Whole;
        Ok(())
    }

    /// Cuts off so much at the end.
    fn take_back(&mut self, length: u64) -> io::Result<()> {
        self.file.truncate(self.end - length)?;
        self.end -= length;
        Ok(())
    }

    fn refused(
        &mut self,
        parts: &[IoSlice<'_>],
        written: usize,
        error: io::Error,
    ) -> Refusal {
        let kept = whole_lines(parts, written);
        self.is_amid &= kept == 0;
        self.whole = self.end + kept as u64;
        self.end += written as u64;
        match self.mend() {
            // A failure to cut is met again before the next append.
            Ok(()) | Err(_) => Refusal { kept, error },
        }
    }
}

impl Ending {
    fn at(file: &dyn File, size: u64) -> io::Result<Ending> {
        let mut last = [b'\n'];
        if size > 0 {
            file.read_at(&mut last, size - 1)?;
        }
        if last == [b'\n'] {
            return Ok(Ending::Whole);
        }
        let begin = size.saturating_sub(PART);
        let mut bytes = disk::read(file, begin, PART as usize)?;
        Ok(match memrchr(b'\n', &bytes) {
            Some(newline) => Ending::Part(bytes.split_off(newline + 1)),
            None if begin == 0 => Ending::Part(bytes),
            None => Ending::LongPart,
        })
    }
}

/// Returns the length of a part of a line with its newline.
fn mended(part: &[u8]) -> u64 {
    part.len() as u64 + 1
}

/// Returns whether `parts` begin with `begin`.
fn begin_with(parts: &[IoSlice<'_>], begin: &[u8]) -> bool {
    let mut bytes = parts.iter().flat_map(|part| part.iter());
    begin.iter().all(|byte| bytes.next() == Some(byte))
}

/// Takes no byte for an error, as only a broken file would answer so.
fn some(written: io::Result<usize>) -> io::Result<usize> {
    match written {
        Ok(0) => Err(ErrorKind::WriteZero.into()),
        written => written,
    }
}

/// Returns how many of the first `length` bytes are whole lines.
pub(super) fn whole_lines(parts: &[IoSlice<'_>], length: usize) -> usize {
    let (mut at, mut whole) = (0, 0);
    for part in parts {
        let part = &part[..part.len().min(length - at)];
        if let Some(newline) = memrchr(b'\n', part) {
            whole = at + newline + 1;
        }
        at += part.len();
    }
    whole
}

/// Has the name of a new file survive a power cut as well. A file system
/// that cannot do that for a directory does it with the file.
pub(super) fn sync_name(disk: &dyn Disk, path: &Path) {
    let folder = folder(path);
    disk.open(folder, Purpose::Read).and_then(|file| file.sync()).ok();
}

/// Returns the directory that a path is in.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => Path::new("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_up_to_the_last_newline_that_was_written() {
        let parts: [&[u8]; 3] = [b"ab\nc", b"", b"d\ne\n"];
        let parts = parts.map(IoSlice::new);
        let found: Vec<_> = (0..=8).map(|n| whole_lines(&parts, n)).collect();
        assert_eq!(found, [0, 0, 0, 3, 3, 3, 6, 6, 8]);
    }

    #[test]
    fn a_bare_name_is_in_the_current_folder() {
        assert_eq!(folder(Path::new("out")), Path::new("."));
        assert_eq!(folder(Path::new("a/out")), Path::new("a"));
        assert_eq!(folder(Path::new("/out")), Path::new("/"));
    }
}
