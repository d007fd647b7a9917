//! Turns what a diagram found out into words, and into one request that
//! shows it.

use std::fmt::{self, Display, Formatter};
use std::hash::Hash;

use super::axis::{Axis, Side, Sort};
use super::diagram::{Diagram, Edge, Node};
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

    /// Adds another region, if the two differ in one list of values only.
    pub(in crate::policy) fn join(&mut self, other: &Region) -> bool {
        let sides = |parts: &[Part]| -> Vec<_> {
            parts.iter().map(|part| (part.side, part.is_other)).collect()
        };
        if sides(&self.parts) != sides(&other.parts) {
            return false;
        }
        let mut parts = self.parts.iter_mut().zip(&other.parts);
        let Some((mine, theirs)) = parts.find(|(a, b)| a != b) else {
            return true;
        };
        let is_list = !mine.is_other && mine.side != Side::UserGroup;
        if !is_list || parts.any(|(a, b)| a != b) {
            return false;
        }
        let new = theirs.values.iter().filter(|it| !mine.values.contains(it));
        let new: Vec<String> = new.cloned().collect();
        mine.values.extend(new);
        true
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

impl<L: Clone + Eq + Hash> Diagram<L> {
    /// Returns regions of requests that end in leaves that are `wanted`, at
    /// most so many, and how many there are. They have no request in common.
    pub(in crate::policy) fn regions(
        &self,
        most: usize,
        wanted: impl Fn(&L) -> bool,
    ) -> (Vec<Region>, u64) {
        let mut walk = Walk {
            diagram: self,
            counts: vec![None; self.nodes.len()],
            wanted,
            most,
            way: Vec::new(),
            found: Vec::new(),
        };
        let count = walk.count(self.root);
        walk.go(self.root);
        (walk.found, count)
    }
}

struct Walk<'d, L, W> {
    diagram: &'d Diagram<L>,
    /// How many ways lead from each node to what is wanted.
    counts: Vec<Option<u64>>,
    wanted: W,
    most: usize,
    /// Along which axes and by which edges it went.
    way: Vec<(usize, &'d Edge)>,
    found: Vec<Region>,
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
        if self.counts[node] == Some(0) || self.found.len() == self.most {
            return;
        }
        let diagram = self.diagram;
        match &diagram.nodes[node] {
            Node::Leaf(_) => {
                let region = region(&diagram.axes, &self.way);
                self.found.push(region);
            }
            Node::Fork(axis, edges) => {
                for edge in edges {
                    self.way.push((*axis, edge));
                    self.go(edge.to);
                    self.way.pop();
                }
            }
        }
    }
}

fn region(axes: &[Axis], way: &[(usize, &Edge)]) -> Region {
    let parts = way.iter().map(|(axis, edge)| part(&axes[*axis], edge));
    let mut example = Example::default();
    for (at, axis) in axes.iter().enumerate() {
        let edge = way.iter().find(|(axis, _)| *axis == at);
        let class = edge.map_or(0, |(_, edge)| edge.classes[0]);
        example.set(axis, axis.classes[class].points[0]);
    }
    Region { parts: parts.collect(), example }
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

/// Returns what the points of an edge have in common, in the shorter way.
fn part(axis: &Axis, edge: &Edge) -> Part {
    let inside = |at: usize| {
        let mut classes = edge.classes.iter();
        classes.any(|class| axis.classes[*class].points.contains(&at))
    };
    let all = 0..axis.points.len();
    let mut others = all
        .clone()
        .filter(|at| axis.points[*at].sort == Sort::Other && inside(*at));
    let is_other = others.next().is_some();
    let shown = all.filter(|at| inside(*at) != is_other);
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
    Part { side: axis.side, is_other, values: shown.collect() }
}
