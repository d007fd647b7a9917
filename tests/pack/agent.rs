//! Fluent Bit's exec input, as its source has it: `sh -c`, lines read with
//! fgets into a buffer of Buf_Size, TERM to the process group, or just a
//! closed pipe. The commands are those of our snippets.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    process::{Child, ChildStdout, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{packaged, shell};
use crate::tool::{Folder, event};

/// A snippet's command on a log of ours.
struct Exec {
    folder: Folder,
    command: String,
    /// How much of a line one call of fgets takes.
    buffer: u64,
}

impl Exec {
    fn new(snippet: &str) -> Exec {
        let folder = Folder::new();
        let text = packaged(snippet);
        let value = |key: &str| {
            let line = text.lines().find_map(|line| {
                line.trim_start().strip_prefix(key)?.strip_prefix(' ')
            });
            line.unwrap_or_else(|| panic!("no {key}")).trim().to_owned()
        };
        let command = value("Command")
            .replace("/var/lib/fluent-bit/", &folder.path(""))
            .replace("/var/log/kubernetes/", &folder.path(""));
        let buffer = value("Buf_Size");
        let buffer: u64 = buffer.strip_suffix('M').unwrap().parse().unwrap();
        let exec = Exec { folder, command, buffer: buffer << 20 };
        exec.log("");
        exec
    }

    fn log(&self, text: impl AsRef<[u8]>) {
        self.folder.file("audit.log", text);
    }

    fn start(&self) -> Running {
        let mut command = shell(&self.folder, &self.command);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let pipe = BufReader::new(child.stdout.take().unwrap());
        Running { child, pipe, buffer: self.buffer }
    }

    /// Runs it to its end; returns its pieces.
    #[track_caller]
    fn run(&self) -> Vec<String> {
        let mut running = self.start();
        let mut pieces = Vec::new();
        while let Some(piece) = running.fgets() {
            pieces.push(piece);
        }
        assert_eq!(running.end(), Some(0));
        pieces
    }
}

struct Running {
    child: Child,
    pipe: BufReader<ChildStdout>,
    buffer: u64,
}

impl Running {
    /// Reads up to a newline, or as much as fits.
    fn fgets(&mut self) -> Option<String> {
        let mut piece = String::new();
        let mut room = (&mut self.pipe).take(self.buffer - 1);
        (room.read_line(&mut piece).unwrap() > 0).then_some(piece)
    }

    /// Waits for the end; returns the exit code.
    #[track_caller]
    fn end(mut self) -> Option<i32> {
        drop(self.pipe);
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            let is_late = begun.elapsed() > Duration::from_secs(20);
            if is_late {
                self.child.kill().unwrap();
            }
            assert!(!is_late, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A failed request with a long body: longer than the buffer may be.
fn long() -> String {
    let body = format!(r#","requestObject":"{}"}}"#, "x".repeat(3 << 20));
    event(403).trim_end().strip_suffix('}').unwrap().to_owned() + &body + "\n"
}

#[test]
fn each_piece_that_fluent_bit_reads_is_an_event() {
    let exec = Exec::new("fluent-bit/follow.conf");
    exec.log([event(403), long(), event(200), event(404)].concat());
    let mut running = exec.start();
    assert_eq!(running.fgets(), Some(event(403)));
    assert_eq!(running.fgets(), Some(event(404)));
    // Without `exec`, the shell would be signalled, and we would live on.
    let group = Pid::from_child(&running.child);
    kill_process_group(group, Signal::TERM).unwrap();
    assert_eq!(running.fgets(), None);
    assert_eq!(running.end(), Some(143));
    let odd = fs::read(exec.folder.path("kaudit.odd")).unwrap();
    assert!(odd == long().as_bytes(), "what is too long is kept whole");
}

#[test]
fn a_pipe_that_closes_while_nothing_happens_ends_the_command() {
    let exec = Exec::new("fluent-bit/follow.conf");
    exec.log(event(403));
    let mut running = exec.start();
    assert_eq!(running.fgets(), Some(event(403)));
    assert_eq!(running.end(), Some(0));
    // Fluent Bit starts it again, and nothing comes twice that was read long
    // enough ago.
    exec.log([event(403), event(404)].concat());
    let mut running = exec.start();
    let piece = running.fgets();
    let piece =
        if piece == Some(event(403)) { running.fgets() } else { piece };
    assert_eq!(piece, Some(event(404)));
    assert_eq!(running.end(), Some(0));
}

#[test]
fn a_run_that_ends_brings_what_is_new() {
    let exec = Exec::new("fluent-bit/batch.conf");
    exec.log([event(403), event(200)].concat());
    assert_eq!(exec.run(), [event(403)]);
    assert_eq!(exec.run(), [""; 0]);
    exec.log([event(403), event(200), event(500)].concat());
    assert_eq!(exec.run(), [event(500)]);
}
