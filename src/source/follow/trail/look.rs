//! Looks where the path leads to now, and takes in what is new.

use std::{io, mem, time::Instant};

use rustix::io::Errno;

use super::{
    super::{
        family::Age,
        generation::Generation,
        home::{Kin, beside, kin, lead},
        remark::{Gap, Reason, Remark},
        survey::Survey,
    },
    A_MOMENT, Absence, MANY, Trail,
};
use crate::disk::FileId;

/// The folder is listed at most so often while a writer is waited for.
const LOOKS_FOR_A_LIST: u32 = 50;

impl Trail {
    /// Looks where the path leads to now, and opens what is new.
    pub(in super::super) fn look(&mut self) {
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
            && error.raw_os_error() == Some(Errno::NOENT.raw_os_error())
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
        let kin = self.kin_if_due();
        let has_come = kin.as_ref().is_some_and(|kin| *kin != self.kin);
        let is_full = self.memory.open.len() >= MANY;
        let is_due = !is_same || has_come || self.is_troubled;
        let trouble = match is_due && !is_full {
            true => {
                self.kin = kin.unwrap_or_default();
                self.look_through()
            }
            false => None,
        };
        self.is_troubled = trouble.is_some();
        match (now?, trouble) {
            (None, _) => Err(Errno::NOENT.into()),
            (Some(_), Some(error)) => Err(error),
            (Some(_), None) => Ok(()),
        }
    }

    /// Lists the rotated files, unless that was done a moment ago: while the
    /// log stays what it is, only a copy of it can come.
    fn kin_if_due(&mut self) -> Option<Kin> {
        let now = Instant::now();
        let pause = self.patience / LOOKS_FOR_A_LIST;
        if self.listed.is_some_and(|last| now < last + pause) {
            return None;
        }
        self.listed = Some(now);
        Some(kin(&self.disk, &self.path))
    }

    /// Takes in what is new in the folder; returns why something could not
    /// be opened.
    fn look_through(&mut self) -> Option<io::Error> {
        self.memory.newest.is_met = false;
        let mut survey =
            Survey::take(&self.disk, &self.path, &mut self.memory);
        let trouble = survey.trouble.take();
        let current = survey.current.as_ref().map(|current| current.id);
        let newest = &mut self.memory.newest;
        newest.is_met |= current.is_some_and(|id| newest.files.contains(&id));
        self.take_in(survey);
        trouble
    }

    /// Says so if files in front of `next` may have been deleted, unseen: the
    /// newest that was seen is not in the folder.
    fn say_if_pruned(&mut self, next: &Generation) {
        let newest = &self.memory.newest;
        if newest.is_met || newest.files.is_empty() {
            return;
        }
        self.lose(Gap {
            reason: Reason::Pruned,
            file: Some(beside(&self.path, &next.name)),
            from: 0,
            bytes: None,
        });
    }

    /// Adds what was found to the queue.
    pub(super) fn take_in(&mut self, survey: Survey) {
        let Survey { rotated, current, lead, broken, is_hidden, .. } = survey;
        for (name, rotated) in broken {
            let is_behind = Some(rotated.age) <= self.memory.behind;
            if !is_behind && self.told_broken.insert(name.clone()) {
                self.lose_packed(&name);
            }
        }
        let line = self.line();
        let held = self.memory.open.iter();
        let held = held.map(|open| open.id).position(|id| Some(id) == lead);
        let [mut at_of_copies, mut at] = self.places(lead, held);
        for mut found in rotated {
            let name = found.rotated.as_ref();
            let age = name.map(|name| &name.age);
            let is_old = age.is_some() && age <= line.as_ref();
            let is_copy = name.is_some_and(|name| !name.is_closed);
            // It may be a copy of what cannot be opened, and shorter.
            let is_early = is_hidden && is_copy;
            if is_old || is_early || self.memory.is_copy(&mut found) {
                continue;
            }
            if self.memory.open.len() >= MANY {
                // What the path leads to is found again as well.
                return;
            }
            let place = if is_copy { at_of_copies } else { at };
            if place == self.memory.open.len() {
                self.say_if_pruned(&found);
            }
            self.insert(place, found);
            at += 1;
            at_of_copies += 1;
        }
        if let (Some(current), None) = (current, held) {
            self.push(current);
        }
    }

    /// Returns where copies belong in the queue, and other rotated files.
    fn places(&self, lead: Option<FileId>, held: Option<usize>) -> [usize; 2] {
        let end = self.memory.open.len();
        let newest = self.memory.open.back();
        let is_log = newest.is_some_and(|newest| newest.rotated.is_none());
        match (held, lead) {
            // What could not be opened in an earlier look is older than what
            // the path leads to, which may be held by now.
            (Some(held), _) => [held, held],
            (None, Some(_)) => [end, end],
            // A log that has lost its name may still be written to, and
            // copies are of what it held before.
            (None, None) => {
                let before = end - usize::from(is_log);
                [before, if self.is_troubled { before } else { end }]
            }
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

    pub(super) fn push(&mut self, generation: Generation) {
        self.insert(self.memory.open.len(), generation);
    }

    pub(super) fn insert(&mut self, at: usize, mut generation: Generation) {
        generation.serial = self.next_serial;
        self.next_serial += self.serial_step;
        self.memory.insert(at, generation);
        self.has_changed = true;
    }
}
