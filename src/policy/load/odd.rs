//! Texts that YAML, JSON and their readers in Go disagree on: what is said
//! here of each, an apiserver's own libraries say too.

use super::*;

const HEAD: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";
const RULES: &str = "rules: [{level: None}]\n";

fn of(text: &str) -> Result<Policy, Problem> {
    let loaded = load(text, Version::NEWEST);
    loaded.map(|it| it.policy).map_err(|mut found| found.remove(0))
}

/// Reads the users of the first rule.
#[track_caller]
fn users(text: &str) -> Vec<String> {
    let policy = of(text).expect(text);
    policy.rules[0].users.iter().map(str::to_owned).collect()
}

fn yaml(users: &str) -> String {
    format!("{HEAD}rules:\n- level: None\n  users: {users}\n")
}

fn json(rest: &str) -> String {
    format!(r#"{{"apiVersion":"audit.k8s.io/v1",{rest}}}"#)
}

#[test]
fn yaml_that_only_an_apiserver_reads_is_read() {
    for (text, expected) in [
        (yaml("[a,\n\tb]"), &["a", "b"][..]),
        (yaml("[\n\ta,\n  \tb]"), &["a", "b"]),
        (yaml("[a]# none"), &["a"]),
        (yaml("['a'# one\n  , b]"), &["a", "b"]),
        (yaml("[!!binary YWJj]"), &["abc"]),
        (yaml("[!mine 1, !!str 2]"), &["1", "2"]),
        (yaml("[_1, 1e400]"), &["_1", "1e400"]),
        (yaml("&l-1_ [a]"), &["a"]),
        (yaml("\n  - |-\n    a\n    \tb\n  - c\n"), &["a\n\tb", "c"]),
        (yaml("\n  - |-\n    a\n    \t\n\n"), &["a\n\t"]),
    ] {
        assert_eq!(users(&text), expected, "{text}");
    }
    let long = format!("[\n{}\n\t]", "\ta,\n\n".repeat(3000));
    assert_eq!(users(&yaml(&long)).len(), 3000);
    let deep =
        format!("{HEAD}x: {}{}\n{RULES}", "[".repeat(200), "]".repeat(200));
    assert!(of(&deep).is_ok());
}

#[test]
fn yaml_that_no_apiserver_reads_is_refused() {
    for (text, place) in [
        (yaml("[\"a\\/b\"]"), "\"a\\/b\""),
        (yaml("[\"\\ud83d\\ude00\"]"), "\"\\ud83d\\ude00\""),
        (yaml("[a\n\t]"), ""),
        (yaml("\n  - |-\n    a\n  -\tb"), "\t"),
        (yaml("[:a]"), ":a"),
        (yaml("[?a]"), "?a"),
        (yaml("[a?b]"), "a?b"),
        (format!("{HEAD}rules: [{{level: None, us\ners: [a]}}]\n"), "us\ners"),
        (format!("{HEAD}x: &a.b c\n{RULES}"), "&a.b"),
        (format!("{HEAD}x: .inf\n{RULES}"), ".inf"),
        (format!("{HEAD}x: !!int 1.5\n{RULES}"), "1.5"),
        (format!("{HEAD}x: !!binary '_'\n{RULES}"), "'_'"),
        (format!("...\n{HEAD}{RULES}"), "..."),
        (format!("%FOO bar\n---\n{HEAD}{RULES}"), "%FOO"),
        (
            format!(
                "{HEAD}x: &l [{{a: b}}]\nrules:\n- <<: *l\n  level: None\n"
            ),
            "*l",
        ),
    ] {
        let problem = of(&text).expect_err(&text);
        assert_eq!(problem.kind, Kind::Syntax, "{text}\n{problem:?}");
        assert_eq!(&text[problem.span], place, "{text}");
    }
}

#[test]
fn a_mark_says_that_a_text_is_utf_16() {
    let text = format!("\u{feff}{}", yaml("[ä, 😀]"));
    let units = || text.encode_utf16();
    let little = units().flat_map(u16::to_le_bytes).collect();
    let big = units().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        let text = decode(bytes).unwrap();
        assert_eq!(users(&text), ["ä", "😀"]);
        // Behind a mark nothing is JSON, so this may be YAML.
        assert!(
            of(
                "\u{feff}{apiVersion: audit.k8s.io/v1, rules: [{level: None}]}"
            )
            .is_ok()
        );
    }
    for bytes in [&b"\xff\xfea"[..], b"\xff\xfe\0\xd8"] {
        assert_eq!(decode(bytes.to_vec()), Err("is not UTF-16"));
    }
}

