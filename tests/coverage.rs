//! `--coverage` and `--fail-on-dead` tell what conditions have met.

use serde_json::{Value, json};

use crate::tool::{Folder, Ran, failed, fine, run};

/// An event that creates a pod, at this level and with these members.
fn creation(level: &str, members: &Value) -> String {
    let mut event = json!({
        "kind": "Event",
        "level": level,
        "auditID": "a",
        "verb": "create",
        "objectRef": {"resource": "pods"},
    });
    for (key, value) in members.as_object().unwrap() {
        event[key] = value.clone();
    }
    format!("{event}\n")
}

/// Returns the rows of the report whose first or last words are `name`, all
/// blanks but one taken out.
fn rows(ran: &Ran, name: &str) -> Vec<String> {
    let words =
        |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = ran.err.lines().map(words);
    lines.filter(|line| line.contains(name)).collect()
}

/// Checks that the report on `input` has these rows, whatever the threads.
#[track_caller]
fn check(steps: &str, input: &str, expected: &[&str]) {
    for threads in ["1", "2", "8"] {
        let ran =
            run(&["--coverage", "--threads", threads, "-c", steps], input);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        for row in expected {
            let found = rows(&ran, row);
            assert_eq!(found, [*row], "{steps}\n{}", ran.err);
        }
    }
}

#[test]
fn conditions_are_counted_by_events() {
    let input = format!("{}{}", failed().repeat(2), fine().repeat(3));
    check(
        "code >= 400",
        &input,
        &["where (step 1) 5 2", "5 5 0 2 responseStatus.code >= 400"],
    );
    check(
        "skip code < 300 | tag odd if verb = list | drop ua",
        &input,
        &[
            "skip (step 1) 5 3",
            "tag odd if (step 2) 2 0 <- never matched",
            "2 2 0 0 verb = \"list\"",
        ],
    );
    check(
        "rule bad = code = 403; rule gone = code = 410; detect",
        &input,
        &["rule bad 5 2", "rule gone 5 0 <- never matched"],
    );
}

#[test]
fn tests_are_asked_while_the_answer_matters() {
    let input = format!("{}{}", failed().repeat(2), fine().repeat(3));
    check(
        "code = 403 and verb = list",
        &input,
        &[
            "where (step 1) 5 0 <- never matched",
            "5 5 0 0 verb = \"list\"",
            "0 0 0 0 responseStatus.code = 403",
        ],
    );
}

#[test]
fn a_body_that_was_not_logged_is_told() {
    let metadata = creation("Metadata", &json!({})).repeat(3);
    check(
        "privileged-pod",
        &metadata,
        &[
            "where (step 1) 3 0 <- met 3 candidate events, 3 without a body \
             (level below Request)",
            "3 0 0 0 containers.securityContext.privileged == true <- never \
             had a value",
        ],
    );
    let privileged = json!({"requestObject": {"spec": {"containers": [
        {"securityContext": {"privileged": true}}
    ]}}});
    let mixed = format!(
        "{metadata}{}{}{}",
        creation("Request", &json!({})),
        creation("Request", &privileged),
        creation("Request", &json!({"verb": "delete"})),
    );
    check(
        "privileged-pod",
        &mixed,
        &[
            "where (step 1) 6 1 <- met 5 candidate events, 4 without a body \
             (3 of them: level below Request)",
            "5 1 0 1 containers.securityContext.privileged == true",
        ],
    );
}

#[test]
fn values_of_another_type_are_told() {
    let text = json!({"requestObject": {"spec": {"replicas": "3"}}});
    let input = creation("Request", &text).repeat(2);
    check(
        "request.spec.replicas >= 2",
        &input,
        &["2 2 2 0 requestObject.spec.replicas >= 2 <- never had a value of \
           this type"],
    );
    let null = json!({"requestObject": {"spec": {"replicas": null}}});
    check(
        "request.spec.replicas >= 2",
        &creation("Request", &null),
        &["1 0 0 0 requestObject.spec.replicas >= 2 <- never had a value"],
    );
}

