//! Turns a file that grows without end into one that stays small and
//! backups of it, in kube-apiserver's words.
//!
//! All backups in the order of their names, and the file, are byte for byte
//! what one file would have been, but that each begins with the head.

use std::{
    io::{ErrorKind, IoSlice},
    num::{NonZeroU32, NonZeroU64},
};

use super::{
    super::Chores,
    Error, FileSink, Name, Remark,
    backup::Names,
    mill::Failure,
    output::{Refusal, whole_lines},
};

/// After a failure, it is tried again so many bytes later.
const LATER: u64 = 1 << 20;

/// The size that kube-apiserver takes for the best.
const SIZE: u64 = 100 << 20;

/// How a file is looked after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upkeep {
    /// Who may do what with files that are made, as for `chmod`. An empty
    /// file that is there is taken for one of them.
    pub mode: u32,
    /// When it is rotated, if ever.
    pub rotation: Option<Rotation>,
    /// The line that each file begins with, newline included: the one at the
    /// path, if it is empty, and any that takes its place.
    pub head: Option<String>,
}

impl Default for Upkeep {
    /// A file that is its owner's alone and grows.
    fn default() -> Upkeep {
        Upkeep { mode: 0o600, rotation: None, head: None }
    }
}

impl Upkeep {
    /// Returns how many bytes a file has in which no line is yet.
    pub(super) fn head_length(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.len() as u64)
    }
}

/// When a file is rotated, and what becomes of its backups.
///
/// ```
/// use kaudit_filter::sink::Rotation;
///
/// let rotation = Rotation { compress: true, ..Rotation::default() };
/// assert_eq!(rotation.max_size.get(), 100 << 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Bytes that the file never exceeds, but for one line that does.
    pub max_size: NonZeroU64,
    /// Days after which a backup is removed.
    pub max_age: Option<NonZeroU32>,
    /// How many backups are kept.
    pub max_backups: Option<NonZeroU32>,
    /// Whether backups are compressed.
    pub compress: bool,
}

impl Default for Rotation {
    /// At 100 MiB; all backups are kept as they are.
    fn default() -> Rotation {
        let max_size = NonZeroU64::new(SIZE).unwrap_or(NonZeroU64::MAX);
        let (max_age, max_backups, compress) = (None, None, false);
        Rotation { max_size, max_age, max_backups, compress }
    }
}

