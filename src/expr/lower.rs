//! Turns checked conditions into a [`Plan`]: each test once, constants
//! folded, `and` and `or` flattened, the cheapest operand first.
//!
//! Truth has three values (Kleene), so neither the order of operands nor
//! the sharing of equal ones can change a verdict.

use std::collections::{BTreeSet, HashMap};

use crate::event::{Path, Segment, position};

use super::plan::{
    Matcher, Node, NodeId, Plan, Route, Rule, RuleId, Step, Test, TestId,
};

/// An `and` inside an `and` becomes part of it, up to this many operands;
/// beyond, a chain of definitions could grow with the square of its length.
const FLAT: usize = 64;

/// How deep a condition may become when its predicates are put in.
pub(super) const MAX_HEIGHT: usize = 1024;

/// A plan that grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Builder {
    plan: Plan,
    /// The index of each test, by its place and the text of its matcher.
    tests: HashMap<(Route, String), TestId>,
    nodes: HashMap<Node, NodeId>,
    /// What each node costs, and how high the tree below it is.
    facts: Vec<Facts>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    /// Where in the line the last field stands that the node needs.
    reach: usize,
    /// One more than the height of the highest operand.
    height: usize,
}

impl Builder {
    pub(super) fn constant(&mut self, value: bool) -> NodeId {
        self.node(Node::Const(value), Facts::default())
    }

    /// Adds the test of the values at `path`.
    pub(super) fn test(&mut self, path: &Path, matcher: Matcher) -> NodeId {
        if matches!(&matcher, Matcher::AnyOf(tests) if tests.is_empty()) {
            return self.constant(false);
        }
        let root = path.root().unwrap_or_default();
        let reach = reach(root);
        let route = Route {
            root: self.root(root),
            rest: path.0.iter().skip(1).cloned().collect(),
        };
        let key = (route.clone(), format!("{matcher:?}"));
        let plan = &mut self.plan;
        let id = *self.tests.entry(key).or_insert_with(|| {
            plan.tests.push(Test { route, matcher });
            TestId(index(plan.tests.len() - 1))
        });
        self.node(Node::Test(id), Facts { reach, height: 1 })
    }

    pub(super) fn not(&mut self, inner: NodeId) -> NodeId {
        let facts = self.facts[inner.0 as usize];
        match *self.at(inner) {
            Node::Const(value) => self.constant(!value),
            Node::Not(inner) => inner,
            Node::Test(_) | Node::All(_) | Node::Any(_) => {
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
        let mut seen = std::collections::HashSet::new();
        parts.retain(|part| seen.insert(*part));
        parts.sort_by_key(|part| self.facts[part.0 as usize].reach);
    }

    fn highest(&self, parts: &[NodeId]) -> Facts {
        let facts = parts.iter().map(|part| self.facts[part.0 as usize]);
        let above = facts.fold(Facts::default(), |a, b| Facts {
            reach: a.reach.max(b.reach),
            height: a.height.max(b.height),
        });
        Facts { height: above.height + 1, ..above }
    }

    /// Returns how high the tree below a node is.
    pub(super) fn height(&self, id: NodeId) -> usize {
        self.facts[id.0 as usize].height
    }

    /// Returns every place that a condition reads.
    pub(super) fn places(&self, id: NodeId) -> Vec<Path> {
        let reached = self.reached([id]);
        let tests = (0..reached.len()).filter(|at| reached[*at]);
        tests
            .filter_map(|at| match self.plan.nodes[at] {
                Node::Test(id) => Some(self.plan.place(id)),
                Node::Const(_) | Node::Not(_) => None,
                Node::All(_) | Node::Any(_) => None,
            })
            .collect()
    }

    /// Returns the plan of these steps, without what they do not need.
    pub(super) fn finish(&self, steps: Vec<Step>, rules: &[Rule]) -> Plan {
        let used = used_rules(&steps);
        let of_rules = used.iter().map(|id| rules[id.0 as usize].node);
        let of_steps = steps.iter().flat_map(Step::nodes);
        let reached = self.reached(of_steps.chain(of_rules));
        let mut trim = Trim::new(&self.plan);
        trim.take(&reached);
        trim.to.rules =
            used.iter().map(|id| trim.rule(&rules[id.0 as usize])).collect();
        let rule = |id| renumbered_rule(&used, id);
        let steps = steps.into_iter();
        trim.to.steps = steps
            .map(|step| step.renumbered(|id| trim.nodes[&id], rule))
            .collect();
        trim.to
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
                Node::Const(_) | Node::Test(_) => (),
                Node::Not(inner) => open.push(*inner),
                Node::All(parts) | Node::Any(parts) => open.extend(parts),
            }
        }
        reached
    }