#[test]
fn elements_are_counted_inside_of_any() {
    let rules = json!([{"verbs": ["get"]}, {"verbs": ["list"]}]);
    let role = json!({"requestObject": {"rules": rules}});
    check(
        "any(rbac, .verbs = list)",
        &creation("Request", &role),
        &["where (step 1) 1 1", "2 2 0 1 .verbs = \"list\""],
    );
}

#[test]
fn coverage_changes_nothing_else() {
    let input = format!("{}{}", failed(), fine());
    let ran = run(&["--coverage", "-s", "code >= 400"], &input);
    ran.check(0, &failed());
    assert!(ran.err.find("statistics") < ran.err.find("coverage"));
    let counted = run(&["--coverage", "count by code"], &input);
    let rows = "{\"count\":1,\"code\":200}\n{\"count\":1,\"code\":403}\n";
    counted.check(0, rows);
}

/// Checks what `--fail-on-dead` names, and its exit code.
#[track_caller]
fn check_dead(args: &[&str], input: &str, dead: &[&str]) {
    let ran = run(&[&["--fail-on-dead"], args].concat(), input);
    let code = if dead.is_empty() { 0 } else { 1 };
    assert_eq!(ran.code, Some(code), "{args:?}\n{}", ran.err);
    let said: Vec<&str> = ran.err.lines().collect();
    let sentence =
        |name: &&str| format!("kaudit-filter: {name}: matched no event");
    assert_eq!(said, dead.iter().map(sentence).collect::<Vec<_>>());
}

#[test]
fn what_never_matched_is_dead() {
    let input = format!("{}{}", failed(), fine());
    for (steps, dead) in [
        ("code >= 400", &[][..]),
        ("code = 410", &["where (step 1)"]),
        ("skip code = 410", &["skip (step 1)"]),
        ("tag odd if code = 410", &["tag odd if (step 1)"]),
        ("tag odd", &[]),
        ("drop ua | head 3", &[]),
        // A part of a condition may never be true.
        ("code = 410 or code = 200", &[]),
        ("rule a = code = 410; rule b = code = 200; detect", &["rule a"]),
        ("rule a = code = 403; rule b = code = 200; detect", &[]),
        // To these steps no event comes.
        (
            "code = 410 | skip code = 403 | tag odd if code = 200",
            &["where (step 1)", "skip (step 2)", "tag odd if (step 3)"],
        ),
    ] {
        check_dead(&[steps], &input, dead);
        check_dead(&["-c", steps], &input, dead);
        check_dead(&["--threads", "8", steps], &input, dead);
    }
}

#[test]
fn with_quiet_all_events_are_tried() {
    let input = format!("{}{}", failed(), fine());
    let rules = "rule a = code = 403; rule b = code = 200; detect";
    let ran = run(&["-q", "--fail-on-dead", rules], &input);
    ran.check(0, "");
    check_dead(&["-q", "verb = get | skip code = 200"], &input, &[]);
    let dead = &["where (step 1)"];
    check_dead(&["-q", "code = 410"], &input, dead);
    check_dead(&["-q", "code = 410 | count"], &input, dead);
}

#[test]
fn rules_of_files_are_tried_too() {
    let folder = Folder::new();
    let rules = "rule a = code = 403\nrule b = code = 410\n";
    let rules = folder.file("rules.kaf", rules);
    check_dead(&["-f", &rules], &failed(), &["rule b"]);
    check_dead(&["-f", &rules, "-x", "detect a"], &failed(), &[]);
}

#[test]
fn a_worse_end_has_its_own_code() {
    let args = ["--fail-on-dead", "code = 410", "/no/such/file"];
    assert_eq!(run(&args, "").code, Some(66));
    assert_eq!(run(&args[..2], "klog\n").code, Some(65));
}

#[test]
fn a_long_list_is_shown_by_its_beginning() {
    let folder = Folder::new();
    let names: String = (0..10_000).map(|n| format!("user-{n}\n")).collect();
    let list = folder.file("names.txt", &names);
    let text = format!("list names = from {list:?}\nuser in @names");
    let ran = run(&["-c", "--coverage", "-x", &text], failed());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains(", and 9980 more)"), "{}", ran.err);
    assert!(ran.err.len() < 2_000, "{}", ran.err.len());
}
