//! What is on the simulated disk, and what can be done to it.
//!
//! A [`Serial`] is who a file is, for ever; the inode number that programs
//! see is given to another file as soon as this one is gone.

use std::{collections::BTreeMap, ffi::OsString, io, path::PathBuf};

use kaudit_filter::disk::{FileId, Kind, Stat};
use rustix::io::Errno;

use super::{
    body::Body,
    names::Names,
    walk::{Caller, Spot},
};
use crate::dice::Dice;

/// The first inode that ext4 gives away.
const FIRST: u64 = 12;

/// Who a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Serial(pub(super) u64);

/// The directory that has the volumes.
pub(super) const ROOT: Serial = Serial(0);

#[derive(Debug)]
pub(super) struct Kernel {
    pub(super) nodes: BTreeMap<Serial, Node>,
    pub(super) volumes: Vec<Volume>,
    /// Nanoseconds since 1970, as this machine has it.
    pub(super) clock: i64,
    /// Files that are open and for whom, by the number of each opening.
    pub(super) open: BTreeMap<u64, (Serial, Caller)>,
    openings: u64,
}

/// A file system of its own.
#[derive(Debug)]
pub(super) struct Volume {
    pub(super) name: OsString,
    pub(super) root: Serial,
    pub(super) names: Names,
    /// Bytes that it still takes, if that is limited.
    pub(super) room: Option<u64>,
}

/// A file of any sort. It is remembered when it is gone, for those who
/// want to know what was in it.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) volume: usize,
    pub(super) ino: u64,
    pub(super) born: i64,
    pub(super) matter: Matter,
    pub(super) access: Access,
    /// The opening that has locked it.
    pub(super) lock: Option<u64>,
}

#[derive(Debug)]
pub(super) enum Matter {
    File(Body),
    Directory,
    Link(PathBuf),
}

/// Whether users may open a file, or look into a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Granted,
    Denied,
}

impl Kernel {
    pub(super) fn new(clock: i64) -> Kernel {
        Kernel {
            nodes: BTreeMap::new(),
            volumes: Vec::new(),
            clock,
            open: BTreeMap::new(),
            openings: 0,
        }
    }

    pub(super) fn mount(&mut self, name: &str) {
        let volume = self.volumes.len();
        let root = Serial(self.nodes.len() as u64 + 1);
        let names = Names::default();
        let name = OsString::from(name);
        self.volumes.push(Volume { name, root, names, room: None });
        self.insert(root, volume, Matter::Directory);
    }

    fn insert(&mut self, serial: Serial, volume: usize, matter: Matter) {
        let ino = self.free_number(volume);
        let (born, access) = (self.clock, Access::Granted);
        let node = Node { volume, ino, born, matter, access, lock: None };
        self.nodes.insert(serial, node);
    }

    /// Returns the smallest inode number that no file has.
    fn free_number(&self, volume: usize) -> u64 {
        let live = self.nodes.iter().filter(|(serial, node)| {
            node.volume == volume && self.is_live(**serial)
        });
        let used: Vec<u64> = live.map(|(_, node)| node.ino).collect();
        (FIRST..).find(|ino| !used.contains(ino)).expect("they do not end")
    }

    /// Returns whether a file has a name or is open.
    pub(super) fn is_live(&self, serial: Serial) -> bool {
        let volume = &self.volumes[self.nodes[&serial].volume];
        volume.root == serial
            || volume.names.count(serial) > 0
            || self.open.values().any(|(open, _)| *open == serial)
    }

    /// Makes a file and gives it a name that is free.
    pub(super) fn make(&mut self, spot: &Spot, matter: Matter) -> Serial {
        let serial = Serial(self.nodes.len() as u64 + 1);
        let volume = self.nodes[&spot.folder].volume;
        self.insert(serial, volume, matter);
        let key = (spot.folder, spot.name.clone());
        let names = &mut self.volumes[volume].names;
        names.change(|table| _ = table.insert(key, serial));
        serial
    }

