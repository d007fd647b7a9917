//! What the step makes of events.

use kaudit_filter::event::{Event, Roots};
use kaudit_filter::expr::plan::POLICY_READS;
use kaudit_filter::policy::{
    Doubt, Effect, Facts, Level, Policy, Reader, Replay, Room,
};
use kaudit_filter::scan::Scanner;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::policy;

/// Reads the facts of a request out of an event that records it.
pub(super) fn facts(request: &Value) -> Facts {
    let user = match &request["user"] {
        Value::Null => json!({}),
        user => json!({"username": user["name"], "groups": user["groups"]}),
    };
    let event = json!({"kind": "Event", "level": "RequestResponse",
        "stage": "ResponseComplete", "requestURI": request["requestURI"],
        "verb": request["verb"], "user": user});
    let line = event.to_string();
    let keys: Vec<Box<str>> = POLICY_READS.map(Into::into).into();
    let roots = Roots::new(&keys, None);
    let mut event = Event::new(Scanner::best(), line.as_bytes(), 0, &roots);
    let mut facts = Facts::default();
    Reader::new(&keys).read(&mut event, &mut facts).unwrap();
    facts
}

/// Applies a policy to an event.
pub(super) fn apply(policy: &Policy, event: &Value) -> (Effect, Value) {
    let (effect, line) = apply_line(policy, &event.to_string());
    (effect, serde_json::from_slice(&line).unwrap())
}

/// Applies a policy to a line; what is not changed is the line itself.
pub(super) fn apply_line(policy: &Policy, line: &str) -> (Effect, Vec<u8>) {
    let keys: Vec<Box<str>> = POLICY_READS.map(Into::into).into();
    let replay = Replay::new(policy.clone(), &keys);
    let roots = Roots::new(&keys, None);
    let mut event = Event::new(Scanner::best(), line.as_bytes(), 0, &roots);
    let (mut room, mut out) = (Room::default(), Vec::new());
    let effect = replay.apply(&mut event, &mut room, &mut out);
    match effect {
        Effect::Changed => (effect, out),
        Effect::Skipped
        | Effect::Unchanged
        | Effect::Undecided(_)
        | Effect::Broken => (effect, line.into()),
    }
}

/// Checks what a policy of one rule makes of an event.
#[track_caller]
pub(super) fn check(
    rule: &Value,
    event: &str,
    expected: Result<&str, Effect>,
) {
    let read = policy(&json!({"rules": [rule]}));
    let (effect, line) = apply_line(&read, event);
    let found = match effect {
        Effect::Changed => Ok(String::from_utf8(line).unwrap()),
        effect => Err(effect),
    };
    assert_eq!(found, expected.map(str::to_owned), "{rule} {event}");
}

