//! What is found in policies, and what is not.

use proptest::prelude::*;

use super::*;
use crate::policy::space::tests as space;
use crate::policy::{Example, load};

const HEAD: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";

fn found(body: &str) -> (String, Vec<Finding>) {
    let text = format!("{HEAD}{body}");
    let loaded = load(&text, Version::NEWEST).unwrap();
    let found = lint(&loaded, &text, Some(Version::NEWEST));
    (text, found)
}

/// Checks that something is found, and where.
#[track_caller]
fn check(body: &str, lint: Lint, place: &str) {
    let (text, found) = found(body);
    let is_it =
        |it: &Finding| it.lint == lint && &text[it.span.clone()] == place;
    assert!(found.iter().any(is_it), "{text}\n{found:#?}");
}

const CATCH: &str = "- level: Metadata\n  omitStages: [RequestReceived]\n";

/// Checks that something is found where the rule is marked, in front of one
/// that catches all.
#[track_caller]
fn check_rules(lint: Lint, rules: &[&str]) {
    for rule in rules {
        let body = format!(
            "omitStages: [RequestReceived]\nrules:\n- {{{rule}}}\n\
             - level: Metadata\n"
        );
        let (start, end) = (body.find('«'), body.find('»'));
        let place = start.zip(end).map(|(start, end)| {
            let start = HEAD.len() + start;
            start..HEAD.len() + end - '«'.len_utf8()
        });
        let (text, found) = found(&body.replace(['«', '»'], ""));
        let is_it =
            |it: &Finding| it.lint == lint && Some(&it.span) == place.as_ref();
        assert!(found.iter().any(is_it), "{text}\n{found:#?}");
    }
}

#[test]
fn a_plain_policy_is_clean() {
    let (_, found) = found(&format!("rules:\n{CATCH}"));
    assert_eq!(found, []);
}

#[test]
fn names_that_nothing_has_are_found() {
    check_rules(
        Lint::MatchesNothing,
        &[
            "level: None, verbs: [«GET»]",
            "level: None, verbs: [«'*'»]",
            "level: None, verbs: [«gett», list]",
            "level: None, verbs: [«list»], nonResourceURLs: [/metrics]",
            "level: None, users: [«system:masters»]",
            "level: None, users: [«'system:serviceaccount:x'»]",
            "level: None, userGroups: [«system:kube-proxy»]",
            "level: None, namespaces: [x], resources: [{resources: [«nodes»]}]",
            "level: None, resources: [{resources: [«'*/*'»]}]",
            "level: None, resources: [{resources: [«'po*'»]}]",
            "level: None, resources: [{group: x.io, resources: [«Things»]}]",
            "level: None, nonResourceURLs: [«/api/v1/pods»]",
        ],
    );
}

#[test]
fn what_can_be_sent_by_hand_is_not_said_to_match_nothing() {
    for (rule, message) in [
        ("verbs: [watch], nonResourceURLs: [/a]", "no ordinary client"),
        ("verbs: ['*']", "no ordinary client"),
        ("verbs: [GET], nonResourceURLs: [/a]", "nothing is matched"),
        ("verbs: ['*'], resources: [{group: a.io}]", "nothing is matched"),
    ] {
        let body =
            format!("rules: [{{level: None, {rule}}}, {{level: Metadata}}]");
        let (_, found) = found(&body);
        let mut messages = found.iter().map(|it| &it.message);
        assert!(messages.any(|it| it.contains(message)), "{found:#?}");
        let is_dead = found.iter().any(|it| it.message.contains("this rule"));
        assert_eq!(is_dead, message == "nothing is matched", "{found:#?}");
    }
}

#[test]
fn groups_and_resources_that_kubernetes_has_not_are_found() {
    for (lint, rules) in [
        (
            Lint::WrongGroup,
            &[
                "level: None, resources: [{group: «core», resources: [pods]}]",
                "level: None, resources: [{resources: [«deployments»]}]",
            ][..],
        ),
        (
            Lint::SingularResource,
            &[
                "level: None, resources: [{resources: [«serviceaccount»]}]",
                "level: None, resources: [{resources: [«Pods»]}]",
            ],
        ),
        (
            Lint::UnknownResource,
            &[
                "level: None, resources: [{resources: [«pods/exce»]}]",
                "level: None, resources: [{resources: [«podz»]}]",
                "level: None, resources: [{group: «rbac»}]",
            ],
        ),
        (
            Lint::DeadGroup,
            &["level: None, resources: [{group: «extensions»}]"],
        ),
    ] {
        check_rules(lint, rules);
    }
}

