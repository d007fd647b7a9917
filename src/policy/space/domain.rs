//! Turns policies into the zones of all requests that their rules take.

use super::axis::{Axis, Side, Sort};
use super::bits::Bits;
use super::cube::Cube;
use super::zone::Zone;
use super::{Kind, TooLarge};
use crate::policy::{Policy, Target, is_path, is_resource};

/// How many cubes there may be,
const MOST_CUBES: usize = 10_000;

/// and how many points times cubes.
const MOST_POINTS: usize = 20_000_000;

/// How many bits of a zone are looked at at a cost of one.
const WIDTH: usize = 1_000;

/// All requests of a kind, told apart as far as policies do.
pub(in crate::policy) struct Domain<'p> {
    /// The sides of a request, but for the groups of the user:
    pub(super) axes: Vec<Axis>,
    /// in or out of each.
    pub(super) groups: Vec<Axis>,
    /// What rules take: of each policy in the order of its rules.
    pub(super) cubes: Vec<Cube<'p>>,
    /// The same, in classes of points.
    pub(super) zones: Vec<Zone>,
    /// How many policies there are.
    pub(super) policies: usize,
    /// What it costs to look at a zone.
    pub(super) width: usize,
}

/// One value of a list: its side, and what is written there.
pub(in crate::policy) type Value<'v> = (Side, &'v str);

impl<'p> Domain<'p> {
    /// Lays out all requests of a kind.
    pub(in crate::policy) fn new(
        kind: Kind,
        policies: &[&'p Policy],
    ) -> Result<Domain<'p>, TooLarge> {
        let cubes = kind.cubes(policies);
        let axes = kind.axes(policies).into_iter();
        let (mut groups, mut axes): (Vec<Axis>, Vec<Axis>) =
            axes.partition(|axis| axis.side == Side::UserGroup);
        let points: usize = axes.iter().map(|axis| axis.points.len()).sum();
        let work = points.saturating_add(groups.len());
        if cubes.len() > MOST_CUBES
            || work.saturating_mul(cubes.len()) > MOST_POINTS
        {
            return Err(TooLarge);
        }
        let all = axes.iter_mut().chain(&mut groups);
        all.for_each(|axis| axis.classify(&cubes));
        let zone = |(at, cube): (usize, &Cube<'_>)| Zone {
            sides: axes.iter().map(|axis| admitted(axis, at)).collect(),
            groups: cube.wants_group().then(|| {
                let has = |at: usize| cube.has_group(&groups[at].group);
                Bits::of(groups.len(), has)
            }),
        };
        let zones = cubes.iter().enumerate().map(zone).collect();
        let classes = axes.iter().map(|axis| axis.classes.len());
        let bits = classes.sum::<usize>() + groups.len();
        let (policies, width) = (policies.len(), 1 + bits / WIDTH);
        Ok(Domain { axes, groups, cubes, zones, policies, width })
    }

    /// Returns the zone of everything.
    pub(super) fn whole(&self) -> Zone {
        let all = |axis: &Axis| Bits::of(axis.classes.len(), |_| true);
        Zone { sides: self.axes.iter().map(all).collect(), groups: None }
    }

    /// Returns what a rule takes, or one entry of its resources: a zone for
    /// each entry.
    pub(super) fn zones(
        &self,
        policy: usize,
        rule: usize,
        entry: Option<usize>,
    ) -> &[Zone] {
        let place = |cube: &Cube<'_>| (cube.policy, cube.at);
        let its = (policy, rule);
        let start = self.cubes.partition_point(|cube| place(cube) < its);
        let end = self.cubes.partition_point(|cube| place(cube) <= its);
        let all = start..end;
        let one = entry.and_then(|entry| {
            all.clone().find(|at| self.cubes[*at].entry == Some(entry))
        });
        match (entry, one) {
            (None, _) => &self.zones[all],
            (Some(_), Some(at)) => &self.zones[at..=at],
            (Some(_), None) => &[],
        }
    }

    /// Returns the part of a zone where one value is asked for; nothing, if
    /// no request is like that.
    pub(super) fn narrowed(
        &self,
        zone: &Zone,
        (side, value): Value<'_>,
    ) -> Option<Zone> {
        let mut zone = zone.clone();
        if side == Side::UserGroup {
            let is_it = |at: usize| *self.groups[at].group == *value;
            zone.groups = Some(Bits::of(self.groups.len(), is_it));
            return Some(zone);
        }
        let at = self.axes.iter().position(|axis| axis.side == side)?;
        let axis = &self.axes[at];
        let is_meant = |point: &usize| {
            let point = &axis.points[*point];
            point.sort != Sort::Nobody
                && is_for(side, value, &point.text, &point.more)
        };
        let meant = Bits::of(axis.classes.len(), |class| {
            axis.classes[class].points.iter().any(is_meant)
        });
        zone.sides[at].keep(&meant);
        (!zone.sides[at].is_empty()).then_some(zone)
    }
}

/// Returns the classes of an axis that a cube admits.
fn admitted(axis: &Axis, cube: usize) -> Bits {
    Bits::of(axis.classes.len(), |class| axis.classes[class].admits.has(cube))
}

/// Returns whether a value of a list is for a point of its side.
fn is_for(side: Side, value: &str, text: &str, part: &str) -> bool {
    match side {
        Side::Path => is_path(value, text),
        Side::Resource => {
            let (resource, subresource) = (text, part);
            let target = Target { resource, subresource, ..Target::default() };
            is_resource(value, &target)
        }
        Side::User
        | Side::UserGroup
        | Side::Verb
        | Side::Group
        | Side::Namespace
        | Side::Name => value == text,
    }
}
