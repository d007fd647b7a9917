//! Lets things happen, and checks after each turn of the follower that it
//! has kept its word.

mod power; // Cuts the power.

use std::{collections::BTreeSet, io, mem, path::Path};

use super::{
    act::{Act, Door, Trouble},
    apiserver::Apiserver,
    check::{Allowance, Output},
    disk::{Access, Process, Serial, SimDisk},
    events::is_wanted,
    kept::written,
    neighbour::{self, FOLDER},
    truth::{Known, Truth},
};

/// Where the follower writes what it keeps.
pub(crate) const OUT: &str = "/out/kept.log";

/// 2026-11-22.
const BEGIN: i64 = 1_795_305_600_000_000_000;

/// Nanoseconds of a millisecond.
const TICK: i64 = 1_000_000;

/// Nanoseconds after which nobody writes to a renamed file any more.
const LONG: i64 = 60_000 * TICK;

/// A follower that runs.
pub(crate) trait Follower {
    /// Takes over all there is and remembers that; adds the gaps that it
    /// tells of.
    ///
    /// # Errors
    ///
    /// Why it has ended.
    fn turn(&mut self, gaps: &mut Vec<String>) -> Result<(), String>;
}

/// Starts a follower of the log in [`FOLDER`], from its begin.
pub(crate) trait Start {
    /// # Errors
    ///
    /// Why it cannot run.
    fn start(
        &mut self,
        process: &Process,
    ) -> Result<Box<dyn Follower>, String>;
}

/// All there is: a machine, a log, a follower.
pub(crate) struct Story<'s> {
    disk: SimDisk,
    apiserver: Apiserver,
    truth: Truth,
    start: &'s mut dyn Start,
    running: Option<(Process, Box<dyn Follower>)>,
    allowed: Allowance,
    troubles: Vec<Trouble>,
    /// Files that were there when the folder was exchanged or shut.
    swapped: BTreeSet<Serial>,
    /// Whether the output may grow.
    has_room: bool,
    gaps: Gaps,
}

/// The gaps that were told.
#[derive(Debug, Default)]
struct Gaps {
    /// By a run that has remembered it.
    told: Vec<String>,
    /// By the one that runs, since it last could.
    lately: Vec<String>,
    /// By those that died too early for that.
    perhaps: Vec<String>,
}

/// Tells a story of a follower.
///
/// # Errors
///
/// What it did wrong.
pub(crate) fn tell(acts: &[Act], start: &mut dyn Start) -> Result<(), String> {
    let mut story = Story::new(start).map_err(|error| error.to_string())?;
    story.turn()?;
    for act in acts {
        story.perform(*act).map_err(|wrong| format!("{act:?}: {wrong}"))?;
        story.pass(TICK);
    }
    story.end().map_err(|wrong| format!("at the end: {wrong}"))
}

impl<'s> Story<'s> {
    fn new(start: &'s mut dyn Start) -> io::Result<Story<'s>> {
        let disk = SimDisk::new(&["log", "out", "state"], BEGIN);
        neighbour::prepare(&disk)?;
        disk.flush("log");
        let apiserver = Apiserver::new(&disk, Path::new(FOLDER));
        let truth = Truth::new(&disk, apiserver.path());
        Ok(Story {
            disk,
            apiserver,
            truth,
            start,
            running: None,
            allowed: Allowance::default(),
            troubles: Vec::new(),
            swapped: BTreeSet::new(),
            has_room: true,
            gaps: Gaps::default(),
        })
    }

    fn perform(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::Turn => self.turn()?,
            Act::Kill => self.kill(),
            Act::KillAt(calls, last) => self.kill_at(calls, last)?,
            Act::PowerCut(power) => self.power_cut(power),
            Act::PowerCutAt(calls, last, power) => {
                self.kill_at(calls, last)?;
                self.power_cut(power);
            }
            Act::Trouble(trouble) => {
                // What cannot be opened is read later.
                self.allowed.disorder |= trouble.volume == "log";
                self.troubles.push(trouble);
            }
            Act::FullOut(room) => {
                self.disk.set_room("out", Some(room));
                self.has_room = false;
            }
            Act::Roomy => self.make_room(),
            // What cannot be done in this state is not done.
            act => _ = self.meddle(act),
        }
        Ok(())
    }

