//! The disk is full, or fails.

use std::fs;

use super::{
    oracle::check,
    place::Place,
    points::traced,
    site::{Site, no_gap},
};
use crate::tool::{has, skip};

/// What a follower does about a call that fails.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// Tries again, until all has come out.
    GoesOn,
    /// Ends, as it cannot know what is on the disk.
    Ends,
}

/// Has calls on a file fail, and checks what becomes of the run and that the
/// next one makes it good.
fn fails(calls: &str, with: &str, path: fn(&Place) -> String, then: Then) {
    let mut site = Site::new();
    site.writer.events(20);
    site.place.catch_up();
    site.writer.events(500);
    site.writer.rotate();
    site.writer.events(500);
    let inject = format!("inject={calls}:{with}");
    let trace = format!("trace={calls}");
    let record = site.place.folder.path("trace");
    let path = path(&site.place);
    let flags = ["-o", &record, "-P", &path, "-e", &trace, "-e", &inject];
    let mut follower = traced(&flags, &site.place.file_args(&["-F"]));
    let ran = match then {
        Then::GoesOn => {
            site.until_caught_up(&mut follower);
            follower.kill()
        }
        Then::Ends => follower.end(),
    };
    let told = format!("{calls} {with}: {:?}\n{}", ran.code, ran.err);
    if let Then::Ends = then {
        assert_eq!(ran.code, Some(74), "{told}");
    }
    assert!(!ran.err.contains("panicked"), "{told}");
    let record = fs::read_to_string(record).unwrap();
    assert!(record.contains("(INJECTED)"), "nothing failed: {told}");
    let again = site.place.catch_up();
    check(&site.place.found(), &site.expected(), &told);
    no_gap(&again);
}

/// Whatever call is used to write.
const WRITES: &str = "write,writev,pwrite64,pwritev,pwritev2";

/// Whatever call is used to read.
const READS: &str = "read,readv,pread64,preadv,preadv2";

#[test]
fn an_output_that_takes_nothing_for_a_while_gets_it_later() {
    if !has("strace") {
        return skip("strace");
    }
    for error in ["ENOSPC", "EDQUOT", "EIO", "EINTR"] {
        for when in ["1", "2", "1..3", "2+3"] {
            let with = format!("error={error}:when={when}");
            fails(WRITES, &with, Place::output, Then::GoesOn);
        }
    }
}

#[test]
fn an_output_that_may_not_be_on_the_disk_ends_the_run() {
    if !has("strace") {
        return skip("strace");
    }
    for error in ["EIO", "ENOSPC"] {
        let with = format!("error={error}:when=1");
        fails("fsync,fdatasync", &with, Place::output, Then::Ends);
        fails("fsync,fdatasync", &with, Place::checkpoint, Then::Ends);
    }
}

#[test]
fn a_checkpoint_that_cannot_be_written_ends_the_run() {
    if !has("strace") {
        return skip("strace");
    }
    for with in ["error=EIO:when=1", "error=EIO:when=2"] {
        fails(WRITES, with, Place::checkpoint, Then::Ends);
    }
    fails(WRITES, "error=EINTR:when=1..2", Place::checkpoint, Then::GoesOn);
}

#[test]
fn a_log_that_cannot_be_read_for_a_while_is_read_later() {
    if !has("strace") {
        return skip("strace");
    }
    for with in ["EIO:when=2", "EIO:when=3..4", "EINTR:when=1..2"] {
        let with = format!("error={with}");
        fails(READS, &with, Place::log, Then::GoesOn);
    }
    for error in ["EMFILE", "EACCES", "ENOMEM", "ENOENT"] {
        let with = format!("error={error}:when=1..2");
        fails("openat", &with, Place::log, Then::GoesOn);
    }
}
