//! Sinks that fall behind, and what the checkpoint says of them meanwhile.

use std::{
    cell::{Cell, RefCell},
    fs,
    io::{self, IoSlice, Write},
    path::{Path, PathBuf},
    rc::Rc,
};

use super::*;
use crate::{
    checkpoint::{LaneRecord, Record, show},
    disk::Real,
    engine::{Glued, OnInvalid, Threads, Wanted},
    pipeline::{Depth, Pipeline, Reading},
    sink::{Settled, Sink, Stall},
    source::{
        Stop, Wrapping,
        follow::{Begin, Way},
    },
};

const LINE: &[u8] = b"{\"level\":\"Metadata\",\"verb\":\"get\"}\n";

/// A sink that does as it is told.
#[derive(Clone, Default)]
struct Puppet(Rc<Strings>);

#[derive(Default)]
struct Strings {
    /// How often it takes what it holds.
    goes: Cell<u32>,
    /// Whether what it took has arrived.
    arrives: Cell<bool>,
    given: Cell<u64>,
}

impl Sink for Puppet {
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        let more: usize = parts.iter().map(|part| part.len()).sum();
        self.0.given.set(self.0.given.get() + more as u64);
        Ok(())
    }

    fn drain(&mut self) -> Result<(), Stall> {
        let left = self.0.goes.get().checked_sub(1).ok_or(Stall::Slow)?;
        self.0.goes.set(left);
        Ok(())
    }

    fn settle(&mut self) -> io::Result<Settled> {
        let given = self.0.given.get();
        let taken = if self.0.arrives.get() { given } else { 0 };
        Ok(Settled { given, taken })
    }
}

fn folder(name: &str) -> PathBuf {
    let name = format!("lanes-{}-{name}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn append(log: &Path) {
    let file = fs::OpenOptions::new().create(true).append(true).open(log);
    file.unwrap().write_all(LINE).unwrap();
}

/// Follows `log` with a good sink and two puppets, from idle to idle.
fn run(log: &Path, puppets: &[Puppet; 2], idle: impl FnMut() -> Go) {
    let disk: Arc<dyn Disk> = Arc::new(Real);
    let place = log.with_extension("checkpoint");
    let (checkpoint, last) = Checkpoint::open(&disk, &place).unwrap();
    let good = Puppet::default();
    good.0.goes.set(u32::MAX);
    good.0.arrives.set(true);
    let named = [("good", &good), ("far", &puppets[0]), ("near", &puppets[1])];
    let mut outlets = Vec::from(named.map(|(name, puppet)| {
        let mut outlet = Outlet::only(name, Box::new(puppet.clone()));
        outlet.stall = Duration::ZERO;
        outlet
    }));
    let pursuit = Pursuit {
        routes: &[Route::only(Pipeline::compile("true").unwrap())],
        forms: &[Form::Verbatim],
        rules: Rules {
            reading: Reading { depth: Depth::Whole, ..Reading::default() },
            glued: Glued::Recover,
            on_invalid: OnInvalid::Pass,
            max_line: 1 << 20,
            wanted: Wanted::Lines,
            threads: Threads::Exactly(1),
            max_groups: 1,
        },
        quest: Quest {
            paths: vec![log.to_owned()],
            begin: Begin::First,
            way: Way::Polls,
            until: Until::Stopped,
            patience: Duration::ZERO,
            max_line: 1 << 20,
            wrapping: Wrapping::default(),
        },
        disk,
        watch: Watch { stop: Arc::new(Stop::new().unwrap()), output: None },
        calls: None,
        checkpoint: Some(checkpoint),
        last,
        interval: Duration::from_millis(1),
        report: &|_| None,
    };
    let idle = RefCell::new(idle);
    let summary = follow(
        pursuit,
        &mut outlets,
        &mut |_| {},
        Some(Box::new(|| idle.borrow_mut()())),
    );
    assert!(summary.failure.is_none(), "{:?}", summary.failure);
}

/// How far the checkpoint says that a sink has come.
fn place_of(log: &Path, sink: &str) -> u64 {
    let found = show(&Real, &log.with_extension("checkpoint")).unwrap();
    let (_, record) = found.newest.unwrap();
    let lane = record.lanes.iter().find(|lane| lane.sink == sink);
    let sources = lane.map_or(&record.sources, |lane| &lane.sources);
    sources[0].places[0].offset
}

#[test]
fn a_sink_that_has_joined_keeps_its_place_until_it_has_taken_all() {
    let folder = folder("join");
    let log = folder.join("audit.log");
    append(&log);
    let puppets = <[Puppet; 2]>::default();
    let [far, near] = puppets.clone().map(|puppet| puppet.0);
    near.arrives.set(true);
    let one = LINE.len() as u64;
    let begun = Instant::now();
    let mut step = 0;
    run(&log, &puppets, || {
        let [good, far_at, near_at] =
            ["good", "far", "near"].map(|sink| place_of(&log, sink) / one);
        match (step, good, near_at, far_at) {
            // Both have stalled, and are behind by a line from now on.
            (0, 1, 1, 0) => append(&log),
            // One takes all, and joins; nothing of it has arrived. The other
            // one moves, so that the checkpoint is written.
            (1, 2, 1, 0) => {
                far.goes.set(u32::MAX);
                near.goes.set(1);
            }
            (2, 2, 2, at) => {
                assert_eq!(at, 0, "it is committed and has not arrived");
                // It stalls once more.
                far.goes.set(0);
                append(&log);
            }
            (3, 3, 2, at) => {
                assert_eq!(at, 0, "it is committed and has not arrived");
                far.goes.set(u32::MAX);
                far.arrives.set(true);
            }
            (4, 3, 2, 3) => return Go::Drop,
            _ => {
                let is_long = begun.elapsed() > Duration::from_secs(20);
                assert!(!is_long, "{step}: {good} {near_at} {far_at}");
                return Go::On;
            }
        }
        step += 1;
        Go::On
    });
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_sink_that_was_behind_is_found_again_or_told() {
    let outlet = |name: &str| Outlet::only(name, Box::new(Puppet::default()));
    let names = ["tcp://h:1,stall=5s", "journald:,tag=a", "journald:,tag=b"];
    let lane = |sink: &str| LaneRecord { sink: sink.into(), sources: vec![] };
    let was = ["tcp://h:1,stall=1s", "journald:,tag=b", "journald:,tag=c"];
    let mut last = Record { lanes: was.map(lane).into(), ..Record::default() };
    let mut outlets = Vec::from(names.map(outlet));
    outlets.push(outlet("stdout"));
    let mut told = Vec::new();
    let behind = lanes::behind(&mut last, &mut outlets, &mut |note| {
        told.push(format!("{note:?}"));
    });
    let found: Vec<_> = behind.iter().map(|(it, _)| &*it.name).collect();
    assert_eq!(found, [names[2], names[0], names[1]]);
    assert!(told.is_empty(), "{told:?}");
    let mut last = Record { lanes: was.map(lane).into(), ..Record::default() };
    let mut outlets = vec![outlet("file:a"), outlet(names[1])];
    lanes::behind(&mut last, &mut outlets, &mut |note| {
        told.push(format!("{note:?}"));
    });
    assert_eq!(told.len(), 2, "{told:?}");
}
