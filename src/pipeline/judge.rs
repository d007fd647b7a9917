//! Judges one line: is it an event, what do the steps say, what leaves.

use super::{Pipeline, Reading};
use crate::edit::{self, Automaton, Cut};
use crate::event::{self, Event, Identity};
use crate::expr::plan::{NodeId, Step};
use crate::expr::{Evaluation, Scratch, Truth};
use crate::scan::{Defect, Validator};

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The line leaves as it came.
    Keep,
    /// The event leaves with the bytes that [`Judge::judge`] wrote.
    Changed,
    /// The expression does not want the event.
    Skip,
    /// The line is broken where it would have to be read.
    Unknown,
    /// The line is no audit event at all.
    Foreign,
}

/// The answer for one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What becomes of the line.
    pub verdict: Verdict,
    /// The first defect met, if any: a line can be defective and decided.
    pub defect: Option<Defect>,
    /// Whether the line showed itself to be an audit event.
    pub event: bool,
    /// Numerals in quotes that were read as numbers.
    pub coerced: u32,
    /// Whether the run can end here: `head` has had its fill.
    pub last: bool,
}

impl Judgement {
    const FOREIGN: Judgement = Judgement {
        verdict: Verdict::Foreign,
        defect: None,
        event: false,
        coerced: 0,
        last: false,
    };
}

/// Judges lines, one at a time, reusing its memory.
#[derive(Debug)]
pub struct Judge {
    pipeline: Pipeline,
    reading: Reading,
    validator: Validator,
    bench: Bench,
}

/// Where the steps work.
#[derive(Debug)]
struct Bench {
    scratch: Scratch,
    cuts: Vec<Cut>,
    /// How many events have come to each step.
    come: Vec<u64>,
    /// Room for events between two steps.
    between: Vec<u8>,
    last: bool,
}

/// What the steps say of an event.
struct Outcome {
    truth: Truth,
    changed: bool,
}

impl Judge {
    pub(super) fn new(pipeline: Pipeline, reading: Reading) -> Judge {
        let bench = Bench {
            scratch: Scratch::default(),
            cuts: Vec::new(),
            come: vec![0; pipeline.plan.steps.len()],
            between: Vec::new(),
            last: false,
        };
        let validator = Validator::default();
        Judge { pipeline, reading, validator, bench }
    }

    /// Judges one line, given without its newline (a CR may end it).
    ///
    /// With [`Verdict::Changed`] the new line, without newline, has been
    /// appended to `edited`; otherwise `edited` is as it was.
    #[inline]
    pub fn judge(&mut self, line: &[u8], edited: &mut Vec<u8>) -> Judgement {
        let Some(start) = event::start(line) else {
            return Judgement::FOREIGN;
        };
        let defect = match self.reading.strict {
            true => self.check(line, start),
            false => None,
        };
        // Nothing is known behind a break.
        let line = defect.map_or(line, |defect| defect.readable(line));
        let roots = self.pipeline.routes.roots();
        let mut event = Event::new(self.reading.scanner, line, start, roots);
        let identity = event.identity();
        if identity == Identity::Foreign {
            return Judgement::FOREIGN;
        }
        let outcome = self.bench.run(&self.pipeline, &mut event, 0, edited);
        Judgement {
            verdict: match outcome.truth {
                Truth::False => Verdict::Skip,
                Truth::Unknown => Verdict::Unknown,
                Truth::True if outcome.changed => Verdict::Changed,
                Truth::True => Verdict::Keep,
            },
            defect: defect.or(event.defect()),
            event: identity == Identity::Event,
            coerced: std::mem::take(&mut self.bench.scratch.coerced),
            last: self.bench.last,
        }
    }

    /// Reads the line to its end.
    #[cold]
    fn check(&mut self, line: &[u8], start: usize) -> Option<Defect> {
        let scanner = self.reading.scanner;
        let unsound = self.validator.check(line, start);
        unsound.or_else(|| event::repeated_key(scanner, line, start))
    }
}

impl Bench {
    /// Takes the event through the steps from number `from` on. What leaves,
    /// if it is not the line itself, is appended to `out`.
    fn run(
        &mut self,
        pipeline: &Pipeline,
        event: &mut Event<'_, '_>,
        from: usize,
        out: &mut Vec<u8>,
    ) -> Outcome {
        let mut truth = Truth::True;
        for (n, step) in pipeline.plan.steps.iter().enumerate().skip(from) {
            truth = truth.and(match step {
                Step::Where(node) => self.truth(pipeline, event, *node),
                Step::Skip(node) => !self.truth(pipeline, event, *node),
                Step::Head(most) => self.head(n, *most),
                Step::Drop(_) if truth == Truth::Unknown => continue,
                Step::Drop(_) => {
                    let automaton = pipeline.automata[n].as_ref();
                    if self.finds_cuts(event, automaton) {
                        return self.changed(pipeline, event, n + 1, out);
                    }
                    continue;
                }
            });
            if truth == Truth::False {
                break;
            }
        }
        Outcome { truth, changed: false }
    }

    fn truth(
        &mut self,
        pipeline: &Pipeline,
        event: &mut Event<'_, '_>,
        node: NodeId,
    ) -> Truth {
        let (plan, routes) = (&*pipeline.plan, &*pipeline.routes);
        let scratch = &mut self.scratch;
        Evaluation::new(plan, routes, event, scratch).truth(node)
    }

    fn head(&mut self, step: usize, most: u64) -> Truth {
        self.come[step] += 1;
        self.last |= self.come[step] >= most;
        Truth::from(self.come[step] <= most)
    }

    /// Fills `cuts`. A line that breaks is left as it is.
    fn finds_cuts(
        &mut self,
        event: &Event<'_, '_>,
        automaton: Option<&Automaton>,
    ) -> bool {
        let Some(automaton) = automaton else { return false };
        let (scanner, line) = (event.scanner(), event.line());
        let cuts = &mut self.cuts;
        match edit::cuts(scanner, line, event.start(), automaton, cuts) {
            Ok(end) => !cuts.is_empty() && event.broken_end(end).is_none(),
            Err(defect) => {
                event.note(defect);
                false
            }
        }
    }

    /// Makes the cuts and goes on with what is left of the event.
    fn changed(
        &mut self,
        pipeline: &Pipeline,
        event: &mut Event<'_, '_>,
        next: usize,
        out: &mut Vec<u8>,
    ) -> Outcome {
        if next == pipeline.plan.steps.len() {
            edit::splice(event.line(), &self.cuts, out);
            return Outcome { truth: Truth::True, changed: true };
        }
        let mut line = std::mem::take(&mut self.between);
        line.clear();
        edit::splice(event.line(), &self.cuts, &mut line);
        let mut rest = event.on(&line);
        let outcome = self.run(pipeline, &mut rest, next, out);
        if outcome.truth == Truth::True && !outcome.changed {
            out.extend_from_slice(&line);
        }
        self.between = line;
        Outcome { changed: true, ..outcome }
    }
}
