//! A file whose format has a head, a line of names for one.

use std::num::NonZeroU64;

use super::*;

const HEAD: &str = "a,b\n";

impl Bench {
    fn headed(&self, size: Option<u64>, last: Option<&Mark>) -> FileSink {
        let rotation = size
            .and_then(NonZeroU64::new)
            .map(|max_size| Rotation { max_size, ..Rotation::default() });
        let head = Some(HEAD.to_owned());
        let upkeep = Upkeep { rotation, head, ..Upkeep::default() };
        self.open_with(&upkeep, last).0
    }

    /// Returns what is in all files, oldest first.
    fn each(&self) -> Vec<String> {
        let names = super::super::backup::Names::of(&self.path);
        let backups = names.list(&self.disk).unwrap().into_iter();
        let paths = backups.map(|it| it.path).chain([self.path.clone()]);
        paths.map(|path| fs::read_to_string(path).unwrap()).collect()
    }
}

#[test]
fn a_file_has_its_head_before_anything_comes() {
    let bench = Bench::new();
    bench.headed(None, None);
    assert_eq!(bench.text(), HEAD);
    write(&mut bench.headed(None, None), "1,2\n");
    assert_eq!(bench.text(), "a,b\n1,2\n");
    fs::write(&bench.path, "x\n").unwrap();
    write(&mut bench.headed(None, None), "1,2\n");
    assert_eq!(bench.text(), "x\n1,2\n");
}

#[test]
fn each_backup_has_the_head() {
    let lines = "1,2\n3,4\n5,6\n7,8,9,10,11,12\n0,0\n";
    for step in [1, 2, 100] {
        let bench = Bench::new();
        let mut sink = bench.headed(Some(12), None);
        let lines: Vec<_> = lines.split_inclusive('\n').collect();
        for batch in lines.chunks(step) {
            write(&mut sink, &batch.concat());
        }
        let long = "a,b\n7,8,9,10,11,12\n";
        let expected = ["a,b\n1,2\n3,4\n", "a,b\n5,6\n", long, "a,b\n0,0\n"];
        assert_eq!(bench.each(), expected, "{step}");
    }
}

#[test]
fn a_head_that_is_too_long_for_a_file_has_a_line_behind_it() {
    let bench = Bench::new();
    write(&mut bench.headed(Some(3), None), "1,2\n3,4\n");
    assert_eq!(bench.each(), ["a,b\n1,2\n", "a,b\n3,4\n"]);
}

#[test]
fn who_rotates_with_another_program_has_a_head_as_well() {
    let bench = Bench::new();
    let mut sink = bench.headed(None, None);
    write(&mut sink, "1,2\n");
    bench.rename("out.log.1");
    sink.reopen().unwrap();
    write(&mut sink, "3,4\n");
    assert_eq!(bench.text(), "a,b\n3,4\n");
    fs::write(&bench.path, "").unwrap();
    sink.settle().unwrap();
    write(&mut sink, "5,6\n");
    assert_eq!(bench.text(), "a,b\n5,6\n");
}

#[test]
fn a_disk_without_room_gets_the_head_later() {
    let bench = Bench::new();
    for room in 0..8 {
        fs::write(&bench.path, "").unwrap();
        bench.disk.suffer(Flaws { room, ..Flaws::NONE });
        let mut sink = bench.headed(None, None);
        write(&mut sink, "1,2\n");
        assert_eq!(bench.text(), if room < 4 { "" } else { HEAD });
        bench.disk.suffer(Flaws::NONE);
        sink.drain().unwrap();
        assert_eq!(bench.text(), "a,b\n1,2\n");
        let settled = sink.settle().unwrap();
        assert_eq!(settled, Settled { given: 4, taken: 4 });
    }
}

#[test]
fn after_a_crash_nobody_waits_for_a_head() {
    let bench = Bench::new();
    let mut sink = bench.headed(Some(12), None);
    write(&mut sink, "1,2\n");
    let mark = sink.mark(4).unwrap();
    write(&mut sink, "3,4\n5,6\n");
    drop(sink);
    let mut sink = bench.headed(Some(12), mark.as_ref());
    write(&mut sink, "3,4\n5,6\n");
    assert_eq!(places(&mut sink, 8), (8, None), "all was met");
    write(&mut sink, "7,8\n");
    assert_eq!(bench.each(), ["a,b\n1,2\n3,4\n", "a,b\n5,6\n7,8\n"]);
}

#[test]
fn a_head_alone_is_no_loss() {
    let bench = Bench::new();
    let mut sink = bench.headed(None, None);
    let mark = sink.mark(0).unwrap();
    fs::write(&bench.path, "").unwrap();
    sink.settle().unwrap();
    assert_eq!(said(&sink.remarks()), [""; 0]);
    drop(sink);
    fs::remove_file(&bench.path).unwrap();
    let head = Some(HEAD.to_owned());
    let upkeep = Upkeep { head, ..Upkeep::default() };
    let (mut sink, remarks) = bench.open_with(&upkeep, mark.as_ref());
    assert_eq!(said(&remarks), [""; 0]);
    write(&mut sink, "1,2\n");
    assert_eq!(bench.text(), "a,b\n1,2\n");
    sink.mark(4).unwrap();
    fs::write(&bench.path, "").unwrap();
    sink.settle().unwrap();
    assert_eq!(sink.remarks().len(), 1, "a line is");
}

#[test]
fn a_torn_head_is_mended() {
    for torn in ["a", "a,b"] {
        let bench = Bench::new();
        fs::write(&bench.path, torn).unwrap();
        bench.headed(None, None);
        assert_eq!(bench.text(), HEAD);
    }
}