#[test]
fn json_is_read_as_go_reads_it() {
    let rule = |users: &str| {
        json(&format!(r#""rules":[{{"level":"None","users":[{users}]}}]"#))
    };
    for (text, expected) in [
        (r#""\ud83d\ude00""#, "😀"),
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ud83dx\ude00\u0041""#, "\u{fffd}x\u{fffd}A"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        ("\"\u{7f}\u{80}\u{feff}\u{fffe}\"", "\u{7f}\u{80}\u{feff}\u{fffe}"),
        (r#""a\/b\"\\\b\f\n\r\t""#, "a/b\"\\\u{8}\u{c}\n\r\t"),
        ("null", ""),
    ] {
        assert_eq!(users(&rule(text)), [expected], "{text}");
    }
    let long = json(&format!(
        "\"{}\":1,\"rules\":[{{\"level\":\"None\"}}]",
        "x".repeat(2000)
    ));
    assert!(of(&long).is_ok());
    for text in [
        rule("\"a\tb\""),
        rule("\"\\x41\""),
        rule("\"\\u12g4\""),
        rule("\"\\u+123\""),
        rule("01"),
        rule("\"a\",,"),
        rule("\"a\"").replace('}', ",}"),
        rule("\"a"),
        rule("True"),
        format!("{} x", rule("")),
        "{".repeat(2),
        "{\"a\"".to_owned(),
    ] {
        let problem = of(&text).expect_err(&text);
        assert_eq!(problem.kind, Kind::Syntax, "{text}\n{problem:?}");
    }
    let deep = json(&format!("\"x\":{}", "[".repeat(100_000)));
    assert_eq!(of(&deep).unwrap_err().kind, Kind::Limit);
    let many = json(&format!("\"x\":[1{}]", ",1".repeat(100_000)));
    assert_eq!(of(&many).unwrap_err().kind, Kind::Limit);
}

/// Reads levels and users of each rule, with a sign where managed fields are
/// omitted.
#[track_caller]
fn told(text: &str) -> Vec<String> {
    let policy = of(text).expect(text);
    let tell = |rule: &crate::policy::Rule| {
        let users: Vec<&str> = rule.users.iter().collect();
        let flag = rule.omit_managed_fields.as_ref().map(|flag| flag.value);
        let flag = if flag == Some(true) { "!" } else { "" };
        format!("{} {}{flag}", rule.level.word(), users.join("+"))
    };
    policy.rules.iter().map(tell).collect()
}

#[test]
fn what_json_repeats_is_read_into_what_was_there() {
    let two = r#"{"level":"None","users":["a","b"],"omitManagedFields":true},
                 {"level":"Metadata"}"#;
    for (later, expected) in [
        (r#"[{"level":"Request"}]"#, &["Request a+b!"][..]),
        (r#"[{"users":["c"]}]"#, &["None c!"]),
        (r#"[{"users":[null,"c"]}]"#, &["None a+c!"]),
        (r#"[{"users":null,"omitManagedFields":null}]"#, &["None "]),
        (r#"[{"users":[]}, null]"#, &["None !", "Metadata "]),
        (r#"[null,{"users":["x"]}]"#, &["None a+b!", "Metadata x"]),
        (r#"null,"rules":[{"level":"Request"}]"#, &["Request "]),
        (
            r#"[{"level":"Request"}],"rules":[{},{"users":["y"]}]"#,
            &["Request a+b!", "Metadata y"],
        ),
    ] {
        let text = json(&format!(r#""rules":[{two}],"rules":{later}"#));
        assert_eq!(told(&text), expected, "{text}");
    }
    let text = json(
        r#""rules":[{"level":"None","resources":[{"group":"apps",
           "resources":["a"]}],"resources":[{"resources":["b"]}]}]"#,
    );
    let policy = of(&text).unwrap();
    let resource = &policy.rules[0].resources[0];
    assert_eq!(resource.group(), "apps");
    assert!(resource.resources.has("b") && !resource.resources.has("a"));
    let warnings = load(&text, Version::NEWEST).unwrap().warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0].path, "rules[0].resources");
    assert!(warnings[0].message.contains("what it leaves out stays"));
}

#[test]
fn what_json_repeats_has_to_be_of_its_type_each_time() {
    let rules = r#""rules":[{"level":"None","users":["a"]}]"#;
    for text in [
        json(&format!(r#""rules":1,{rules}"#)),
        json(&format!(r#"{rules},"rules":[{{"users":1}}]"#)),
        json(&format!(r#""rules":[{{"users":[1]}}],{rules}"#)),
        json(&format!(r#""rules":[{{}},{{"users":[1]}}],{rules}"#)),
        json(&format!(
            r#""metadata":{{"generation":1.5}},"metadata":{{}},{rules}"#
        )),
        json(&format!(r#"{rules},"rules":[]"#)),
        json(&format!(r#"{rules},"rules":null"#)),
        json(&format!(r#""APIVersion":"v1",{rules}"#))
            .replace("{\"api", "{\"x"),
        json(&format!(r#"{rules},"APIVersion":"v1""#)),
        json(&format!(r#"{rules},"Kind":1"#)),
    ] {
        assert!(of(&text).is_err(), "{text}");
    }
    // Of keys that differ in case only, the last one counts; of YAML they are
    // sorted before.
    assert!(of(&json(&format!(r#"{rules},"apiVersion":null"#))).is_ok());
    assert!(of(&format!("{HEAD}APIVersion: v1\n{RULES}")).is_ok());
    assert!(of(&format!("{HEAD}apiversion: v1\n{RULES}")).is_err());
}

#[test]
fn metadata_is_of_its_types_all_the_way_down() {
    let metadata = |body: &str| format!("{HEAD}metadata: {{{body}}}\n{RULES}");
    for (body, is_right) in [
        ("generation: 1.0", true),
        ("generation: 1e3", true),
        ("generation: 0x10", true),
        ("generation: 1.5", false),
        ("generation: 1e30", false),
        ("generation: 9223372036854775808", false),
        ("ownerReferences: [{name: a, controller: true}]", true),
        ("ownerReferences: [1]", false),
        ("ownerReferences: [{name: 1}]", false),
        ("ownerReferences: [{controller: a}]", false),
        ("managedFields: [{manager: a, fieldsV1: {'f:a': {}}}]", true),
        ("managedFields: [{time: x}]", false),
        ("managedFields: [{manager: 1}]", false),
    ] {
        assert_eq!(of(&metadata(body)).is_ok(), is_right, "{body}");
    }
    let whole =
        json(r#""metadata":{"generation":1.0},"rules":[{"level":"None"}]"#);
    assert!(of(&whole).is_err());
}

#[test]
fn of_what_is_wrong_a_bounded_part_is_told() {
    let text =
        format!("{HEAD}rules:\n{}", "- {level: None, a: b}\n".repeat(5000));
    let warnings = load(&text, Version::NEWEST).unwrap().warnings;
    let last = warnings.last().unwrap();
    assert_eq!((warnings.len(), last.kind), (TOLD + 1, Kind::Limit));
    assert_eq!(last.message, "and 4900 more");
    let text = text.replace("None", "Some");
    let errors = load(&text, Version::NEWEST).unwrap_err();
    assert_eq!(errors.last().map(|it| &*it.message), Some("and 4900 more"));
}
