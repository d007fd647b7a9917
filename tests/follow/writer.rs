//! Turns events into a log as kube-apiserver writes it: call by call as
//! lumberjack does, one write an event, and rotated by a rename.
//!
//! It also does what others do to such logs, and it remembers every byte:
//! what one pass over all of that gives is what a follower must give.

use std::{
    collections::VecDeque,
    fs::{self, File},
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use rustix::fs::{Mode, OFlags};

use super::{
    clock::Clock,
    event::{event, is_failed, sized},
    mill::{Form, Habits, Step, plan},
};

/// Keeps all backups, as they are: what apiservers did by default until 1.35.
pub(crate) const ALL: Habits =
    Habits { backups: usize::MAX, form: Form::Plain };

/// Writes `audit.log` in a folder.
#[derive(Debug)]
pub(crate) struct Writer {
    folder: PathBuf,
    file: File,
    /// The number of the next event.
    next: u64,
    /// What each generation got, oldest first; the last one is being written.
    generations: Vec<Vec<u8>>,
    /// Bytes of whole events that are to be kept.
    kept: u64,
    pub(crate) clock: Clock,
    pub(crate) habits: Habits,
    /// What the mill, a goroutine beside the writer, has yet to do.
    steps: VecDeque<Step>,
    /// Whether the log was rotated since the mill looked.
    is_mill_called: bool,
}

impl Writer {
    /// Begins a log in `folder`, as a process does that finds none.
    pub(crate) fn new(folder: impl Into<PathBuf>) -> Writer {
        Writer::from(folder, 1)
    }

    /// The same, with another number for its first event.
    pub(crate) fn from(folder: impl Into<PathBuf>, next: u64) -> Writer {
        let folder = folder.into();
        Writer {
            file: open(&folder.join("audit.log"), OFlags::APPEND, 0o600),
            folder,
            next,
            generations: vec![Vec::new()],
            kept: 0,
            clock: Clock::Right,
            habits: ALL,
            steps: VecDeque::new(),
            is_mill_called: false,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the path of the log.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("audit.log")
    }

    /// Returns what was written, generation by generation.
    pub(crate) fn generations(&self) -> &[Vec<u8>] {
        &self.generations
    }

    /// Forgets what was written so far: who writes for hours cannot keep it.
    pub(crate) fn forget(&mut self) {
        self.generations.iter_mut().for_each(Vec::clear);
    }

    /// Returns how long the log is, if nobody else wrote to it.
    pub(crate) fn length(&self) -> u64 {
        self.generations.last().unwrap().len() as u64
    }

    /// Returns the number that the next event will have, and counts it.
    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// Returns how much a follower that is not behind has written, if all
    /// that was written are events.
    pub(crate) fn kept(&self) -> u64 {
        self.kept
    }

    /// Writes one event.
    pub(crate) fn event(&mut self) {
        let number = self.number();
        let line = event(number);
        self.put(&line);
        self.count(number, &line);
    }

    /// Writes some events.
    pub(crate) fn events(&mut self, count: usize) {
        for _ in 0..count {
            self.event();
        }
    }

    /// Writes events that are `length` bytes together, by one write.
    pub(crate) fn fill(&mut self, length: u64) {
        let mut text = Vec::new();
        loop {
            let (number, left) = (self.number(), length - text.len() as u64);
            let is_last = left < 10_000;
            let line = match is_last {
                true => sized(number, left),
                false => event(number),
            };
            self.count(number, &line);
            text.extend(line);
            if is_last {
                break;
            }
        }
        self.put(&text);
    }

    /// Counts what is to be kept.
    fn count(&mut self, number: u64, line: &[u8]) {
        if is_failed(number) {
            self.kept += line.len() as u64;
        }
    }

    /// Writes any bytes, by one write.
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let written = rustix::io::write(&self.file, bytes).unwrap();
        assert_eq!(written, bytes.len(), "the writer's disk is full");
        self.generations.last_mut().unwrap().extend(bytes);
    }

    /// Rotates as lumberjack's `rotate` does, and calls the mill. Between the
    /// rename and the first open there is no log; the second open is without
    /// `O_APPEND`.
    pub(crate) fn rotate(&mut self) {
        let log = self.log();
        self.close();
        let old = fs::metadata(&log).unwrap();
        let stamp = self.clock.stamp();
        let backup = format!("audit-{stamp}.log");
        fs::rename(&log, self.folder.join(backup)).unwrap();
        let mode = old.permissions().mode() & 0o777;
        drop(open(&log, OFlags::TRUNC, mode));
        chown(&log, Some(old.uid()), Some(old.gid())).unwrap();
        self.file = open(&log, OFlags::TRUNC, mode);
        self.generations.push(Vec::new());
        self.clock.pass(&stamp);
        self.is_mill_called = true;
    }

    fn close(&mut self) {
        self.file = File::open("/dev/null").unwrap();
    }

    /// Lets the mill do one step; returns whether there was one.
    pub(crate) fn mill(&mut self) -> bool {
        if self.steps.is_empty() && self.is_mill_called {
            self.steps = plan(&self.folder, self.habits);
            self.is_mill_called = false;
        }
        let step = self.steps.pop_front();
        step.map(Step::take).is_some()
    }

    /// Rotates, and lets the mill finish.
    pub(crate) fn rotate_and_mill(&mut self) {
        self.rotate();
        while self.mill() {}
    }

    /// Cuts the log to nothing, behind the back of the writer.
    pub(crate) fn truncate(&mut self) {
        truncate(&self.log());
        self.generations.push(Vec::new());
    }

    /// Writes an event that is kept, and returns it.
    pub(crate) fn fence(&mut self) -> Vec<u8> {
        while !is_failed(self.next) {
            self.number();
        }
        self.event();
        event(self.next - 1)
    }

    /// Removes the name of the log, behind the back of the writer.
    pub(crate) fn unlink(&self) {
        fs::remove_file(self.log()).unwrap();
    }

    /// Opens the log anew, as a process does that is started again.
    pub(crate) fn reopen(&mut self) {
        self.close();
        let is_new = !self.log().exists();
        self.file = open(&self.log(), OFlags::APPEND, 0o600);
        if is_new {
            self.generations.push(Vec::new());
        }
    }
}

/// Rotates as logrotate does with `copytruncate`: at most three copies.
pub(crate) fn copytruncate(log: &Path) {
    let copy = |number: usize| log.with_extension(format!("log.{number}"));
    for number in [2, 1] {
        if copy(number).exists() {
            fs::rename(copy(number), copy(number + 1)).unwrap();
        }
    }
    fs::copy(log, copy(1)).unwrap();
    truncate(log);
}

fn truncate(log: &Path) {
    let log = File::options().write(true).open(log).unwrap();
    log.set_len(0).unwrap();
}

fn open(path: &Path, flags: OFlags, mode: u32) -> File {
    let flags = flags | OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
    let fd = rustix::fs::open(path, flags, Mode::from_raw_mode(mode));
    fd.unwrap().into()
}
