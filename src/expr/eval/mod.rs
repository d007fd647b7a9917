//! Answers the tests of a plan for one event.

mod item; //     What a subject gives,
mod subject; //  and how it is found;
mod measure; //  functions of it;
mod matching; // one value beside the tests of a matcher,
mod relation; // two fields beside each other,
mod text; //     values as text, for groups;
mod memo; //     what was said before,
mod known; //    or given,
mod switch; //   and tests of one field together,
mod survey; //   what they met, counted;
mod number; //   numbers exactly;
mod truth; //    all of it a truth of three values.

pub use matching::Scratch;
pub use text::Spelled;
pub use truth::Truth;

use super::plan::{
    Bound, Matcher, Node, NodeId, Plan, Quantifier, Relation, Subject,
    SubjectId, Test, TestId,
};
use crate::event::{Arrays, Computed, Event, Parameter, Roots, Seen};
use crate::scan::Value;
use item::{Element, Item};
use known::Worth;
use memo::{Shared, Why};
use subject::Source;
use switch::Switches;

/// The ways that a plan's tests take through an event.
#[derive(Clone, Debug)]
pub struct Routes {
    roots: Roots,
    of_subjects: Vec<Source>,
    shared: Shared,
    switches: Switches,
    worth: Worth,
}

impl Routes {
    /// Lays out the routes of `plan`.
    pub fn new(plan: &Plan) -> Routes {
        let source = |subject: &Subject| Source::new(subject, &plan.roots);
        let switches = Switches::new(plan);
        Routes {
            worth: Worth::new(plan, &switches),
            roots: Roots::new(&plan.roots, plan.first_root()),
            of_subjects: plan.subjects.iter().map(source).collect(),
            shared: Shared::new(plan),
            switches,
        }
    }

    /// Returns the top-level keys to stop at.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }
}

/// Evaluates expressions of one plan on one event, which must not change
/// meanwhile.
#[derive(Debug)]
pub struct Evaluation<'a, 'l, 'r> {
    plan: &'a Plan,
    routes: &'a Routes,
    event: &'a mut Event<'l, 'r>,
    scratch: &'a mut Scratch,
}

