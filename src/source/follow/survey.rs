//! Looks at the folder of a log: which files are of its family, and what is
//! in them?
//!
//! A folder cannot be listed at one moment. Where the path led to another
//! file before the listing than behind it, a rotation came in between, and
//! the look is taken again.

use std::{
    cmp::Ordering,
    collections::HashSet,
    ffi::{OsStr, OsString},
    io,
    path::Path,
    sync::Arc,
};

use super::{
    body::Body,
    copy::is_no_more,
    family::{Age, Family, Rotated, unpacked},
    generation::Generation,
    head::Head,
    home::{folder, homes, is_absence, lead},
};
use crate::{
    checkpoint::Place,
    disk::{Disk, FileId, Kind, Purpose},
};

/// How often the folder is listed anew before what is seen has to do.
const TRIES: usize = 5;

/// What was found in the folder of a log.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Rotated files that are not empty, oldest first.
    pub rotated: Vec<Generation>,
    /// What the path leads to.
    pub current: Option<Generation>,
    /// Which file that is, whether it could be opened or not.
    pub lead: Option<FileId>,
    /// Whether a name was listed and gone when it was looked at: a packed
    /// file may have taken its place.
    is_stale: bool,
    /// Whether what the path leads to, or what the apiserver has rotated,
    /// could not be opened.
    pub is_hidden: bool,
    /// Why a file of the family could not be opened, if one could not.
    pub trouble: Option<io::Error>,
    /// Rotated files that are packed and cannot be unpacked.
    pub broken: Vec<(OsString, Rotated)>,
}

/// What is known of the files of a log.
pub(super) trait Memory {
    /// Returns whether a file is open already, and notes its name.
    fn has_open(&mut self, id: FileId, name: &OsStr, as_: &Rotated) -> bool;

    /// Returns whether the content of a file was found to be behind us when
    /// it had the same name.
    fn is_remembered(&mut self, id: FileId, name: &OsStr) -> bool;

    /// Returns whether the content of a file is behind us.
    fn is_behind(&mut self, found: &mut Generation) -> bool;
}

impl Survey {
    /// Looks around, for what is not in memory.
    ///
    /// * What the path leads to may be missing, or not for us to read; so may
    ///   be rotated files ([`Survey::trouble`]).
    pub(super) fn take(
        disk: &Arc<dyn Disk>,
        path: &Path,
        memory: &mut dyn Memory,
    ) -> Survey {
        let mut survey = Survey::default();
        for attempt in 1.. {
            let before = lead(disk, path).unwrap_or(None);
            let youngest = survey.youngest();
            survey.look(disk, path, memory);
            let now = match &survey.current {
                Some(current) => Some(current.id),
                // It may be there, and not for us to open.
                None => lead(disk, path).unwrap_or(None),
            };
            survey.lead = now;
            if before == now && !survey.is_stale {
                break;
            }
            if attempt == TRIES {
                survey.leave_unsettled_out(youngest);
                break;
            }
        }
        survey.rotated.sort_by(by_age);
        survey.leave_copies_out();
        survey
    }

    /// Leaves out what may have come after something that was not seen: all
    /// that is younger than what the look before had found. It is found in
    /// the next survey.
    fn leave_unsettled_out(&mut self, youngest: Option<Age>) {
        self.current = None;
        self.rotated.retain(|found| {
            let rotated = found.rotated.as_ref();
            rotated.is_some_and(|found| Some(&found.age) <= youngest.as_ref())
        });
    }

    /// Returns the age of the youngest rotated file found so far.
    fn youngest(&self) -> Option<Age> {
        let names = self.rotated.iter().filter_map(|g| g.rotated.as_ref());
        names.map(|name| name.age.clone()).max()
    }

    /// Leaves out what is another copy of a file, not longer than that. One
    /// that was packed between two looks was found twice; as long as it is
    /// open, the plain file is the whole one.
    fn leave_copies_out(&mut self) {
        let mut at = 0;
        while at < self.rotated.len() {
            let mut found = self.rotated.remove(at);
            let mut others = self.rotated.iter_mut().chain(&mut self.current);
            if !others.any(|other| is_no_more(&mut found, other)) {
                self.rotated.insert(at, found);
                at += 1;
            }
        }
    }

    /// Returns whether the file is there that a place is in.
    pub(super) fn has(&mut self, place: &Place) -> bool {
        let mut all = self.rotated.iter_mut().chain(&mut self.current);
        all.any(|found| {
            let (offset, lines) = (found.offset, found.lines);
            let holds = found.holds(place).unwrap_or(false);
            found.go_to(offset, lines).is_ok() && holds
        })
    }

    /// Returns whether the files are there that places are in.
    pub(super) fn has_all(&mut self, places: &[Place]) -> bool {
        places.iter().all(|place| place.head.len == 0 || self.has(place))
    }

    /// Leaves out copies of a file that is gone which hold no more than was
    /// read of it; returns whether there were any.
    pub(super) fn forget_copies(&mut self, place: &Place) -> bool {
        let before = self.rotated.len();
        self.rotated.retain(|found| {
            *found.head().print() != place.head
                || found.id == place.file
                || found.body.is_packed()
                || found.size() > place.offset
        });
        self.rotated.len() < before
    }

