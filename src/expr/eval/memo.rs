//! Remembers what conditions said that several others ask for: the rules of
//! one `detect` have much in common.

use super::truth::Truth;
use crate::event::Origin;
use crate::expr::plan::{Matcher, Node, NodeId, Plan, Subject};

/// Which nodes of a plan are worth remembering; empty if none is.
#[derive(Clone, Debug)]
pub(super) struct Shared(Vec<bool>);

/// What nodes said of the event so far.
#[derive(Debug, Default)]
pub(super) struct Memo(Vec<Option<Truth>>);

impl Shared {
    /// Finds the nodes that several others consist of, and that do not
    /// depend on the element at hand.
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
        let worth: Vec<bool> = parents
            .into_iter()
            .zip(relative)
            .map(|(parents, relative)| parents > 1 && !relative)
            .collect();
        let any = worth.contains(&true);
        Shared(if any { worth } else { Vec::new() })
    }

    #[inline]
    pub(super) fn holds(&self, node: NodeId) -> bool {
        self.0.get(node.0 as usize).is_some_and(|shared| *shared)
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
                Matcher::Has | Matcher::Empty | Matcher::AnyOf(_) => false,
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
