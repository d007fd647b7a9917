//! One file, on a disk that is told what to do.

mod act;
mod crash;
mod disk;
mod head;
mod name;
mod recovery;
mod rotation;

use std::{fs, os::unix::fs::symlink};

use self::disk::{Flawed, Flaws};
use super::*;

/// A file on a disk of its own.
struct Bench {
    disk: Flawed,
    path: PathBuf,
}

impl Bench {
    fn new() -> Bench {
        let disk = Flawed::new();
        let path = disk.path("out.log");
        Bench { disk, path }
    }

    fn open(&self, last: Option<&Mark>) -> (FileSink, Vec<Remark>) {
        self.open_with(&Upkeep::default(), last)
    }

    fn open_with(
        &self,
        upkeep: &Upkeep,
        last: Option<&Mark>,
    ) -> (FileSink, Vec<Remark>) {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        FileSink::open_with(&disk, &self.path, upkeep, last).unwrap()
    }

    fn text(&self) -> String {
        self.text_of("out.log")
    }

    fn text_of(&self, name: &str) -> String {
        fs::read_to_string(self.disk.path(name)).unwrap()
    }

    /// Has somebody else write at the end.
    fn add(&self, text: &str) {
        let mut bytes = fs::read(&self.path).unwrap();
        bytes.extend(text.bytes());
        fs::write(&self.path, bytes).unwrap();
    }

    fn rename(&self, name: &str) {
        fs::rename(&self.path, self.disk.path(name)).unwrap();
    }
}

fn write(sink: &mut FileSink, text: &str) {
    sink.write(&mut [IoSlice::new(text.as_bytes())]).unwrap();
}

/// The length that a mark says, and where lines begin that come again.
fn places(sink: &mut FileSink, given: u64) -> (u64, Option<u64>) {
    let mark = sink.mark(given).unwrap().unwrap();
    (mark.len, mark.again)
}

fn said(remarks: &[Remark]) -> Vec<String> {
    remarks.iter().map(ToString::to_string).collect()
}

#[test]
fn parts_are_appended_in_order() {
    let bench = Bench::new();
    fs::write(&bench.path, "before\n").unwrap();
    let (mut sink, remarks) = bench.open(None);
    assert!(remarks.is_empty());
    let parts: [&[u8]; 4] = [b"a", b"", b"b\nc", b"\n"];
    sink.write(&mut parts.map(IoSlice::new)).unwrap();
    sink.drain().unwrap();
    assert_eq!(bench.text(), "before\nab\nc\n");
    let settled = sink.settle().unwrap();
    assert_eq!(settled, Settled { given: 5, taken: 5 });
    assert_eq!(places(&mut sink, 5), (12, None));
}

#[test]
fn more_slices_than_one_call_takes_all_arrive() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    let lines: Vec<String> = (0..5000).map(|n| format!("{n}\n")).collect();
    let mut parts: Vec<_> =
        lines.iter().map(|line| IoSlice::new(line.as_bytes())).collect();
    bench.disk.suffer(Flaws { sip: 1000, ..Flaws::NONE });
    sink.write(&mut parts).unwrap();
    assert_eq!(bench.text(), lines.concat());
}

#[test]
fn a_full_disk_gets_whole_lines_only() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    for sip in [usize::MAX, 1, 3] {
        bench.disk.suffer(Flaws { room: 9, sip, ..Flaws::NONE });
        let before = bench.text();
        write(&mut sink, "aaa\nbbb\nccc\nddd\n");
        assert_eq!(bench.text(), format!("{before}aaa\nbbb\n"));
        let Settled { given, taken } = sink.settle().unwrap();
        assert_eq!(given - taken, 8);
        let refused = sink.drain().unwrap_err();
        assert!(matches!(refused, Stall::Refused(_)), "{refused:?}");
        write(&mut sink, "eee\n");
        bench.disk.suffer(Flaws { room: 5, sip, ..Flaws::NONE });
        sink.drain().unwrap_err();
        assert_eq!(bench.text(), format!("{before}aaa\nbbb\nccc\n"));
        bench.disk.suffer(Flaws::NONE);
        sink.drain().unwrap();
        let all = "aaa\nbbb\nccc\nddd\neee\n";
        assert_eq!(bench.text(), format!("{before}{all}"));
        let settled = sink.settle().unwrap();
        assert_eq!(settled.given, settled.taken);
    }
}