    fn root(&mut self, key: &str) -> usize {
        let roots = &mut self.plan.roots;
        let known = roots.iter().position(|root| **root == *key);
        known.unwrap_or_else(|| {
            roots.push(key.into());
            roots.len() - 1
        })
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

/// Returns how far a reader must go for this key: its place in the line of
/// the apiserver, the bodies last because they are long.
fn reach(root: &str) -> usize {
    match root {
        "requestObject" | "responseObject" => 100 + position(root),
        _ => position(root),
    }
}

/// Sources are capped, so that no index comes near the end of `u32`.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Copies the parts of a plan that are needed, with new numbers.
struct Trim<'p> {
    from: &'p Plan,
    to: Plan,
    roots: HashMap<usize, usize>,
    tests: HashMap<TestId, TestId>,
    nodes: HashMap<NodeId, NodeId>,
}

impl<'p> Trim<'p> {
    fn new(from: &'p Plan) -> Trim<'p> {
        let (roots, tests) = (HashMap::new(), HashMap::new());
        let to = Plan::default();
        Trim { from, to, roots, tests, nodes: HashMap::new() }
    }

    /// Takes the nodes that are reached, and what they read.
    fn take(&mut self, reached: &[bool]) {
        let ids: Vec<usize> =
            (0..reached.len()).filter(|at| reached[*at]).collect();
        self.take_roots(&ids);
        for at in ids {
            let node = self.node(&self.from.nodes[at]);
            self.to.nodes.push(node);
            let id = NodeId(index(self.to.nodes.len() - 1));
            self.nodes.insert(NodeId(index(at)), id);
        }
    }

    fn rule(&self, rule: &Rule) -> Rule {
        Rule { node: self.nodes[&rule.node], ..rule.clone() }
    }

    /// Takes the roots that are read, in the order of the apiserver.
    fn take_roots(&mut self, ids: &[usize]) {
        let mut roots: Vec<usize> = ids
            .iter()
            .filter_map(|at| match self.from.nodes[*at] {
                Node::Test(id) => Some(self.from.test(id).route.root),
                _ => None,
            })
            .collect();
        roots.sort_by_key(|at| (position(&self.from.roots[*at]), *at));
        roots.dedup();
        for root in roots {
            self.roots.insert(root, self.to.roots.len());
            self.to.roots.push(self.from.roots[root].clone());
        }
    }

    fn node(&mut self, node: &Node) -> Node {
        let new = |id: &NodeId| self.nodes[id];
        match node {
            Node::Const(value) => Node::Const(*value),
            Node::Not(inner) => Node::Not(new(inner)),
            Node::All(parts) => Node::All(parts.iter().map(new).collect()),
            Node::Any(parts) => Node::Any(parts.iter().map(new).collect()),
            Node::Test(id) => Node::Test(self.test(*id)),
        }
    }

    fn test(&mut self, id: TestId) -> TestId {
        if let Some(id) = self.tests.get(&id) {
            return *id;
        }
        let mut test = self.from.test(id).clone();
        test.route.root = self.roots[&test.route.root];
        self.to.tests.push(test);
        let new = TestId(index(self.to.tests.len() - 1));
        self.tests.insert(id, new);
        new
    }
}

/// Returns the rules that steps look for, in order.
fn used_rules(steps: &[Step]) -> Vec<RuleId> {
    let of_step = |step: &Step| match step {
        Step::Detect(rules) => rules.clone(),
        Step::Where(_) | Step::Skip(_) | Step::Edit(..) => Vec::new(),
        Step::Fit { .. } | Step::Tag { .. } | Step::Label { .. } => Vec::new(),
        Step::Sample { .. } | Step::Head(_) => Vec::new(),
    };
    let used: BTreeSet<RuleId> = steps.iter().flat_map(of_step).collect();
    used.into_iter().collect()
}

/// Returns the number of a rule among those that are used.
fn renumbered_rule(used: &[RuleId], id: RuleId) -> RuleId {
    RuleId(used.binary_search(&id).map_or(u32::MAX, index))
}

impl Plan {
    /// Returns a test.
    pub(super) fn test(&self, id: TestId) -> &Test {
        &self.tests[id.0 as usize]
    }

