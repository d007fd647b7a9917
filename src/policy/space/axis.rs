//! Turns what policies name into the points that are worth telling apart:
//! each name, and one point for all others.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::bits::Bits;
use super::cube::Cube;
use crate::policy::verb::{METHODS, VERBS, is_method};
use crate::policy::{Policy, Resource, Rule, target};

/// What an axis is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The name of the user.
    User,
    /// Whether the user is in one group.
    UserGroup,
    /// The verb.
    Verb,
    /// The API group.
    Group,
    /// The resource and its subresource.
    Resource,
    /// The namespace.
    Namespace,
    /// The name of the object.
    Name,
    /// A path that is no resource.
    Path,
}

/// Whom or what a point stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    /// For this very text.
    Exact,
    /// For all that no point says exactly.
    Other,
    /// For nobody: an apiserver could not find out who asks.
    Nobody,
}

/// A value, or many that no rule tells apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Point {
    /// One of them.
    pub(super) text: Box<str>,
    /// The subresource, of a resource.
    pub(super) more: Box<str>,
    pub(super) sort: Sort,
    /// How people call all of them.
    pub(super) shown: Box<str>,
}

impl Point {
    fn exact(text: impl Into<Box<str>>) -> Point {
        let text: Box<str> = text.into();
        let (shown, more) = (text.clone(), "".into());
        Point { text, more, sort: Sort::Exact, shown }
    }

    fn other(text: impl Into<Box<str>>) -> Point {
        let point = Point::exact(text);
        let shown = format!("others such as {}", point.text).into();
        Point { sort: Sort::Other, shown, ..point }
    }

    fn shown(self, shown: impl Into<Box<str>>) -> Point {
        Point { shown: shown.into(), ..self }
    }
}

/// Points that the same rules are for.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) points: Vec<usize>,
    /// The cubes that they are in, by where they stand in a list of cubes.
    pub(super) admits: Bits,
}

/// One thing that a request is looked at for.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) side: Side,
    pub(super) points: Rc<[Point]>,
    pub(super) classes: Vec<Class>,
    /// The group of an axis of user groups.
    pub(super) group: Box<str>,
}

impl Axis {
    fn new(side: Side, points: Vec<Point>) -> Axis {
        let points = points.into();
        Axis { side, points, classes: Vec::new(), group: "".into() }
    }

    /// Finds out which points no cube tells apart.
    pub(super) fn classify(&mut self, cubes: &[Cube<'_>]) {
        let points = self.points.iter().enumerate();
        let classes = points.map(|(at, point)| Class {
            points: vec![at],
            admits: Bits::of(cubes.len(), |cube| {
                cubes[cube].admits(self.side, point)
            }),
        });
        self.classes = self.joined(classes);
    }

    /// Returns the axis as these of all cubes tell its points apart.
    pub(super) fn told_by(&self, cubes: &[usize]) -> Axis {
        let classes = self.classes.iter().map(|class| Class {
            points: class.points.clone(),
            admits: Bits::of(cubes.len(), |at| class.admits.has(cubes[at])),
        });
        let (points, group) = (self.points.clone(), self.group.clone());
        Axis { side: self.side, points, classes: self.joined(classes), group }
    }

    fn joined(&self, classes: impl Iterator<Item = Class>) -> Vec<Class> {
        let mut joined: Vec<Class> = Vec::new();
        for class in classes {
            let mut known = joined.iter_mut();
            match known.find(|it| it.admits == class.admits) {
                // In or out of a group: both count, whoever asks for it.
                Some(same) if self.side != Side::UserGroup => {
                    same.points.extend(class.points);
                }
                Some(_) | None => joined.push(class),
            }
        }
        joined
    }
}

/// How nobody is called.
pub(super) const NOBODY: &str = "nobody (401)";

/// Returns the axes along which requests for resources differ, for these
/// policies.
pub(super) fn of_resources(policies: &[&Policy]) -> Vec<Axis> {
    let mut axes = who(policies);
    let verbs = VERBS.map(Point::exact).into_iter().chain([Point::other("")]);
    axes.push(Axis::new(Side::Verb, verbs.collect()));
    let groups = entries(policies).map(|entry| entry.group().to_owned());
    let mut groups: BTreeSet<String> = groups.collect();
    groups.remove("*");
    groups.remove("");
    let core = Point::exact("").shown("core");
    let groups = named(groups, "example.com").into_iter();
    axes.push(Axis::new(
        Side::Group,
        [core].into_iter().chain(groups).collect(),
    ));
    axes.push(Axis::new(Side::Resource, resources(policies)));
    let namespaces = rules(policies).flat_map(|rule| rule.namespaces.iter());
    let mut namespaces: BTreeSet<String> =
        namespaces.map(str::to_owned).collect();
    namespaces.remove("");
    let mut namespaces = named(namespaces, "default");
    namespaces.push(Point::exact("").shown("no namespace"));
    axes.push(Axis::new(Side::Namespace, namespaces));
    let names = entries(policies).flat_map(|it| it.resource_names.iter());
    let names = names.map(str::to_owned).collect();
    axes.push(Axis::new(Side::Name, named(names, "x")));
    axes
}

/// Returns the axes along which requests for paths differ.
pub(super) fn of_paths(policies: &[&Policy]) -> Vec<Axis> {
    let mut axes = who(policies);
    axes.push(Axis::new(Side::Verb, methods(policies)));
    axes.push(Axis::new(Side::Path, paths(policies)));
    axes
}

/// Returns the verbs of paths: any method there can be.
fn methods(policies: &[&Policy]) -> Vec<Point> {
    let verbs = rules(policies).flat_map(|rule| rule.verbs.iter());
    let named: BTreeSet<&str> = verbs.filter(|it| is_method(it)).collect();
    let is_ordinary = |it: &&str| METHODS.contains(it);
    let odd = named.iter().copied().filter(|it| !is_ordinary(it));
    let all: Vec<&str> = METHODS.into_iter().chain(odd).collect();
    let other = fresh("trace", |it| all.contains(&it));
    let points = all.into_iter().map(Point::exact);
    points.chain([Point::other(other)]).collect()
}

fn rules<'p>(policies: &[&'p Policy]) -> impl Iterator<Item = &'p Rule> {
    policies.iter().copied().flat_map(|policy| &policy.rules)
}

