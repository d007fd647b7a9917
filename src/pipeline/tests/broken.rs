//! What becomes of events that break, and of what is behind the break.

use super::*;

#[test]
fn a_line_that_breaks_is_not_changed() {
    let whole = r#"{"verb":"get","level":"Request","requestObject":{"data":{"a":"b"}},"objectRef":{"resource":"secrets"},"userAgent":"#;
    for text in [
        "drop verb",
        "truncate verb to 1",
        "tag a",
        "tag a if ua = x",
        "label a = \"b\"",
        "rule get = verb = get\ndetect",
        "truncate event to 10K",
    ] {
        for line in [whole, &whole[..60]] {
            check_kept(text, line);
        }
    }
}

#[test]
fn what_cannot_be_hidden_is_unknown() {
    let whole = r#"{"verb":"get","level":"Request","requestObject":{"data":{"a":"b"}},"objectRef":{"resource":"secrets"},"userAgent":"#;
    for text in [
        "mask verb",
        "mask secretData",
        "drop secretData",
        "drop bodies",
        "keep code",
    ] {
        for line in [whole, &whole[..60]] {
            check(text, line, "Unknown");
        }
    }
    check_kept("mask secretData", r#"{"verb":"get"}"#);
}

#[test]
fn what_is_glued_to_an_event_is_not_hidden_and_so_unknown() {
    let pod = r#"{"verb":"get","objectRef":{"resource":"pods"}}"#;
    let secret = with_bodies("secrets", r#"{"data":{"a":"b"}}"#, "{}");
    for before in [pod, &pod[..20], &secret, &secret[..60]] {
        let glued = format!("{before}{secret}");
        for text in [
            "mask requestObject",
            "mask secretData, lastApplied",
            "drop secretData, lastApplied",
        ] {
            check(text, &glued, "Unknown");
        }
        check("verb = list | mask secretData, lastApplied", &glued, "Skip");
    }
}

#[test]
fn what_is_behind_a_break_is_unknown() {
    let line = r#"{"verb":"get","user":{"username":"u"#;
    let rules = "rule get = verb = get\nrule agent = ua = x\n";
    for (text, expected) in [
        ("detect get", line),
        ("detect agent", "Unknown"),
        ("detect", line),
        ("verb = list | detect agent", "Skip"),
        ("ua = x | detect get", "Unknown"),
        ("ua = x | tag a | head 1", "Unknown"),
        ("truncate event to 10", "Unknown"),
        ("count by verb", line),
        ("count by verb, ua", "Unknown"),
        ("count distinct ua", "Unknown"),
    ] {
        check(&format!("{rules}{text}"), line, expected);
    }
}
