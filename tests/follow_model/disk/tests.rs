//! What the simulated disk does is what disks do.

use std::{
    collections::BTreeSet,
    io::{ErrorKind, IoSlice},
    path::Path,
    sync::Arc,
};

use kaudit_filter::disk::{Disk, File, Kind, Purpose};
use rustix::io::Errno;

use super::{Access, Call, Fault, Process, SimDisk};

const SEEDS: u64 = 400;

fn machine() -> SimDisk {
    SimDisk::new(&["log", "out"], 1)
}

fn path(text: &str) -> &Path {
    Path::new(text)
}

fn open(process: &Process, name: &str, purpose: Purpose) -> Arc<dyn File> {
    process.open(path(name), purpose).unwrap()
}

fn append(file: &dyn File, bytes: &[u8]) -> std::io::Result<usize> {
    file.append(&[IoSlice::new(bytes)])
}

fn put(disk: &SimDisk, name: &str, bytes: &[u8]) {
    let mut hand = disk.append(path(name)).unwrap();
    assert_eq!(hand.write(bytes).unwrap(), bytes.len());
}

#[track_caller]
fn check(disk: &SimDisk, name: &str, expected: &str) {
    let found = disk.read(path(name)).unwrap();
    assert_eq!(found.escape_ascii().to_string(), expected, "{name}");
}

#[track_caller]
fn check_fails<T>(result: std::io::Result<T>, errno: Errno) {
    let found = result.err().and_then(|error| error.raw_os_error());
    assert_eq!(found, Some(errno.raw_os_error()));
}

#[test]
fn an_inode_number_is_given_again_as_soon_as_its_file_is_gone() {
    let disk = machine();
    put(&disk, "/log/a", b"1");
    let first = disk.stat(path("/log/a")).unwrap();
    disk.unlink(path("/log/a")).unwrap();
    put(&disk, "/log/b", b"2");
    assert_eq!(disk.stat(path("/log/b")).unwrap().id, first.id);
    disk.set_clock(2);
    let held = disk.append(path("/log/b")).unwrap();
    disk.unlink(path("/log/b")).unwrap();
    put(&disk, "/log/c", b"3");
    let third = disk.stat(path("/log/c")).unwrap();
    assert_ne!(third.id.ino, first.id.ino);
    assert_eq!((third.id.born, third.id.dev), (2, first.id.dev));
    drop(held);
}

#[test]
fn an_open_file_outlives_its_name() {
    let disk = machine();
    put(&disk, "/log/a", b"old");
    let file = open(&disk.process(), "/log/a", Purpose::Read);
    put(&disk, "/log/b", b"new");
    disk.rename(path("/log/b"), path("/log/a")).unwrap();
    check(&disk, "/log/a", "new");
    let mut room = [0; 8];
    assert_eq!(file.read_at(&mut room, 1).unwrap(), 2);
    assert_eq!(&room[..2], b"ld");
    let stat = file.stat().unwrap();
    assert_eq!((stat.links, stat.size, stat.kind), (0, 3, Kind::Regular));
}

#[test]
fn links_are_followed_and_circles_are_left() {
    let disk = machine();
    disk.make_folder(path("/log/v1")).unwrap();
    disk.link(path("/log/now"), path("v1")).unwrap();
    disk.link(path("/log/v1/far"), path("/log/now/../v1/./near")).unwrap();
    put(&disk, "/log/now/far", b"here");
    check(&disk, "/log/v1/near", "here");
    let process = disk.process();
    let real = process.resolve(path("/log/now/far")).unwrap();
    assert_eq!(real, path("/log/v1/near"));
    check_fails(process.open(&real.join("x"), Purpose::Read), Errno::NOTDIR);
    let link = path("/log/now/far");
    check_fails(process.open(link, Purpose::State), Errno::LOOP);
    disk.link(path("/log/circle"), path("circle")).unwrap();
    check_fails(process.stat(path("/log/circle")), Errno::LOOP);
    let mut names = process.list(path("/log/now")).unwrap();
    names.sort();
    assert_eq!(names, ["far", "near"]);
}

