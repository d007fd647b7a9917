//! `policy simulate` says what a policy would make of a log.

use serde_json::Value;

use super::policy;
use crate::tool::{Folder, run};

const RULES: &str = "\
- level: None
  verbs: [watch]
- level: None
  users: [nobody-is-called-so]
- level: Metadata
";

/// Returns a log of events, some of which watch, over 1000 seconds.
fn log() -> String {
    let events = (0..5000).map(|at| {
        let verb = ["get", "watch", "patch"][at % 3];
        let second = at / 5 % 60;
        let minute = at / 300;
        format!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/n/pods","verb":"{verb}","user":{{"username":"u{}"}},"requestObject":{{"a":"{}"}},"requestReceivedTimestamp":"2026-01-01T00:{minute:02}:{second:02}.000000Z","stageTimestamp":"2026-01-01T00:{minute:02}:{second:02}.000000Z"}}"#,
            at % 7,
            "x".repeat(at % 900),
        ) + "\n"
    });
    events.collect()
}

fn json(args: &[&str], input: &str) -> Value {
    let args = [&["policy", "simulate", "-o", "json"], args].concat();
    let ran = run(&args, input);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    serde_json::from_slice(&ran.out).unwrap()
}

#[test]
fn events_and_bytes_are_those_that_the_step_keeps() {
    let folder = Folder::new();
    let file = folder.file("a.yaml", policy(RULES));
    let log = log();
    let found = json(&[&file], &log);
    let step = run(&[&format!("policy \"{file}\"")], &log);
    assert_eq!(found["all"]["keptBytes"], step.out.len());
    let lines = step.out.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(found["all"]["keptEvents"], lines);
    assert_eq!(found["all"]["bytes"], log.len());
    let hits = found["rules"].as_array().unwrap().iter();
    let hits: Vec<_> = hits.map(|rule| &rule["events"]).collect();
    assert_eq!(hits, [1667, 0, 3333]);
    assert_eq!(found["seconds"], 1000);
    let times = ["from", "to"].map(|key| found[key].as_str().unwrap());
    assert_eq!(times, ["2026-01-01T00:00:00Z", "2026-01-01T00:16:39Z"]);
    assert_eq!(found["peak"]["eventsInASecond"], 4);
}

#[test]
fn threads_change_nothing() {
    let folder = Folder::new();
    let file = folder.file("a.yaml", policy(RULES));
    let old = folder.file("b.yaml", policy("- level: Request\n"));
    let log = folder.file("audit.log", log().repeat(2));
    let found = |threads: &str| {
        json(&[&file, &log, "--against", &old, "--threads", threads], "")
    };
    let one = found("1");
    assert_eq!(one, found("3"));
    let changes = one["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[0]["events"], 3334);
    assert_eq!(changes[0]["example"], "watch pods in n by u1");
}

#[test]
fn the_text_says_what_is_dead_and_what_cannot_be_told() {
    let folder = Folder::new();
    let file = folder.file("a.yaml", policy(RULES));
    let odd = r#"{"kind":"Event","level":"Metadata","auditID":"a"}"#;
    let cut =
        r#"{"kind":"Event","level":"Metadata","verb":"get","requestURI":"/ap"#;
    let low = r#"{"kind":"Event","level":"Metadata","stage":"Panic","verb":"get","user":{"username":"e\u001b"},"requestURI":"/a/b"}"#;
    let none = r#"{"kind":"Event","level":"Metadata","verb":"get","user":null,"requestURI":"/a"}"#;
    let input = format!("{odd}\n{cut}\n{none}\nhello\n{low}\n");
    let ran = run(&["policy", "simulate", &file], &input);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let out = String::from_utf8(ran.out).unwrap();
    for words in [
        "events  4 read, 4 kept (100.0 %)",
        "2     7     None                     0         0          0 B  dead",
        "  get /a/... by e\\u{1b}",
        "volume  not known: no event has a time",
        "  - 1 events have no verb; counted as kept whole",
        "  - 1 events have no readable user; counted as kept whole",
        "  - 1 lines break before they tell; counted as kept whole",
        "  - 1 kept events have no time",
    ] {
        assert!(out.contains(words), "no `{words}` in\n{out}");
    }
}

#[test]
fn what_an_apiserver_would_ignore_is_told_and_changes_nothing() {
    let folder = Folder::new();
    let file = folder.file("a.yaml", policy(RULES));
    let odd = folder.file("b.yaml", policy(&format!("{RULES}  verb: [x]\n")));
    let log = folder.file("audit.log", log());
    let plain = run(&["policy", "simulate", &file, &log], "");
    assert_eq!((plain.code, &*plain.err), (Some(0), ""));
    let said = "warning: unknown field `verb`, which is ignored\n";
    let ran = run(&["policy", "simulate", &odd, &log], "");
    assert_eq!((ran.code, ran.out == plain.out), (Some(0), true));
    assert!(ran.err.starts_with(said), "{}", ran.err);
    let args = ["policy", "simulate", &file, &log, "--against", &odd];
    let ran = run(&args, "");
    assert_eq!(ran.code, Some(0));
    let place = format!("\n  --> {odd}:10:3\n");
    assert!(ran.err.contains(&place), "{}", ran.err);
}

#[test]
fn a_policy_comes_on_standard_input_where_no_log_does() {
    let folder = Folder::new();
    let file = folder.file("a.yaml", policy(RULES));
    let log = folder.file("audit.log", log());
    let plain = run(&["policy", "simulate", &file, &log], "");
    let ran = run(&["policy", "simulate", "-", &log], policy(RULES));
    assert_eq!((ran.code, ran.out == plain.out), (Some(0), true));
    let refused = |args: &[&str]| {
        let args = [&["policy", "simulate"], args].concat();
        let ran = run(&args, policy(RULES));
        ran.check(2, "");
        let said = "standard input cannot have both a policy and the log";
        assert!(ran.err.contains(said), "{}", ran.err);
    };
    refused(&["-"]);
    refused(&["-", &log, "-"]);
    refused(&[&file, "--against", "-"]);
}

#[test]
fn what_cannot_be_read_is_said() {
    let folder = Folder::new();
    let file = folder.file("a.yaml", policy(RULES));
    let none = folder.path("none.log");
    let ran = run(&["policy", "simulate", &file, &none], "");
    assert_eq!(ran.code, Some(66), "{}", ran.err);
    let ran = run(&["policy", "simulate", &file], "hello\n");
    assert_eq!(ran.code, Some(65), "{}", ran.err);
    let said = "no line of the input is a Kubernetes audit event; the lines \
                look like plain text";
    assert!(ran.err.contains(said), "{}", ran.err);
    let ran = run(&["policy", "simulate", &none], "");
    assert_eq!(ran.code, Some(2), "{}", ran.err);
}

#[test]
fn what_is_not_known_of_the_noisiest_is_a_dash() {
    let folder = Folder::new();
    let file = folder.file("a.yaml", policy("- level: Metadata\n"));
    let event = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","stage":"ResponseComplete"}"#;
    let ran = run(&["policy", "simulate", &file], format!("{event}\n"));
    let out = String::from_utf8(ran.out).unwrap();
    assert!(out.contains("  - - by an unknown user\n"), "{out}");
}