#[test]
fn levels_are_lowered_and_bodies_go_with_them() {
    let metadata = json!({"level": "Metadata"});
    let request = json!({"level": "Request"});
    let all = json!({"level": "RequestResponse"});
    let event = r#"{"level":"RequestResponse","verb":"create","requestObject":{"a":1},"responseObject":[],"x":2}"#;
    check(
        &metadata,
        event,
        Ok(r#"{"level":"Metadata","verb":"create","x":2}"#),
    );
    check(
        &request,
        event,
        Ok(
            r#"{"level":"Request","verb":"create","requestObject":{"a":1},"x":2}"#,
        ),
    );
    check(&all, event, Err(Effect::Unchanged));
    check(&json!({"level": "None"}), event, Err(Effect::Skipped));
    // What was not recorded does not come back.
    let event = r#"{"level":"Metadata","verb":"get"}"#;
    for rule in [&metadata, &request, &all] {
        check(rule, event, Err(Effect::Unchanged));
    }
    // Whatever order, blanks and repetitions there are.
    let event = r#"{ "responseObject" : {} , "level":"Request", "verb":"get", "requestObject": 1, "level" : "RequestResponse" , "requestObject":2 }"#;
    check(
        &metadata,
        event,
        Ok(r#"{ "level":"Metadata", "verb":"get", "level" : "Metadata"  }"#),
    );
    let escaped = r#"{"level":"Req\u0075est","request\u004fbject":{},"a":""}"#;
    check(&metadata, escaped, Ok(r#"{"level":"Metadata","a":""}"#));
}

#[test]
fn annotations_of_patches_go_with_the_bodies() {
    let patch = "patch.webhook.admission.k8s.io/round_0_index_1";
    let kept = r#""mutation.webhook.admission.k8s.io/round_0_index_1":"{}""#;
    let event = |annotations: &str| {
        format!(
            r#"{{"level":"Request","annotations":{{{annotations}}},"a":1}}"#
        )
    };
    let with = event(&format!(r#"{kept},"{patch}":"{{}}""#));
    let without = event(kept);
    let lower = without.replace("Request", "Metadata");
    check(&json!({"level": "Metadata"}), &with, Ok(&lower));
    check(&json!({"level": "Request"}), &with, Err(Effect::Unchanged));
}

#[test]
fn stages_are_omitted() {
    let rule = json!({"level": "Request", "omitStages": ["Panic"]});
    let event = |stage: &str| {
        format!(r#"{{"level":"Request","stage":"{stage}","verb":"get"}}"#)
    };
    check(&rule, &event("Panic"), Err(Effect::Skipped));
    check(&rule, &event("ResponseComplete"), Err(Effect::Unchanged));
    let undecided = Effect::Undecided(Doubt::Stage);
    check(&rule, &event("Other"), Err(undecided));
}

#[test]
fn what_the_event_does_not_tell_is_not_guessed() {
    let on = |rule: Value, event: &str, doubt: Doubt| {
        check(&rule, event, Err(Effect::Undecided(doubt)));
    };
    let body = r#"{"auditID":"a","requestObject":{}}"#;
    on(json!({"level": "None", "verbs": ["get"]}), body, Doubt::Verb);
    let namespaced = json!({"level": "None", "namespaces": ["a"]});
    on(namespaced, body, Doubt::Request);
    let urls = json!({"level": "None", "nonResourceURLs": ["/a"]});
    on(urls, body, Doubt::Request);
    on(json!({"level": "Metadata"}), body, Doubt::Level);
    // What is not asked need not be known.
    check(&json!({"level": "RequestResponse"}), body, Err(Effect::Unchanged));
    check(&json!({"level": "None"}), body, Err(Effect::Skipped));
    // A user without a name is nobody: no failed login is anybody's.
    let rule = json!({"level": "None", "userGroups": ["a"]});
    let event = r#"{"level":"Metadata","user":{},"stage":"ResponseStarted"}"#;
    check(&rule, event, Err(Effect::Skipped));
}

#[test]
fn a_line_that_breaks_is_not_changed() {
    let rule = json!({"level": "Metadata"});
    for event in [
        r#"{"level":"Request","verb":"get","user":{"#,
        r#"{"level":"Request","verb":"get","requestObject":{"a""#,
        r#"{"level":"Request","verb":"get"}{"level":"Request"}"#,
        r#"{"level":"Request","requestObject":{"x":"\"#,
    ] {
        check(&rule, event, Err(Effect::Broken));
    }
}

/// Whatever was cut and glued together, no body gets past.
#[test]
fn a_line_of_two_events_is_never_changed() {
    let read = policy(&json!({"rules": [{"level": "Metadata"}]}));
    let one = r#"{"level":"Request","verb":"get","requestObject":{"a":["b{\\\"",1]},"x":"}"}"#;
    let (effect, _) = apply_line(&read, one);
    assert_eq!(effect, Effect::Changed);
    for cut in (1..=one.len()).filter(|at| one.is_char_boundary(*at)) {
        let glued = format!("{}{one}", &one[..cut]);
        let (effect, _) = apply_line(&read, &glued);
        let keys: Vec<Box<str>> = Vec::new();
        let roots = Roots::new(&keys, None);
        let bytes = glued.as_bytes();
        let event = Event::new(Scanner::best(), bytes, 0, &roots);
        assert!(event.breaks(), "{glued}");
        assert_eq!(effect, Effect::Broken, "{glued}");
    }
}

#[test]
fn the_uri_says_what_was_asked_for() {
    let rule = json!({"level": "None",
        "resources": [{"resources": ["secrets"], "resourceNames": ["db"]}]});
    let read = policy(&json!({"rules": [rule, {"level": "Metadata"}]}));
    let of = |uri: Option<&str>, object: Value| {
        let mut event = json!({"level": "Metadata", "verb": "create",
            "objectRef": object});
        if let Some(uri) = uri {
            event["requestURI"] = uri.into();
        }
        apply(&read, &event).0
    };
    let object = json!({"resource": "secrets", "name": "db"});
    let uri = "/api/v1/namespaces/shop/secrets";
    // The name was filled in after the decision.
    assert_eq!(of(Some(uri), object.clone()), Effect::Unchanged);
    let named = format!("{uri}/db");
    assert_eq!(of(Some(&named), Value::Null), Effect::Skipped);
    let coded = named.replace('d', "%64");
    assert_eq!(of(Some(&coded), Value::Null), Effect::Skipped);
    assert_eq!(of(None, object.clone()), Effect::Skipped);
    assert_eq!(of(Some("***"), object), Effect::Skipped);
}

#[test]
fn impersonation_does_not_count() {
    let rule = json!({"level": "None", "users": ["jane"]});
    let event = r#"{"level":"Metadata","verb":"get","user":{"username":"admin"},"impersonatedUser":{"username":"jane"}}"#;
    let rules = json!([rule, {"level": "Request"}]);
    let read = policy(&json!({"rules": rules}));
    assert_eq!(apply_line(&read, event).0, Effect::Unchanged);
}

/// Checks what is left of a response body without managed fields.
#[track_caller]
fn cleaned(body: &Value, expected: Option<&Value>) {
    let read = policy(&json!({"omitManagedFields": true,
        "rules": [{"level": "RequestResponse"}]}));
    for verb in ["get", "patch"] {
        let event = json!({"level": "RequestResponse", "verb": verb,
            "requestObject": body, "responseObject": body});
        let (effect, found) = apply(&read, &event);
        let is_changed = effect == Effect::Changed;
        assert_eq!(is_changed, expected.is_some(), "{body}");
        let expected = expected.unwrap_or(body);
        assert_eq!(found["responseObject"], *expected, "{body}");
        // What a client has sent as a patch stays.
        let expected = if verb == "patch" { body } else { expected };
        assert_eq!(found["requestObject"], *expected, "{body}");
    }
}

#[test]
fn managed_fields_are_omitted_where_an_apiserver_omits_them() {
    let fields = json!({"name": "a", "managedFields": [{"manager": "m"}]});
    let bare = json!({"name": "a"});
    let item = json!({"metadata": fields});
    let clean = json!({"metadata": bare});
    cleaned(
        &json!({"kind": "Pod", "metadata": fields}),
        Some(&json!({"kind": "Pod", "metadata": bare})),
    );
    cleaned(
        &json!({"kind": "PodList", "items": [item, clean, {}]}),
        Some(&json!({"kind": "PodList", "items": [clean, clean, {}]})),
    );
    let row = |object: &Value| json!({"cells": [1], "object": object});
    let rows = [row(&item), row(&Value::Null), json!({})];
    cleaned(
        &json!({"kind": "Table", "rows": rows}),
        Some(&json!({"kind": "Table",
            "rows": [row(&clean), row(&Value::Null), json!({})]})),
    );
    // Only at the top, and not in what has none.
    cleaned(&json!({"kind": "D", "spec": {"template": item}}), None);
    cleaned(&json!({"kind": "Status", "metadata": fields}), None);
    cleaned(&json!({"kind": "X", "rows": rows}), None);
    cleaned(&json!({"kind": "X", "items": {"a": item}}), None);
    cleaned(&json!([{"op": "add", "value": item}]), None);
    cleaned(&json!("skipped-too-big-size-object"), None);
    // An item that is no object keeps all as it is.
    cleaned(&json!({"metadata": fields, "items": [item, 1]}), None);
}

#[test]
fn bodies_that_go_need_no_cleaning() {
    let read = policy(&json!({"omitManagedFields": true,
        "rules": [{"level": "Request"}]}));
    let body = json!({"metadata": {"managedFields": []}});
    let event = json!({"level": "RequestResponse", "requestObject": body,
        "responseObject": body, "verb": "update"});
    let (_, found) = apply(&read, &event);
    assert_eq!(found["requestObject"], json!({"metadata": {}}));
    assert_eq!(found.get("responseObject"), None);
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "kind",
        "metadata",
        "items",
        "rows",
        "object",
        "managedFields",
        "level",
        "requestObject",
        "annotations",
        "a\"\\",
    ])
}

/// A JSON value with keys that matter.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!("Table")),
        Just(json!("Metadata")),
        Just(json!(7)),
        Just(json!("\u{e9}\"}")),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..4).prop_map(|members| {
                members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            }),
        ]
    })
}

