//! Finds out which rules, and which of their values, ever decide.

use super::axis::{Axis, Side, Sort};
use super::diagram::{Diagram, Edge, Node, TooLarge};
use super::{Bits, Kind};
use crate::policy::Policy;

/// What of a policy decides, of one kind of requests.
pub(in crate::policy) struct Live {
    axes: Vec<Axis>,
    /// Of each cube its rule, and the entry of `resources`.
    cubes: Vec<(usize, Option<usize>)>,
    /// The cubes that decide something.
    winners: Bits,
    /// For each class of each axis, those that decide something there.
    classes: Vec<Vec<Bits>>,
    /// The rules that decide; none, if that no rule does.
    pub(in crate::policy) deciders: Vec<Option<usize>>,
}

type Leaf = (Option<usize>, Bits);

impl Live {
    /// Looks at all requests of a kind.
    pub(in crate::policy) fn new(
        kind: Kind,
        policy: &Policy,
    ) -> Result<Live, TooLarge> {
        let diagram = Diagram::new(kind, &[policy], |landing| {
            (landing.rules[0], landing.winners.clone())
        })?;
        let cubes = diagram.cubes.iter();
        let cubes = cubes.map(|(_, rule, entry)| (*rule, *entry)).collect();
        let mut deciders: Vec<_> =
            diagram.leaves().map(|(rule, _)| *rule).collect();
        deciders.sort_unstable();
        deciders.dedup();
        let count = diagram.cubes.len();
        let none = |axis: &Axis| vec![Bits::none(count); axis.classes.len()];
        let mut live = Live {
            cubes,
            winners: Bits::none(count),
            classes: diagram.axes.iter().map(none).collect(),
            axes: Vec::new(),
            deciders,
        };
        live.spread(&diagram);
        live.axes = diagram.axes;
        Ok(live)
    }

    /// Notes for each way what is decided behind it. Nodes stand behind those
    /// that they lead to.
    fn spread(&mut self, diagram: &Diagram<Leaf>) {
        let mut below: Vec<Bits> = Vec::new();
        let count = diagram.cubes.len();
        for node in &diagram.nodes {
            let mut all = Bits::none(count);
            match node {
                Node::Leaf((_, winners)) => all.add(winners),
                Node::Fork(axis, edges) => {
                    for Edge { classes, to } in edges {
                        let winners = &below[*to];
                        all.add(winners);
                        for class in classes {
                            self.classes[*axis][*class].add(winners);
                        }
                        // What is not asked for can be anything.
                        let until = start(diagram, *to);
                        self.skip(*axis + 1, until, winners);
                    }
                }
            }
            below.push(all);
        }
        self.skip(0, start(diagram, diagram.root), &below[diagram.root]);
        self.winners.add(&below[diagram.root]);
    }

    fn skip(&mut self, from: usize, until: usize, winners: &Bits) {
        let axes = self.classes.iter_mut().take(until).skip(from);
        axes.flatten().for_each(|class| class.add(winners));
    }

    /// Returns whether an entry of a rule decides something; of a rule
    /// without, the rule.
    pub(in crate::policy) fn decides(
        &self,
        rule: usize,
        entry: Option<usize>,
    ) -> bool {
        self.winners.iter().any(|at| self.cubes[at] == (rule, entry))
    }

    /// Returns whether it decides something on one side, where the text, or
    /// the resource and its subresource, is `wanted`; nothing, if no request
    /// is like that.
    pub(in crate::policy) fn decides_where(
        &self,
        (rule, entry): (usize, Option<usize>),
        side: Side,
        wanted: impl Fn(&str, &str) -> bool,
    ) -> Option<bool> {
        let mut answer = None;
        let axes = self.axes.iter().zip(&self.classes);
        for (axis, classes) in axes.filter(|(axis, _)| axis.side == side) {
            for (class, winners) in axis.classes.iter().zip(classes) {
                let mut points =
                    class.points.iter().map(|at| &axis.points[*at]);
                let is_meant = points.any(|it| {
                    let is_named =
                        side != Side::UserGroup || it.sort == Sort::Exact;
                    is_named
                        && it.sort != Sort::Nobody
                        && wanted(&it.text, &it.more)
                });
                if is_meant {
                    let mut all = winners.iter();
                    let is_live = all.any(|at| {
                        self.cubes[at].0 == rule
                            && (entry.is_none() || self.cubes[at].1 == entry)
                    });
                    answer = Some(answer.unwrap_or(false) || is_live);
                }
            }
        }
        answer
    }
}

/// Returns the axis that a node asks for, or the end.
fn start(diagram: &Diagram<Leaf>, node: usize) -> usize {
    match &diagram.nodes[node] {
        Node::Leaf(_) => diagram.axes.len(),
        Node::Fork(axis, _) => *axis,
    }
}