    /// Returns the place that a test reads.
    pub(super) fn place(&self, id: TestId) -> Path {
        let route = &self.test(id).route;
        let root = Segment::Key(self.roots[route.root].clone());
        let rest = route.rest.iter().cloned();
        Path(std::iter::once(root).chain(rest).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{Source, compile};

    fn plan(text: &str) -> Plan {
        compile(&[Source::expression(text)]).unwrap().plan
    }

    #[track_caller]
    fn check(text: &str, same_as: &str) {
        let (one, other) = (plan(text), plan(same_as));
        assert_eq!(one.to_string(), other.to_string(), "{text}");
    }

    #[test]
    fn constants_leave_no_trace() {
        check("exec and true", "exec");
        check("exec or false", "exec");
        check("not false", "true");
        check("(exec or true) and not (attach and false)", "true");
        check("skip exec and false", "true");
        check("code in ()", "false");
        check("not (not exec)", "exec");
        check("!!!exec", "not exec");
    }

    #[test]
    fn equal_parts_are_one() {
        check("exec and exec", "exec");
        check("exec and (exec and failed)", "exec and failed");
        let plan = plan("code = 403 or forbidden or denied | skip denied");
        let code = plan.tests.iter().filter(|test| test.route.root == 0);
        assert_eq!(code.count(), 2, "{plan}");
    }

    #[test]
    fn the_cheapest_operand_is_first() {
        check(
            "requestObject.x = 1 and decision = allow and code = 1 and verb = get",
            "verb = get and code = 1 and decision = allow and requestObject.x = 1",
        );
        check(
            "(exec or verb = get) and user = x",
            "user = x and (exec or verb = get)",
        );
        check("name = b and name = a", "name = b and name = a");
    }

    #[test]
    fn roots_are_in_the_order_of_the_apiserver() {
        let plan = plan(
            "decision = allow and requestObject.x = 1 and code = 1 \
                         and verb = get | where user = x",
        );
        let roots: Vec<&str> = plan.roots.iter().map(|root| &**root).collect();
        assert_eq!(
            roots,
            ["verb", "user", "responseStatus", "requestObject", "annotations",]
        );
        for test in &plan.tests {
            assert!(test.route.root < roots.len());
        }
    }

    #[test]
    fn children_stand_before_their_parents() {
        let plan = plan("denied and not (exec or secret-read) | skip outcome");
        for (at, node) in plan.nodes.iter().enumerate() {
            let below = match node {
                Node::Const(_) | Node::Test(_) => continue,
                Node::Not(inner) => std::slice::from_ref(inner),
                Node::All(parts) | Node::Any(parts) => parts,
            };
            assert!(below.iter().all(|id| (id.0 as usize) < at));
        }
    }

    #[test]
    fn what_is_not_used_is_not_in_the_plan() {
        let plan = plan("let mine = uri = \"/x\"\ncode >= 400");
        assert_eq!(plan.tests.len(), 1);
        assert_eq!(plan.nodes.len(), 1);
        assert_eq!(plan.roots.len(), 1);
    }
}
