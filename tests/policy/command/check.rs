//! `policy check` finds what is not meant so.

use std::{env, fs, path::Path};

use serde_json::{Value, json};

use super::policy;
use crate::tool::{Folder, run, skip};

/// Returns the exit code, and the names of what is found.
fn found(args: &[&str]) -> (i32, Vec<String>) {
    let ran = run(&[&["policy", "check", "-o", "json"], args].concat(), "");
    let line: Value = serde_json::from_slice(&ran.out).unwrap();
    let lints = line["findings"].as_array().unwrap().iter();
    let lints = lints.map(|it| it["lint"].as_str().unwrap().to_owned());
    (ran.code.unwrap(), lints.collect())
}

/// What is wrong with each of the policies that others wrote, as the second
/// line of each says.
const DEFECTS: [(&str, i32, &[&str]); 20] = [
    ("eks-aws-auth-fragment", 1, &["names-miss-create", "no-catch-all"]),
    ("falco-k8saudit", 1, &["wrong-group", "configmap-body"]),
    ("gce-configure-helper", 0, &["dead-group"]),
    ("k8s-docs-example", 1, &["dead-group", "configmap-body"]),
    ("k8s-docs-minimal", 0, &["two-stages"]),
    ("kubespray-custom-empty-lists", 1, &["empty-list", "nothing-recorded"]),
    ("openshift-default", 0, &["bare-path", "discovery-only"]),
    ("openshift-multipleCr", 1, &["unknown-field", "widened-rule"]),
    ("openshift-none", 1, &["nothing-recorded"]),
    ("seed000-podsec-usernetes", 1, &["unknown-field", "widened-rule"]),
    ("seed001-1-logs-metadata", 0, &["redundant-rule", "two-stages"]),
    (
        "seed001-2-resourcenames-misplaced",
        1,
        &["unknown-field", "widened-rule"],
    ),
    (
        "seed001-2b-resourcenames-rule-level",
        1,
        &["unknown-field", "widened-rule"],
    ),
    ("seed001-3-omit-responsecomplete", 1, &["no-outcome"]),
    ("seed003-personal", 1, &["singular-resource", "no-catch-all"]),
    (
        "seed003-recipe-right-order",
        1,
        &["unreachable-rule", "unknown-field", "nothing-recorded"],
    ),
    (
        "seed003-recipe-wrong-order",
        1,
        &["unreachable-rule", "unknown-field", "widened-rule"],
    ),
    ("seed003-stages", 1, &["lost-401", "discovery-only", "no-body"]),
    ("seed004-apiserver-blog", 0, &["dead-group"]),
    ("shadowed-secrets", 1, &["unreachable-rule", "redundant-rule"]),
];

#[test]
fn the_defects_of_policies_that_others_wrote_are_found() {
    let Some(data) = env::var_os("KAUDIT_FILTER_DATA") else {
        return skip("KAUDIT_FILTER_DATA is not set: policies of others");
    };
    let folder = Path::new(&data).join("policy/policies");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), DEFECTS.len());
    for (name, code, lints) in DEFECTS {
        let path = folder.join(format!("{name}.yaml"));
        let path = path.to_str().unwrap();
        let (exit, found) = found(&["--kubernetes", "1.36", path]);
        assert_eq!(exit, code, "{name}: {found:?}");
        for lint in lints {
            let is_found = found.iter().any(|it| it == lint);
            assert!(is_found, "{name}: no {lint} in {found:?}");
        }
    }
}

#[test]
fn a_finding_points_and_says_what_to_do() {
    let folder = Folder::new();
    let text = policy(
        "- level: Request\n  resources:\n  - group: ''\n    \
         resources: [secrets]\n    verbs: [get]\n- level: Metadata\n",
    );
    let file = folder.file("a.yaml", &text);
    let ran = run(&["policy", "check", &file], "");
    assert_eq!(ran.code, Some(1));
    let expected = format!(
        "\
warning: this rule takes all verbs, at level Request [widened-rule]
 --> {file}:5:3
  |
5 | - level: Request
  |   ^^^^^^^^^^^^^^
  |
  = help: `verbs` is ignored where it stands

warning: Request records the contents of secrets that are written \
         [secret-body]
 --> {file}:5:10
  |
5 | - level: Request
  |          ^^^^^^^
  |
  = help: before this rule: `level: Metadata` for {{group: \"\", \
         resources: [secrets]}}

warning: unknown field `verbs`, which is ignored [unknown-field]
 --> {file}:9:5
  |
9 |     verbs: [get]
  |     ^^^^^
  |
  = help: it belongs to a rule, not to an entry of `resources`: indent it less
"
    );
    assert_eq!(ran.err.trim_end(), expected.trim_end());
    let out = String::from_utf8(ran.out).unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], format!("{file}: 3 warnings"));
    assert!(lines[1].contains("CIS 3.2.2") && lines[1].contains("admin"));
    assert!(
        lines[3].contains("secrets, written") && lines[3].ends_with("bodies")
    );
    assert!(lines[18].contains("most others") && lines[18].ends_with("ok"));
}

