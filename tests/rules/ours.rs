//! Runs each rule on an event that it is for, and on a change of it that it
//! is not for.
//!
//! `events.jsonl` names for each rule what is different from the event in
//! `base.json`, and for the near miss what is different from that, both as
//! merge patches (RFC 7396).

use std::fs;

use serde_json::{Map, Value};

use super::{hits, overview, path};
use crate::tool::{Folder, run};

const FILES: [&str; 5] = ["falco", "falco-psp", "sigma", "panther", "elastic"];

#[test]
fn each_rule_matches_its_event_and_not_the_near_miss() {
    let base: Value = serde_json::from_str(BASE).unwrap();
    for pair in pairs() {
        let rule = pair["rule"].as_str().unwrap();
        let hit = merged(&base, &pair["hit"], "hit");
        let miss = merged(&hit, &pair["miss"], "miss");
        check(rule, pair["lists"].as_str(), &format!("{hit}\n{miss}\n"));
    }
}

#[test]
fn each_rule_has_one_event() {
    let pairs = pairs();
    let mut tried: Vec<_> =
        pairs.iter().map(|pair| pair["rule"].as_str().unwrap()).collect();
    let mut rules: Vec<String> = FILES.into_iter().flat_map(rules).collect();
    tried.sort_unstable();
    rules.sort_unstable();
    assert_eq!(tried, rules);
}

#[test]
fn each_file_says_what_it_covers_and_names_its_rules_after_itself() {
    for file in FILES {
        let text = fs::read_to_string(path(file)).unwrap();
        assert!(text.starts_with("# What "), "{file}");
        for said in ["Covers", "Different on purpose", "Left out"] {
            assert!(text.contains(&format!("# {said}")), "{file}: {said}");
        }
        let own = format!("{file}-");
        for rule in rules(file) {
            assert!(rule.starts_with(&own), "{rule} of {file}");
        }
    }
}

#[test]
fn the_overview_counts_the_rules() {
    for file in FILES {
        let [count, ..] = overview(file);
        assert_eq!(count, rules(file).len().to_string(), "{file}");
    }
}

#[test]
fn all_files_can_be_used_together() {
    let mut args = vec!["-W".to_owned(), "error".to_owned()];
    for file in FILES {
        args.extend(["-f".to_owned(), path(file)]);
    }
    let ran = run(&args, BASE);
    assert_eq!((ran.code, &*ran.err), (Some(0), ""));
    // A pod whose body was not logged: only who made it can be told.
    assert!(
        String::from_utf8(ran.out)
            .unwrap()
            .contains("\"kaudit-filter/rules\":\"falco-disallowed-user\"")
    );
}

const BASE: &str = include_str!("base.json");

/// Runs the file of `rule` on a line that it is for and one that it is not.
#[track_caller]
fn check(rule: &str, lists: Option<&str>, lines: &str) {
    let file = FILES.into_iter().find(|f| rules(f).iter().any(|r| r == rule));
    let file = file.unwrap_or_else(|| panic!("no file has {rule}"));
    let folder = Folder::new();
    let lists = lists.map(|text| folder.file("lists.kaf", text));
    let hits = hits(file, lists.as_deref(), lines);
    let of = |id: &str| hits.iter().any(|h| h.id == id && h.names(rule));
    assert!(of("hit"), "{rule} misses its event: {hits:?}\n{lines}");
    assert!(!of("miss"), "{rule} takes the near miss: {hits:?}\n{lines}");
}

fn pairs() -> Vec<Value> {
    let lines = include_str!("events.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns the names of the rules of a file.
fn rules(file: &str) -> Vec<String> {
    let text = fs::read_to_string(path(file)).unwrap();
    let names = text.lines().filter_map(|line| {
        line.strip_prefix("rule ")?.split(' ').next().map(str::to_owned)
    });
    names.collect()
}

/// Returns `event` with the changes of `patch`, and with `id`.
fn merged(event: &Value, patch: &Value, id: &str) -> Value {
    let mut event = event.clone();
    merge(&mut event, patch);
    event["auditID"] = id.into();
    event
}

/// Merges as RFC 7396 has it: null removes, objects merge, all else replaces.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Map::new().into();
    }
    let members = target.as_object_mut().unwrap();
    for (key, change) in changes {
        match change {
            Value::Null => drop(members.remove(key)),
            change => {
                merge(members.entry(key).or_insert(Value::Null), change);
            }
        }
    }
}