impl FileSink {
    /// Appends all of `parts`, to as many files as that takes.
    pub(super) fn put(
        &mut self,
        parts: &[IoSlice<'_>],
    ) -> Result<(), Refusal> {
        self.begin_file()?;
        let total = length(parts);
        if self.fitting(parts, total) == total {
            return self.output.append(parts);
        }
        let mut done = 0;
        while done < total {
            let rest = cut(parts, done, total);
            let mut fitting = self.fitting(&rest, total - done);
            if fitting == 0 {
                if self.rotate() {
                    self.begin_file().map_err(behind(done))?;
                    continue;
                }
                fitting = total - done;
            }
            let now = cut(&rest, 0, fitting);
            self.output.append(&now).map_err(behind(done))?;
            done += fitting;
        }
        Ok(())
    }

    /// Gives a file that is empty, or holds a torn head, its head.
    pub(super) fn begin_file(&mut self) -> Result<(), Refusal> {
        let Some(head) = &self.upkeep.head else { return Ok(()) };
        let head = [IoSlice::new(head.as_bytes())];
        if self.output.is_amid() || self.output.size_before(&head) > 0 {
            return Ok(());
        }
        // Of the lines that are to come, nothing is there yet.
        let refused = |refusal| Refusal { kept: 0, ..refusal };
        self.output.append(&head).map_err(refused)
    }

    /// Returns how many of the bytes still go to this file.
    fn fitting(&self, parts: &[IoSlice<'_>], total: usize) -> usize {
        let Some(rotation) = self.upkeep.rotation else { return total };
        let most = rotation.max_size.get().max(self.rotates_at);
        let size = self.output.size_before(parts);
        let room = most.saturating_sub(size);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        if total <= room {
            return total;
        }
        match whole_lines(parts, room) {
            // A line is not divided, however long it is.
            0 if size <= self.upkeep.head_length()
                || self.output.is_amid() =>
            {
                first_line(parts)
            }
            whole => whole,
        }
    }

    /// Goes on in a new file; returns whether it does.
    fn rotate(&mut self) -> bool {
        match self.try_to_rotate() {
            Ok(Name::Another) => {
                self.rotates_at = 0;
                if let Some(mill) = &mut self.mill {
                    mill.wake();
                }
                return true;
            }
            Ok(Name::Same) => {}
            Err(error) if self.rotates_at == 0 => {
                self.remarks.push(Remark::Unrotated(error));
            }
            Err(_) => {}
        }
        self.rotates_at = self.output.size_before(&[]) + LATER;
        false
    }

    fn try_to_rotate(&mut self) -> Result<Name, Error> {
        match self.disk.stat(&self.path) {
            Ok(stat) if stat.id == self.output.id => {
                // Each backup ends with a whole line.
                self.output.end_part()?;
                let path = self.disk.resolve(&self.path)?;
                let backup = Names::of(&path).next(&*self.disk)?;
                self.disk.rename(&path, &backup)?;
            }
            // Somebody else was faster.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        self.follow_name()
    }

    /// Does a little for the backups.
    pub(super) fn turn_mill(&mut self) -> Chores {
        let Some(mill) = &mut self.mill else { return Chores::Done };
        let own = self.disk.resolve(&self.path);
        let names = Names::of(own.as_ref().unwrap_or(&self.path));
        let chain = self.chain.iter().map(|one| one.id);
        let last = self.last.iter().map(|last| last.file);
        let in_use: Vec<_> =
            chain.chain(last).chain([self.output.id]).collect();
        match mill.step(&*self.disk, &names, &in_use) {
            Ok(chores) => chores,
            Err(Failure { path, error }) => {
                self.remarks.push(Remark::Unkept { path, error });
                Chores::Done
            }
        }
    }
}

/// Adds to what is kept the bytes that were written before.
fn behind(done: usize) -> impl Fn(Refusal) -> Refusal {
    move |refusal| Refusal { kept: done + refusal.kept, ..refusal }
}

fn length(parts: &[IoSlice<'_>]) -> usize {
    parts.iter().map(|part| part.len()).sum()
}

/// Returns the length of the first line, or of all if it goes on.
fn first_line(parts: &[IoSlice<'_>]) -> usize {
    let mut bytes = parts.iter().flat_map(|part| part.iter());
    let newline = bytes.position(|&byte| byte == b'\n');
    newline.map_or_else(|| length(parts), |newline| newline + 1)
}

/// Returns the bytes from `begin` to `end`.
fn cut<'p>(
    parts: &'p [IoSlice<'_>],
    begin: usize,
    end: usize,
) -> Vec<IoSlice<'p>> {
    let mut at = 0;
    let mut cut = Vec::new();
    for part in parts {
        let from = begin.saturating_sub(at).min(part.len());
        let to = end.saturating_sub(at).min(part.len());
        at += part.len();
        if from < to {
            cut.push(IoSlice::new(&part[from..to]));
        }
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_cut_anywhere() {
        let parts: [&[u8]; 4] = [b"ab\nc", b"", b"d\ne", b"f"];
        let parts = parts.map(IoSlice::new);
        let all: Vec<u8> = parts.iter().flat_map(|p| p.to_vec()).collect();
        for begin in 0..=all.len() {
            for end in begin..=all.len() {
                let cut = cut(&parts, begin, end);
                let cut: Vec<u8> =
                    cut.iter().flat_map(|part| part.to_vec()).collect();
                assert_eq!(cut, all[begin..end]);
            }
            let line = first_line(&cut(&parts, begin, all.len()));
            let found = all[begin..].iter().position(|&b| b == b'\n');
            assert_eq!(line, found.map_or(all.len() - begin, |at| at + 1));
        }
    }
}
