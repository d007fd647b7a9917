//! What the flags do, and what is said of wrong ones.

use crate::tool::{FAILED, Folder, failed, fine, run};

/// Checks that `args` are refused, and that the message says `words`.
#[track_caller]
fn check_refused(args: &[&str], words: &str) {
    let ran = run(args, failed());
    ran.check(2, "");
    assert!(ran.err.starts_with("kaudit-filter: "), "{}", ran.err);
    assert!(ran.err.contains(words), "{}", ran.err);
}

#[test]
fn wrong_flags_are_refused_with_a_sentence() {
    check_refused(&["--nonsense"], "--nonsense");
    check_refused(&["-e", FAILED, "-e"], "join expressions with `or`");
    check_refused(&["-x", FAILED, "-x", "exec"], "-x is given twice");
    check_refused(&["--on-invalid", "ask", FAILED], "file:PATH");
    check_refused(&["--max-line", "much", FAILED], "no size");
    check_refused(&["--threads", "0", FAILED], "from 1");
    check_refused(&["-W", "all", FAILED], "-W error");
}

#[test]
fn what_other_programs_taught_is_understood() {
    check_refused(&["-v", FAILED], "not (EXPR)");
    check_refused(&["-i", FAILED], "put an i behind the text");
    check_refused(&["help"], "it is --help");
    check_refused(&["version"], "it is --version");
    check_refused(&["--show", "code"], "short for responseStatus.code");
    check_refused(&["--show", "actor"], "`actor` is a computed field");
    let ran = run(&[FAILED, "verb=get"], "");
    ran.check(66, "");
    assert!(ran.err.contains("'code>=400 and verb=get'"), "{}", ran.err);
}

#[test]
fn a_log_that_is_not_there_is_no_expression() {
    let ran = run(&["no-such.log"], "");
    ran.check(66, "");
    assert!(ran.err.contains("no-such.log: No such file"), "{}", ran.err);
}

#[test]
fn warnings_end_a_run_if_asked() {
    let ran = run(&["-W", "error", "verb = gte"], failed());
    ran.check(2, "");
    assert!(ran.err.contains("did you mean `get`?"), "{}", ran.err);
    assert!(ran.err.contains("with -W error"), "{}", ran.err);
}

#[test]
fn lists_are_told_from_predicates() {
    let ran = run(&["--predicates"], "");
    let text = String::from_utf8(ran.out).unwrap();
    let (predicates, lists) = text.split_once("\n\n").unwrap();
    assert!(predicates.contains("\n  exec "), "{text}");
    assert!(!predicates.contains("\n  private "), "{text}");
    assert!(lists.contains("\n  @private "), "{text}");
}