    /// Does what others than the follower do.
    fn meddle(&mut self, act: Act) -> io::Result<()> {
        let api = &mut self.apiserver;
        let disk = &self.disk;
        match act {
            Act::Write(extra) => api.write(extra),
            Act::Begin(bytes) => api.begin(0, bytes),
            Act::Complete => api.complete(),
            Act::Rotate => api.rotate(),
            Act::Rename => api.rename(),
            Act::Burst(times) => {
                for _ in 0..times {
                    api.write(0)?;
                    api.rotate()?;
                }
                Ok(())
            }
            Act::Stop => {
                api.stop();
                Ok(())
            }
            Act::Mill(pick) => api.mill(pick),
            Act::Prune => api.prune(),
            Act::Copy => neighbour::copy(disk),
            Act::Truncate => neighbour::truncate(disk),
            Act::Regrow(more) => self.regrow(more),
            Act::Unlink => neighbour::unlink(disk),
            Act::Swap => {
                self.allow_repeats();
                self.truth.swap();
                self.allowed.gaps += 1;
                self.in_disorder(neighbour::swap)
            }
            Act::Deny(door) => {
                // A copy of it may be read meanwhile, and pass for it later.
                self.allow_repeats();
                self.truth.exempt();
                self.in_disorder(|disk| deny(disk, door))
            }
            Act::Grant => {
                disk.grant_all();
                Ok(())
            }
            Act::Clock(jump) => self.in_disorder(|disk| {
                disk.set_clock(disk.clock() + jump * TICK);
                Ok(())
            }),
            Act::FullLog(room) => {
                disk.set_room("log", Some(room));
                Ok(())
            }
            act => unreachable!("{act:?} is of the follower"),
        }
    }

    /// Lets what is in the folder come again when it comes back.
    fn allow_repeats(&mut self) {
        let folder = Path::new(FOLDER);
        let names = self.disk.list(folder).unwrap_or_default().into_iter();
        let files = names.map(|name| self.disk.find(&folder.join(name)));
        self.swapped.extend(files.flatten());
    }

    /// Does something after which nobody can tell what is older.
    fn in_disorder(
        &mut self,
        act: impl FnOnce(&SimDisk) -> io::Result<()>,
    ) -> io::Result<()> {
        self.allowed.disorder = true;
        act(&self.disk)
    }

    /// Cuts the log and writes an event that makes it as long as before, but
    /// for `more`.
    fn regrow(&mut self, more: isize) -> io::Result<()> {
        let size = self.disk.stat(&self.apiserver.path())?.size as isize;
        neighbour::truncate(&self.disk)?;
        let shortest = self.apiserver.next_length() as isize;
        self.apiserver.write((size + more - shortest).max(0) as usize)
    }

    fn pass(&self, time: i64) {
        self.disk.set_clock(self.disk.clock() + time);
    }

    fn make_room(&mut self) {
        self.disk.set_room("log", None);
        self.disk.set_room("out", None);
        self.has_room = true;
    }

    fn turn(&mut self) -> Result<(), String> {
        let Some((process, mut follower)) = self.started()? else {
            return Ok(());
        };
        self.look();
        let result = follower.turn(&mut self.gaps.lately);
        let failed = process.calm();
        match result {
            Ok(()) => {
                self.truth.know(Known::Perhaps);
                self.running = Some((process, follower));
                if failed == 0 {
                    return self.judge();
                }
                // It may have tried again, and gone on to the next file.
                self.truth.leave();
                Ok(())
            }
            Err(reason) => {
                drop(follower);
                self.truth.know(Known::Perhaps);
                self.bury(failed, &reason)
            }
        }
    }

    /// Notes what there is at the begin of a turn.
    fn look(&mut self) {
        let events = self.apiserver.events();
        self.truth.look(events);
        self.allowed.strays.extend(self.truth.strays(events));
        let halves = self.truth.halves(events);
        self.allowed.halves.extend(halves);
    }

