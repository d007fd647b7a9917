//! Judges the lines of several streams in the order of their times.
//!
//! A stream is a log, perhaps with the files that were rotated of it, and one
//! block of it is in memory. The next run of lines comes from the stream whose
//! next line is the oldest, and goes on as long as no other stream has an
//! older one. It is judged as a part of its input, so that it is still known
//! where each line is from. A line without a time stays behind the line before
//! it.

use std::{mem, slice, sync::Arc, vec};

use super::{
    clock::{Clock, Stretch},
    desk::Desk,
    job::Job,
    ledger::Ledger,
    output::Output,
    page::{Named, Page},
};
use crate::{
    frame::{Batch, Pool},
    source::{BLOCK_SIZE, Input, Name, Terms},
};

/// Judges all lines of `streams`, which are numbers of the job's inputs.
pub(super) fn merge(
    job: &Job<'_>,
    streams: &[Vec<usize>],
    ledger: &mut Ledger<'_>,
) {
    let mut merger = Merger {
        job,
        terms: job.terms(),
        // Each stream has one; one more would never be missed.
        pool: Pool::new(streams.len() + 1, BLOCK_SIZE),
        clock: Clock::new(
            job.rules.reading.scanner,
            job.choice,
            job.rules.max_line,
        ),
        desk: Desk::new(job.routes, job.forms, job.rules, job.choice),
        scrap: Output::default(),
    };
    let mut strands: Vec<Strand<'_>> = streams
        .iter()
        .map(|numbers| Strand { waiting: numbers.iter(), open: None })
        .collect();
    for strand in &mut strands {
        merger.fill(ledger, strand);
    }
    // Runs of lines are short, and a write each would cost more than all else.
    ledger.gathers = true;
    while let Some((number, other)) = turns(&strands)
        && !job.watch.is_over()
    {
        merger.go_on(ledger, (number, &mut strands[number]), other);
    }
    ledger.flush();
    for open in strands.into_iter().filter_map(|strand| strand.open) {
        open.close(ledger);
    }
}

/// What streams have in common.
struct Merger<'a> {
    job: &'a Job<'a>,
    terms: Terms,
    pool: Arc<Pool>,
    clock: Clock,
    desk: Desk,
    scrap: Output,
}

/// One stream.
struct Strand<'a> {
    /// The inputs that come behind the one that is open.
    waiting: slice::Iter<'a, usize>,
    /// What is read; nothing at the end.
    open: Option<Open<'a>>,
}

/// An input with lines in memory.
struct Open<'a> {
    name: &'a Name,
    input: Input,
    /// The lines that were judged, and how many parts they came in.
    lines: u64,
    parts: u64,
    /// Where in the input they end; nothing if there were none.
    end: Option<u64>,
    batch: Batch,
    /// Where in the batch the next line begins.
    at: usize,
    /// What is left of the batch.
    rest: vec::IntoIter<Stretch>,
}

/// The time of a line, and the number of its stream. Of equal times the first
/// stream's comes first.
type Turn = (Option<i128>, usize);

/// Returns whose turn it is, and whose it would be then.
fn turns(strands: &[Strand<'_>]) -> Option<(usize, Option<Turn>)> {
    let (mut first, mut second): (Option<Turn>, Option<Turn>) = (None, None);
    for (number, strand) in strands.iter().enumerate() {
        let Some(open) = &strand.open else { continue };
        let turn = (open.time(), number);
        if first.is_none_or(|first| turn < first) {
            (first, second) = (Some(turn), first);
        } else if second.is_none_or(|second| turn < second) {
            second = Some(turn);
        }
    }
    first.map(|(_, number)| (number, second))
}

impl<'a> Merger<'a> {
    /// Judges the next lines of stream `number`, until it is the turn of
    /// another.
    fn go_on(
        &mut self,
        ledger: &mut Ledger<'_>,
        (number, strand): (usize, &mut Strand<'a>),
        other: Option<Turn>,
    ) {
        let Some(open) = &mut strand.open else { return };
        let end = open.run(|time| {
            let is_next = |other| (time, number) < other;
            time.is_none() || other.is_none_or(is_next)
        });
        self.judge(ledger, open, end);
        if !open.rest.as_slice().is_empty() {
            return;
        }
        if !self.refill(ledger, open) {
            if let Some(open) = strand.open.take() {
                open.close(ledger);
            }
            self.fill(ledger, strand);
        }
    }

    /// Judges the lines of the batch up to `end`.
    fn judge(
        &mut self,
        ledger: &mut Ledger<'_>,
        open: &mut Open<'_>,
        end: usize,
    ) {
        let part = open.batch.part(open.at..end, open.parts);
        let scrap = mem::take(&mut self.scrap);
        let output = self.desk.judge(&part, open.input.form(), scrap);
        drop(part);
        open.at = end;
        open.end = Some(output.end_position.offset);
        let origin = Named { input: &open.input, name: open.name };
        let mut page = Page::from(&origin, open.lines);
        page.next = open.parts;
        let reuse = |used: Output| self.scrap = used.emptied();
        ledger.accept(&mut page, output, reuse);
        (open.lines, open.parts) = (page.lines, page.next);
        ledger.go_by(&open.input);
    }

    /// Reads the next lines of an input; returns whether there are any.
    fn refill(
        &mut self,
        ledger: &mut Ledger<'_>,
        open: &mut Open<'_>,
    ) -> bool {
        if open.input.may_wait() {
            // What was decided is not sat upon meanwhile.
            ledger.flush();
        }
        // Its memory is needed for the next one.
        open.batch = Batch::default();
        let Some(batch) = open.input.next(self.pool.take()) else {
            return false;
        };
        let stretches = self.clock.stretches(&batch, open.input.form());
        open.rest = stretches.into_iter();
        (open.batch, open.at) = (batch, 0);
        true
    }

    /// Opens the next input of a stream that has lines.
    fn fill(&mut self, ledger: &mut Ledger<'_>, strand: &mut Strand<'a>) {
        while !self.job.watch.is_over()
            && let Some(&number) = strand.waiting.next()
        {
            let name = &self.job.inputs[number];
            let input = match Input::open(name, number, &self.terms) {
                Ok(input) => input,
                Err(error) => {
                    ledger.pass_over(name, &error);
                    continue;
                }
            };
            let mut open = Open {
                name,
                input,
                lines: 0,
                parts: 0,
                end: None,
                batch: Batch::default(),
                at: 0,
                rest: Vec::new().into_iter(),
            };
            if self.refill(ledger, &mut open) {
                strand.open = Some(open);
                return;
            }
            open.close(ledger);
        }
    }
}

impl Open<'_> {
    /// Returns the time of the next line; one without a time comes at once.
    fn time(&self) -> Option<i128> {
        self.rest.as_slice().first().and_then(|next| next.time)
    }

    /// Takes the next line, and those behind it with times with which it goes
    /// on; returns where they end.
    fn run(&mut self, goes_on: impl Fn(Option<i128>) -> bool) -> usize {
        let mut end = self.at;
        let mut is_first = true;
        while let Some(next) = self.rest.as_slice().first()
            && (is_first || goes_on(next.time))
        {
            end = next.end;
            is_first = false;
            self.rest.next();
        }
        end
    }

    fn close(self, ledger: &mut Ledger<'_>) {
        ledger.leave(&self.input, self.name, self.end);
    }
}
