//! Follows one path through the files that have, or had, its name.
//!
//! The files, *generations*, stand in a queue, oldest first; what the path
//! leads to is the last. Each look around ([`Trail::look`]) adds those that
//! have come; reading goes from front to back. A generation is passed when
//! its end was seen after a newer one was written to, and leaves when nothing
//! can be added to it any more.

mod begin; // Where to begin,
mod look; //  what is there now,
mod held; //  and what of it is new?
mod end; //   What to do at the end of a file.

use std::{
    collections::HashSet,
    ffi::OsString,
    io, mem,
    ops::Range,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    super::Wrapping,
    begin::Begin,
    generation::{Generation, Read},
    home::Kin,
    known::Known,
    remark::{Gap, Remark},
};
use crate::{
    checkpoint::{Counters, SourceRecord, text_of},
    disk::{Disk, FileId},
    frame::{Batch, Pool},
};

use self::{begin::Beginning, end::Pass, held::Held};

/// How long an unfinished last line is waited for, and a file that a newer
/// one has taken the place of is still looked at: writers that do not close
/// before they rename need a moment to notice.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How long the path may lead nowhere before it is worth a word.
const A_MOMENT: Duration = Duration::from_secs(1);

/// Places that a checkpoint is given of files that were passed.
const PLACES: usize = 16;

/// Files held open at a time. While more wait they are found again later.
const MANY: usize = 256;

/// One followed path.
#[derive(Debug)]
pub(super) struct Trail {
    disk: Arc<dyn Disk>,
    pub path: PathBuf,
    max_line: usize,
    wrapping: Wrapping,
    /// How to begin, until that is done.
    start: Option<Beginning>,
    memory: Held,
    /// Since when the path leads nowhere.
    absent: Option<Absence>,
    /// How long to wait where a writer may need a moment.
    patience: Duration,
    /// Whether it was told that reading fails.
    pub is_unreadable: bool,
    /// Whether a file could not be opened in the last look.
    is_troubled: bool,
    /// The names of rotated files when the folder was last looked through,
    kin: Kin,
    /// and when they were last listed.
    listed: Option<Instant>,
    /// Whether a checkpoint would say something else than before.
    has_changed: bool,
    /// Packed files of which it was told that they are broken.
    told_broken: HashSet<OsString>,
    remarks: Vec<Remark>,
    pub counters: Counters,
    /// The number for the next generation.
    next_serial: usize,
    serial_step: usize,
}

/// A path that leads nowhere, or to nothing that we can read.
#[derive(Debug)]
struct Absence {
    since: Instant,
    is_told: bool,
}

