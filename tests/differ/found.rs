//! Differences that were found, each by name.

use kaudit_filter::pipeline::Reading;

use super::{PRELUDE, compile, judged, plain, plain::Fate, read};

/// Checks what both readings say of a program and an event.
#[track_caller]
fn check(text: &str, line: &str, kept: bool) {
    let pipeline = compile(text).unwrap().unwrap();
    let ours = judged(&mut pipeline.judge(Reading::default()), line);
    let event = serde_json::from_str(line).unwrap();
    let theirs = plain::run(&read::program(text), &PRELUDE, &event);
    for fate in [ours.unwrap(), theirs] {
        assert_eq!(matches!(fate, Fate::Kept(_)), kept, "{text} of {line}");
    }
}

#[test]
fn issue_3_lists_have_elements_inside_of_any_over_computed_text() {
    let line = r#"{"verb":"get","user":{"groups":["a","b"]},
        "requestURI":"/x?command=sh",
        "requestObject":{"spec":{"containers":[{"image":"i"}]}}}"#;
    for (text, kept) in [
        ("any(query.command, any(containers, .image = i))", true),
        ("none(query.command, any(containers, .image = i))", false),
        ("any(query.command, count(groups) = 2)", true),
        ("any(image-repos, all(groups, . in (a, b)))", true),
        ("any(query.command, any(groups, . = sh))", false),
    ] {
        check(text, line, kept);
    }
}

#[test]
fn issue_3_a_line_in_brackets_may_begin_with_the_verb_list() {
    let line = r#"{"verb":"list"}"#;
    for (text, kept) in [
        ("(verb =\n list or failed)", true),
        ("(verb =\n list and failed)", false),
        ("(verb != # not\n  list or failed)", false),
        ("verb in (get,\n list) or failed", true),
    ] {
        check(text, line, kept);
    }
}
