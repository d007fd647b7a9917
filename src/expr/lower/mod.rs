//! Turns checked conditions into a [`Plan`]: each test once, constants
//! folded, `and` and `or` flattened, the cheapest operand first.
//!
//! Truth has three values (Kleene), so neither the order of operands nor
//! the sharing of equal ones can change a verdict.

mod cost;
#[cfg(test)]
mod tests;
mod trim;

use std::collections::{BTreeSet, HashMap, HashSet};

use super::plan::{
    Matcher, Matcher1, Measure, Node, NodeId, Plan, Quantifier, Rule, RuleId,
    Step, Subject, SubjectId, Test, TestId,
};
use cost::Cost;
use trim::Trim;

/// An `and` inside an `and` becomes part of it, up to this many operands;
/// beyond, a chain of definitions could grow with the square of its length.
const FLAT: usize = 64;

/// How deep a condition may become when its predicates are put in.
pub(super) const MAX_HEIGHT: usize = 1024;

/// A plan that grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Builder {
    plan: Plan,
    subjects: HashMap<Subject, SubjectId>,
    /// The index of each test, by its subject and the text of its matcher.
    tests: HashMap<(SubjectId, String), TestId>,
    nodes: HashMap<Node, NodeId>,
    /// What each node costs, and how high the tree below it is.
    facts: Vec<Facts>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    cost: Cost,
    /// One more than the height of the highest operand.
    height: usize,
}

impl Builder {
    pub(super) fn constant(&mut self, value: bool) -> NodeId {
        self.node(Node::Const(value), Facts::default())
    }

    /// Adds something to look at.
    pub(super) fn subject(&mut self, subject: Subject) -> SubjectId {
        let subjects = &mut self.plan.subjects;
        let id = self.subjects.entry(subject.clone()).or_insert_with(|| {
            subjects.push(subject);
            SubjectId(index(subjects.len() - 1))
        });
        *id
    }

    /// Adds the test of a subject's values.
    pub(super) fn test(
        &mut self,
        subject: Subject,
        matcher: Matcher,
    ) -> NodeId {
        if matches!(&matcher, Matcher::AnyOf(tests) if tests.is_empty()) {
            return self.constant(false);
        }
        let cost = self.cost_of(&subject).and(self.cost_of_test(&matcher));
        let subject = self.subject(subject);
        let plan = &mut self.plan;
        let text = match is_long(&matcher) {
            true => format!("long {}", plan.tests.len()),
            false => format!("{matcher:?}"),
        };
        let key = (subject, text);
        let id = *self.tests.entry(key).or_insert_with(|| {
            plan.tests.push(Test { subject, matcher });
            TestId(index(plan.tests.len() - 1))
        });
        self.node(Node::Test(id), Facts { cost, height: 1 })
    }

    /// Adds a condition of the elements of a subject.
    pub(super) fn each(
        &mut self,
        quantifier: Quantifier,
        subject: Subject,
        body: NodeId,
    ) -> NodeId {
        let below = self.facts[body.0 as usize];
        let facts = Facts {
            cost: self.cost_of(&subject).and(below.cost).and(Cost::ELEMENTS),
            height: below.height + 1,
        };
        let subject = self.subject(subject);
        self.node(Node::Each(quantifier, subject, body), facts)
    }

    pub(super) fn not(&mut self, inner: NodeId) -> NodeId {
        let facts = self.facts[inner.0 as usize];
        match *self.at(inner) {
            Node::Const(value) => self.constant(!value),
            Node::Not(inner) => inner,
            Node::Test(_) | Node::All(_) | Node::Any(_) | Node::Each(..) => {
                let height = facts.height + 1;
                self.node(Node::Not(inner), Facts { height, ..facts })
            }
        }
    }

    /// Joins operands with `and`.
    pub(super) fn all(&mut self, parts: Vec<NodeId>) -> NodeId {
        self.join(parts, true, Node::All)
    }

    /// Joins operands with `or`.
    pub(super) fn any(&mut self, parts: Vec<NodeId>) -> NodeId {
        self.join(parts, false, Node::Any)
    }

    /// Joins operands; the constant `neutral` leaves, the other one wins.
    fn join(
        &mut self,
        parts: Vec<NodeId>,
        neutral: bool,
        kind: fn(Vec<NodeId>) -> Node,
    ) -> NodeId {
        let mut flat = Vec::new();
        for part in parts {
            match self.at(part) {
                Node::Const(value) if *value == neutral => (),
                Node::Const(_) => return part,
                Node::All(inner) if neutral && inner.len() <= FLAT => {
                    flat.extend_from_slice(inner);
                }
                Node::Any(inner) if !neutral && inner.len() <= FLAT => {
                    flat.extend_from_slice(inner);
                }
                _ => flat.push(part),
            }
        }
        self.tidy(&mut flat);
        match flat.as_slice() {
            [] => self.constant(neutral),
            [one] => *one,
            _ => {
                let facts = self.highest(&flat);
                self.node(kind(flat), facts)
            }
        }
    }

