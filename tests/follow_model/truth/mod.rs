//! What can be read at each moment, and so has to come out.
//!
//! A file *can be read* in a turn of the follower if it stands at the
//! followed path or is a backup of it, and may be opened; or if it was so in
//! an earlier turn of the same run, since the follower holds what it has
//! seen, whatever becomes of the name. While the path leads nowhere, or to
//! what may not be opened, only what is held can be read. Of a backup that is
//! being compressed the plain file counts, of a compressed one what is in it.
//!
//! In a *good* turn nothing failed for the follower, and its output had room.
//! All whole lines that can be read in a good turn are then *owed*, for ever.

mod doubt; // What nobody can know.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
    mem,
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

use super::{
    apiserver::{NAME, is_compressed},
    disk::{Serial, SimDisk},
    events::{End, Events, Piece},
};

/// A file from one moment at which something was taken away from it to the
/// next.
pub(crate) type Life = (Serial, usize);

/// How a file is found.
type Find = fn(&SimDisk, &Path) -> io::Result<Serial>;

/// Something that can be read.
#[derive(Clone, Debug)]
pub(crate) struct Readable {
    pub(crate) life: Life,
    pub(crate) log: Vec<u8>,
    pub(crate) end: End,
}

/// Whether a follower knows how far it had come in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Known {
    /// It must: it was the file at the path, in a good turn.
    Surely,
    /// It may: it could be read in some turn. If it was finished, the
    /// follower may have found that out, or not yet.
    Perhaps,
}

/// What the follower could know and has to pass on.
#[derive(Debug)]
pub(crate) struct Truth {
    disk: SimDisk,
    path: PathBuf,
    /// Files that this run of the follower has seen,
    held: BTreeSet<Life>,
    /// and those that it may have.
    perhaps: BTreeSet<Serial>,
    /// Events that must be in the output.
    pub(crate) owed: BTreeSet<usize>,
    /// Torn pieces that may be there, and where they were seen.
    torn: BTreeSet<(Vec<u8>, Serial, usize)>,
    /// What was taken of each file that is not finished.
    taken: BTreeMap<(Known, Life), Vec<u8>>,
    /// Files of which the follower may believe that they are behind it.
    exempt: BTreeSet<Serial>,
    /// Copies that end in their first line, and what that holds.
    pub(crate) stumps: BTreeMap<Serial, BTreeSet<(usize, Piece)>>,
    /// Files in a folder when the path came to lead to another one.
    swapped: BTreeSet<Serial>,
    /// First lines of files that a power cut has given a name back.
    returned: BTreeSet<Vec<u8>>,
    /// Files that were seen and have no name any more: who comes upon newer
    /// ones cannot know whether there were others in between.
    nameless: BTreeSet<Serial>,
    /// Of those taken, the ones that were not there at the begin of this turn.
    gone: Vec<(Known, Life)>,
    /// Of those, the ones whose rest cannot be had any more.
    pub(crate) broken: BTreeSet<(Known, Life)>,
}

impl Truth {
    pub(crate) fn new(disk: &SimDisk, path: PathBuf) -> Truth {
        Truth {
            disk: disk.clone(),
            path,
            held: BTreeSet::new(),
            perhaps: BTreeSet::new(),
            owed: BTreeSet::new(),
            torn: BTreeSet::new(),
            taken: BTreeMap::new(),
            exempt: BTreeSet::new(),
            stumps: BTreeMap::new(),
            swapped: BTreeSet::new(),
            returned: BTreeSet::new(),
            nameless: BTreeSet::new(),
            gone: Vec::new(),
            broken: BTreeSet::new(),
        }
    }

    /// Returns what can be read now, oldest first. While something may not
    /// be opened, that may be what comes next, and is waited for.
    pub(crate) fn readable(&self) -> Vec<Readable> {
        match self.disk.find_as_user(&self.path) {
            Ok(_) if !self.is_denied() => self.found(SimDisk::find_as_user),
            // Nor does anybody know then where the rest is of one that was
            // cut, and what comes behind that waits for it.
            Ok(_) | Err(_) => {
                let is_cut =
                    |serial: &Serial| self.disk.lives(*serial).len() > 1;
                if self.perhaps.iter().any(is_cut) {
                    return Vec::new();
                }
                let mut held = self.read_all(&self.serials());
                held.retain(|file| self.held.contains(&file.life));
                held
            }
        }
    }

    /// Returns whether something is there that may not be opened.
    fn is_denied(&self) -> bool {
        self.in_reach(SimDisk::find).len()
            > self.in_reach(SimDisk::find_as_user).len()
    }

