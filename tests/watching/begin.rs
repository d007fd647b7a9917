//! Where reading begins, and the line that says so.

use std::fs;

use crate::{
    follow::follower::Follower,
    tool::{command, event, run},
};

use super::log::{ALL, Log, ended, lines, until_out};

/// Checks where a run begins that no checkpoint speaks to, and that what
/// comes later comes out as well.
#[track_caller]
fn check(flags: &[&str], begins_at: u64) {
    let log = Log::of(&[401, 402, 403]);
    let length = event(401).len() as u64;
    let mut follower = log.follow(flags, ALL);
    log.add(lines(&[404]));
    let codes = &[401, 402, 403, 404][begins_at as usize..];
    until_out(&mut follower, &lines(codes));
    let said = ended(follower.term(), 143, &lines(codes));
    let path = log.path();
    let expected = format!(
        "kaudit-filter: following {path} from byte {} (line {}) of {path}, \
         {} bytes behind\n",
        begins_at * length,
        begins_at + 1,
        (3 - begins_at) * length
    );
    assert_eq!(said, expected, "{flags:?}");
}

#[test]
fn without_a_checkpoint_the_end_is_the_begin() {
    check(&[], 3);
    check(&["--from=end"], 3);
    check(&["--from", "begin"], 0);
}

#[test]
fn lines_before_the_end_are_counted() {
    check(&["-n0"], 3);
    check(&["-n", "1"], 2);
    check(&["--lines=3"], 0);
    check(&["-n18446744073709551615"], 0);
}

#[test]
fn half_a_line_at_the_end_is_read_when_it_is_whole() {
    let log = Log::of(&[401]);
    let line = event(402);
    let (head, tail) = line.split_at(100);
    log.add(head);
    let mut follower = log.follow(&[], ALL);
    log.add(tail);
    until_out(&mut follower, &line);
    let said = ended(follower.term(), 143, &line);
    assert!(said.contains("(line 2)"), "{said}");
    assert!(said.contains(", 100 bytes behind\n"), "{said}");
}

#[test]
fn a_checkpoint_says_where_whatever_flags_say() {
    let log = Log::of(&[401]);
    log.news(&[], ALL).check(0, &lines(&[401]));
    log.add(lines(&[402]));
    for flag in ["--from=begin", "--from=end", "-n2"] {
        let kept = format!("{}-{}", log.kept(), &flag[1..2]);
        let copy = kept.strip_prefix("--checkpoint=").unwrap();
        fs::copy(log.checkpoint(), copy).unwrap();
        let mut follower = log.follow(&[flag, &kept], ALL);
        until_out(&mut follower, &lines(&[402]));
        let said = ended(follower.term(), 143, &lines(&[402]));
        let path = log.path();
        let length = event(402).len();
        let expected = format!(
            "kaudit-filter: resuming {path} from byte {length} (line 2) of \
             {path}, {length} bytes behind\n"
        );
        assert_eq!(said, expected, "{flag}");
        fs::remove_file(copy).unwrap();
    }
}

#[test]
fn files_that_were_rotated_meanwhile_are_told() {
    let log = Log::of(&[401]);
    log.news(&[], ALL).check(0, &lines(&[401]));
    let path = log.path();
    for (name, code) in [("log.2", 402), ("log.1", 403)] {
        fs::rename(&path, path.replace("log", name)).unwrap();
        log.add(lines(&[code]));
    }
    let ran = log.news(&[], ALL);
    let said = ended(ran, 0, &lines(&[402, 403]));
    let begins = format!("of {}.2, ", path);
    assert!(said.contains(&begins), "{said}");
    assert!(said.ends_with("with 2 newer files to read\n"), "{said}");
}

#[test]
fn several_files_are_followed_each_by_itself() {
    let one = Log::of(&[401]);
    let other = Log::of(&[501, 502]);
    let (a, b) = (one.path(), other.path());
    let args = ["-F", "-n1", ALL, &a, &b];
    let mut follower = Follower::start(command(&args));
    follower.until_said(lines(&[401, 502]).len());
    one.add(lines(&[402]));
    other.add(lines(&[503]));
    follower.until_said(lines(&[401, 502, 402, 503]).len());
    let ran = follower.term();
    let found = String::from_utf8(ran.out.clone()).unwrap();
    for codes in [[401, 402], [502, 503]] {
        let [first, second] =
            codes.map(|code| found.find(&event(code)).unwrap());
        assert!(first < second, "{found}");
    }
    assert_eq!(ran.err.matches("following").count(), 2, "{}", ran.err);
    let ran = run(&["-F", ALL, &a, &b, &a], "");
    let said = ended(ran, 2, "");
    assert!(said.contains("is given twice"), "{said}");
}

#[test]
fn statistics_are_of_each_file() {
    let one = Log::of(&[401, 402]);
    let other = Log::of(&[501]);
    let kept = one.kept();
    let args = ["--new", "-s", &kept, "code=401", &one.path(), &other.path()];
    let said = ended(run(&args, ""), 0, &lines(&[401]));
    let (_, blocks) = said.split_once("source ").unwrap();
    let (first, second) = blocks.split_once("source ").unwrap();
    let is_there = |block: &str, name: &str, number: u64| {
        let row = format!("  {name:<9} {number:>14}\n");
        assert!(block.contains(&row), "{name}: {block}");
    };
    for (block, read, kept) in [(first, 2, 1), (second, 1, 0)] {
        is_there(block, "read", read);
        is_there(block, "kept", kept);
        is_there(block, "skipped", read - kept);
        is_there(block, "lag bytes", 0);
        is_there(block, "gaps", 0);
    }
}
