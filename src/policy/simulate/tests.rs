//! What is counted is what happens.

use super::*;
use crate::policy::{Asker, Doubt, Version, load};

fn policy(rules: &str) -> Policy {
    let text = format!("apiVersion: audit.k8s.io/v1\nrules: {rules}");
    load(&text, Version::NEWEST).unwrap().policy
}

fn event(verb: &str, name: &str, level: &str, second: u32) -> String {
    format!(
        r#"{{"kind":"Event","level":"{level}","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/n/{name}","verb":"{verb}","user":{{"username":"u"}},"requestObject":{{"a":1}},"responseObject":{{"b":2}},"stageTimestamp":"2026-01-01T00:00:{second:02}.000000Z"}}"#
    )
}

const LEVEL: &str = "RequestResponse";

fn simulate(new: &str, old: Option<&str>, lines: &[String]) -> Traffic {
    let mut simulator = Simulator::new(policy(new), old.map(policy));
    let mut traffic = Traffic::default();
    for line in lines {
        simulator.add(line.as_bytes(), &mut traffic);
    }
    traffic
}

const RULES: &str = "[{level: None, verbs: [watch]}, {level: Request, \
                     resources: [{resources: [pods]}]}, {level: Metadata}]";

#[test]
fn events_and_bytes_are_counted_by_rule_and_level() {
    let lines = [
        event("watch", "pods", LEVEL, 0),
        event("list", "pods", LEVEL, 1),
        event("list", "pods", "Metadata", 1),
        event("list", "secrets", LEVEL, 3),
        r#"{"kind":"Event","level":"Metadata"}"#.to_owned(),
    ];
    let traffic = simulate(RULES, None, &lines);
    let all: usize = lines.iter().map(|line| line.len() + 1).sum();
    assert_eq!((traffic.all.events, traffic.all.bytes), (5, all as u64));
    assert_eq!(traffic.all.kept_events, 4);
    let hits = [None, Some(0), Some(1), Some(2)];
    let hits = hits.map(|rule| traffic.rule(rule).events);
    assert_eq!(hits, [0, 1, 2, 1]);
    let answer = r#","responseObject":{"b":2}"#.len() as u64;
    let levels = lines[1].len() as u64 + 1 - answer - 8;
    assert_eq!(traffic.levels[Level::Request as usize], (1, levels));
    assert_eq!(traffic.rule(Some(1)).short, 1);
    assert_eq!(traffic.doubts.values().sum::<u64>(), 1);
    assert_eq!(traffic.pace.peak().second, 2);
    assert_eq!(traffic.pace.span(), Some(4));
    let noisy = traffic.groups.noisiest(1);
    assert_eq!((noisy[0].0.what, noisy[0].1), ("pods", 2));
}

#[test]
fn who_is_not_known_is_not_nobody() {
    let of = |user: &str| {
        let user = format!(r#""user":{user}"#);
        event("get", "pods", LEVEL, 0)
            .replace(r#""user":{"username":"u"}"#, &user)
    };
    let lines = [of("{}"), of("7"), of(r#"{"username":"?"}"#)];
    let asks = "[{level: Metadata, userGroups: [g]}, {level: Metadata}]";
    let traffic = simulate(asks, Some("[{level: None}]"), &lines);
    assert_eq!(
        traffic.doubts.into_iter().collect::<Vec<_>>(),
        [(Doubt::User, 1)]
    );
    let old = "[{level: Metadata}]";
    let traffic = simulate("[{level: Request}]", Some(old), &lines[1..]);
    let (_, change) = traffic.changes.first_key_value().unwrap();
    let words = "get pods in n by an unknown user";
    assert_eq!(change.example.to_string(), words);
    let traffic = simulate("[{level: Request}]", None, &lines);
    let noisy = traffic.groups.noisiest(9);
    let mut users: Vec<_> = noisy.iter().map(|it| it.0.user).collect();
    users.sort_by_key(|user| format!("{user:?}"));
    let all = [Asker::Nobody, Asker::Somebody("?"), Asker::Unknown];
    assert_eq!(users, all);
}

#[test]
fn what_changes_is_told_by_the_rules_with_an_example() {
    let lines = [
        event("list", "pods", LEVEL, 0),
        event("list", "secrets", LEVEL, 0),
        event("watch", "secrets", LEVEL, 0),
    ];
    let old = "[{level: Request}]";
    let traffic = simulate(RULES, Some(old), &lines);
    assert_eq!(traffic.old.kept_events, 3);
    let lines = &[&lines[..], &[r#"{"level":"Request"}"#.to_owned()]].concat();
    let traffic = simulate(RULES, Some(old), lines);
    assert_eq!(traffic.old.events, traffic.all.events);
    assert_eq!(traffic.doubts.values().sum::<u64>(), 1);
    let changes: Vec<_> = traffic.changes.iter().collect();
    assert_eq!(changes.len(), 2);
    let (pair, change) = changes[0];
    let request = (Some(0), Some(Level::Request));
    assert_eq!(pair, &[request, (Some(0), None)]);
    assert_eq!(change.events, 1);
    assert_eq!(change.new_bytes, 0);
    assert_eq!(change.example.to_string(), "watch secrets in n by u");
    let same = simulate(RULES, Some(RULES), lines);
    assert!(same.changes.is_empty());
    assert_eq!(same.old.kept_bytes, same.all.kept_bytes);
}

#[test]
fn parts_add_up_to_the_whole() {
    let lines: Vec<String> = (0..20)
        .map(|at| event(["list", "watch", "get"][at % 3], "pods", LEVEL, 1))
        .collect();
    let old = "[{level: Metadata}]";
    let whole = simulate(RULES, Some(old), &lines);
    let mut parts = Traffic::default();
    for lines in lines.chunks(7) {
        parts.append(simulate(RULES, Some(old), lines));
    }
    assert_eq!(parts.all, whole.all);
    assert_eq!(parts.levels, whole.levels);
    assert_eq!(parts.changes, whole.changes);
    assert_eq!(parts.pace.peak(), whole.pace.peak());
    assert_eq!(parts.groups.noisiest(9), whole.groups.noisiest(9));
    assert_eq!(parts.rule(Some(1)), whole.rule(Some(1)));
}
