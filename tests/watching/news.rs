//! `--new` reads what is new since the checkpoint, and ends.

use std::fs;

use crate::tool::{event, run};

use super::log::{ALL, Log, ended, lines};

#[test]
fn what_was_new_once_is_not_new_again() {
    let log = Log::of(&[401, 402]);
    log.news(&[], ALL).check(0, &lines(&[401, 402]));
    log.news(&[], ALL).check(0, "");
    log.add(lines(&[403]));
    log.news(&[], ALL).check(0, &lines(&[403]));
    log.news(&[], ALL).check(0, "");
}

#[test]
fn the_exit_code_says_whether_anything_was_new() {
    let log = Log::of(&[401, 200]);
    log.news(&["-e"], "code>=400").check(0, &lines(&[401]));
    log.news(&["-e"], "code>=400").check(1, "");
    log.news(&["-q"], "code>=400").check(1, "");
    log.news(&["-c"], "code>=400").check(0, "0\n");
    log.news(&["-ce"], "code>=400").check(1, "0\n");
    log.add(lines(&[403, 200, 404]));
    log.news(&["-c"], "code>=400").check(0, "2\n");
    log.add(lines(&[200]));
    log.news(&["-e"], "code>=400").check(1, "");
}

#[test]
fn quiet_reads_all_that_is_new() {
    let log = Log::of(&[401, 402, 403]);
    log.news(&["-q"], "code=401").check(0, "");
    log.news(&["-q"], ALL).check(1, "");
}

#[test]
fn a_step_that_ends_the_run_leaves_the_rest_for_the_next() {
    let log = Log::of(&[401, 200, 402, 403, 200, 404]);
    let expr = "code>=400 | head 2";
    log.news(&[], expr).check(0, &lines(&[401, 402]));
    log.news(&[], expr).check(0, &lines(&[403, 404]));
    log.news(&[], expr).check(0, "");
}

#[test]
fn an_unfinished_last_line_is_left_for_later() {
    let log = Log::of(&[401]);
    let line = event(402);
    let (head, tail) = line.split_at(line.len() - 1);
    log.add(head);
    log.news(&[], ALL).check(0, &lines(&[401]));
    log.news(&["-e"], ALL).check(1, "");
    log.add(tail);
    log.news(&[], ALL).check(0, &line);
}

#[test]
fn without_a_checkpoint_all_is_new_unless_asked_otherwise() {
    for (flag, codes) in [
        ("--poll", &[401, 402, 403][..]),
        ("--from=begin", &[401, 402, 403]),
        ("--from=end", &[]),
        ("-n2", &[402, 403]),
    ] {
        let log = Log::of(&[401, 402, 403]);
        log.news(&[flag], ALL).check(0, &lines(codes));
        log.news(&[flag], ALL).check(0, "");
    }
}

#[test]
fn a_file_that_is_not_there_is_no_quiet_cluster() {
    let log = Log::absent();
    let said = ended(log.news(&[], ALL), 66, "");
    let path = log.path();
    assert_eq!(said, format!("kaudit-filter: {path}: is not there\n"));
    fs::create_dir(log.path()).unwrap();
    let said = ended(log.news(&[], ALL), 66, "");
    assert!(said.ends_with(": is a directory\n"), "{said}");
    fs::remove_dir(log.path()).unwrap();
    log.add(lines(&[401]));
    log.news(&[], ALL).check(0, &lines(&[401]));
    // One of two is not there: the other is read all the same.
    log.add(lines(&[402]));
    let none = log.folder.path("none");
    let args = ["--new", &log.kept(), ALL, &none, &log.path()];
    run(&args, "").check(66, &lines(&[402]));
}

#[test]
fn a_wrong_file_is_no_quiet_cluster_either() {
    let log = Log::absent();
    log.add("I1121 main.go:1] hello\n");
    let said = ended(log.news(&[], ALL), 65, "");
    assert!(said.contains("no line of the input is"), "{said}");
    log.news(&[], ALL).check(0, "");
}

#[test]
fn a_file_gets_what_is_new_appended() {
    let log = Log::of(&[401]);
    let to = log.folder.path("failed.log");
    let flag = format!("--to=file:{to}");
    log.news(&[&flag], ALL).check(0, "");
    log.add(lines(&[402]));
    log.news(&[&flag], ALL).check(0, "");
    log.news(&[&flag], ALL).check(0, "");
    assert_eq!(fs::read_to_string(to).unwrap(), lines(&[401, 402]));
}

#[test]
fn each_output_has_a_place_of_its_own() {
    let log = Log::of(&[401]);
    log.add("hello\n");
    let aside = log.folder.path("odd.log");
    let flag = format!("--on-invalid=file:{aside}");
    log.news(&[&flag], ALL).check(0, &lines(&[401]));
    log.add("again\n");
    log.add(lines(&[402]));
    log.news(&[&flag], ALL).check(0, &lines(&[402]));
    assert_eq!(fs::read_to_string(aside).unwrap(), "hello\nagain\n");
}
