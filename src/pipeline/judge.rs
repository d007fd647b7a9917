//! Judges one line: is it an event, what do the steps say, what leaves.

use super::bench::Bench;
use super::{Counted, Depth, Pipeline, Reading};
use crate::event::{self, Event, Identity};
use crate::expr::plan::RuleId;
use crate::expr::{Coverage, Truth};
use crate::policy::Doubt;
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
    /// Why an audit policy could not decide on the event, if one could not;
    /// it has passed that step as it was.
    pub doubt: Option<Doubt>,
}

impl Judgement {
    const FOREIGN: Judgement = Judgement {
        verdict: Verdict::Foreign,
        defect: None,
        event: false,
        coerced: 0,
        last: false,
        doubt: None,
    };
}

/// What is seen of a line before anything is decided on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Where its object begins; nothing if it does not begin as one.
    pub(super) start: Option<usize>,
    /// The first defect, as far as [`Reading::depth`] has it looked for.
    pub defect: Option<Defect>,
}

/// Judges lines, one at a time, reusing its memory.
#[derive(Debug)]
pub struct Judge {
    pipeline: Pipeline,
    reading: Reading,
    validator: Validator,
    bench: Bench,
}

impl Judge {
    pub(super) fn new(pipeline: Pipeline, reading: Reading) -> Judge {
        let mut bench = Bench::new(&pipeline);
        if reading.coverage {
            let tests = pipeline.plan.tests.len();
            bench.scratch.coverage = Some(Coverage::new(tests));
        }
        let validator = Validator::default();
        Judge { pipeline, reading, validator, bench }
    }

    /// Judges one line, given without its newline (a CR may end it).
    ///
    /// With [`Verdict::Changed`] the new line, without newline, has been
    /// appended to `edited`; otherwise `edited` is as it was.
    #[inline]
    pub fn judge(&mut self, line: &[u8], edited: &mut Vec<u8>) -> Judgement {
        let look = self.look(line);
        self.decide(line, look, edited)
    }

    /// Looks along a line as far as it is to be read. No step comes to know
    /// of it: who sees that the line is more than one can judge each apart.
    #[inline]
    pub fn look(&mut self, line: &[u8]) -> Look {
        let start = event::start(line);
        let defect = match (start, self.reading.depth) {
            (None, _) | (_, Depth::Needed) => None,
            (Some(start), Depth::Whole) => {
                event::first_break(self.reading.scanner, line, start)
            }
            (Some(start), Depth::Strict) => self.check(line, start),
        };
        Look { start, defect }
    }

    /// Judges a line that was looked at, as [`Judge::judge`] does.
    // Always: it is called for one route and for several, and a call of its
    // own costs each line 2 % of its instructions.
    #[inline(always)]
    pub fn decide(
        &mut self,
        line: &[u8],
        look: Look,
        edited: &mut Vec<u8>,
    ) -> Judgement {
        let Look { start: Some(start), defect } = look else {
            return Judgement::FOREIGN;
        };
        // Nothing is known behind a break.
        let line = defect.map_or(line, |defect| defect.readable(line));
        let roots = self.pipeline.routes.roots();
        let mut event = Event::new(self.reading.scanner, line, start, roots);
        conclude(&self.pipeline, &mut self.bench, &mut event, look, edited)
    }

    /// Judges an event that others judge as well: those of pipelines that are
    /// [aligned](Pipeline::align).
    pub fn decide_on(
        &mut self,
        event: &mut Event<'_, '_>,
        look: Look,
        edited: &mut Vec<u8>,
    ) -> Judgement {
        conclude(&self.pipeline, &mut self.bench, event, look, edited)
    }

    /// Returns the rules that held for the last event, by their index into
    /// [`Plan::rules`](crate::expr::plan::Plan::rules), in the order in which
    /// they were asked.
    ///
    /// * A rule that two steps look for is there twice.
    /// * It means something only behind a verdict of [`Verdict::Keep`] or
    ///   [`Verdict::Changed`].
    ///
    /// ```
    /// use kaudit_filter::pipeline::{Pipeline, Reading};
    /// let rules = "rule gone = code = 404; rule get = verb = get\ndetect";
    /// let pipeline = Pipeline::compile(rules).expect("it is right");
    /// let mut judge = pipeline.judge(Reading::default());
    /// judge.judge(br#"{"verb":"get"}"#, &mut Vec::new());
    /// let [rule] = judge.matched() else { panic!("one rule holds") };
    /// assert_eq!(&*pipeline.plan().rules[rule.0 as usize].name, "get");
    /// ```
    pub fn matched(&self) -> &[RuleId] {
        &self.bench.matched
    }

    /// Returns the groups that the last event is counted in.
    ///
    /// * They mean something only where the pipeline ends with `count`, and
    ///   behind a verdict of [`Verdict::Keep`]: an event that is counted is
    ///   never [`Verdict::Changed`].
    pub fn counted(&self) -> &Counted {
        &self.bench.counted
    }

    /// Takes what conditions met since this was asked last, if it is counted.
    pub fn coverage(&mut self) -> Option<Box<Coverage>> {
        let tests = self.pipeline.plan.tests.len();
        let counted = self.bench.scratch.coverage.as_mut()?;
        Some(Box::new(std::mem::replace(counted, Coverage::new(tests))))
    }

    /// Checks every byte of the line.
    #[cold]
    fn check(&mut self, line: &[u8], start: usize) -> Option<Defect> {
        let scanner = self.reading.scanner;
        let unsound = self.validator.check(line, start);
        unsound.or_else(|| event::repeated_key(scanner, line, start))
    }
}

/// Takes an event through the steps, and says what becomes of its line.
#[inline(always)]
fn conclude(
    pipeline: &Pipeline,
    bench: &mut Bench,
    event: &mut Event<'_, '_>,
    look: Look,
    edited: &mut Vec<u8>,
) -> Judgement {
    let defect = look.defect;
    let identity = event.identity();
    if identity == Identity::Foreign {
        return Judgement::FOREIGN;
    }
    let outcome = bench.run(pipeline, event, edited);
    Judgement {
        verdict: match outcome.truth {
            Truth::False => Verdict::Skip,
            Truth::Unknown => Verdict::Unknown,
            Truth::True if outcome.changed => Verdict::Changed,
            Truth::True => Verdict::Keep,
        },
        defect: defect.or(event.defect()),
        event: identity == Identity::Event,
        coerced: std::mem::take(&mut bench.scratch.coerced),
        last: bench.last,
        doubt: bench.doubt,
    }
}
