//! Turns growing, rotated files into batches, and loses none of their lines.
//!
//! A [`Follower`] has a trail for each path. What it hands out is in order
//! for each path; how far that is, [`Follower::record`] says in the words of
//! a checkpoint, and takes up again after a restart, whatever happened to the
//! files meanwhile.

mod begin; //      Where to begin?
pub(super) mod family; //     Which names go together,
mod home; //       where are they looked for,
mod survey; //     which of these files are there,
mod known; //      which are behind us?
mod body; //       Their bytes, packed or not,
mod head; //       and what they are known by,
mod generation; // become lines,
mod copy; //       each once,
mod trail; //      one file after the other.
mod notice; //     When to look again,
mod remark; //     and what to tell.

use std::{
    collections::VecDeque,
    io,
    ops::Range,
    os::fd::BorrowedFd,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

pub use begin::Begin;
pub use notice::Way;
pub use remark::{Gap, Reason, Remark, Start};
pub use trail::PATIENCE;

use self::{home::beside, notice::Notices, trail::Trail};
use super::{Name, Watch, Wrapping};
use crate::{
    checkpoint::{Counters, SourceRecord, text_of},
    disk::Disk,
    frame::{Batch, Pool, Position},
    unwrap::Form,
};

/// What to follow, and how.
#[derive(Clone, Debug)]
pub struct Quest {
    /// The files. They need not be there.
    pub paths: Vec<PathBuf>,
    /// Where to begin, if no checkpoint says so.
    pub begin: Begin,
    /// How to learn of changes.
    pub way: Way,
    /// Whether to stop at the end of what is there.
    pub until: Until,
    /// How long a file is looked at that a newer one has taken the place of;
    /// most often [`PATIENCE`].
    pub patience: Duration,
    /// The longest line that is held in memory, without its newline.
    pub max_line: usize,
    /// What is unwrapped.
    pub wrapping: Wrapping,
}

/// When following ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Until {
    /// Never, of itself.
    #[default]
    Stopped,
    /// At the end of what is there.
    CaughtUp,
}

/// Follows files.
#[derive(Debug)]
pub struct Follower {
    disk: Arc<dyn Disk>,
    trails: Vec<Trail>,
    notices: Notices,
    /// The trail to read next, so that each has its turn.
    turn: usize,
    /// Since when something waits to be read.
    late: Option<Instant>,
    remarks: VecDeque<(usize, Remark)>,
}

/// How far a followed file is behind its writer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// Bytes that wait to be read, about.
    pub bytes: u64,
    /// Rotated files that wait behind the one that is read.
    pub generations: usize,
}

impl Follower {
    /// Prepares to follow; the first [`Follower::look`] opens files.
    pub fn new(
        disk: Arc<dyn Disk>,
        quest: &Quest,
        records: &[SourceRecord],
    ) -> Follower {
        let many = quest.paths.len();
        let trails = quest.paths.iter().enumerate().map(|(number, path)| {
            let name = text_of(path);
            let record = records.iter().find(|record| record.path == name);
            Trail::new(
                Arc::clone(&disk),
                path.clone(),
                (quest.max_line, quest.wrapping.clone()),
                quest.begin,
                record.cloned(),
                (number, many),
                quest.patience,
            )
        });
        Follower {
            trails: trails.collect(),
            notices: Notices::new(&quest.paths, quest.way),
            disk,
            turn: 0,
            late: None,
            remarks: VecDeque::new(),
        }
    }

    /// Looks around: opens what is new, notices what was cut or is gone.
    pub fn look(&mut self) {
        self.notices.watch(&*self.disk);
        if let Some(error) = self.notices.failure() {
            self.remarks.push_back((0, Remark::Polling(error)));
        }
        self.trails.iter_mut().for_each(Trail::look);
    }

    /// Reads the next lines there are, of whichever file has some. `None`
    /// means that there are none until the next [`Follower::look`].
    pub fn next(&mut self, pool: &Arc<Pool>) -> Option<Batch> {
        for _ in 0..self.trails.len() {
            self.turn = (self.turn + 1) % self.trails.len();
            if let Some(batch) = self.trails[self.turn].next(pool) {
                self.late.get_or_insert_with(Instant::now);
                return Some(batch);
            }
        }
        self.late = None;
        None
    }

    /// Waits until it is worth while to look, at most until `deadline`.
    ///
    /// # Errors
    ///
    /// When the system does not let us wait.
    pub fn wait(
        &mut self,
        watch: &Watch,
        bell: Option<BorrowedFd<'_>>,
        deadline: Option<Instant>,
    ) -> io::Result<()> {
        self.notices.wait(watch, bell, deadline)
    }

