//! `checkpoint reset` has the next run begin elsewhere.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, path::PathBuf};

use kaudit_filter::checkpoint::Found;

use super::*;
use crate::tool::{FAILED, Ran, event, run};

fn reset(path: &str, to: &str) -> Ran {
    run(&["checkpoint", "reset", path, "--to", to], "")
}

#[test]
fn it_begins_at_an_edge_of_the_current_file() {
    let folder = Folder::new();
    let log = folder.file("audit.log", "one\ntwo\nthr");
    folder.file("audit-2026-01-02T03-04-05.678.log", "zero\n");
    let before = record(&log, vec![place(&log, 4, 1)]);
    for (to, offset, lines) in [("end", 8, 2), ("begin", 0, 0)] {
        let path = write(&folder, &[&before]);
        let said =
            format!("{log}: begins at byte {offset}, behind line {lines}\n");
        reset(&path, to).check(0, &said);
        let after = newest(&path).unwrap();
        let source = &after.sources[0];
        assert_eq!(source.places, [place(&log, offset, lines)]);
        assert_eq!(source.known, [Print::of(b"zero\n")]);
        assert!(source.knows_all);
        assert_eq!(source.counters, before.sources[0].counters);
        let sinks = if to == "end" { &before.sinks[..] } else { &[] };
        assert_eq!(after.sinks, sinks);
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_place_in_a_rotated_file_is_behind_it() {
    let folder = Folder::new();
    let old = folder.file("audit.log.1", "one\ntwo\n");
    let log = folder.file("audit.log", "three\n");
    let before = record(&log, vec![place(&old, 4, 1), place(&log, 0, 0)]);
    let path = write(&folder, &[&before]);
    let said = format!("{log}: begins at byte 0, behind line 0\n");
    reset(&path, "begin").check(0, &said);
    let source = &newest(&path).unwrap().sources[0];
    assert_eq!(source.places, [place(&log, 0, 0)]);
    assert_eq!(source.known, [Print::of(b"one\n")]);
}

#[test]
fn a_checkpoint_in_use_is_left_alone() {
    let folder = Folder::new();
    let log = folder.file("audit.log", "one\n");
    let before = record(&log, vec![place(&log, 4, 1)]);
    let path = write(&folder, &[&before]);
    let _held = Checkpoint::open(&real(), path.as_ref()).unwrap();
    let ran = reset(&path, "begin");
    ran.check(75, "");
    assert!(ran.err.contains("another process uses it"), "{}", ran.err);
    assert_eq!(newest(&path), Some(before));
}

#[test]
fn a_damaged_checkpoint_is_emptied_and_nothing_else_is() {
    let folder = Folder::new();
    let log = folder.file("audit.log", "one\n");
    let before = record(&log, vec![place(&log, 4, 1)]);
    let path = write(&folder, &[&before, &before]);
    damage(&path, &[99, SIZE + 99]);
    let ran = reset(&path, "end");
    ran.check(0, "");
    assert!(ran.err.contains("begins by its --from, not"), "{}", ran.err);
    assert_eq!(show(&Real, path.as_ref()).unwrap(), Found::default());
    let ran = reset(&path, "end");
    ran.check(0, "");
    assert!(ran.err.contains("says nothing yet"), "{}", ran.err);
    let ran = reset(&log, "end");
    ran.check(78, "");
    assert_eq!(fs::read(&log).unwrap(), b"one\n");
}

#[test]
fn a_missing_checkpoint_is_not_made() {
    let folder = Folder::new();
    let ran = reset(&folder.path("none"), "end");
    ran.check(66, "");
    assert!(ran.err.contains("none: No such file"), "{}", ran.err);
    assert!(!Path::new(&folder.path("none")).exists());
}

#[test]
fn a_file_that_is_not_there_may_come() {
    let folder = Folder::new();
    let log = folder.path("audit.log");
    folder.file("audit.log.1", "one\n");
    let path = write(&folder, &[&record(&log, Vec::new())]);
    let said = format!("{log}: begins with the file that comes\n");
    reset(&path, "end").check(0, &said);
    let source = &newest(&path).unwrap().sources[0];
    assert_eq!(source.places, []);
    assert_eq!(source.known, [Print::of(b"one\n")]);
}

#[test]
fn a_name_that_leads_nowhere_from_here_is_refused() {
    let folder = Folder::new();
    let before = record("no-such/audit.log", Vec::new());
    let path = write(&folder, &[&before]);
    let ran = reset(&path, "end");
    ran.check(66, "");
    assert!(ran.err.contains("audit.log: No such file"), "{}", ran.err);
    assert_eq!(newest(&path), Some(before));
}

#[test]
fn a_name_that_is_no_text_is_found_again() {
    let folder = Folder::new();
    let odd = PathBuf::from(folder.path("a"));
    let odd = odd.with_file_name(OsStr::from_bytes(b"a\xff\\\x1b.log"));
    fs::write(&odd, "one\n").unwrap();
    let mut before = record("", Vec::new());
    before.sources[0].path = text_of(&odd);
    let path = write(&folder, &[&before]);
    let ran = reset(&path, "end");
    let said = String::from_utf8(ran.out).unwrap();
    let end = r"a\xff\x5c\u{1b}.log: begins at byte 4, behind line 1";
    assert!(said.trim_end().ends_with(end), "{said}");
    assert_eq!(newest(&path).unwrap().sources[0].path, text_of(&odd));
}

#[test]
fn the_next_run_begins_there() {
    let folder = Folder::new();
    let (one, two, three) = (event(401), event(402), event(403));
    let log = folder.file("audit.log", format!("{one}{two}"));
    let (path, out) = (folder.path("checkpoint"), folder.path("out.log"));
    let to = format!("file:{out}");
    let follow = |written: &str| {
        let args = ["--new", "--checkpoint", &path, "--to", &to, FAILED, &log];
        run(&args, "").check(0, "");
        assert_eq!(fs::read_to_string(&out).unwrap(), written);
    };
    follow(&format!("{one}{two}"));
    follow(&format!("{one}{two}"));
    fs::write(&log, format!("{one}{two}{three}")).unwrap();
    assert_eq!(reset(&path, "end").code, Some(0));
    follow(&format!("{one}{two}"));
    assert_eq!(reset(&path, "begin").code, Some(0));
    let all = format!("{one}{two}{one}{two}{three}");
    follow(&all);
    damage(&path, &[99, SIZE + 99]);
    let ran = run(&["--new", "--checkpoint", &path, FAILED, &log], "");
    ran.check(78, "");
    assert!(ran.err.contains("is damaged, and so is"), "{}", ran.err);
    assert_eq!(reset(&path, "end").code, Some(0));
    // Nothing is known of the first runs: all is new.
    follow(&format!("{all}{one}{two}{three}"));
}
