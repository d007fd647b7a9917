//! What becomes of lines where the name of their file leads elsewhere, or the
//! file is cut.

use super::*;

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
