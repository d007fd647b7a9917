//! Says of requests in words what they have in common, with one of them that
//! shows it.

use std::fmt::{self, Display, Formatter};

use super::axis::{Axis, NOBODY, Side, Sort};
use super::bits::Bits;
use super::cube::Cube;
use super::domain::Domain;
use super::zone::Room;
use crate::diag::visible;
use crate::policy::{Asker, Attributes, Request, Target, User};

/// Requests that have one thing in common on each side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// What they have in common; a side that is not here can be anything.
    pub parts: Vec<Part>,
    pub(super) example: Example,
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
    /// Who asks.
    pub user: Asker<String>,
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
        let user = self.user.as_ref().map(|name| User { name, groups });
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
            Asker::Unknown => write!(out, " by an unknown user")?,
            Asker::Nobody => write!(out, " by nobody (401)")?,
            Asker::Somebody(user) => write!(out, " by {}", visible(user))?,
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
        let values: Vec<&str> = values.map(|it| visible(it)).collect();
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
    /// Returns a room in words, and a request of it. What it got out of by
    /// groups only, whoever is in one of those groups does not.
    pub(super) fn region(
        &self,
        room: &Room,
        barred: impl Fn(&Cube<'_>) -> bool,
    ) -> Region {
        let (mut parts, mut example) = (Vec::new(), Example::default());
        for (axis, classes) in self.axes.iter().zip(&room.sides) {
            let points = points(axis, classes.iter());
            example.set(axis, points.iter().next().unwrap_or_default());
            parts.extend(part(axis, &points));
            if axis.side == Side::User {
                parts.extend(self.groups_of(room, &barred));
            }
        }
        for group in room.groups.iter().filter_map(|it| it.iter().next()) {
            let group = self.groups[group].group.to_string();
            if !example.user_groups.contains(&group) {
                example.user_groups.push(group);
            }
        }
        Region { parts: plain(parts), example }
    }

    fn groups_of(
        &self,
        room: &Room,
        barred: impl Fn(&Cube<'_>) -> bool,
    ) -> Vec<Part> {
        let all = self.cubes.iter().zip(&self.zones);
        let barred = all.filter(|(cube, _)| barred(cube));
        let barred = barred.map(|(_, zone)| zone);
        let mut others = Bits::none(self.groups.len());
        for zone in barred.filter(|zone| room.touches(zone)) {
            zone.groups.iter().for_each(|groups| others.add(groups));
        }
        let mut some: Vec<(bool, &Bits)> = Vec::new();
        for groups in &room.groups {
            if !some.contains(&(false, groups)) {
                some.push((false, groups));
            }
        }
        let all = some.into_iter().chain([(true, &others)]);
        let parts = all.filter(|(_, groups)| !groups.is_empty());
        let name = |at: usize| self.groups[at].group.to_string();
        let parts = parts.map(|(is_other, groups)| Part {
            side: Side::UserGroup,
            is_other,
            values: groups.iter().map(name).collect(),
        });
        parts.collect()
    }
}

/// Returns the points of classes.
pub(super) fn points(
    axis: &Axis,
    classes: impl Iterator<Item = usize>,
) -> Bits {
    let mut points = Bits::none(axis.points.len());
    for point in classes.flat_map(|class| &axis.classes[class].points) {
        points.insert(*point);
    }
    points
}

/// Returns parts without what goes without saying.
pub(super) fn plain(mut parts: Vec<Part>) -> Vec<Part> {
    // Who is in a group is somebody.
    let mut groups = parts.iter();
    if groups.any(|it| it.side == Side::UserGroup && !it.is_other) {
        let is_anybody = |part: &Part| part.values == [NOBODY];
        parts.retain(|it| it.side != Side::User || !is_anybody(it));
    }
    parts
}

impl Example {
    pub(super) fn set(&mut self, axis: &Axis, point: usize) {
        let point = &axis.points[point];
        let text = point.text.to_string();
        match axis.side {
            Side::User => {
                self.user = match point.sort {
                    Sort::Nobody => Asker::Nobody,
                    Sort::Exact | Sort::Other => Asker::Somebody(text),
                };
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
pub(super) fn part(axis: &Axis, set: &Bits) -> Option<Part> {
    if set.iter().count() == axis.points.len() {
        return None;
    }
    let mut points = set.iter().map(|at| &axis.points[at]);
    let is_other = points.any(|point| point.sort == Sort::Other);
    let all = 0..axis.points.len();
    let shown = all.filter(|at| set.has(*at) != is_other);
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