impl Trail {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        path: PathBuf,
        (max_line, wrapping): (usize, Wrapping),
        begin: Begin,
        record: Option<SourceRecord>,
        serials: (usize, usize),
        patience: Duration,
    ) -> Trail {
        let known = match &record {
            Some(record) => Known::new(
                record.known.clone(),
                record.left.clone(),
                record.knows_all,
            ),
            None => Known::new(Vec::new(), Vec::new(), true),
        };
        let counters = record.as_ref().map(|record| record.counters);
        Trail {
            disk,
            path,
            max_line,
            wrapping,
            start: Some(Beginning { begin, record }),
            memory: Held::new(known),
            absent: None,
            patience,
            told_broken: HashSet::new(),
            is_troubled: false,
            kin: Kin::new(),
            listed: None,
            has_changed: false,
            is_unreadable: false,
            remarks: Vec::new(),
            counters: counters.unwrap_or_default(),
            next_serial: serials.0,
            serial_step: serials.1,
        }
    }

    /// Reads the next lines there are.
    pub(super) fn next(&mut self, pool: &Arc<Pool>) -> Option<Batch> {
        let mut at = 0;
        while let Some(generation) = self.memory.open.get_mut(at) {
            if !generation.is_idle {
                let terms = (&self.wrapping, self.max_line);
                let read = generation.next(pool.take(), terms);
                match read {
                    Ok(Read::Batch(batch)) => return Some(batch),
                    Ok(Read::Nothing) => generation.is_idle = true,
                    Ok(Read::Replaced) => {
                        if !self.replaced(at) {
                            return None;
                        }
                        at = 0;
                        continue;
                    }
                    Err(error) => {
                        if !self.unreadable(at, error) {
                            return None;
                        }
                        continue;
                    }
                }
            }
            match self.pass(at, pool) {
                Pass::Stay => return None,
                Pass::Again => {}
                Pass::Last(batch) => return Some(batch),
                Pass::On => at += usize::from(!self.let_go(at)),
            }
        }
        None
    }

    /// Returns whether all that is there was handed out, save a line that
    /// the writer has not finished.
    pub(super) fn is_at_end(&self) -> bool {
        let newest = self.memory.open.back();
        let mut older = self.memory.open.iter().rev().skip(1);
        // In a rotated file, the line will be handed out as it is.
        let is_done = |newest: &Generation| {
            let has_rest = newest.seen > newest.offset;
            newest.is_idle && !(newest.rotated.is_some() && has_rest)
        };
        self.start.is_none()
            && !self.is_troubled
            && newest.is_none_or(is_done)
            && older.all(|older| older.passed.is_some())
    }

    fn lose(&mut self, gap: Gap) {
        self.counters.gaps += 1;
        self.has_changed = true;
        self.remarks.push(Remark::Gap(gap));
    }

    /// Returns what a checkpoint has to say, if reading has begun.
    ///
    /// Files behind the one that is read need no place, for none of their
    /// lines were handed out: they are found again by their content.
    pub(super) fn record(&self) -> Option<SourceRecord> {
        if let Some(start) = &self.start {
            return start.record.clone();
        }
        let mut places = Vec::new();
        let mut known = self.memory.known.prints();
        let passed = self.memory.open.iter().filter(|o| o.passed.is_some());
        let mut too_many = passed.count().saturating_sub(PLACES);
        for open in &self.memory.open {
            if open.passed.is_some() && too_many > 0 {
                too_many -= 1;
                known.push(open.head().print().clone());
            } else if open.offset > 0 || places.len() < 2 * PLACES {
                places.push(open.place());
            }
        }
        Some(SourceRecord {
            path: text_of(&self.path),
            places,
            known,
            left: self.memory.known.lefts(),
            knows_all: self.memory.known.is_all,
            counters: self.counters,
        })
    }

    /// Returns the files that are not passed, oldest first, each with how far
    /// it was handed out; none while it is not known which they are.
    pub(super) fn reaches(&self) -> Option<Vec<(FileId, u64)>> {
        if self.start.is_some() || self.is_troubled {
            return None;
        }
        let open = self.memory.open.iter();
        let open = open.filter(|open| open.passed.is_none());
        Some(open.map(|open| (open.id, open.offset)).collect())
    }

    /// Returns how many bytes wait to be read, about.
    pub(super) fn behind(&self) -> u64 {
        self.memory.open.iter().map(Generation::behind).sum()
    }

    /// Returns how many files wait behind the one that is read.
    pub(super) fn pending(&self) -> usize {
        let open = self.memory.open.iter();
        open.filter(|open| open.passed.is_none()).count().saturating_sub(1)
    }

    /// Returns whether it was told that there is nothing to read at the path.
    pub(super) fn is_missing(&self) -> bool {
        self.absent.as_ref().is_some_and(|absence| absence.is_told)
    }

    pub(super) fn generation(&self, serial: usize) -> Option<&Generation> {
        self.memory.open.iter().find(|open| open.serial == serial)
    }

    pub(super) fn generation_mut(
        &mut self,
        serial: usize,
    ) -> Option<&mut Generation> {
        self.memory.open.iter_mut().find(|open| open.serial == serial)
    }

    /// Reads a range of a generation again.
    pub(super) fn copy(
        &mut self,
        serial: usize,
        range: Range<u64>,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        match self.generation_mut(serial) {
            Some(generation) => generation.copy(range, take),
            None => Ok(()),
        }
    }

    /// Returns whether a checkpoint would say something else than when this
    /// was last asked, though nothing was read.
    pub(super) fn has_changed(&mut self) -> bool {
        mem::take(&mut self.has_changed)
    }

    /// Takes what is worth telling.
    pub(super) fn remarks(&mut self) -> Vec<Remark> {
        mem::take(&mut self.remarks)
    }
}
