//! The step `policy`, as people use it.

use std::fs;

use serde_json::Value;

use crate::tool::{Folder, Ran, run};

const FILE: &str = "examples/policy.yaml";

/// A policy that lowers everything, in a folder.
fn folder() -> Folder {
    let folder = Folder::new();
    let text = "apiVersion: audit.k8s.io/v1\nrules: [{level: Metadata}]\n";
    folder.file("policy.yaml", text);
    folder
}

fn event() -> String {
    let event = r#"{"level":"Request","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{"username":"u"},"requestObject":{"a":1}}"#;
    format!("{event}\n")
}

fn lowered() -> String {
    event()
        .replace("Request\",\"audit", "Metadata\",\"audit")
        .replace(r#","requestObject":{"a":1}"#, "")
}

#[track_caller]
fn lines(ran: &Ran) -> Vec<Value> {
    assert_eq!((ran.code, &*ran.err), (Some(0), ""));
    let lines = ran.out.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

#[test]
fn the_example_policy_keeps_no_secrets_and_no_hum() {
    let step = format!("policy \"{FILE}\"");
    let logs = ["examples/audit.log", "examples/workloads.log"];
    let all = lines(&run(&["true", logs[0], logs[1]], ""));
    let left = lines(&run(&[&step, logs[0], logs[1]], ""));
    assert!(left.len() < all.len() && left.len() > 30, "{}", left.len());
    for event in &left {
        assert_ne!(event["stage"], "RequestReceived");
        assert_eq!(event.get("responseObject"), None);
        let is_secret = event["objectRef"]["resource"] == "secrets";
        assert!(!is_secret || event["level"] == "Metadata", "{event}");
        let has_body = event.get("requestObject").is_some();
        assert!(!has_body || event["level"] == "Request", "{event}");
    }
    // A second time changes nothing.
    let twice = format!("{step} | {step}");
    assert_eq!(lines(&run(&[&twice, logs[0], logs[1]], "")), left);
}

#[test]
fn a_name_counts_from_the_file_that_it_is_in() {
    let folder = folder();
    let steps = folder.file("steps.kaf", "policy \"policy.yaml\"\n");
    run(&["-f", &steps], event()).check(0, &lowered());
    let pipeline = folder.file(
        "one.toml",
        "[[route]]\nname = \"a\"\nsteps = 'policy \"policy.yaml\"'\n\
         to = [\"stdout\"]\n",
    );
    let ran = run(&["-p", &pipeline, "-"], event());
    assert_eq!(ran.out, lowered().as_bytes(), "{}", ran.err);
}

#[test]
fn what_an_apiserver_would_not_take_is_refused() {
    let folder = folder();
    let step = |name: &str| format!("policy \"{}\"", folder.path(name));
    let refused = |name: &str, said: &str| {
        let ran = run(&[step(name)], event());
        ran.check(2, "");
        assert!(ran.err.contains(said), "{}", ran.err);
    };
    refused("missing", "No such file");
    let text = "apiVersion: audit.k8s.io/v1\nrules:\n- level: Nothing\n";
    folder.file("wrong", text);
    refused("wrong", "error: no audit policy: `Nothing` is no level");
    let place = format!(" ::: {}:3:10\n", folder.path("wrong"));
    refused("wrong", &place);
    refused("wrong", "\n3 | - level: Nothing\n  |          ^^^^^^^\n");
    folder.file("wrong", format!("{text}- {{}}\n"));
    refused("wrong", "`Nothing` is no level, and 1 more\n");
    refused("wrong", "= help: `kaudit-filter policy check` shows all\n");
    folder.file("bytes", b"\xff\xfe");
    refused("bytes", "is not UTF-8");
    // Whatever stands in it, a terminal does not obey.
    folder.file(
        "escape",
        "apiVersion: \"\\e[2J\u{202e}\"\nrules: [{level: None}]\n",
    );
    refused("escape", r"\u{1b}[2J\u{202e}");
}

#[test]
fn what_an_apiserver_would_ignore_is_told() {
    let folder = folder();
    let text = fs::read_to_string(folder.path("policy.yaml")).unwrap();
    let path = folder.file("odd", format!("{text}omitstages: []\n"));
    let step = format!("policy \"{path}\"");
    let ran = run(&[&step], event());
    ran.check(0, &lowered());
    let drawn = format!(
        "\
warning: unknown field `omitstages`, which is ignored
 --> <expression>:1:1
  |
1 | {step}
  | {}
  |
 ::: {path}:3:1
  |
3 | omitstages: []
  | ^^^^^^^^^^
  |
  = help: did you mean `omitStages`?
",
        "^".repeat(step.len())
    );
    assert_eq!(ran.err, drawn, "{}", ran.err);
    let ran = run(&["-W", "error", &step], event());
    ran.check(2, "");
}

#[test]
fn events_that_cannot_be_decided_on_pass_and_are_counted() {
    let folder = folder();
    let step = format!("policy \"{}\"", folder.path("policy.yaml"));
    let odd = "{\"auditID\":\"a\",\"requestObject\":{}}\n";
    let input = format!("{odd}{}{odd}", event());
    let ran = run(&[&step, "-s"], &input);
    ran.check(0, &format!("{odd}{}{odd}", lowered()));
    assert_eq!(ran.number("undecided: no level"), 2, "{}", ran.err);
    let said = "2 events passed a policy as they were: no level";
    assert!(ran.err.contains(said), "{}", ran.err);
    assert_eq!(ran.number("kept"), 3);
    assert_eq!(ran.number("changed"), 1);
}

#[test]
fn an_event_without_its_user_passes_a_rule_for_users_and_is_counted() {
    let folder = Folder::new();
    let text = "apiVersion: audit.k8s.io/v1\nrules:\n\
                - {level: Metadata, userGroups: [dev]}\n";
    let step = format!("policy \"{}\"", folder.file("a.yaml", text));
    let cut = event().replace(r#""user":{"username":"u"},"#, "");
    let nobody = event().replace(r#"{"username":"u"}"#, "{}");
    let ran = run(&[&step, "-s"], format!("{}{cut}{nobody}", event()));
    ran.check(0, &cut);
    assert_eq!(ran.number("undecided: no readable user"), 1, "{}", ran.err);
    assert_eq!(ran.number("skipped"), 2);
    let said = "1 events passed a policy as they were: no readable user";
    assert!(ran.err.contains(said), "{}", ran.err);
}

#[test]
fn a_line_that_breaks_is_a_matter_for_on_invalid() {
    let folder = folder();
    let step = format!("policy \"{}\"", folder.path("policy.yaml"));
    let cut = &event()[..event().len() - 8];
    let input = format!("{cut}\n");
    run(&[&step], &input).check(0, &input);
    run(&[&step, "--on-invalid", "skip"], &input).check(0, "");
    let ran = run(&[&step, "-s", "--on-invalid", "skip"], &input);
    assert_eq!(ran.number("unknown"), 1);
}

#[test]
fn a_policy_stands_before_what_changes_its_facts() {
    let refused = |before: &str| {
        let steps = format!("{before} | policy \"{FILE}\"");
        let ran = run(&[&steps], event());
        ran.check(2, "");
        assert!(ran.err.contains("put `policy` before"), "{}", ran.err);
    };
    for before in [
        "drop user",
        "drop user.groups[0]",
        "keep verb",
        "mask requestURI",
        "truncate user.username to 3",
        "drop verb, stage",
    ] {
        refused(before);
    }
    for before in [
        "drop managedFields, userAgent",
        "mask requestObject",
        "drop user.extra",
        "keep user.username, user.groups, verb, requestURI",
        "verb = list",
    ] {
        let steps = format!("{before} | policy \"{FILE}\"");
        let ran = run(&["-c", &steps], event());
        assert_eq!(ran.code, Some(0), "{before}: {}", ran.err);
    }
}

#[test]
fn explain_says_what_is_applied_and_read() {
    let ran = run(&["--explain", &format!("policy \"{FILE}\"")], "");
    let out = String::from_utf8(ran.out).unwrap();
    assert!(out.contains("apply the audit policy \"examples/policy.yaml\""));
    assert!(out.contains("requestURI, verb, user"), "{out}");
    assert!(out.contains("goes on to the end of the line"), "{out}");
}
