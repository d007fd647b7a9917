//! What unpacks to very much is never held.

use std::{io::Read, io::Write, process::Command};

use crate::{
    robust::peak,
    tool::{FAILED, Folder, command, failed, has, run, skip},
};

/// Writes so many MiB of one character, compressed, and returns the path.
fn bomb(folder: &Folder, tool: &str, size: u32) -> String {
    let path = folder.path(&format!("bomb.{tool}"));
    let script = format!(
        "head -c {size}M /dev/zero | tr '\\0' x | {tool} -1 -c >'{path}'"
    );
    let made = Command::new("sh").args(["-c", &script]).status().unwrap();
    assert!(made.success());
    path
}

#[test]
fn a_bomb_is_never_held() {
    let folder = Folder::new();
    for tool in ["gzip", "zstd"] {
        if !has(tool) {
            skip(&format!("{tool} is missing"));
            continue;
        }
        let path = bomb(&folder, tool, 192);
        let (peak, said) = peak_over(&path);
        assert!(said.contains("longer than --max-line"), "{said}");
        assert!(peak < 40 << 10, "{tool}: {peak} KiB");
    }
}

/// Runs over a file, and returns the peak and what was said.
fn peak_over(path: &str) -> (u64, String) {
    let flags = ["--max-line=1M", "--threads=2", FAILED, path, "-"];
    let mut child = command(&flags).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(failed().as_bytes()).unwrap();
    let mut out = vec![0; failed().len()];
    child.stdout.as_mut().unwrap().read_exact(&mut out).unwrap();
    let peak = peak(&child);
    drop(stdin);
    let ran = child.wait_with_output().unwrap();
    assert!(ran.status.success());
    (peak, String::from_utf8(ran.stderr).unwrap())
}

#[test]
fn a_record_that_does_not_end_is_never_held() {
    let folder = Folder::new();
    let time = "2026-03-02T06:00:00.123456789Z";
    let parts = format!("{time} stdout P {}\n", "x".repeat(999));
    let document = format!("{}\n", "[1,2,3],".repeat(100));
    for (name, begin, line) in
        [("cri", "", parts), ("document", "{\"a\":[\n", document)]
    {
        let text = begin.to_owned() + &line.repeat((48 << 20) / line.len());
        let path = folder.file(name, text);
        let (peak, said) = peak_over(&path);
        assert!(said.contains("lines are no audit events"), "{said}");
        assert!(peak < 40 << 10, "{name}: {peak} KiB");
    }
}

#[test]
fn a_frame_that_wants_a_gigabyte_is_refused() {
    // Magic number, no length, a window of 2^30 bytes, a block of nothing.
    let frame = b"\x28\xb5\x2f\xfd\0\xa0\x01\0\0";
    let ran = run(&[FAILED], frame);
    ran.check(74, "");
    assert!(ran.err.contains("more than 128 MiB"), "{}", ran.err);
    assert!(ran.err.contains("zstdcat --long=31"), "{}", ran.err);
}
