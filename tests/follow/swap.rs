//! The name of the log comes to mean another file: a new one, one behind a
//! symbolic link, one in another folder, one with an old number.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    process::Command,
    thread,
    time::Duration,
};

use super::{
    follower::Follower,
    oracle::{check, one_pass},
    place::{BOTH, News, Place},
    site::{Site, no_gap},
    times,
    writer::Writer,
};
use crate::tool::{command, has, skip};

/// Removes the log, of which all was read, and begins another one; returns
/// whether that has got the same inode number.
fn reuse(site: &mut Site) -> bool {
    let number = |site: &Site| fs::metadata(site.place.log()).unwrap().ino();
    let before = number(site);
    site.writer.unlink();
    site.writer.reopen();
    before == number(site)
}

#[test]
fn another_file_with_the_same_inode_number_is_another_file() {
    let mut site = Site::new();
    site.writer.events(20);
    site.place.catch_up();
    let (cycles, mut reused) = (times(200, 5_000), 0);
    for _ in 0..cycles {
        reused += usize::from(reuse(&mut site));
        site.writer.events(20);
        let ran = site.place.catch_up();
        assert_eq!(site.place.length(), site.writer.kept(), "{}", ran.err);
    }
    site.check(&site.place.catch_up());
    if reused == 0 {
        skip("this file system does not use inode numbers again");
    }
}

#[test]
fn a_log_without_a_name_is_read_as_long_as_it_grows() {
    for news in BOTH {
        let mut site = Site::with(news);
        site.writer.events(20);
        let mut follower = site.followed();
        site.writer.unlink();
        for _ in 0..5 {
            site.writer.events(20);
            site.until_caught_up(&mut follower);
        }
        site.writer.reopen();
        site.writer.events(20);
        site.until_caught_up(&mut follower);
        site.writer.rotate();
        site.writer.events(20);
        site.finish(follower);
    }
}

/// What of the path of the log is a symbolic link.
#[derive(Clone, Copy)]
enum Link {
    /// The folder, as kubelet mounts volumes.
    Folder,
    /// The file.
    File,
}

impl Link {
    /// Points the link to the log of another folder, at once.
    fn point(self, place: &Place, folder: &str) {
        let made = place.folder.path("made");
        let (target, link) = match self {
            Link::Folder => (folder.to_owned(), place.folder.path("log")),
            Link::File => (format!("../{folder}/audit.log"), place.log()),
        };
        symlink(target, &made).unwrap();
        fs::rename(made, link).unwrap();
    }
}

/// Follows a log through a link that comes to mean another folder.
fn swapped(link: Link, news: News, swaps: usize) {
    let place = Place::new(news);
    if let Link::File = link {
        fs::create_dir(place.folder.path("log")).unwrap();
    }
    let mut generations = Vec::new();
    let mut follower = None;
    for number in 0..=swaps {
        let folder = format!("data-{number}");
        fs::create_dir(place.folder.path(&folder)).unwrap();
        let first = 1 + 100 * number as u64;
        let mut writer = Writer::from(place.folder.path(&folder), first);
        writer.events(3);
        link.point(&place, &folder);
        let follower = follower.get_or_insert_with(|| place.follow());
        // Open at least, if not read.
        follower.until_open(&place.log());
        writer.events(3);
        generations.extend_from_slice(writer.generations());
        if let Some(old) = number.checked_sub(3) {
            let old = format!("data-{old}");
            fs::remove_dir_all(place.folder.path(&old)).unwrap();
        }
    }
    finish(&place, follower.unwrap(), &generations);
}

/// Waits until all came out of several logs, and checks it.
fn finish(place: &Place, mut follower: Follower, generations: &[Vec<u8>]) {
    let expected = one_pass(generations);
    place.until_out(&mut follower, expected.len() as u64);
    let ran = follower.term();
    check(&place.found(), &expected, &ran.err);
    no_gap(&ran);
}

#[test]
fn links_that_come_to_mean_another_file_are_followed() {
    // A link is looked up once a second, so many of them change at once.
    let (sites, swaps) = (times(20, 50), times(10, 100));
    thread::scope(|scope| {
        for site in 0..sites {
            let link = if site % 2 == 0 { Link::Folder } else { Link::File };
            let news = if site < 4 { News::Looked } else { News::Told };
            scope.spawn(move || swapped(link, news, swaps));
        }
    });
}

#[test]
fn a_folder_that_is_moved_away_is_followed_by_the_one_in_its_place() {
    for news in BOTH {
        let mut site = Site::with(news);
        site.writer.events(20);
        let mut follower = site.followed();
        let mut generations = Vec::new();
        for number in 1..=3 {
            let log = site.place.folder.path("log");
            let old = site.place.folder.path(&format!("old-{number}"));
            fs::rename(&log, old).unwrap();
            site.writer.events(5);
            generations.extend_from_slice(site.writer.generations());
            fs::create_dir(&log).unwrap();
            site.writer = Writer::from(log, 100 * number);
            site.writer.events(5);
            follower.until_open(&site.place.log());
            site.writer.events(5);
        }
        generations.extend_from_slice(site.writer.generations());
        finish(&site.place, follower, &generations);
    }
}

/// Gives a place to nobody and returns the follower as nobody would run it;
/// none where nobody may not even run the program.
fn as_nobody(place: &Place) -> Option<Command> {
    const NOBODY: u32 = 65_534;
    let ours = command(&place.file_args(&["-F"]));
    let mut theirs = Command::new("setpriv");
    theirs.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    theirs.arg(ours.get_program());
    let can = has("setpriv")
        && chown(place.folder.path(""), Some(NOBODY), Some(NOBODY)).is_ok();
    let mut version = Command::new("setpriv");
    version.args(theirs.get_args()).arg("--version");
    let runs = version.output().is_ok_and(|ran| ran.status.success());
    theirs.args(ours.get_args());
    (can && runs).then_some(theirs)
}

/// Lets everyone read the log and its backups, or nobody.
fn permit(site: &Site, mode: u32) {
    for file in fs::read_dir(site.writer.folder()).unwrap() {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(file.unwrap().path(), mode).unwrap();
    }
}

#[test]
fn a_log_that_may_not_be_read_for_a_while_is_read_afterwards() {
    let mut site = Site::new();
    let Some(command) = as_nobody(&site.place) else {
        return skip("nobody cannot be made to run the program");
    };
    site.writer.events(20);
    permit(&site, 0o644);
    let mut follower = Follower::start(command);
    site.until_caught_up(&mut follower);
    for _ in 0..times(4, 50) {
        permit(&site, 0);
        site.writer.events(20);
        site.writer.rotate();
        site.writer.events(20);
        thread::sleep(Duration::from_millis(20));
        permit(&site, 0o644);
        site.until_caught_up(&mut follower);
    }
    no_gap(&site.finish(follower));
}
