//! What is read, refused and passed over.

use super::*;
use crate::policy::{Level, Rule};

const HEAD: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";

/// Reads a policy that is right but for warnings.
#[track_caller]
fn read(body: &str) -> Loaded {
    let text = format!("{HEAD}{body}");
    load(&text, Version::NEWEST).unwrap_or_else(|found| {
        panic!("{text}\n{found:#?}");
    })
}

/// Reads one rule.
#[track_caller]
fn rule(body: &str) -> Rule {
    read(&format!("rules:\n{body}")).policy.rules.remove(0)
}

/// Checks what a policy is refused for: the text that is pointed at, and the
/// beginning of the message.
#[track_caller]
fn refused(text: &str, version: Version, place: &str, message: &str) {
    let found = load(text, version).expect_err(text);
    let first = &found[0];
    assert!(first.message.starts_with(message), "{text}\n{found:#?}");
    assert_eq!(&text[first.span.clone()], place, "{text}\n{found:#?}");
}

#[track_caller]
fn refused_rule(body: &str, place: &str, message: &str) {
    let text = format!("{HEAD}rules:\n{body}");
    refused(&text, Version::NEWEST, place, message);
}

/// Checks what a policy is warned of: where, and at which text.
#[track_caller]
fn warned(body: &str, expected: &[(&str, &str)]) {
    let text = format!("{HEAD}{body}");
    let loaded = load(&text, Version::NEWEST).expect(&text);
    let found: Vec<_> = loaded
        .warnings
        .iter()
        .map(|it| (&*it.path, &text[it.span.clone()]))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn every_field_is_read_with_its_place() {
    let text = format!(
        "{HEAD}rules:
- level: Request # as it is
  users: [a, 'b c']
  userGroups:
  - \"g\"
  verbs: [get]
  resources:
  - group: apps
    resources: [deployments]
    resourceNames: [x]
  - resources: [pods/*]
  namespaces: ['']
  omitStages: [Panic]
  omitManagedFields: true
- level: None
  nonResourceURLs: [/healthz*]
omitStages: [RequestReceived]
omitManagedFields: false
"
    );
    let policy = load(&text, Version::NEWEST).unwrap().policy;
    let rule = &policy.rules[0];
    let at = |span: &std::ops::Range<usize>| &text[span.clone()];
    assert_eq!(at(&rule.span), "level: Request");
    assert_eq!(at(&rule.level_span), "Request");
    assert_eq!(at(rule.users.key.as_ref().unwrap()), "users");
    assert_eq!(at(&rule.users.items[1].span), "'b c'");
    assert_eq!(&*rule.users.items[1].text, "b c");
    assert_eq!(at(&rule.user_groups.items[0].span), "\"g\"");
    assert_eq!(rule.resources[0].group(), "apps");
    assert_eq!(rule.resources[1].group(), "");
    assert!(rule.resources[0].resource_names.has("x"));
    assert_eq!(at(&rule.resources[1].span), "resources");
    assert_eq!(&*rule.namespaces.items[0].text, "");
    assert_eq!(at(&rule.omit_stages[0].span), "Panic");
    assert_eq!(at(&rule.omit_managed_fields.as_ref().unwrap().span), "true");
    assert_eq!(policy.stages(Some(0)).iter().count(), 2);
    assert!(policy.omits_managed_fields(Some(0)));
    assert!(!policy.omits_managed_fields(Some(1)));
}

#[test]
fn nothing_and_null_ask_for_nothing() {
    for body in [
        "- level: None\n  users:\n  resources: []\n  verbs: ~\n",
        "- {level: None, users: null, omitManagedFields: null}\n",
    ] {
        let rule = rule(body);
        assert!(rule.users.is_empty() && rule.resources.is_empty());
        assert_eq!(rule.omit_managed_fields, None);
    }
    let rule = rule("- level: None\n  resources:\n  - group:\n");
    assert_eq!(rule.resources[0].group(), "");
    assert!(rule.resources[0].group.is_some());
}

#[test]
fn what_is_written_twice_or_not_known_is_warned_of() {
    warned(
        "rules:\n- level: None\n  verb: [get]\n  level: Request\n",
        &[("rules[0].verb", "verb"), ("rules[0].level", "level")],
    );
    warned(
        "Rules: 1\nrules:\n- level: None\n  resources:\n  - verbs: [x]\n",
        &[("Rules", "Rules"), ("rules[0].resources[0].verbs", "verbs")],
    );
    warned("rules: [{level: None}]\n---\nx: [\n", &[("", "")]);
    warned(
        "metadata: {nom: x}\nrules: [{level: None}]",
        &[("metadata.nom", "nom")],
    );
    let twice = rule("- level: None\n  users: [a]\n  users: [b, c]\n");
    assert_eq!(twice.users.iter().collect::<Vec<_>>(), ["b", "c"]);
}

#[test]
fn what_follows_the_first_document_is_not_read() {
    let body = "rules: [{level: None}]\n";
    for behind in ["---\nx: [", "---\nx\ny: z", "...\nü", "...\n}", "---\n"] {
        warned(&format!("{body}{behind}"), &[("", "")]);
    }
    warned(&format!("{body}...\n# that is all\n"), &[]);
}

#[test]
fn a_misplaced_field_is_told_where_it_belongs() {
    let loaded = read("rules:\n- level: None\n  resources:\n  - verbs: []\n");
    let help = &loaded.warnings[0].help[0];
    assert!(help.contains("a rule") && help.contains("indent it less"));
    let loaded = read("rules:\n- level: None\n  resourceNames: [a]\n");
    assert!(loaded.warnings[0].help[0].contains("entry of `resources`"));
    let loaded = read("rules:\n- level: None\n  namespace: [a]\n");
    assert_eq!(loaded.warnings[0].help[0], "did you mean `namespaces`?");
}

#[test]
fn anchors_aliases_and_merges_stand_for_what_they_name() {
    let loaded = read(
        "rules:
- &base
  level: Metadata
  users: &who [a, b]
- <<: *base
  level: Request
- level: None
  users: *who
- <<: [{level: None}, {level: Request, verbs: [get]}]
",
    );
    let rules = &loaded.policy.rules;
    assert_eq!(rules[1].level, Level::Request);
    assert!(rules[1].users.has("b") && rules[2].users.has("a"));
    assert_eq!(rules[3].level, Level::None);
    assert!(rules[3].verbs.has("get"));
}

#[test]
fn a_document_is_read_behind_marks_and_as_json() {
    let json = r#"{"apiVersion":"audit.k8s.io/v1","metadata":{},
        "rules":[{"level":"RequestResponse","users":["a\/b"]}]}"#;
    for text in [
        format!("\u{feff}{HEAD}rules:\n- level: None\n"),
        format!("# ü\n--- # one\n{HEAD}rules:\n- level: None\n...\n"),
        format!("{HEAD}rules:\r\n- level: None\r\n"),
        json.to_owned(),
        format!("  \n{json}\n"),
        format!("{HEAD}rules: [\n \t{{level:\tNone}}\n]\n"),
        "{\n\t\"apiVersion\":\t\"audit.k8s.io/v1\",\n\t\"rules\": \
         [\n\t\t{\"level\":\"None\"}\n\t]\n}\n"
            .to_owned(),
        format!("{HEAD}#\t\nrules:\n- level:\tNone\t# x\n"),
        format!("{HEAD}rules:\n- level: None\n  users: ['a\n\tb']\n"),
        "%YAML 1.1\n---\napiVersion: audit.k8s.io/v1\n\
         rules: [{level: None}]"
            .to_owned(),
    ] {
        let loaded = load(&text, Version::NEWEST);
        let found = loaded.map(|loaded| loaded.warnings);
        assert_eq!(found, Ok(Vec::new()), "{text}");
    }
}

#[test]
fn places_are_right_behind_letters_of_several_bytes() {
    let text = "# äöü €\napiVersion: audit.k8s.io/v1\nrules: [{level: Nein}]";
    refused(text, Version::NEWEST, "Nein", "`Nein` is no level");
    let text = format!("\u{feff}{text}");
    refused(&text, Version::NEWEST, "Nein", "`Nein` is no level");
}

#[test]
fn a_value_of_another_type_is_refused() {
    refused_rule("- level: None\n  users: a\n", "a", "`rules[0].users` has");
    refused_rule("- level: None\n  users: [1]\n", "1", "`rules[0].users[0]`");
    refused_rule("- level: None\n  users: [yes]\n", "yes", "`rules[0].users");
    refused_rule("- level: 5\n", "5", "`rules[0].level` has to be text");
    refused_rule("- None\n", "None", "`rules[0]` has to be an object");
    refused_rule(
        "- level: None\n  omitManagedFields: 'true'\n",
        "'true'",
        "`rules[0].omitManagedFields` has to be true or false",
    );
    let text = format!("{HEAD}rules:\n  level: None\n");
    let place = "level: None";
    refused(&text, Version::NEWEST, place, "`rules` has to be a list");
}

#[test]
fn what_is_no_yaml_and_no_json_is_refused() {
    for text in [
        "a: [",
        "a: b: c",
        "\tlevel: None",
        "a:\n  b: c\n\td: e",
        "a: b\n\t\nc: d",
        "a:\n-\tb: c",
        "a: b\n\t# c",
        "*x",
        "a: &a [*a]",
        "{a: b}",
        r#"{"apiVersion":"audit.k8s.io/v1"} x"#,
        "<<: 1",
        "? [a]\n: b",
        "\"",
        "%",
        "%YAML 1.2\n---\na: b",
        "a: !!int b",
        "a: !!bool 1",
    ] {
        let found = load(text, Version::NEWEST).expect_err(text);
        assert_eq!(found[0].kind, Kind::Syntax, "{text} {found:?}");
    }
}

#[test]
fn what_would_become_large_or_deep_is_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let before = format!("*a{}, ", n - 1).repeat(10);
        bomb.push_str(&format!("a{n}: &a{n} [{before}]\n"));
    }
    let deep = format!("{HEAD}x: {}", "[".repeat(200_000));
    let long = format!("{HEAD}# {}", "x".repeat(MOST));
    for text in [bomb, deep, long] {
        let found = load(&text, Version::NEWEST).unwrap_err();
        assert_eq!(found[0].kind, Kind::Limit);
        assert_eq!(found[0].help, [tree::LIMIT]);
    }
}

#[test]
fn a_document_says_what_it_is() {
    let rules = "rules: [{level: None}]";
    for (text, place, message) in [
        ("", "", "no policy"),
        ("# nothing\n", "", "no policy"),
        ("word", "word", "a policy has to be an object"),
        ("rules: [{level: None}]", "rules", "no `apiVersion`"),
        ("apiVersion: v1\nrules: [{level: None}]", "v1", "`v1` is no version"),
        (
            "apiVersion: audit.k8s.io/v1beta1\nrules: [{level: None}]",
            "audit.k8s.io/v1beta1",
            "`audit.k8s.io/v1beta1` is not read from 1.24 on",
        ),
        (
            "apiVersion: audit.k8s.io/v1\nkind: Event\nrules: [{level: None}]",
            "Event",
            "`Event` is no audit policy",
        ),
        ("apiVersion: audit.k8s.io/v1", "apiVersion", "no rules"),
        ("apiVersion: audit.k8s.io/v1\nrules: []", "rules", "no rules"),
    ] {
        refused(text, Version::NEWEST, place, message);
    }
    let old = format!("apiVersion: audit.k8s.io/v1beta1\n{rules}");
    assert!(load(&old, Version { minor: 23 }).is_ok());
    let alike = format!("apiversion: audit.k8s.io/v1\n{rules}");
    let loaded = load(&alike, Version::NEWEST).unwrap();
    assert_eq!(loaded.warnings[0].path, "apiversion");
}

#[test]
fn metadata_of_another_type_is_refused() {
    let metadata = |body: &str| {
        format!("{HEAD}metadata: {{{body}}}\nrules: [{{level: None}}]")
    };
    for (body, place, message) in [
        ("creationTimestamp: now", "now", "`now` is no time"),
        ("creationTimestamp: ''", "''", "`` is no time"),
        ("creationTimestamp: 2026-01-31", "2026-01-31", "`2026-01-31` is no"),
        ("deletionTimestamp: 1", "1", "`metadata.deletionTimestamp` has"),
        ("generation: a", "a", "`metadata.generation` has to be a number"),
        ("finalizers: a", "a", "`metadata.finalizers` has to be a list"),
        ("selfLink: 1", "1", "`metadata.selfLink` has to be text"),
        ("managedFields: a", "a", "`metadata.managedFields` has to be"),
    ] {
        refused(&metadata(body), Version::NEWEST, place, message);
    }
    let good = "creationTimestamp: null, generation: 1, finalizers: [a], \
                deletionTimestamp: 2026-01-31T12:00:00Z, managedFields: []";
    let loaded = load(&metadata(good), Version::NEWEST);
    assert_eq!(loaded.unwrap().warnings, []);
}

#[test]
fn values_are_checked_as_an_apiserver_does() {
    for (body, place, message) in [
        ("- {}", "{}", "a rule without a level"),
        ("- users: [a]", "users", "a rule without a level"),
        ("- Level: None", "Level", "a rule without a level"),
        ("- level: FooBar", "FooBar", "`FooBar` is no level"),
        ("- level: none", "none", "`none` is no level"),
        ("- level:", "level", "`` is no level"),
        (
            "- {level: None, omitStages: [Started]}",
            "Started",
            "`Started` is no stage",
        ),
        (
            "- {level: None, nonResourceURLs: [logs]}",
            "logs",
            "`logs` does not begin with `/`",
        ),
        (
            "- {level: None, nonResourceURLs: [/a, '/logs/*/*']}",
            "'/logs/*/*'",
            "`/logs/*/*` has a `*`",
        ),
        (
            "- {level: None, nonResourceURLs: ['/x**']}",
            "'/x**'",
            "`/x**` has a `*`",
        ),
        ("- {level: None, nonResourceURLs: ['']}", "''", "`` does not"),
        (
            "- {level: None, resources: [{resourceNames: [a]}]}",
            "resourceNames",
            "`resourceNames` without `resources`",
        ),
        (
            "- {level: None, nonResourceURLs: [/a], namespaces: [b]}",
            "nonResourceURLs",
            "`nonResourceURLs` beside",
        ),
        (
            "- {level: None, resources: [{group: apps/v1}]}",
            "apps/v1",
            "`apps/v1` is no group",
        ),
        (
            "- {level: None, resources: [{group: Apps}]}",
            "Apps",
            "`Apps` is no group",
        ),
    ] {
        refused_rule(body, place, message);
    }
    rule("- {level: None, nonResourceURLs: ['*', '/*', '/a*']}");
    rule("- {level: None, nonResourceURLs: [/a], resources: []}");
}

#[test]
fn versions_differ() {
    let text =
        format!("{HEAD}rules: [{{level: None, resources: [{{group: '*'}}]}}]");
    assert!(load(&text, Version { minor: 36 }).is_ok());
    refused(&text, Version { minor: 35 }, "'*'", "`*` is no group");
    let text = format!("{HEAD}rules: [{{level: None, omitManagedFields: 1}}]");
    let loaded = load(&text, Version { minor: 22 }).unwrap();
    assert_eq!(
        loaded.warnings[0].help,
        ["`omitManagedFields` is known from 1.23 on"]
    );
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let text = format!("{HEAD}rules:\n- level: A\n- level: B\n  users: c\n");
    let found = load(&text, Version::NEWEST).unwrap_err();
    let paths: Vec<_> = found.iter().map(|it| &*it.path).collect();
    assert_eq!(paths, ["rules[0].level", "rules[1].level", "rules[1].users"]);
}
