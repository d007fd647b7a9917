//! Finds out which rules decide, for all requests at once.

use std::collections::HashMap;
use std::hash::Hash;

use super::axis::{Axis, Side, Sort};
use super::bits::Bits;
use super::cube::Cube;
use super::{Example, Kind, Region};
use crate::policy::Policy;

/// How many forks there may be, until it is given up,
const MOST_NODES: usize = 100_000;

/// how many cubes,
const MOST_CUBES: usize = 4_000;

/// and how many points times cubes.
const MOST_POINTS: usize = 20_000_000;

/// How many sides there may be: user groups are one each.
const MOST_AXES: usize = 200;

/// Policies that name too much to be looked at as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

/// What becomes of a request.
pub(in crate::policy) struct Landing<'d> {
    /// In each policy, the rule that decides; none, if no rule matches.
    pub(in crate::policy) rules: &'d [Option<usize>],
    /// All cubes of these rules that match.
    pub(in crate::policy) winners: &'d Bits,
}

/// What becomes of all requests of a kind: a leaf `L` for each.
///
/// * Each fork asks for one side of a request, in the order of the axes, and
///   none of a fork's ways are alike.
pub(in crate::policy) struct Diagram<L> {
    pub(super) axes: Vec<Axis>,
    pub(super) nodes: Vec<Node<L>>,
    pub(super) root: usize,
    races: usize,
    /// Of each cube the policy, the rule, and the entry of `resources`.
    pub(in crate::policy) cubes: Vec<(usize, usize, Option<usize>)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node<L> {
    Leaf(L),
    Fork(usize, Vec<Edge>),
}

/// A way on, for these classes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Edge {
    pub(super) classes: Vec<usize>,
    pub(super) to: usize,
}

impl<L: Clone + Eq + Hash> Diagram<L> {
    /// Finds out what becomes of each request; `leaf` says what of that is
    /// of interest.
    pub(in crate::policy) fn new(
        kind: Kind,
        policies: &[&Policy],
        leaf: impl Fn(Landing<'_>) -> L,
    ) -> Result<Diagram<L>, TooLarge> {
        let cubes = kind.cubes(policies);
        let mut axes = kind.axes(policies);
        let points: usize = axes.iter().map(|axis| axis.points.len()).sum();
        let work = points.saturating_mul(cubes.len());
        if cubes.len() > MOST_CUBES
            || work > MOST_POINTS
            || axes.len() > MOST_AXES
        {
            return Err(TooLarge);
        }
        axes.iter_mut().for_each(|axis| axis.classify(&cubes));
        let mut builder = Builder {
            policies: policies.len(),
            free: free(&axes, cubes.len()),
            axes: &axes,
            cubes: &cubes,
            leaf,
            nodes: Vec::new(),
            known: HashMap::new(),
            reached: HashMap::new(),
        };
        let alive = Bits::of(cubes.len(), |_| true);
        let wants = Bits::of(cubes.len(), |at| cubes[at].wants_group());
        let root = builder.visit(0, alive, wants)?;
        let (nodes, races) = (builder.nodes, builder.reached.len());
        let cubes =
            cubes.iter().map(|cube| (cube.policy, cube.at, cube.entry));
        let cubes = cubes.collect();
        Ok(Diagram { axes, nodes, root, races, cubes })
    }

    /// Returns how much work it was: how many races there were.
    pub(in crate::policy) fn size(&self) -> usize {
        self.races
    }

    /// Returns all leaves.
    pub(in crate::policy) fn leaves(&self) -> impl Iterator<Item = &L> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Leaf(leaf) => Some(leaf),
            Node::Fork(..) => None,
        })
    }

    /// Returns a request that ends in a leaf that is `wanted`.
    pub(in crate::policy) fn example(
        &self,
        wanted: impl Fn(&L) -> bool,
    ) -> Option<Example> {
        let (regions, _) = self.regions(1, wanted);
        regions.first().map(Region::example)
    }
}

/// Returns of each axis the cubes that from there on admit all there is.
fn free(axes: &[Axis], cubes: usize) -> Vec<Bits> {
    let mut free = vec![Bits::of(cubes, |_| true)];
    for axis in axes.iter().rev() {
        let mut bits = free[free.len() - 1].clone();
        axis.classes.iter().for_each(|class| bits.keep(&class.admits));
        free.push(bits);
    }
    free.reverse();
    free
}

