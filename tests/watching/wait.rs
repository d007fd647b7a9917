//! Following waits for what is not there, or cannot be read, and says so.

use std::{
    fs, io,
    os::unix::fs::{PermissionsExt, chown},
    process::Command,
};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::{
    follow::follower::Follower,
    tool::{has, skip},
};

use super::log::{ALL, Log, lines, until_out, until_told};

/// Checks that what `make` makes in place of the log is waited for, and that
/// the log that comes at last is read from its begin.
#[track_caller]
fn check(words: &str, make: fn(&str), remove: fn(&str) -> io::Result<()>) {
    for flags in [&[][..], &["-n1"], &["--from=end"], &["--poll"]] {
        let log = Log::absent();
        make(&log.path());
        let mut follower = Follower::start(log.command(flags, ALL));
        let path = log.path();
        until_told(&mut follower, &format!("{path}{words}"));
        remove(&path).unwrap();
        let new = log.folder.file("new", lines(&[401, 402]));
        fs::rename(new, &path).unwrap();
        until_out(&mut follower, &lines(&[401, 402]));
        log.add(lines(&[403]));
        until_out(&mut follower, &lines(&[401, 402, 403]));
        let ran = follower.term();
        ran.check(143, &lines(&[401, 402, 403]));
        assert!(ran.err.contains(": is there\n"), "{}", ran.err);
    }
}

#[test]
fn a_file_that_appears_later_is_read_from_its_begin() {
    check(" as soon as it is there\n", |_| {}, |_| Ok(()));
}

#[test]
fn a_folder_or_a_pipe_in_its_place_is_waited_for() {
    check(
        ": is a directory; waiting for it\n",
        |p| fs::create_dir(p).unwrap(),
        |p| fs::remove_dir(p),
    );
    let fifo = |path: &str| {
        let mode = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, path, FileType::Fifo, mode, 0).unwrap();
    };
    let words = ": not a regular file; waiting for it\n";
    check(words, fifo, |path| fs::remove_file(path));
}

/// Returns how nobody would follow a log; none where nobody may not even run
/// the program.
fn as_nobody(log: &Log) -> Option<Command> {
    let ours = log.command(&[], ALL);
    let mut theirs = Command::new("setpriv");
    theirs.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    theirs.arg(ours.get_program());
    let mut version = Command::new("setpriv");
    version.args(theirs.get_args()).arg("--version");
    let nobody = Some(65_534);
    let can = has("setpriv")
        && chown(log.folder.path(""), nobody, nobody).is_ok()
        && version.output().is_ok_and(|ran| ran.status.success());
    theirs.args(ours.get_args());
    can.then_some(theirs)
}

#[test]
fn a_file_that_may_be_read_only_later_is_read_from_its_begin() {
    let log = Log::of(&[401]);
    let Some(command) = as_nobody(&log) else {
        return skip("nobody cannot be made to run the program");
    };
    let permit = |mode| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(log.path(), mode).unwrap();
    };
    permit(0o600);
    let mut follower = Follower::start(command);
    until_told(&mut follower, "Permission denied");
    until_told(&mut follower, "; waiting for it");
    // What is written meanwhile counts, and where it begins nobody knows.
    log.add(lines(&[402]));
    permit(0o644);
    until_out(&mut follower, &lines(&[401, 402]));
    follower.term().check(143, &lines(&[401, 402]));
}

#[test]
fn a_file_that_goes_away_is_waited_for() {
    let log = Log::of(&[401]);
    let mut follower = log.follow(&[], ALL);
    fs::remove_file(log.path()).unwrap();
    until_told(&mut follower, "audit.log: is not there; waiting for it");
    log.add(lines(&[402]));
    until_out(&mut follower, &lines(&[402]));
    until_told(&mut follower, "audit.log: is there");
    follower.term().check(143, &lines(&[402]));
}