    /// Returns the files that are held.
    fn serials(&self) -> BTreeSet<Serial> {
        self.held.iter().map(|life| life.0).collect()
    }

    /// Returns the paths of what is in the folder.
    fn paths(&self) -> Vec<PathBuf> {
        let folder = self.path.parent().expect("the path has a folder");
        let names = self.disk.list(folder).unwrap_or_default();
        names.iter().map(|name| folder.join(name)).collect()
    }

    /// Returns what could be read if nobody denied it.
    fn there(&self) -> Vec<Readable> {
        self.found(SimDisk::find)
    }

    fn found(&self, find: Find) -> Vec<Readable> {
        let mut serials = self.serials();
        serials.extend(self.in_reach(find));
        self.read_all(&serials)
    }

    fn read_all(&self, serials: &BTreeSet<Serial>) -> Vec<Readable> {
        serials.iter().filter_map(|serial| self.read(*serial)).collect()
    }

    /// Returns the files that can be found.
    fn in_reach(&self, find: Find) -> Vec<Serial> {
        let mut paths = self.paths();
        let all = paths.clone();
        paths.retain(|path| {
            let is_double =
                is_compressed(path) && all.contains(&path.with_extension(""));
            is_ours(path) && !is_double
        });
        let found = paths.iter().map(|path| find(&self.disk, path));
        found.flatten().collect()
    }

