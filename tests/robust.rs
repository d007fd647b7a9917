//! Inputs and outputs that fail, and signals.

use std::{
    fs::{self, File},
    io::{Read, Write},
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::tool::{FAILED, Folder, Ran, command, failed, feed, fine, run};

#[test]
fn a_missing_file_is_said_and_the_others_are_read() {
    let (folder, keep) = (Folder::new(), failed());
    let a = folder.file("a", &keep);
    let none = folder.path("none");
    let b = folder.file("b", &keep);
    let ran = run(&[FAILED, &a, &none, &b], "");
    ran.check(66, &keep.repeat(2));
    assert!(ran.err.contains("/none: No such file"), "{}", ran.err);
}

#[test]
fn a_directory_is_no_input() {
    let (folder, keep) = (Folder::new(), failed());
    let a = folder.file("a", &keep);
    let ran = run(&[FAILED, env!("CARGO_TARGET_TMPDIR"), &a], "");
    ran.check(66, &keep);
    assert!(ran.err.contains("is a directory"), "{}", ran.err);
}

#[test]
fn a_full_disk_is_an_error() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let child = command(&[FAILED]).stdout(full).spawn().unwrap();
    let ran = feed(child, failed().as_bytes());
    assert_eq!(ran.code, Some(74), "{}", ran.err);
    assert!(ran.err.contains("standard output: No space"), "{}", ran.err);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let child = command(&["-c", FAILED]).stdout(full).spawn().unwrap();
    assert_eq!(feed(child, b"").code, Some(74));
}

#[test]
fn nobody_reading_is_no_error() {
    let mut child = command(&[FAILED]).spawn().unwrap();
    drop(child.stdout.take());
    let ran = feed(child, failed().repeat(50_000).as_bytes());
    assert_eq!((ran.code, &ran.err[..]), (Some(0), ""));
}

#[test]
fn nobody_reading_is_noticed_when_idle_too() {
    for threads in ["1", "4"] {
        let args = ["--threads", threads, FAILED];
        let mut child = command(&args).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(fine().repeat(15_000).as_bytes()).unwrap();
        drop(child.stdout.take());
        // No more input, and no end of it: only the reader has gone.
        assert!(child.wait().unwrap().success());
        drop(stdin);
    }
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_child(child);
    kill_process(pid, signal).unwrap();
}

#[test]
fn signals_end_a_run_in_good_order() {
    for (name, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let keep = failed();
        let mut child = command(&["-s", FAILED]).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        write!(stdin, "{}{keep}half", fine()).unwrap();
        let mut out = vec![0; keep.len()];
        child.stdout.as_mut().unwrap().read_exact(&mut out).unwrap();
        signal(&child, name);
        let ran = Ran::from(child.wait_with_output().unwrap());
        ran.check(code, "");
        assert_eq!(out, keep.as_bytes());
        assert_eq!(ran.number("read"), 2);
        drop(stdin);
    }
}

#[test]
fn a_fifo_without_a_writer_does_not_hold_a_signal_up() {
    let folder = Folder::new();
    let fifo = folder.path("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    let child = command(&["-s", FAILED, &fifo]).spawn().unwrap();
    thread::sleep(Duration::from_millis(200));
    signal(&child, Signal::TERM);
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.check(143, "");

    let child = command(&["-s", FAILED, &fifo]).spawn().unwrap();
    fs::write(&fifo, failed()).unwrap();
    Ran::from(child.wait_with_output().unwrap()).check(0, &failed());
}

#[test]
fn an_empty_device_is_an_empty_input() {
    run(&[FAILED, "/dev/null"], "").check(0, "");
}

#[test]
fn a_file_of_proc_is_read_although_it_says_it_is_empty() {
    let ran = run(&["-s", FAILED, "/proc/self/status"], "");
    assert_eq!(ran.code, Some(65));
    assert!(ran.number("foreign") > 10);
}

/// Returns the most memory that a running program ever held, in KiB.
pub(crate) fn peak(child: &Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let status = fs::read_to_string(status).unwrap();
    let row = status.lines().find_map(|row| row.strip_prefix("VmHWM:"));
    row.unwrap().trim().trim_end_matches(" kB").parse().unwrap()
}

/// Runs over `operands`, given `feed` on standard input, and returns the peak
/// while the program waits for more.
fn peak_over(operands: &[&str], feed: &[u8]) -> u64 {
    let flags = ["--max-line=16M", "--on-invalid=file:/dev/null", FAILED];
    let mut child = command(&[&flags[..], operands].concat()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(feed).unwrap();
    stdin.write_all(failed().as_bytes()).unwrap();
    let mut out = vec![0; failed().len()];
    child.stdout.as_mut().unwrap().read_exact(&mut out).unwrap();
    let peak = peak(&child);
    drop(stdin);
    assert!(child.wait().unwrap().success());
    peak
}

#[test]
fn a_line_beyond_the_cap_is_never_held() {
    let folder = Folder::new();
    let mut line = vec![b'x'; 200 << 20];
    line.push(b'\n');
    let file = folder.file("a.log", &line);
    let from_file = peak_over(&[&file, "-"], b"");
    assert!(from_file < 48 << 10, "{from_file} KiB");
    let from_pipe = peak_over(&[], &line);
    assert!(from_pipe < 64 << 10, "{from_pipe} KiB");
}

#[test]
fn a_hole_is_never_held() {
    let folder = Folder::new();
    let path = folder.file("a.log", "");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(400 << 20).unwrap();
    let peak = peak_over(&[&path, "-"], &vec![0; 100 << 20]);
    assert!(peak < 48 << 10, "{peak} KiB");
}

#[test]
fn a_file_that_shrinks_neither_hangs_nor_panics() {
    let folder = Folder::new();
    let path = folder.file("a.log", fine().repeat(40_000));
    let file = File::options().write(true).open(&path).unwrap();
    let child =
        command(&["-s", FAILED, &path]).stdin(Stdio::null()).spawn().unwrap();
    for size in (0..40).rev() {
        file.set_len(size * 200_000).unwrap();
    }
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(matches!(ran.code, Some(0 | 65)), "{}", ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}
