//! Turns lines into a file that holds each of them once, whatever happens:
//! a crash, a full disk, a rotation.
//!
//! It takes two to do so. The file can say how far it was written
//! ([`Sink::mark`]), and somebody keeps that in a checkpoint together with
//! the places of the sources. After a crash, what stands behind the mark is
//! compared with what the sources bring once more. Only what is torn is ever
//! cut off; a line too many is better than one too few.

mod backup;
mod beside;
mod course;
mod mill;
mod output;
mod pack;
mod recover;
mod remark;
mod replay;
mod rotation;
mod tail;
#[cfg(test)]
mod tests;

use std::{
    io::{self, IoSlice},
    mem,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use remark::{Error, Remark};
pub use rotation::{Rotation, Upkeep};
use sha2::{Digest, Sha256};

use self::{
    beside::{Elsewhere, Found, find},
    course::Course,
    mill::Mill,
    output::Output,
    recover::{Recovered, recover},
    replay::Replay,
};
use super::{Chores, Settled, Sink, Stall};
use crate::{
    checkpoint::Mark,
    disk::{Disk, File},
};

/// A regular file that is appended to, locked against others of our kind.
///
/// * What the disk does not take is held back, and the file ends with a
///   whole line all the same. Only a line that comes in several writes is
///   there in part meanwhile.
/// * If it is renamed, removed or cut by somebody, that is noticed when it
///   settles, and lines go to the file that has its name then.
#[derive(Debug)]
pub struct FileSink {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    upkeep: Upkeep,
    output: Output,
    /// What was written before, as long as some of it may come again, oldest
    /// first.
    chain: Vec<Elsewhere>,
    /// The place of the first byte of `output`. Places are counted on from
    /// file to file, so that they never go back.
    base: u64,
    /// What an earlier run wrote behind its last commit, until it is met.
    replay: Option<Replay>,
    /// What the disk did not take; it begins where a line does, as far as a
    /// line came in one write.
    held: Vec<u8>,
    given: u64,
    /// Places that were reached.
    course: Course,
    /// What was asked last for a checkpoint, or what that said before.
    last: Option<Mark>,
    /// Why a file that was left may not last.
    doubt: Option<io::Error>,
    /// What becomes of backups.
    mill: Option<Mill>,
    /// The size at which a rotation that failed is tried again.
    rotates_at: u64,
    remarks: Vec<Remark>,
    /// Whether it was said that the path cannot be opened.
    is_astray: bool,
}

impl FileSink {
    /// Opens a file, or makes it, for its owner alone; goes on where the
    /// `last` checkpoint says, or at its end.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, read or cut, is not a regular file, or is
    /// written by another process.
    pub fn open(
        disk: &Arc<dyn Disk>,
        path: &Path,
        last: Option<&Mark>,
    ) -> Result<(FileSink, Vec<Remark>), Error> {
        FileSink::open_with(disk, path, &Upkeep::default(), last)
    }

    /// Does the same with a file that is looked after: rotated, for one.
    ///
    /// ```
    /// use std::{io::IoSlice, num::NonZeroU64, sync::Arc};
    ///
    /// use kaudit_filter::{
    ///     disk::{Disk, Real},
    ///     sink::{FileSink, Rotation, Sink, Upkeep},
    /// };
    ///
    /// # let folder = std::env::temp_dir();
    /// # let folder = folder.join(format!("kaudit-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let disk: Arc<dyn Disk> = Arc::new(Real);
    /// let max_size = NonZeroU64::new(4).unwrap();
    /// let rotation = Rotation { max_size, ..Rotation::default() };
    /// let rotation = Some(rotation);
    /// let upkeep = Upkeep { mode: 0o640, rotation, head: None };
    /// let path = folder.join("out.log");
    /// let (mut sink, _) = FileSink::open_with(&disk, &path, &upkeep, None)?;
    /// sink.write(&mut [IoSlice::new(b"a\nb\nc\n")])?;
    /// assert_eq!(std::fs::read_to_string(&path)?, "c\n");
    /// assert_eq!(std::fs::read_dir(&folder)?.count(), 2);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The same.
    pub fn open_with(
        disk: &Arc<dyn Disk>,
        path: &Path,
        upkeep: &Upkeep,
        last: Option<&Mark>,
    ) -> Result<(FileSink, Vec<Remark>), Error> {
        let Upkeep { mode, rotation, ref head } = *upkeep;
        let recovered = match last {
            Some(last) => recover(&**disk, path, upkeep, last)?,
            None => Recovered::new(Output::open(&**disk, path, mode)?),
        };
        let base = recovered.base();
        let Recovered { output, chain, mut lines, remarks } = recovered;
        if let Some(head) = head {
            // No source brings it, so nobody is to wait for it.
            let head = replay::key(Sha256::new_with_prefix(head));
            lines.retain(|line| line.key != head);
        }
        let mut sink = FileSink {
            disk: Arc::clone(disk),
            path: path.to_owned(),
            upkeep: upkeep.clone(),
            course: Course::new(0, base + output.length()),
            output,
            chain,
            base,
            replay: (!lines.is_empty()).then(|| Replay::new(lines)),
            held: Vec::new(),
            given: 0,
            last: last.cloned(),
            doubt: None,
            mill: rotation.map(|rotation| Mill::new(rotation, mode)),
            rotates_at: 0,
            remarks: Vec::new(),
            is_astray: false,
        };
        // Where there is no room for it, it comes with the first line.
        sink.begin_file().ok();
        Ok((sink, remarks))
    }

    /// Appends `parts`, or holds back what of them finds no room.
    fn append(&mut self, parts: &[IoSlice<'_>]) {
        let kept = if self.held.is_empty() {
            match self.put(parts) {
                Ok(()) => return,
                Err(refusal) => refusal.kept,
            }
        } else {
            0
        };
        let bytes = parts.iter().flat_map(|part| part.iter());
        self.held.extend(bytes.skip(kept));
    }

    /// Makes a file last that is not written any more. What goes wrong with
    /// that is told once only, and told on when the sink settles.
    fn leave(&mut self, file: &dyn File) {
        if let Err(error) = file.sync() {
            self.doubt.get_or_insert(error);
        }
    }

    /// Returns the place where those lines begin that may come again, if no
    /// source goes back to before what it has brought so far.
    fn again(&self) -> u64 {
        let unmet = self.replay.as_ref().and_then(Replay::unmet);
        unmet.unwrap_or(self.base + self.output.length())
    }

    /// Notices what became of the file and of its name.
    fn look_around(&mut self) -> io::Result<()> {
        let cut = self.output.look()?;
        if cut > 0 {
            self.look_for_copy(cut)?;
        }
        // A part of a line is not left where somebody may read it.
        if self.output.mend().is_err() && !self.output.is_removed() {
            return Ok(());
        }
        match self.follow_name() {
            Ok(Name::Same) => self.is_astray = false,
            Ok(Name::Another) => {
                self.is_astray = false;
                self.remarks.push(Remark::Reopened);
            }
            Err(error) if !self.is_astray => {
                self.is_astray = true;
                self.remarks.push(Remark::Astray(error));
            }
            Err(_) => {}
        }
        Ok(())
    }

    /// Finds out where the first `cut` bytes of the file have gone. What is
    /// in it now was written since.
    fn look_for_copy(&mut self, cut: u64) -> io::Result<()> {
        let (begin, here) = (self.base, self.output.id);
        self.base += cut;
        let head = self.upkeep.head_length();
        let last = self.last.as_ref().filter(|last| last.file == here);
        let copy = match last {
            Some(last) => find(&*self.disk, &self.path, here, last, head)?,
            None => None,
        };
        let mut from = 0;
        if let Some(Found { path, id, file, size, .. }) = copy {
            self.leave(&*file);
            from = size.min(cut);
            self.chain.push(Elsewhere::new(id, &*file, begin, from)?);
            self.remarks.push(Remark::Elsewhere { path });
        }
        // A head is no loss.
        if from.max(head) < cut {
            self.remarks.push(Remark::Lost { from, bytes: cut - from });
        }
        Ok(())
    }

    /// Opens what the path leads to, unless it is the file that we write.
    fn follow_name(&mut self) -> Result<Name, Error> {
        let stat = self.disk.stat(&self.path);
        if stat.is_ok_and(|stat| stat.id == self.output.id) {
            return Ok(Name::Same);
        }
        let mode = self.upkeep.mode;
        let new = Output::open(&*self.disk, &self.path, mode)?;
        let Output { id, file, .. } = &self.output;
        let length = self.output.length();
        // What nobody asks for is not remembered.
        if self.last.is_some() {
            let old = Elsewhere::new(*id, &**file, self.base, length)?;
            self.chain.push(old);
        }
        let old = mem::replace(&mut self.output, new);
        self.leave(&*old.file);
        self.base += length;
        Ok(Name::Another)
    }
}

/// What a path has come to lead to.
enum Name {
    Same,
    Another,
}

impl Sink for FileSink {
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        self.course.pass(self.given, self.again());
        self.given += parts.iter().map(|part| part.len() as u64).sum::<u64>();
        let Some(replay) = &mut self.replay else {
            self.append(parts);
            return Ok(());
        };
        let mut fresh = Vec::new();
        replay.sift(parts, &mut fresh);
        if replay.has_met(self.base + self.output.length()) {
            self.output.keep_part();
        }
        if replay.is_over() {
            self.replay = None;
        }
        self.append(&[IoSlice::new(&fresh)]);
        Ok(())
    }

    fn drain(&mut self) -> Result<(), Stall> {
        if self.held.is_empty() {
            return Ok(());
        }
        // There may be room where the name leads now. One line is not
        // written to two files.
        if !self.output.is_amid() {
            self.look_around().map_err(Stall::Refused)?;
        }
        let mut held = mem::take(&mut self.held);
        let appended = self.put(&[IoSlice::new(&held)]);
        appended.map_err(|refusal| {
            held.drain(..refusal.kept);
            self.held = held;
            Stall::Refused(refusal.error)
        })
    }

    fn settle(&mut self) -> io::Result<Settled> {
        self.output.file.sync()?;
        self.look_around()?;
        self.doubt.take().map_or(Ok(()), Err)?;
        let taken = self.given.saturating_sub(self.held.len() as u64);
        Ok(Settled { given: self.given, taken })
    }

    fn mark(&mut self, given: u64) -> io::Result<Option<Mark>> {
        let again = if given < self.given {
            self.course.at(given)
        } else {
            self.again()
        };
        self.chain.retain(|elsewhere| again < elsewhere.end());
        let mark = match self.chain.first() {
            Some(elsewhere) => elsewhere.mark(again),
            None => self.output.mark(again.saturating_sub(self.base))?,
        };
        self.last = Some(mark.clone());
        if let Some(mill) = &mut self.mill {
            mill.release();
        }
        Ok(Some(mark))
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.output.mend()?;
        self.follow_name()?;
        self.output.file.sync()?;
        self.doubt.take().map_or(Ok(()), Err)
    }

    fn tend(&mut self) -> Chores {
        // Without a checkpoint, nobody has it settle.
        if self.last.is_none() && !self.output.is_amid() {
            // What is wrong with it, the next write tells.
            self.look_around().ok();
        }
        self.turn_mill()
    }

    fn caught_up(&mut self) {
        self.replay = None;
    }

    fn remarks(&mut self) -> Vec<Remark> {
        mem::take(&mut self.remarks)
    }
}
