//! How a sink comes to be behind the others, and how it joins them again.

use std::{
    cell::RefCell,
    mem,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    super::{
        form::Form,
        note::Note,
        route::{Flow, Outlet, Route},
        rules::Rules,
        summary::Failure,
    },
    Run,
    lane::{Lane, Turn},
    queue::Queue,
};
use crate::{
    checkpoint::{LaneRecord, Record, SourceRecord},
    disk::Disk,
    source::follow::{Follower, Quest, Until},
};

/// How often a sink that takes nothing is asked again.
const AGAIN: Duration = Duration::from_millis(100);

/// What another follower, and who judges for it, are made of.
pub(super) struct Fork<'a> {
    pub disk: Arc<dyn Disk>,
    pub quest: &'a Quest,
    pub plan: (&'a [Route], &'a [Form], Rules),
}

/// A sink that was behind when the last run ended, and its place.
pub(super) type Behind = (Outlet, Vec<SourceRecord>);

/// Takes those outlets out that the checkpoint says are behind. Where no
/// other is left, the first of them is what the others go by.
pub(super) fn behind(
    last: &mut Record,
    outlets: &mut Vec<Outlet>,
    notes: &mut dyn FnMut(Note<'_>),
) -> Vec<Behind> {
    let mut behind: Vec<Behind> = Vec::new();
    let is_named = |lane: &LaneRecord| {
        outlets.iter().any(|outlet| outlet.name == lane.sink)
    };
    let (named, others): (Vec<_>, Vec<_>) =
        mem::take(&mut last.lanes).into_iter().partition(is_named);
    for lane in named.into_iter().chain(others) {
        match find(outlets, &lane.sink) {
            Some(at) => behind.push((outlets.remove(at), lane.sources)),
            None => notes(Note::Forsaken { name: &lane.sink }),
        }
    }
    let takes_lines = |outlet: &Outlet| matches!(outlet.flow, Flow::Stream(_));
    if !behind.is_empty() && !outlets.iter().any(takes_lines) {
        let (outlet, sources) = behind.remove(0);
        outlets.push(outlet);
        outlets.sort_by_key(|outlet| outlet.number);
        last.sources = sources;
    }
    behind
}

/// Finds the outlet of a name. Who changes the options of a sink that sends
/// has its name change, and means the same place, if no other one does.
fn find(outlets: &[Outlet], name: &str) -> Option<usize> {
    let is_it = |outlet: &Outlet| outlet.name == name;
    let place = |name: &str| name.split(',').next().map(str::to_owned);
    let is_like = |outlet: &&Outlet| {
        !name.starts_with("file:") && place(&outlet.name) == place(name)
    };
    outlets.iter().position(is_it).or_else(|| {
        let alike = outlets.iter().filter(is_like).count();
        let first = outlets.iter().position(|outlet| is_like(&outlet))?;
        (alike == 1).then_some(first)
    })
}

impl Run<'_, '_> {
    /// Has each sink go on from its own place.
    pub(super) fn fork_all(&mut self, behind: Vec<Behind>) {
        for (outlet, sources) in behind {
            let name = outlet.name.clone();
            let queue = Queue::at(sources.clone());
            self.fork(outlet, queue, &sources);
            (self.ledger.notes)(Note::Behind { name: &name, stall: None });
        }
    }

    /// Has those sinks go on by themselves that have stalled.
    pub(super) fn split(&mut self) {
        let is_stalled = |outlet: &Outlet| outlet.is_stalled;
        while let Some(at) = self.ledger.outlets.iter().position(is_stalled) {
            let mut outlet = self.ledger.outlets.remove(at);
            outlet.is_stalled = false;
            let queue = self.log.split(at, &outlet.name);
            let (name, stall) = (outlet.name.clone(), Some(outlet.stall));
            // It holds the rest of what it was given: its place is ours.
            let sources = self.shared.follower.borrow().record();
            self.fork(outlet, queue, &sources);
            (self.ledger.notes)(Note::Behind { name: &name, stall });
        }
    }

    fn fork(
        &mut self,
        outlet: Outlet,
        queue: Queue,
        sources: &[SourceRecord],
    ) {
        let Fork { disk, quest, plan } = &self.fork;
        let follower = Follower::new(Arc::clone(disk), quest, sources);
        let follower = Rc::new(RefCell::new(follower));
        // From now on it holds what is rotated.
        follower.borrow_mut().look();
        let known = (outlet.name.clone(), Rc::clone(&follower));
        self.shared.behind.borrow_mut().push(known);
        let choice = &quest.wrapping.choice;
        let lane = Lane::new(outlet, queue, follower, *plan, choice);
        self.lanes.push(lane);
        self.count_lanes();
    }

    /// Gives each sink that is behind its turn.
    pub(super) fn serve(&mut self) -> Result<(), Failure> {
        let mut at = 0;
        while at < self.lanes.len() {
            let lane = &mut self.lanes[at];
            let turn = lane.go(&self.pool, &self.shared.follower);
            let turn = turn.map_err(|error| lane.outlet.failure(error))?;
            if self.until == Until::CaughtUp
                && let Some(error) = lane.lost()
            {
                return Err(lane.outlet.failure(error));
            }
            if mem::take(&mut lane.has_moved) {
                self.log.touch();
            }
            match turn {
                Turn::Busy => {
                    lane.is_busy = true;
                    at += 1;
                }
                Turn::Idle => {
                    lane.is_busy = false;
                    at += 1;
                }
                Turn::Level => self.join(at),
                Turn::Over => {
                    let lane = self.part(at);
                    let name = &lane.outlet.name;
                    (self.ledger.notes)(Note::Left { name });
                }
            }
        }
        Ok(())
    }

    /// Has the sinks that are behind pass on what they hold.
    pub(super) fn drain_lanes(&mut self) {
        for lane in &mut self.lanes {
            // Why it takes nothing does not matter any more.
            lane.outlet.sink.drain().ok();
        }
    }

    /// Has a sink go on with the others.
    fn join(&mut self, at: usize) {
        let lane = self.part(at);
        self.log.join(&lane);
        let Lane { mut outlet, .. } = lane;
        if self.has_caught_up {
            outlet.sink.caught_up();
        }
        self.log.touch();
        (self.ledger.notes)(Note::Level { name: &outlet.name });
        let number = outlet.number;
        let outlets = &mut *self.ledger.outlets;
        let place = outlets.partition_point(|other| other.number < number);
        outlets.insert(place, outlet);
    }

    fn part(&mut self, at: usize) -> Lane {
        let lane = self.lanes.remove(at);
        let mut behind = self.shared.behind.borrow_mut();
        behind.retain(|(_, other)| !Rc::ptr_eq(other, &lane.follower));
        drop(behind);
        self.count_lanes();
        lane
    }

    fn count_lanes(&mut self) {
        let lanes = self.lanes.len();
        self.ledger.apart = self.ledger.apart.map(|_| lanes);
    }

    /// Returns when to go on at the latest, for the sinks that are behind.
    pub(super) fn sooner(&self, due: Option<Instant>) -> Option<Instant> {
        if self.lanes.is_empty() {
            return due;
        }
        let is_busy = self.lanes.iter().any(|lane| lane.is_busy);
        let wait = if is_busy { Duration::ZERO } else { AGAIN };
        let again = Instant::now() + wait;
        Some(due.map_or(again, |due| due.min(again)))
    }
}
