use std::{fs, os::unix::fs::symlink};

use super::{at, names};
use crate::tool::{FAILED, Folder, run};

#[test]
fn files_are_sorted_by_what_their_names_say() {
    let folder = Folder::new();
    let file = |name: &str| folder.file(name, at("06:00:00", name));
    let given = [
        "k.log",
        "a.log",
        "a-2026-03-02T07-00-00.000.log",
        "k.log.2",
        "k.log.10",
        "a-2026-03-01T07-00-00.000.log",
        "k.log.1",
    ];
    let files: Vec<String> = given.iter().map(|name| file(name)).collect();
    let files: Vec<&str> = files.iter().map(|file| &**file).collect();
    let sorted = run(&[&["--sort-files", FAILED][..], &files].concat(), "");
    assert_eq!(
        names(&sorted.out),
        [
            "k.log.10",
            "k.log.2",
            "k.log.1",
            "k.log",
            "a-2026-03-01T07-00-00.000.log",
            "a-2026-03-02T07-00-00.000.log",
            "a.log",
        ]
    );
    let given_order = run(&[&[FAILED][..], &files].concat(), "");
    assert_eq!(names(&given_order.out), given);
}

#[test]
fn a_folder_is_read_with_what_is_below() {
    let folder = Folder::new();
    for below in ["logs", "logs/b", "logs/.git"] {
        fs::create_dir(folder.path(below)).unwrap();
    }
    let file = |name: &str| folder.file(name, at("06:00:00", name));
    let log = file("logs/a.log");
    for name in ["logs/a.log.1", "logs/b/c.log", "logs/.hidden"] {
        file(name);
    }
    file("logs/.git/config");
    folder.file("logs/core", b"\x7fELF\x02\x01\0\0\0\0");
    let checkpoint = r#"{"kaudit-filter":"checkpoint","crc":"0"}"#;
    folder.file("logs/state", checkpoint);
    folder.file("logs/notes", "what I have seen\n");
    // What turns in circles ends, and what is there twice is read once.
    symlink(folder.path("logs"), folder.path("logs/b/up")).unwrap();
    symlink(&log, folder.path("logs/b/again.log")).unwrap();
    let logs = folder.path("logs");
    let ran = run(&["-rs", FAILED, &logs], "");
    let expected = ["logs/a.log.1", "logs/a.log", "logs/b/c.log"];
    assert_eq!(names(&ran.out), expected);
    assert_eq!((ran.code, ran.number("foreign")), (Some(0), 1));
    let odd =
        format!("{logs}/core: is no log, nor are 1 more files; left out");
    assert!(ran.err.contains(&odd), "{}", ran.err);
    let ran = run(&[FAILED, &logs], "");
    assert_eq!(ran.code, Some(66));
    let said = "is a directory; -r reads the files in it";
    assert!(ran.err.contains(said), "{}", ran.err);
}

#[test]
fn a_log_with_a_hole_of_a_power_cut_is_read() {
    let folder = Folder::new();
    fs::create_dir(folder.path("logs")).unwrap();
    let [a, b] = ["a", "b"].map(|name| at("06:00:00", name));
    folder.file("logs/a.log", format!("{a}{}{b}", "\0".repeat(100)));
    let ran = run(&["-r", FAILED, &folder.path("logs")], "");
    assert_eq!(names(&ran.out), ["a", "b"]);
    assert!(!ran.err.contains("no log"), "{}", ran.err);
}

#[test]
fn what_a_run_writes_it_does_not_read() {
    let folder = Folder::new();
    fs::create_dir(folder.path("logs")).unwrap();
    folder.file("logs/a.log", at("06:00:00", "new"));
    let out = folder.file("logs/out", at("06:00:00", "old"));
    let to = format!("file:{out}");
    let args = ["-rs", "--to", &to, FAILED, &folder.path("logs")];
    assert_eq!(run(&args, "").number("read"), 1);
    assert_eq!(names(&fs::read(&out).unwrap()), ["old", "new"]);
}

#[test]
fn what_follows_finds_files_by_itself_and_passes_over_none() {
    let folder = Folder::new();
    let old = "a-2026-03-02T06-00-00.000.log";
    let files = [old, "a.log"];
    let files = files.map(|name| folder.file(name, at("06:00:00", name)));
    let checkpoint = folder.path("c");
    let since = ["--since", "2026-03-03", "--checkpoint", &checkpoint];
    let new = ["--new", "-s", FAILED, &files[0], &files[1]];
    let ran = run(&[&since[..], &new].concat(), "");
    assert_eq!((ran.number("read"), ran.number("kept")), (2, 0));
    assert!(!ran.err.contains("skipped by name"), "{}", ran.err);

    for flag in ["-r", "--sort-files", "--merge"] {
        let ran = run(&[flag, "-F", FAILED, "a.log"], "");
        assert_eq!(ran.code, Some(2));
        let said = format!("{flag} is for files as they are");
        assert!(ran.err.contains(&said), "{}", ran.err);
    }
}
