//! `checkpoint show` says how far everything was read and written.

use std::fs;

use super::*;
use crate::tool::run;

/// Checks that `show` ends well and prints these rows, among others.
#[track_caller]
fn check(path: &str, rows: &[&str]) -> String {
    let ran = run(&["checkpoint", "show", path], "");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let out = String::from_utf8(ran.out).unwrap();
    let words =
        |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let found: Vec<String> = out.lines().map(words).collect();
    for row in rows {
        assert!(found.iter().any(|line| line == row), "no `{row}` in\n{out}");
    }
    ran.err
}

#[test]
fn each_file_has_its_place_and_what_is_behind_it() {
    let folder = Folder::new();
    let log = folder.file("audit.log", "one\ntwo\nthree\n");
    let record = record(&log, vec![place(&log, 8, 2)]);
    let path = write(&folder, &[&record]);
    let held = Checkpoint::open(&real(), path.as_ref()).unwrap();
    let source = format!("source {log}");
    let rows = [
        "number 0",
        &source,
        "place audit.log: byte 8, behind line 2",
        "behind 6 bytes",
        "before 1 file",
        "read 10",
        "kept 7",
        "skipped 2",
        "set aside 1",
        "gaps 0",
        "sink file:out.log",
        "length 4321 bytes",
    ];
    assert_eq!(check(&path, &rows), "");
    drop(held);
    assert_eq!(check(&path, &rows), "");
    let written = run(&["checkpoint", "show", &path], "").out;
    let written = String::from_utf8(written).unwrap();
    assert!(written.starts_with("written      20"), "{written}");
    assert!(written.lines().next().unwrap().ends_with(" s ago"));
}

#[test]
fn rotated_files_that_wait_are_counted() {
    let folder = Folder::new();
    let log = folder.file("audit.log", "one\ntwo\n");
    let record = record(&log, vec![place(&log, 4, 1)]);
    let path = write(&folder, &[&record]);
    let old = folder.path("audit-2026-01-02T03-04-05.678.log");
    fs::rename(&log, old).unwrap();
    folder.file("audit-2026-01-02T03-04-06.000.log", "three\n");
    check(
        &path,
        &[
            "behind at least 10 bytes, 1 rotated file waits; now: No such file or directory (os error 2)",
        ],
    );
    folder.file("audit.log", "four\n");
    check(&path, &["behind 15 bytes, 2 rotated files wait"]);
}

#[test]
fn what_is_gone_is_told() {
    let folder = Folder::new();
    let log = folder.file("audit.log", "one\ntwo\n");
    let record = record(&log, vec![place(&log, 4, 1)]);
    let path = write(&folder, &[&record]);
    folder.file("audit.log", "o\n");
    check(&path, &["lost audit.log: truncated from byte 4"]);
    fs::remove_file(&log).unwrap();
    check(&path, &["lost audit.log: gone from byte 4"]);
}

#[test]
fn a_checkpoint_without_a_record_is_said_to_be_so() {
    let folder = Folder::new();
    let empty = folder.file("empty", "");
    let blank = folder.file("blank", vec![0; 2 * SIZE]);
    for path in [empty, blank] {
        let ran = run(&["checkpoint", "show", &path], "");
        ran.check(0, "nothing was written to it yet\n");
    }
}

#[test]
fn one_bad_slot_is_told_and_the_other_one_shown() {
    let folder = Folder::new();
    let old = record("/none.log", Vec::new());
    let mut new = old.clone();
    new.sources[0].counters.read += 1;
    let path = write(&folder, &[&old, &new]);
    check(&path, &["number 1", "read 11"]);
    damage(&path, &[SIZE + 99]);
    let said = check(&path, &["number 0", "read 10"]);
    assert!(said.contains("slot 1 is damaged"), "{said}");
    damage(&path, &[99]);
    let ran = run(&["checkpoint", "show", &path], "");
    ran.check(78, "");
    assert!(ran.err.contains("is damaged, and so is its copy"), "{}", ran.err);
}

#[test]
fn what_is_no_checkpoint_is_said_to_be_none() {
    let folder = Folder::new();
    let log = folder.file("audit.log", "{\"kind\":\"Event\"}\n");
    for (path, code, words) in [
        (&*log, 78, "is not a checkpoint of kaudit-filter"),
        (&folder.path(""), 78, "is not a regular file"),
        (&folder.path("none"), 66, "none: No such file"),
    ] {
        let ran = run(&["checkpoint", "show", path], "");
        ran.check(code, "");
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[test]
fn the_usage_is_shown() {
    for args in [
        &["checkpoint"][..],
        &["checkpoint", "show"],
        &["checkpoint", "reset", "x"],
        &["checkpoint", "reset", "x", "--to", "middle"],
        &["checkpoint", "mend", "x"],
    ] {
        let ran = run(args, "");
        ran.check(2, "");
        assert!(ran.err.starts_with("kaudit-filter: "), "{}", ran.err);
    }
    for args in [&["checkpoint", "--help"][..], &["checkpoint", "-h"]] {
        let help = String::from_utf8(run(args, "").out).unwrap();
        assert!(help.contains("reset PATH --to begin|end"), "{help}");
        assert!(help.contains("75 a run that follows uses it"), "{help}");
    }
}