    /// Returns the follower; none if it cannot be started, for a reason.
    #[expect(clippy::type_complexity, reason = "what runs, taken out")]
    fn started(
        &mut self,
    ) -> Result<Option<(Process, Box<dyn Follower>)>, String> {
        let troubles = mem::take(&mut self.troubles);
        let running = self.running.take();
        let is_new = running.is_none();
        let process = match &running {
            Some((process, _)) => process.clone(),
            None => self.disk.process(),
        };
        for Trouble { volume, call, fault } in troubles {
            process.fail(volume, call, fault);
        }
        if !is_new {
            return Ok(running);
        }
        match self.start.start(&process) {
            Ok(follower) => Ok(Some((process, follower))),
            Err(reason) => {
                self.bury(process.calm(), &reason)?;
                Ok(None)
            }
        }
    }

    /// Notes that the follower has ended by itself.
    fn bury(&mut self, failed: u32, reason: &str) -> Result<(), String> {
        self.died();
        match failed {
            0 => Err(format!("it ended for no reason: {reason}")),
            _ => Ok(()),
        }
    }

    /// Judges what the follower has done in a turn in which nothing failed.
    fn judge(&mut self) -> Result<(), String> {
        if !self.has_room {
            self.truth.hold_blocked();
            self.truth.leave();
            return Ok(());
        }
        self.truth.hold();
        self.gaps.told.append(&mut self.gaps.lately);
        let events = self.apiserver.events();
        self.truth.owe(events);
        for serial in &self.swapped {
            let numbers = self.truth.events_of(*serial, events);
            self.allowed.repeats.extend(numbers);
        }
        self.output()?.check(&self.truth, &self.allowed)
    }

    fn output(&self) -> Result<Output, String> {
        Output::read(&written(&self.disk), self.apiserver.events())
    }

    fn kill(&mut self) {
        self.running = None;
        self.died();
    }

    fn died(&mut self) {
        self.gaps.perhaps.append(&mut self.gaps.lately);
        self.truth.let_go();
    }

    fn kill_at(&mut self, calls: u32, last: usize) -> Result<(), String> {
        let process = match &self.running {
            Some((process, _)) => process.clone(),
            None => self.disk.process(),
        };
        process.kill_after(calls, last);
        self.look();
        let follower = match self.running.take() {
            Some((_, follower)) => Ok(follower),
            None => self.start.start(&process),
        };
        if let Ok(mut follower) = follower {
            // It may have been killed before its end.
            follower.turn(&mut self.gaps.lately).ok();
        }
        drop(process);
        self.truth.know(Known::Perhaps);
        self.died();
        Ok(())
    }

    /// Brings all to a good end: nothing fails any more, and there is time.
    fn end(&mut self) -> Result<(), String> {
        self.make_room();
        self.troubles.clear();
        self.apiserver.stop();
        self.disk.grant_all();
        self.turn()?;
        let written = self.apiserver.write(0);
        written.map_err(|error| error.to_string())?;
        for _ in 0..3 {
            self.pass(LONG);
            self.turn()?;
        }
        let least = self.losses(&self.output()?);
        let most =
            self.truth.breaks() + self.allowed.gaps + self.truth.stumps.len();
        let Gaps { told, perhaps, .. } = &self.gaps;
        if told.len() + perhaps.len() < least || told.len() > most {
            let told = format!("{told:?} and perhaps {perhaps:?} gaps told");
            return Err(format!("{told} of {least} to {most}"));
        }
        Ok(())
    }

    /// Returns in how many files lines were lost of which the follower must
    /// know that they are.
    fn losses(&self, output: &Output) -> usize {
        let events = self.apiserver.events();
        let is_lost =
            |number: &usize| is_wanted(*number) && !output.has(*number);
        let losses = self.truth.broken.iter().filter(|(known, life)| {
            let log = &self.disk.lives(life.0)[life.1];
            *known == Known::Surely && events.whole(log).iter().any(is_lost)
        });
        losses.count()
    }
}

fn deny(disk: &SimDisk, door: Door) -> io::Result<()> {
    let log = Path::new(FOLDER).join(super::apiserver::NAME);
    match door {
        Door::Log => disk.set_access(&log, Access::Denied),
        Door::Folder => disk.set_access(Path::new(FOLDER), Access::Denied),
    }
}
