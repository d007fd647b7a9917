//! Runs for as long as files grow: what they gain is judged, written, and
//! then made final.
//!
//! One thread does everything, in turns. A turn looks around, reads all that
//! is there, and writes what is kept; a commit follows when it is due. While
//! a sink takes nothing, nothing is read, but the look around goes on: a file
//! that is rotated meanwhile is held, however often that happens.

mod call; //   What users ask of a run,
mod queue; //  what is still to be taken,
mod commit; // what is final,
mod lane; //   which sink is behind,
mod lanes; //  and how it comes to be, and joins again,
mod origin; // what is read once more,
mod pause; //  what to do while there is nothing to do,
mod end; //    and how it ends.
#[cfg(test)]
mod tests;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub use call::Calls;
pub use pause::{Go, Idle};

use self::{
    commit::Log, lane::Lane, lanes::Fork, origin::Followed, pause::Shared,
};
use super::{
    desk::Desk,
    form::Form,
    ledger::Ledger,
    note::Note,
    output::Output,
    page::Page,
    route::{Outlet, Route},
    rules::Rules,
    summary::{Failure, Summary},
};
use crate::{
    checkpoint::{Checkpoint, Record},
    disk::Disk,
    frame::{Batch, Pool},
    sink::Chores,
    source::{
        BLOCK_SIZE, Watch,
        follow::{Follower, Quest, Until},
    },
};

/// Blocks in use: one that is judged, one that is looked into.
const BLOCKS: usize = 3;

/// Returns what is printed in place of lines, if anything is.
pub type Report<'a> = &'a dyn Fn(&Summary) -> Option<String>;

/// What to follow, with what.
pub struct Pursuit<'a> {
    /// What judges the lines, at least one.
    pub routes: &'a [Route],
    /// What a record of each stream looks like.
    pub forms: &'a [Form],
    /// How lines are treated.
    pub rules: Rules,
    /// Which files, and how.
    pub quest: Quest,
    /// Where they are.
    pub disk: Arc<dyn Disk>,
    /// What ends the run early.
    pub watch: Watch,
    /// What users ask of it meanwhile.
    pub calls: Option<&'a Calls>,
    /// Where it is kept how far the run has come.
    pub checkpoint: Option<Checkpoint>,
    /// What it says of the run before.
    pub last: Option<Record>,
    /// How often it is written.
    pub interval: Duration,
    /// What is printed in place of lines: at the end, and when a user asks.
    pub report: Report<'a>,
}

