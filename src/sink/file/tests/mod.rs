//! One file, on a disk that is told what to do.

mod crash;
mod disk;
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
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        FileSink::open(&disk, &self.path, last).unwrap()
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
fn a_renamed_file_is_left() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    for (name, line) in [("1", "a\n"), ("2", "b\n"), ("3", "c\n")] {
        write(&mut sink, line);
        bench.rename(name);
        sink.settle().unwrap();
        assert_eq!(said(&sink.remarks()), said(&[Remark::Reopened]));
        let given = sink.given;
        assert_eq!(places(&mut sink, given), (0, None));
        assert_eq!(bench.text_of(name), line);
    }
    sink.settle().unwrap();
    assert!(sink.remarks().is_empty());
    assert_eq!(bench.text(), "");
}

#[test]
fn a_reopened_file_is_another_one_only_if_it_was_renamed() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "a\n");
    sink.reopen().unwrap();
    write(&mut sink, "b\n");
    bench.rename("1");
    fs::write(&bench.path, "new\n").unwrap();
    sink.reopen().unwrap();
    write(&mut sink, "c\n");
    assert_eq!(bench.text_of("1"), "a\nb\n");
    assert_eq!(bench.text(), "new\nc\n");
    assert_eq!(places(&mut sink, 6), (6, None));
    assert!(sink.remarks().is_empty());
}

#[test]
fn held_lines_go_to_the_new_file() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    bench.disk.suffer(Flaws { room: 3, ..Flaws::NONE });
    write(&mut sink, "a\nb\n");
    bench.rename("1");
    sink.settle().unwrap();
    bench.disk.suffer(Flaws::NONE);
    sink.drain().unwrap();
    assert_eq!(
        (bench.text_of("1"), bench.text()),
        ("a\n".into(), "b\n".into())
    );
}

#[test]
fn a_stalled_sink_goes_to_where_there_is_room() {
    let move_away: [fn(&Bench); 2] = [
        |bench| bench.rename("1"),
        |bench| fs::remove_file(&bench.path).unwrap(),
    ];
    for (move_away, no_truncate) in move_away.into_iter().zip([false, true]) {
        let bench = Bench::new();
        let (mut sink, _) = bench.open(None);
        sink.mark(0).unwrap();
        let flaws = Flaws { room: 3, no_truncate, ..Flaws::NONE };
        bench.disk.suffer(flaws);
        write(&mut sink, "a\nb\n");
        sink.drain().unwrap_err();
        move_away(&bench);
        // Nobody asks the sink to settle while it is stalled.
        bench.disk.suffer(Flaws { room: u64::MAX, ..flaws });
        sink.drain().unwrap();
        assert_eq!(bench.text(), "b\n");
        assert_eq!(said(&sink.remarks()), said(&[Remark::Reopened]));
        assert_eq!(sink.settle().unwrap(), Settled { given: 4, taken: 4 });
        assert_eq!(places(&mut sink, 0), (2, Some(0)));
        assert_eq!(places(&mut sink, 4), (2, None));
    }
}

#[test]
fn a_line_in_several_writes_stays_in_one_file() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "aaa");
    bench.disk.suffer(Flaws { room: 0, ..Flaws::NONE });
    write(&mut sink, "bbb\nc\n");
    bench.rename("1");
    bench.disk.suffer(Flaws { room: 4, ..Flaws::NONE });
    sink.drain().unwrap_err();
    assert_eq!(bench.text_of("1"), "aaabbb\n");
    bench.disk.suffer(Flaws::NONE);
    sink.drain().unwrap();
    assert_eq!(bench.text(), "c\n");
}

#[test]
fn what_a_left_file_did_not_take_is_said() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    bench.disk.suffer(Flaws { room: 2, no_sync: true, ..Flaws::NONE });
    write(&mut sink, "a\nb\n");
    bench.rename("1");
    sink.drain().unwrap_err();
    bench.disk.suffer(Flaws::NONE);
    sink.drain().unwrap();
    sink.settle().unwrap_err();
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
fn where_the_name_leads_nowhere_the_old_file_is_written() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    bench.rename("1");
    symlink("no/such", &bench.path).unwrap();
    for line in ["a\n", "b\n"] {
        write(&mut sink, line);
        sink.settle().unwrap();
    }
    let remarks = sink.remarks();
    assert!(matches!(remarks[..], [Remark::Astray(_)]), "{remarks:?}");
    assert_eq!(bench.text_of("1"), "a\nb\n");
    fs::remove_file(&bench.path).unwrap();
    sink.settle().unwrap();
    write(&mut sink, "c\n");
    assert_eq!(bench.text(), "c\n");
    assert_eq!(said(&sink.remarks()), said(&[Remark::Reopened]));
}

#[test]
fn a_file_that_was_cut_goes_on_at_its_end() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "aaa\nbbb\n");
    fs::copy(&bench.path, bench.disk.path("1")).unwrap();
    fs::File::options()
        .write(true)
        .open(&bench.path)
        .unwrap()
        .set_len(0)
        .unwrap();
    write(&mut sink, "c\n");
    sink.settle().unwrap();
    let lost = Remark::Lost { from: 0, bytes: 8 };
    assert_eq!(said(&sink.remarks()), said(&[lost]));
    assert_eq!(places(&mut sink, 10), (2, None));
    write(&mut sink, "d\n");
    assert_eq!(bench.text(), "c\nd\n");
}

#[test]
fn a_copy_of_what_was_cut_is_found() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "aaa\n");
    sink.mark(0).unwrap();
    write(&mut sink, "bbb\n");
    let path = bench.disk.path("out.log.1");
    fs::write(&path, "aaa\n").unwrap();
    fs::write(&bench.path, "").unwrap();
    write(&mut sink, "c\n");
    sink.settle().unwrap();
    let found =
        [Remark::Elsewhere { path }, Remark::Lost { from: 4, bytes: 4 }];
    assert_eq!(said(&sink.remarks()), said(&found));
    assert_eq!(places(&mut sink, 0), (4, Some(0)));
    assert_eq!(places(&mut sink, 10), (2, None));
}

#[test]
fn what_comes_again_may_be_in_the_file_before() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    sink.mark(0).unwrap();
    for (name, length) in [("1", 4), ("2", 6)] {
        write(&mut sink, "aaa\n");
        bench.rename(name);
        sink.settle().unwrap();
        let given = sink.given - 4;
        assert_eq!(places(&mut sink, given), (length, Some(length - 4)));
        write(&mut sink, "c\n");
        let given = sink.given - 2;
        assert_eq!(places(&mut sink, given), (2, Some(0)));
    }
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
