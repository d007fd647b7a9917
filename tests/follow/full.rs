//! The output is on a disk of 64 KiB which is full.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::{
    follower::Follower,
    oracle::check,
    site::{Site, no_gap},
    times,
};
use crate::tool::{command, skip};

/// A small disk that only processes in its own namespace see.
struct Disk {
    holder: Child,
    folder: String,
}

impl Disk {
    /// Mounts a disk of so many KiB on `folder`; none where we may not.
    fn new(folder: &str, size: usize) -> Option<Disk> {
        fs::create_dir(folder).unwrap();
        let script = format!(
            "mount -t tmpfs -o size={size}k tmpfs '{folder}' && \
             touch '{folder}/ready' && exec sleep 3600"
        );
        let holder = Command::new("unshare")
            .args(["-m", "sh", "-c", &script])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut disk =
            Disk { holder: holder.ok()?, folder: folder.to_owned() };
        while disk.holder.try_wait().unwrap().is_none() {
            if fs::exists(disk.path("ready")).unwrap() {
                return Some(disk);
            }
            thread::sleep(Duration::from_millis(1));
        }
        None
    }

    /// Returns how a file on the disk is called from outside.
    fn path(&self, name: &str) -> String {
        let (id, folder) = (self.holder.id(), &self.folder);
        format!("/proc/{id}/root{folder}/{name}")
    }

    /// Starts a program that sees the disk.
    fn start(&self, command: &Command) -> Follower {
        let mut inside = Command::new("nsenter");
        inside.args(["-m", "-t", &self.holder.id().to_string()]);
        inside.arg(command.get_program()).args(command.get_args());
        Follower::start(inside)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.holder.kill().unwrap();
        self.holder.wait().unwrap();
    }
}

/// Starts to follow to `out.log` on a disk that something else fills.
fn start(site: &mut Site, disk: &Disk) -> (Command, Follower) {
    fs::write(disk.path("other"), vec![b'x'; 32 << 10]).unwrap();
    let to = format!("--to=file:{}/out.log", disk.folder);
    let follow = command(&site.place.args(&["-F", &to]));
    let mut follower = disk.start(&follow);
    site.writer.fill(60 << 10);
    let output = disk.path("out.log");
    follower.until("the disk is full", || length(&output) > 28 << 10);
    let err = follower.err.clone();
    follower.until("it says so", || {
        let talk = String::from_utf8(err.text()).unwrap();
        talk.contains("No space left")
    });
    (follow, follower)
}

fn length(path: &str) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// Fills the disk with something else, with the output, and makes room.
fn fill(site: &mut Site, disk: &Disk, is_killed: bool) {
    let (follow, mut follower) = start(site, disk);
    let output = disk.path("out.log");
    // It goes on trying; what is there are whole lines.
    thread::sleep(Duration::from_millis(150));
    assert!(fs::read(&output).unwrap().ends_with(b"\n"));
    if is_killed {
        follower.kill();
        follower = disk.start(&follow);
    }
    fs::remove_file(disk.path("other")).unwrap();
    let expected = site.expected();
    let whole = expected.len() as u64;
    follower.until("all is there", || length(&output) >= whole);
    let ran = follower.term();
    assert_eq!(ran.code, Some(143), "{}", ran.err);
    check(&fs::read(&output).unwrap(), &expected, &ran.err);
    no_gap(&ran);
}

#[test]
fn a_full_disk_is_waited_for() {
    for cycle in 0..times(4, 100) {
        let mut site = Site::new();
        let folder = site.place.folder.path("disk");
        let Some(disk) = Disk::new(&folder, 64) else {
            return skip("a disk of our own cannot be mounted");
        };
        fill(&mut site, &disk, cycle % 2 == 1);
    }
}

#[test]
fn where_the_full_output_was_moved_the_new_file_takes_the_rest() {
    let mut site = Site::new();
    let folder = site.place.folder.path("disk");
    let Some(disk) = Disk::new(&folder, 64) else {
        return skip("a disk of our own cannot be mounted");
    };
    let (_, mut follower) = start(&mut site, &disk);
    let (output, moved) = (disk.path("out.log"), disk.path("moved"));
    fs::rename(&output, &moved).unwrap();
    fs::remove_file(disk.path("other")).unwrap();
    let expected = site.expected();
    let rest = expected.len() as u64 - length(&moved);
    follower.until("the rest is there", || length(&output) >= rest);
    let ran = follower.term();
    let all = [moved, output].map(|path| fs::read(path).unwrap());
    check(&all.concat(), &expected, &ran.err);
    no_gap(&ran);
}