    /// Returns the number of the path that an input's number stands for.
    pub fn path_of(&self, input: usize) -> usize {
        input % self.trails.len().max(1)
    }

    /// Returns the file that an input's number stands for, and how many
    /// lines of it came before what was read last.
    pub fn file_of(&self, input: usize) -> (Name, u64) {
        let trail = &self.trails[self.path_of(input)];
        let generation = trail.generation(input);
        let name = generation.map(|generation| &generation.name);
        let path = match name {
            Some(name) => beside(&trail.path, name),
            None => trail.path.clone(),
        };
        (Name::Path(path), generation.map_or(0, |found| found.lines))
    }

    /// Returns how events are wrapped in the file that an input's number
    /// stands for.
    pub fn form_of(&self, input: usize) -> Form {
        let trail = &self.trails[self.path_of(input)];
        let generation = trail.generation(input);
        generation.and_then(|found| found.form).unwrap_or_default()
    }

    /// Counts lines that were handed out.
    pub fn count(&mut self, input: usize, lines: u64) {
        let path = self.path_of(input);
        if let Some(generation) = self.trails[path].generation_mut(input) {
            generation.lines += lines;
        }
    }

    /// Goes back to a place behind a line that was handed out: what came
    /// behind it, in the last batch, was not taken.
    pub fn go_back(&mut self, to: Position) {
        let path = self.path_of(to.input);
        if let Some(generation) = self.trails[path].generation_mut(to.input) {
            let lines = generation.lines;
            // A place that cannot be read any more is caught by the next
            // read.
            generation.go_to(to.offset, lines).ok();
        }
    }

    /// Returns whether another one, of the same paths, has handed out what
    /// this one has, and nothing more.
    pub fn is_level_with(&self, other: &Follower) -> bool {
        let level = |(one, other): (&Trail, &Trail)| {
            let reaches = one.reaches();
            reaches.is_some() && reaches == other.reaches()
        };
        self.trails.iter().zip(&other.trails).all(level)
    }

    /// Returns how much of the file of a batch another follower has handed
    /// out; `None` if it has passed the file.
    pub fn reach(&self, batch: &Batch, other: &Follower) -> Option<u64> {
        let input = batch.position.input;
        let path = self.path_of(input);
        let id = self.trails[path].generation(input)?.id;
        let reaches = other.trails[path].reaches()?;
        reaches.into_iter().find(|(open, _)| *open == id).map(|(_, at)| at)
    }

    /// Returns the numbers of a path, to be added to.
    pub fn counters(&mut self, path: usize) -> &mut Counters {
        &mut self.trails[path].counters
    }

    /// Reads a range of a file again, a bounded piece at a time.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or `take` fails.
    pub fn copy(
        &mut self,
        input: usize,
        range: Range<u64>,
        take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let path = self.path_of(input);
        self.trails[path].copy(input, range, take)
    }

    /// Returns how far everything was handed out, in the words of a
    /// checkpoint.
    pub fn record(&self) -> Vec<SourceRecord> {
        self.trails.iter().filter_map(Trail::record).collect()
    }

    /// Returns whether there is something for a checkpoint to say although
    /// nothing was read.
    pub fn has_changed(&mut self) -> bool {
        let changed = self.trails.iter_mut().map(Trail::has_changed);
        changed.fold(false, |any, one| any | one)
    }

    /// Returns how far each path is behind, in their order.
    pub fn lags(&self) -> Vec<Lag> {
        let lag = |trail: &Trail| Lag {
            bytes: trail.behind(),
            generations: trail.pending(),
        };
        self.trails.iter().map(lag).collect()
    }

    /// Returns whether all that is there was handed out, save lines that are
    /// not finished.
    pub fn is_at_end(&self) -> bool {
        self.trails.iter().all(Trail::is_at_end)
    }

    /// Returns how many of the paths lead to nothing that can be opened, and
    /// how many to what cannot be read.
    pub fn troubles(&self) -> [u64; 2] {
        let missing = self.trails.iter().filter(|trail| trail.is_missing());
        let broken = self.trails.iter().filter(|trail| trail.is_unreadable);
        [missing.count() as u64, broken.count() as u64]
    }

    /// Returns for how long something has been waiting to be read.
    pub fn late(&self) -> Duration {
        self.late.map_or(Duration::ZERO, |late| late.elapsed())
    }

    /// Takes what is worth telling, each with the number of its path.
    pub fn remarks(&mut self) -> Vec<(usize, Remark)> {
        for (number, trail) in self.trails.iter_mut().enumerate() {
            let remarks = trail.remarks().into_iter();
            self.remarks.extend(remarks.map(|remark| (number, remark)));
        }
        self.remarks.drain(..).collect()
    }
}
