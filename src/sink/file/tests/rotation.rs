//! A file that is rotated, case by case.

use std::{
    io::Read,
    num::{NonZeroU32, NonZeroU64},
    os::unix::fs::PermissionsExt,
    time::Duration,
};

use flate2::read::GzDecoder;

use super::*;

/// Rotates at so many bytes.
fn at(max_size: u64) -> Rotation {
    let max_size = NonZeroU64::new(max_size).unwrap();
    Rotation { max_size, ..Rotation::default() }
}

impl Bench {
    fn rotated(
        &self,
        rotation: Rotation,
        last: Option<&Mark>,
    ) -> (FileSink, Vec<Remark>) {
        let rotation = Some(rotation);
        let upkeep = Upkeep { mode: 0o640, rotation, head: None };
        self.open_with(&upkeep, last)
    }

    /// Returns the names of all files, oldest first, and what is in them.
    fn files(&self) -> Vec<(String, String)> {
        let folder = fs::read_dir(self.path.parent().unwrap()).unwrap();
        let mut names: Vec<_> = folder
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let text = |name: &String| {
            let bytes = fs::read(self.disk.path(name)).unwrap();
            let mut text = String::new();
            match name.ends_with(".gz") {
                true => GzDecoder::new(&bytes[..]).read_to_string(&mut text),
                false => (&bytes[..]).read_to_string(&mut text),
            }
            .unwrap();
            text
        };
        names.iter().map(|name| (name.clone(), text(name))).collect()
    }

    fn texts(&self) -> Vec<String> {
        self.files().into_iter().map(|(_, text)| text).collect()
    }
}

/// Does all that there is to do.
fn tend(sink: &mut FileSink) {
    while sink.tend() == Chores::More {}
}

#[test]
fn a_file_never_exceeds_its_size() {
    for (lines, files) in [
        ("aa\nb\nc\n", &["aa\nb\n", "c\n"][..]),
        ("a\nb\nccc\nd\n", &["a\nb\n", "ccc\n", "d\n"]),
        ("aaaa\nb\n", &["aaaa\n", "b\n"]),
        ("a\nbbbbbbbbb\nc\n", &["a\n", "bbbbbbbbb\n", "c\n"]),
        ("bbbbbbbbb\nccccccccc\n", &["bbbbbbbbb\n", "ccccccccc\n"]),
    ] {
        for step in [1, 2, 100] {
            let bench = Bench::new();
            let (mut sink, _) = bench.rotated(at(5), None);
            let lines: Vec<_> = lines.split_inclusive('\n').collect();
            for batch in lines.chunks(step) {
                write(&mut sink, &batch.concat());
            }
            assert_eq!(bench.texts(), files, "{step}");
        }
    }
}

#[test]
fn a_line_in_several_writes_is_not_divided() {
    let bench = Bench::new();
    let (mut sink, _) = bench.rotated(at(5), None);
    for part in ["a\n", "bbb", "bbb", "bbb\nc\n", "d\n"] {
        write(&mut sink, part);
    }
    assert_eq!(bench.texts(), ["a\nbbbbbbbbb\n", "c\nd\n"]);
}

#[test]
fn backups_are_named_after_the_time_and_never_overwritten() {
    let bench = Bench::new();
    let (mut sink, _) = bench.rotated(at(2), None);
    for (seconds, line) in [(9, "a\n"), (9, "b\n"), (9, "c\n"), (3, "d\n")] {
        bench.disk.set_clock(Duration::from_secs(seconds));
        write(&mut sink, line);
    }
    let name = |time| format!("out-1970-01-01T00-00-{time}.log");
    let expected = [
        (name("09.000"), "a\n".into()),
        (name("09.001"), "b\n".into()),
        (name("09.002"), "c\n".into()),
        ("out.log".into(), "d\n".into()),
    ];
    assert_eq!(bench.files(), expected);
    let modes = bench.files().into_iter().map(|(name, _)| {
        let file = fs::metadata(bench.disk.path(&name)).unwrap();
        file.permissions().mode() & 0o777
    });
    assert_eq!(modes.collect::<Vec<_>>(), [0o640; 4]);
}