#[test]
fn what_is_more_or_less_than_it_looks_like_is_found() {
    for (lint, rule) in [
        (Lint::BarePath, "level: None, nonResourceURLs: [«/healthz»]"),
        (Lint::DiscoveryOnly, "level: None, nonResourceURLs: [«'/api*'»]"),
        (
            Lint::NamesMissCreate,
            "level: Request, resources: [{resources: [pods], «resourceNames»: [x]}]",
        ),
        (Lint::EmptyList, "level: None, «users»: [], verbs: [get]"),
        (
            Lint::WidenedRule,
            "«level: Metadata», resources: [{resources: [pods], verbs: [get]}]",
        ),
        (Lint::UnknownField, "level: Metadata, «verb»: [get]"),
    ] {
        check_rules(lint, &[rule]);
    }
}

#[test]
fn bodies_and_stages_that_are_better_not_recorded_are_found() {
    for (lint, rule) in [
        (
            Lint::NoBody,
            "level: Request, resources: [{resources: [«pods/exec»]}]",
        ),
        (
            Lint::SecretBody,
            "level: «Request», resources: [{resources: [secrets]}]",
        ),
        (Lint::SecretBody, "level: «Request», userGroups: [x]"),
        (
            Lint::TokenBody,
            "level: «RequestResponse», verbs: [create], \
             resources: [{resources: ['serviceaccounts/*']}]",
        ),
        (
            Lint::ConfigmapBody,
            "level: «Request», resources: [{resources: [configmaps]}]",
        ),
        (Lint::Lost401, "level: Metadata, omitStages: [«ResponseStarted»]"),
        (Lint::NoOutcome, "level: Metadata, omitStages: [«ResponseComplete»]"),
    ] {
        check_rules(lint, &[rule]);
    }
}

#[test]
fn what_no_request_gets_to_is_found() {
    check(
        "rules:\n- level: Metadata\n  resources: [{resources: [secrets, pods]}]\n- level: None\n  verbs: [get]\n  resources: [{resources: [secrets]}]\n- level: Metadata",
        Lint::UnreachableRule,
        "level: None",
    );
    check(
        "rules:\n- level: Metadata\n  resources: [{resources: [secrets]}]\n- level: None\n  verbs: [get]\n  resources: [{resources: [secrets, pods]}]\n- level: Metadata",
        Lint::ShadowedValue,
        "secrets",
    );
    check(
        "rules:\n- level: Metadata\n- level: None\n  users: [a]",
        Lint::UnreachableRule,
        "level: None",
    );
    check(
        "rules:\n- level: Metadata\n  users: [a]",
        Lint::NoCatchAll,
        "level: Metadata",
    );
    check("rules:\n- level: None\n  users: []", Lint::NothingRecorded, "None");
    check(
        "rules:\n- level: Metadata\n  users: [a]\n- level: None",
        Lint::RedundantRule,
        "level: None",
    );
    check("rules:\n- level: Metadata", Lint::TwoStages, "level: Metadata");
}

#[test]
fn groups_of_users_take_together_what_one_takes_alone() {
    let rules = "rules:\n- level: Metadata\n  userGroups: [a, b]\n- level: None\n  userGroups: [b, c]\n- level: Metadata\n";
    check(rules, Lint::ShadowedValue, "b");
    let (_, found) = found(rules);
    let shadowed = found.iter().filter(|it| it.lint == Lint::ShadowedValue);
    assert_eq!(shadowed.count(), 1);
}

#[test]
fn hundreds_of_users_and_groups_are_looked_at() {
    let rule = |at: usize| {
        format!(
            "- level: Metadata\n  users: [u{at}]\n  userGroups: [g{at}]\n\
             - level: Request\n  userGroups: [h{at}]\n  \
             resources: [{{group: a.io, resources: [r{at}]}}]\n"
        )
    };
    let rules: String = (0..150).map(rule).collect();
    let dead = "- level: None\n  users: [u7]\n  userGroups: [g7, g7]\n";
    let (text, found) = found(&format!("rules:\n{rules}{dead}{CATCH}"));
    let is_dead = |it: &Finding| it.lint == Lint::UnreachableRule;
    let found: Vec<_> = found.iter().filter(|it| is_dead(it)).collect();
    assert_eq!(found.len(), 1);
    let line = line_of(&text, found[0].span.start);
    assert_eq!(line, text[..text.find(dead).unwrap()].lines().count() + 1);
    // Who is in several of the groups is taken by others before.
    let message = &found[0].message;
    assert!(message.contains("rule 2 (line 7)"), "{message}");
    assert!(message.contains("and 4 more take"), "{message}");
}

