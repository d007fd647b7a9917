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

/// Fills the disk with something else, with the output, and makes room.
fn fill(site: &mut Site, disk: &Disk, output: &str, is_killed: bool) {
    let other = disk.path("other");
    fs::write(&other, vec![b'x'; 32 << 10]).unwrap();
    let to = format!("--to=file:{}/{output}", disk.folder);
    let follow = command(&site.place.args(&["-F", &to]));
    let mut follower = disk.start(&follow);
    site.writer.fill(60 << 10);
    let output = disk.path(output);
    let length = || fs::metadata(&output).map_or(0, |file| file.len());
    follower.until("the disk is full", || length() > 28 << 10);
    let err = follower.err.clone();
    follower.until("it says so", || {
        let talk = String::from_utf8(err.text()).unwrap();
        talk.contains("No space left")
    });
    // It goes on trying; what is there are whole lines.
    thread::sleep(Duration::from_millis(150));
    assert!(fs::read(&output).unwrap().ends_with(b"\n"));
    if is_killed {
        follower.kill();
        follower = disk.start(&follow);
    }
    fs::remove_file(other).unwrap();
    let expected = site.expected();
    follower.until("all is there", || length() >= expected.len() as u64);
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
        fill(&mut site, &disk, "out.log", cycle % 2 == 1);
    }
}