#[test]
fn a_file_behind_a_link_is_rotated_where_it_is() {
    let bench = Bench::new();
    fs::create_dir(bench.disk.path("real")).unwrap();
    symlink(bench.disk.path("real/out.log"), &bench.path).unwrap();
    let (mut sink, _) = bench.rotated(at(2), None);
    let mark = sink.mark(0).unwrap();
    write(&mut sink, "a\nb\nc\n");
    drop(sink);
    let names = fs::read_dir(bench.disk.path("real")).unwrap();
    assert_eq!(names.count(), 3);
    assert_eq!(bench.text(), "c\n");
    let (mut sink, _) = bench.rotated(at(2), mark.as_ref());
    write(&mut sink, "a\nb\nc\n");
    assert_eq!(bench.text(), "c\n");
}

#[test]
fn what_cannot_be_renamed_grows() {
    let bench = Bench::new();
    let (mut sink, _) = bench.rotated(at(2), None);
    bench.disk.suffer(Flaws { no_rename: true, ..Flaws::NONE });
    for line in ["a\n", "b\n", "c\n"] {
        write(&mut sink, line);
    }
    assert_eq!(bench.text(), "a\nb\nc\n");
    let remarks = sink.remarks();
    assert!(matches!(remarks[..], [Remark::Unrotated(_)]), "{remarks:?}");
    bench.disk.suffer(Flaws::NONE);
    let much = "x".repeat(1 << 20) + "\n";
    write(&mut sink, &much);
    write(&mut sink, "d\n");
    assert_eq!(bench.texts(), ["a\nb\nc\n", &much, "d\n"]);
}

#[test]
fn a_full_disk_divides_no_file() {
    let bench = Bench::new();
    let (mut sink, _) = bench.rotated(at(4), None);
    bench.disk.suffer(Flaws { room: 7, ..Flaws::NONE });
    write(&mut sink, "a\nb\nc\nd\ne\n");
    assert_eq!(bench.texts(), ["a\nb\n", "c\n"]);
    sink.drain().unwrap_err();
    bench.disk.suffer(Flaws::NONE);
    sink.drain().unwrap();
    assert_eq!(bench.texts(), ["a\nb\n", "c\nd\n", "e\n"]);
}

#[test]
fn backups_are_compressed_once_no_checkpoint_needs_them() {
    let bench = Bench::new();
    let rotation = Rotation { compress: true, ..at(2) };
    let (mut sink, _) = bench.rotated(rotation, None);
    sink.mark(0).unwrap();
    for line in ["a\n", "b\n", "c\n"] {
        write(&mut sink, line);
    }
    let is_packed = || {
        let files = bench.files().into_iter();
        files.map(|(name, _)| name.ends_with(".gz")).collect::<Vec<_>>()
    };
    tend(&mut sink);
    assert_eq!(is_packed(), [false, false, false]);
    sink.settle().unwrap();
    sink.mark(2).unwrap();
    tend(&mut sink);
    assert_eq!(is_packed(), [true, false, false]);
    sink.mark(6).unwrap();
    tend(&mut sink);
    assert_eq!(is_packed(), [true, true, false]);
    assert_eq!(bench.texts(), ["a\n", "b\n", "c\n"]);
    let backup = bench.files().remove(0).0;
    let mode = fs::metadata(bench.disk.path(&backup)).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o640);
}

#[test]
fn what_was_left_half_compressed_is_done_again() {
    let bench = Bench::new();
    let much = "much\n".repeat(1 << 20);
    let plain = "out-2026-01-01T00-00-00.000.log";
    fs::write(bench.disk.path(plain), &much).unwrap();
    let rotation = Rotation { compress: true, ..at(100) };
    for steps in [1, 2, 9] {
        let (mut sink, _) = bench.rotated(rotation, None);
        for _ in 0..steps {
            assert_eq!(sink.tend(), Chores::More);
        }
        assert_eq!(bench.text_of(plain), much);
        assert!(bench.disk.path(&format!("{plain}.gz")).exists());
    }
    let (mut sink, _) = bench.rotated(rotation, None);
    tend(&mut sink);
    let packed = format!("{plain}.gz");
    let expected = [(packed, much), ("out.log".into(), String::new())];
    assert!(bench.files() == expected);
}

