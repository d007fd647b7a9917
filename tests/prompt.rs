//! A quiet input is answered at once: nothing decided is sat upon.

use std::{
    io::{Read, Write},
    process::{Child, ChildStdout},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::tool::{FAILED, command, event, failed, fine};

/// Far more than an answer takes, far less than a test may.
const LONG: Duration = Duration::from_secs(20);

/// Returns what a running program writes, piece by piece.
pub(crate) fn pieces(mut out: ChildStdout) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut piece = [0; 65536];
        while let Ok(read @ 1..) = out.read(&mut piece) {
            send.send(piece[..read].to_vec()).unwrap();
        }
    });
    receive
}

pub(crate) fn collect(
    pieces: &mpsc::Receiver<Vec<u8>>,
    length: usize,
) -> Vec<u8> {
    let mut all = Vec::new();
    while all.len() < length {
        all.extend(pieces.recv_timeout(LONG).unwrap());
    }
    all
}

/// Gives a line, waits for it, and gives the next.
fn converse(args: &[&str], lines: &[String]) -> Child {
    let mut child = command(args).spawn().unwrap();
    let pieces = pieces(child.stdout.take().unwrap());
    let mut stdin = child.stdin.take().unwrap();
    for line in lines {
        stdin.write_all(line.as_bytes()).unwrap();
        assert_eq!(collect(&pieces, line.len()), line.as_bytes());
    }
    child.stdin = Some(stdin);
    child
}

#[test]
fn each_line_leaves_before_the_next_comes() {
    let lines: Vec<_> = (400..420).map(event).collect();
    for threads in ["1", "4"] {
        let mut child = converse(&["--threads", threads, FAILED], &lines);
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn threads_do_not_hold_lines_back_either() {
    // Enough to call the threads, then one line at a time.
    let mut lines = vec![failed().repeat(12_000)];
    lines.extend((400..420).map(event));
    let mut child = converse(&["--threads", "4", FAILED], &lines);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn half_a_line_does_not_hold_the_whole_ones_back() {
    let (keep, half) = (failed(), &failed()[..50]);
    let mut child = command(&[FAILED]).spawn().unwrap();
    let pieces = pieces(child.stdout.take().unwrap());
    let mut stdin = child.stdin.take().unwrap();
    write!(stdin, "{keep}{}{keep}{half}", fine()).unwrap();
    assert_eq!(collect(&pieces, 2 * keep.len()), keep.repeat(2).as_bytes());
    write!(stdin, "{}", &keep[50..]).unwrap();
    assert_eq!(collect(&pieces, keep.len()), keep.as_bytes());
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn line_buffered_writes_each_line_by_itself() {
    let args = ["--line-buffered", FAILED];
    let mut child = converse(&args, &[failed().repeat(100)]);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn quiet_ends_at_the_first_kept_line() {
    let begun = Instant::now();
    let mut child = command(&["-q", FAILED]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(failed().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(begun.elapsed() < LONG);
}