/// Follows files until asked to stop, or until all is read that is there.
///
/// `idle`, if given, is called instead of waiting.
pub fn follow(
    pursuit: Pursuit<'_>,
    outlets: &mut Vec<Outlet>,
    notes: &mut dyn FnMut(Note<'_>),
    idle: Option<Idle<'_>>,
) -> Summary {
    let mut last = pursuit.last.unwrap_or_default();
    for (number, outlet) in outlets.iter_mut().enumerate() {
        outlet.number = number;
    }
    let behind = lanes::behind(&mut last, outlets, notes);
    let disk = Arc::clone(&pursuit.disk);
    let follower = Follower::new(disk, &pursuit.quest, &last.sources);
    let paths = &pursuit.quest.paths[..];
    let (watch, calls) = (&pursuit.watch, pursuit.calls);
    let shared = Shared::new(follower, watch, calls, paths, idle);
    let mut waiting = &shared;
    let stop = &pursuit.watch.stop;
    let most = pursuit.rules.max_groups;
    let mut run = Run {
        shared: &shared,
        ledger: Ledger::new(outlets, notes, stop, &mut waiting, most),
        desk: Desk::new(
            pursuit.routes,
            pursuit.forms,
            pursuit.rules,
            &pursuit.quest.wrapping.choice,
        ),
        pool: Pool::new(BLOCKS, BLOCK_SIZE),
        scrap: Output::default(),
        log: Log::new(pursuit.checkpoint, last, pursuit.interval),
        lanes: Vec::new(),
        fork: Fork {
            disk: Arc::clone(&pursuit.disk),
            quest: &pursuit.quest,
            plan: (pursuit.routes, pursuit.forms, pursuit.rules),
        },
        until: pursuit.quest.until,
        report: pursuit.report,
        counts: pursuit.rules.wanted.is_number(),
        has_caught_up: false,
        has_chores: false,
    };
    if run.is_steady(pursuit.routes) {
        run.ledger.apart = Some(0);
    }
    run.ledger.ends = run.until == Until::CaughtUp;
    run.fork_all(behind);
    if let Err(failure) = run.go() {
        run.ledger.summary.failure.get_or_insert(failure);
    }
    run.summary()
}

/// A run under way.
struct Run<'a, 's> {
    shared: &'a Shared<'s>,
    ledger: Ledger<'a>,
    desk: Desk,
    pool: Arc<Pool>,
    scrap: Output,
    log: Log,
    /// The sinks that are behind.
    lanes: Vec<Lane>,
    fork: Fork<'a>,
    until: Until,
    report: Report<'a>,
    /// Whether what was read is told at the end only.
    counts: bool,
    has_caught_up: bool,
    /// Whether a sink has something to do while there is nothing to read.
    has_chores: bool,
}

impl Run<'_, '_> {
    /// Returns whether a sink that is behind can catch up by itself.
    fn is_steady(&self, routes: &[Route]) -> bool {
        let is_sequential = |route: &Route| route.pipeline.is_sequential();
        self.until == Until::Stopped
            && !self.counts
            && !routes.iter().any(is_sequential)
    }

    /// Returns what the run came to.
    fn summary(self) -> Summary {
        let mut summary = self.ledger.summary;
        summary.sources = self.shared.sources();
        if self.until == Until::CaughtUp {
            // Who does not wait has failed to read them.
            [summary.not_opened, summary.unreadable] =
                self.shared.follower.borrow().troubles();
        }
        summary
    }

    fn go(&mut self) -> Result<(), Failure> {
        self.shared.look(self.ledger.notes);
        // Where nothing was read yet, the place to begin is what is final.
        self.commit()?;
        if self.counts {
            self.log.hold();
        }
        (self.ledger.notes)(Note::Ready);
        loop {
            self.read_all()?;
            self.serve()?;
            if self.is_over() {
                break;
            }
            match self.wait()? {
                Go::On => {}
                Go::End => break,
                Go::Drop => return Ok(()),
            }
            self.heed()?;
            self.look();
        }
        self.end()
    }

    /// Looks around.
    fn look(&mut self) {
        self.shared.look(self.ledger.notes);
        self.note_changes();
        self.tend();
    }

    /// Has each sink do a little beside writing.
    fn tend(&mut self) {
        let behind = self.lanes.iter_mut().map(|lane| &mut lane.outlet);
        let all = self.ledger.outlets.iter_mut().chain(behind);
        let chores = all.map(|outlet| outlet.sink.tend());
        let more = chores.filter(|chores| *chores == Chores::More);
        self.has_chores = more.count() > 0;
    }

    /// Has other files to read, and gaps, be worth a commit.
    fn note_changes(&mut self) {
        if self.shared.follower.borrow_mut().has_changed() {
            self.log.touch();
        }
    }

    /// Reads, judges and writes until there is nothing more to read.
    fn read_all(&mut self) -> Result<(), Failure> {
        while !self.shared.watch.is_over() {
            let next = self.shared.follower.borrow_mut().next(&self.pool);
            let Some(batch) = next else {
                self.shared.tell(self.ledger.notes);
                self.note_changes();
                return self.note_end();
            };
            self.judge(&batch);
            if self.ledger.is_closed() {
                return Ok(());
            }
            self.log.add(batch.span());
            drop(batch);
            self.split();
            if self.log.is_due() {
                // Files that were rotated meanwhile are held from now on.
                self.look();
                self.serve()?;
                self.commit()?;
                self.shared.tell_state(self.log.age(), self.ledger.notes);
                self.heed()?;
            }
        }
        Ok(())
    }

    fn judge(&mut self, batch: &Batch) {
        let input = batch.position.input;
        let follower = &self.shared.follower;
        let (name, lines) = follower.borrow().file_of(input);
        let form = follower.borrow().form_of(input);
        let origin = Followed { follower, input, name };
        let mut page = Page::from(&origin, lines);
        let scrap = std::mem::take(&mut self.scrap);
        let output = self.desk.judge(batch, form, scrap);
        let (tally, end) = (output.tally, output.end_position);
        let mut scrap = Output::default();
        self.ledger.accept(&mut page, output, |used| scrap = used.emptied());
        self.scrap = scrap;
        if !self.ledger.is_closed() || self.ledger.has_enough() {
            let mut follower = follower.borrow_mut();
            follower.count(input, tally.lines());
            let path = follower.path_of(input);
            tally.add_to(follower.counters(path));
        }
        if self.ledger.has_enough() {
            // The rest of the batch is for the next run.
            follower.borrow_mut().go_back(end);
        }
    }

    /// Notes the first time that all was read which was there at the start.
    fn note_end(&mut self) -> Result<(), Failure> {
        let is_at_end = self.shared.follower.borrow().is_at_end();
        if is_at_end && !std::mem::replace(&mut self.has_caught_up, true) {
            for outlet in &mut *self.ledger.outlets {
                outlet.sink.caught_up();
            }
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.shared.watch.is_over()
            || self.ledger.is_closed()
            || (self.until == Until::CaughtUp && self.lanes.is_empty())
    }

    /// Waits for more to read, and commits when that is due.
    fn wait(&mut self) -> Result<Go, Failure> {
        loop {
            let due = self.log.due();
            if due.is_some_and(|due| due <= Instant::now()) {
                self.commit()?;
                continue;
            }
            self.shared.tell_state(self.log.age(), self.ledger.notes);
            let due = self.sooner(due);
            let due = if self.has_chores { Some(Instant::now()) } else { due };
            return self.shared.wait(due).map_err(Failure::Wait);
        }
    }

    /// Does what users have asked for meanwhile.
    fn heed(&mut self) -> Result<(), Failure> {
        let Some(calls) = self.shared.calls else { return Ok(()) };
        calls.clear();
        if calls.wants_reopening() {
            self.commit()?;
            let behind = self.lanes.iter_mut().map(|lane| &mut lane.outlet);
            for outlet in self.ledger.outlets.iter_mut().chain(behind) {
                let reopened = outlet.sink.reopen();
                reopened.map_err(|error| outlet.failure(error))?;
            }
            // The new file is a place to go on as well.
            self.log.touch();
            self.commit()?;
        }
        if calls.wants_statistics() {
            self.print_report();
            let state = self.shared.state(self.log.age());
            let summary = Some(&self.ledger.summary);
            (self.ledger.notes)(Note::Asked { state: &state, summary });
        }
        Ok(())
    }

    /// Makes final what was written since the last time.
    fn commit(&mut self) -> Result<(), Failure> {
        let sources = self.shared.follower.borrow().record();
        let lanes = &mut self.lanes[..];
        self.log.commit(sources, self.ledger.outlets, lanes)?;
        let behind = lanes.iter_mut().map(|lane| &mut lane.outlet);
        let all = self.ledger.outlets.iter_mut().chain(behind);
        for Outlet { name, sink, .. } in all {
            for remark in &sink.remarks() {
                (self.ledger.notes)(Note::Written { name, remark });
            }
        }
        Ok(())
    }

    fn print_report(&mut self) {
        if let Some(text) = (self.report)(&self.ledger.summary) {
            self.ledger.print(&text);
        }
    }
}
