//! Turns what a diagram found out into words, and into one request that
//! shows it.

use std::fmt::{self, Display, Formatter};
use std::hash::Hash;

use super::axis::{Axis, NOBODY, Side, Sort};
use super::bits::Bits;
use super::diagram::{Diagram, Edge, Node};
use super::domain::Domain;
use super::zone::Room;
use super::{TooLarge, Work};
use crate::policy::{Attributes, Request, Target, User};

/// Requests that have one thing in common on each side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// What they have in common; a side that is not here can be anything.
    pub parts: Vec<Part>,
    example: Example,
}

/// What requests have in common on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The side.
    pub side: Side,
    /// Whether `values` are those that it is none of, rather than one of.
    pub is_other: bool,
    /// The values.
    pub values: Vec<String>,
}

/// A request: one of many that are alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// Who asks; nobody, if that could not be found out.
    pub user: Option<String>,
    /// The groups of the user.
    pub user_groups: Vec<String>,
    /// The verb.
    pub verb: String,
    /// A path that is no resource; nothing, if a resource is asked for.
    pub path: Option<String>,
    /// The API group,
    pub group: String,
    /// the resource,
    pub resource: String,
    /// the subresource,
    pub subresource: String,
    /// the namespace,
    pub namespace: String,
    /// and the name of the object.
    pub name: String,
}

impl Region {
    /// Returns one of the requests.
    pub fn example(&self) -> Example {
        self.example.clone()
    }
}

impl Example {
    /// Returns what an apiserver decides on.
    pub fn attributes(&self) -> Attributes<'_> {
        let groups = self.user_groups.iter().map(String::as_str).collect();
        let user = self.user.as_deref().map(|name| User { name, groups });
        let request = match &self.path {
            Some(path) => Request::Path(path),
            None => Request::Resource(Target {
                group: &self.group,
                namespace: &self.namespace,
                resource: &self.resource,
                subresource: &self.subresource,
                name: &self.name,
            }),
        };
        Attributes { user, verb: Some(&self.verb), request }
    }
}

impl Display for Example {
    /// Writes it as people say it: `get secrets/x in default by jane`.
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let verb = if self.verb.is_empty() { "OPTIONS" } else { &self.verb };
        match &self.path {
            Some(path) => write!(out, "{verb} {path}")?,
            None => {
                write!(out, "{verb} {}", self.resource)?;
                if !self.group.is_empty() {
                    write!(out, ".{}", self.group)?;
                }
                if !self.subresource.is_empty() {
                    write!(out, "/{}", self.subresource)?;
                }
                if !self.name.is_empty() {
                    write!(out, " {}", self.name)?;
                }
                if !self.namespace.is_empty() {
                    write!(out, " in {}", self.namespace)?;
                }
            }
        }
        match &self.user {
            None => write!(out, " by nobody (401)")?,
            Some(user) => write!(out, " by {user}")?,
        }
        if !self.user_groups.is_empty() {
            write!(out, " of {}", self.user_groups.join(", "))?;
        }
        Ok(())
    }
}

/// How many values of a side are shown.
const SHOWN: usize = 8;

impl Display for Part {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (one, other) = match self.side {
            Side::User => ("by", "by others than"),
            Side::UserGroup => ("of", "not of"),
            Side::Verb => ("", "other verbs than"),
            Side::Group => ("of the group", "of other groups than"),
            Side::Resource => ("on", "on others than"),
            Side::Namespace => ("in", "not in"),
            Side::Name => ("called", "not called"),
            Side::Path => ("of", "of other paths than"),
        };
        let start = if self.is_other { other } else { one };
        let space = if start.is_empty() { "" } else { " " };
        let values = self.values.iter().take(SHOWN);
        let values: Vec<&str> = values.map(String::as_str).collect();
        write!(out, "{start}{space}{}", values.join(", "))?;
        match self.values.len().checked_sub(SHOWN) {
            None | Some(0) => Ok(()),
            Some(more) => write!(out, " and {more} more"),
        }
    }
}

impl Display for Region {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.parts.is_empty() {
            return out.write_str("everything");
        }
        let parts: Vec<String> =
            self.parts.iter().map(Part::to_string).collect();
        out.write_str(&parts.join("; "))
    }
}

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

    /// Returns a request of a room.
    pub(super) fn shown(&self, room: &Room) -> Example {
        let mut example = Example::default();
        for (axis, classes) in self.axes.iter().zip(&room.sides) {
            if let Some(class) = classes.iter().next() {
                example.set(axis, axis.classes[class].points[0]);
            }
        }
        for group in room.groups.iter().filter_map(|it| it.iter().next()) {
            let group = self.groups[group].group.to_string();
            if !example.user_groups.contains(&group) {
                example.user_groups.push(group);
            }
        }
        example
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
                    let points = points(&diagram.axes[*axis], edge);
                    let all = std::mem::replace(&mut self.way[*axis], points);
                    self.go(edge.to);
                    self.way[*axis] = all;
                }
            }
        }
    }
}

/// Returns the points of an edge.
fn points(axis: &Axis, edge: &Edge) -> Bits {
    let mut points = Bits::none(axis.points.len());
    let classes = edge.classes.iter().map(|class| &axis.classes[*class]);
    for point in classes.flat_map(|class| &class.points) {
        points.insert(*point);
    }
    points
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
    let mut parts: Vec<Part> = parts.collect();
    // Who is in a group is somebody.
    let mut groups = parts.iter();
    if groups.any(|it| it.side == Side::UserGroup && !it.is_other) {
        let is_anybody = |part: &Part| part.values == [NOBODY];
        parts.retain(|it| it.side != Side::User || !is_anybody(it));
    }
    Region { parts, example }
}

impl Example {
    pub(super) fn set(&mut self, axis: &Axis, point: usize) {
        let point = &axis.points[point];
        let text = point.text.to_string();
        match axis.side {
            Side::User => {
                self.user = (point.sort != Sort::Nobody).then_some(text);
            }
            Side::UserGroup if point.sort == Sort::Exact => {
                self.user_groups.push(text);
            }
            Side::UserGroup => (),
            Side::Verb => self.verb = text,
            Side::Group => self.group = text,
            Side::Resource => {
                self.resource = text;
                self.subresource = point.more.to_string();
            }
            Side::Namespace => self.namespace = text,
            Side::Name => self.name = text,
            Side::Path => self.path = Some(text),
        }
    }
}

/// Returns what points have in common, in the shorter way; nothing, if they
/// are all that there are.
fn part(axis: &Axis, set: &Bits) -> Option<Part> {
    let inside: Vec<usize> = set.iter().collect();
    if inside.len() == axis.points.len() {
        return None;
    }
    let mut points = inside.iter().map(|at| &axis.points[*at]);
    let is_other = points.any(|point| point.sort == Sort::Other);
    let all = 0..axis.points.len();
    let shown = all.filter(|at| inside.contains(at) != is_other);
    let shown = shown.map(|at| match axis.side {
        Side::UserGroup => axis.group.to_string(),
        Side::User
        | Side::Verb
        | Side::Group
        | Side::Resource
        | Side::Namespace
        | Side::Name
        | Side::Path => axis.points[at].shown.to_string(),
    });
    Some(Part { side: axis.side, is_other, values: shown.collect() })
}
