//! Writes a log as kube-apiserver and its lumberjack do: one write for an
//! event, rotation by rename, compression beside the plain file.

use std::{
    io::{self, Write},
    mem,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    disk::{Access, Hand, SimDisk},
    events::Events,
};

/// The file it writes, in the folder that it is told.
pub(crate) const NAME: &str = "audit.log";

#[derive(Debug)]
pub(crate) struct Apiserver {
    disk: SimDisk,
    folder: PathBuf,
    events: Events,
    log: Log,
    /// What is missing of an event that was begun.
    rest: Vec<u8>,
    mill: Option<Mill>,
}

/// What it has open.
#[derive(Debug)]
enum Log {
    /// Nothing, as it does not run.
    Stopped,
    /// Nothing, as it has renamed the file and not made a new one yet, whose
    /// mode will be that of the old one.
    Renamed(Access),
    Open(Hand),
}

/// A backup that is being compressed.
#[derive(Debug)]
struct Mill {
    plain: PathBuf,
    to: Hand,
    rest: Vec<u8>,
}

impl Apiserver {
    pub(crate) fn new(disk: &SimDisk, folder: &Path) -> Apiserver {
        Apiserver {
            disk: disk.clone(),
            folder: folder.to_owned(),
            events: Events::default(),
            log: Log::Stopped,
            rest: Vec::new(),
            mill: None,
        }
    }

    pub(crate) fn events(&self) -> &Events {
        &self.events
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// Returns the file that it writes, opened where need be: to append
    /// where one is there at its start, else without `O_APPEND`.
    fn hand(&mut self) -> io::Result<&mut Hand> {
        let path = self.path();
        let is_there = self.disk.find(&path).is_ok();
        let opened = match &self.log {
            Log::Open(_) => None,
            Log::Stopped if is_there => Some(self.disk.append(&path)?),
            Log::Stopped => Some(self.disk.create(&path)?),
            Log::Renamed(access) => {
                // It is made twice, for the sake of its owner.
                drop(self.disk.create(&path)?);
                self.disk.set_access(&path, *access)?;
                Some(self.disk.create(&path)?)
            }
        };
        if let Some(hand) = opened {
            self.log = Log::Open(hand);
        }
        match &mut self.log {
            Log::Open(hand) => Ok(hand),
            Log::Stopped | Log::Renamed(_) => unreachable!("it was opened"),
        }
    }

    /// Writes an event; what was left of an earlier one is forgotten.
    pub(crate) fn write(&mut self, extra: usize) -> io::Result<()> {
        self.begin(extra, usize::MAX)
    }

    /// Returns how long the shortest next line is.
    pub(crate) fn next_length(&self) -> usize {
        let mut events = self.events.clone();
        events.make(self.disk.clock(), 0).len() + 1
    }

    /// Writes so many bytes of an event.
    pub(crate) fn begin(
        &mut self,
        extra: usize,
        bytes: usize,
    ) -> io::Result<()> {
        let clock = self.disk.clock();
        let event = [self.events.make(clock, extra), b"\n"].concat();
        let (begin, rest) = event.split_at(bytes.clamp(1, event.len()));
        self.rest.clear();
        // A write that is cut short is not continued.
        if self.hand()?.write(begin)? == begin.len() {
            self.rest = rest.to_vec();
        }
        Ok(())
    }

    /// Writes the rest of an event.
    pub(crate) fn complete(&mut self) -> io::Result<()> {
        let rest = mem::take(&mut self.rest);
        if !rest.is_empty() {
            self.hand()?.write(&rest)?;
        }
        Ok(())
    }

    /// Renames the file; the next event will make a new one.
    pub(crate) fn rename(&mut self) -> io::Result<()> {
        self.hand()?;
        self.rest.clear();
        let path = self.path();
        let access = self.disk.access(&path).unwrap_or(Access::Granted);
        self.log = Log::Renamed(access);
        if self.disk.find(&path).is_ok() {
            self.disk.rename(&path, &self.backup())?;
        }
        Ok(())
    }

    /// Renames the file and makes a new one.
    pub(crate) fn rotate(&mut self) -> io::Result<()> {
        self.rename()?;
        self.hand().map(drop)
    }

    /// Returns the name for a backup that is made now.
    fn backup(&self) -> PathBuf {
        let clock = self.disk.clock().into();
        let time = Timestamp::from_nanosecond(clock);
        let time = time.expect("the clock shows a time");
        let time = time.to_zoned(TimeZone::UTC);
        let time = time.strftime("%Y-%m-%dT%H-%M-%S%.3f");
        self.folder.join(format!("audit-{time}.log"))
    }

    pub(crate) fn stop(&mut self) {
        self.rest.clear();
        self.log = Log::Stopped;
        self.mill = None;
    }

    /// Takes a step in compressing backups: half of one is written, the
    /// other half, the plain one goes.
    pub(crate) fn mill(&mut self, pick: usize) -> io::Result<()> {
        let Some(mill) = &mut self.mill else {
            return self.mill_next(pick);
        };
        let rest = mem::take(&mut mill.rest);
        if rest.is_empty() {
            let plain = mem::take(&mut mill.plain);
            self.mill = None;
            return self.disk.unlink(&plain);
        }
        if mill.to.write(&rest).ok() != Some(rest.len()) {
            // The disk is full: it is not compressed for now.
            let packed = packed(&mill.plain);
            self.mill = None;
            return self.disk.unlink(&packed);
        }
        Ok(())
    }

    fn mill_next(&mut self, pick: usize) -> io::Result<()> {
        let mut plain = self.backups()?;
        plain.retain(|name| !is_compressed(name));
        if plain.is_empty() {
            return Ok(());
        }
        let plain = plain.swap_remove(pick % plain.len());
        let mut all = compress(&self.disk.read(&plain)?)?;
        let rest = all.split_off(all.len() / 2);
        let mut to = self.disk.create(&packed(&plain))?;
        if to.write(&all).ok() != Some(all.len()) {
            return self.disk.unlink(&packed(&plain));
        }
        self.mill = Some(Mill { plain, to, rest });
        Ok(())
    }

    /// Removes the oldest backup by name, compressed or not.
    pub(crate) fn prune(&mut self) -> io::Result<()> {
        let backups = self.backups()?;
        let Some(oldest) = backups.first() else {
            return Ok(());
        };
        let plain = oldest.with_extension("log");
        for name in &backups {
            if *name == plain || name.with_extension("") == plain {
                self.disk.unlink(name)?;
            }
        }
        self.mill = None;
        Ok(())
    }

    /// Returns its backups, oldest name first, where they really are.
    fn backups(&self) -> io::Result<Vec<PathBuf>> {
        let folder = self.disk.resolve(&self.folder)?;
        let mut names = self.disk.list(&folder)?;
        names.retain(|name| {
            name.to_str().is_some_and(|name| name.starts_with("audit-"))
        });
        names.sort();
        Ok(names.iter().map(|name| folder.join(name)).collect())
    }
}

/// Returns what a backup is called when it is compressed.
fn packed(plain: &Path) -> PathBuf {
    let mut name = plain.to_owned().into_os_string();
    name.push(".gz");
    name.into()
}

pub(crate) fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "gz")
}

fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}
