//! Lines that break, through the whole program: what is said of them, where
//! they go, and that the numbers add up.

use std::fs;

use crate::tool::{FAILED, Folder, Ran, failed, fine, run};

/// A line that breaks before its code.
const CUT: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","responseStatus":{"co"#;

fn messy() -> String {
    format!("{}{}{CUT}\n{}klog\n", failed(), fine(), failed())
}

/// Checks that no line is unaccounted for.
#[track_caller]
fn check_balance(ran: &Ran) {
    let sum = ["kept", "skipped", "set aside"].map(|name| ran.number(name));
    assert_eq!(ran.number("read"), sum.iter().sum::<u64>(), "{}", ran.err);
}

#[test]
fn undecided_lines_pass_in_their_order() {
    for flags in [&["-s", FAILED][..], &["-s", "--on-invalid=pass", FAILED]] {
        let ran = run(flags, messy());
        ran.check(0, &format!("{}{CUT}\n{}", failed(), failed()));
        let names = ["read", "kept", "unknown", "defective", "foreign"];
        assert_eq!(names.map(|n| ran.number(n)), [5, 3, 1, 1, 1]);
        check_balance(&ran);
        let at = failed().len() + fine().len() + CUT.len();
        let said = format!("standard input:3: byte {at}: the line ends");
        assert!(ran.err.contains(&said), "{}", ran.err);
    }
}

#[test]
fn undecided_lines_are_skipped_on_demand() {
    let ran = run(&["-s", "--on-invalid", "skip", FAILED], messy());
    ran.check(0, &failed().repeat(2));
    assert_eq!(ran.number("unknown"), 1);
    assert_eq!(ran.number("skipped"), 2);
    check_balance(&ran);
}

#[test]
fn an_undecided_line_is_an_error_on_demand() {
    for threads in ["1", "2", "8"] {
        let flags = ["-s", "--threads", threads, "--on-invalid=fail", FAILED];
        let ran = run(&flags, messy());
        ran.check(65, &failed());
        assert!(ran.err.contains("standard input:3: byte"), "{}", ran.err);
        assert!(ran.err.contains("cannot decide"), "{}", ran.err);
        check_balance(&ran);
    }
}

#[test]
fn undecided_lines_are_set_aside_with_the_foreign_ones() {
    let folder = Folder::new();
    let odd = folder.path("odd");
    let way = format!("file:{odd}");
    let ran = run(&["-s", "--on-invalid", &way, FAILED], messy());
    ran.check(0, &failed().repeat(2));
    assert_eq!(fs::read_to_string(odd).unwrap(), format!("{CUT}\nklog\n"));
    assert_eq!(ran.number("set aside"), 2);
    check_balance(&ran);
}

#[test]
fn a_break_that_does_not_matter_decides_nothing() {
    // Cut behind the code: kept, and said.
    let line = failed();
    let cut = &line[..line.len() - 2];
    let ran = run(&["-s", "--on-invalid=fail", FAILED], format!("{cut}\n"));
    ran.check(0, &format!("{cut}\n"));
    assert_eq!(ran.number("unknown"), 0);
}

#[test]
fn strict_reads_every_line_to_its_end() {
    let line = failed();
    let cut = format!("{}\n", &line[..line.len() - 2]);
    let ran = run(&["-s", "--strict", FAILED], &cut);
    ran.check(65, &cut);
    assert_eq!(ran.number("defective"), 1);
    let twice = fine().replace("{\"kind\"", "{\"stage\":\"Panic\",\"kind\"");
    let ran = run(&["-s", "--strict", FAILED], format!("{twice}{line}"));
    ran.check(65, &line);
    assert!(ran.err.contains("is repeated"), "{}", ran.err);
    run(&["--strict", FAILED], line.repeat(3)).check(0, &line.repeat(3));
}

#[test]
fn a_messy_file_is_accounted_for_in_any_number_of_threads() {
    let (folder, mut text) = (Folder::new(), Vec::new());
    for n in 0..30_000 {
        let line = match n % 13 {
            0 => "klog\n".into(),
            1 => "\n".into(),
            2 => format!("{CUT}\n"),
            3 => failed().replace('\n', "\r\n"),
            4 => format!("\0\0{}", fine()),
            5 => format!("{CUT}{}", failed()),
            6 => format!("{}\n", "z".repeat(2000)),
            7 => format!("[{}]\n", failed().trim_end()),
            8 => format!("\u{feff}{}", failed()),
            n if n % 2 == 0 => failed(),
            _ => fine(),
        };
        text.extend(line.into_bytes());
    }
    let file = folder.file("a.log", &text);
    let mut answers: Vec<(Vec<u8>, Vec<u64>, Vec<u8>)> = Vec::new();
    for threads in ["1", "2", "8"] {
        for operands in [vec![], vec![&file[..]]] {
            let odd = folder.path("odd");
            let way = format!("--on-invalid=file:{odd}");
            let flags = ["-s", "--max-line=1K", &way, "--threads", threads];
            let all = [&flags[..], &[FAILED], &operands].concat();
            let ran = run(&all, &text);
            assert_eq!(ran.code, Some(0), "{}", ran.err);
            check_balance(&ran);
            let names = [
                "read",
                "kept",
                "skipped",
                "set aside",
                "defective",
                "unknown",
                "foreign",
                "oversize",
                "NUL bytes",
                "bytes",
            ];
            let numbers = names.map(|name| ran.number(name)).to_vec();
            answers.push((ran.out, numbers, fs::read(&odd).unwrap()));
            fs::remove_file(odd).unwrap();
        }
    }
    let per = |n: u64| (30_000 - n).div_ceil(13);
    let numbers = &answers[0].1;
    assert_eq!(numbers[0], 30_000);
    assert_eq!(numbers[7], per(6));
    assert_eq!(numbers[8], 2 * per(4));
    assert_eq!(numbers[9], text.len() as u64);
    for other in &answers[1..] {
        assert_eq!(other.1, answers[0].1);
        assert!(other.0 == answers[0].0 && other.2 == answers[0].2);
    }
}
