//! The cases of kube-apiserver, where `KAUDIT_FILTER_DATA` has them.

use std::{env, fs, path::PathBuf};

use kaudit_filter::pipeline::{Pipeline, Reading, Verdict};
use kaudit_filter::policy::{
    Effect, Facts, List, Policy, Program, Request, Rule, Version, load,
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
