//! Who may have a checkpoint, and what is refused.

use std::{
    fs, io,
    os::unix::fs::{PermissionsExt, symlink},
    thread,
};

use kaudit_filter::{
    checkpoint::{Error, Fault, Found, clear},
    disk::Exposure,
};

use super::*;
use crate::tool::{FAILED, failed, run};

#[test]
fn there_is_one_owner_and_room_from_the_start() {
    let folder = Folder::new();
    let path = folder.path("checkpoint");
    let path = path.as_ref();
    let (mut checkpoint, none) = Checkpoint::open(&real(), path).unwrap();
    assert_eq!(none, None);
    assert_eq!(show(&Real, path).unwrap(), Found::default());
    let kind = fs::metadata(path).unwrap();
    assert_eq!(kind.permissions().mode() & 0o777, 0o600);
    assert_eq!(kind.len(), 2 * SIZE as u64);
    let record = record("audit.log", Vec::new());
    checkpoint.write(&record).unwrap();
    let error = Checkpoint::open(&real(), path).unwrap_err();
    assert!(matches!(error, Error::Locked), "{error}");
    let error = clear(&Real, path).unwrap_err();
    assert!(matches!(error, Error::Locked), "{error}");
    let found = show(&Real, path).unwrap();
    assert_eq!(found.newest, Some((0, record.clone())));
    drop(checkpoint);
    let found = loop {
        match Checkpoint::open(&real(), path) {
            // Another test starts a program, which has all our files for a
            // moment.
            Err(Error::Locked) => thread::yield_now(),
            result => break result.unwrap().1,
        }
    };
    assert_eq!(found, Some(record));
}

/// Checks that what `make` makes is refused.
#[track_caller]
fn check_refused(fault: Fault, make: impl Fn(&Path) -> io::Result<()>) {
    let folder = Folder::new();
    fs::create_dir(folder.path("own")).unwrap();
    let path = folder.path("own/checkpoint");
    make(path.as_ref()).unwrap();
    match Checkpoint::open(&real(), path.as_ref()).unwrap_err() {
        Error::Unusable(found) => assert_eq!(found, fault),
        error => panic!("{error}"),
    }
}

fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[test]
fn what_is_not_ours_alone_is_refused() {
    let beside = |path: &Path| path.with_extension("other");
    check_refused(Fault::Link, |path| symlink(beside(path), path));
    check_refused(Fault::Link, |path| {
        fs::write(beside(path), "")?;
        symlink(beside(path), path)
    });
    check_refused(Fault::NotRegular, |path| fs::create_dir(path));
    check_refused(Fault::NotRegular, |path| {
        let (place, kind) = (rustix::fs::CWD, rustix::fs::FileType::Fifo);
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        Ok(rustix::fs::mknodat(place, path, kind, mode, 0)?)
    });
    check_refused(Fault::Names(2), |path| {
        fs::write(beside(path), "")?;
        fs::hard_link(beside(path), path)
    });
    check_refused(Fault::Exposed(Exposure::Mode), |path| {
        fs::write(path, "")?;
        set_mode(path, 0o602)
    });
    check_refused(Fault::Exposed(Exposure::Directory), |path| {
        set_mode(path.parent().unwrap(), 0o777)
    });
}

#[test]
fn a_refused_directory_is_left_as_it_was() {
    let folder = Folder::new();
    let own = folder.path("own");
    fs::create_dir(&own).unwrap();
    set_mode(own.as_ref(), 0o777).unwrap();
    let path = folder.path("own/checkpoint");
    Checkpoint::open(&real(), path.as_ref()).unwrap_err();
    assert_eq!(fs::read_dir(&own).unwrap().count(), 0);
}

#[test]
fn a_run_does_not_begin_without_its_checkpoint() {
    let folder = Folder::new();
    let log = folder.file("audit.log", failed());
    let none = folder.path("none/checkpoint");
    let held = folder.path("checkpoint");
    let (_held, _) = Checkpoint::open(&real(), held.as_ref()).unwrap();
    for (path, code, words) in [
        (&none, 78, "none/checkpoint: No such file"),
        (&held, 75, "checkpoint: another process uses it"),
        (&log, 78, "audit.log: is not a checkpoint"),
    ] {
        let ran = run(&["--new", "--checkpoint", path, FAILED, &log], "");
        ran.check(code, "");
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    assert_eq!(fs::read_to_string(&log).unwrap(), failed());
}