#[test]
fn what_is_not_looked_at_is_not_called_clean() {
    let entries = "{group: a.io}, ".repeat(11_000);
    let (_, found) =
        found(&format!("rules:\n- level: None\n  resources: [{entries}]\n"));
    let found = found.iter().find(|it| it.lint == Lint::TooLarge);
    assert_eq!(found.map(|it| it.weight), Some(Weight::Warning));
}

#[test]
fn names_miss_a_create_but_of_a_subresource() {
    for (rule, is_found) in [
        ("level: None, verbs: [create], on: [pods]", true),
        ("level: Metadata, verbs: [create, get], on: ['pods/*']", true),
        ("level: Metadata, on: [pods/exec, pods]", true),
        ("level: Metadata, on: [pods/exec]", false),
        ("level: None, on: [pods]", false),
        ("level: Metadata, verbs: [get], on: [pods]", false),
    ] {
        let (rule, resources) = rule.split_once("on: ").unwrap_or_default();
        let entry = format!("resources: {resources}, resourceNames: [x]");
        let body = format!("rules:\n- {{{rule}resources: [{{{entry}}}]}}");
        let (_, found) = found(&body);
        let has = found.iter().any(|it| it.lint == Lint::NamesMissCreate);
        assert_eq!(has, is_found, "{body}");
    }
}

#[test]
fn no_name_is_that_of_a_deletecollection() {
    for (verbs, expected) in [
        ("deletecollection", Some(Weight::Warning)),
        ("delete, deletecollection", Some(Weight::Note)),
        ("delete", None),
    ] {
        let entry = "{resources: [pods], resourceNames: [x]}";
        let body = format!(
            "rules:\n- {{level: None, verbs: [{verbs}], resources: [{entry}]}}"
        );
        let (_, found) = found(&body);
        let mut found = found.iter();
        let nothing = found.find(|it| it.lint == Lint::MatchesNothing);
        assert_eq!(nothing.map(|it| it.weight), expected, "{body}");
    }
}

#[test]
fn what_is_written_when_it_comes_only_is_not_written_twice() {
    let stages = |list: &str| {
        let body =
            format!("omitStages: [{list}]\nrules: [{{level: Request}}]");
        let (_, found) = found(&body);
        found.iter().any(|it| it.lint == Lint::TwoStages)
    };
    assert!(stages("Panic"));
    assert!(!stages("ResponseComplete"));
    assert!(!stages("RequestReceived"));
}

#[test]
fn every_lint_has_a_name_of_its_own() {
    let mut names: Vec<_> = Lint::ALL.iter().map(|it| it.name()).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(Lint::ALL.iter().all(|it| it.about().ends_with('.')));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_rule_is_called_unreachable_if_no_request_gets_to_it(
        mut policy in space::policy(),
    ) {
        for (at, rule) in policy.rules.iter_mut().enumerate() {
            rule.span = at + 1..at + 2;
        }
        let (warnings, count) = (Vec::new(), policy.rules.len());
        let loaded = Loaded { policy, warnings };
        let found = lint(&loaded, "", None);
        let requests = space::requests(&[&loaded.policy]);
        let decides = |rule: Option<usize>| {
            let decided = |it: &Example| loaded.policy.decide(&it.attributes());
            let mut all = requests.iter().map(decided);
            all.any(|it| it.expect("all is known").rule == rule)
        };
        let lints = [Lint::UnreachableRule, Lint::MatchesNothing];
        for at in 0..count {
            let is_told = found.iter().any(|it| {
                it.span == (at + 1..at + 2) && lints.contains(&it.lint)
            });
            assert_eq!(is_told, !decides(Some(at)), "{at}: {found:#?}");
        }
        let has = |lint| found.iter().any(|it| it.lint == lint);
        let is_silent = has(Lint::NothingRecorded);
        assert_eq!(has(Lint::NoCatchAll), decides(None) && !is_silent);
    }
}
