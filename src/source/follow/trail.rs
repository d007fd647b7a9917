//! Follows one path through the files that have, or had, its name.
//!
//! The files, *generations*, stand in a queue, oldest first; what the path
//! leads to is the last. Each look around ([`Trail::look`]) adds those that
//! have come; reading goes from front to back. A generation is passed when
//! its end was seen after a newer one was written to, and leaves when nothing
//! can be added to it any more.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    ffi::{OsStr, OsString},
    io, mem,
    ops::Range,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::io::Errno;

use super::{
    begin::{self, Begin},
    family::{Age, Rotated},
    generation::{Generation, Read, is_alike},
    known::Known,
    remark::{Gap, Reason, Remark, Start},
    survey::{Memory, Survey, beside, lead},
};
use crate::{
    checkpoint::{Counters, Place, SourceRecord, text_of},
    disk::{Disk, FileId, Print},
    frame::{Batch, Pool},
};

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

/// Files that are remembered by their name.
const MANY_NAMES: usize = 4096;

/// How to begin.
#[derive(Debug)]
struct Beginning {
    begin: Begin,
    record: Option<SourceRecord>,
}

/// The generations held open, and what is behind us.
#[derive(Debug)]
struct Held {
    open: VecDeque<Generation>,
    known: Known,
    /// Files whose content is behind us, by the name they had then: they
    /// need not be opened again.
    remembered: HashMap<FileId, OsString>,
    /// The youngest rotated file known to be behind us.
    behind: Option<Age>,
}

impl Memory for Held {
    fn has_open(
        &mut self,
        id: FileId,
        name: &OsStr,
        rotated: &Rotated,
    ) -> bool {
        let mut open = self.open.iter_mut();
        let Some(generation) = open.find(|open| open.id == id) else {
            return false;
        };
        generation.name = name.to_owned();
        generation.rotated = Some(rotated.clone());
        generation.is_named = true;
        true
    }

    fn is_remembered(&self, id: FileId, name: &OsStr) -> bool {
        self.remembered.get(&id).is_some_and(|known| known == name)
    }

    fn is_behind(&mut self, found: &mut Generation) -> bool {
        let head = found.head();
        if self.known.has(head) {
            if self.remembered.len() >= MANY_NAMES {
                self.remembered.clear();
            }
            self.remembered.insert(found.id, found.name.clone());
            let age = found.rotated.as_ref().map(|name| name.age.clone());
            self.behind = self.behind.take().max(age);
            return true;
        }
        // A copy of one that is held, packed or not.
        let mut open = self.open.iter_mut();
        let twin =
            open.find_map(|open| is_alike(open.head(), head).then_some(open));
        twin.is_some_and(|twin| {
            twin.is_named = true;
            true
        })
    }
}

