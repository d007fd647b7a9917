//! Runs desks and ledger: all on one thread, or desks on several.

use std::{sync::Arc, thread};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::{
    desk::Desk,
    ledger::{Ledger, Page, Sinks, Summary},
    note::Note,
    output::Output,
    rules::Rules,
};
use crate::{
    frame::Pool,
    pipeline::Pipeline,
    source::{BLOCK_SIZE, Error, Input, Name, Terms, Watch},
};

/// Bytes of an input that one thread judges before others are called: less
/// is done sooner than a thread is started.
const SMALL: u64 = 2 << 20;

/// Blocks per desk: one being filled or judged, one waiting to be written.
const BLOCKS: usize = 2;

/// What to run.
#[derive(Debug)]
pub struct Job<'a> {
    /// What judges the lines.
    pub pipeline: &'a Pipeline,
    /// How lines are treated.
    pub rules: Rules,
    /// Where they come from, in this order.
    pub inputs: &'a [Name],
    /// What ends the run early.
    pub watch: Watch,
}

/// Judges every line of every input and writes the kept ones, in order.
pub fn run(
    job: &Job<'_>,
    sinks: &mut Sinks,
    notes: &mut dyn FnMut(Note<'_>),
) -> Summary {
    let mut ledger = Ledger::new(sinks, notes, &job.watch.stop);
    let mut crew = Crew::new(job);
    for (number, name) in job.inputs.iter().enumerate() {
        if job.watch.is_over() {
            break;
        }
        crew.visit(&mut ledger, number, name);
    }
    ledger.summary
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
        let alone = job.pipeline.is_sequential();
        let threads = if alone { 1 } else { job.rules.threads };
        let (max_line, watch) = (job.rules.max_line, job.watch.clone());
        Crew {
            job,
            terms: Terms { max_line, watch },
            pool: Pool::new(threads * BLOCKS + 1, BLOCK_SIZE),
            desk: Desk::new(job.pipeline, job.rules),
            threads,
        }
    }

    fn visit(&mut self, ledger: &mut Ledger<'_>, number: usize, name: &Name) {
        let input = match Input::open(name, number, &self.terms) {
            Ok(input) => input,
            Err(error) => return not_opened(ledger, name, &error),
        };
        let before = ledger.summary.tally.bytes;
        let mut page = Page::new(&input, name);
        if self.alone(ledger, &mut page) {
            self.together(ledger, &mut page);
        }
        if ledger.summary.tally.bytes > before {
            // What cannot seek is a pipe, and where it should be.
            input.leave(ledger.summary.position.offset).ok();
        }
        match input.failure() {
            None => {}
            Some(error @ Error::Io(_)) => unreadable(ledger, name, &error),
            Some(error) => not_opened(ledger, name, &error),
        }
    }

    /// Judges on the calling thread; returns whether it is worth calling
    /// others for the rest.
    fn alone(&mut self, ledger: &mut Ledger<'_>, page: &mut Page<'_>) -> bool {
        let mut scrap = Output::default();
        let mut judged = 0;
        while self.threads == 1 || judged < SMALL {
            let Some(batch) = page.input.next(self.pool.take()) else {
                return false;
            };
            judged += batch.span();
            let output = self.desk.judge(&batch, scrap);
            drop(batch);
            scrap = Output::default();
            ledger.accept(page, output, |used| scrap = used.emptied());
        }
        true
    }

    /// Judges on several threads and writes on this one.
    fn together(&self, ledger: &mut Ledger<'_>, page: &mut Page<'_>) {
        let input = page.input;
        let (done, outputs) = bounded(self.threads * BLOCKS);
        let (reuse, scraps) = unbounded();
        thread::scope(|scope| {
            for _ in 0..self.threads {
                let (done, scraps) = (done.clone(), scraps.clone());
                scope.spawn(|| self.work(input, done, scraps));
            }
            drop(done);
            for output in outputs {
                ledger.accept(page, output, |used| {
                    // Workers that have left need no scrap.
                    reuse.send(used.emptied()).ok();
                });
            }
        });
    }

    fn work(
        &self,
        input: &Input,
        done: Sender<Output>,
        scraps: Receiver<Output>,
    ) {
        let mut desk = Desk::new(self.job.pipeline, self.job.rules);
        // The block is taken before the sequence number: the batch that all
        // others wait for always has one.
        while let Some(batch) = input.next(self.pool.take()) {
            let scrap = scraps.try_recv().unwrap_or_default();
            let output = desk.judge(&batch, scrap);
            drop(batch);
            if done.send(output).is_err() {
                return;
            }
        }
    }
}

fn not_opened(ledger: &mut Ledger<'_>, input: &Name, error: &Error) {
    ledger.summary.not_opened += 1;
    (ledger.notes)(Note::NotOpened { input, error });
}

fn unreadable(ledger: &mut Ledger<'_>, input: &Name, error: &Error) {
    ledger.summary.unreadable += 1;
    (ledger.notes)(Note::Unreadable { input, error });
}
