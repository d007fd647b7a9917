//! The resources of Kubernetes itself, by their groups.
//!
//! The table is text: a group, and indented below it its resources, with `!`
//! behind those that are in no namespace, and with their subresources.

use std::sync::LazyLock;

use crate::event::word;

/// A resource of Kubernetes itself.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Its group; "" is the core group.
    pub(super) group: &'static str,
    pub(super) name: &'static str,
    pub(super) is_namespaced: bool,
    pub(super) subresources: Vec<&'static str>,
}

/// All of them.
pub(super) static RESOURCES: LazyLock<Vec<Known>> =
    LazyLock::new(|| read(include_str!("table.txt")));

/// Groups that are no more, and since which minor version of 1.
const DEAD: [(&str, u32); 3] = [
    ("extensions", 22),
    ("settings.k8s.io", 20),
    ("auditregistration.k8s.io", 19),
];

fn read(text: &'static str) -> Vec<Known> {
    let (mut group, mut all) = ("", Vec::new());
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        if !line.starts_with(' ') {
            group = if first == "core" { "" } else { first };
            continue;
        }
        let name = first.trim_end_matches('!');
        all.push(Known {
            group,
            name,
            is_namespaced: name == first,
            subresources: words.collect(),
        });
    }
    all
}

/// Returns whether it is a group of Kubernetes itself.
pub(super) fn is_group(name: &str) -> bool {
    RESOURCES.iter().any(|known| known.group == name)
}

/// Returns the groups of Kubernetes itself, but for the core group.
pub(super) fn groups() -> impl Iterator<Item = &'static str> {
    let all = RESOURCES.iter().map(|known| known.group);
    all.filter(|group| !group.is_empty())
}

/// Returns since which minor version of 1 a group is no more.
pub(super) fn dead_since(group: &str) -> Option<u32> {
    let mut dead = DEAD.iter();
    dead.find(|(name, _)| *name == group).map(|(_, since)| *since)
}

/// Returns a resource.
pub(super) fn resource(group: &str, name: &str) -> Option<&'static Known> {
    let mut all = RESOURCES.iter();
    all.find(|known| known.group == group && known.name == name)
}

/// Returns the groups that have a resource of this name.
pub(super) fn groups_of(name: &str) -> Vec<&'static str> {
    let all = RESOURCES.iter().filter(|known| known.name == name);
    all.map(|known| known.group).collect()
}

/// Returns the plural of a singular, or of a short name of kubectl; nothing,
/// if it is none that is known.
pub(super) fn plural(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let mut words = word::RESOURCES.iter();
    let short = words.find(|(_, one, short)| {
        *one == name || (!short.is_empty() && *short == name)
    });
    let mut all = RESOURCES.iter().map(|known| known.name);
    let regular = all.find(|it| *it == name || is_plural(it, &name));
    short.map(|(many, _, _)| *many).or(regular)
}

fn is_plural(many: &str, one: &str) -> bool {
    let rest = many.strip_prefix(one);
    rest.is_some_and(|rest| ["s", "es"].contains(&rest))
        || (one.strip_suffix('y').zip(many.strip_suffix("ies")))
            .is_some_and(|(one, many)| one == many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_scopes_and_subresources() {
        let pods = resource("", "pods").unwrap();
        assert!(pods.is_namespaced && pods.subresources.contains(&"exec"));
        assert!(!resource("", "nodes").unwrap().is_namespaced);
        assert!(resource("", "deployments").is_none());
        assert_eq!(groups_of("deployments"), ["apps"]);
        assert_eq!(groups_of("events"), ["", "events.k8s.io"]);
    }

    #[test]
    fn a_singular_leads_to_its_plural() {
        for (one, many) in [
            ("serviceaccount", Some("serviceaccounts")),
            ("networkpolicy", Some("networkpolicies")),
            ("ingress", Some("ingresses")),
            ("volumeattributesclass", Some("volumeattributesclasses")),
            ("Pod", Some("pods")),
            ("sa", Some("serviceaccounts")),
            ("widget", None),
        ] {
            assert_eq!(plural(one), many, "{one}");
        }
    }
}