#[test]
fn what_is_denied_is_denied_to_programs_but_not_to_root() {
    let disk = machine();
    disk.make_folder(path("/log/a")).unwrap();
    put(&disk, "/log/a/x", b"1");
    let process = disk.process();
    let held = open(&process, "/log/a/x", Purpose::Read);
    for denied in ["/log/a/x", "/log/a"] {
        disk.set_access(path(denied), Access::Denied).unwrap();
        let x = process.open(path("/log/a/x"), Purpose::Read);
        check_fails(x, Errno::ACCESS);
        put(&disk, "/log/a/x", b"2");
        assert_eq!(held.read_at(&mut [0; 9], 0).unwrap() as u64, {
            disk.stat(path("/log/a/x")).unwrap().size
        });
        disk.set_access(path(denied), Access::Granted).unwrap();
    }
    disk.set_access(path("/log/a"), Access::Denied).unwrap();
    check_fails(process.list(path("/log/a")), Errno::ACCESS);
    assert!(process.stat(path("/log/a")).is_ok());
}

#[test]
fn a_full_disk_takes_a_part_and_then_nothing() {
    let disk = machine();
    put(&disk, "/out/a", b"0123");
    disk.set_room("out", Some(3));
    let file = open(&disk.process(), "/out/a", Purpose::Append);
    assert_eq!(append(&*file, b"45678").unwrap(), 3);
    check_fails(append(&*file, b"7"), Errno::NOSPC);
    check_fails(file.reserve(9), Errno::NOSPC);
    assert_eq!(file.write_at(b"abc", 1).unwrap(), 3);
    file.truncate(5).unwrap();
    file.reserve(6).unwrap();
    check(&disk, "/out/a", r"0abc4\x00");
    assert_eq!(append(&*file, b"789").unwrap(), 1);
    put(&disk, "/log/a", b"there is room on the other one");
    disk.set_room("out", None);
    assert_eq!(append(&*file, b"89").unwrap(), 2);
}

#[test]
fn who_writes_at_a_place_of_his_own_leaves_a_hole() {
    let disk = machine();
    let mut hand = disk.create(path("/log/a")).unwrap();
    hand.write(b"12").unwrap();
    disk.truncate(path("/log/a"), 0).unwrap();
    hand.write(b"34").unwrap();
    check(&disk, "/log/a", r"\x00\x0034");
    drop(disk.create(path("/log/a")).unwrap());
    check(&disk, "/log/a", "");
}

#[test]
fn a_lock_is_let_go_by_who_dies() {
    let disk = machine();
    let first = open(&disk.process(), "/out/a", Purpose::State);
    let second = open(&disk.process(), "/out/a", Purpose::State);
    assert!(first.lock().unwrap() && first.lock().unwrap());
    assert!(!second.lock().unwrap());
    drop(first);
    assert!(second.lock().unwrap());
}

#[test]
fn a_program_is_killed_in_the_midst_of_a_write() {
    let disk = machine();
    let process = disk.process();
    process.kill_after(3, 2);
    let file = open(&process, "/out/a", Purpose::Append);
    append(&*file, b"one ").unwrap();
    assert!(!process.is_dead());
    append(&*file, b"two ").unwrap();
    assert!(process.is_dead());
    assert!(append(&*file, b"three").is_err() && file.truncate(0).is_err());
    assert!(file.sync().is_err() && file.read_at(&mut [0], 0).is_err());
    assert!(process.open(path("/out/b"), Purpose::Append).is_err());
    check(&disk, "/out/a", "one tw");
    assert_eq!(disk.list(path("/out")).unwrap(), ["a"]);
}

