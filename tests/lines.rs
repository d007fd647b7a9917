//! What becomes of lines, sound and odd, from a pipe and from a file.

use std::fs;

use crate::tool::{FAILED, Folder, failed, fine, run};

/// Checks that `input` leaves as `out`, however it comes.
#[track_caller]
fn check(input: impl AsRef<[u8]>, code: i32, out: &str) {
    let input = input.as_ref();
    run(&[FAILED], input).check(code, out);
    let folder = Folder::new();
    let file = folder.file("a.log", input);
    run(&[FAILED, &file], "").check(code, out);
}

#[test]
fn an_empty_input_is_no_error() {
    check("", 0, "");
}

#[test]
fn kept_lines_leave_as_they_came() {
    let (keep, skip) = (failed(), fine());
    check(format!("{skip}{keep}{skip}{keep}"), 0, &format!("{keep}{keep}"));
}

#[test]
fn empty_lines_are_left_out_and_counted() {
    let keep = failed();
    let ran = run(&["-s", FAILED], format!("\n{keep}\n\n{keep}\n"));
    ran.check(0, &format!("{keep}{keep}"));
    assert_eq!(ran.number("foreign"), 4);
    assert_eq!(ran.number("set aside"), 4);
}

#[test]
fn a_carriage_return_stays() {
    let keep = failed().replace('\n', "\r\n");
    let skip = fine().replace('\n', "\r\n");
    check(format!("{keep}{skip}{keep}"), 0, &format!("{keep}{keep}"));
}

#[test]
fn a_missing_final_newline_is_added() {
    let keep = failed();
    check(keep.trim_end(), 0, &keep);
    check(format!("{keep}{}", keep.trim_end()), 0, &format!("{keep}{keep}"));
}

#[test]
fn every_file_is_ended_by_a_newline() {
    let (folder, keep) = (Folder::new(), failed());
    let a = folder.file("a", keep.trim_end());
    let b = folder.file("b", &keep);
    let ran = run(&[FAILED, &a, "-", &b], keep.trim_end());
    ran.check(0, &format!("{keep}{keep}{keep}"));
}

#[test]
fn nul_bytes_in_front_of_a_line_are_left_out() {
    let keep = failed();
    let input = [b"\0\0\0", keep.as_bytes(), b"\0", keep.as_bytes()].concat();
    check(&input, 0, &format!("{keep}{keep}"));
    let ran = run(&["-s", FAILED], &input);
    assert_eq!(ran.number("NUL bytes"), 4);
    assert_eq!(ran.number("bytes"), input.len() as u64);
}

#[test]
fn a_hole_of_nul_bytes_is_passed_over() {
    let (keep, hole) = (failed(), vec![0; 5 << 20]);
    let input = [&hole, keep.as_bytes(), &hole, keep.as_bytes()].concat();
    check(&input, 0, &format!("{keep}{keep}"));
    let ran = run(&["-s", "--max-line=1K", FAILED], &input);
    assert_eq!(ran.number("NUL bytes"), 10 << 20);
    assert_eq!(ran.number("oversize"), 0);
}

#[test]
fn nul_bytes_at_the_end_are_no_line() {
    let keep = failed();
    let input = [keep.as_bytes(), &[0; 3000]].concat();
    check(&input, 0, &keep);
    assert_eq!(run(&["-s", FAILED], &input).number("read"), 1);
}

#[test]
fn what_is_no_event_is_left_out_and_said() {
    let (keep, skip) = (failed(), fine());
    let odd = "I1121 10:00:00.000000 1 main.go:1] klog\n[1,2]\n42\n\"x\"\n";
    let input = format!("{keep}{odd}{skip}{keep}");
    check(&input, 0, &format!("{keep}{keep}"));
    let ran = run(&["-s", FAILED], &input);
    assert_eq!(ran.number("foreign"), 4);
    let offset = keep.len();
    let said = format!("standard input:2: byte {offset}: not an audit event");
    assert!(ran.err.contains(&said), "{}", ran.err);
}

#[test]
fn many_odd_lines_are_said_in_one() {
    let input = format!("{}{}", "klog\n".repeat(1000), failed());
    let ran = run(&[FAILED], &input);
    assert_eq!(ran.err.lines().count(), 6, "{}", ran.err);
    assert!(ran.err.contains("1000 lines"), "{}", ran.err);
}

#[test]
fn an_input_without_any_event_is_an_error() {
    check("klog\nklog\n", 65, "");
    let ran = run(&[FAILED], "klog\n");
    assert!(ran.err.contains("no line of the input is a"), "{}", ran.err);
}

#[test]
fn a_line_of_the_cap_is_fine_and_one_more_byte_is_not() {
    let (keep, folder) = (failed(), Folder::new());
    for (cap, oversize) in [(keep.len() - 1, 0), (keep.len() - 2, 1)] {
        let cap = format!("--max-line={cap}");
        let input = keep.repeat(2);
        let file = folder.file("a", &input);
        for args in [vec!["-s", &cap, FAILED], vec!["-s", &cap, FAILED, &file]]
        {
            let ran = run(&args, &input);
            assert_eq!(ran.number("oversize"), 2 * oversize);
            assert_eq!(ran.number("kept"), 2 - 2 * oversize);
        }
    }
}

#[test]
fn long_lines_of_the_cap_are_fine_too() {
    let folder = Folder::new();
    for size in [(3 << 20) - 1, 3 << 20, (3 << 20) + 1] {
        let input =
            [&vec![b'y'; size][..], b"\n", failed().as_bytes()].concat();
        let file = folder.file("a", &input);
        for args in [vec![], vec![&file[..]]] {
            let flags = [&["-s", "--max-line=3M", FAILED][..], &args].concat();
            let ran = run(&flags, &input);
            ran.check(0, &failed());
            assert_eq!(ran.number("oversize"), u64::from(size > 3 << 20));
            assert_eq!(ran.number("bytes"), input.len() as u64);
        }
    }
}

#[test]
fn what_is_set_aside_goes_to_its_file_in_order() {
    let (folder, keep) = (Folder::new(), failed());
    let long = format!("{}\n", "z".repeat(3 << 20));
    let input = format!("klog 1\n{keep}{long}\n{keep}{long}klog 2");
    let file = folder.file("a", &input);
    for operands in [vec![], vec![&file[..]]] {
        let odd = folder.path("odd");
        let way = format!("--on-invalid=file:{odd}");
        let flags = ["-s", "--max-line=1M", &way, FAILED];
        let ran = run(&[&flags[..], &operands].concat(), &input);
        ran.check(0, &keep.repeat(2));
        assert_eq!(ran.number("oversize"), 2);
        assert_eq!(ran.number("set aside"), 5);
        let found = fs::read_to_string(&odd).unwrap();
        assert!(found == format!("klog 1\n{long}\n{long}klog 2\n"));
        fs::remove_file(odd).unwrap();
    }
}
