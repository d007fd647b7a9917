//! A disk in memory, on which everything can happen that happens to disks.
//!
//! A [`SimDisk`] is the machine: whoever has it acts as root, and nothing
//! fails but for want of room. A [`Process`] is a program that runs on it,
//! the one under test: calls of it can fail, and it can be killed between any
//! two of them. A power cut loses what nobody has synced.

mod body;
mod hand;
mod kernel;
mod names;
mod opened;
mod process;
mod tests;
mod walk;

use std::{
    collections::BTreeSet,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use kaudit_filter::disk::Stat;
use rustix::io::Errno;

pub(crate) use self::{
    hand::Hand,
    kernel::{Access, Serial},
    process::{Call, Fault, Process},
};
use self::{
    kernel::{Kernel, Matter},
    walk::{Caller, Last, Spot},
};
use crate::dice::Dice;

/// The machine with its disks.
#[derive(Clone, Debug)]
pub(crate) struct SimDisk(Arc<Mutex<Kernel>>);

impl SimDisk {
    /// Makes a machine with a disk mounted at each of these names in the
    /// root.
    pub(crate) fn new(volumes: &[&str], clock: i64) -> SimDisk {
        let mut kernel = Kernel::new(clock);
        for name in volumes {
            kernel.mount(name);
        }
        SimDisk(Arc::new(Mutex::new(kernel)))
    }

    fn kernel(&self) -> MutexGuard<'_, Kernel> {
        self.0.lock().expect("no call panics half way")
    }

    /// Starts a program.
    pub(crate) fn process(&self) -> Process {
        Process::new(self.clone())
    }

    /// Returns the time in nanoseconds since 1970.
    pub(crate) fn clock(&self) -> i64 {
        self.kernel().clock
    }

    pub(crate) fn set_clock(&self, clock: i64) {
        self.kernel().clock = clock;
    }

    /// Has a disk take so many more bytes only, or any number.
    pub(crate) fn set_room(&self, volume: &str, room: Option<u64>) {
        let mut kernel = self.kernel();
        let mut volumes = kernel.volumes.iter_mut();
        let found = volumes.find(|v| v.name.as_os_str() == volume);
        found.expect("it is mounted").room = room;
    }

    /// Makes all that was written to a disk last.
    pub(crate) fn flush(&self, volume: &str) {
        let mut kernel = self.kernel();
        let mut volumes = kernel.volumes.iter_mut();
        let at = volumes.position(|v| v.name.as_os_str() == volume);
        let at = at.expect("it is mounted");
        kernel.volumes[at].names.commit();
        for node in kernel.nodes.values_mut().filter(|n| n.volume == at) {
            if let Matter::File(body) = &mut node.matter {
                body.sync();
            }
        }
    }

    /// Cuts the power. All programs have to be gone.
    pub(crate) fn power_cut(&self, seed: u64) {
        self.kernel().lose(&mut Dice::new(seed));
    }

    /// Makes a file, or empties it, and opens it at its begin.
    pub(crate) fn create(&self, path: &Path) -> io::Result<Hand> {
        let hand = Hand::new(self, self.made(path)?, Some(0));
        self.kernel().set_len(hand.serial(), 0)?;
        Ok(hand)
    }

    /// Opens a file at its end, wherever that will be.
    pub(crate) fn append(&self, path: &Path) -> io::Result<Hand> {
        Ok(Hand::new(self, self.made(path)?, None))
    }

    fn made(&self, path: &Path) -> io::Result<Serial> {
        let mut kernel = self.kernel();
        let spot = kernel.walk(path, Caller::Root, Last::Follow)?;
        Ok(match spot.node {
            Some(serial) => serial,
            None => kernel.make(&spot, Matter::File(body::Body::default())),
        })
    }

    pub(crate) fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.make(path, Matter::Directory)
    }

    pub(crate) fn link(&self, path: &Path, target: &Path) -> io::Result<()> {
        self.make(path, Matter::Link(target.to_owned()))
    }

    fn make(&self, path: &Path, matter: Matter) -> io::Result<()> {
        let mut kernel = self.kernel();
        let spot = kernel.walk(path, Caller::Root, Last::Stay)?;
        if spot.node.is_some() {
            return Err(Errno::EXIST.into());
        }
        kernel.make(&spot, matter);
        Ok(())
    }

    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut kernel = self.kernel();
        let from = kernel.walk(from, Caller::Root, Last::Stay)?;
        let to = kernel.walk(to, Caller::Root, Last::Stay)?;
        kernel.rename(&from, &to)
    }

    pub(crate) fn unlink(&self, path: &Path) -> io::Result<()> {
        let mut kernel = self.kernel();
        let spot = kernel.walk(path, Caller::Root, Last::Stay)?;
        kernel.unlink(&spot)
    }

    pub(crate) fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        let serial = self.find(path)?;
        self.kernel().set_len(serial, len)
    }

    pub(crate) fn set_access(
        &self,
        path: &Path,
        access: Access,
    ) -> io::Result<()> {
        let serial = self.find(path)?;
        self.kernel().node(serial).access = access;
        Ok(())
    }

    pub(crate) fn access(&self, path: &Path) -> io::Result<Access> {
        let serial = self.find(path)?;
        Ok(self.kernel().node(serial).access)
    }

    /// Lets all read everything.
    pub(crate) fn grant_all(&self) {
        for node in self.kernel().nodes.values_mut() {
            node.access = Access::Granted;
        }
    }

    /// Returns which file a path leads to.
    pub(crate) fn find(&self, path: &Path) -> io::Result<Serial> {
        Ok(self.spot(path, Caller::Root)?.1)
    }

    /// Returns which file a path leads to for a program that may be denied.
    pub(crate) fn find_as_user(&self, path: &Path) -> io::Result<Serial> {
        let serial = self.spot(path, Caller::User)?.1;
        match self.kernel().node(serial).access {
            Access::Granted => Ok(serial),
            Access::Denied => Err(Errno::ACCESS.into()),
        }
    }

    fn spot(&self, path: &Path, caller: Caller) -> io::Result<(Spot, Serial)> {
        let spot = self.kernel().walk(path, caller, Last::Follow)?;
        let serial = spot.node.ok_or(Errno::NOENT)?;
        Ok((spot, serial))
    }

    pub(crate) fn stat(&self, path: &Path) -> io::Result<Stat> {
        let serial = self.find(path)?;
        Ok(self.kernel().stat(serial))
    }

    pub(crate) fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(self.spot(path, Caller::Root)?.0.path)
    }

    pub(crate) fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        let serial = self.find(path)?;
        let mut kernel = self.kernel();
        Ok(kernel.volume_of(serial).names.list(serial))
    }

    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Ok(self.content(self.find(path)?))
    }

    /// Returns what is, or last was, in a file.
    pub(crate) fn content(&self, serial: Serial) -> Vec<u8> {
        let mut kernel = self.kernel();
        kernel.body(serial).map_or(Vec::new(), |body| body.bytes().to_vec())
    }

    /// Returns all names of a disk and whose they are.
    pub(crate) fn tree(&self, volume: &str) -> BTreeSet<(OsString, Serial)> {
        let kernel = self.kernel();
        let mut volumes = kernel.volumes.iter();
        let found = volumes.find(|v| v.name.as_os_str() == volume);
        found.expect("it is mounted").names.all()
    }

    /// Returns the files of a disk, also those that are gone.
    pub(crate) fn files(&self, volume: &str) -> Vec<Serial> {
        let kernel = self.kernel();
        let files = kernel.nodes.iter().filter(|(_, node)| {
            kernel.volumes[node.volume].name == volume
                && matches!(node.matter, Matter::File(_))
        });
        files.map(|(serial, _)| *serial).collect()
    }

    /// Returns what was in a file in each of its lives, the last one still
    /// going on: one ends where something is taken away.
    pub(crate) fn lives(&self, serial: Serial) -> Vec<Vec<u8>> {
        let mut kernel = self.kernel();
        let body = kernel.body(serial);
        body.map_or(Vec::new(), |b| b.lives().map(<[u8]>::to_vec).collect())
    }

    /// Returns whether one of root's programs has a file open.
    pub(crate) fn is_written(&self, serial: Serial) -> bool {
        self.is_open(serial, Caller::Root)
    }

    fn is_open(&self, serial: Serial, caller: Caller) -> bool {
        let kernel = self.kernel();
        kernel.open.values().any(|open| *open == (serial, caller))
    }
}
