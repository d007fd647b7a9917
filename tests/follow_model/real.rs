//! The follower that we ship, on the simulated disk.
//!
//! It runs on a thread of its own, which waits while the story goes on, and
//! is told what becomes of it when it would wait for its files.

use std::{
    num::NonZeroU64,
    path::Path,
    sync::{
        Arc, LazyLock,
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use kaudit_filter::{
    checkpoint::{Checkpoint, Record},
    disk::Disk,
    engine::{
        self, Form, Glued, Go, Note, OnInvalid, Outlet, Pursuit, Route, Rules,
    },
    engine::{Threads, Wanted},
    pipeline::{Depth, Pipeline, Reading},
    sink::{FileSink, Rotation, Upkeep},
    source::{
        Stop, Watch, Wrapping,
        follow::{Begin, Quest, Remark, Until, Way},
    },
};

use super::{
    apiserver::NAME,
    disk::Process,
    events::EXPRESSION,
    neighbour::FOLDER,
    story::{Follower, OUT, Start},
};

/// Where it keeps how far it came.
const CHECKPOINT: &str = "/state/checkpoint";

static PIPELINE: LazyLock<Pipeline> =
    LazyLock::new(|| Pipeline::compile(EXPRESSION).expect("it is right"));

/// Starts it.
#[derive(Debug, Default)]
pub(crate) struct Real {
    upkeep: Upkeep,
}

impl Real {
    /// Its output rotates itself at so many bytes.
    pub(crate) fn rotating(size: u64) -> Real {
        let max_size = NonZeroU64::new(size).expect("it is not 0");
        let compress = true;
        let own = Rotation { max_size, compress, ..Rotation::default() };
        Real { upkeep: Upkeep { rotation: Some(own), ..Upkeep::default() } }
    }
}

impl Start for Real {
    fn start(
        &mut self,
        process: &Process,
    ) -> Result<Box<dyn Follower>, String> {
        let (process, upkeep) = (process.clone(), self.upkeep.clone());
        Ok(Box::new(Run { process, upkeep, thread: None }))
    }
}

/// A run of it.
#[derive(Debug)]
struct Run {
    process: Process,
    upkeep: Upkeep,
    thread: Option<Thread>,
}

/// The thread of a run, once it has begun.
#[derive(Debug)]
struct Thread {
    handle: JoinHandle<()>,
    go: Sender<Go>,
    said: Receiver<Said>,
}

/// What it says.
#[derive(Debug)]
enum Said {
    Gap(String),
    /// All is done that there is to do.
    Idle,
    Ended(String),
}

impl Thread {
    fn start(process: Process, upkeep: Upkeep) -> Thread {
        let (go, goes) = channel();
        let (says, said) = channel();
        let handle = thread::spawn(move || {
            let reason = follow(process, &upkeep, &goes, &says);
            // Nobody may be interested any more.
            says.send(Said::Ended(reason)).ok();
        });
        Thread { handle, go, said }
    }
}

impl Follower for Run {
    fn turn(&mut self, gaps: &mut Vec<String>) -> Result<(), String> {
        let thread = match self.thread.take() {
            None => Thread::start(self.process.clone(), self.upkeep.clone()),
            Some(thread) => {
                let sent = thread.go.send(Go::On);
                sent.map_err(|error| error.to_string())?;
                thread
            }
        };
        let said = &self.thread.insert(thread).said;
        loop {
            match said.recv() {
                Ok(Said::Gap(gap)) => gaps.push(gap),
                Ok(Said::Idle) => return Ok(()),
                Ok(Said::Ended(reason)) => return Err(reason),
                Err(_) => return Err("it has panicked".into()),
            }
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let Some(Thread { handle, go, .. }) = self.thread.take() else {
            return;
        };
        // It may have ended by itself.
        go.send(Go::Drop).ok();
        drop(go);
        let ended = handle.join();
        assert!(ended.is_ok() || thread::panicking(), "it has panicked");
    }
}

/// Follows until the story ends it; returns why else it ended.
fn follow(
    process: Process,
    upkeep: &Upkeep,
    goes: &Receiver<Go>,
    says: &Sender<Said>,
) -> String {
    let disk: Arc<dyn Disk> = Arc::new(process);
    let (checkpoint, last) =
        match Checkpoint::open(&disk, Path::new(CHECKPOINT)) {
            Ok(opened) => opened,
            Err(error) => return format!("checkpoint: {error}"),
        };
    let mut outlets = match outlet(&disk, upkeep, last.as_ref()) {
        Ok(outlet) => vec![outlet],
        Err(error) => return error,
    };
    let pursuit = Pursuit {
        routes: &[Route::only(PIPELINE.clone())],
        forms: &[Form::Verbatim],
        rules: rules(),
        quest: quest(),
        disk,
        watch: Watch {
            stop: Arc::new(Stop::new().expect("there are descriptors")),
            output: None,
        },
        calls: None,
        checkpoint: Some(checkpoint),
        last,
        interval: Duration::ZERO,
        report: &|_| None,
    };
    let mut notes = |note: Note<'_>| {
        if let Note::Followed { remark: Remark::Gap(gap), .. } = note {
            says.send(Said::Gap(format!("{gap:?}"))).ok();
        }
    };
    let idle = || {
        says.send(Said::Idle).ok();
        goes.recv().unwrap_or(Go::Drop)
    };
    let summary = engine::follow(
        pursuit,
        &mut outlets,
        &mut notes,
        Some(Box::new(idle)),
    );
    format!("{:?}", summary.failure)
}

fn outlet(
    disk: &Arc<dyn Disk>,
    upkeep: &Upkeep,
    last: Option<&Record>,
) -> Result<Outlet, String> {
    let name = format!("file:{OUT}");
    let mut records = last.into_iter().flat_map(|last| &last.sinks);
    let record = records.find(|record| record.name == name);
    let mark = record.map(|record| &record.mark);
    let opened = FileSink::open_with(disk, Path::new(OUT), upkeep, mark);
    let (sink, _) = opened.map_err(|error| format!("output: {error}"))?;
    Ok(Outlet::only(name, Box::new(sink)))
}

fn rules() -> Rules {
    Rules {
        reading: Reading { depth: Depth::Whole, ..Reading::default() },
        glued: Glued::Recover,
        on_invalid: OnInvalid::Pass,
        max_line: 1 << 20,
        wanted: Wanted::Lines,
        threads: Threads::Exactly(1),
        max_groups: 1,
    }
}

fn quest() -> Quest {
    Quest {
        paths: vec![Path::new(FOLDER).join(NAME)],
        begin: Begin::First,
        way: Way::Polls,
        until: Until::Stopped,
        patience: Duration::ZERO,
        max_line: 1 << 20,
        wrapping: Wrapping::default(),
    }
}
