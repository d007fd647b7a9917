//! The cases of kube-apiserver and of OpenShift, where `KAUDIT_FILTER_DATA`
//! has them.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use kaudit_filter::pipeline::{Pipeline, Reading, Verdict};
use kaudit_filter::policy::{
    Effect, Facts, Level, List, Policy, Program, Request, Rule, Version, load,
};
use serde_json::Value;

use super::{apply, attributes, naive, policy, read, texts};
use crate::tool::skip;

/// Returns a file of the folder `policy`, if there is one.
pub(super) fn data(file: &str) -> Option<String> {
    let Some(data) = env::var_os("KAUDIT_FILTER_DATA").map(PathBuf::from)
    else {
        skip("KAUDIT_FILTER_DATA names no folder with policies");
        return None;
    };
    let path = data.join("policy").join(file);
    Some(fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path:?}: {e}")))
}

pub(super) fn json(file: &str) -> Option<Value> {
    data(file).map(|text| serde_json::from_str(&text).unwrap())
}

fn all(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// Checks what is decided against what is expected, in each way to decide.
#[track_caller]
fn check(policy: &Policy, request: &Value, expect: &Value) {
    let attributes = attributes(request);
    let decision = policy.decide(&attributes).unwrap();
    let program = Program::new(policy.clone());
    assert_eq!(program.decide(&attributes), Ok(decision), "{request}");
    assert_eq!(decision.level.word(), expect["level"], "{request}");
    if let Some(stages) = expect.get("omitStages").filter(|it| !it.is_null()) {
        let mut found: Vec<_> =
            decision.omit_stages.iter().map(|it| it.word()).collect();
        let mut expected = texts(stages);
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{request}");
    }
}

#[test]
fn the_checker_decides_as_upstream() {
    let Some(cases) = json("cases.json") else { return };
    for case in all(&cases["checker"]) {
        let read = policy(&case["policy"]);
        check(&read, &case["attributes"], &case["expect"]);
    }
    for case in all(&cases["derived_edges"]["cases"]) {
        let read = policy(&case["policy"]);
        check(&read, &case["attributes"], &case["expect"]);
        let rule = naive::decide(&case["policy"], &case["attributes"]);
        let decision = read.decide(&attributes(&case["attributes"])).unwrap();
        assert_eq!(decision.rule, rule, "{case}");
    }
}

#[test]
fn managed_fields_and_stages_are_omitted_as_upstream() {
    let Some(cases) = json("cases.json") else { return };
    for case in all(&cases["omitManagedFields"]) {
        let read = policy(&case["policy"]);
        let decision = read.decide(&attributes(&case["attributes"])).unwrap();
        assert_eq!(decision.omit_managed_fields, case["expect"], "{case}");
    }
    for case in all(&cases["unionStages"]) {
        let read = policy(&serde_json::json!({
            "omitStages": case["a"],
            "rules": [{"level": "None", "omitStages": case["b"]}],
        }));
        let found: Vec<_> =
            read.stages(Some(0)).iter().map(|it| it.word()).collect();
        let mut expected = texts(&case["expect"]);
        expected.sort_by_key(|word| found.iter().position(|it| it == word));
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn the_gce_policy_decides_as_upstream() {
    let Some(cases) = json("cases.json") else { return };
    let Some(text) = data("policies/gce-configure-helper.yaml") else {
        return;
    };
    let loaded = load(&text, Version::NEWEST).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    for case in all(&cases["gce_policy"]["cases"]) {
        check(&loaded.policy, &case["attributes"], &case["expect"]);
        let decision =
            loaded.policy.decide(&attributes(&case["attributes"])).unwrap();
        let rule = case["ruleIndexByRef"].as_u64().map(|it| it as usize);
        assert_eq!(decision.rule, rule, "{case}");
    }
}

#[test]
fn policies_are_read_and_refused_as_upstream() {
    let Some(cases) = json("cases.json") else { return };
    for case in all(&cases["reader"]) {
        let (text, expect) = (case["yaml"].as_str().unwrap(), &case["expect"]);
        match load(text, Version::NEWEST) {
            Err(found) => assert_eq!(expect["ok"], false, "{case} {found:?}"),
            Ok(loaded) => {
                assert_eq!(expect["ok"], true, "{case}");
                if let Some(rules) = expect["rules"].as_u64() {
                    assert_eq!(loaded.policy.rules.len() as u64, rules);
                }
                let unknown: Vec<_> =
                    loaded.warnings.iter().map(|it| &*it.path).collect();
                assert_eq!(unknown, texts(&expect["unknownFields"]));
                if !expect["policy"].is_null() {
                    assert_eq!(loaded.policy.rules, {
                        let mut same = policy(&expect["policy"]).rules;
                        place_as(&mut same, &loaded.policy);
                        same
                    });
                }
            }
        }
    }
    for case in all(&cases["validation"]) {
        let is_valid = match read(&case["policy"]) {
            Ok(_) => true,
            // One of them has no rules, which validation does not mind.
            Err(found) => found.iter().all(|it| it.message == "no rules"),
        };
        assert_eq!(is_valid, case["valid"], "{case}");
    }
}

/// Gives rules the places that those of another text have.
fn place_as(rules: &mut [Rule], other: &Policy) {
    for (rule, other) in rules.iter_mut().zip(&other.rules) {
        let mut placed = other.clone();
        assert_eq!(placed.level, rule.level);
        let lists = |rule: &Rule| {
            let lists = [
                &rule.users,
                &rule.user_groups,
                &rule.verbs,
                &rule.namespaces,
                &rule.non_resource_urls,
            ];
            let mut names: Vec<Vec<String>> = lists
                .map(|list| list.iter().map(str::to_owned).collect())
                .into();
            for entry in &rule.resources {
                let names_of =
                    |list: &List| list.iter().map(str::to_owned).collect();
                names.push(vec![entry.group().to_owned()]);
                names.push(names_of(&entry.resources));
                names.push(names_of(&entry.resource_names));
            }
            names
        };
        assert_eq!(lists(&placed), lists(rule));
        std::mem::swap(rule, &mut placed);
    }
}

#[test]
fn uris_are_read_as_upstream() {
    let Some(cases) = json("cases.json") else { return };
    for case in all(&cases["requestInfo"]) {
        let text = |key: &str| case[key].as_str().unwrap();
        let facts = Facts::of_request(text("method"), text("url"), None);
        let (attributes, expect) = (facts.attributes(), &case["expect"]);
        let is_resource = matches!(attributes.request, Request::Resource(_));
        let is_resource_there = expect["resourceRequest"].as_bool();
        assert_eq!(is_resource, is_resource_there.unwrap_or(true), "{case}");
        let mut found = vec![("verb", attributes.verb.unwrap())];
        if let Request::Resource(target) = attributes.request {
            found.extend([
                ("apiGroup", target.group),
                ("namespace", target.namespace),
                ("resource", target.resource),
                ("subresource", target.subresource),
                ("name", target.name),
            ]);
        }
        for (key, value) in found {
            let expected = expect.get(key).unwrap_or(&Value::Null);
            assert!(expected.is_null() || *expected == value, "{key} {case}");
        }
    }
}

#[test]
fn every_policy_decides_on_every_request_as_expected() {
    let Some(cases) = json("expected-levels.json") else { return };
    let mut count = 0;
    for (name, expect) in cases["policies"].as_object().unwrap() {
        let file = format!("policies/{name}.yaml");
        let Some(text) = data(&file) else { return };
        let loaded = load(&text, Version::NEWEST).expect(name);
        let unknown: Vec<_> =
            loaded.warnings.iter().map(|it| &*it.path).collect();
        let mut expected = texts(&expect["unknownFields"]);
        expected.sort_by_key(|path| unknown.iter().position(|it| it == path));
        assert_eq!(unknown, expected, "{name}");
        assert_eq!(loaded.policy.rules.len(), expect["rules"], "{name}");
        let program = Program::new(loaded.policy);
        let requests = all(&cases["requests"]).iter();
        for (request, expected) in requests.zip(all(&expect["results"])) {
            check_level(&program, request, expected, name);
            count += 1;
        }
    }
    assert_eq!(count, 28 * 20);
}

#[track_caller]
fn check_level(
    program: &Program,
    request: &Value,
    expected: &Value,
    name: &str,
) {
    let facts = super::apply::facts(request);
    let decision = program.decide(&facts.attributes()).unwrap();
    let rule = decision.rule.map_or(-1, |rule| rule as i64);
    assert_eq!(rule, expected["rule"], "{name}: {request}");
    assert_eq!(decision.level.word(), expected["level"], "{name}: {request}");
    let stages: Vec<_> =
        decision.omit_stages.iter().map(|it| it.word()).collect();
    let mut wanted = texts(&expected["omitStages"]);
    wanted.sort_by_key(|word| stages.iter().position(|it| it == word));
    assert_eq!(stages, wanted, "{name}: {request}");
    let omits = expected["omitManagedFields"].as_bool();
    assert_eq!(Some(decision.omit_managed_fields), omits, "{name}");
}

#[test]
fn managed_fields_are_cut_as_upstream() {
    let Some(cases) = json("cases.json") else { return };
    let read = policy(&serde_json::json!({"omitManagedFields": true,
        "rules": [{"level": "RequestResponse"}]}));
    for case in all(&cases["copyWithoutManagedFields"]) {
        let event = serde_json::json!({"level": "RequestResponse",
            "verb": "get", "responseObject": case["object"]});
        let (effect, found) = apply::apply(&read, &event);
        let expected = case.get("expect");
        assert_eq!(effect == Effect::Changed, expected.is_some(), "{case}");
        let expected = expected.unwrap_or(&case["object"]);
        assert_eq!(found["responseObject"], *expected, "{case}");
    }
}

/// The step that does what the truncate backend does. How it fills batches is
/// a matter of webhooks.
#[test]
fn long_events_are_truncated_as_upstream() {
    let Some(cases) = json("cases.json") else { return };
    let most = &cases["truncate"]["config"]["maxEventSize"];
    let step = format!("truncate event to {most}");
    let pipeline = Pipeline::compile(&step).unwrap();
    let mut judge = pipeline.judge(Reading::default());
    for case in all(&cases["truncate"]["events"]) {
        let event = case["event"].to_string();
        let long = "A".repeat(most.as_u64().unwrap() as usize);
        let event = event.replace("A*102400", &long);
        // One without any key is no event.
        let event = event.replacen('{', r#"{"auditID":"a","#, 1);
        let event = event.replace(",}", "}");
        let mut edited = Vec::new();
        let verdict = judge.judge(event.as_bytes(), &mut edited).verdict;
        let is = |key: &str| case[key].as_bool().unwrap();
        assert_eq!(verdict == Verdict::Skip, is("dropped"), "{case}");
        assert_eq!(verdict == Verdict::Changed, is("truncated"), "{case}");
        if is("truncated") {
            let left: Value = serde_json::from_slice(&edited).unwrap();
            let mark = "audit.k8s.io/truncated";
            assert_eq!(left["annotations"][mark], "true");
            assert_eq!(left.get("requestObject"), None);
        }
    }
}

const OWN_FIELDS: &str = "it cuts managed fields out of the event itself";
const OWN_RULES: &str = "it has rules of its own where none matches";
const CODES: &str = "it omits codes of responses";
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
    let is_matched = naive_matches(policy, &case["event"]);
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

/// Returns whether a rule matches, going by verb, user and object alone.
fn naive_matches(policy: &Value, event: &Value) -> bool {
    let (user, object) = (&event["user"], &event["objectRef"]);
    let resource = object["resource"].as_str().unwrap_or_default();
    let (resource, sub) = resource.split_once('/').unwrap_or((resource, ""));
    let uri = event["requestURI"].as_str().unwrap_or_default();
    let attributes = serde_json::json!({
        "user": {"name": user["username"], "groups": user["groups"]},
        "verb": event["verb"],
        "resourceRequest": object.as_object().is_some_and(|it| !it.is_empty()),
        "namespace": object["namespace"].as_str().unwrap_or_default(),
        "apiGroup": object["apiGroup"].as_str().unwrap_or_default(),
        "resource": resource, "subresource": sub, "name": object["name"],
        "path": uri.split('?').next().unwrap_or_default(),
    });
    naive::decide(policy, &attributes).is_some()
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
