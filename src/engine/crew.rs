//! Runs desks and ledger: all on one thread, or desks on several.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{
    desk::Desk,
    hold::Never,
    job::Job,
    ledger::Ledger,
    merge::merge,
    note::Note,
    output::Output,
    page::{Named, Page},
    route::Outlet,
    rules::Threads,
    summary::Summary,
};
use crate::{
    frame::{Block, Pool},
    source::{BLOCK_SIZE, Input, Name, Terms},
};

/// Bytes of an input that one thread judges before others are called: less
/// is done sooner than a thread is started.
const SMALL: u64 = if cfg!(test) { 200 } else { 2 << 20 };

/// Blocks per desk: one being filled or judged, the others waiting to be
/// written. They bound what is in memory; the queues need no bounds.
const BLOCKS: usize = 3;

/// Judges every line of every input and writes the kept ones, in order.
pub fn run(
    job: &Job<'_>,
    outlets: &mut Vec<Outlet>,
    notes: &mut dyn FnMut(Note<'_>),
) -> Summary {
    let (stop, most) = (&job.watch.stop, job.rules.max_groups);
    let mut never = Never;
    let mut ledger = Ledger::new(outlets, notes, stop, &mut never, most);
    if let Some(streams) = job.streams {
        merge(job, streams, &mut ledger);
        return ledger.summary;
    }
    let mut crew = Crew::new(job);
    for (number, name) in job.inputs.iter().enumerate() {
        if job.watch.is_over() {
            break;
        }
        crew.visit(&mut ledger, number, name);
    }
    ledger.summary
}

/// How the time goes by while one thread does everything.
#[derive(Debug, Default)]
struct Pace {
    bytes: u64,
    /// Reading, and waiting for what can be read.
    reading: Duration,
    judging: Duration,
}

struct Crew<'a> {
    job: &'a Job<'a>,
    terms: Terms,
    pool: Arc<Pool>,
    /// The desk of the calling thread.
    desk: Desk,
    threads: usize,
}

impl<'a> Crew<'a> {
    fn new(job: &'a Job<'a>) -> Crew<'a> {
        // A step that counts across lines has one judge for all of them.
        let alone =
            job.routes.iter().any(|route| route.pipeline.is_sequential());
        let threads = if alone { 1 } else { job.rules.threads.most() };
        Crew {
            job,
            terms: job.terms(),
            pool: Pool::new(threads * BLOCKS + 1, BLOCK_SIZE),
            desk: Desk::new(job.routes, job.forms, job.rules, job.choice),
            threads,
        }
    }

    fn visit(&mut self, ledger: &mut Ledger<'_>, number: usize, name: &Name) {
        let input = match Input::open(name, number, &self.terms) {
            Ok(input) => input,
            Err(error) => return ledger.pass_over(name, &error),
        };
        let before = ledger.summary.tally.bytes;
        let origin = Named { input: &input, name };
        let mut page = Page::new(&origin);
        if self.alone(ledger, &input, &mut page) {
            self.together(ledger, &input, &mut page);
        }
        let is_begun = ledger.summary.tally.bytes > before;
        let end = is_begun.then_some(ledger.summary.position.offset);
        ledger.leave(&input, name, end);
    }

    /// Judges on the calling thread; returns whether it is worth calling
    /// others for the rest.
    fn alone(
        &mut self,
        ledger: &mut Ledger<'_>,
        input: &Input,
        page: &mut Page<'_>,
    ) -> bool {
        let mut scrap = Output::default();
        let mut pace = Pace::default();
        while !self.wants_help(input, &pace) {
            let begun = Instant::now();
            let Some(batch) = input.next(self.pool.take()) else {
                return false;
            };
            let read = Instant::now();
            let output = self.desk.judge(&batch, input.form(), scrap);
            pace.reading += read - begun;
            pace.judging += read.elapsed();
            pace.bytes += batch.span();
            drop(batch);
            scrap = Output::default();
            ledger.accept(page, output, |used| scrap = used.emptied());
            ledger.go_by(input);
        }
        true
    }

    /// Returns whether others should judge as well. A stream is read by one
    /// thread at a time, and its writer needs a core of its own: help pays
    /// only where judging takes longer than reading.
    fn wants_help(&self, input: &Input, pace: &Pace) -> bool {
        let Threads::UpTo(_) = self.job.rules.threads else {
            return self.threads > 1 && pace.bytes >= SMALL;
        };
        let pays = !input.may_wait() || pace.judging > pace.reading;
        self.threads > 1 && pace.bytes >= SMALL && pays
    }

    /// Judges on several threads and writes on this one.
    fn together(
        &mut self,
        ledger: &mut Ledger<'_>,
        input: &Input,
        page: &mut Page<'_>,
    ) {
        let (done, outputs) = unbounded();
        let (reuse, scraps) = unbounded();
        // Who waits for a stream cannot write at the same time.
        let lends_a_hand = !input.may_wait();
        let hands = self.threads - usize::from(lends_a_hand);
        let Crew { job, pool, desk, .. } = self;
        let shift = Shift { job, pool, input, scraps };
        thread::scope(|scope| {
            for _ in 0..hands {
                let done = done.clone();
                scope.spawn(|| shift.work(done));
            }
            drop(done);
            let mut accept = |output| {
                ledger.accept(page, output, |used| {
                    // Workers that have left need no scrap.
                    reuse.send(used.emptied()).ok();
                });
                ledger.go_by(input);
            };
            if lends_a_hand {
                shift.lend_a_hand(desk, &outputs, &mut accept);
            }
            outputs.iter().for_each(accept);
        });
    }
}

/// What the threads share that judge one input.
struct Shift<'a> {
    job: &'a Job<'a>,
    pool: &'a Arc<Pool>,
    input: &'a Input,
    scraps: Receiver<Output>,
}

impl Shift<'_> {
    fn work(&self, done: Sender<Output>) {
        let &Job { routes, forms, rules, choice, .. } = self.job;
        let mut desk = Desk::new(routes, forms, rules, choice);
        // The block is taken before the sequence number: the batch that all
        // others wait for always has one.
        while let Some(output) = self.judge(&mut desk, self.pool.take()) {
            if done.send(output).is_err() {
                return;
            }
        }
    }

    /// Judges on the thread that writes, in between: so it never sleeps
    /// while there is work, and no other thread has to wake it for each
    /// batch.
    fn lend_a_hand(
        &self,
        desk: &mut Desk,
        outputs: &Receiver<Output>,
        accept: &mut impl FnMut(Output),
    ) {
        loop {
            outputs.try_iter().for_each(&mut *accept);
            let Some(block) = self.pool.try_take() else {
                // All blocks are with the others, or wait for one of them.
                let Ok(output) = outputs.recv() else { return };
                accept(output);
                continue;
            };
            let Some(output) = self.judge(desk, block) else { return };
            accept(output);
        }
    }

    fn judge(&self, desk: &mut Desk, block: Block) -> Option<Output> {
        let batch = self.input.next(block)?;
        let scrap = self.scraps.try_recv().unwrap_or_default();
        Some(desk.judge(&batch, self.input.form(), scrap))
    }
}
