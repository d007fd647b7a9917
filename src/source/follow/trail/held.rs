//! What is held open, and what is behind us: by this, a look around knows
//! what is new.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    ffi::{OsStr, OsString},
    time::Instant,
};

use super::super::{
    copy::{goes_on, is_as_it_was, is_copy, is_longer},
    family::{Age, Rotated},
    generation::Generation,
    head::Head,
    known::Known,
    survey::Memory,
};
use crate::disk::FileId;

/// Files that are remembered by their name.
const MANY_NAMES: usize = 4096;

/// The generations held open, and what is behind us.
#[derive(Debug)]
pub(super) struct Held {
    pub open: VecDeque<Generation>,
    pub known: Known,
    /// Files whose content is behind us, by the name they had then: they
    /// need not be opened again.
    pub remembered: HashMap<FileId, OsString>,
    /// The youngest rotated file known to be behind us.
    pub behind: Option<Age>,
    pub newest: Newest,
}

/// The file that was added last, open or not: behind it begins what was not
/// seen yet. If it is gone, others that came after it may be.
#[derive(Debug, Default)]
pub(super) struct Newest {
    /// The file, and copies of it.
    pub files: HashSet<FileId>,
    /// Its head, as soon as it is let go.
    head: Option<Head>,
    /// Whether the last look through the folder met it.
    pub is_met: bool,
}

impl Held {
    pub(super) fn new(known: Known) -> Held {
        let (open, remembered) = (VecDeque::new(), HashMap::new());
        let newest = Newest::default();
        Held { open, known, remembered, behind: None, newest }
    }

    /// Adds one to the queue.
    pub(super) fn insert(&mut self, at: usize, generation: Generation) {
        if at == self.open.len() {
            let files = HashSet::from([generation.id]);
            self.newest = Newest { files, head: None, is_met: true };
        }
        self.open.insert(at, generation);
    }

    /// Returns whether a file is a copy of one that is held, packed or not,
    /// and brings nothing new.
    pub(super) fn is_copy(&mut self, found: &mut Generation) -> bool {
        let mut open = self.open.iter_mut();
        let at = open.position(|open| is_copy(found, open));
        let Some(at) = at else { return false };
        let twin = &mut self.open[at];
        // What is packed of a closed file is all of it, and slow to look at.
        let may_be_longer = twin.rotated.is_some()
            && !(twin.is_closed() && found.body.is_packed());
        if may_be_longer
            && is_longer(found, twin)
            && is_as_it_was(twin)
            && goes_on(found, &twin.left())
        {
            // What is behind its place is read in the longer one.
            twin.passed.get_or_insert_with(Instant::now);
            return false;
        }
        let is_whole = found.head().is_copy_of(twin.head());
        if found.body.is_packed() && !twin.is_closed() && is_whole {
            // Only what is finished is packed.
            twin.name.clone_from(&found.name);
            twin.rotated.clone_from(&found.rotated);
        }
        let is_newest = self.newest.files.contains(&twin.id);
        self.newest.meet(is_newest, found.id);
        true
    }

    /// Lets go of one: it is behind us, and so are copies of it.
    pub(super) fn let_go(&mut self, at: usize) {
        if let Some(generation) = self.open.remove(at) {
            let left = generation.left();
            if generation.is_closed() || left.place.head.len == 0 {
                self.known.add(generation.head().print().clone());
            } else {
                self.known.leave(left);
            }
            if self.newest.files.contains(&generation.id) {
                self.newest.head = Some(generation.head().clone());
            }
        }
    }
}

impl Newest {
    /// Notes that a file is there, which may be it or a copy of it.
    fn meet(&mut self, is_newest: bool, id: FileId) {
        if is_newest {
            self.files.insert(id);
            self.is_met = true;
        }
    }
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
        self.newest.meet(self.newest.files.contains(&id), id);
        true
    }

    fn is_remembered(&mut self, id: FileId, name: &OsStr) -> bool {
        self.newest.meet(self.newest.files.contains(&id), id);
        self.remembered.get(&id).is_some_and(|known| known == name)
    }

    fn is_behind(&mut self, found: &mut Generation) -> bool {
        let left = self.known.left(found.head());
        let goes_on = left.is_some_and(|left| goes_on(found, left));
        let head = found.head();
        if self.known.has(head) && !goes_on {
            if self.remembered.len() >= MANY_NAMES {
                self.remembered.clear();
            }
            self.remembered.insert(found.id, found.name.clone());
            let age = found.rotated.as_ref().map(|name| name.age.clone());
            self.behind = self.behind.take().max(age);
            let newest = self.newest.head.as_ref();
            let is_newest =
                newest.is_some_and(|newest| head.is_copy_of(newest));
            self.newest.meet(is_newest, found.id);
            return true;
        }
        self.is_copy(found)
    }
}
