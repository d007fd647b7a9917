//! Turns a rule into cubes: of each side of a request those values that it
//! asks for, whatever the other sides are.

use super::axis::{Point, Side, Sort};
use crate::policy::{
    List, Policy, Resource, Rule, Target, is_path, is_resource,
};

/// A rule, or of one with several entries in `resources` one of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cube<'p> {
    /// The number of its policy,
    pub(super) policy: usize,
    /// of its rule,
    pub(super) at: usize,
    /// and of the entry.
    pub(super) entry: Option<usize>,
    rule: &'p Rule,
    resource: Option<&'p Resource>,
}

impl<'p> Cube<'p> {
    /// Returns the cubes of all rules that `wanted` wants, in their order.
    pub(super) fn all(
        policies: &[&'p Policy],
        wanted: fn(&Rule) -> bool,
    ) -> Vec<Cube<'p>> {
        let mut cubes = Vec::new();
        for (policy, rules) in policies.iter().enumerate() {
            for (at, rule) in rules.rules.iter().enumerate() {
                let cube =
                    Cube { policy, at, entry: None, rule, resource: None };
                if !wanted(rule) {
                    continue;
                }
                if rule.resources.is_empty() {
                    cubes.push(cube);
                }
                let parts = rule.resources.iter().enumerate();
                cubes.extend(parts.map(|(entry, resource)| Cube {
                    entry: Some(entry),
                    resource: Some(resource),
                    ..cube
                }));
            }
        }
        cubes
    }

    /// Returns whether it needs the user to be in one of its groups.
    pub(super) fn wants_group(&self) -> bool {
        !self.rule.user_groups.is_empty()
    }

    /// Returns whether one of its groups is this.
    pub(super) fn has_group(&self, group: &str) -> bool {
        self.rule.user_groups.has(group)
    }

    /// Returns whether it is of a rule before that of its policy, of these
    /// one of each; if there is none, of any.
    pub(super) fn is_before(&self, rules: &[Option<usize>]) -> bool {
        let rule = rules.get(self.policy);
        rule.is_some_and(|rule| rule.is_none_or(|rule| self.at < rule))
    }

    /// Returns whether it is of one of these rules.
    pub(super) fn is_of(&self, rules: &[Option<usize>]) -> bool {
        rules.get(self.policy) == Some(&Some(self.at))
    }

    /// Returns whether the point is among what it asks for.
    pub(super) fn admits(&self, side: Side, point: &Point) -> bool {
        let (rule, text) = (self.rule, &*point.text);
        match side {
            Side::User if point.sort == Sort::Nobody => {
                rule.users.is_empty() && rule.user_groups.is_empty()
            }
            Side::User => is_in(&rule.users, text),
            // Of several groups one is enough: see `Diagram`.
            Side::UserGroup => true,
            Side::Verb => is_in(&rule.verbs, text),
            Side::Namespace => is_in(&rule.namespaces, text),
            Side::Group => self
                .resource
                .is_none_or(|it| [text, "*"].contains(&it.group())),
            Side::Resource => self.resource.is_none_or(|it| {
                let (resource, subresource) = (text, &*point.more);
                let target =
                    Target { resource, subresource, ..Target::default() };
                let mut items = it.resources.iter();
                it.resources.is_empty()
                    || items.any(|item| is_resource(item, &target))
            }),
            Side::Name => {
                self.resource.is_none_or(|it| is_in(&it.resource_names, text))
            }
            Side::Path => {
                let urls = &rule.non_resource_urls;
                urls.is_empty() || urls.iter().any(|url| is_path(url, text))
            }
        }
    }
}

/// Returns whether a list asks for nothing, or for this.
fn is_in(list: &List, text: &str) -> bool {
    list.is_empty() || list.has(text)
}
