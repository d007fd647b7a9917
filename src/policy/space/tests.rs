//! A diagram decides as the definition does, for every request.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

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
    let who = (some(&["u", "v"]), some(&["g", "h"]), some(&["get", "post"]));
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
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let mut some = vec![Example::default()];
        for axis in kind.axes(policies) {
            let points = 0..axis.points.len();
            let each = some.iter().flat_map(|example| {
                points.clone().map(|point| {
                    let mut example = example.clone();
                    example.set(&axis, point);
                    example
                })
            });
            some = each.collect();
        }
        let is_one = |it: &Example| {
            it.user != Asker::Nobody || it.user_groups.is_empty()
        };
        all.extend(some.into_iter().filter(is_one));
    }
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
            for verb in ["get", "post", "list"] {
                // A path has no verb of resources.
                if what.path.is_some() && verb == "list" {
                    continue;
                }
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
        let diagram =
            Diagram::new(Kind::Path, &[&policy], |it| it.rules[0]).unwrap();
        let found: Vec<_> = diagram.leaves().collect();
        let is_all = urls.contains(&"*");
        assert_eq!(found.contains(&&None), !is_all, "{urls:?}");
        let reached = (0..urls.len()).filter(|at| found.contains(&&Some(*at)));
        let expected = if is_all || urls[0] == "/a*" { 1 } else { urls.len() };
        assert_eq!(reached.count(), expected, "{urls:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_example_is_decided_as_its_leaf_says(policy in policy()) {
        let mut seen = vec![];
        for kind in Kind::ALL {
            let diagram = Diagram::new(kind, &[&policy], |it| it.rules[0])
                .expect("it is small");
            for leaf in diagram.leaves() {
                seen.push(*leaf);
                let (regions, count) = diagram.regions(50, |it| it == leaf);
                assert_eq!(regions.len() as u64, count.min(50));
                for region in regions {
                    let found = decided(&policy, &region.example());
                    assert_eq!(found.rule, *leaf, "{region}");
                }
            }
        }
        for request in requests(&[&policy]) {
            let found = decided(&policy, &request).rule;
            assert!(seen.contains(&found), "{request}: {found:?}");
        }
    }
}
