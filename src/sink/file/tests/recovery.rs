//! What a file is after a crash, case by case.

use super::*;

/// Writes `settled` and commits, writes `behind` and crashes; `after`
/// happens; then `again` comes once more. Returns what was said.
#[track_caller]
fn crash(
    bench: &Bench,
    [settled, behind]: [&str; 2],
    after: impl FnOnce(),
    again: &str,
) -> Vec<String> {
    let (mut sink, _) = bench.open(None);
    write(&mut sink, settled);
    sink.settle().unwrap();
    let mark = sink.mark(settled.len() as u64).unwrap();
    write(&mut sink, behind);
    drop(sink);
    after();
    let (mut sink, remarks) = bench.open(mark.as_ref());
    write(&mut sink, again);
    said(&remarks)
}

/// What is in the file when `behind` stands there behind the mark, and
/// `again` comes.
#[track_caller]
fn check(behind: &str, again: &str, expected: &str) {
    let bench = Bench::new();
    crash(&bench, ["0\n", behind], || {}, again);
    assert_eq!(bench.text(), format!("0\n{expected}"));
}

#[test]
fn what_is_there_is_not_written_again() {
    check("", "a\nb\n", "a\nb\n");
    check("a\nb\n", "a\nb\nc\n", "a\nb\nc\n");
    check("a\nb\n", "b\na\nc\n", "a\nb\nc\n");
    check("a\na\n", "a\na\na\n", "a\na\na\n");
}

#[test]
fn what_is_torn_is_cut_off() {
    check("a", "a\nb\n", "a\nb\n");
    check("a\nbb", "a\nbbb\n", "a\nbbb\n");
    check("a\nb\0b\nc\n", "a\nbbb\nc\n", "a\nbbb\nc\n");
    check("a\n\0\0\0\0", "a\nb\n", "a\nb\n");
    check("a\n\0\0\0\nc", "a\nb\nc\n", "a\nb\nc\n");
}

#[test]
fn what_does_not_look_like_ours_is_not_cut_off() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "{0}\n");
    let mark = sink.mark(4).unwrap();
    write(&mut sink, "{1}\n");
    drop(sink);
    bench.add("seen by Bob");
    for _ in 0..2 {
        let (sink, remarks) = bench.open(mark.as_ref());
        assert!(remarks.is_empty(), "{remarks:?}");
        assert_eq!(bench.text(), "{0}\n{1}\nseen by Bob\n");
        drop(sink);
    }
    let (mut sink, _) = bench.open(mark.as_ref());
    write(&mut sink, "{1}\n{2}\n");
    assert_eq!(bench.text(), "{0}\n{1}\nseen by Bob\n{2}\n");
}

#[test]
fn what_does_not_come_again_stays() {
    check("x\na\ny\n", "a\nb\n", "x\na\ny\nb\n");
    check("old a\nold b\n", "new a\n", "old a\nold b\nnew a\n");
}

#[test]
fn what_was_settled_is_never_cut() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "a\n");
    write(&mut sink, "b\0\n");
    write(&mut sink, "c\n");
    sink.settle().unwrap();
    let mark = sink.mark(2).unwrap();
    write(&mut sink, "d\n\0\n");
    drop(sink);
    let (mut sink, remarks) = bench.open(mark.as_ref());
    assert_eq!(said(&remarks), said(&[Remark::Cut { bytes: 2 }]));
    write(&mut sink, "b\0\nc\nd\ne\n");
    assert_eq!(bench.text(), "a\nb\0\nc\nd\ne\n");
}

#[test]
fn a_mark_moves_with_what_is_met() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    let mark = sink.mark(0).unwrap();
    write(&mut sink, "a\nb\nc\n");
    drop(sink);
    let (mut sink, _) = bench.open(mark.as_ref());
    assert_eq!(places(&mut sink, 0), (6, Some(0)));
    write(&mut sink, "b\n");
    assert_eq!(places(&mut sink, 2), (6, Some(0)));
    write(&mut sink, "a\nx\n");
    assert_eq!(places(&mut sink, 6), (8, Some(4)));
    sink.caught_up();
    assert_eq!(places(&mut sink, 6), (8, None));
    write(&mut sink, "c\n");
    assert_eq!(bench.text(), "a\nb\nc\nx\nc\n");
}

#[test]
fn a_second_crash_amid_the_first_replay_doubles_nothing() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    let mark = sink.mark(0).unwrap();
    write(&mut sink, "a\nb\nc\n");
    drop(sink);
    for given in [0, 2] {
        let (mut sink, _) = bench.open(mark.as_ref());
        write(&mut sink, "a\n");
        write(&mut sink, "b\n");
        sink.settle().unwrap();
        let mark = sink.mark(given).unwrap();
        drop(sink);
        let (mut sink, _) = bench.open(mark.as_ref());
        let again = &"a\nb\nc\n"[usize::try_from(given).unwrap()..];
        write(&mut sink, again);
        assert_eq!(bench.text(), "a\nb\nc\n");
    }
}

