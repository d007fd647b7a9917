//! A diagram decides as the definition does, for every request.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::axis::{Axis, Side};
use super::*;
use crate::policy::{Asker, Decision, Item, Level, List, Resource};

fn list(names: Vec<&str>) -> List {
    let items = names.into_iter().map(|text| {
        let text = text.into();
        Item { text, span: 0..0 }
    });
    List { key: None, items: items.collect() }
}

fn some(names: &'static [&'static str]) -> impl Strategy<Value = List> {
    subsequence(names, 0..=names.len().min(2)).prop_map(list)
}

const GROUPS: [&str; 3] = ["", "apps", "*"];

const ITEMS: [&str; 6] = ["pods", "pods/exec", "*", "*/exec", "pods/*", "as"];

fn resource() -> impl Strategy<Value = Resource> {
    let (groups, names) = (select(&GROUPS), some(&["n", "m"]));
    (groups, some(&ITEMS), names).prop_map(|(group, resources, names)| {
        let group = Item { text: group.into(), span: 0..0 };
        let is_any = resources.is_empty();
        let names = if is_any { List::default() } else { names };
        Resource {
            group: Some(group),
            resources,
            resource_names: names,
            ..Resource::default()
        }
    })
}

const URLS: [&str; 9] = [
    "/a",
    "/a*",
    "/ax*",
    "/axx",
    "/api*",
    "/api/v1/*",
    "/other",
    "/ab/c",
    "*",
];

pub(in crate::policy) fn rule() -> impl Strategy<Value = Rule> {
    let who = (
        some(&["u", "v"]),
        some(&["g", "h"]),
        some(&["get", "post", "watch"]),
    );
    let what = prop_oneof![
        (prop::collection::vec(resource(), 0..3), some(&["", "x"]))
            .prop_map(|(all, spaces)| (all, spaces, List::default())),
        some(&URLS).prop_map(|urls| (Vec::new(), List::default(), urls)),
    ];
    (select(&Level::ALL), who, what).prop_map(
        |(
            level,
            (users, user_groups, verbs),
            (resources, namespaces, urls),
        )| {
            Rule {
                level,
                users,
                user_groups,
                verbs,
                resources,
                namespaces,
                non_resource_urls: urls,
                ..Rule::default()
            }
        },
    )
}

pub(in crate::policy) fn policy() -> impl Strategy<Value = Policy> {
    prop::collection::vec(rule(), 1..6)
        .prop_map(|rules| Policy { rules, ..Policy::default() })
}

/// Goes through requests of which no two are alike to these policies: each
/// with a point of each axis.
pub(in crate::policy) fn requests(policies: &[&Policy]) -> Vec<Example> {
    let kinds = Kind::ALL.into_iter();
    kinds.flat_map(|kind| all_of(kind, policies)).collect()
}

fn all_of(kind: Kind, policies: &[&Policy]) -> Vec<Example> {
    let mut all = vec![Example::default()];
    for axis in kind.axes(policies) {
        let points = 0..axis.points.len();
        let each = all.iter().flat_map(|example| {
            points.clone().map(|point| {
                let mut example = example.clone();
                example.set(&axis, point);
                example
            })
        });
        all = each.collect();
    }
    all.retain(|it| it.user != Asker::Nobody || it.user_groups.is_empty());
    all
}

/// Requests that are made without a look at any policy.
pub(in crate::policy) fn plain_requests() -> Vec<Example> {
    let paths = "/ /a /ab /ax /axx /axxy /api /api/v1 /other /others /z \
                 /ab/c /ab/c/d";
    let path = |path: &str| Example {
        path: Some(path.to_owned()),
        ..Example::default()
    };
    let mut what: Vec<Example> =
        paths.split_ascii_whitespace().map(path).collect();
    for group in ["", "apps", "q.io"] {
        for (resource, subresource) in
            [("pods", ""), ("pods", "exec"), ("as", "zz"), ("q", "exec")]
        {
            for (namespace, name) in
                [("", ""), ("x", "n"), ("y", "m"), ("", "o"), ("x", "")]
            {
                what.push(Example {
                    group: group.to_owned(),
                    resource: resource.to_owned(),
                    subresource: subresource.to_owned(),
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                    ..Example::default()
                });
            }
        }
    }
    let groups = [&[][..], &["g"], &["h", "k"], &["g", "h"]];
    let users = ["u", "v", "w"].into_iter();
    let who =
        users.flat_map(|user| groups.map(|it| (Asker::Somebody(user), it)));
    let who: Vec<_> = who.chain([(Asker::Nobody, &[][..])]).collect();
    let mut all = Vec::new();
    for what in &what {
        for (user, groups) in &who {
            for verb in ["get", "post", "list", "watch"] {
                all.push(Example {
                    user: user.map(str::to_owned),
                    user_groups: groups
                        .iter()
                        .map(|it| it.to_string())
                        .collect(),
                    verb: verb.to_owned(),
                    ..what.clone()
                });
            }
        }
    }
    all.retain(|it| it.path.is_some() || it.verb != "post");
    all
}

