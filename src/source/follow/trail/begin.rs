//! Finds the places where reading begins: where a checkpoint says, or where
//! the user does.

use std::{io, mem};

use rustix::io::Errno;

use super::{
    super::{
        begin::{self, Begin},
        home::{beside, kin, lead},
        remark::{Gap, Reason, Remark, Start},
        survey::Survey,
    },
    Trail,
};
use crate::{
    checkpoint::{Left, Place, SourceRecord},
    disk::FileId,
};

/// How to begin.
#[derive(Debug)]
pub(super) struct Beginning {
    pub begin: Begin,
    pub record: Option<SourceRecord>,
}

impl Trail {
    /// Finds the places where reading begins.
    pub(super) fn begin(&mut self, start: Beginning) -> io::Result<()> {
        let result = self.begin_at(&start);
        let is_resumed = start.record.is_some();
        match result {
            Ok(trouble) => {
                self.say_where(is_resumed);
                self.is_troubled = trouble.is_some();
                trouble.map_or(Ok(()), Err)?;
            }
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

    /// Opens what there is; returns why something else could not be opened.
    fn begin_at(
        &mut self,
        start: &Beginning,
    ) -> io::Result<Option<io::Error>> {
        self.kin = kin(&self.disk, &self.path);
        let mut survey =
            Survey::take(&self.disk, &self.path, &mut self.memory);
        let mut trouble = survey.trouble.take();
        let is_found = match &start.record {
            Some(record) => survey.has_all(&record.places),
            None => survey.current.is_some(),
        };
        if !is_found && let Some(error) = trouble.take() {
            // It may be what we are looking for.
            return Err(error);
        }
        match &start.record {
            Some(record) => self.resume(survey, record),
            None => self.begin_anew(survey, start.begin)?,
        }
        Ok(trouble)
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
            self.memory.known.add(found.head().print().clone());
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
                None => {
                    self.lose_place(place, current);
                    if survey.forget_copies(place) {
                        let (place, end) = (place.clone(), place.offset);
                        self.memory.known.leave(Left { place, end });
                    }
                }
            }
        }
        for place in fresh {
            // One that was empty is new, whatever it holds now.
            if place.head.len > 0 && !survey.has(place) {
                self.lose_place(place, current);
            }
        }
        if newest.is_some() && newest == current && !record.knows_all {
            // No rotation since: what nobody remembers is older.
            for mut found in mem::take(&mut survey.rotated) {
                if !self.memory.is_copy(&mut found) {
                    self.memory.known.add(found.head().print().clone());
                }
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
}
