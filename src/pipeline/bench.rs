//! Takes an event through the steps of a pipeline, one after the other.
//!
//! A step that changes the event writes a new line, and the steps behind it
//! see that. A line that breaks is not changed.

use super::Pipeline;
use super::counted::Counted;
use super::mark::annotate;
use super::tool::{Edit, Tool};
use crate::edit::{self, Cut};
use crate::event::Event;
use crate::expr::plan::{NodeId, RuleId, Step};
use crate::expr::{ConditionId, Evaluation, Scratch, Truth};
use crate::policy::{self, Doubt};

/// Where the steps work.
#[derive(Debug)]
pub(super) struct Bench {
    pub(super) scratch: Scratch,
    /// The rules that hold for the event, as each step has found them.
    pub(super) matched: Vec<RuleId>,
    /// The groups that the event is counted in.
    pub(super) counted: Counted,
    /// Whether the run can end here: `head` has had its fill.
    pub(super) last: bool,
    /// Why a policy could not decide on the event, if one could not.
    pub(super) doubt: Option<Doubt>,
    /// Where policies work.
    pub(super) audit: policy::Room,
    /// What they write of events that are not changed.
    pub(super) unwanted: Vec<u8>,
    /// How many events have come to each step.
    come: Vec<u64>,
    pub(super) cuts: Vec<Cut>,
    /// The names of rules for an annotation.
    pub(super) names: String,
    /// The tags of the event.
    pub(super) tags: String,
    /// Room for the event between two steps that change it,
    line: Vec<u8>,
    /// for what the second makes of it,
    room: Vec<u8>,
    /// and for an event without its bodies.
    pub(super) short: Vec<u8>,
}

/// What the steps say of an event.
pub(super) struct Outcome {
    pub(super) truth: Truth,
    pub(super) changed: bool,
}

/// How a stretch of steps ends.
enum Stretch {
    /// With the last step, or one that the event does not pass.
    End(Truth),
    /// With a change, before the step of this number.
    Changed(usize),
}

/// What a step makes of an event.
pub(super) enum Made {
    /// Whether it passes.
    Truth(Truth),
    /// A changed event, which passes.
    Change,
}

/// What is the same for all steps.
#[derive(Clone, Copy)]
pub(super) struct Run<'p> {
    pub(super) pipeline: &'p Pipeline,
    /// The number of the step.
    pub(super) n: usize,
}

impl Bench {
    pub(super) fn new(pipeline: &Pipeline) -> Bench {
        Bench {
            scratch: Scratch::default(),
            matched: Vec::new(),
            counted: Counted::default(),
            last: false,
            doubt: None,
            audit: policy::Room::default(),
            unwanted: Vec::new(),
            come: vec![0; pipeline.plan.steps.len()],
            cuts: Vec::new(),
            names: String::new(),
            tags: String::new(),
            line: Vec::new(),
            room: Vec::new(),
            short: Vec::new(),
        }
    }

    /// Takes the event through all steps. What leaves, if it is not the line
    /// itself, is appended to `out`.
    pub(super) fn run(
        &mut self,
        pipeline: &Pipeline,
        event: &mut Event<'_, '_>,
        out: &mut Vec<u8>,
    ) -> Outcome {
        self.matched.clear();
        self.tags.clear();
        self.doubt = None;
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let outcome = match self.stretch(pipeline, 0, event, &mut line, out) {
            Stretch::End(truth) => Outcome { truth, changed: false },
            Stretch::Changed(next) => {
                let truth = self.rest(pipeline, next, event, &mut line, out);
                Outcome { truth, changed: pipeline.count().is_none() }
            }
        };
        self.line = line;
        outcome
    }