#[test]
fn a_label_is_written_behind_the_last_step() {
    let label = |labels: &str| {
        let end = format!("}},\"annotations\":{{{labels}}}}}\n");
        failed().replace("}}\n", &end)
    };
    let site = r#""kaudit-filter/site":"north""#;
    for (args, labels) in [
        (&["--label", "site=north"][..], site.to_owned()),
        (&["--label=site=north", FAILED], site.to_owned()),
        (&["--label", "a-b_1="], r#""kaudit-filter/a-b_1":"""#.to_owned()),
        (
            &["--label", "k=a=\"b\"\\"],
            r#""kaudit-filter/k":"a=\"b\"\\""#.to_owned(),
        ),
        (
            &["--label", "site=north", "--label", "k=v", "tag x"],
            format!(
                r#""kaudit-filter/tags":"x",{site},"kaudit-filter/k":"v""#
            ),
        ),
    ] {
        let ran = run(args, failed());
        ran.check(0, &label(&labels));
    }
    // It replaces what is there.
    let old = label(r#""kaudit-filter/site":"south""#);
    run(&["--label", "site=north", FAILED], old).check(0, &label(site));
    run(&["-c", "--label", "site=north", FAILED], fine()).check(0, "0\n");
}

#[test]
fn a_wrong_label_is_refused() {
    for label in ["=x", "code>=400=x", "a b=x", "1a=x", "a.b=x", "a-=x"] {
        let words = format!("--label {label}: KEY takes letters");
        check_refused(&["--label", label, FAILED], &words);
    }
    check_refused(&["--label", "site", FAILED], "site: write KEY=TEXT");
    check_refused(&["--label", FAILED], "--label code>=400: KEY takes");
    let words = "`rules` is the annotation of the step `detect`";
    check_refused(&["--label", "rules=x", FAILED], words);
    let words = "`count` prints no events to label";
    check_refused(&["--label", "a=x", "count by user"], words);
    check_refused(&["--max-groups", "many", "count"], "--max-groups");
}

#[test]
fn a_log_given_as_expressions_is_recognised() {
    let folder = Folder::new();
    let log = folder.file("audit.log", failed());
    check_refused(&["-f", &log], "looks like a log");
    let odd = folder.file("audit", failed());
    check_refused(&["-f", &odd], "looks like a log");
    check_refused(&["-f", &folder.path("none")], "none: ");
}

#[test]
fn expressions_come_from_files_and_from_x() {
    let (folder, keep) = (Folder::new(), failed());
    let text = folder.file("failed.kaf", FAILED);
    let log = folder.file("a.log", format!("{keep}{}", fine()));
    run(&["-f", &text, &log], "").check(0, &keep);
    run(&["-x", FAILED, &log], "").check(0, &keep);
    run(&["-x", FAILED], &keep).check(0, &keep);
}

#[test]
fn a_name_with_a_slash_is_a_file() {
    let (folder, keep) = (Folder::new(), failed());
    let log = folder.file("a.log", format!("{}{keep}", fine()));
    let ran = run(&[&log], "");
    ran.check(0, &keep);
    assert!(ran.err.contains("code>=400"), "{}", ran.err);
}

#[test]
fn without_arguments_failed_requests_are_kept() {
    let ran = run::<&str>(&[], format!("{}{}", fine(), failed()));
    ran.check(0, &failed());
    assert!(ran.err.contains("code>=400"), "{}", ran.err);
}

#[test]
fn count_prints_a_number_only() {
    let input = format!("{}{}", failed().repeat(3), fine());
    run(&["-c", FAILED], &input).check(0, "3\n");
    run(&["-c", FAILED], fine()).check(0, "0\n");
    run(&["-c", "-e", FAILED], fine()).check(1, "0\n");
}

#[test]
fn quiet_prints_nothing_and_answers_with_its_code() {
    run(&["-q", FAILED], format!("{}{}", fine(), failed())).check(0, "");
    run(&["-q", FAILED], fine()).check(1, "");
    run(&["-q", FAILED], "").check(1, "");
}

#[test]
fn exit_status_says_whether_something_was_kept() {
    run(&["-e", FAILED], failed()).check(0, &failed());
    run(&["-e", FAILED], fine()).check(1, "");
    run(&[FAILED], fine()).check(0, "");
}

#[test]
fn statistics_are_exact() {
    let input = format!("{}{}klog\n", failed().repeat(2), fine().repeat(3));
    let ran = run(&["-s", FAILED], &input);
    ran.check(0, &failed().repeat(2));
    let names = ["read", "kept", "skipped", "set aside", "foreign", "bytes"];
    let expected = [6, 2, 3, 1, 1, input.len() as u64];
    assert_eq!(names.map(|name| ran.number(name)), expected);
}

#[test]
fn help_and_version_go_to_standard_output() {
    let ran = run(&["--help"], "");
    let text = String::from_utf8(ran.out).unwrap();
    assert_eq!((ran.code, &ran.err[..]), (Some(0), ""));
    assert!(text.contains("Examples:") && text.contains("Exit codes:"));
    let short = String::from_utf8(run(&["-h"], "").out).unwrap();
    assert!(!short.contains("Examples:"), "{short}");
    assert!(short.lines().all(|line| line.len() < 80), "{short}");
    let version = run(&["--version"], "");
    assert!(version.out.starts_with(b"kaudit-filter "));
}
