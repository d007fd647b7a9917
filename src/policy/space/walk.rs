//! Walks through a diagram to what is looked for, and says on which ways.

use std::hash::Hash;

use super::axis::Axis;
use super::bits::Bits;
use super::diagram::{Diagram, Node};
use super::domain::Domain;
use super::region::{Example, Region, part, plain, points};
use super::{TooLarge, Work};

impl Domain<'_> {
    /// Returns regions of requests that these rules decide, one of each
    /// policy: at most so many, and how many there are. They have no request
    /// in common.
    pub(in crate::policy) fn regions(
        &self,
        rules: &[Option<usize>],
        most: usize,
        work: &mut Work,
    ) -> Result<(Vec<Region>, u64), TooLarge> {
        let cubes = self.around(rules, work)?;
        let is_it = |decided: &[Option<usize>]| decided == rules;
        let diagram = Diagram::new(self, &cubes, is_it, work)?;
        Ok(diagram.regions(most, |is_it| *is_it))
    }
}

/// How many ways are walked until those that are left are only counted.
const WAYS: usize = 300;

impl<L: Clone + Eq + Hash> Diagram<L> {
    /// Returns regions of requests that end in leaves that are `wanted`, at
    /// most so many, and how many there are. They have no request in common.
    pub(super) fn regions(
        &self,
        most: usize,
        wanted: impl Fn(&L) -> bool,
    ) -> (Vec<Region>, u64) {
        let all = |axis: &Axis| Bits::of(axis.points.len(), |_| true);
        let mut walk = Walk {
            diagram: self,
            counts: vec![None; self.nodes.len()],
            wanted,
            way: self.axes.iter().map(all).collect(),
            found: Vec::new(),
        };
        let count = walk.count(self.root);
        walk.go(self.root);
        let rest = count - walk.found.len() as u64;
        let found = merged(walk.found);
        let count = found.len() as u64 + rest;
        let regions = found.iter().take(most);
        (regions.map(|sets| region(&self.axes, sets)).collect(), count)
    }
}

struct Walk<'d, L, W> {
    diagram: &'d Diagram<L>,
    /// How many ways lead from each node to what is wanted.
    counts: Vec<Option<u64>>,
    wanted: W,
    /// Of each axis, the points that are still possible.
    way: Vec<Bits>,
    found: Vec<Vec<Bits>>,
}

impl<L, W: Fn(&L) -> bool> Walk<'_, L, W> {
    fn count(&mut self, node: usize) -> u64 {
        if let Some(count) = self.counts[node] {
            return count;
        }
        let diagram = self.diagram;
        let count = match &diagram.nodes[node] {
            Node::Leaf(leaf) => u64::from((self.wanted)(leaf)),
            Node::Fork(_, edges) => {
                let ways = edges.iter().map(|edge| self.count(edge.to));
                ways.fold(0, u64::saturating_add)
            }
        };
        self.counts[node] = Some(count);
        count
    }

    fn go(&mut self, node: usize) {
        if self.counts[node] == Some(0) || self.found.len() == WAYS {
            return;
        }
        let diagram = self.diagram;
        match &diagram.nodes[node] {
            Node::Leaf(_) => self.found.push(self.way.clone()),
            Node::Fork(axis, edges) => {
                for edge in edges {
                    let classes = edge.classes.iter().copied();
                    let points = points(&diagram.axes[*axis], classes);
                    let all = std::mem::replace(&mut self.way[*axis], points);
                    self.go(edge.to);
                    self.way[*axis] = all;
                }
            }
        }
    }
}

/// Joins regions that differ on one side only, until there are none.
fn merged(mut regions: Vec<Vec<Bits>>) -> Vec<Vec<Bits>> {
    let mut at = 0;
    while at < regions.len() {
        let joins = |other: usize| {
            let pairs = regions[at].iter().zip(&regions[other]);
            let mut sides = pairs.enumerate().filter(|(_, (a, b))| a != b);
            let side = sides.next().map(|(side, _)| side);
            side.filter(|_| sides.next().is_none())
        };
        let mut others = (0..regions.len()).filter(|other| *other != at);
        let found = others.find_map(|it| joins(it).map(|side| (it, side)));
        match found {
            None => at += 1,
            Some((other, side)) => {
                let (to, from) = (at.min(other), at.max(other));
                let gone = regions.remove(from);
                regions[to][side].add(&gone[side]);
                // It may go together with those in front of it now.
                at = 0;
            }
        }
    }
    regions
}

fn region(axes: &[Axis], sets: &[Bits]) -> Region {
    let both = || axes.iter().zip(sets);
    let mut example = Example::default();
    for (axis, set) in both() {
        example.set(axis, set.iter().next().unwrap_or_default());
    }
    let parts = both().filter_map(|(axis, set)| part(axis, set));
    Region { parts: plain(parts.collect()), example }
}
