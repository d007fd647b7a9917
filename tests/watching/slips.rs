//! Wrong command lines, and checkpoints and outputs that cannot be used, are
//! refused with a sentence.

use std::fs;

use crate::tool::{Ran, run};

use super::log::{ALL, Log, ended, lines};

/// Checks that `flags` are refused, and that the message says `words`.
#[track_caller]
fn check(flags: &[&str], expr: &str, words: &str) {
    let log = Log::of(&[401]);
    let path = log.path();
    let args = [flags, &[expr, &path]].concat();
    let said = ended(run(&args, ""), 2, "");
    assert!(said.starts_with("kaudit-filter: "), "{said}");
    assert!(said.contains(words), "{said}");
    assert!(!fs::exists(log.checkpoint()).unwrap());
}

#[test]
fn flags_that_need_following_say_so() {
    for flag in ["--checkpoint=x", "--from=begin", "--poll", "-n3"] {
        let name = flag.split('=').next().unwrap();
        let words = format!("{} goes with -F", name.trim_end_matches('3'));
        check(&[flag], ALL, &words);
    }
    check(&["--new"], ALL, "--new needs --checkpoint PATH");
    check(&["-F", "--new", "--checkpoint=x"], ALL, "cannot be used with");
    check(&["-F", "-n3", "--from=end"], ALL, "cannot be used with");
    check(&["-F", "--from=middle"], ALL, "possible values: begin, end");
    check(&["-F", "-nmany"], ALL, "invalid value 'many'");
    check(&["-F", "--threads=2"], ALL, "leave out --threads");
}

#[test]
fn standard_input_is_not_followed() {
    for args in [&["-F", ALL, "-"][..], &["-F", ALL], &["-F"]] {
        let said = ended(run(args, lines(&[401])), 2, "");
        assert!(said.contains("it is read as it comes without -F"), "{said}");
    }
}

#[test]
fn an_output_that_is_none_is_refused() {
    for (to, words) in [
        ("audit.log", "a file is written `file:audit.log`"),
        ("file:", "write `file:PATH`"),
        ("stdout:", "did you mean `stdout`?"),
        ("", "is no place to write to"),
    ] {
        let said = ended(run(&["-F", "--to", to, ALL, "x"], ""), 2, "");
        assert!(
            said.contains(" --> --to:1:1") && said.contains(words),
            "{said}"
        );
    }
}

#[test]
fn what_a_replay_would_not_repeat_is_refused_for_a_file() {
    for (expr, what) in [
        ("head 5", "head"),
        ("sample 1/2", "sample"),
        ("code>=400 | count by user", "count"),
        ("age < 1h", "age"),
    ] {
        let log = Log::of(&[401]);
        let to = format!("--to=file:{}", log.folder.path("out"));
        let kept = log.kept();
        let words = format!("`{what}` does not go with a checkpoint");
        for way in ["-F", "--new"] {
            check(&[way, &to, &kept], expr, &words);
        }
        assert!(!fs::exists(log.folder.path("out")).unwrap());
        // Without a checkpoint nothing is repeated.
        let follower = log.follow(&[&to], expr);
        follower.term().check(143, "");
    }
    let flags = ["-F", "-c", "--to=file:x", "--checkpoint=x"];
    check(&flags, ALL, "`-c` does not go with a checkpoint");
}

fn catch_up(log: &Log, checkpoint: &str, to: &str) -> Ran {
    let flags = [format!("--checkpoint={checkpoint}"), format!("--to={to}")];
    let args = ["--new", &flags[0], &flags[1], ALL, &log.path()];
    run(&args, "")
}

#[test]
fn what_another_run_uses_is_locked() {
    let log = Log::of(&[401]);
    let out = log.folder.path("out");
    let to = format!("file:{out}");
    let flag = format!("--to={to}");
    let mut follower = log.follow(&[&log.kept(), &flag], ALL);
    // It says where it begins before it writes the first checkpoint.
    let path = log.checkpoint();
    follower.until("there is a checkpoint", || {
        run(&["checkpoint", "show", &path], "").out.starts_with(b"written")
    });
    let said = ended(catch_up(&log, &path, "stdout"), 75, "");
    assert!(said.contains("checkpoint: another process uses it"), "{said}");
    let other = log.folder.path("other");
    let said = ended(catch_up(&log, &other, &to), 75, "");
    assert!(said.contains("out: another process writes it"), "{said}");
    follower.term().check(143, "");
    catch_up(&log, &path, &to).check(0, "");
}

#[test]
fn a_checkpoint_that_cannot_be_used_is_left_as_it_is() {
    let log = Log::of(&[401]);
    let bad = log.folder.file("bad", "no checkpoint".repeat(10_000));
    let said = ended(catch_up(&log, &bad, "stdout"), 78, "");
    assert!(said.contains("is not a checkpoint"), "{said}");
    let left = fs::read_to_string(&bad).unwrap();
    assert_eq!(left, "no checkpoint".repeat(10_000));
    for path in [log.folder.path("none/checkpoint"), log.folder.path("")] {
        let ran = catch_up(&log, &path, "stdout");
        assert_eq!(ran.code, Some(78), "{path}: {}", ran.err);
        assert_eq!(ran.out, b"", "{path}");
    }
}

#[test]
fn an_output_that_cannot_be_opened_ends_the_run() {
    let log = Log::of(&[401]);
    let nowhere = format!("file:{}", log.folder.path("none/out"));
    let said = ended(catch_up(&log, &log.checkpoint(), &nowhere), 74, "");
    assert!(said.contains("none/out: No such file"), "{said}");
}

#[test]
fn a_checkpoint_can_be_looked_at_while_it_is_in_use() {
    let log = Log::of(&[401, 402]);
    let kept = log.kept();
    let mut follower = log.follow(&[&kept, "-n1"], ALL);
    follower.until_said(lines(&[402]).len());
    let path = log.checkpoint();
    let place = format!(
        "audit.log: byte {}, behind line 2\n",
        lines(&[401, 402]).len()
    );
    let is_told = || {
        let ran = run(&["checkpoint", "show", &path], "");
        let text = String::from_utf8(ran.out).unwrap();
        text.contains(&place)
            && text.contains("  behind     0 bytes\n")
            && text.contains("  kept       1\n")
    };
    follower.until("the checkpoint says so", is_told);
    let ran = run(&["checkpoint", "reset", &path, "--to", "end"], "");
    let said = ended(ran, 75, "");
    assert!(said.contains("another process uses it"), "{said}");
    follower.term().check(143, &lines(&[402]));
}
