//! The disk as a program under test has it: calls fail, and it is killed.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use kaudit_filter::disk::{Disk, File, Purpose, Stat};
use rustix::io::Errno;

use super::{
    Serial, SimDisk,
    body::Body,
    kernel::{Access, Matter},
    opened::Opened,
    walk::{Caller, Last, Spot},
};

/// A program that runs.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(super) disk: SimDisk,
    fate: Arc<Mutex<Fate>>,
}

/// What will become of its calls.
#[derive(Debug, Default)]
struct Fate {
    /// Calls with an effect that it will still make, if it is to be killed.
    left: Option<u32>,
    /// What the last of them takes, if it is a write.
    last: usize,
    troubles: Vec<Trouble>,
    /// Calls that have failed for it alone.
    failed: u32,
}

/// A call that will fail.
#[derive(Clone, Debug)]
struct Trouble {
    volume: String,
    call: Call,
    fault: Fault,
}

/// What a program asks of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Open,
    Make,
    Rename,
    Remove,
    Stat,
    List,
    Read,
    Write,
    Truncate,
    Reserve,
    Sync,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Error(Errno),
    /// It takes or gives no more than so many bytes.
    Short(usize),
}

impl Call {
    /// Returns whether anybody else can see that the call was made.
    fn has_effect(self) -> bool {
        match self {
            Call::Open | Call::Stat | Call::List | Call::Read => false,
            Call::Make | Call::Rename | Call::Remove => true,
            Call::Write | Call::Truncate => true,
            Call::Reserve | Call::Sync => true,
        }
    }
}

impl Process {
    pub(super) fn new(disk: SimDisk) -> Process {
        Process { disk, fate: Arc::default() }
    }

    fn fate(&self) -> MutexGuard<'_, Fate> {
        self.fate.lock().expect("no call panics half way")
    }

    /// Kills the program after so many calls that have an effect; if the
    /// last one is a write, in its midst, after `last` bytes. What it asks
    /// for then fails, until it is dropped.
    pub(crate) fn kill_after(&self, calls: u32, last: usize) {
        let mut fate = self.fate();
        (fate.left, fate.last) = (Some(calls), last);
    }

    /// Returns whether it has been killed.
    pub(crate) fn is_dead(&self) -> bool {
        self.fate().left == Some(0)
    }

    /// Has the next such call on a disk fail.
    pub(crate) fn fail(&self, volume: &str, call: Call, fault: Fault) {
        let volume = volume.into();
        self.fate().troubles.push(Trouble { volume, call, fault });
    }

    /// Takes back what has not failed yet; returns how many calls have since
    /// the last time.
    pub(crate) fn calm(&self) -> u32 {
        let mut fate = self.fate();
        fate.troubles.clear();
        std::mem::take(&mut fate.failed)
    }

    /// Decides about a call: it fails, or is cut to so many bytes, or goes
    /// well.
    pub(super) fn call(
        &self,
        volume: &str,
        call: Call,
    ) -> io::Result<Option<usize>> {
        let mut fate = self.fate();
        match &mut fate.left {
            Some(0) => return Err(Errno::IO.into()),
            Some(left) if call.has_effect() => {
                *left -= 1;
                if *left == 0 && call == Call::Write {
                    return Ok(Some(fate.last));
                }
            }
            Some(_) | None => {}
        }
        let mut troubles = fate.troubles.iter();
        let next = troubles.position(|t| t.call == call && t.volume == volume);
        let Some(next) = next else { return Ok(None) };
        fate.failed += 1;
        match fate.troubles.remove(next).fault {
            Fault::Error(errno) => Err(errno.into()),
            Fault::Short(bytes) => Ok(Some(bytes)),
        }
    }

    fn call_by_path(&self, path: &Path, call: Call) -> io::Result<()> {
        let volume = path.iter().nth(1).and_then(|name| name.to_str());
        self.call(volume.unwrap_or(""), call).map(drop)
    }

    fn spot(&self, path: &Path, last: Last) -> io::Result<(Spot, Serial)> {
        let kernel = self.disk.kernel();
        let spot = kernel.walk(path, Caller::User, last)?;
        let serial = spot.node.ok_or(Errno::NOENT)?;
        Ok((spot, serial))
    }

    fn made(&self, path: &Path, last: Last) -> io::Result<Serial> {
        let spot = self.disk.kernel().walk(path, Caller::User, last)?;
        if let Some(serial) = spot.node {
            return Ok(serial);
        }
        self.call_by_path(path, Call::Make)?;
        Ok(self.disk.kernel().make(&spot, Matter::File(Body::default())))
    }

    fn open_file(&self, path: &Path, purpose: Purpose) -> io::Result<Opened> {
        self.call_by_path(path, Call::Open)?;
        let serial = match purpose {
            Purpose::Read => self.spot(path, Last::Follow)?.1,
            Purpose::Append => self.made(path, Last::Follow)?,
            Purpose::State => self.made(path, Last::Stay)?,
        };
        let mut kernel = self.disk.kernel();
        let node = kernel.node(serial);
        if node.access == Access::Denied {
            return Err(Errno::ACCESS.into());
        }
        match (&node.matter, purpose) {
            (Matter::Link(_), _) => return Err(Errno::LOOP.into()),
            (Matter::File(_), _) | (Matter::Directory, Purpose::Read) => {}
            (Matter::Directory, _) => return Err(Errno::ISDIR.into()),
        }
        let volume = kernel.volume_of(serial).name.clone();
        let volume = volume.into_string().expect("we have named it");
        let opening = kernel.hold(serial, Caller::User);
        let process = self.clone();
        drop(kernel);
        Ok(Opened { process, volume, serial, opening })
    }
}

impl Disk for Process {
    fn open(
        &self,
        path: &Path,
        purpose: Purpose,
    ) -> io::Result<Arc<dyn File>> {
        Ok(Arc::new(self.open_file(path, purpose)?))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        self.call_by_path(path, Call::Stat)?;
        let (_, serial) = self.spot(path, Last::Follow)?;
        Ok(self.disk.kernel().stat(serial))
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>> {
        self.call_by_path(directory, Call::List)?;
        let (_, serial) = self.spot(directory, Last::Follow)?;
        if self.disk.kernel().node(serial).access == Access::Denied {
            return Err(Errno::ACCESS.into());
        }
        self.disk.list(directory)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.call_by_path(path, Call::Stat)?;
        Ok(self.spot(path, Last::Follow)?.0.path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call_by_path(from, Call::Rename)?;
        let mut kernel = self.disk.kernel();
        let from = kernel.walk(from, Caller::User, Last::Stay)?;
        let to = kernel.walk(to, Caller::User, Last::Stay)?;
        match to.node {
            Some(_) => Err(Errno::EXIST.into()),
            None => kernel.rename(&from, &to),
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call_by_path(path, Call::Remove)?;
        let mut kernel = self.disk.kernel();
        let spot = kernel.walk(path, Caller::User, Last::Stay)?;
        kernel.unlink(&spot)
    }

    fn now(&self) -> SystemTime {
        let clock = self.disk.clock().unsigned_abs();
        SystemTime::UNIX_EPOCH + Duration::from_nanos(clock)
    }
}
