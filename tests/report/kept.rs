//! What was not taken comes again, what was taken does not.

use std::{fs, process::Stdio};

use super::{Desk, request, requests};
use crate::tool;

#[test]
fn a_command_is_run_only_where_there_is_something_to_report() {
    let mut desk = Desk::new();
    let out = desk.path("out");
    let command = format!("echo ran >> {out}; cat >> {out}");
    assert_eq!(desk.news(&["--pipe", &command]).code, Some(0));
    assert_eq!(desk.read("out"), "");
    desk.fail("jane", 2);
    for _ in 0..3 {
        assert_eq!(desk.news(&["--pipe", &command]).code, Some(0));
    }
    assert_eq!(requests(&desk.read("out")), ["s1", "s2"]);
    assert_eq!(desk.read("out").matches("ran\n").count(), 1);
}

#[test]
fn what_a_command_has_not_taken_comes_again_complete() {
    let mut desk = Desk::new();
    let fails = "echo the disk is full; exit 7";
    for round in 1..=3 {
        desk.fail("jane", 1);
        let ran = desk.news(&["--pipe", fails]);
        assert_eq!(ran.code, Some(74), "{round}: {}", ran.err);
        assert!(ran.err.contains("the disk is full\n"), "{}", ran.err);
        let told = "kaudit-filter: --pipe: the command failed: exit status: \
                    7; the next run reports the same again\n";
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    let takes = format!("cat > {}", desk.path("out"));
    assert_eq!(desk.news(&["--pipe", &takes]).code, Some(0));
    assert_eq!(requests(&desk.read("out")), ["s1", "s2", "s3"]);
}

#[test]
fn a_command_finds_numbers_and_labels_and_no_text_of_the_log() {
    let mut desk = Desk::new();
    desk.fail("$(touch pwned)`touch pwned`", 2);
    let command = format!("env > {}", desk.path("env"));
    let labels = ["--label", "cluster=eu 1", "--label", "a-b=$(touch pwned)"];
    let ran = desk.news(&[&labels[..], &["--pipe", &command]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let told = desk.read("env");
    for line in [
        "KAUDIT_REQUESTS=2",
        "KAUDIT_LABELS=cluster=\"eu 1\" a-b=\"$(touch pwned)\"",
        "KAUDIT_LABEL_CLUSTER=eu 1",
        "KAUDIT_LABEL_A_B=$(touch pwned)",
    ] {
        assert!(told.lines().any(|known| known == line), "{line}\n{told}");
    }
    assert!(!told.contains("canary") && !told.contains("`touch"));
    assert!(!fs::exists("pwned").unwrap());
}

#[test]
fn a_report_is_sent_twice_rather_than_never() {
    let mut desk = Desk::new();
    desk.fail("jane", 2);
    // Taken, and then the power goes out.
    let out = desk.path("first");
    let command = format!("cat > {out}; sync {out}; kill -9 $PPID");
    let ran = desk.news(&["--pipe", &command]);
    assert_eq!(ran.code, None);
    assert_eq!(requests(&desk.read("first")), ["s1", "s2"]);
    let command = format!("cat > {}", desk.path("second"));
    assert_eq!(desk.news(&["--pipe", &command]).code, Some(0));
    assert_eq!(desk.read("second"), desk.read("first"));
    assert_eq!(desk.news(&["--pipe", "exit 9"]).code, Some(0));
}

#[test]
fn what_comes_while_a_report_is_sent_is_in_the_next_one() {
    let mut desk = Desk::new();
    desk.fail("jane", 1);
    let more = request(2, "joe", "ResponseComplete");
    fs::write(desk.path("more"), more).unwrap();
    let (out, log) = (desk.path("out"), &desk.log);
    let command = format!("cat > {out}; cat {} >> {log}", desk.path("more"));
    assert_eq!(desk.news(&["--pipe", &command]).code, Some(0));
    assert_eq!(requests(&desk.read("out")), ["s1"]);
    let command = format!("cat > {out}");
    assert_eq!(desk.news(&["--pipe", &command]).code, Some(0));
    assert_eq!(requests(&desk.read("out")), ["s2"]);
}

#[test]
fn a_log_that_is_rotated_in_between_is_reported_once() {
    let mut desk = Desk::new();
    desk.fail("jane", 2);
    let command = format!("cat >> {}", desk.path("out"));
    assert_eq!(desk.news(&["--pipe", &command]).code, Some(0));
    desk.fail("jane", 2);
    fs::rename(&desk.log, desk.path("log.1")).unwrap();
    fs::write(&desk.log, "").unwrap();
    desk.fail("jane", 1);
    let ran = desk.news(&["--pipe", &command]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(requests(&desk.read("out")), ["s1", "s2", "s3", "s4", "s5"]);
    assert!(!desk.read("out").contains(" gap"));
}

#[test]
fn what_a_command_took_while_the_end_was_asked_for_is_final() {
    let mut desk = Desk::new();
    desk.fail("jane", 2);
    let out = desk.path("out");
    let command = format!("kill -TERM $PPID; cat > {out}");
    let ran = desk.news(&["--pipe", &command]);
    assert_eq!(ran.code, Some(143), "{}", ran.err);
    assert_eq!(requests(&desk.read("out")), ["s1", "s2"]);
    assert_eq!(desk.news(&["--pipe", "exit 9"]).code, Some(0));
}

#[test]
fn a_loss_is_reported_though_nothing_else_is() {
    let mut desk = Desk::new();
    desk.fail("jane", 3);
    assert_eq!(desk.news(&["--pipe", "cat >&2"]).code, Some(0));
    fs::write(&desk.log, tool::fine()).unwrap();
    let command = format!("cat > {}", desk.path("out"));
    let failed = desk.news(&["--pipe", "exit 1"]);
    assert_eq!(failed.code, Some(74), "{}", failed.err);
    let ran = desk.news(&["--pipe", &command]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let report = desk.read("out");
    assert!(report.contains("\nLost        1 gap, see the end\n"), "{report}");
    assert!(report.contains("\n  gap source="), "{report}");
    assert_eq!(desk.news(&["--pipe", "exit 9"]).code, Some(0));
}

#[test]
fn what_a_reader_of_standard_output_left_comes_again() {
    let mut desk = Desk::new();
    desk.fail("jane", 2);
    let args = ["report", "--new", "--checkpoint", &desk.checkpoint];
    let mut command = tool::command(&args);
    let mut child =
        command.arg(&desk.log).stdin(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let ran = desk.news(&[]);
    let report = String::from_utf8(ran.out).unwrap();
    assert_eq!(requests(&report), ["s1", "s2"], "{}", ran.err);
    desk.news(&[]).check(0, "");
}

#[test]
fn a_file_holds_the_last_report() {
    let mut desk = Desk::new();
    let to = ["--to", &desk.path("out")];
    for round in 1..=2 {
        desk.fail("jane", 1);
        assert_eq!(desk.news(&to).code, Some(0));
        assert_eq!(requests(&desk.read("out")), [format!("s{round}")]);
        assert!(!fs::exists(desk.path("out.new")).unwrap());
    }
    // Nothing is new: it stays.
    assert_eq!(desk.news(&to).code, Some(0));
    assert_eq!(requests(&desk.read("out")), ["s2"]);
    desk.fail("jane", 1);
    let ran = desk.news(&["--to", &desk.path("nowhere/out")]);
    assert_eq!(ran.code, Some(74), "{}", ran.err);
    assert_eq!(desk.news(&["--to", "/dev/null"]).code, Some(0));
    desk.news(&[]).check(0, "");
}
