use std::{
    fs::File,
    io::{self, Read, Write},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::at;
use crate::tool::{self, FAILED, Folder};

/// Longer than a run may last before it is drawn how far it has come.
const LONG: Duration = Duration::from_millis(700);

/// Runs with a terminal for stderr and a sink that keeps it waiting; returns
/// what the terminal was given.
fn shown(flags: &str, log: &[u8]) -> Option<String> {
    if !tool::has("script") {
        tool::skip("script is missing: progress on a terminal");
        return None;
    }
    let folder = Folder::new();
    let (log, fifo) = (folder.file("a.log", log), folder.path("fifo"));
    let mode = Mode::RUSR | Mode::WUSR;
    mknodat(CWD, &fifo, FileType::Fifo, mode, 0).unwrap();
    // It has a writer from begin to end, however often it is opened.
    let keeper = File::options().read(true).write(true).open(&fifo).unwrap();
    let command = format!(
        "{} --to file:{fifo} {flags} '{FAILED}' {log}",
        env!("CARGO_BIN_EXE_kaudit-filter")
    );
    let mut script = Command::new("script");
    script.args(["-qec", &command, "/dev/null"]).env("TERM", "xterm");
    script.stdin(Stdio::null()).stdout(Stdio::piped());
    let child = script.spawn().unwrap();
    let reader = thread::spawn(move || {
        let mut fifo = File::open(fifo).unwrap();
        fifo.read_exact(&mut [0]).unwrap();
        thread::sleep(LONG);
        io::copy(&mut fifo, &mut io::sink()).unwrap()
    });
    let output = child.wait_with_output().unwrap();
    drop(keeper);
    assert!(reader.join().unwrap() > 1_000_000);
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Some batches, and a line at the end that there is something to say about.
fn log() -> Vec<u8> {
    let mut log = at("06:00:00", &"x".repeat(200)).repeat(8000).into_bytes();
    log.extend_from_slice(b"klog\n");
    log
}

#[test]
fn progress_is_drawn_and_taken_away_before_anything_is_said() {
    let Some(text) = shown("", &log()) else { return };
    let (drawn, said) = text.split_once("kaudit-filter: ").unwrap();
    for part in ["\r", " %  ", " of 3.", " MB  ", "/s  ", " kept  ", " left"] {
        assert!(drawn.contains(part), "{part:?} {drawn:?}");
    }
    assert!(drawn.ends_with("\r\x1b[K"), "{drawn:?}");
    assert!(said.contains("a.log:8001: byte "), "{said:?}");
    assert!(said.ends_with("left out\r\n"), "{said:?}");
}

#[test]
fn of_compressed_files_the_compressed_size_counts() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::none());
    packed.write_all(&log()).unwrap();
    let packed = packed.finish().unwrap();
    let Some(text) = shown("", &packed) else { return };
    let drawn = text.split("kaudit-filter: ").next().unwrap();
    assert!(drawn.contains(" of 3.") && drawn.contains("%"), "{drawn:?}");
    let percents = drawn.split('\r').filter_map(|it| it.split_once(" %"));
    let percents: Vec<u8> =
        percents.map(|(number, _)| number.trim().parse().unwrap()).collect();
    assert!(percents.is_sorted() && !percents.is_empty(), "{percents:?}");
    assert!(percents.iter().all(|it| *it <= 100), "{percents:?}");
}

#[test]
fn nobody_is_shown_progress_who_does_not_want_it() {
    let Some(text) = shown("--no-progress", &log()) else { return };
    assert!(text.starts_with("kaudit-filter: "), "{text:?}");
    assert!(!text.contains('%'), "{text:?}");
}