#[test]
fn where_there_is_no_room_backups_stay_as_they_are() {
    let bench = Bench::new();
    let rotation = Rotation { compress: true, ..at(2) };
    let (mut sink, _) = bench.rotated(rotation, None);
    write(&mut sink, "a\nb\n");
    bench.disk.suffer(Flaws { room: 0, ..Flaws::NONE });
    tend(&mut sink);
    let remarks = sink.remarks();
    assert!(matches!(remarks[..], [Remark::Unkept { .. }]), "{remarks:?}");
    bench.disk.suffer(Flaws::NONE);
    tend(&mut sink);
    assert_eq!(bench.files().len(), 2);
    assert_eq!(bench.texts(), ["a\n", "b\n"]);
    write(&mut sink, "c\n");
    tend(&mut sink);
    let files = bench.files();
    assert!(files[..2].iter().all(|(name, _)| name.ends_with(".gz")));
    assert_eq!(bench.texts(), ["a\n", "b\n", "c\n"]);
}

#[test]
fn backups_that_are_too_old_or_too_many_are_removed() {
    let day = 24 * 60 * 60;
    for (max_age, max_backups, compress, expected) in [
        (0, 0, false, "abcde"),
        (0, 2, false, "cde"),
        (0, 2, true, "cde"),
        (2, 0, false, "bcde"),
        (2, 2, true, "cde"),
        (9, 1, true, "de"),
        (1, 9, true, "cde"),
    ] {
        let bench = Bench::new();
        let max_age = NonZeroU32::new(max_age);
        let max_backups = NonZeroU32::new(max_backups);
        let rotation = Rotation { max_age, max_backups, compress, ..at(2) };
        let (mut sink, _) = bench.rotated(rotation, None);
        fs::write(bench.disk.path("out-of-band.log"), "").unwrap();
        for (days, line) in (1..).zip(["a\n", "b\n", "c\n", "d\n", "e\n"]) {
            bench.disk.set_clock(Duration::from_secs(days * day));
            write(&mut sink, line);
            tend(&mut sink);
        }
        let all = bench.texts().concat().replace('\n', "");
        assert_eq!(all, expected, "{max_age:?} {max_backups:?}");
        assert!(bench.disk.path("out-of-band.log").exists());
    }
}

#[test]
fn what_a_checkpoint_needs_is_not_removed() {
    let bench = Bench::new();
    let max_backups = NonZeroU32::new(1);
    let rotation = Rotation { max_backups, ..at(2) };
    let (mut sink, _) = bench.rotated(rotation, None);
    let mark = sink.mark(0).unwrap();
    write(&mut sink, "a\nb\nc\n");
    tend(&mut sink);
    drop(sink);
    let (mut sink, remarks) = bench.rotated(rotation, mark.as_ref());
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    tend(&mut sink);
    write(&mut sink, "a\nb\nc\nd\n");
    tend(&mut sink);
    assert_eq!(bench.texts(), ["a\n", "b\n", "c\n", "d\n"]);
    sink.mark(8).unwrap();
    tend(&mut sink);
    assert_eq!(bench.texts(), ["c\n", "d\n"]);
}

#[test]
fn without_a_checkpoint_a_new_name_is_noticed_as_well() {
    let bench = Bench::new();
    let (mut sink, _) = bench.open(None);
    write(&mut sink, "a\n");
    bench.rename("1");
    assert_eq!(sink.tend(), Chores::Done);
    write(&mut sink, "b\n");
    assert_eq!(bench.text(), "b\n");
    assert_eq!(said(&sink.remarks()), said(&[Remark::Reopened]));
}