struct Builder<'d, F, L> {
    policies: usize,
    axes: &'d [Axis],
    cubes: &'d [Cube<'d>],
    free: Vec<Bits>,
    leaf: F,
    nodes: Vec<Node<L>>,
    /// Where each node is,
    known: HashMap<Node<L>, usize>,
    /// and where each race ends.
    reached: HashMap<(usize, Bits, Bits), usize>,
}

impl<L: Clone + Eq + Hash, F: Fn(Landing<'_>) -> L> Builder<'_, F, L> {
    /// Returns the node of a race at an axis: the cubes that are `alive`, and
    /// those of them that need the user to be in a group yet.
    fn visit(
        &mut self,
        axis: usize,
        mut alive: Bits,
        mut wants: Bits,
    ) -> Result<usize, TooLarge> {
        let is_group = self
            .axes
            .get(axis)
            .is_some_and(|it| matches!(it.side, Side::User | Side::UserGroup));
        if !is_group {
            alive.remove(&wants);
        }
        wants.keep(&alive);
        self.end_races(axis, &mut alive, &wants);
        wants.keep(&alive);
        let race = (axis, alive, wants);
        if let Some(node) = self.reached.get(&race) {
            return Ok(*node);
        }
        if self.reached.len() >= MOST_NODES {
            return Err(TooLarge);
        }
        let node = match self.axes.get(axis) {
            None => Node::Leaf(self.land(&race.1)),
            Some(_) => self.fork(&race)?,
        };
        let at = self.place(node);
        self.reached.insert(race, at);
        Ok(at)
    }

    /// Takes those out of the race who can win no more, since of their policy
    /// an earlier rule will match in any case.
    fn end_races(&self, axis: usize, alive: &mut Bits, wants: &Bits) {
        let mut sure = alive.clone();
        sure.keep(&self.free[axis]);
        sure.remove(wants);
        for policy in 0..self.policies {
            let of = |at: &usize| self.cubes[*at].policy == policy;
            let Some(first) = sure.iter().find(of) else { continue };
            let rule = self.cubes[first].at;
            let late = Bits::of(self.cubes.len(), |at| {
                let cube = &self.cubes[at];
                cube.policy == policy && cube.at > rule
            });
            alive.remove(&late);
        }
    }

    fn land(&self, alive: &Bits) -> L {
        let mut rules = vec![None; self.policies];
        let mut winners = Bits::none(self.cubes.len());
        for at in alive.iter() {
            let cube = &self.cubes[at];
            let rule = rules[cube.policy].get_or_insert(cube.at);
            if *rule == cube.at {
                winners.insert(at);
            }
        }
        (self.leaf)(Landing { rules: &rules, winners: &winners })
    }

    fn fork(
        &mut self,
        (axis, alive, wants): &(usize, Bits, Bits),
    ) -> Result<Node<L>, TooLarge> {
        let Axis { side, classes, group, points } = &self.axes[*axis];
        let mut edges: Vec<Edge> = Vec::new();
        for (number, class) in classes.iter().enumerate() {
            let (mut left, mut wants) = (alive.clone(), wants.clone());
            left.keep(&class.admits);
            let is_in = points[class.points[0]].sort == Sort::Exact;
            if *side == Side::UserGroup && is_in {
                let have = |at: usize| self.cubes[at].has_group(group);
                wants.remove(&Bits::of(self.cubes.len(), have));
            }
            let to = self.visit(axis + 1, left, wants)?;
            match edges.iter_mut().find(|edge| edge.to == to) {
                Some(edge) => edge.classes.push(number),
                None => edges.push(Edge { classes: vec![number], to }),
            }
        }
        Ok(match &edges[..] {
            [only] => self.nodes[only.to].clone(),
            _ => Node::Fork(*axis, edges),
        })
    }

    fn place(&mut self, node: Node<L>) -> usize {
        if let Some(at) = self.known.get(&node) {
            return *at;
        }
        let at = self.nodes.len();
        self.nodes.push(node.clone());
        self.known.insert(node, at);
        at
    }
}
