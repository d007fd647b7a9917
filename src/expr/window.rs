//! Has a plan keep the events of a span of time only.

use super::plan::{
    Bound, Matcher, Node, NodeId, Plan, Route, Step, Subject, SubjectId, Test,
    TestId,
};
use crate::event::{Origin, Repeats};

/// The key with the time of an event: when its stage was reached.
const KEY: &str = "stageTimestamp";

/// A span of time, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first moment that belongs to it, if there is one.
    pub since: Option<i128>,
    /// The first moment behind it, if there is one.
    pub until: Option<i128>,
}

impl Window {
    /// Returns whether it holds all times.
    pub fn is_open(self) -> bool {
        self == Window::default()
    }
}

impl Plan {
    /// Keeps only events whose stage was reached within `window`.
    ///
    /// * Where an event has no time that can be read, this is unknown.
    /// * It is asked behind the conditions that the steps begin with: the
    ///   time stands at the end of a line, and most lines need not be read so
    ///   far. What those conditions meet is the same, and so is what is kept.
    ///
    /// ```
    /// use kaudit_filter::expr::{Source, Window, compile, instant};
    /// let given = Source::expression("code >= 400 | head 3");
    /// let mut plan = compile(&[given]).expect("it is right").plan;
    /// let since = instant("2026-03-02");
    /// plan.keep_within(Window { since, until: None });
    /// assert!(plan.to_string().contains(
    ///     "2. keep events where stageTimestamp >= 2026-03-02T00:00:00Z",
    /// ));
    /// ```
    pub fn keep_within(&mut self, window: Window) {
        if window.is_open() {
            return;
        }
        let is_condition =
            |step: &&Step| matches!(step, Step::Where(_) | Step::Skip(_));
        let at = self.steps.iter().take_while(is_condition).count();
        let node = self.window(window);
        self.steps.insert(at, Step::Where(node));
    }

    /// The same, before anything else is asked: so that only these events are
    /// counted in the coverage.
    pub fn keep_within_first(&mut self, window: Window) {
        if !window.is_open() {
            let node = self.window(window);
            self.steps.insert(0, Step::Where(node));
        }
    }

    fn window(&mut self, window: Window) -> NodeId {
        let low = window.since.map_or(Bound::Open, Bound::Included);
        let high = window.until.map_or(Bound::Open, Bound::Excluded);
        let matcher = Matcher::During(low, high);
        let subject = self.time();
        self.tests.push(Test { subject, matcher });
        self.nodes.push(Node::Test(TestId(last(&self.tests))));
        NodeId(last(&self.nodes))
    }

    /// Returns what reads the time.
    fn time(&mut self) -> SubjectId {
        self.read_also(KEY);
        self.subjects.push(Subject::Place(Route {
            origin: Origin::Key(KEY.into()),
            rest: Vec::new(),
            repeats: Repeats::First,
        }));
        SubjectId(last(&self.subjects))
    }
}

/// The index of what was pushed last. Sources are capped, so that none comes
/// near the end of `u32`.
fn last<T>(items: &[T]) -> u32 {
    u32::try_from(items.len() - 1).unwrap_or(u32::MAX)
}
