use crate::diag::Color;
use crate::expr::plan::Plan;
use crate::expr::{Source, compile, render};

#[track_caller]
fn plan(text: &str) -> Plan {
    let sources = [Source::expression(text)];
    match compile(&sources) {
        Ok(compiled) => compiled.plan,
        Err(found) => panic!("{}", render(&found, &sources, Color::Never)),
    }
}

/// Checks what a single condition is understood as.
#[track_caller]
fn check(text: &str, expected: &str) {
    let shown = plan(text).to_string();
    let (_, condition) = shown.split_once(" where ").unwrap_or_default();
    assert_eq!(condition.trim_end(), expected, "{text}");
}

#[test]
fn a_name_stands_for_its_path() {
    check("ns = a", r#"objectRef.namespace = "a""#);
    check("user = a", r#"user.username = "a""#);
    check("user.groups = a", r#"user.groups = "a""#);
    check("groups[0] = a", r#"user.groups[0] = "a""#);
    check("request.spec.x = a", r#"requestObject.spec.x = "a""#);
    check(
        "psa = a",
        r#"annotations["pod-security.kubernetes.io/audit-violations"] = "a""#,
    );
    check("annotations[\"x\"] = a", r#"annotations.x = "a""#);
    check("user.extra[\"a/b\"] = c", r#"user.extra["a/b"] = "c""#);
    check("peer = ::1", "sourceIPs[-1] = ::1");
    check("has(user)", "has(user.username)");
    check("empty(objectRef)", "empty(objectRef)");
    check("requestObject.a[*][-2].b = c", r#"requestObject.a[*][-2].b = "c""#);
    check(
        "responseStatus.details.causes.field = a",
        r#"responseStatus.details.causes.field = "a""#,
    );
}

#[test]
fn a_number_is_compared_as_a_range() {
    check("code = 403", "responseStatus.code = 403");
    check("code = \"403\"", "responseStatus.code = 403");
    check("code != 403", "not responseStatus.code = 403");
    check("code >= 400", "responseStatus.code >= 400");
    check("code lt 400", "responseStatus.code < 400");
    check("code in 400..499", "responseStatus.code in 400..499");
    check("code = 5xx", "responseStatus.code in 500..599");
    check("code not in 5xx", "not responseStatus.code in 500..599");
    check(
        "code in (401, 5xx)",
        "responseStatus.code = 401 or responseStatus.code in 500..599",
    );
    check("code = null", "responseStatus.code == null");
    check("code > -1", "responseStatus.code > -1");
}

#[test]
fn an_open_field_takes_the_type_of_the_value() {
    let field = "requestObject.x";
    for (value, expected) in [
        ("true", "== true"),
        ("\"true\"", "= \"true\""),
        ("null", "== null"),
        ("1", "= 1"),
        ("\"1\"", "= \"1\""),
        ("1.5", "= 1.5"),
        ("-1e3", "= -1000"),
        ("007", "= \"007\""),
        ("1.2.3", "= \"1.2.3\""),
        ("18446744073709551615", "= 18446744073709551615"),
        ("18446744073709551616", "= 18446744073709552000"),
        ("abc", "= \"abc\""),
        ("4xx", "= \"4xx\""),
        ("1..3", "in 1..3"),
        ("inf", "= \"inf\""),
    ] {
        let text = format!("{field} == {value}");
        check(&text, &format!("{field} {expected}"));
    }
    check("requestObject.x >= 2.5", "requestObject.x >= 2.5");
    check(
        "requestObject.x in (1, a, true)",
        "requestObject.x = 1 or requestObject.x = \"a\" or requestObject.x == true",
    );
    check("requestObject.x contains 1", "requestObject.x contains \"1\"");
    check(
        "requestObject.x in @linklocal",
        "requestObject.x in (169.254.0.0/16, fe80::/10)",
    );
}

#[test]
fn text_is_compared_in_many_ways() {
    check("name starts a", "objectRef.name starts \"a\"");
    check("name not ends (a, b)", "not objectRef.name ends (\"a\", \"b\")");
    check("name in (a, b, a)", "objectRef.name in (\"a\", \"b\")");
    check("name = 123", "objectRef.name = \"123\"");
    check("name = true", "objectRef.name = \"true\"");
    check("name = null", "objectRef.name == null");
    check("name = 'a'i", "objectRef.name matches r\"(?is)^a$\"");
    check(
        "name starts (\"a.\"i, \"b\"i)",
        r#"objectRef.name matches r"(?:(?is)^a\.)|(?:(?is)^b)""#,
    );
    check("name =~ r\"^a|b$\"", "objectRef.name matches r\"^a|b$\"");
    check("name !~ 'x'", "not objectRef.name matches r\"x\"");
    check("name matches r\"x\"i", "objectRef.name matches r\"(?i)x\"");
    check(
        "ns in @system-namespaces",
        "objectRef.namespace in (\"kube-system\", \"kube-public\", \"kube-node-lease\")",
    );
}

#[test]
fn like_becomes_the_simplest_test() {
    for (pattern, expected) in [
        ("abc", "= \"abc\""),
        ("abc*", "starts \"abc\""),
        ("*abc", "ends \"abc\""),
        ("**abc*", "contains \"abc\""),
        ("*", "starts \"\""),
        ("", "= \"\""),
        ("a*b", "matches r\"(?s)^a.*b$\""),
        ("a?", "matches r\"(?s)^a.$\""),
        ("a.b**c", "matches r\"(?s)^a\\.b.*c$\""),
    ] {
        let text = format!("name like \"{pattern}\"");
        check(&text, &format!("objectRef.name {expected}"));
    }
}

#[test]
fn levels_are_ordered() {
    for (text, expected) in [
        ("level >= Request", r#"level in ("Request", "RequestResponse")"#),
        ("level > Request", r#"level = "RequestResponse""#),
        ("level < Metadata", r#"level = "None""#),
        ("level <= Metadata", r#"level in ("None", "Metadata")"#),
        ("level > RequestResponse", "false"),
        ("level = Metadata", r#"level = "Metadata""#),
        ("stage = \"panic\"i", "stage matches r\"(?is)^panic$\""),
    ] {
        check(text, expected);
    }
}

#[test]
fn times_are_instants() {
    for (value, expected) in [
        ("2026-11-21", "2026-11-21T00:00:00Z"),
        ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00.25+01:00", "2026-11-21T09:00:00.25Z"),
        ("2026-11-21T10:00:00", "2026-11-21T10:00:00Z"),
        ("\"2026-11-21 10:00:00\"", "2026-11-21T10:00:00Z"),
    ] {
        let text = format!("time >= {value}");
        check(&text, &format!("stageTimestamp >= {expected}"));
    }
}

#[test]
fn addresses_and_networks_are_one_kind() {
    for (value, expected) in [
        ("10.1.2.3", "= 10.1.2.3"),
        ("10.1.2.3/8", "in 10.0.0.0/8"),
        ("fd00::/8", "in fd00::/8"),
        ("::1", "= ::1"),
    ] {
        let text = format!("sourceip = {value}");
        check(&text, &format!("sourceIPs {expected}"));
    }
    check("peer in @loopback", "sourceIPs[-1] in (127.0.0.0/8, ::1)");
    check("peer starts \"10.\"", "sourceIPs[-1] starts \"10.\"");
}

#[test]
fn edits_name_their_paths() {
    for (step, expected) in [
        ("drop managedFields", "**.metadata.managedFields"),
        (
            "drop lastApplied",
            "**.metadata.annotations\
             [\"kubectl.kubernetes.io/last-applied-configuration\"]",
        ),
        ("drop bodies", "requestObject, responseObject"),
        ("drop user", "user.username"),
        ("drop code, ua", "responseStatus.code, userAgent"),
        ("drop user[*], sourceIPs[0]", "user[*], sourceIPs[0]"),
        ("drop request.**.status", "requestObject.**.status"),
    ] {
        let shown = plan(step).to_string();
        let line = format!("  1. drop {expected}\n");
        assert!(shown.ends_with(&line), "{step}\n{shown}");
    }
}
