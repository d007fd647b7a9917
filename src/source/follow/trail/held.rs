//! What is held open, and what is behind us: by this, a look around knows
//! what is new.

use std::{
    collections::{HashMap, VecDeque},
    ffi::{OsStr, OsString},
};

use super::super::{
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
}

impl Held {
    pub(super) fn new(known: Known) -> Held {
        let (open, remembered) = (VecDeque::new(), HashMap::new());
        Held { open, known, remembered, behind: None }
    }

    /// Returns whether a file of this head is a copy of one that is held,
    /// packed or not.
    pub(super) fn is_copy(&mut self, head: &Head) -> bool {
        let twin = self.open.iter_mut().find_map(|open| {
            open.learn_head();
            head.is_copy_of(open.head()).then_some(open)
        });
        let Some(twin) = twin else { return false };
        twin.is_named = true;
        true
    }

    /// Lets go of one: it is behind us, and so are copies of it.
    pub(super) fn let_go(&mut self, at: usize) {
        if let Some(generation) = self.open.remove(at) {
            self.known.add(generation.head().print().clone());
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
        self.is_copy(head)
    }
}
