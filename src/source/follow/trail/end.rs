//! What happens at the end of a generation, or where it turns out not to be
//! what it was.

use std::{ffi::OsStr, io, mem, sync::Arc, time::Instant};

use super::{
    super::{
        copy::{goes_on, is_changed, is_no_more},
        generation::{Generation, Read},
        home::beside,
        remark::{Gap, Reason, Remark},
        survey::Survey,
    },
    Trail,
};
use crate::frame::{Batch, Pool};

/// What to do at the end of a generation.
#[derive(Debug)]
pub(super) enum Pass {
    /// Wait for more of it.
    Stay,
    /// Read it once more.
    Again,
    /// This was its last, unfinished line.
    Last(Batch),
    /// Go on with the next one.
    On,
}

impl Trail {
    /// Decides what to do at the end of a generation.
    pub(super) fn pass(&mut self, at: usize, pool: &Arc<Pool>) -> Pass {
        let newer = self.memory.open.len() - at - 1;
        // One that was cut since was written to as well.
        let has_begun = self.memory.open.get(at + 1);
        let has_begun =
            has_begun.is_some_and(|next| next.seen > 0 || next.size() > 0);
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
            let terms = (&self.wrapping, self.max_line);
            let last = generation.last(pool.take(), terms);
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
    pub(super) fn let_go(&mut self, at: usize) -> bool {
        let is_done = self.memory.open[at].is_closed();
        if is_done {
            self.has_changed = true;
            self.memory.let_go(at);
        }
        is_done
    }

    /// Lets go of generations that were passed a while ago, and are what they
    /// were when they were read. Of one that was cut since, a copy may hold
    /// more: reading will find that out.
    pub(super) fn retire(&mut self) {
        while let Some(front) = self.memory.open.front_mut()
            && let Some(passed) = front.passed
            && passed.elapsed() >= self.patience
            && (front.body.is_packed() || !is_changed(front).unwrap_or(false))
        {
            self.has_changed = true;
            self.memory.let_go(0);
        }
    }

    /// Goes on behind a file that is not what it was: in a copy of it, if
    /// there is one, and in what it holds now. Returns whether it does: as
    /// long as something may not be opened, that may be the copy.
    pub(super) fn replaced(&mut self, at: usize) -> bool {
        let Some(old) = self.memory.open.remove(at) else { return true };
        let place = old.place();
        let mut survey =
            Survey::take(&self.disk, &self.path, &mut self.memory);
        // Of a file that had no whole line, nothing is known to look for.
        let copy = match place.head.len {
            0 => None,
            _ => survey.find(&place),
        };
        if copy.is_none() && place.head.len > 0 && survey.trouble.is_some() {
            self.is_troubled = true;
            self.memory.open.insert(at, old);
            return false;
        }
        self.is_troubled |= survey.trouble.is_some();
        let now = survey.current.take_if(|current| current.id == old.id);
        match &copy {
            Some(copy) => {
                let path = beside(&self.path, &copy.name);
                self.remarks.push(Remark::Copied(path));
            }
            None => {
                let bytes = old.seen.saturating_sub(old.offset);
                self.memory.known.leave(old.left());
                self.lose(Gap {
                    reason: Reason::Truncated,
                    file: Some(beside(&self.path, &old.name)),
                    from: old.offset,
                    bytes: (bytes > 0).then_some(bytes),
                });
            }
        }
        // Older copies hold less, and nothing else.
        survey.rotated.retain(|found| {
            found.id != old.id && !found.head().is_copy_of(old.head())
        });
        let behind = at + usize::from(copy.is_some());
        if let Some(copy) = copy {
            self.insert(at, copy);
        }
        self.take_in(survey);
        match now {
            // What the path leads to is the youngest of all.
            Some(mut now) => {
                self.unite(&mut now);
                self.push(now);
            }
            None => self.go_on(&old, behind),
        }
        true
    }

    /// Goes on in what a file holds since it was cut that has another name
    /// by now, or none.
    fn go_on(&mut self, old: &Generation, behind: usize) {
        let Some(mut now) = old.anew() else { return };
        let known = &self.memory.known;
        let is_more = known.left(now.head()).cloned();
        let is_more = is_more.is_some_and(|left| goes_on(&mut now, &left));
        if self.memory.known.has(now.head()) && !is_more {
            return;
        }
        // Copies are of files that were there before; what has taken its
        // place came later.
        let mut later = self.memory.open.iter().skip(behind);
        let at = later.position(|later| {
            later.rotated.as_ref().is_none_or(|name| name.is_closed)
        });
        let at = at.map_or(self.memory.open.len(), |at| behind + at);
        let at = match self.unite(&mut now) {
            Some(twin) if twin >= behind => twin,
            // It stood in front of the copy, and is taken out.
            Some(_) => at - 1,
            None => at,
        };
        self.insert(at, now);
    }

    /// Takes a copy of `now` that holds no more out of the queue, and has
    /// `now` go on where that was read to; returns where it stood.
    pub(super) fn unite(&mut self, now: &mut Generation) -> Option<usize> {
        let mut open = self.memory.open.iter_mut();
        let at = open.position(|twin| is_no_more(twin, now))?;
        let twin = self.memory.open.remove(at)?;
        // What is not the same any more is read from its begin.
        now.holds(&twin.place()).ok();
        Some(at)
    }

    /// Returns whether to go on in spite of an error.
    pub(super) fn unreadable(&mut self, at: usize, error: io::Error) -> bool {
        let generation = &self.memory.open[at];
        if generation.body.is_packed() {
            let name = generation.name.clone();
            let from = generation.offset;
            let file = Some(beside(&self.path, name));
            self.memory.let_go(at);
            self.lose(Gap { reason: Reason::Broken, file, from, bytes: None });
            return true;
        }
        if !mem::replace(&mut self.is_unreadable, true) {
            self.remarks.push(Remark::Unreadable(error));
        }
        false
    }

    pub(super) fn lose_packed(&mut self, name: &OsStr) {
        let file = Some(beside(&self.path, name));
        self.lose(Gap { reason: Reason::Broken, file, from: 0, bytes: None });
    }
}
