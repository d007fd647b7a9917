//! Unwraps what was found in the world, and compares it with what serde_json
//! reads there.

use std::{env, fs, path::PathBuf};

use kaudit_filter::unwrap::Form;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use super::{Got, unwrapped};
use crate::tool::skip;

/// Returns a file of wrapped events.
fn data(name: &str) -> Option<String> {
    let Some(data) = env::var_os("KAUDIT_FILTER_DATA").map(PathBuf::from)
    else {
        skip("KAUDIT_FILTER_DATA names no folder with wrapped events");
        return None;
    };
    Some(fs::read_to_string(data.join("wrapped").join(name)).unwrap())
}

#[derive(Deserialize)]
struct Sample {
    form: String,
    line: String,
}

#[derive(Deserialize)]
struct List<'l> {
    #[serde(borrow)]
    items: Vec<&'l RawValue>,
}

#[test]
fn what_a_webhook_was_sent_are_events_of_the_log() {
    let Some(posts) = data("webhook-posts.txt") else { return };
    let mut expected = Vec::new();
    for line in posts.lines() {
        match serde_json::from_str::<List<'_>>(line) {
            Ok(list) => expected.extend(list.items.iter().map(|item| {
                let begin =
                    r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1""#;
                format!("{begin},{}", &item.get()[1..])
            })),
            // The head of a post.
            Err(_) => expected.push(line.to_owned()),
        }
    }
    let found = unwrapped(posts.as_bytes());
    let bodies: Vec<&str> = found.iter().map(Got::text).collect();
    assert!(bodies == expected, "{} pieces", bodies.len());
    let lists = found.iter().filter(|got| got.form == Form::List).count();
    let lines: u64 = found.iter().map(|got| got.lines).sum();
    assert_eq!(lists as u64, found.len() as u64 - lines / 2);
    assert!(lists > 500, "only {lists} events");
}

#[test]
fn samples_of_others_are_unwrapped() {
    let Some(samples) = data("wrapped.jsonl") else { return };
    for sample in samples.lines() {
        let Sample { form, line } = serde_json::from_str(sample).unwrap();
        let (found, value) =
            (unwrapped(line.as_bytes()), line.parse().unwrap());
        match form.split(' ').next().unwrap() {
            "AKS" => azure(&found, &value),
            "OpenShift" => viaq(&found, value),
            "GKE" => {
                let [got] = &found[..] else { panic!("{found:?}") };
                assert_eq!((got.form, got.text()), (Form::Google, &*line));
            }
            _ => panic!("{form} is new"),
        }
    }
}

fn azure(found: &[Got], batch: &Value) {
    let records = batch["records"].as_array().unwrap();
    let logs = records.iter().map(|record| {
        record["properties"]["log"].as_str().unwrap().trim_end()
    });
    assert_eq!(
        found.iter().map(Got::text).collect::<Vec<_>>(),
        logs.collect::<Vec<_>>()
    );
    assert!(found.iter().all(|got| got.form == Form::Azure));
}

fn viaq(found: &[Got], mut expected: Value) {
    let [got] = found else { panic!("{found:?}") };
    assert_eq!(got.form, Form::Viaq);
    expected["level"] = json!("Metadata");
    let own = [
        "@timestamp",
        "timestamp",
        "hostname",
        "k8s_audit_level",
        "log_type",
        "log_source",
        "openshift",
        "source_type",
        "tag",
    ];
    for key in own {
        expected.as_object_mut().unwrap().remove(key).unwrap();
    }
    assert_eq!(got.text().parse::<Value>().unwrap(), expected);
}
