//! Runs the steps of a program on one line and says what becomes of it.

mod judge; //   One line: is it an event,
mod bench; //   and what do the steps make of it,
mod tool; //    each with what it needs:
mod mark; //    detect and tag,
mod fit; //     truncate event,
mod policy; //  policy,
mod group; //   count,
mod counted; // into groups.

use std::sync::Arc;

pub use counted::Counted;
pub use judge::{Judge, Judgement, Look, Verdict};

use crate::event::{Computed, Event, Roots};
use crate::expr::plan::{Count, Plan, Step, Subject};
use crate::expr::{self, Finding, Routes, Source};
use crate::scan::Scanner;
pub use tool::Refused;
use tool::Tool;

/// How lines are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What scans them.
    pub scanner: Scanner,
    /// How far they are read.
    pub depth: Depth,
    /// Whether it is counted what conditions meet.
    pub coverage: bool,
}

impl Default for Reading {
    /// The best scanner there is, no further than the expression needs.
    fn default() -> Reading {
        Reading {
            scanner: Scanner::best(),
            depth: Depth::default(),
            coverage: false,
        }
    }
}

/// How far lines are read. The verdict on a sound line is always the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// As far as the expression needs: a break behind that is not noticed.
    #[default]
    Needed,
    /// To the end, following quotes and brackets: a line that was cut, or
    /// glued to another, is noticed wherever that was.
    Whole,
    /// To the end, checking every byte against JSON's grammar, and that no
    /// key of the event is repeated.
    Strict,
}

/// A compiled program, ready to be shared between threads.
#[derive(Clone, Debug)]
pub struct Pipeline {
    plan: Arc<Plan>,
    routes: Arc<Routes>,
    /// What each step needs.
    tools: Arc<[Tool]>,
}

impl Pipeline {
    /// Compiles an expression and makes it ready to run.
    ///
    /// ```
    /// use kaudit_filter::pipeline::{Pipeline, Reading, Verdict};
    ///
    /// let pipeline = Pipeline::compile("code >= 400").expect("it is right");
    /// let mut judge = pipeline.judge(Reading::default());
    /// let line = br#"{"verb":"get","responseStatus":{"code":403}}"#;
    /// let judgement = judge.judge(line, &mut Vec::new());
    /// assert_eq!(judgement.verdict, Verdict::Keep);
    /// ```
    ///
    /// # Errors
    ///
    /// What was found in the text, warnings among the errors;
    /// [`expr::render`] draws it.
    pub fn compile(text: &str) -> Result<Pipeline, Vec<Finding>> {
        let compiled = expr::compile(&[Source::expression(text)])?;
        // Where no file is read, there is no policy to refuse.
        Pipeline::new(compiled.plan).or(Err(Vec::new()))
    }

    /// Makes a plan ready to run.
    ///
    /// # Errors
    ///
    /// The first policy of its steps that cannot be applied.
    pub fn new(plan: Plan) -> Result<Pipeline, Refused> {
        let tools = plan.steps.iter().map(|it| Tool::new(it, &plan.roots));
        Ok(Pipeline {
            tools: tools.collect::<Result<_, Refused>>()?,
            routes: Arc::new(Routes::new(&plan)),
            plan: Arc::new(plan),
        })
    }

    /// Has pipelines read the same top-level keys, so that one walk along a
    /// line does for all of them; returns whether it can be so.
    pub fn align(pipelines: &mut [Pipeline]) -> bool {
        let mut keys: Vec<Box<str>> = Vec::new();
        for key in pipelines.iter().flat_map(|one| &one.plan.roots) {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        if keys.len() > Roots::MOST {
            return false;
        }
        for pipeline in pipelines {
            let mut plan = Plan::clone(&pipeline.plan);
            plan.roots.clone_from(&keys);
            let Ok(aligned) = Pipeline::new(plan) else { return false };
            *pipeline = aligned;
        }
        true
    }

    /// Returns the event of a line that was looked at, for the judges of all
    /// pipelines that are aligned with this one; none if the line does not
    /// begin as one.
    pub fn event<'l>(
        &self,
        scanner: Scanner,
        line: &'l [u8],
        look: Look,
    ) -> Option<Event<'l, '_>> {
        let start = look.start?;
        let line = look.defect.map_or(line, |defect| defect.readable(line));
        Some(Event::new(scanner, line, start, self.routes.roots()))
    }

    /// Returns what the pipeline does.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns whether lines must be judged one after the other, by one
    /// [`Judge`]: a step such as `head` counts across lines.
    pub fn is_sequential(&self) -> bool {
        self.plan.steps.iter().any(|step| match step {
            Step::Head(_) | Step::Sample { .. } => true,
            Step::Where(_) | Step::Skip(_) | Step::Edit(..) => false,
            Step::Fit { .. } | Step::Detect(_) => false,
            Step::Tag { .. } | Step::Label { .. } => false,
            Step::Policy { .. } | Step::Count(_) => false,
        })
    }

    /// Returns what the pipeline makes of an event that depends on more than
    /// the event: on the clock, or on the events before it. It would not make
    /// the same of it a second time.
    ///
    /// ```
    /// # use kaudit_filter::pipeline::Pipeline;
    /// let pipeline = Pipeline::compile("age > 1h | head 3");
    /// assert_eq!(pipeline.expect("it is right").moody(), Some("age"));
    /// ```
    pub fn moody(&self) -> Option<&'static str> {
        let is_age = |subject: &Subject| {
            matches!(subject, Subject::Computed(Computed::Age))
        };
        let step = |step: &Step| match step {
            Step::Head(_) => Some("head"),
            Step::Sample { .. } => Some("sample"),
            Step::Count(_) => Some("count"),
            Step::Where(_) | Step::Skip(_) | Step::Edit(..) => None,
            Step::Fit { .. } | Step::Detect(_) => None,
            Step::Tag { .. } | Step::Label { .. } => None,
            Step::Policy { .. } => None,
        };
        let age = self.plan.subjects.iter().any(is_age).then_some("age");
        age.or_else(|| self.plan.steps.iter().find_map(step))
    }

    /// Returns what the last step counts, if it does: the events that come to
    /// it are kept, and instead of them a table is what the run is for.
    ///
    /// ```
    /// # use kaudit_filter::pipeline::Pipeline;
    /// let pipeline = Pipeline::compile("code >= 400 | count by user");
    /// assert!(pipeline.is_ok_and(|pipeline| pipeline.count().is_some()));
    /// ```
    pub fn count(&self) -> Option<&Count> {
        match self.plan.steps.last()? {
            Step::Count(count) => Some(count),
            Step::Where(_) | Step::Skip(_) | Step::Edit(..) => None,
            Step::Fit { .. } | Step::Detect(_) => None,
            Step::Tag { .. } | Step::Label { .. } => None,
            Step::Policy { .. } => None,
            Step::Sample { .. } | Step::Head(_) => None,
        }
    }

    /// Returns a judge of lines; each thread has its own.
    pub fn judge(&self, reading: Reading) -> Judge {
        Judge::new(self.clone(), reading)
    }
}

#[cfg(test)]
mod tests;