#[test]
fn calls_fail_as_they_are_told_to() {
    let disk = machine();
    let process = disk.process();
    let file = open(&process, "/out/a", Purpose::Append);
    process.fail("out", Call::Write, Fault::Short(2));
    process.fail("out", Call::Write, Fault::Error(Errno::DQUOT));
    process.fail("log", Call::Open, Fault::Error(Errno::MFILE));
    assert_eq!(append(&*file, b"1234").unwrap(), 2);
    check_fails(append(&*file, b"34"), Errno::DQUOT);
    assert_eq!(append(&*file, b"34").unwrap(), 2);
    assert_eq!((process.calm(), process.calm()), (2, 0));
    let missing = process.open(path("/log/a"), Purpose::Read);
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
}

/// Returns all that can be left of a file after a power cut.
fn left(prepare: impl Fn(&SimDisk), name: &str) -> BTreeSet<String> {
    let left = (0..SEEDS).map(|seed| {
        let disk = machine();
        prepare(&disk);
        disk.power_cut(seed);
        let bytes = disk.read(path(name));
        bytes.map_or("none".into(), |b| b.escape_ascii().to_string())
    });
    left.collect()
}

#[test]
fn what_was_synced_survives_and_of_the_rest_anything() {
    let left = left(
        |disk| {
            let file = open(&disk.process(), "/out/a", Purpose::Append);
            append(&*file, b"a").unwrap();
            file.sync().unwrap();
            append(&*file, b"b").unwrap();
            append(&*file, b"c").unwrap();
            file.truncate(2).unwrap();
            append(&*file, b"d").unwrap();
        },
        "/out/a",
    );
    let all = ["a", "ab", r"a\x00", r"a\x00c", "abc", "abd", r"a\x00d"];
    assert_eq!(left, all.map(str::to_owned).into());
}

#[test]
fn a_long_write_is_torn_where_a_sector_begins() {
    let left = left(
        |disk| {
            put(disk, "/log/a", &[b'x'; 60]);
            disk.flush("log");
            put(disk, "/log/a", b"123456789");
        },
        "/log/a",
    );
    let x = "x".repeat(60);
    let ends = ["", "1234", "123456789", r"\x00\x00\x00\x0056789"];
    assert_eq!(left, ends.map(|end| format!("{x}{end}")).into());
}

#[test]
fn a_sync_that_failed_is_not_made_good_by_the_next() {
    let write = |disk: &SimDisk| {
        let process = disk.process();
        let file = open(&process, "/out/a", Purpose::Append);
        append(&*file, b"1").unwrap();
        file.sync().unwrap();
        append(&*file, b"2").unwrap();
        process.fail("out", Call::Sync, Fault::Error(Errno::IO));
        check_fails(file.sync(), Errno::IO);
        append(&*file, b"3").unwrap();
        file.sync().unwrap();
        check(disk, "/out/a", "123");
    };
    let expected = [r"1\x003", "123"].map(str::to_owned);
    assert_eq!(left(write, "/out/a"), expected.into());
}

#[test]
fn names_are_lost_from_the_last_one_on() {
    let rotate = |disk: &SimDisk| {
        put(disk, "/log/a", b"old");
        disk.flush("log");
        disk.rename(path("/log/a"), path("/log/b")).unwrap();
        put(disk, "/log/a", b"");
        disk.unlink(path("/log/b")).unwrap();
    };
    let names = |name| left(rotate, name);
    assert_eq!(names("/log/a"), ["old", "", "none"].map(str::to_owned).into());
    assert_eq!(names("/log/b"), ["old", "none"].map(str::to_owned).into());
    for seed in 0..SEEDS {
        let disk = machine();
        rotate(&disk);
        disk.power_cut(seed);
        assert!(!disk.list(path("/log")).unwrap().is_empty());
    }
}

#[test]
fn a_sync_keeps_the_names_of_its_disk() {
    let left = left(
        |disk| {
            let file = open(&disk.process(), "/out/a", Purpose::State);
            file.sync().unwrap();
            put(disk, "/log/a", b"");
        },
        "/out/a",
    );
    assert_eq!(left, [String::new()].into());
}