    /// Takes the event, which is in `line` now, through the steps from
    /// number `next` on.
    fn rest(
        &mut self,
        pipeline: &Pipeline,
        mut next: usize,
        event: &Event<'_, '_>,
        line: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Truth {
        let mut room = std::mem::take(&mut self.room);
        let truth = loop {
            if next == pipeline.plan.steps.len() {
                break Truth::True; // The last change went to `out`.
            }
            room.clear();
            let mut event = event.on(line);
            match self.stretch(pipeline, next, &mut event, &mut room, out) {
                Stretch::Changed(then) => next = then,
                Stretch::End(truth) => {
                    if truth == Truth::True && pipeline.count().is_none() {
                        out.extend_from_slice(line);
                    }
                    break truth;
                }
            }
            std::mem::swap(line, &mut room);
        };
        self.room = room;
        truth
    }

    /// Goes from step number `from` to the next change, which is written to
    /// `line`, or to `out` if it is that of the last step.
    fn stretch(
        &mut self,
        pipeline: &Pipeline,
        from: usize,
        event: &mut Event<'_, '_>,
        line: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Stretch {
        let steps = &pipeline.plan.steps;
        let mut truth = Truth::True;
        for (n, step) in steps.iter().enumerate().skip(from) {
            let out =
                if n + 1 == steps.len() { &mut *out } else { &mut *line };
            let out = (truth == Truth::True).then_some(out);
            match self.step(Run { pipeline, n }, step, event, out) {
                Made::Truth(passes) => truth = truth.and(passes),
                Made::Change => return Stretch::Changed(n + 1),
            }
            if truth == Truth::False {
                break;
            }
        }
        Stretch::End(truth)
    }

    /// Takes the event through one step. Nothing is changed without an
    /// `out`: of a line that breaks it is not known what passes.
    fn step(
        &mut self,
        run: Run<'_>,
        step: &Step,
        event: &mut Event<'_, '_>,
        out: Option<&mut Vec<u8>>,
    ) -> Made {
        let tool = &run.pipeline.tools[run.n];
        match (step, tool, out) {
            (Step::Where(node), ..) => {
                Made::Truth(self.condition(run, event, *node))
            }
            (Step::Skip(node), ..) => {
                Made::Truth(!self.condition(run, event, *node))
            }
            (Step::Count(count), ..) => {
                Made::Truth(self.count(run, count, event))
            }
            (Step::Head(most), ..) => Made::Truth(self.head(run, *most)),
            (Step::Sample { keep, of }, ..) => {
                Made::Truth(self.sample(run, *keep, *of))
            }
            (Step::Detect(rules), Tool::Annotation(tool), out) => {
                self.detect(run, rules, event, tool, out)
            }
            (Step::Fit { bytes, has_bodies }, tool, out) => {
                self.fit(run, (*bytes, *has_bodies), event, tool, out)
            }
            (Step::Edit(..), Tool::Edit(edit), Some(out)) => {
                self.edit(run, edit, event, out)
            }
            (Step::Policy { .. }, Tool::Policy(replay), out) => {
                self.policy(replay, event, out)
            }
            (Step::Tag { name, when }, Tool::Annotation(tool), Some(out)) => {
                self.tag(run, (name, *when), event, tool, out)
            }
            (Step::Label { text, .. }, Tool::Annotation(tool), Some(out)) => {
                annotate(event, tool, text, out)
            }
            (Step::Edit(..) | Step::Detect(_), ..) => Made::Truth(Truth::True),
            (Step::Tag { .. } | Step::Label { .. }, ..)
            | (Step::Policy { .. }, ..) => Made::Truth(Truth::True),
        }
    }

    /// Asks a condition that the user wrote: its answers are counted, for
    /// those who want to know.
    pub(super) fn condition(
        &mut self,
        run: Run<'_>,
        event: &mut Event<'_, '_>,
        node: NodeId,
    ) -> Truth {
        let id = ConditionId { step: run.n, part: 0 };
        self.evaluation(run, event).condition(id, node)
    }

    pub(super) fn truth(
        &mut self,
        run: Run<'_>,
        event: &mut Event<'_, '_>,
        node: NodeId,
    ) -> Truth {
        self.evaluation(run, event).truth(node)
    }

    pub(super) fn evaluation<'a, 'l, 'r>(
        &'a mut self,
        run: Run<'a>,
        event: &'a mut Event<'l, 'r>,
    ) -> Evaluation<'a, 'l, 'r> {
        let Pipeline { plan, routes, .. } = run.pipeline;
        Evaluation::new(plan, routes, event, &mut self.scratch)
    }

    fn head(&mut self, run: Run<'_>, most: u64) -> Truth {
        let come = &mut self.come[run.n];
        *come += 1;
        self.last |= *come >= most;
        Truth::from(*come <= most)
    }

    /// Passes events evenly: number `n` if `n * keep / of` is a step further
    /// than it was for the number before.
    fn sample(&mut self, run: Run<'_>, keep: u64, of: u64) -> Truth {
        let come = &mut self.come[run.n];
        let steps = u128::from(*come) * u128::from(keep);
        *come = (*come + 1) % of.max(1);
        Truth::from(steps % u128::from(of.max(1)) < u128::from(keep))
    }

    fn edit(
        &mut self,
        run: Run<'_>,
        edit: &Edit,
        event: &mut Event<'_, '_>,
        out: &mut Vec<u8>,
    ) -> Made {
        // What was to be hidden, and cannot be, is a doubt.
        let undone = match edit.hides() {
            true => Made::Truth(Truth::Unknown),
            false => Made::Truth(Truth::True),
        };
        if edit.hides() && event.breaks() {
            return undone;
        }
        let mut holding = 0;
        for (bit, guard) in edit.guards.iter().enumerate() {
            match self.truth(run, event, *guard) {
                Truth::True => holding |= 1 << bit,
                Truth::False => {}
                Truth::Unknown => return undone,
            }
        }
        let unchanged = Made::Truth(Truth::True);
        let Some(targets) = edit.targets(holding) else { return unchanged };
        match edit::cuts(event, targets, edit.action, &mut self.cuts) {
            Ok(()) if self.cuts.is_empty() => unchanged,
            Ok(()) => {
                edit::splice(event.line(), &self.cuts, &edit.text, out);
                Made::Change
            }
            Err(defect) => {
                event.note(defect);
                undone
            }
        }
    }
}
