use std::{
    fs::{File, FileTimes},
    time::{Duration, UNIX_EPOCH},
};

use super::{at, names};
use crate::tool::{FAILED, Folder, event, run};

fn log() -> String {
    [
        at("05:59:59.999999", "before"),
        at("06:00:00.000000", "first"),
        at("06:59:59.999999", "last"),
        at("07:00:00.000000", "behind"),
    ]
    .concat()
}

#[track_caller]
fn check(flags: &[&str], expected: &[&str]) {
    let ran = run(&[flags, &[FAILED]].concat(), log());
    assert_eq!(names(&ran.out), expected, "{flags:?}: {}", ran.err);
}

#[test]
fn since_is_in_and_until_is_not() {
    let (since, until) = ("2026-03-02T06:00:00Z", "2026-03-02T07:00:00Z");
    check(&["--since", since], &["first", "last", "behind"]);
    check(&["--until", until], &["before", "first", "last"]);
    check(&["--since", since, "--until", until], &["first", "last"]);
    check(&["--since", "2026-03-02 06:00:00"], &["first", "last", "behind"]);
    check(
        &["--since", "2026-03-02T08:00:00+02:00", "--until", until],
        &["first", "last"],
    );
    check(&["--since", "2026-03-02", "--until", "2026-03-02"], &[]);
    check(&["--since", "2026-03-03"], &[]);
    check(&["--until", "1d"], &["before", "first", "last", "behind"]);
}

#[test]
fn a_duration_is_how_long_ago() {
    let now = jiff::Timestamp::now();
    let line = |ago: i64, name: &str| {
        let time = now - jiff::SignedDuration::from_mins(ago);
        let line = at("X", name);
        line.replace("2026-03-02TXZ", &format!("{time:.6}"))
    };
    let text = line(90, "old") + &line(30, "new");
    let ran = run(&["--since", "1h", FAILED], &text);
    assert_eq!(names(&ran.out), ["new"]);
    let ran = run(&["--until", "1h", FAILED], &text);
    assert_eq!(names(&ran.out), ["old"]);
}

#[test]
fn what_becomes_of_an_event_without_a_time_on_invalid_says() {
    let text = event(403) + &at("06:00:00", "in");
    let flags = ["--since", "2026-03-02", "-s"];
    let run = |way: &str| {
        let way = ["--on-invalid", way, FAILED];
        run(&[&flags[..], &way].concat(), &text)
    };
    assert_eq!(names(&run("pass").out), ["a", "in"]);
    let skipped = run("skip");
    assert_eq!(names(&skipped.out), ["in"]);
    assert_eq!(skipped.number("unknown"), 1);
    assert_eq!(run("fail").code, Some(65));
}

#[test]
fn explain_shows_the_window_behind_the_conditions() {
    let args = ["--since", "2026-03-02", "--until", "2026-03-03", "--explain"];
    let ran = run(&[&args[..], &["code>=400 | head 3"]].concat(), "");
    let out = String::from_utf8(ran.out).unwrap();
    let steps = out.split_once("steps\n").unwrap().1;
    let expected = "  1. keep events where responseStatus.code >= 400\n  \
                    2. keep events where stageTimestamp >= \
                    2026-03-02T00:00:00Z and stageTimestamp < \
                    2026-03-03T00:00:00Z\n  3. end after 3 events\n";
    assert!(steps.starts_with(expected), "{out}");
}

#[test]
fn wrong_times_are_explained() {
    for (args, said) in [
        (&["--since", "soon"][..], "write how long ago, such as 1h"),
        (&["--until", "2026-13-01"], "write how long ago"),
        (&["--since", "1h", "--until", "2h"], "takes the earlier time"),
    ] {
        let ran = run(&[args, &[FAILED]].concat(), "");
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    let folder = Folder::new();
    let (log, to) = (folder.file("a.log", log()), folder.path("out"));
    let (to, checkpoint) = (format!("file:{to}"), folder.path("c"));
    let new = ["--new", "--checkpoint", &checkpoint, "--to", &to];
    let since = ["--since", "1h", FAILED, &log];
    let ran = run(&[&new[..], &since].concat(), "");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("`--since` does not go with"), "{}", ran.err);
    let since = ["--since", "2026-03-02T06:30:00Z", FAILED, &log];
    assert_eq!(run(&[&new[..], &since].concat(), "").code, Some(0));
    let kept = std::fs::read(folder.path("out")).unwrap();
    assert_eq!(names(&kept), ["last", "behind"]);
}

/// The files of a log, each with one event that is a minute older than the
/// rotation that its name tells of.
fn rotated(folder: &Folder) -> Vec<String> {
    let file = |hour: u8| {
        let name = format!("a-2026-03-02T{hour:02}-00-00.000.log");
        let time = format!("{:02}:59:00", hour - 1);
        folder.file(&name, at(&time, &hour.to_string()))
    };
    let mut files: Vec<String> = (6..12).map(file).collect();
    files.push(folder.file("a.log", at("11:30:00", "now")));
    files
}

#[test]
fn files_whose_names_rule_them_out_are_not_opened() {
    let folder = Folder::new();
    let files = rotated(&folder);
    let files: Vec<&str> = files.iter().map(|file| &**file).collect();
    let run =
        |flags: &[&str]| run(&[flags, &["-s", FAILED], &files].concat(), "");
    let since = ["--since", "2026-03-02T09:50:00Z"];
    let ran = run(&since);
    assert_eq!(names(&ran.out), ["10", "11", "now"]);
    // That of nine o'clock is opened too: clocks may differ a bit.
    assert!(ran.err.contains("skipped by name: 4 files"), "{}", ran.err);
    assert_eq!(ran.number("read"), 3);
    let ran = run(&["--until", "2026-03-02T07:30:00Z"]);
    assert_eq!(names(&ran.out), ["6", "7"]);
    assert!(ran.err.contains("skipped by name: 4 files"), "{}", ran.err);
    // None is left: that is said, and is no quiet cluster.
    let old = &files[..2];
    let args = [&["--since", "2026-03-03", FAILED], old].concat();
    let ran = crate::tool::run(&args, "");
    assert!(ran.err.contains("none of the 2 files has events"), "{}", ran.err);
    // A file that is named alone is read, whatever its name.
    let alone = ["--since", "2026-03-03", "-s", FAILED, old[0]];
    assert_eq!(crate::tool::run(&alone, "").number("read"), 1);
}

#[test]
fn a_file_with_a_date_is_opened_if_it_was_written_to_afterwards() {
    let folder = Folder::new();
    let dated = folder.file("a.log-20260102", at("10:00:00", "late"));
    let log = folder.file("a.log", at("10:00:01", "now"));
    let args = ["-s", "--since", "2026-03-02", FAILED, &dated, &log];
    assert_eq!(names(&run(&args, "").out), ["late", "now"]);
    let old = UNIX_EPOCH + Duration::from_secs(1_767_400_000);
    let file = File::options().write(true).open(&dated).unwrap();
    file.set_times(FileTimes::new().set_modified(old)).unwrap();
    let ran = run(&args, "");
    assert_eq!(names(&ran.out), ["now"]);
    // It is told to everybody: the name may mean something else.
    let said = "skipped by name: 1 file outside of --since and --until; \
                the first is";
    assert!(ran.err.contains(&format!("{said} {dated}\n")), "{}", ran.err);
    assert!(run(&args[1..], "").err.contains(said));
}