/// More than a small policy takes.
const WORK: usize = 1_000_000;

/// Returns all regions of a policy, with the rule that decides there.
fn told(policy: &Policy, kind: Kind) -> Vec<(Option<usize>, Region)> {
    let domain = Domain::new(kind, &[policy]).unwrap();
    let mut told = vec![];
    for rule in (0..policy.rules.len()).map(Some).chain([None]) {
        let mut work = Work(WORK);
        let some = domain.decided(&[rule], &mut work).unwrap();
        let regions = domain.regions(&[rule], 10_000, &mut work);
        let (regions, count) = regions.unwrap();
        assert_eq!(regions.len() as u64, count);
        assert_eq!(regions.is_empty(), some.is_none());
        for request in regions.iter().chain(&some).map(Region::example) {
            let found = decided(policy, &request);
            assert_eq!(found.rule, rule, "{request}");
        }
        told.extend(regions.into_iter().map(|region| (rule, region)));
    }
    told
}

/// Returns whether a request is in a region.
fn is_in(region: &Region, request: &Example, axes: &[Axis]) -> bool {
    region.parts.iter().all(|part| {
        let has = |value: &str| part.values.iter().any(|it| it == value);
        if part.side == Side::UserGroup {
            let mut groups = request.user_groups.iter();
            return groups.any(|group| has(group)) != part.is_other;
        }
        let axis = axes.iter().find(|axis| axis.side == part.side).unwrap();
        let is_it = |point: &usize| {
            let mut same = request.clone();
            same.set(axis, *point);
            same == *request
        };
        let point = (0..axis.points.len()).find(is_it).unwrap();
        has(&axis.points[point].shown) != part.is_other
    })
}

fn decided(policy: &Policy, example: &Example) -> Decision {
    policy.decide(&example.attributes()).expect("all is known")
}

#[test]
fn paths_have_points_whatever_is_named() {
    for urls in [
        &["/a*", "/ax*", "/axx*"][..],
        &["/other", "/x"],
        &["*", "/"],
        &["/x*", "/y*", "/z*", "/a*", "/other*"],
    ] {
        let rule = |url: &&str| Rule {
            level: Level::Metadata,
            non_resource_urls: list(vec![*url]),
            ..Rule::default()
        };
        let rules = urls.iter().map(rule).collect();
        let policy = Policy { rules, ..Policy::default() };
        let domain = Domain::new(Kind::Path, &[&policy]).unwrap();
        let decides = |rule: Option<usize>| {
            let found = domain.decided(&[rule], &mut Work(WORK)).unwrap();
            found.is_some()
        };
        let is_all = urls.contains(&"*");
        assert_eq!(decides(None), !is_all, "{urls:?}");
        let reached = (0..urls.len()).filter(|at| decides(Some(*at)));
        let expected = if is_all || urls[0] == "/a*" { 1 } else { urls.len() };
        assert_eq!(reached.count(), expected, "{urls:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(15))]

    #[test]
    fn each_request_is_in_one_region_and_that_is_of_the_rule_that_decides_it(
        policy in policy(),
    ) {
        for kind in Kind::ALL {
            let axes = kind.axes(&[&policy]);
            let told = told(&policy, kind);
            for request in all_of(kind, &[&policy]) {
                let its = |it: &&(Option<usize>, Region)| {
                    is_in(&it.1, &request, &axes)
                };
                let rules: Vec<_> =
                    told.iter().filter(its).map(|(rule, _)| *rule).collect();
                let rule = decided(&policy, &request).rule;
                assert_eq!(rules, [rule], "{request}");
            }
        }
    }

    #[test]
    fn what_is_found_first_is_a_part_of_what_a_rule_decides(
        policy in policy(),
    ) {
        for kind in Kind::ALL {
            let (axes, all) = (kind.axes(&[&policy]), all_of(kind, &[&policy]));
            let domain = Domain::new(kind, &[&policy]).unwrap();
            for rule in (0..policy.rules.len()).map(Some).chain([None]) {
                let found = domain.decided(&[rule], &mut Work(WORK)).unwrap();
                let Some(region) = found else { continue };
                let mut its = all.iter().filter(|it| is_in(&region, it, &axes));
                let is_so = |it: &Example| decided(&policy, it).rule == rule;
                assert!(is_so(&region.example()));
                assert!(is_in(&region, &region.example(), &axes), "{region}");
                assert!(its.all(is_so), "{rule:?}: {region}");
            }
        }
    }
}