    fn read(&self, serial: Serial) -> Option<Readable> {
        let life = (serial, self.disk.lives(serial).len() - 1);
        let bytes = self.disk.content(serial);
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut log = Vec::new();
            MultiGzDecoder::new(&bytes[..]).read_to_end(&mut log).ok()?;
            return Some(Readable { life, log, end: End::Closed });
        }
        let is_written = self.disk.is_written(serial);
        let end = match self.disk.find(&self.path) {
            Ok(current) if current == serial => End::Open,
            Err(_) if is_written && !self.is_displaced(serial) => End::Open,
            Ok(_) | Err(_) => End::Closed,
        };
        Some(Readable { life, log: bytes, end })
    }

    /// Returns whether another file has taken the place of one, so that who
    /// still writes to it is not waited for.
    fn is_displaced(&self, serial: Serial) -> bool {
        match self.disk.find(&self.path) {
            Ok(current) => current != serial,
            // There may be backups in the folder that the path leads to now.
            Err(_) => self.swapped.contains(&serial),
        }
    }

    /// Notes what can be read at the begin of a turn.
    pub(crate) fn look(&mut self, events: &Events) {
        let files = self.disk.files("log").into_iter();
        let files = files.filter_map(|serial| self.read(serial));
        for Readable { life, log, end } in files.collect::<Vec<_>>() {
            for (at, piece) in events.pieces(&log, end) {
                if let Piece::Torn(bytes) = piece {
                    self.torn.insert((bytes, life.0, at));
                }
            }
        }
        let there = self.there();
        let (itself, other): (Vec<_>, Vec<_>) =
            mem::take(&mut self.taken).into_iter().partition(
                |((_, life), _)| there.iter().any(|file| file.life == *life),
            );
        self.taken.extend(itself);
        // Of a copy nobody can tell what is missing at its end.
        for ((known, life), taken) in other {
            let copied = there.iter().any(|file| file.log.starts_with(&taken));
            let known = if copied { Known::Perhaps } else { known };
            self.taken.insert((known, life), taken);
        }
        let gone = self.taken.iter().filter(|((_, life), taken)| {
            // Lines begin alike.
            let tells = taken.contains(&b'\n');
            !there.iter().any(|file| {
                let may_be = tells || file.life == *life;
                may_be && file.log.starts_with(taken)
            })
        });
        self.gone = gone.map(|(key, _)| *key).collect();
        let lives = self.gone.iter().map(|(_, life)| (Known::Perhaps, *life));
        self.broken.extend(lives);
        let named: BTreeSet<_> =
            self.in_reach(SimDisk::find).into_iter().collect();
        let nameless = self.perhaps.difference(&named).filter(|serial| {
            let log = self.disk.content(**serial);
            // Lines begin alike.
            let tells = log.contains(&b'\n');
            let has_copy = |other: &Serial| {
                tells && self.disk.content(*other).starts_with(&log)
            };
            // Nor is a copy known for one of a file that was cut.
            let is_cut = self.disk.lives(**serial).len() > 1;
            log.is_empty() || is_cut || !named.iter().any(has_copy)
        });
        self.nameless.extend(nameless);
    }

    /// Has the follower hold what can be read; of copies of each other, one.
    pub(crate) fn hold(&mut self) {
        let files = self.readable();
        let current = self.disk.find(&self.path).ok();
        let is_double = |copy: &Readable| {
            files.iter().any(|file| {
                let is_longer = copy.log.len() < file.log.len();
                let is_first = current == Some(file.life.0)
                    || file.life < copy.life && current != Some(copy.life.0);
                file.life != copy.life
                    && file.log.starts_with(&copy.log)
                    && (is_longer || is_first)
            })
        };
        let held = files.iter().filter(|file| !is_double(file));
        self.held.extend(held.map(|file| file.life));
    }

    /// Has the follower hold what can be read without reading: it does not
    /// see that a log was cut, and so looks for no copy of it.
    pub(crate) fn hold_blocked(&mut self) {
        let before = self.held.clone();
        self.hold();
        let copies = self.copies().into_iter();
        let copies: BTreeSet<_> =
            copies.filter_map(|path| self.disk.find(&path).ok()).collect();
        self.held
            .retain(|life| before.contains(life) || !copies.contains(&life.0));
    }

    /// Has the follower owe what can be read.
    pub(crate) fn owe(&mut self, events: &Events) {
        for Readable { life, log, .. } in self.readable() {
            let is_returned = first_line(&log)
                .is_some_and(|line| self.returned.contains(&line));
            if !self.exempt.contains(&life.0) && !is_returned {
                self.owed.extend(events.whole(&log));
            }
        }
        // What may not be opened may be what is missed.
        if !self.is_denied() {
            for key in mem::take(&mut self.gone) {
                self.taken.remove(&key);
                self.broken.insert(key);
            }
        }
        self.know(Known::Surely);
        self.leave();
    }

    /// Has nobody wait for who still writes to a file of which another one
    /// has taken the place.
    pub(crate) fn leave(&mut self) {
        let held = self.held.iter().map(|life| life.0);
        let seen = held.chain(self.perhaps.iter().copied());
        let left: BTreeSet<_> = seen
            .filter(|serial| {
                self.is_displaced(*serial) && self.disk.is_written(*serial)
            })
            .collect();
        self.held.retain(|life| !left.contains(&life.0));
        self.exempt.extend(left);
    }

    /// Has the follower know how far it came.
    pub(crate) fn know(&mut self, known: Known) {
        let current = self.disk.find(&self.path).ok();
        // While something is denied, what comes behind it is not looked at.
        let readable = self.readable().into_iter();
        let readable: BTreeSet<_> = readable.map(|file| file.life).collect();
        let mut files = self.found(SimDisk::find_as_user);
        self.perhaps.extend(files.iter().map(|file| file.life.0));
        if known == Known::Perhaps {
            files = self.read_all(&self.perhaps);
        }
        for Readable { life, log, end } in files {
            let is_current = current.is_none_or(|serial| serial == life.0);
            let whole = log.iter().rposition(|byte| *byte == b'\n');
            let mut log = log;
            if known == Known::Surely {
                log.truncate(whole.map_or(0, |last| last + 1));
            }
            let is_exempt = self.exempt.contains(&life.0);
            if !is_current || is_exempt || end == End::Closed {
                self.taken.remove(&(Known::Surely, life));
                if known == Known::Surely {
                    continue;
                }
            }
            if known == Known::Perhaps || readable.contains(&life) {
                self.taken.insert((known, life), log);
            }
        }
        self.taken.retain(|_, log| !log.is_empty());
    }

    /// Returns in how many files something was cut or gone that the follower
    /// may miss: it cannot know whether it had read all.
    pub(crate) fn breaks(&self) -> usize {
        let lives = self.broken.iter().map(|(_, life)| life);
        lives.collect::<BTreeSet<_>>().len() + self.nameless.len()
    }

    /// Has the follower forget what only its run held.
    pub(crate) fn let_go(&mut self) {
        self.held.clear();
        self.perhaps.clear();
    }
}

fn first_line(log: &[u8]) -> Option<Vec<u8>> {
    let end = log.iter().position(|byte| *byte == b'\n')?;
    Some(log[..end].to_vec())
}

/// Returns whether a name is that of the log or of a backup.
pub(crate) fn is_ours(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name == NAME || is_backup(name))
}

fn is_backup(name: &str) -> bool {
    let number = name.strip_prefix(NAME).and_then(|n| n.strip_prefix('.'));
    is_by_apiserver(name) || number.is_some_and(|n| n.parse::<u32>().is_ok())
}

fn is_by_apiserver(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.starts_with("audit-") && name.ends_with(".log")
}

fn is_dated(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(is_by_apiserver)
}
