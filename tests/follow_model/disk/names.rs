//! Turns names into files, now and after a power cut.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
};

use super::Serial;
use crate::dice::Dice;

/// What each directory has under each name.
type Table = BTreeMap<(Serial, OsString), Serial>;

/// The names of one file system. Its journal keeps their order: a power cut
/// leaves what was there at some moment since the last commit.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    now: Table,
    past: Vec<Table>,
}

impl Names {
    pub(super) fn find(
        &self,
        folder: Serial,
        name: &OsString,
    ) -> Option<Serial> {
        self.now.get(&(folder, name.clone())).copied()
    }

    /// Returns the names in a directory.
    pub(super) fn list(&self, folder: Serial) -> Vec<OsString> {
        let inside = self.now.keys().filter(|(of, _)| *of == folder);
        inside.map(|(_, name)| name.clone()).collect()
    }

    /// Returns all names and whose they are.
    pub(super) fn all(&self) -> BTreeSet<(OsString, Serial)> {
        let all = self.now.iter();
        all.map(|((_, name), serial)| (name.clone(), *serial)).collect()
    }

    /// Returns how many names a file has.
    pub(super) fn count(&self, serial: Serial) -> usize {
        self.now.values().filter(|named| **named == serial).count()
    }

    /// Makes several changes as one: a rename is whole or not there.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Table)) {
        self.past.push(self.now.clone());
        change(&mut self.now);
    }

    /// Makes what is there last.
    pub(super) fn commit(&mut self) {
        self.past.clear();
    }

    /// Goes back to some moment since the last commit.
    pub(super) fn lose(&mut self, dice: &mut Dice) {
        let moment = dice.below(self.past.len() + 1);
        if moment < self.past.len() {
            self.now = self.past.swap_remove(moment);
        }
        self.past.clear();
    }
}
