//! Wrapped logs that grow are followed as plain ones: each event once,
//! whatever happens, and none before all of it is there.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
    process::{Child, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::wrapped::{Wrap, cri, docker, event_of, is_kept, log};
use crate::{
    dice::Dice,
    tool::{FAILED, Folder, Ran, command, run},
};

/// Far more than anything that is waited for takes.
const LONG: Duration = Duration::from_secs(60);

/// A program in a container, the runtime that logs what it writes, and
/// kubelet, which rotates the log.
struct Node<'a> {
    folder: &'a Folder,
    wrap: Wrap,
    log: File,
    dice: Dice,
    /// Events written, and what is to be kept of them.
    many: u32,
    kept: String,
    rotations: u32,
}

impl<'a> Node<'a> {
    fn new(folder: &'a Folder, wrap: Wrap) -> Node<'a> {
        let log = File::create(folder.path("0.log")).unwrap();
        let (dice, kept) = (Dice::new(7), String::new());
        Node { folder, wrap, log, dice, many: 0, kept, rotations: 0 }
    }

    /// Writes some events, in pieces that end anywhere.
    fn go_on(&mut self) {
        let many = 1 + self.dice.below(30) as u32;
        let events: Vec<_> =
            (self.many..self.many + many).map(event_of).collect();
        self.many += many;
        for event in events.iter().filter(|event| is_kept(event)) {
            self.kept.push_str(event);
            self.kept.push('\n');
        }
        let text = (self.wrap)(&events);
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let most = rest.len().min(4000);
            let (piece, behind) = rest.split_at(1 + self.dice.below(most));
            self.log.write_all(piece).unwrap();
            rest = behind;
        }
    }

    fn rotate(&mut self) {
        self.rotations += 1;
        let number = 100_000 + self.rotations;
        let path = self.folder.path("0.log");
        let name = format!("0.log.20260302-{number}");
        fs::rename(&path, self.folder.path(&name)).unwrap();
        self.log = File::create(path).unwrap();
    }
}

/// Follows the log of a folder into its file `out`.
fn follow(folder: &Folder, how: &str) -> Child {
    let (checkpoint, log) = (folder.path("checkpoint"), folder.path("0.log"));
    let to = format!("file:{}", folder.path("out"));
    let args = [
        how,
        "--from",
        "begin",
        "--checkpoint",
        &checkpoint,
        "--to",
        &to,
        FAILED,
        &log,
    ];
    command(&args).stdin(Stdio::null()).spawn().unwrap()
}

fn length(path: &str) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

/// Waits until a file has grown, and returns whether it has in time.
fn grows(path: &str, from: u64) -> bool {
    let begun = Instant::now();
    while length(path) <= from {
        if begun.elapsed() > LONG {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}

/// Kills a follower so many times, while a log is written and rotated.
fn kill_often(wrap: Wrap, kills: usize) {
    let folder = Folder::new();
    let mut node = Node::new(&folder, wrap);
    let is_over = AtomicBool::new(false);
    let out = folder.path("out");
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                node.go_on();
                // Until a place is known, a rotated file is behind us.
                let may_rotate = length(&out) > 0 && node.rotations < 200;
                if may_rotate && node.dice.percent(5) {
                    node.rotate();
                }
                thread::sleep(Duration::from_millis(1));
            }
        });
        let mut dice = Dice::new(3);
        for kill in 0..kills {
            let before = length(&out);
            let mut follower = follow(&folder, "-F");
            // Some have written something, some hardly begun.
            if (kill == 0 || dice.percent(60)) && !grows(&out, before) {
                is_over.store(true, Ordering::Relaxed);
                follower.kill().unwrap();
                let ran = Ran::from(follower.wait_with_output().unwrap());
                panic!("{kill}: nothing comes: {}", ran.err);
            }
            thread::sleep(Duration::from_millis(dice.below(30) as u64));
            follower.kill().unwrap();
            follower.wait().unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let last = follow(&folder, "--new").wait_with_output().unwrap();
    let last = Ran::from(last);
    assert_eq!(last.code, Some(0), "{}", last.err);
    assert!(!last.err.contains("gap "), "{}", last.err);
    let found = fs::read_to_string(&out).unwrap();
    assert!(node.rotations > 1, "{} rotations", node.rotations);
    let (found, kept) = (found.lines(), node.kept.lines());
    assert!(kept.clone().count() > 100);
    for (n, (found, kept)) in found.clone().zip(kept.clone()).enumerate() {
        assert_eq!(found, kept, "line {n}");
    }
    assert_eq!(found.count(), kept.count());
}

#[test]
fn a_container_log_gives_each_event_once_through_kills_and_rotations() {
    kill_often(cri, 36);
}

#[test]
fn a_log_of_docker_gives_each_event_once_through_kills_and_rotations() {
    kill_often(docker, 12);
}

#[test]
fn a_log_of_strings_gives_each_event_once_through_kills_and_rotations() {
    kill_often(log, 12);
}

fn append(path: &str, text: &[u8]) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(text).unwrap();
}

#[test]
fn a_chain_is_waited_for_as_a_line_is() {
    let folder = Folder::new();
    let event = event_of(0) + "\n";
    let text = cri(&[event_of(0), event_of(3)]);
    let log = folder.file("0.log", "");
    let checkpoint = folder.path("checkpoint");
    let args = ["--new", "--checkpoint", &checkpoint, FAILED, &log];
    let mut come = String::new();
    // A run at every eleventh byte: none reads what is not whole.
    let mut from = 0;
    for to in (11..text.len()).step_by(11).chain([text.len()]) {
        append(&log, &text.as_bytes()[from..to]);
        from = to;
        let ran = run(&args, "");
        assert!(matches!(ran.code, Some(0 | 65)), "{}", ran.err);
        assert!(!ran.err.contains("ends inside"), "{}", ran.err);
        come.push_str(std::str::from_utf8(&ran.out).unwrap());
    }
    assert_eq!(come, format!("{event}{}\n", event_of(3)));
    assert!(Path::new(&checkpoint).exists());
}
