//! `policy diff` says for which requests two policies decide differently.

use serde_json::Value;

use super::policy;
use crate::tool::{Folder, Ran, run};

fn diff(folder: &Folder, args: &[&str], old: &str, new: &str) -> Ran {
    let old = folder.file("old.yaml", policy(old));
    let new = folder.file("new.yaml", policy(new));
    run(&[&["policy", "diff"], args, &[&old, &new]].concat(), "")
}

const OLD: &str = "\
- level: None
  users: [a]
- level: Metadata
  resources: [{resources: [secrets]}]
- level: Request
";

#[test]
fn the_same_decisions_are_one_line() {
    let folder = Folder::new();
    diff(&folder, &[], OLD, OLD).check(0, "same decisions\n");
    // In another order, of rules that have no request in common, too.
    let one = "- {level: None, verbs: [get]}\n- {level: Request, \
               verbs: [list]}\n- level: Metadata\n";
    let other = "- {level: Request, verbs: [list]}\n- {level: None, \
                 verbs: [get]}\n- level: Metadata\n";
    diff(&folder, &[], one, other).check(0, "same decisions\n");
}

#[test]
fn a_difference_names_requests_and_the_deciding_rules() {
    let folder = Folder::new();
    let new = OLD.replace("secrets", "secrets, configmaps");
    let ran = diff(&folder, &[], OLD, &new);
    let (old, new) = (folder.path("old.yaml"), folder.path("new.yaml"));
    ran.check(
        1,
        &format!(
            "\
Request -> Metadata
  {old}: rule 3 (line 9)
  {new}: rule 2 (line 7)
  - by others than a; of the group core; on configmaps
  such as: get configmaps x in default by jane
"
        ),
    );
}

#[test]
fn no_terminal_obeys_what_is_told_as_json() {
    let folder = Folder::new();
    let name = "a\u{9b}31m\u{202e}\u{7f}\u{e0041}";
    let old = r#"- {level: None, users: ["a\u009b31m\u202e\x7f\U000e0041"]}"#;
    let new = old.replace("None", "Metadata");
    let ran = diff(&folder, &["-o", "json"], old, &new);
    let out = String::from_utf8(ran.out).unwrap();
    let (line, _) = out.split_once('\n').unwrap();
    assert!(line.bytes().all(|byte| (b' '..0x7f).contains(&byte)), "{line}");
    let told: Value = serde_json::from_str(line).unwrap();
    let example = told["example"].as_str().unwrap();
    assert!(example.ends_with(&format!("by {name}")), "{example}");
}

#[test]
fn a_difference_in_stages_is_one() {
    let folder = Folder::new();
    let new =
        format!("{OLD}  omitStages: [Panic]\n  omitManagedFields: true\n");
    let ran = diff(&folder, &["-o", "json"], OLD, &new);
    assert_eq!(ran.code, Some(1));
    let lines: Vec<Value> = String::from_utf8(ran.out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // Resources and paths.
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["new"]["level"], "Request");
    let stages = &lines[0]["new"]["omitStages"];
    assert_eq!(stages, &Value::from(vec!["RequestReceived", "Panic"]));
    assert_eq!(lines[0]["old"]["rule"], 3);
    assert_eq!(lines[1]["requests"][0], "by others than a");
}

#[test]
fn paths_can_be_asked_for_with_any_method() {
    let folder = Folder::new();
    let new = "- {level: None, verbs: [watch], nonResourceURLs: [/a]}\n\
               - level: Metadata\n";
    let ran = diff(&folder, &[], "- level: Metadata\n", new);
    let (old, new) = (folder.path("old.yaml"), folder.path("new.yaml"));
    let want = format!(
        "\
Metadata -> None
  {old}: rule 1 (line 5)
  {new}: rule 1 (line 5)
  - watch; of /a
  such as: watch /a by jane
"
    );
    ran.check(1, &want);
}

