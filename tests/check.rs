//! `kaudit-filter check` says what is wrong with files, and reads no events.

use crate::tool::{Folder, run};

/// Checks the exit code of `check` with these arguments, and that the
/// messages hold `words`.
#[track_caller]
fn check(args: &[&str], code: i32, out: &str, words: &[&str]) {
    let ran = run(&[&["check"], args].concat(), "");
    ran.check(code, out);
    for word in words {
        assert!(ran.err.contains(word), "no `{word}` in\n{}", ran.err);
    }
    assert_eq!(ran.err.is_empty(), words.is_empty(), "{}", ran.err);
}

#[test]
fn a_clean_file_is_said_to_be_fine() {
    let folder = Folder::new();
    for (text, contents) in [
        ("let mine = exec\n", "definitions only"),
        ("", "definitions only"),
        ("denied", "1 step"),
        ("skip health | denied | drop ua", "3 steps"),
        ("rule a = exec", "1 rule, 1 step"),
        (
            "rule a = exec\nrule b = denied\nhead 3 | detect",
            "2 rules, 2 steps",
        ),
    ] {
        let file = folder.file("a.kaf", text);
        check(&[&file], 0, &format!("{file}: fine, {contents}\n"), &[]);
    }
}

#[test]
fn warnings_and_errors_are_findings() {
    let folder = Folder::new();
    for (text, words) in [
        ("verb = gett", &["warning: `gett` is not a verb", "a.kaf:1:8"][..]),
        ("cod = 3\nua = x", &["error: unknown field `cod`", "`code`?"]),
        ("cod = 3 | usr = x", &["unknown field `cod`", "unknown field `usr`"]),
        ("rule a = exec\nwhere denied", &["the rule `a` never runs"]),
        ("list a = (b)\nlist a = (c)", &["`a` is defined already", ":2:6"]),
        ("verb = get |", &["error: "]),
    ] {
        let file = folder.file("a.kaf", text);
        check(&[&file], 1, "", words);
        check(&["-W", "error", &file], 1, "", words);
    }
}

#[test]
fn what_is_no_text_of_expressions_is_a_finding_too() {
    let folder = Folder::new();
    let log = folder.file("a.log", "{}\n");
    check(&[&log], 1, "", &["a.log looks like a log"]);
    let odd = folder.file("a.kaf", b"verb = \xff");
    check(&[&odd], 1, "", &["a.kaf: is not UTF-8"]);
}

#[test]
fn a_missing_file_is_said_and_the_others_are_checked() {
    let folder = Folder::new();
    let none = folder.path("none.kaf");
    let warned = folder.file("b.kaf", "verb = gett");
    let clean = folder.file("c.kaf", "exec");
    let fine = format!("{clean}: fine, 1 step\n");
    check(&[&none, &clean], 66, &fine, &["none.kaf: No such file"]);
    check(&[&none, &warned, &clean], 66, &fine, &["none.kaf: No", "`gett`"]);
    check(&[&folder.path(""), &clean], 66, &fine, &["s a directory"]);
}

#[test]
fn each_file_is_checked_by_itself() {
    let folder = Folder::new();
    let first = folder.file("1.kaf", "let mine = exec\nmine and denied");
    let second = folder.file("2.kaf", "let mine = code = 3\nskip mine");
    let both = format!("{first}: fine, 1 step\n{second}: fine, 1 step\n");
    check(&[&first, &second], 0, &both, &[]);
    let third = folder.file("3.kaf", "mine");
    let words = &["unknown predicate `mine`", "3.kaf:1:1"];
    check(&[&first, &second, &third], 1, &both, words);
}

#[test]
fn definitions_come_first() {
    let folder = Folder::new();
    let mine = folder.file("mine.kaf", "let mine = code in @codes");
    let codes = folder.file("codes.kaf", "list codes = (1, 2)");
    let file = folder.file("a.kaf", "mine");
    let fine = format!("{file}: fine, 1 step\n");
    check(&["-f", &codes, "-f", &mine, &file], 0, &fine, &[]);
    let words = &["unknown list `@codes`", "mine.kaf:1:"];
    check(&["-f", &mine, &file], 1, "", words);
    let none = folder.path("none.kaf");
    check(&["-f", &none, &file], 2, "", &["none.kaf: No such file"]);
}

#[test]
fn lists_are_found_beside_the_file_that_is_checked() {
    let folder = Folder::new();
    let file = folder.file("a.kaf", "list l = from \"l.txt\"\nuser in @l");
    check(&[&file], 1, "", &["`", "l.txt`: No such file", "a.kaf:1:15"]);
    folder.file("l.txt", "alice\n\"bob");
    check(&[&file], 1, "", &["l.txt`, line 2: these quotes"]);
    folder.file("l.txt", "alice\nbob");
    check(&[&file], 0, &format!("{file}: fine, 1 step\n"), &[]);
}

#[test]
fn without_a_file_the_usage_is_shown() {
    check(&[], 2, "", &["kaudit-filter: ", "check [OPTIONS] FILE..."]);
    check(&["--nonsense", "x"], 2, "", &["--nonsense"]);
    let help = String::from_utf8(run(&["check", "--help"], "").out).unwrap();
    assert!(help.contains("Exit codes: 0 nothing was found"), "{help}");
}

#[test]
fn what_we_ship_is_fine() {
    for folder in ["pipelines", "pipelines/rules"] {
        let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
        let entries = std::fs::read_dir(folder).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let files: Vec<String> = paths
            .filter(|path| path.extension().is_some_and(|e| e == "kaf"))
            .map(|path| path.to_str().unwrap().to_owned())
            .collect();
        assert!(files.len() >= 5, "{files:?}");
        let words: Vec<&str> = files.iter().map(String::as_str).collect();
        let ran = run(&[&["check"][..], &words].concat(), "");
        assert_eq!((ran.code, &*ran.err), (Some(0), ""));
        let lines = ran.out.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(lines, files.len());
    }
}
