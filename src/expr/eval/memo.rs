//! Remembers what conditions said that are asked more than once: the rules of
//! one `detect` have much in common, and what stands inside of `any(...)` is
//! asked of each element.

use super::truth::Truth;
use crate::event::Origin;
use crate::expr::plan::{Matcher, Measure, Node, NodeId, Plan, Subject};

/// Which nodes of a plan are worth remembering, and why; empty if none is.
#[derive(Clone, Debug)]
pub(super) struct Shared(Vec<Option<Why>>);

/// Why a node is worth remembering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Several others consist of it.
    Common,
    /// It is asked for each element of something, and is the same for all.
    Repeated,
}

/// What nodes said of the event so far.
#[derive(Debug, Default)]
pub(super) struct Memo(Vec<Option<Truth>>);

impl Shared {
    /// Finds the nodes that several others consist of, or that are asked
    /// for each element, and that do not depend on the element at hand.
    pub(super) fn new(plan: &Plan) -> Shared {
        let mut parents = vec![0_u32; plan.nodes.len()];
        let mut relative = Vec::with_capacity(plan.nodes.len());
        for node in &plan.nodes {
            relative.push(is_relative(plan, node, &relative));
            for child in children(node) {
                parents[child.0 as usize] += 1;
            }
        }
        for rule in &plan.rules {
            parents[rule.node.0 as usize] += 1;
        }
        let again = asked_again(plan);
        let why = |node: usize| match (relative[node], again[node]) {
            (true, _) => None,
            (false, true) => Some(Why::Repeated),
            (false, false) => (parents[node] > 1).then_some(Why::Common),
        };
        let worth: Vec<_> = (0..plan.nodes.len()).map(why).collect();
        let any = worth.iter().any(Option::is_some);
        Shared(if any { worth } else { Vec::new() })
    }

    /// Returns why a node is worth remembering, if it is.
    #[inline]
    pub(super) fn why(&self, node: NodeId) -> Option<Why> {
        self.0.get(node.0 as usize).copied().flatten()
    }

    /// Returns whether anything is worth remembering.
    #[inline]
    pub(super) fn is_needed(&self) -> bool {
        !self.0.is_empty()
    }
}

impl Memo {
    /// Forgets what was said of the event before.
    pub(super) fn clear(&mut self, shared: &Shared) {
        self.0.clear();
        self.0.resize(shared.0.len(), None);
    }

    pub(super) fn recall(&self, node: NodeId) -> Option<Truth> {
        self.0.get(node.0 as usize).copied().flatten()
    }

    pub(super) fn remember(&mut self, node: NodeId, truth: Truth) {
        if let Some(place) = self.0.get_mut(node.0 as usize) {
            *place = Some(truth);
        }
    }
}

/// Marks the nodes that are asked for each element of something. Without a
/// memory for those among them that are the same for all elements, `any`
/// inside of `any` would take the product of the numbers of elements.
fn asked_again(plan: &Plan) -> Vec<bool> {
    let mut again = vec![false; plan.nodes.len()];
    // Those who ask stand behind what they ask.
    for (at, node) in plan.nodes.iter().enumerate().rev() {
        for child in children(node) {
            again[child.0 as usize] |= again[at];
        }
        for body in bodies(plan, node).into_iter().flatten() {
            again[body.0 as usize] = true;
        }
    }
    again
}

/// Returns the conditions of elements that a node asks: its own, and those of
/// the `count(x, ...)` that it compares.
fn bodies(plan: &Plan, node: &Node) -> [Option<NodeId>; 3] {
    let counted = |subject| match plan.subject(subject) {
        Subject::Measure(Measure::CountIf(body), _) => Some(*body),
        Subject::Measure(..) => None,
        Subject::Place(_) | Subject::Computed(_) => None,
    };
    match node {
        Node::Each(_, subject, body) => [Some(*body), counted(*subject), None],
        Node::Test(test) => {
            let test = &plan.tests[test.0 as usize];
            let other = match test.matcher {
                Matcher::Field(_, other) => counted(other),
                Matcher::Has
                | Matcher::Empty
                | Matcher::AnyOf(_)
                | Matcher::During(..) => None,
            };
            [None, counted(test.subject), other]
        }
        Node::Const(_) | Node::Not(_) => [None; 3],
        Node::All(_) | Node::Any(_) => [None; 3],
    }
}

fn children(node: &Node) -> &[NodeId] {
    match node {
        Node::Const(_) | Node::Test(_) => &[],
        Node::Not(inner) => std::slice::from_ref(inner),
        Node::All(parts) | Node::Any(parts) => parts,
        // Its condition is asked of one element after the other.
        Node::Each(..) => &[],
    }
}

/// Returns whether a node depends on the element at hand.
fn is_relative(plan: &Plan, node: &Node, below: &[bool]) -> bool {
    match node {
        Node::Each(_, subject, _) => is_element(plan.subject(*subject)),
        Node::Test(test) => {
            let test = &plan.tests[test.0 as usize];
            let other = match test.matcher {
                Matcher::Field(_, other) => is_element(plan.subject(other)),
                Matcher::Has
                | Matcher::Empty
                | Matcher::AnyOf(_)
                | Matcher::During(..) => false,
            };
            other || is_element(plan.subject(test.subject))
        }
        Node::Const(_) | Node::Not(_) | Node::All(_) | Node::Any(_) => {
            children(node).iter().any(|child| below[child.0 as usize])
        }
    }
}

fn is_element(subject: &Subject) -> bool {
    match subject {
        Subject::Place(route) => route.origin == Origin::Element,
        Subject::Computed(_) => false,
        Subject::Measure(_, inner) => is_element(inner),
    }
}