#[test]
fn the_worst_of_several_files_counts() {
    let folder = Folder::new();
    let good = folder.file("good.yaml", policy("- level: Metadata\n"));
    let warned = folder.file("warned.yaml", policy("- level: None\n"));
    let broken = folder.file("broken.yaml", policy("- level: All\n"));
    let none = folder.path("none.yaml");
    let check =
        |files: &[&str]| run(&[&["policy", "check"], files].concat(), "");
    assert_eq!(check(&[&good]).code, Some(0));
    assert_eq!(check(&[&good, &warned]).code, Some(1));
    let ran = check(&[&good, &broken, &warned]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("error: `All` is no level"), "{}", ran.err);
    let ran = check(&[&none, &good]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("none.yaml: No such file"), "{}", ran.err);
}

#[test]
fn a_file_that_cannot_be_read_has_its_line_of_json() {
    let folder = Folder::new();
    let good = folder.file("good.yaml", policy("- level: Metadata\n"));
    let none = folder.path("none.yaml");
    let bytes = folder.file("bytes.yaml", b"\xff\xfe");
    let args = ["policy", "check", "-o", "json", &none, &good];
    let ran = run(&[&args[..], &["--manifest", &bytes]].concat(), "");
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    let out = String::from_utf8(ran.out).unwrap();
    let lines = out.lines().map(|it| serde_json::from_str(it).unwrap());
    let lines: Vec<Value> = lines.collect();
    let said: Vec<_> =
        lines.iter().map(|it| json!([it["file"], it["usable"]])).collect();
    let all = [(&none, false), (&good, true), (&bytes, false)];
    assert_eq!(said, all.map(|(file, usable)| json!([file, usable])));
    let messages = ["No such file or directory (os error 2)", "is not UTF-8"];
    for (line, message) in [&lines[0], &lines[2]].into_iter().zip(messages) {
        let expected = json!([{"lint": "unreadable", "severity": "error",
            "line": null, "column": null, "message": message, "help": []}]);
        assert_eq!(line["findings"], expected);
    }
    assert!(ran.err.contains("none.yaml: No such file"), "{}", ran.err);
}

#[test]
fn a_policy_is_read_from_standard_input_once() {
    let folder = Folder::new();
    let good = folder.file("good.yaml", policy("- level: Metadata\n"));
    let wrong = policy("- level: All\n");
    let check =
        |args: &[&str]| run(&[&["policy", "check"], args].concat(), &wrong);
    let ran = check(&[&good, "-"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains(" --> standard input:5:10\n"), "{}", ran.err);
    let out = String::from_utf8(ran.out).unwrap();
    assert!(out.contains("standard input: 1 error\n"), "{out}");
    for twice in [["-", "-", &good], [&good, "-", "--manifest=-"]] {
        let ran = check(&twice);
        assert_eq!((ran.code, ran.out.len()), (Some(2), 0));
        assert!(ran.err.contains("`-` stands twice"), "{}", ran.err);
    }
}

#[test]
fn the_version_of_the_apiserver_decides_what_starts() {
    let folder = Folder::new();
    let rules = "- level: None\n  resources: [{group: '*'}]\n\
                 - level: Metadata\n";
    let file = folder.file("a.yaml", policy(rules));
    let code = |args: &[&str]| found(&[args, &[&file]].concat()).0;
    assert_eq!(code(&["--kubernetes", "1.35"]), 2);
    assert_eq!(code(&["--kubernetes", "1.36"]), 0);
    assert_eq!(code(&[]), 1);
    let ran = run(&["policy", "check", "--kubernetes", "x", &file], "");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("1.N"), "{}", ran.err);
}

#[test]
fn a_policy_does_nothing_to_a_terminal() {
    let folder = Folder::new();
    let rules = "- level: Metadata\n  \"\\e[2J\": x\n";
    let file = folder.file("a.yaml", policy(rules));
    let ran = run(&["policy", "check", &file], "");
    assert_eq!(ran.code, Some(1));
    assert!(!ran.err.contains('\x1b'), "{}", ran.err);
}

#[test]
fn a_manifest_is_checked_beside_its_policy() {
    let folder = Folder::new();
    let file = folder.file("policy.yaml", policy("- level: Metadata\n"));
    let text = "kind: Pod\nspec:\n  containers:\n  - name: kube-apiserver\n    \
                command: [kube-apiserver, --audit-policy-file=/p/policy.yaml, \
                --audit-log-path=-]\n";
    let manifest = folder.file("m.yaml", text);
    let ran = run(&["policy", "check", &file, "--manifest", &manifest], "");
    assert_eq!(ran.code, Some(1));
    let words = "`/p/policy.yaml` is in no mount";
    assert!(ran.err.contains(words), "{}", ran.err);
    let ran = run(&["policy", "check", &file, "--manifest", &file], "");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("[no-apiserver]"), "{}", ran.err);
}
