//! Copies the parts of a plan that are needed, with new numbers.

use std::collections::HashMap;

use super::index;
use crate::event::position;
use crate::expr::plan::{
    Matcher, Measure, Node, NodeId, POLICY_READS, Plan, Rule, RuleId, Step,
    Subject, SubjectId, Test, TestId,
};
use crate::expr::step::Renumber;

pub(super) struct Trim<'p> {
    from: &'p Plan,
    to: Plan,
    subjects: HashMap<SubjectId, SubjectId>,
    tests: HashMap<TestId, TestId>,
    nodes: HashMap<NodeId, NodeId>,
    rules: HashMap<RuleId, RuleId>,
}

impl<'p> Trim<'p> {
    pub(super) fn new(from: &'p Plan) -> Trim<'p> {
        Trim {
            from,
            to: Plan::default(),
            subjects: HashMap::new(),
            tests: HashMap::new(),
            nodes: HashMap::new(),
            rules: HashMap::new(),
        }
    }

    /// Returns the plan of `steps` and `rules`, with the nodes that were
    /// reached.
    pub(super) fn plan<'r>(
        mut self,
        reached: &[bool],
        rules: impl Iterator<Item = (RuleId, &'r Rule)>,
        steps: Vec<Step>,
    ) -> Plan {
        for at in (0..reached.len()).filter(|at| reached[*at]) {
            let node = self.kept_node(&self.from.nodes[at]);
            self.to.nodes.push(node);
            let id = NodeId(index(self.to.nodes.len() - 1));
            self.nodes.insert(NodeId(index(at)), id);
        }
        for (id, rule) in rules {
            let node = self.nodes[&rule.node];
            self.rules.insert(id, RuleId(index(self.to.rules.len())));
            self.to.rules.push(Rule { node, ..rule.clone() });
        }
        for step in steps {
            let step = step.renumbered(&mut self);
            self.to.steps.push(step);
        }
        self.take_roots();
        self.to
    }

    /// Collects the top-level keys, in the order of the apiserver.
    fn take_roots(&mut self) {
        let roots = self.to.subjects.iter().flat_map(Subject::roots);
        let mut roots: Vec<Box<str>> = roots.map(Into::into).collect();
        let is_policy = |step: &Step| matches!(step, Step::Policy { .. });
        if self.to.steps.iter().any(is_policy) {
            roots.extend(POLICY_READS.map(Into::into));
        }
        roots.sort_by(|a, b| (position(a), a).cmp(&(position(b), b)));
        roots.dedup();
        self.to.roots = roots;
    }

    fn kept_node(&mut self, node: &Node) -> Node {
        let new = |id: &NodeId| self.nodes[id];
        match node {
            Node::Const(value) => Node::Const(*value),
            Node::Not(inner) => Node::Not(new(inner)),
            Node::All(parts) => Node::All(parts.iter().map(new).collect()),
            Node::Any(parts) => Node::Any(parts.iter().map(new).collect()),
            Node::Test(id) => Node::Test(self.test(*id)),
            Node::Each(quantifier, subject, body) => {
                let body = new(body);
                Node::Each(*quantifier, self.kept_subject(*subject), body)
            }
        }
    }

    fn test(&mut self, id: TestId) -> TestId {
        if let Some(id) = self.tests.get(&id) {
            return *id;
        }
        let Test { subject, matcher } = self.from.test(id);
        let subject = self.kept_subject(*subject);
        let matcher = match matcher {
            Matcher::Field(relation, other) => {
                Matcher::Field(*relation, self.kept_subject(*other))
            }
            Matcher::Has | Matcher::Empty | Matcher::AnyOf(_) => {
                matcher.clone()
            }
        };
        self.to.tests.push(Test { subject, matcher });
        let new = TestId(index(self.to.tests.len() - 1));
        self.tests.insert(id, new);
        new
    }

    fn kept_subject(&mut self, id: SubjectId) -> SubjectId {
        if let Some(id) = self.subjects.get(&id) {
            return *id;
        }
        let mut subject = self.from.subject(id).clone();
        if let Subject::Measure(Measure::CountIf(node), _) = &mut subject {
            *node = self.nodes[node];
        }
        self.to.subjects.push(subject);
        let new = SubjectId(index(self.to.subjects.len() - 1));
        self.subjects.insert(id, new);
        new
    }
}

impl Renumber for Trim<'_> {
    fn node(&mut self, id: NodeId) -> NodeId {
        self.nodes[&id]
    }

    fn rule(&mut self, id: RuleId) -> RuleId {
        self.rules[&id]
    }

    fn subject(&mut self, id: SubjectId) -> SubjectId {
        self.kept_subject(id)
    }
}