#[test]
fn a_file_that_was_renamed_meanwhile_is_found() {
    for begin in ["", "new\n"] {
        let bench = Bench::new();
        let rename = || {
            bench.rename("out.log.1");
            fs::write(&bench.path, begin).unwrap();
            fs::write(bench.disk.path("out.log.2"), "0\na\n").unwrap();
        };
        let said = crash(&bench, ["0\n", "a\nb"], rename, "a\nb\n");
        let path = bench.disk.path("out.log.1");
        let expected = super::said(&[
            Remark::Cut { bytes: 1 },
            Remark::Elsewhere { path },
        ]);
        assert_eq!(said, expected);
        assert_eq!(bench.text_of("out.log.1"), "0\na\n");
        assert_eq!(bench.text(), format!("{begin}b\n"));
    }
}

#[test]
fn a_line_that_lacks_its_end_is_not_in_the_new_file_yet() {
    for (torn, again, expected) in [
        ("b", "b\n", "b\n"),
        ("bb", "bbb\nc\n", "bbb\nc\n"),
        ("a\nb", "b\na\n", "a\nb\n"),
        ("b", "x\nb\n", "b\nx\n"),
        ("b", "x\nbb\n", "b\nx\nbb\n"),
        ("b", "b\nbb\n", "b\nbb\n"),
        ("theirs", "b\n", "theirs\nb\n"),
    ] {
        let bench = Bench::new();
        let rename = || {
            bench.rename("out.log.1");
            fs::write(&bench.path, torn).unwrap();
        };
        crash(&bench, ["0\n", ""], rename, again);
        assert_eq!(bench.text(), expected, "{torn}");
    }
}

#[test]
fn nobody_writes_behind_a_line_that_lacks_its_end() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "0\n");
    let mark = sink.mark(2).unwrap();
    drop(sink);
    bench.rename("out.log.1");
    fs::write(&bench.path, "b").unwrap();
    let (mut sink, _) = bench.open(mark.as_ref());
    let mark = sink.mark(0).unwrap();
    bench.add("theirs\n");
    for _ in 0..2 {
        write(&mut sink, "b\n");
        assert_eq!(bench.text(), "b\ntheirs\n");
        drop(sink);
        // What could have been replaced does not count for settled.
        (sink, _) = bench.open(mark.as_ref());
    }
}

#[test]
fn a_second_crash_after_a_renaming_doubles_nothing() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    let mark = sink.mark(0).unwrap();
    write(&mut sink, "a\nb\n");
    drop(sink);
    bench.rename("out.log.1");
    let (mut sink, _) = bench.open(mark.as_ref());
    let mark = sink.mark(0).unwrap();
    write(&mut sink, "a\nx\n");
    drop(sink);
    let (mut sink, _) = bench.open(mark.as_ref());
    assert_eq!(places(&mut sink, 0), (4, Some(0)));
    write(&mut sink, "a\nx\nb\ny\n");
    assert_eq!(places(&mut sink, 8), (4, None));
    let all = (bench.text_of("out.log.1"), bench.text());
    assert_eq!(all, ("a\nb\n".into(), "x\ny\n".into()));
}

#[test]
fn a_copy_is_found_where_the_file_was_cut() {
    let bench = Bench::new();
    let copy = || {
        fs::copy(&bench.path, bench.disk.path("out-1.log")).unwrap();
        fs::write(&bench.path, "b\nc").unwrap();
    };
    let said = crash(&bench, ["000\n", "a\n"], copy, "a\nb\nc\nd\n");
    let path = bench.disk.path("out-1.log");
    assert_eq!(said, super::said(&[Remark::Elsewhere { path }]));
    assert_eq!(bench.text_of("out-1.log"), "000\na\n");
    assert_eq!(bench.text(), "b\nc\nd\n");
}

#[test]
fn what_is_gone_is_said() {
    let lost = |from, bytes| said(&[Remark::Lost { from, bytes }]);
    let bench = Bench::new();
    let cut = || fs::write(&bench.path, "0\n").unwrap();
    let said = crash(&bench, ["0\n1\n", "a\n"], cut, "a\n");
    assert_eq!((said, bench.text()), (lost(2, 2), "0\na\n".into()));
    let bench = Bench::new();
    let remove = || fs::remove_file(&bench.path).unwrap();
    let said = crash(&bench, ["0\n1\n", "a\n"], remove, "a\n");
    assert_eq!((said, bench.text()), (lost(0, 4), "a\n".into()));
    let bench = Bench::new();
    let rewrite = || fs::write(&bench.path, "other\nfile").unwrap();
    let said = crash(&bench, ["0\n1\n", "a\n"], rewrite, "a\n");
    let text = "other\nfile\na\n";
    assert_eq!((said, bench.text()), (lost(0, 4), text.into()));
}

#[test]
fn an_empty_file_that_is_gone_is_no_loss() {
    let bench = Bench::new();
    let remove = || fs::remove_file(&bench.path).unwrap();
    let said = crash(&bench, ["", "a\n"], remove, "a\n");
    assert_eq!((said.len(), bench.text()), (0, "a\n".into()));
}

#[test]
fn a_file_restored_from_a_copy_is_known_by_what_it_holds() {
    let bench = Bench::new();
    let restore = || {
        let text = bench.text();
        bench.rename("gone");
        fs::remove_file(bench.disk.path("gone")).unwrap();
        fs::write(&bench.path, text).unwrap();
    };
    let said = crash(&bench, ["0\n", "a\nb"], restore, "a\nb\n");
    assert_eq!(said, super::said(&[Remark::Cut { bytes: 1 }]));
    assert_eq!(bench.text(), "0\na\nb\n");
}