impl<'a, 'l, 'r> Evaluation<'a, 'l, 'r> {
    /// Begins to evaluate expressions of `plan`, whose `routes` these are.
    #[inline]
    pub fn new(
        plan: &'a Plan,
        routes: &'a Routes,
        event: &'a mut Event<'l, 'r>,
        scratch: &'a mut Scratch,
    ) -> Evaluation<'a, 'l, 'r> {
        if routes.shared.is_needed() {
            scratch.memo.clear(&routes.shared);
        }
        if routes.worth.is_needed() {
            scratch.known.clear(&routes.worth);
        }
        if routes.switches.is_needed() {
            scratch.answers.clear(&routes.switches);
        }
        Evaluation { plan, routes, event, scratch }
    }

    /// Returns what the expression `node` says of the event.
    pub fn truth(&mut self, node: NodeId) -> Truth {
        if !self.is_recalled(node) {
            return self.worked_out(node);
        }
        if let Some(truth) = self.scratch.memo.recall(node) {
            return truth;
        }
        let truth = self.worked_out(node);
        self.scratch.memo.remember(node, truth);
        truth
    }

    /// Returns whether it is remembered what a node says. Where it is counted
    /// what tests meet, each condition asks its own; but not for each element
    /// again, which could take forever.
    #[inline]
    fn is_recalled(&self, node: NodeId) -> bool {
        match self.routes.shared.why(node) {
            None => false,
            Some(_) if self.scratch.coverage.is_none() => true,
            Some(Why::Common) => false,
            Some(Why::Repeated) => self.scratch.element.is_some(),
        }
    }

    fn worked_out(&mut self, node: NodeId) -> Truth {
        let plan = self.plan;
        match &plan.nodes[node.0 as usize] {
            Node::Const(holds) => Truth::from(*holds),
            Node::Test(test) => {
                let truth = self.test(*test);
                if self.scratch.coverage.is_some() {
                    self.survey(*test, truth);
                }
                truth
            }
            Node::Not(inner) => !self.truth(*inner),
            Node::All(nodes) => self.until(nodes, Truth::False),
            Node::Any(nodes) => self.until(nodes, Truth::True),
            Node::Each(quantifier, subject, body) => {
                self.each(*quantifier, *subject, *body)
            }
        }
    }

    /// Evaluates operands until one decides; all of them are what decides
    /// otherwise, or are unknown if one does.
    fn until(&mut self, nodes: &[NodeId], decides: Truth) -> Truth {
        let mut all = !decides;
        for node in nodes {
            let truth = self.truth(*node);
            if truth == decides {
                return decides;
            }
            if truth == Truth::Unknown {
                all = Truth::Unknown;
            }
        }
        all
    }

    /// Asks elements until one decides. `any` of none is false, and so is
    /// `all` of none.
    fn each(
        &mut self,
        quantifier: Quantifier,
        subject: SubjectId,
        body: NodeId,
    ) -> Truth {
        let (decides, source) = match quantifier {
            Quantifier::Any => (Truth::True, self.source(subject)),
            Quantifier::All => (Truth::False, self.source(subject)),
        };
        let (elements, seen) = self.elements(source);
        let mut all = match (seen, elements.is_empty()) {
            (Seen::Part, _) => Truth::Unknown,
            (Seen::All, true) => return Truth::False,
            (Seen::All, false) => !decides,
        };
        for element in elements {
            let truth = self.on(element, body);
            if truth == decides {
                return decides;
            }
            if truth == Truth::Unknown {
                all = Truth::Unknown;
            }
        }
        all
    }

    /// Returns what a condition says of one element.
    fn on(&mut self, element: Element, body: NodeId) -> Truth {
        let outer = self.scratch.element.replace(element);
        let truth = self.truth(body);
        self.scratch.element = outer;
        truth
    }

    fn test(&mut self, id: TestId) -> Truth {
        let plan = self.plan;
        let Test { subject, matcher } = &plan.tests[id.0 as usize];
        match matcher {
            Matcher::Has => self.has(*subject),
            Matcher::Empty => self.empty(*subject),
            Matcher::AnyOf(any_of) => {
                if let Some(truth) = self.switched(id) {
                    return truth;
                }
                let mut found = false;
                let seen = self.given(
                    *subject,
                    Arrays::Flattened,
                    &mut |scratch, item| {
                        found = matching::any(any_of, item, scratch)?;
                        Ok(found)
                    },
                );
                decide(found, seen)
            }
            Matcher::Field(relation, other) => {
                self.related(*subject, *relation, *other)
            }
            Matcher::During(low, high) => self.during(*subject, *low, *high),
        }
    }

    fn related(
        &mut self,
        left: SubjectId,
        relation: Relation,
        right: SubjectId,
    ) -> Truth {
        let (others, all) = self.values(self.source(right));
        let mut found = false;
        let seen =
            self.given(left, Arrays::Flattened, &mut |scratch, item| {
                found = relation::holds(relation, item, &others, scratch)?;
                Ok(found)
            });
        match all {
            Seen::Part if !found => Truth::Unknown,
            Seen::Part | Seen::All => decide(found, seen),
        }
    }

    /// Looks at the time that the subject gives; an event without one may be
    /// of any time.
    fn during(
        &mut self,
        subject: SubjectId,
        low: Bound<i128>,
        high: Bound<i128>,
    ) -> Truth {
        let mut within = Truth::Unknown;
        self.given(subject, Arrays::Whole, &mut |scratch, item| {
            let text = item.text(&mut scratch.text)?;
            let time = text.and_then(|text| text.parse().ok());
            if let Some(time) = time.map(jiff::Timestamp::as_nanosecond) {
                let fits = low.is_below(time) && high.is_above(time);
                within = Truth::from(fits);
            }
            Ok(true)
        });
        within
    }

    fn has(&mut self, subject: SubjectId) -> Truth {
        let mut found = false;
        let seen = self.given(subject, Arrays::Whole, &mut |_, item| {
            found = item != Item::Json(Value::Null);
            Ok(found)
        });
        decide(found, seen)
    }

    fn empty(&mut self, subject: SubjectId) -> Truth {
        let line = self.event.line();
        let is_query = match self.plan.subject(subject) {
            Subject::Computed(Computed::Query(parameter)) => {
                !matches!(parameter, Parameter::Nth(..))
            }
            Subject::Computed(_) => false,
            Subject::Place(_) | Subject::Measure(..) => false,
        };
        let mut found = false;
        let seen = self.given(subject, Arrays::Whole, &mut |_, item| {
            found = match item {
                Item::Json(value) => !value.is_empty(line)?,
                // A parameter without a value is there all the same.
                Item::Text(text) => is_query || !text.is_empty(),
                Item::Number(_) => true,
            };
            Ok(found)
        });
        !decide(found, seen)
    }
}

/// A value that passes decides; none does only if all were seen.
fn decide(found: bool, seen: Seen) -> Truth {
    match seen {
        _ if found => Truth::True,
        Seen::All => Truth::False,
        Seen::Part => Truth::Unknown,
    }
}
