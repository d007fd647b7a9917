//! Says of what nobody can know whether it is old or new, and so what is not
//! owed, may come twice, or may come at any place.

use std::path::PathBuf;

use super::{
    super::{
        disk::{Serial, SimDisk},
        events::{End, Events, Piece},
    },
    Known, Truth, first_line, is_dated,
};

impl Truth {
    /// Returns the events in numbered copies, if there are files with a time
    /// in their name as well, or were: one that was cut may be held. Nor can
    /// anybody tell while the path leads nowhere.
    pub(crate) fn strays(&self, events: &Events) -> Vec<usize> {
        let current = self.disk.find(&self.path).ok();
        let is_cut = |serial: &Serial| {
            self.disk.lives(*serial).len() > 1 && current != Some(*serial)
        };
        let is_dated = self.paths().iter().any(|path| is_dated(path));
        let is_cut = self.perhaps.iter().any(is_cut);
        if !is_dated && !is_cut && current.is_some() {
            return Vec::new();
        }
        let copies = self.copies().into_iter();
        let copies = copies.filter_map(|path| self.disk.read(&path).ok());
        copies.flat_map(|log| events.whole(&log)).collect()
    }

    /// Notes copies that end in their first line, and returns the events in
    /// them: once their log is gone, nobody can tell whose begin that is.
    pub(crate) fn halves(&mut self, events: &Events) -> Vec<usize> {
        let paths = self.copies().into_iter();
        let copies = paths.filter_map(|path| self.disk.find(&path).ok());
        let logs = copies.map(|serial| (serial, self.disk.content(serial)));
        let halves: Vec<_> = logs
            .filter(|(_, log)| !log.is_empty() && !log.contains(&b'\n'))
            .collect();
        self.stumps.extend(halves.iter().map(|(serial, _)| *serial));
        halves.iter().filter_map(|(_, log)| events.find(log)).collect()
    }

    pub(super) fn copies(&self) -> Vec<PathBuf> {
        let mut paths = self.paths();
        paths.retain(|path| *path != self.path && !is_dated(path));
        paths
    }

    /// Returns all events that ever were in a file, those without an end
    /// among them.
    pub(crate) fn events_of(
        &self,
        serial: Serial,
        events: &Events,
    ) -> Vec<usize> {
        let lives = self.disk.lives(serial).into_iter();
        let mut logs: Vec<_> = lives.collect();
        logs.extend(self.read(serial).map(|file| file.log));
        let pieces =
            logs.iter().flat_map(|log| events.pieces(log, End::Closed));
        let numbers = pieces.filter_map(|(_, piece)| match piece {
            Piece::Event(number) => Some(number),
            Piece::Torn(bytes) => events.find(&bytes),
        });
        numbers.collect()
    }

    /// Has the path come to lead to another folder.
    pub(crate) fn swap(&mut self) {
        self.exempt_copies();
        let there = self.in_reach(SimDisk::find);
        self.swapped.extend(there);
    }

    /// Has nothing more be owed of the file at the path: the follower may
    /// have read it, or a copy of it, to its end.
    pub(crate) fn exempt(&mut self) {
        self.exempt.extend(self.disk.find(&self.path));
        let exempt = &self.exempt;
        self.taken.retain(|(known, life), _| {
            *known == Known::Perhaps || !exempt.contains(&life.0)
        });
    }

    /// Has nothing be owed of files that a power cut has given a name back,
    /// nor of copies of them: they may be behind the follower, and a writer
    /// may go on in them.
    pub(crate) fn exempt_returned(&mut self, serials: &[Serial]) {
        self.exempt.extend(serials);
        let logs = serials.iter().map(|serial| self.disk.content(*serial));
        self.returned.extend(logs.filter_map(|log| first_line(&log)));
    }

    /// Has nothing be owed of the numbered copies in the folder: the path
    /// comes to lead elsewhere, and of what they are copies is not known
    /// when it comes back.
    fn exempt_copies(&mut self) {
        let copies = self.copies().into_iter();
        let copies = copies.filter_map(|path| self.disk.find(&path).ok());
        self.exempt.extend(copies.collect::<Vec<_>>());
    }
}
