//! Answers the tests of a plan for one event.

use super::matching::{self, Scratch};
use super::plan::{Matcher, Node, NodeId, Plan, Test, TestId};
use super::truth::Truth;
use crate::event::{Arrays, BODIES, Event, Roots, Route, Seen};
use crate::scan::Value;

/// The ways that a plan's tests take through an event.
#[derive(Clone, Debug)]
pub struct Routes {
    roots: Roots,
    of_tests: Vec<Route>,
}

impl Routes {
    /// Lays out the routes of `plan`.
    pub fn new(plan: &Plan) -> Routes {
        let route = |test: &Test| {
            let root = test.route.root;
            let in_body = BODIES.contains(&&*plan.roots[root]);
            Route::new(root, &test.route.rest, in_body)
        };
        Routes {
            roots: Roots::new(&plan.roots, plan.first_root()),
            of_tests: plan.tests.iter().map(route).collect(),
        }
    }

    /// Returns the top-level keys to stop at.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }
}

/// Evaluates expressions of one plan on one event.
#[derive(Debug)]
pub struct Evaluation<'a, 'l, 'r> {
    /// The plan.
    pub plan: &'a Plan,
    /// The routes of its tests.
    pub routes: &'a Routes,
    /// The event.
    pub event: &'a mut Event<'l, 'r>,
    /// Memory to work in, and what was noticed.
    pub scratch: &'a mut Scratch,
}

impl Evaluation<'_, '_, '_> {
    /// Returns what the expression `node` says of the event.
    pub fn truth(&mut self, node: NodeId) -> Truth {
        let plan = self.plan;
        match &plan.nodes[node.0 as usize] {
            Node::Const(holds) => Truth::from(*holds),
            Node::Test(test) => self.test(*test),
            Node::Not(inner) => !self.truth(*inner),
            Node::All(nodes) => self.until(nodes, Truth::False),
            Node::Any(nodes) => self.until(nodes, Truth::True),
        }
    }

    /// Returns `decides` if a node says so; else unknown if one does.
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

    fn test(&mut self, id: TestId) -> Truth {
        let plan = self.plan;
        let matcher = &plan.tests[id.0 as usize].matcher;
        let route = &self.routes.of_tests[id.0 as usize];
        match matcher {
            Matcher::Has => self.has(route),
            Matcher::Empty => self.empty(route),
            Matcher::AnyOf(any_of) => {
                let scratch = &mut *self.scratch;
                let mut found = false;
                let seen =
                    self.event.visit(route, Arrays::Flattened, &mut |value| {
                        found = matching::any(any_of, value, scratch)?;
                        Ok(found)
                    });
                decide(found, seen)
            }
        }
    }

    fn has(&mut self, route: &Route) -> Truth {
        let mut found = false;
        let seen = self.event.visit(route, Arrays::Whole, &mut |value| {
            found = value != Value::Null;
            Ok(found)
        });
        decide(found, seen)
    }

    fn empty(&mut self, route: &Route) -> Truth {
        let line = self.event.line();
        let mut found = false;
        let seen = self.event.visit(route, Arrays::Whole, &mut |value| {
            found = !value.is_empty(line)?;
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