/// Returns many rules, each for a user of a group, or for one of a group.
fn many(level: &str) -> String {
    let rule = |at: usize| {
        let groups = format!("{{level: {level}, userGroups: [h{at}]");
        format!(
            "- {{level: None, users: [u{at}], userGroups: [g{at}]}}\n\
             - {groups}, verbs: [get], namespaces: [n{at}]}}\n"
        )
    };
    (0..100).map(rule).collect::<String>() + "- level: Metadata\n"
}

#[test]
fn policies_of_hundreds_of_rules_are_compared() {
    let folder = Folder::new();
    let (old, new) = (many("Request"), many("RequestResponse"));
    diff(&folder, &[], &old, &old).check(0, "same decisions\n");
    let ran = diff(&folder, &["-o", "json"], &old, &new);
    assert_eq!(ran.code, Some(1));
    let lines: Vec<Value> = String::from_utf8(ran.out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 100);
    assert_eq!(lines[0]["example"], "get things x in n0 by jane of h0");
    assert_eq!(lines[99]["old"]["rule"], 200);
}

#[test]
fn a_part_is_told_of_what_has_too_many() {
    let folder = Folder::new();
    let new = many("Request").replace("- level: Metadata", "- level: None");
    let ran = diff(&folder, &[], &many("Request"), &new);
    assert_eq!(ran.code, Some(1));
    let out = String::from_utf8(ran.out).unwrap();
    assert!(out.contains("  - and more parts than can be told\n"), "{out}");
    assert!(
        out.contains("such as: get things x in default by jane\n"),
        "{out}"
    );
}

#[test]
fn what_is_too_much_to_compare_is_not_called_the_same() {
    let folder = Folder::new();
    let entries = "{group: a.io}, ".repeat(11_000);
    let rules = format!("- {{level: None, resources: [{entries}]}}\n");
    let ran = diff(&folder, &[], &rules, &rules);
    assert_eq!((ran.code, &ran.out[..]), (Some(2), &b""[..]));
    assert!(ran.err.contains("too much to compare"), "{}", ran.err);
}

#[test]
fn what_an_apiserver_would_ignore_is_told_of_both() {
    let folder = Folder::new();
    let typo = format!("{OLD}  verb: [get]\n");
    let twice = format!("{OLD}  level: Request\n");
    let ran = diff(&folder, &[], &typo, &twice);
    let (old, new) = (folder.path("old.yaml"), folder.path("new.yaml"));
    let expected = format!(
        "\
warning: unknown field `verb`, which is ignored
  --> {old}:10:3
   |
10 |   verb: [get]
   |   ^^^^
   |
   = help: did you mean `verbs`?

warning: a second `level`, which counts instead of the first
  --> {new}:10:3
   |
10 |   level: Request
   |   ^^^^^
"
    );
    assert_eq!(ran.err, expected, "{}", ran.err);
    assert_eq!((ran.code, &*ran.out), (Some(0), &b"same decisions\n"[..]));
}

#[test]
fn one_of_both_is_read_from_standard_input() {
    let folder = Folder::new();
    let old = folder.file("old.yaml", policy(OLD));
    let new = policy("- level: Metadata\n");
    let ran = run(&["policy", "diff", &old, "-"], &new);
    let out = String::from_utf8(ran.out).unwrap();
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(out.contains("\n  standard input: rule 1 (line 5)\n"), "{out}");
    run(&["policy", "diff", "-", &old], policy(OLD)).check(0, SAME);
    let ran = run(&["policy", "diff", "-", "-"], &new);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("`-` stands twice"), "{}", ran.err);
}

const SAME: &str = "same decisions\n";

#[test]
fn a_policy_that_cannot_be_used_is_not_compared() {
    let folder = Folder::new();
    let ran = diff(&folder, &[], OLD, "- level: Much\n");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("`Much` is no level"), "{}", ran.err);
    let none = folder.path("none.yaml");
    let ran = run(&["policy", "diff", &none, &none], "");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("none.yaml: No such file"), "{}", ran.err);
}