    /// Removes repeated operands and puts the cheapest first.
    fn tidy(&self, parts: &mut Vec<NodeId>) {
        let mut seen = HashSet::new();
        parts.retain(|part| seen.insert(*part));
        parts.sort_by_key(|part| self.facts[part.0 as usize].cost.total());
    }

    fn highest(&self, parts: &[NodeId]) -> Facts {
        let facts = parts.iter().map(|part| self.facts[part.0 as usize]);
        let above = facts.fold(Facts::default(), |a, b| Facts {
            cost: a.cost.and(b.cost),
            height: a.height.max(b.height),
        });
        Facts { height: above.height + 1, ..above }
    }

    /// Returns how high the tree below a node is.
    pub(super) fn height(&self, id: NodeId) -> usize {
        self.facts[id.0 as usize].height
    }

    /// Returns everything that a condition looks at.
    pub(super) fn looks_at(&self, id: NodeId) -> Vec<&Subject> {
        let reached = self.reached([id]);
        let nodes = (0..reached.len()).filter(|at| reached[*at]);
        let mut found = Vec::new();
        for at in nodes {
            match &self.plan.nodes[at] {
                Node::Test(id) => found.extend(self.subjects_of(*id)),
                Node::Each(_, subject, _) => found.push(*subject),
                Node::Const(_) | Node::Not(_) => {}
                Node::All(_) | Node::Any(_) => {}
            }
        }
        found.into_iter().map(|id| self.plan.subject(id)).collect()
    }

    fn subjects_of(&self, id: TestId) -> Vec<SubjectId> {
        let test = &self.plan.tests[id.0 as usize];
        match &test.matcher {
            Matcher::Field(_, other) => vec![test.subject, *other],
            Matcher::Has
            | Matcher::Empty
            | Matcher::AnyOf(_)
            | Matcher::During(..) => vec![test.subject],
        }
    }

    /// Returns the plan of these steps, without what they do not need.
    pub(super) fn finish(&self, steps: Vec<Step>, rules: &[Rule]) -> Plan {
        let used = used_rules(&steps);
        let of_rules = used.iter().map(|id| rules[id.0 as usize].node);
        let of_steps = steps.iter().flat_map(Step::nodes);
        let reached = self.reached(of_steps.chain(of_rules));
        let rules = used.iter().map(|id| (*id, &rules[id.0 as usize]));
        Trim::new(&self.plan).plan(&reached, rules, steps)
    }

    /// Marks what these nodes consist of.
    fn reached(&self, ids: impl IntoIterator<Item = NodeId>) -> Vec<bool> {
        let mut reached = vec![false; self.plan.nodes.len()];
        let mut open: Vec<NodeId> = ids.into_iter().collect();
        while let Some(id) = open.pop() {
            let mark = &mut reached[id.0 as usize];
            if std::mem::replace(mark, true) {
                continue;
            }
            match self.at(id) {
                Node::Const(_) => (),
                Node::Test(test) => {
                    let subjects = self.subjects_of(*test);
                    open.extend(
                        subjects.iter().filter_map(|id| self.inner(*id)),
                    );
                }
                Node::Not(inner) => open.push(*inner),
                Node::All(parts) | Node::Any(parts) => open.extend(parts),
                Node::Each(_, subject, body) => {
                    open.push(*body);
                    open.extend(self.inner(*subject));
                }
            }
        }
        reached
    }

    /// Returns the condition inside of a subject: that of `count(x, ...)`.
    fn inner(&self, id: SubjectId) -> Option<NodeId> {
        match self.plan.subject(id) {
            Subject::Measure(Measure::CountIf(node), _) => Some(*node),
            Subject::Measure(..) => None,
            Subject::Place(_) | Subject::Computed(_) => None,
        }
    }

    fn node(&mut self, node: Node, facts: Facts) -> NodeId {
        if let Some(id) = self.nodes.get(&node) {
            return *id;
        }
        let id = NodeId(index(self.plan.nodes.len()));
        self.plan.nodes.push(node.clone());
        self.facts.push(facts);
        self.nodes.insert(node, id);
        id
    }

    fn at(&self, id: NodeId) -> &Node {
        &self.plan.nodes[id.0 as usize]
    }
}

/// Returns the rules that steps look for, in the order of definitions.
fn used_rules(steps: &[Step]) -> BTreeSet<RuleId> {
    steps.iter().flat_map(Step::rules).copied().collect()
}

/// Returns whether a matcher is too long to be compared with all others.
fn is_long(matcher: &Matcher) -> bool {
    let Matcher::AnyOf(tests) = matcher else { return false };
    tests.iter().any(|test| match test {
        Matcher1::Is(all) => all.len() > 1000,
        Matcher1::Network(all) => all.len() > 1000,
        _ => false,
    })
}

/// Sources are capped, so that no index comes near the end of `u32`.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Plan {
    /// Returns a test.
    pub(super) fn test(&self, id: TestId) -> &Test {
        &self.tests[id.0 as usize]
    }
}