    pub(super) fn unlink(&mut self, spot: &Spot) -> io::Result<()> {
        spot.node.ok_or(Errno::NOENT)?;
        let key = (spot.folder, spot.name.clone());
        let names = &mut self.volume_of(spot.folder).names;
        names.change(|table| _ = table.remove(&key));
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &Spot, to: &Spot) -> io::Result<()> {
        let serial = from.node.ok_or(Errno::NOENT)?;
        let volume = self.nodes[&from.folder].volume;
        if self.nodes[&to.folder].volume != volume {
            return Err(Errno::XDEV.into());
        }
        let old = (from.folder, from.name.clone());
        let new = (to.folder, to.name.clone());
        self.volumes[volume].names.change(|table| {
            table.remove(&old);
            table.insert(new, serial);
        });
        Ok(())
    }

    pub(super) fn volume_of(&mut self, serial: Serial) -> &mut Volume {
        &mut self.volumes[self.nodes[&serial].volume]
    }

    /// Opens a file and returns the number of the opening.
    pub(super) fn hold(&mut self, serial: Serial, caller: Caller) -> u64 {
        self.openings += 1;
        self.open.insert(self.openings, (serial, caller));
        self.openings
    }

    pub(super) fn release(&mut self, opening: u64) {
        let Some((serial, _)) = self.open.remove(&opening) else {
            return;
        };
        let node = self.node(serial);
        if node.lock == Some(opening) {
            node.lock = None;
        }
    }

    pub(super) fn node(&mut self, serial: Serial) -> &mut Node {
        self.nodes.get_mut(&serial).expect("serials are not made up")
    }

    pub(super) fn body(&mut self, serial: Serial) -> io::Result<&mut Body> {
        match &mut self.node(serial).matter {
            Matter::File(body) => Ok(body),
            Matter::Directory | Matter::Link(_) => Err(Errno::ISDIR.into()),
        }
    }

    /// Writes as much as there is room for.
    pub(super) fn write(
        &mut self,
        serial: Serial,
        at: u64,
        bytes: &[u8],
    ) -> io::Result<usize> {
        let length = self.body(serial)?.len();
        let there = length.saturating_sub(at).min(bytes.len() as u64);
        let room = &mut self.volume_of(serial).room;
        let free = room.unwrap_or(u64::MAX);
        let new = (bytes.len() as u64 - there).min(free);
        if there + new == 0 && !bytes.is_empty() {
            return Err(Errno::NOSPC.into());
        }
        if let Some(room) = room {
            *room -= new;
        }
        let taken = (there + new) as usize;
        self.body(serial)?.write(at, &bytes[..taken]);
        Ok(taken)
    }

    pub(super) fn set_len(
        &mut self,
        serial: Serial,
        length: u64,
    ) -> io::Result<()> {
        let old = self.body(serial)?.len();
        if let Some(room) = &mut self.volume_of(serial).room {
            let all = room.saturating_add(old);
            *room = all.checked_sub(length).ok_or(Errno::NOSPC)?;
        }
        self.body(serial)?.set_len(length);
        Ok(())
    }

    pub(super) fn stat(&self, serial: Serial) -> Stat {
        let node = &self.nodes[&serial];
        let volume = &self.volumes[node.volume];
        let (kind, size) = match &node.matter {
            Matter::File(body) => (Kind::Regular, body.len()),
            Matter::Directory => (Kind::Directory, 4096),
            Matter::Link(_) => (Kind::Other, 0),
        };
        let dev = node.volume as u64 + 1;
        let id = FileId { dev, ino: node.ino, born: node.born };
        let links = volume.names.count(serial) as u64;
        Stat { id, size, links, kind }
    }

    /// Loses what was not synced.
    pub(super) fn lose(&mut self, dice: &mut Dice) {
        assert!(self.open.is_empty(), "a program has survived");
        for volume in &mut self.volumes {
            volume.names.lose(dice);
        }
        for node in self.nodes.values_mut() {
            if let Matter::File(body) = &mut node.matter {
                body.lose(dice);
            }
        }
    }
}