#[test]
fn what_cannot_be_cut_at_once_is_cut_later() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    let flaws = Flaws { room: 6, no_truncate: true, ..Flaws::NONE };
    bench.disk.suffer(flaws);
    write(&mut sink, "aaa\nbbb\n");
    assert_eq!(bench.text(), "aaa\nbb");
    sink.settle().unwrap();
    assert_eq!(places(&mut sink, 0), (4, Some(0)));
    bench.disk.suffer(Flaws { room: u64::MAX, ..flaws });
    sink.drain().unwrap_err();
    bench.disk.suffer(Flaws::NONE);
    sink.drain().unwrap();
    assert_eq!(bench.text(), "aaa\nbbb\n");
}

#[test]
fn what_cannot_be_made_to_last_is_said() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "a\n");
    bench.disk.suffer(Flaws { no_sync: true, ..Flaws::NONE });
    sink.settle().unwrap_err();
    sink.reopen().unwrap_err();
}

#[test]
fn a_file_has_one_writer() {
    let bench = Bench::new();
    let _first = bench.open(None);
    let disk: Arc<dyn Disk> = Arc::new(bench.disk.clone());
    let second = FileSink::open(&disk, &bench.path, None);
    assert!(matches!(second, Err(Error::Locked)), "{second:?}");
}

#[test]
fn only_regular_files_are_written() {
    let disk: Arc<dyn Disk> = Arc::new(Flawed::new());
    let null = FileSink::open(&disk, Path::new("/dev/null"), None);
    assert!(matches!(null, Err(Error::Irregular)), "{null:?}");
    let folder = FileSink::open(&disk, Path::new("/"), None);
    assert!(matches!(folder, Err(Error::Io(_))), "{folder:?}");
}

#[test]
fn a_line_of_others_gets_an_end() {
    let bench = Bench::new();
    fs::write(&bench.path, "theirs").unwrap();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "a\n");
    assert_eq!(bench.text(), "theirs\na\n");
    let mut text = bench.text().into_bytes();
    text.extend(b"more");
    fs::write(&bench.path, text).unwrap();
    sink.settle().unwrap();
    assert_eq!(places(&mut sink, 2), (13, None));
    write(&mut sink, "b\n");
    assert_eq!(bench.text(), "theirs\na\nmore\nb\n");
}

#[test]
fn a_line_that_comes_again_takes_the_place_of_its_begin() {
    for (begin, expected) in [
        ("0\nab", "0\nabc\n"),
        ("ab", "abc\n"),
        ("ac", "ac\nabc\n"),
        ("abc", "abc\n"),
        ("abcd", "abcd\nabc\n"),
    ] {
        let bench = Bench::new();
        fs::write(&bench.path, begin).unwrap();
        let (mut sink, _) = bench.open(None);
        write(&mut sink, "abc\n");
        assert_eq!(bench.text(), expected);
    }
    let bench = Bench::new();
    let long = "a".repeat(1 << 17);
    fs::write(&bench.path, &long).unwrap();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, &format!("{long}b\n"));
    assert_eq!(bench.text(), format!("{long}\n{long}b\n"));
}

#[test]
fn nothing_is_glued_to_what_others_write_meanwhile() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "a\n");
    bench.add("theirs");
    write(&mut sink, "b\n");
    bench.add("more\n");
    write(&mut sink, "c\n");
    assert_eq!(bench.text(), "a\ntheirs\nb\nmore\nc\n");
}

#[test]
fn a_mark_says_what_comes_again() {
    let bench = Bench::new();
    fs::write(&bench.path, "0\n").unwrap();
    let (mut sink, _) = bench.open(None);
    for line in ["aa\n", "bb\n", "cc\n"] {
        write(&mut sink, line);
    }
    assert_eq!(places(&mut sink, 0), (11, Some(2)));
    assert_eq!(places(&mut sink, 5), (11, Some(5)));
    assert_eq!(places(&mut sink, 6), (11, Some(8)));
    assert_eq!(places(&mut sink, 9), (11, None));
}
