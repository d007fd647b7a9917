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

/// Checks a rule in front of one that catches all.
#[track_caller]
fn check_rule(rule: &str, lint: Lint, place: &str) {
    check(
        &format!(
            "omitStages: [RequestReceived]\nrules:\n{rule}\n- level: Metadata\n"
        ),
        lint,
        place,
    );
}

#[test]
fn a_plain_policy_is_clean() {
    let (_, found) = found(&format!("rules:\n{CATCH}"));
    assert_eq!(found, []);
}

#[test]
fn names_that_nothing_has_are_found() {
    for (rule, lint, place) in [
        ("- level: None\n  verbs: [GET]", Lint::MatchesNothing, "GET"),
        ("- level: None\n  verbs: ['*']", Lint::MatchesNothing, "'*'"),
        ("- level: None\n  verbs: [gett, list]", Lint::MatchesNothing, "gett"),
        (
            "- level: None\n  users: [system:masters]",
            Lint::MatchesNothing,
            "system:masters",
        ),
        (
            "- level: None\n  userGroups: [system:kube-proxy]",
            Lint::MatchesNothing,
            "system:kube-proxy",
        ),
        (
            "- level: None\n  users: ['system:serviceaccount:x']",
            Lint::MatchesNothing,
            "'system:serviceaccount:x'",
        ),
        (
            "- level: None\n  namespaces: [x]\n  resources: [{resources: [nodes]}]",
            Lint::MatchesNothing,
            "nodes",
        ),
        (
            "- level: None\n  resources: [{resources: ['*/*']}]",
            Lint::MatchesNothing,
            "'*/*'",
        ),
        (
            "- level: None\n  resources: [{resources: ['po*']}]",
            Lint::MatchesNothing,
            "'po*'",
        ),
        (
            "- level: None\n  resources: [{group: x.io, resources: [Things]}]",
            Lint::MatchesNothing,
            "Things",
        ),
        (
            "- level: None\n  nonResourceURLs: [/api/v1/pods]",
            Lint::MatchesNothing,
            "/api/v1/pods",
        ),
        (
            "- level: None\n  verbs: [list]\n  nonResourceURLs: [/metrics]",
            Lint::MatchesNothing,
            "list",
        ),
        (
            "- level: None\n  resources: [{group: core, resources: [pods]}]",
            Lint::WrongGroup,
            "core",
        ),
        (
            "- level: None\n  resources: [{resources: [deployments]}]",
            Lint::WrongGroup,
            "deployments",
        ),
        (
            "- level: None\n  resources: [{resources: [serviceaccount]}]",
            Lint::SingularResource,
            "serviceaccount",
        ),
        (
            "- level: None\n  resources: [{resources: [Pods]}]",
            Lint::SingularResource,
            "Pods",
        ),
        (
            "- level: None\n  resources: [{resources: [pods/exce]}]",
            Lint::UnknownResource,
            "pods/exce",
        ),
        (
            "- level: None\n  resources: [{resources: [podz]}]",
            Lint::UnknownResource,
            "podz",
        ),
        (
            "- level: None\n  resources: [{group: rbac}]",
            Lint::UnknownResource,
            "rbac",
        ),
        (
            "- level: None\n  resources: [{group: extensions}]",
            Lint::DeadGroup,
            "extensions",
        ),
        (
            "- level: None\n  nonResourceURLs: [/healthz]",
            Lint::BarePath,
            "/healthz",
        ),
        (
            "- level: None\n  nonResourceURLs: ['/api*']",
            Lint::DiscoveryOnly,
            "'/api*'",
        ),
        (
            "- level: Request\n  resources: [{resources: [pods], resourceNames: [x]}]",
            Lint::NamesMissCreate,
            "resourceNames",
        ),
        (
            "- level: None\n  users: []\n  verbs: [get]",
            Lint::EmptyList,
            "users",
        ),
        (
            "- level: Request\n  resources: [{resources: [pods/exec]}]",
            Lint::NoBody,
            "pods/exec",
        ),
        (
            "- level: Request\n  resources: [{resources: [secrets]}]",
            Lint::SecretBody,
            "Request",
        ),
        ("- level: Request\n  userGroups: [x]", Lint::SecretBody, "Request"),
        (
            "- level: RequestResponse\n  verbs: [create]\n  resources: [{resources: ['serviceaccounts/*']}]",
            Lint::TokenBody,
            "RequestResponse",
        ),
        (
            "- level: Request\n  resources: [{resources: [configmaps]}]",
            Lint::ConfigmapBody,
            "Request",
        ),
        (
            "- level: Metadata\n  resources: [{resources: [pods], verbs: [get]}]",
            Lint::WidenedRule,
            "level: Metadata",
        ),
        ("- level: Metadata\n  verb: [get]", Lint::UnknownField, "verb"),
        (
            "- level: Metadata\n  omitStages: [ResponseStarted]",
            Lint::Lost401,
            "ResponseStarted",
        ),
        (
            "- level: Metadata\n  omitStages: [ResponseComplete]",
            Lint::NoOutcome,
            "ResponseComplete",
        ),
    ] {
        check_rule(rule, lint, place);
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
