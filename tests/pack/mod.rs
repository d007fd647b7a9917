//! What a package installs does what it says: units, snippets for
//! neighbours, manual pages and completions.
//!
//! Programs that read them are asked, wherever there are such: systemd,
//! logrotate, rsyslog, groff, the shells.

mod agent;
mod guide;
mod page;
mod rsyslog;
mod shell;
mod snippet;
mod unit;

use std::{fs, process::Command};

use crate::tool::{self, Folder};

/// Where packaging lies.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging");

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_kaudit-filter");

/// Returns the text of a file below `packaging`.
#[track_caller]
fn packaged(name: &str) -> String {
    fs::read_to_string(format!("{ROOT}/{name}")).unwrap()
}

/// Runs another program; returns whether it succeeded, and what it said.
#[track_caller]
fn said(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

/// Returns a command of a shell in which `kaudit-filter` is the program
/// under test.
fn shell(folder: &Folder, script: &str) -> Command {
    let link = folder.path("kaudit-filter");
    if fs::symlink_metadata(&link).is_err() {
        std::os::unix::fs::symlink(PROGRAM, &link).unwrap();
    }
    let mut command = Command::new("sh");
    let path = format!("{}:/usr/bin:/bin", folder.path(""));
    command.args(["-c", script]).env("PATH", path);
    command
}

/// Returns whether a program is there, or says what is left out. With
/// `KAUDIT_FILTER_REQUIRE_ALL=1` it has to be.
#[track_caller]
fn has(program: &str, what: &str) -> bool {
    let is_there = tool::has(program);
    if !is_there {
        tool::skip(&format!("{program} is missing: {what}"));
    }
    is_there
}