impl Trail {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        path: PathBuf,
        max_line: usize,
        begin: Begin,
        record: Option<SourceRecord>,
        serials: (usize, usize),
        patience: Duration,
    ) -> Trail {
        let known = match &record {
            Some(record) => Known::new(record.known.clone(), record.knows_all),
            None => Known::new(Vec::new(), true),
        };
        let counters = record.as_ref().map(|record| record.counters);
        Trail {
            disk,
            path,
            max_line,
            start: Some(Beginning { begin, record }),
            memory: Held {
                open: VecDeque::new(),
                known,
                remembered: HashMap::new(),
                behind: None,
            },
            absent: None,
            patience,
            told_broken: HashSet::new(),
            is_troubled: false,
            has_changed: false,
            is_unreadable: false,
            remarks: Vec::new(),
            counters: counters.unwrap_or_default(),
            next_serial: serials.0,
            serial_step: serials.1,
        }
    }

    /// Looks where the path leads to now, and opens what is new.
    pub(super) fn look(&mut self) {
        self.memory.open.iter_mut().for_each(|open| open.is_idle = false);
        let result = match self.start.take() {
            Some(start) => self.begin(start),
            None => self.look_again(),
        };
        match result {
            Ok(()) => self.present(),
            Err(error) => self.absent(error),
        }
        self.retire();
    }

    /// Notes that there is nothing to read at the path. Between the two
    /// halves of a rotation that is as it should be.
    fn absent(&mut self, error: io::Error) {
        let now = Instant::now();
        // That it is waited for is said where reading begins.
        let is_told = self.start.is_none()
            && self.memory.open.is_empty()
            && !self.patience.is_zero();
        let first = Absence { since: now, is_told };
        let absence = self.absent.get_or_insert(first);
        let is_new = self.memory.open.is_empty();
        let is_long = is_new || absence.since.elapsed() >= A_MOMENT;
        if is_long && !mem::replace(&mut absence.is_told, true) {
            self.remarks.push(match self.patience.is_zero() {
                true => Remark::Missing(error),
                false => Remark::Absent(error),
            });
        }
    }

    fn present(&mut self) {
        if self.absent.take().is_some_and(|absence| absence.is_told) {
            self.remarks.push(Remark::Present);
        }
    }

    fn look_again(&mut self) -> io::Result<()> {
        let now = lead(&self.disk, &self.path);
        let newest = self.memory.open.back().map(|newest| newest.id);
        let is_same = match now {
            Ok(Some(now)) => Some(now) == newest,
            // What was rotated before the path came to lead nowhere is
            // looked for once.
            Ok(None) | Err(_) => self.absent.is_some(),
        };
        let is_full = self.memory.open.len() >= MANY;
        let trouble = match (is_same && !self.is_troubled) || is_full {
            true => None,
            false => self.look_through(),
        };
        self.is_troubled = trouble.is_some();
        match (now?, trouble) {
            (None, _) => Err(Errno::NOENT.into()),
            (Some(_), Some(error)) => Err(error),
            (Some(_), None) => Ok(()),
        }
    }

    /// Takes in what is new in the folder; returns why something could not
    /// be opened.
    fn look_through(&mut self) -> Option<io::Error> {
        self.memory.open.iter_mut().for_each(|open| open.is_named = false);
        let mut survey =
            Survey::take(&self.disk, &self.path, &mut self.memory);
        let trouble = survey.trouble.take();
        self.say_if_pruned(&survey);
        self.take_in(survey);
        trouble
    }

    /// Says so if files between two that were seen may have been deleted.
    fn say_if_pruned(&mut self, survey: &Survey) {
        let Some(newest) = self.memory.open.back() else { return };
        if let (false, Some(next)) = (newest.is_named, survey.rotated.first())
        {
            let file = beside(&self.path, &next.name);
            self.lose(Gap {
                reason: Reason::Pruned,
                file: Some(file),
                from: 0,
                bytes: None,
            });
        }
    }

    /// Adds what was found to the queue.
    fn take_in(&mut self, survey: Survey) {
        let Survey { rotated, current, broken, .. } = survey;
        for (name, rotated) in broken {
            let is_behind = Some(rotated.age) <= self.memory.behind;
            if !is_behind && self.told_broken.insert(name.clone()) {
                self.lose_packed(&name);
            }
        }
        let line = self.line();
        for found in rotated {
            let age = found.rotated.as_ref().map(|name| &name.age);
            if age.is_some() && age <= line.as_ref() {
                continue;
            }
            if self.memory.open.len() >= MANY {
                // What the path leads to is found again as well.
                return;
            }
            self.push(found);
        }
        if let Some(current) = current
            && self.memory.open.iter().all(|open| open.id != current.id)
        {
            self.push(current);
        }
    }

    /// Returns the age up to which rotated files are behind us, where the
    /// memory of their content does not go far enough to tell.
    fn line(&self) -> Option<Age> {
        if self.memory.known.is_all {
            return None;
        }
        let rotated = self.memory.open.iter().find_map(|open| {
            open.rotated.as_ref().map(|rotated| rotated.age.clone())
        });
        rotated.max(self.memory.behind.clone())
    }

    fn push(&mut self, generation: Generation) {
        self.insert(self.memory.open.len(), generation);
    }

    fn insert(&mut self, at: usize, mut generation: Generation) {
        generation.serial = self.next_serial;
        self.next_serial += self.serial_step;
        self.memory.open.insert(at, generation);
        self.has_changed = true;
    }

    /// Finds the places where reading begins.
    fn begin(&mut self, start: Beginning) -> io::Result<()> {
        let result = self.begin_at(&start);
        let is_resumed = start.record.is_some();
        match result {
            Ok(()) => self.say_where(is_resumed),
            Err(error) => {
                // What can be read only later has all been written since, as
                // far as we can know.
                self.start = Some(Beginning { begin: Begin::First, ..start });
                return Err(error);
            }
        }
        match lead(&self.disk, &self.path)? {
            Some(_) => Ok(()),
            None => Err(Errno::NOENT.into()),
        }
    }

    fn begin_at(&mut self, start: &Beginning) -> io::Result<()> {
        let mut survey =
            Survey::take(&self.disk, &self.path, &mut self.memory);
        let trouble = survey.trouble.take();
        let is_found = match &start.record {
            Some(record) => survey.has_all(&record.places),
            None => survey.current.is_some(),
        };
        // What could not be opened may be what we are looking for.
        match (trouble, &start.record) {
            (Some(error), _) if !is_found => return Err(error),
            (_, Some(record)) => self.resume(survey, record),
            (_, None) => self.begin_anew(survey, start.begin)?,
        }
        Ok(())
    }

    fn say_where(&mut self, is_resumed: bool) {
        let behind = self.behind();
        let open = &self.memory.open;
        let first = open.front();
        if first.is_none() && self.patience.is_zero() {
            return;
        }
        self.remarks.push(Remark::Begin(Start {
            file: first.map(|first| beside(&self.path, &first.name)),
            offset: first.map_or(0, |first| first.offset),
            lines: first.map_or(0, |first| first.lines),
            is_resumed,
            behind,
            rotated: open.len().saturating_sub(1),
        }));
    }

    /// Begins with what the path leads to; rotated files are behind us.
    fn begin_anew(&mut self, survey: Survey, begin: Begin) -> io::Result<()> {
        for found in survey.rotated {
            self.memory.known.add(Print::of(found.head()));
        }
        if let Some(mut current) = survey.current {
            begin::place(&mut current, begin)?;
            self.push(current);
        }
        Ok(())
    }

    /// Goes on where a checkpoint says: first in files of which lines were
    /// handed out, then in those that are new.
    fn resume(&mut self, mut survey: Survey, record: &SourceRecord) {
        let current = survey.current.as_ref().map(|current| current.id);
        let (begun, fresh): (Vec<_>, Vec<_>) =
            record.places.iter().partition(|place| place.offset > 0);
        let mut newest = None;
        for place in begun {
            let found = survey.find(place);
            newest = found.as_ref().map(|found| found.id);
            match found {
                Some(found) => self.push(found),
                None => self.lose_place(place, current),
            }
        }
        for place in fresh {
            // One that was empty is new, whatever it holds now.
            if place.head.len > 0 && !survey.has(place) {
                self.lose_place(place, current);
            }
        }
        if newest.is_some() && newest == current {
            // No rotation since: whatever else is there is older.
            for found in mem::take(&mut survey.rotated) {
                self.memory.known.add(Print::of(found.head()));
            }
        }
        self.take_in(survey);
    }

    /// Says that the file is gone that a place was in.
    fn lose_place(&mut self, place: &Place, current: Option<FileId>) {
        let reason = match Some(place.file) == current {
            true => Reason::Truncated,
            false => Reason::Gone,
        };
        self.lose(Gap {
            reason,
            file: Some(beside(&self.path, &place.name)),
            from: place.offset,
            bytes: None,
        });
    }

    /// Reads the next lines there are.
    pub(super) fn next(&mut self, pool: &Arc<Pool>) -> Option<Batch> {
        let mut at = 0;
        while let Some(generation) = self.memory.open.get_mut(at) {
            if !generation.is_idle {
                let read = generation.next(pool.take(), self.max_line);
                match read {
                    Ok(Read::Batch(batch)) => return Some(batch),
                    Ok(Read::Nothing) => generation.is_idle = true,
                    Ok(Read::Replaced) => {
                        self.replaced(at);
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

    /// Returns whether all that is there was handed out, save lines that
    /// are not finished.
    pub(super) fn is_at_end(&self) -> bool {
        let newest = self.memory.open.back();
        let mut older = self.memory.open.iter().rev().skip(1);
        self.start.is_none()
            && newest.is_none_or(|newest| newest.is_idle)
            && older.all(|older| older.passed.is_some())
    }

    /// Decides what to do at the end of a generation.
    fn pass(&mut self, at: usize, pool: &Arc<Pool>) -> Pass {
        let newer = self.memory.open.len() - at - 1;
        let has_begun =
            self.memory.open.get(at + 1).is_some_and(|next| next.size() > 0);
        let generation = &mut self.memory.open[at];
        if generation.passed.is_some() {
            return Pass::On;
        }
        if !generation.is_closed() {
            if !has_begun && newer < 2 {
                return Pass::Stay;
            }
            if generation.outlived.is_none() {
                // Seen only now: what came before must be looked at again.
                generation.outlived = Some(Instant::now());
                generation.is_idle = false;
                return Pass::Again;
            }
        }
        if generation.has_rest().unwrap_or(false) {
            let waited = generation.outlived.map(|since| since.elapsed());
            let is_patient =
                waited.is_some_and(|waited| waited < self.patience);
            if is_patient && !generation.is_closed() {
                return Pass::Stay;
            }
            let offset = generation.offset;
            let path = beside(&self.path, &generation.name);
            let last = generation.last(pool.take(), self.max_line);
            if let Ok(Read::Batch(batch)) = last {
                self.remarks.push(Remark::Unfinished { path, offset });
                return Pass::Last(batch);
            }
        }
        let generation = &mut self.memory.open[at];
        generation.passed = Some(Instant::now());
        Pass::On
    }

    /// Lets go of a generation that was passed, if nothing can be added to
    /// it.
    fn let_go(&mut self, at: usize) -> bool {
        let generation = &self.memory.open[at];
        let is_done = generation.is_closed();
        if is_done {
            self.memory.known.add(Print::of(generation.head()));
            self.memory.open.remove(at);
        }
        is_done
    }

    /// Lets go of generations that nothing was added to for a while.
    fn retire(&mut self) {
        while let Some(front) = self.memory.open.front()
            && let Some(passed) = front.passed
            && passed.elapsed() >= self.patience
        {
            let print = Print::of(front.head());
            self.memory.known.add(print);
            self.memory.open.pop_front();
        }
    }

    /// Goes on behind a file that is not what it was: in a copy of it, if
    /// there is one, and in what it holds now.
    fn replaced(&mut self, at: usize) {
        let Some(old) = self.memory.open.remove(at) else { return };
        let place = old.place();
        let mut survey =
            Survey::take(&self.disk, &self.path, &mut self.memory);
        self.is_troubled |= survey.trouble.is_some();
        let copy = survey.find(&place);
        let now = survey.current.take_if(|current| current.id == old.id);
        match &copy {
            Some(copy) => {
                let path = beside(&self.path, &copy.name);
                self.remarks.push(Remark::Copied(path));
            }
            None => {
                let bytes = old.seen.saturating_sub(old.offset);
                self.memory.known.add(place.head);
                self.lose(Gap {
                    reason: Reason::Truncated,
                    file: Some(beside(&self.path, &old.name)),
                    from: old.offset,
                    bytes: (bytes > 0).then_some(bytes),
                });
            }
        }
        survey.rotated.retain(|found| found.id != old.id);
        for (place, found) in
            copy.into_iter().chain(now.or_else(|| old.anew())).enumerate()
        {
            self.insert(at + place, found);
        }
        self.take_in(survey);
    }

    /// Returns whether to go on in spite of an error.
    fn unreadable(&mut self, at: usize, error: io::Error) -> bool {
        let generation = &self.memory.open[at];
        if generation.body.is_packed() {
            let name = generation.name.clone();
            let from = generation.offset;
            let file = Some(beside(&self.path, name));
            if let Some(broken) = self.memory.open.remove(at) {
                self.memory.known.add(Print::of(broken.head()));
            }
            self.lose(Gap { reason: Reason::Broken, file, from, bytes: None });
            return true;
        }
        if !mem::replace(&mut self.is_unreadable, true) {
            self.remarks.push(Remark::Unreadable(error));
        }
        false
    }

    fn lose_packed(&mut self, name: &OsStr) {
        let file = Some(beside(&self.path, name));
        self.lose(Gap { reason: Reason::Broken, file, from: 0, bytes: None });
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
                known.push(Print::of(open.head()));
            } else if open.offset > 0 || places.len() < 2 * PLACES {
                places.push(open.place());
            }
        }
        Some(SourceRecord {
            path: text_of(&self.path),
            places,
            known,
            knows_all: self.memory.known.is_all,
            counters: self.counters,
        })
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

/// What to do at the end of a generation.
#[derive(Debug)]
enum Pass {
    /// Wait for more of it.
    Stay,
    /// Read it once more.
    Again,
    /// This was its last, unfinished line.
    Last(Batch),
    /// Go on with the next one.
    On,
}
