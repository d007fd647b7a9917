//! Hands the lines that a run keeps to several threads that try the policy,
//! and adds up what they counted, in the order of the lines.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::{self, IoSlice},
    rc::Rc,
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use crate::{
    policy::{Simulator, Traffic},
    sink::Sink,
};

/// Bytes that a thread is given at once.
const CHUNK: usize = 1 << 20;

/// Lines for a thread, by their place among all.
type Chunk = (u64, Vec<u8>);

/// Threads that try a policy.
pub(super) struct Crew {
    jobs: Option<Sender<Chunk>>,
    done: Receiver<(u64, Traffic)>,
    workers: Vec<JoinHandle<()>>,
    /// Lines that are not given to a thread yet.
    lines: Vec<u8>,
    /// How many chunks were given away,
    given: u64,
    /// how many of them are added up,
    added: u64,
    /// and those that came too soon for that.
    early: BTreeMap<u64, Traffic>,
    traffic: Traffic,
}

impl Crew {
    /// Starts the threads.
    pub(super) fn new(simulator: &Simulator, threads: usize) -> Crew {
        let threads = threads.max(1);
        let (jobs, work) = bounded::<Chunk>(threads);
        let (results, done) = unbounded();
        let workers = (0..threads).map(|_| {
            let (work, results) = (work.clone(), results.clone());
            let simulator = simulator.clone();
            thread::spawn(move || labour(simulator, &work, &results))
        });
        Crew {
            workers: workers.collect(),
            jobs: Some(jobs),
            done,
            lines: Vec::with_capacity(CHUNK),
            given: 0,
            added: 0,
            early: BTreeMap::new(),
            traffic: Traffic::default(),
        }
    }

    fn take(&mut self, parts: &[IoSlice<'_>]) {
        for part in parts {
            self.lines.extend_from_slice(part);
            if self.lines.len() >= CHUNK && self.lines.ends_with(b"\n") {
                self.give();
            }
        }
    }

    /// Gives away the lines that have come so far.
    fn give(&mut self) {
        let lines = std::mem::replace(
            &mut self.lines,
            Vec::with_capacity(CHUNK + CHUNK / 8),
        );
        if let Some(jobs) = &self.jobs {
            // Somebody takes them as long as the channel is there.
            jobs.send((self.given, lines)).ok();
            self.given += 1;
        }
        while let Ok((at, traffic)) = self.done.try_recv() {
            self.add(at, traffic);
        }
    }

    fn add(&mut self, at: u64, traffic: Traffic) {
        self.early.insert(at, traffic);
        while let Some(traffic) = self.early.remove(&self.added) {
            self.traffic.append(traffic);
            self.added += 1;
        }
    }

    /// Waits for the threads and returns what all of them counted.
    fn finish(&mut self) -> Traffic {
        self.give();
        self.jobs = None;
        while let Ok((at, traffic)) = self.done.recv() {
            self.add(at, traffic);
        }
        for worker in self.workers.drain(..) {
            worker.join().ok();
        }
        std::mem::take(&mut self.traffic)
    }
}

fn labour(
    mut simulator: Simulator,
    work: &Receiver<Chunk>,
    results: &Sender<(u64, Traffic)>,
) {
    for (at, lines) in work {
        let mut traffic = Traffic::default();
        let mut from = 0;
        for end in memchr::memchr_iter(b'\n', &lines) {
            simulator.add(&lines[from..end], &mut traffic);
            from = end + 1;
        }
        if results.send((at, traffic)).is_err() {
            return;
        }
    }
}

/// What a run writes its lines to.
#[derive(Clone)]
pub(super) struct Tray(Rc<RefCell<Crew>>);

impl Tray {
    pub(super) fn new(crew: Crew) -> Tray {
        Tray(Rc::new(RefCell::new(crew)))
    }

    /// Returns what was counted.
    pub(super) fn finish(&self) -> Traffic {
        self.0.borrow_mut().finish()
    }
}

impl Sink for Tray {
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        self.0.borrow_mut().take(parts);
        Ok(())
    }
}
