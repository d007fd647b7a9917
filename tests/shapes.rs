//! Real bodies beside the tables of core API types: no key of theirs is
//! unknown, and none of their values draws a warning.

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use kaudit_filter::event::{Origin, Segment, Shapes};
use kaudit_filter::expr::{Source, compile};
use serde_json::Value;

use crate::tool::skip;

const FILES: [&str; 4] = [
    "events/cluster-bodies.jsonl",
    "events/cluster-mixed.jsonl",
    "events/audit2rbac-demo.jsonl",
    "events/openshift-5.jsonl",
];

const BODIES: [&str; 2] = ["requestObject", "responseObject"];

#[test]
fn no_real_value_draws_a_warning() {
    let Some(bodies) = bodies() else { return };
    let mut tests = BTreeSet::new();
    for (body, value) in &bodies {
        push_tests(body, value, &mut tests);
    }
    assert!(tests.len() > 500, "{}", tests.len());
    let drawn: Vec<_> = tests.iter().filter_map(|test| warned(test)).collect();
    assert!(drawn.is_empty(), "{}:\n{}", drawn.len(), drawn.join("\n"));
}

#[test]
fn every_key_of_a_core_kind_is_in_the_tables() {
    let Some(bodies) = bodies() else { return };
    let mut unknown = BTreeSet::new();
    for (body, value) in bodies.iter().filter(|(_, value)| is_core(value)) {
        let shapes = Shapes::at(&Origin::Key((*body).into())).unwrap();
        push_unknown(body, &shapes, value, &mut unknown);
    }
    assert_eq!(unknown, BTreeSet::new());
}

/// The bodies of recorded events, and which of the two each is.
fn bodies() -> Option<Vec<(&'static str, Value)>> {
    let Some(data) = env::var_os("KAUDIT_FILTER_DATA").map(PathBuf::from)
    else {
        skip("KAUDIT_FILTER_DATA names no folder with events");
        return None;
    };
    let mut found = Vec::new();
    for file in FILES {
        let text = fs::read_to_string(data.join(file)).unwrap();
        for line in text.lines() {
            let mut event: Value = serde_json::from_str(line).unwrap();
            found.extend(BODIES.map(|body| (body, event[body].take())));
        }
    }
    Some(found)
}

/// Whether a body is of no custom resource, as far as it says.
fn is_core(body: &Value) -> bool {
    let version = body["apiVersion"].as_str().unwrap_or_default();
    let group = version.split('/').next().unwrap_or_default();
    !group.contains('.') || group.ends_with(".k8s.io")
}

fn push_unknown(
    path: &str,
    shapes: &Shapes,
    value: &Value,
    unknown: &mut BTreeSet<String>,
) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let path = format!("{path}.{key}");
                let below = shapes.below(&Segment::Key(key.as_str().into()));
                match below.all() {
                    [] => _ = unknown.insert(path),
                    _ => push_unknown(&path, &below, value, unknown),
                }
            }
        }
        Value::Array(elements) => {
            for element in elements {
                push_unknown(path, shapes, element, unknown);
            }
        }
        Value::Null | Value::Bool(_) => (),
        Value::Number(_) | Value::String(_) => (),
    }
}

/// Writes a test of each value at or below `path`. Of a text, its bytes do
/// not matter.
fn push_tests(path: &str, value: &Value, tests: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                push_tests(&format!("{path}[{key:?}]"), value, tests);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                push_tests(path, element, tests);
            }
        }
        Value::Null => (),
        Value::Bool(_) => _ = tests.insert(format!("{path} == true")),
        Value::Number(_) => _ = tests.insert(format!("{path} = 1")),
        Value::String(_) => _ = tests.insert(format!("{path} = \"x\"")),
    }
}

fn warned(test: &str) -> Option<String> {
    let compiled = compile(&[Source::expression(test)]).unwrap();
    let first = compiled.warnings.into_iter().next()?;
    let found = first.diagnostic;
    Some(format!("{test}: {} {:?}", found.message, found.help))
}