    /// Takes out the file that a place is in, gone to there.
    pub(super) fn find(&mut self, place: &Place) -> Option<Generation> {
        let holds =
            |found: &mut Generation| found.holds(place).unwrap_or(false);
        let is_same = |found: &Generation| found.id == place.file;
        if let Some(current) = &mut self.current
            && is_same(current)
            && holds(current)
        {
            return self.current.take();
        }
        // Identity tells where to look first, and nothing else.
        let mut order: Vec<usize> = (0..self.rotated.len()).collect();
        order.sort_by_key(|&at| !is_same(&self.rotated[at]));
        let mut order = order.into_iter();
        if let Some(at) = order.find(|&at| holds(&mut self.rotated[at])) {
            return Some(self.rotated.remove(at));
        }
        self.current.take_if(holds)
    }

    fn look(
        &mut self,
        disk: &Arc<dyn Disk>,
        path: &Path,
        memory: &mut dyn Memory,
    ) {
        self.broken.clear();
        self.is_stale = false;
        self.trouble = None;
        self.is_hidden = false;
        for home in homes(disk, path) {
            let Some(name) = home.file_name() else { continue };
            let family = Family::new(name);
            self.list(disk, &home, &family, memory);
        }
        // What was the current file in the look before may be a rotated one
        // that is gone from the folder by now.
        let last = self.current.take();
        self.current = current(disk, path).unwrap_or_else(|error| {
            self.is_hidden = true;
            self.trouble = Some(error);
            None
        });
        if let Some(last) = last
            && Some(last.id) != self.current.as_ref().map(|now| now.id)
            && self.rotated.iter().all(|found| found.id != last.id)
        {
            self.rotated.push(last);
        }
    }

    /// Notes that a listed file could not be opened.
    fn note(&mut self, error: io::Error) {
        if is_absence(&error) {
            self.is_stale = true;
        } else {
            self.trouble = Some(error);
        }
    }

    /// Takes up what a folder holds of a family.
    fn list(
        &mut self,
        disk: &Arc<dyn Disk>,
        path: &Path,
        family: &Family,
        memory: &mut dyn Memory,
    ) {
        let folder = folder(path);
        let names = disk.list(folder).unwrap_or_else(|error| {
            // Who may not list the folder has no rotated files.
            if error.kind() != io::ErrorKind::PermissionDenied
                && !is_absence(&error)
            {
                self.trouble = Some(error);
            }
            Vec::new()
        });
        let all: HashSet<&[u8]> =
            names.iter().map(|name| name.as_encoded_bytes()).collect();
        for name in &names {
            let Some(rotated) = family.rotated(name) else { continue };
            let plain = unpacked(name.as_encoded_bytes());
            // One that is being packed is whole only as the plain file.
            if plain.is_none_or(|plain| !all.contains(plain)) {
                self.visit(disk, folder, (name, rotated), memory);
            }
        }
    }

    /// Looks at a file that was listed, unless it is known.
    fn visit(
        &mut self,
        disk: &Arc<dyn Disk>,
        folder: &Path,
        (name, rotated): (&OsStr, Rotated),
        memory: &mut dyn Memory,
    ) {
        let path = folder.join(name);
        let stat = match disk.stat(&path) {
            Ok(stat) => stat,
            Err(error) => return self.note(error),
        };
        if memory.has_open(stat.id, name, &rotated)
            || memory.is_remembered(stat.id, name)
            || stat.kind != Kind::Regular
            || stat.size == 0
        {
            return;
        }
        let mut known = self.rotated.iter_mut();
        if let Some(known) = known.find(|known| known.id == stat.id) {
            known.name = name.to_owned();
            known.rotated = Some(rotated);
            return;
        }
        match open(disk, &path, name) {
            Ok(found) => self.take_up(found, rotated, memory),
            Err(error) if rotated.is_packed && is_damage(&error) => {
                self.broken.push((name.to_owned(), rotated));
            }
            Err(error) => {
                self.is_hidden |= rotated.is_closed && !is_absence(&error);
                self.note(error);
            }
        }
    }

    /// Keeps a rotated file, unless there is nothing in it for us.
    fn take_up(
        &mut self,
        mut found: Generation,
        rotated: Rotated,
        memory: &mut dyn Memory,
    ) {
        found.rotated = Some(rotated);
        // A packed one that held nothing has a size as well.
        let is_empty = found.head().print().len == 0;
        if !is_empty && !memory.is_behind(&mut found) {
            self.rotated.push(found);
        }
    }
}

/// Returns whether an error says that a packed file is broken.
fn is_damage(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof
    )
}

/// Opens what the path leads to.
fn current(
    disk: &Arc<dyn Disk>,
    path: &Path,
) -> io::Result<Option<Generation>> {
    let name = path.file_name().unwrap_or_default();
    match open(disk, path, name) {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens a regular file and reads its head.
fn open(
    disk: &Arc<dyn Disk>,
    path: &Path,
    name: &OsStr,
) -> io::Result<Generation> {
    let file = disk.open(path, Purpose::Read)?;
    let stat = file.stat()?;
    match stat.kind {
        Kind::Regular => {}
        Kind::Directory => return Err(io::ErrorKind::IsADirectory.into()),
        Kind::Other => {
            return Err(io::Error::other("not a regular file"));
        }
    }
    let mut body = Body::new(file)?;
    let head = Head::read(&mut body)?;
    Ok(Generation::new(name.to_owned(), None, stat.id, body, head))
}

/// Sorts by age; a file whose name was never seen was the current one a
/// moment ago, and is the youngest.
fn by_age(one: &Generation, other: &Generation) -> Ordering {
    let age = |generation: &Generation| {
        let rotated = generation.rotated.as_ref();
        (rotated.is_none(), rotated.map(|rotated| rotated.age.clone()))
    };
    age(one).cmp(&age(other))
}
