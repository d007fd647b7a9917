//! Several sinks at once: each gets every line, and none waits for a reader
//! that has left.

use std::fs;

use crate::tool::{FAILED, Folder, command, event, failed, fine, run};

use super::log::{ALL, Log, ended, lines, until_out};

/// Returns the flags that write to files of these names as well.
fn to(folder: &Folder, names: &[&str]) -> Vec<String> {
    let path = |name: &&str| format!("--to=file:{}", folder.path(name));
    names.iter().map(path).collect()
}

fn text(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path(name)).unwrap()
}

#[test]
fn each_sink_gets_every_line() {
    let folder = Folder::new();
    let input = (failed() + &fine()).repeat(40_000);
    let path = folder.file("log", &input);
    let kept = failed().repeat(40_000);
    for threads in ["1", "3"] {
        let (a, b) = (format!("a{threads}"), format!("b{threads}"));
        let mut args = to(&folder, &[&a, &b]);
        let more = ["--to=stdout", "--threads", threads, FAILED, &path];
        args.extend(more.map(str::to_owned));
        run(&args, "").check(0, &kept);
        assert_eq!(text(&folder, &a), kept);
        assert_eq!(text(&folder, &b), kept);
    }
}

#[test]
fn a_reader_that_leaves_does_not_hold_the_others() {
    let folder = Folder::new();
    let input = failed().repeat(20_000);
    let path = folder.file("log", &input);
    let mut args = to(&folder, &["a"]);
    args.extend(["--to=stdout", FAILED, &path].map(str::to_owned));
    let mut child = command(&args).spawn().unwrap();
    drop(child.stdout.take());
    let ran = child.wait_with_output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(0), "{said}");
    assert!(said.contains("standard output: its reader has left"), "{said}");
    assert_eq!(text(&folder, "a"), input);
}

#[test]
fn a_sink_is_given_once() {
    let ran = run(&["--to=file:x", "--to=file:x", ALL], "");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("given twice"), "{}", ran.err);
}

#[test]
fn after_a_crash_each_file_goes_on_at_its_own_end() {
    let log = Log::of(&[401]);
    let mut flags = to(&log.folder, &["a", "b"]);
    flags.extend([log.kept(), "--from=begin".into(), "--to=stdout".into()]);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut follower = log.follow(&flags, ALL);
    until_out(&mut follower, &event(401));
    follower.kill();
    log.add(lines(&[402, 403]));
    let mut follower = log.follow(&flags, ALL);
    follower.until("both are written", || {
        ["a", "b"]
            .iter()
            .all(|name| text(&log.folder, name).ends_with(&event(403)))
    });
    follower.kill();
    log.add(lines(&[404]));
    let mut follower = log.follow(&flags, ALL);
    follower.until("both are written", || {
        ["a", "b"]
            .iter()
            .all(|name| text(&log.folder, name).ends_with(&event(404)))
    });
    let ran = follower.term();
    assert_eq!(ran.code, Some(143), "{}", ran.err);
    for name in ["a", "b"] {
        let all = lines(&[401, 402, 403, 404]);
        assert_eq!(text(&log.folder, name), all, "{name}");
    }
    let ran = log.news(&flags[..2], ALL);
    ended(ran, 0, "");
}
