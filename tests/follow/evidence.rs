//! What stands in an output file is evidence: whatever happens, it stays.

use std::{
    fs::{self, File},
    io::Write,
};

use super::{
    event::{FAILED, numbers},
    follower::{Follower, gaps},
    mill::backups,
    oracle::{check, one_pass},
    site::{Site, no_gap},
};
use crate::tool::{command, run};

/// What somebody writes into the file who is not we.
const NOTE: &[u8] = b"# looked at by jane\n";
const NO_END: &[u8] = b"# looked at by joe";

/// Appends to the output as somebody else does.
fn append(site: &Site, bytes: &[u8]) {
    let file = File::options().append(true).open(site.place.output());
    file.unwrap().write_all(bytes).unwrap();
}

/// Lets some events be written, and waits until those that are kept are in
/// the file behind what it had. Returns the follower and what it has now.
#[track_caller]
fn grown(site: &mut Site, expr: &str) -> (Follower, Vec<u8>) {
    let before = site.place.found();
    let begun = site.writer.length() as usize;
    site.writer.events(30);
    let new = &site.writer.generations().last().unwrap()[begun..];
    let mut expected = before;
    if expected.last().is_some_and(|last| *last != b'\n') {
        expected.push(b'\n');
    }
    expected.extend(run(&[expr], new).out);
    let args = site.place.file_args(&["-F"]);
    let args = args.into_iter().map(|arg| match &*arg {
        FAILED => expr.to_owned(),
        _ => arg,
    });
    let mut follower = Follower::start(command(&args.collect::<Vec<_>>()));
    let length = expected.len() as u64;
    site.place.until_out(&mut follower, length);
    let found = site.place.found();
    check(&found, &expected, &follower.talk());
    (follower, found)
}

#[test]
fn evidence_survives_strangers_another_expression_and_a_loss() {
    let mut site = Site::new();
    let (follower, found) = grown(&mut site, FAILED);
    assert_eq!(found, one_pass(site.writer.generations()));
    no_gap(&follower.kill());
    for foreign in [NOTE, NO_END, NOTE] {
        append(&site, foreign);
        let (follower, _) = grown(&mut site, FAILED);
        // Killed before or after the next commit, it is the same.
        no_gap(&follower.kill());
    }
    // So that the other expression is asked of new events only.
    let (follower, _) = grown(&mut site, FAILED);
    no_gap(&follower.term());
    let (follower, _) = grown(&mut site, "code<300");
    no_gap(&follower.term());
    let before = site.place.found();
    // Rotated and pruned, while nobody looks.
    for _ in 0..2 {
        site.writer.events(30);
        site.writer.rotate();
    }
    for backup in backups(site.writer.folder()) {
        fs::remove_file(site.writer.folder().join(backup)).unwrap();
    }
    let (follower, found) = grown(&mut site, FAILED);
    let ran = follower.term();
    assert_eq!(gaps(&ran.err).len(), 1, "{}", ran.err);
    assert!(found.starts_with(&before));
    let notes = numbers(&found).filter(Option::is_none).count();
    assert_eq!(notes, 3, "{}", found.escape_ascii());
}