fn entries<'p>(policies: &[&'p Policy]) -> impl Iterator<Item = &'p Resource> {
    rules(policies).flat_map(|rule| &rule.resources)
}

/// Returns the axes of who asks: the name, then each group by itself.
fn who(policies: &[&Policy]) -> Vec<Axis> {
    let users = rules(policies).flat_map(|rule| rule.users.iter());
    let mut users = named(users.map(str::to_owned).collect(), "jane");
    let nobody = Point::exact("").shown(NOBODY);
    users.push(Point { sort: Sort::Nobody, ..nobody });
    let groups = rules(policies).flat_map(|rule| rule.user_groups.iter());
    let groups: BTreeSet<&str> = groups.collect();
    let groups = groups.into_iter().map(|group| {
        let points = vec![Point::other(group), Point::exact(group)];
        Axis { group: group.into(), ..Axis::new(Side::UserGroup, points) }
    });
    [Axis::new(Side::User, users)].into_iter().chain(groups).collect()
}

/// Returns a point for each name, and one for all others.
fn named(names: BTreeSet<String>, other: &str) -> Vec<Point> {
    let other = fresh(other, |it| names.contains(it));
    let points = names.into_iter().map(Point::exact);
    [Point::other(other)].into_iter().chain(points).collect()
}

/// Returns a name like `base` that is not taken.
fn fresh(base: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = base.to_owned();
    while is_taken(&name) {
        name.push('x');
    }
    name
}

fn resources(policies: &[&Policy]) -> Vec<Point> {
    let (mut names, mut parts) = (BTreeSet::new(), BTreeSet::new());
    for item in entries(policies).flat_map(|entry| entry.resources.iter()) {
        let (name, part) = item.split_once('/').unwrap_or((item, ""));
        names.insert(name.to_owned());
        // No request has a slash in its subresource.
        parts.extend((!part.contains('/')).then(|| part.to_owned()));
    }
    for no_name in ["", "*"] {
        names.remove(no_name);
        parts.remove(no_name);
    }
    let names = named(names, "things");
    let mut parts = named(parts, "part");
    parts.insert(0, Point::exact(""));
    let both = names.iter();
    both.flat_map(|name| parts.iter().map(|part| joined(name, part))).collect()
}

/// Returns the point of a subresource of a resource.
fn joined(name: &Point, part: &Point) -> Point {
    if part.text.is_empty() {
        return name.clone();
    }
    let star = |point: &Point| match point.sort {
        Sort::Exact | Sort::Nobody => point.text.to_string(),
        Sort::Other => "*".to_owned(),
    };
    let shown = format!("{}/{}", star(name), star(part));
    let more = part.text.clone();
    Point { more, ..Point::exact(name.text.clone()).shown(shown) }
}

/// Returns the paths that patterns tell apart. Which patterns are for a path
/// depends on the longest stem that it begins with, and on whether it is that
/// stem: so these two paths stand for all.
fn paths(policies: &[&Policy]) -> Vec<Point> {
    let urls = rules(policies).flat_map(|rule| rule.non_resource_urls.iter());
    let stems: BTreeSet<&str> =
        urls.map(|url| url.trim_end_matches('*')).collect();
    let mut points = Vec::new();
    if !stems.contains("") && !stems.contains("/") {
        let is_free =
            |path: &str| !stems.iter().any(|it| path.starts_with(it));
        let other = if is_free("/other") {
            "/other".into()
        } else {
            next("/", &stems)
        };
        points.push(Point::other(other));
    }
    for stem in &stems {
        // A stem that is empty stands for all.
        let base = if stem.is_empty() { "/" } else { stem };
        let exact = Point::exact(*stem);
        let deeper = Point::exact(next(base, &stems));
        let below = deeper.shown(format!("{stem}*"));
        let both = [exact, below].into_iter();
        points.extend(both.filter(|it| is_possible(&it.text)));
    }
    points
}

/// Returns `base` with a letter behind it, so that no other stem is for it.
fn next(base: &str, stems: &BTreeSet<&str>) -> String {
    let letters = "xyz".chars().chain('a'..);
    let mut paths = letters.map(|letter| format!("{base}{letter}"));
    let free = paths.find(|path| !stems.contains(&**path));
    // There are more letters than stems.
    free.unwrap_or_else(|| base.to_owned())
}

/// Returns whether a path is one, and of no resource.
fn is_possible(path: &str) -> bool {
    path.starts_with('/') && target(path).is_none()
}
