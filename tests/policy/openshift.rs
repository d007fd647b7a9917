//! The cases of OpenShift's filter, which applies policies after the fact as
//! well, where `KAUDIT_FILTER_DATA` has them. It knows more than a policy does;
//! what is about that is left out, by name.

use std::collections::BTreeMap;

use kaudit_filter::policy::{Effect, Level};
use serde_json::Value;

use super::upstream::data;
use super::{apply, naive, policy, texts};

const OWN_FIELDS: &str = "it cuts managed fields out of the event itself";
const OWN_RULES: &str = "it has rules of its own where none matches";
const CODES: &str = "it omits codes of responses";
const NO_USER: &str = "it takes an event without a `user` for nobody's";
const WILDCARDS: &str = "it takes `*` in names of users and groups";

/// Why a case of OpenShift's filter is about its extensions of a policy.
fn extension(case: &Value) -> Option<&'static str> {
    let (policy, expect) = (&case["policy"], case["expect"].as_str().unwrap());
    let source = case["src"].as_str().unwrap();
    let rules = policy["rules"].as_array().map_or(&[][..], Vec::as_slice);
    let user = &case["event"]["user"];
    let names = [&user["username"], &user["groups"][0], &user["groups"][1]];
    let has_wildcard = |rule: &Value| {
        let patterns = [texts(&rule["users"]), texts(&rule["userGroups"])];
        let mut patterns = patterns.into_iter().flatten();
        patterns.any(|it| names.iter().any(|name| is_like(it, name)))
    };
    if policy.get("omitResponseCodes").is_some() || source.contains("codes") {
        return Some(CODES);
    }
    if rules.is_empty() {
        return Some(OWN_RULES);
    }
    if rules.iter().any(has_wildcard) {
        return Some(WILDCARDS);
    }
    if source.contains("root managedFields") {
        return Some(OWN_FIELDS);
    }
    let facts = attributes(&case["event"]);
    if user.is_null() && naive::decide_without_user(policy, &facts).is_err() {
        return Some(NO_USER);
    }
    let is_matched = naive::decide(policy, &facts).is_some();
    (!is_matched && expect != "drop").then_some(OWN_RULES)
}

/// Returns whether a name is like a pattern that is more than a name.
fn is_like(pattern: &str, name: &Value) -> bool {
    let Some(name) = name.as_str() else { return false };
    let ends = pattern.strip_prefix('*').is_some_and(|it| name.ends_with(it));
    let begins = pattern.strip_suffix('*');
    ends || begins.is_some_and(|it| name.starts_with(it))
}

/// Returns a policy with the level that OpenShift takes for granted.
fn with_levels(policy: &Value) -> Value {
    let mut policy = policy.clone();
    for rule in policy["rules"].as_array_mut().into_iter().flatten() {
        if rule["level"].is_null() {
            rule["level"] = "RequestResponse".into();
        }
    }
    policy
}

/// Returns what decides, going by verb, user and object alone.
fn attributes(event: &Value) -> Value {
    let (user, object) = (&event["user"], &event["objectRef"]);
    let resource = object["resource"].as_str().unwrap_or_default();
    let (resource, sub) = resource.split_once('/').unwrap_or((resource, ""));
    let uri = event["requestURI"].as_str().unwrap_or_default();
    serde_json::json!({
        "user": {"name": user["username"], "groups": user["groups"]},
        "verb": event["verb"],
        "resourceRequest": object.as_object().is_some_and(|it| !it.is_empty()),
        "namespace": object["namespace"].as_str().unwrap_or_default(),
        "apiGroup": object["apiGroup"].as_str().unwrap_or_default(),
        "resource": resource, "subresource": sub, "name": object["name"],
        "path": uri.split('?').next().unwrap_or_default(),
    })
}

#[test]
fn events_are_filtered_as_by_openshift() {
    let Some(text) = data("openshift-filter-cases.jsonl") else { return };
    let (mut checked, mut left) = (0, BTreeMap::<_, usize>::new());
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        if let Some(why) = extension(&case) {
            let source = case["src"].as_str().unwrap().to_owned();
            *left.entry((why, source)).or_default() += 1;
            continue;
        }
        checked += 1;
        let (effect, found) = apply::apply(
            &policy(&with_levels(&case["policy"])),
            &case["event"],
        );
        let expect = case["expect"].as_str().unwrap();
        match expect {
            "drop" | "None" => assert_eq!(effect, Effect::Skipped, "{case}"),
            level if Level::named(level).is_some() => {
                assert_ne!(effect, Effect::Skipped, "{case}");
                assert_eq!(found["level"], level, "{case}");
            }
            "managedFields kept" | "keep" => {
                assert_eq!(effect, Effect::Unchanged, "{case}");
            }
            "managedFields removed from requestObject+responseObject" => {
                for body in ["requestObject", "responseObject"] {
                    let metadata = found[body]["metadata"].as_object();
                    assert_eq!(metadata.unwrap().len(), 2, "{case}");
                }
            }
            other => panic!("{other}"),
        }
    }
    let found: Vec<_> = left
        .iter()
        .map(|((why, source), count)| (*why, &**source, *count))
        .collect();
    assert_eq!(found, EXTENSIONS);
    assert_eq!(checked, 66 - left.values().sum::<usize>());
}

/// What is left out of the cases of OpenShift's filter: why, which, and how
/// many.
const EXTENSIONS: &[(&str, &str, usize)] = &[
    (OWN_FIELDS, "filter_test.go: root managedFields", 3),
    (OWN_RULES, "filter_test.go: by namespace", 1),
    (OWN_RULES, "filter_test.go: by resource", 2),
    (OWN_RULES, "filter_test.go: default rules", 7),
    (OWN_RULES, "filter_test.go: policy omitStages", 2),
    (OWN_RULES, "filter_test.go: rule omitStages", 1),
    (OWN_RULES, "filter_test.go: rule+policy omitStages", 1),
    (CODES, "filter_test.go: explicit empty", 2),
    (CODES, "filter_test.go: omit codes", 2),
    (CODES, "filter_test.go: omit default codes", 1),
    (CODES, "filter_test.go: omit default codes (404,409,422,429)", 1),
    (WILDCARDS, "filter_test.go: by group", 2),
    (WILDCARDS, "filter_test.go: by user", 2),
    (NO_USER, "filter_test.go: first match", 1),
];

#[test]
fn the_log_of_openshift_becomes_what_it_wants() {
    let Some(want) = data("openshift-5-want.jsonl") else { return };
    let Some(log) = data("../events/openshift-5.jsonl") else { return };
    // Their policy has `*apiserver`, which is no name of a user.
    let read = policy(&serde_json::json!({"rules": [
        {"level": "RequestResponse", "users": ["system:apiserver"]},
        {"level": "None", "verbs": ["get"]},
        {"level": "Request", "verbs": ["patch"]},
        {"level": "Metadata"},
    ]}));
    let mut found = String::new();
    for line in log.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let (effect, _) = apply::apply(&read, &event);
        if effect != Effect::Skipped {
            let (_, line) = apply::apply_line(&read, line);
            found.push_str(std::str::from_utf8(&line).unwrap());
            found.push('\n');
        }
    }
    assert_eq!(found, want);
}