fn any_event() -> impl Strategy<Value = Value> {
    let level = prop::sample::select(Level::ALL.to_vec());
    let verb = prop::sample::select(vec!["get", "create", "patch"]);
    let bodies = (any_json(), any_json());
    let patches = any::<bool>();
    (level, verb, bodies, patches).prop_map(
        |(level, verb, bodies, patches)| {
            let mut event = json!({"kind": "Event", "level": level.word(),
            "auditID": "a", "stage": "ResponseComplete",
            "requestURI": "/api/v1/namespaces/shop/pods", "verb": verb,
            "user": {"username": "jane"}, "requestObject": bodies.0,
            "responseObject": bodies.1});
            if patches {
                event["annotations"] = json!({"a": "b",
                "patch.webhook.admission.k8s.io/round_0_index_0": "x"});
            }
            event
        },
    )
}

/// Returns whether `part` is what is left of `whole` when bytes are left
/// out, but for the words of the level.
fn is_splice(whole: &str, part: &str) -> bool {
    let levels = Level::ALL.map(|level| format!("\"{}\"", level.word()));
    let plain = |text: &str| {
        levels.iter().fold(text.to_owned(), |text, level| {
            text.replace(&**level, "\"\"")
        })
    };
    let mut left = plain(whole).into_bytes().into_iter();
    plain(part).bytes().all(|byte| left.any(|other| other == byte))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_left_is_json_and_a_splice_and_stays_so(
        event in any_event(),
        level in prop::sample::select(Level::ALL[1..].to_vec()),
        omits in any::<bool>(),
    ) {
        let read = policy(&json!({"omitManagedFields": omits,
            "rules": [{"level": level.word()}]}));
        let line = event.to_string();
        let (_, once) = apply_line(&read, &line);
        let once = String::from_utf8(once).unwrap();
        let left: Value = serde_json::from_str(&once).unwrap();
        prop_assert!(is_splice(&line, &once), "{line}\n{once}");

        let (effect, _) = apply_line(&read, &once);
        prop_assert_eq!(effect, Effect::Unchanged, "{}", once);

        let was = Level::named(event["level"].as_str().unwrap()).unwrap();
        prop_assert_eq!(&left["level"], was.min(level).word());
        let has = |key: &str| left.get(key).is_some();
        prop_assert_eq!(has("requestObject"), level >= Level::Request);
        let has_all = level >= Level::RequestResponse;
        prop_assert_eq!(has("responseObject"), has_all);
        let others = ["auditID", "stage", "requestURI", "verb", "user"];
        for key in others {
            prop_assert_eq!(&left[key], &event[key]);
        }
    }

    /// A policy after a policy lowers as the lower of both does.
    #[test]
    fn two_policies_are_as_the_lower_one(
        event in any_event(),
        levels in prop::collection::vec(
            prop::sample::select(Level::ALL[1..].to_vec()), 2),
    ) {
        let of = |level: Level| {
            policy(&json!({"rules": [{"level": level.word()}]}))
        };
        let (_, first) = apply(&of(levels[0]), &event);
        let (_, both) = apply(&of(levels[1]), &first);
        let (_, lower) = apply(&of(levels[0].min(levels[1])), &event);
        prop_assert_eq!(both, lower);
    }
}
