//! Finds out what becomes of all requests that rules are for.

use std::collections::HashMap;
use std::hash::Hash;

use super::axis::{Axis, Side, Sort};
use super::bits::Bits;
use super::cube::Cube;
use super::domain::Domain;
use super::{TooLarge, Work};

/// How many sides there may be: user groups are one each.
const MOST_AXES: usize = 200;

/// What becomes of requests: a leaf `L` for each.
///
/// * Each fork asks for one side of a request, in the order of the axes, and
///   none of a fork's ways are alike.
pub(super) struct Diagram<L> {
    pub(super) axes: Vec<Axis>,
    pub(super) nodes: Vec<Node<L>>,
    pub(super) root: usize,
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
    /// Finds out what these cubes of a domain make of requests; `leaf` says
    /// what is of interest of the rules that decide, one of each policy.
    pub(super) fn new(
        domain: &Domain<'_>,
        cubes: &[usize],
        leaf: impl Fn(&[Option<usize>]) -> L,
        work: &mut Work,
    ) -> Result<Diagram<L>, TooLarge> {
        let axes = axes(domain, cubes, work)?;
        let cubes: Vec<Cube<'_>> =
            cubes.iter().map(|at| domain.cubes[*at]).collect();
        let mut builder = Builder {
            policies: domain.policies,
            free: free(&axes, cubes.len()),
            axes: &axes,
            cubes: &cubes,
            leaf,
            work,
            nodes: Vec::new(),
            known: HashMap::new(),
            reached: HashMap::new(),
        };
        let alive = Bits::of(cubes.len(), |_| true);
        let wants = Bits::of(cubes.len(), |at| cubes[at].wants_group());
        let root = builder.visit(0, alive, wants)?;
        let nodes = builder.nodes;
        Ok(Diagram { axes, nodes, root })
    }
}

/// Returns the axes of a domain that these cubes tell apart, the groups of a
/// user behind the name.
fn axes(
    domain: &Domain<'_>,
    cubes: &[usize],
    work: &mut Work,
) -> Result<Vec<Axis>, TooLarge> {
    let is_asked = |axis: &&Axis| {
        let mut all = cubes.iter();
        all.any(|at| domain.cubes[*at].has_group(&axis.group))
    };
    let groups: Vec<&Axis> = domain.groups.iter().filter(is_asked).collect();
    let (user, rest) = domain.axes.split_at(1);
    let count = groups.len() + domain.axes.len();
    work.spend(cubes.len() * domain.axes.len())?;
    if count > MOST_AXES {
        return Err(TooLarge);
    }
    let all = user.iter().chain(groups).chain(rest);
    Ok(all.map(|axis| axis.told_by(cubes)).collect())
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
    work: &'d mut Work,
    nodes: Vec<Node<L>>,
    /// Where each node is,
    known: HashMap<Node<L>, usize>,
    /// and where each race ends.
    reached: HashMap<(usize, Bits, Bits), usize>,
}

impl<L: Clone + Eq + Hash, F: Fn(&[Option<usize>]) -> L> Builder<'_, F, L> {
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
        self.work.spend(self.cubes.len())?;
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
        for at in alive.iter() {
            let cube = &self.cubes[at];
            rules[cube.policy].get_or_insert(cube.at);
        }
        (self.leaf)(&rules)
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
