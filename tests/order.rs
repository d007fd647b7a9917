//! Threads and pipes change nothing: the same bytes, the same numbers.

use crate::tool::{FAILED, Folder, failed, fine, run};

/// More than one thread is called for, with lines of many lengths.
fn much() -> String {
    let mut text = String::new();
    for number in 0..9000 {
        let line = if number % 3 == 0 { failed() } else { fine() };
        let pad = "p".repeat(number * 7919 % 1500);
        let pad = format!("\"auditID\":\"{number}{pad}");
        text.push_str(&line.replace("\"auditID\":\"a", &pad));
        if number % 1000 == 0 {
            text.push_str("klog\n");
        }
    }
    text
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let (folder, text) = (Folder::new(), much());
    let file = folder.file("a.log", &text);
    let kept: String = text
        .split_inclusive('\n')
        .filter(|line| line.contains("\"code\":403"))
        .collect();
    for threads in ["1", "2", "8"] {
        let flags = ["-s", "--threads", threads, FAILED];
        for operands in [vec![], vec![&file[..]]] {
            let ran = run(&[&flags[..], &operands].concat(), &text);
            assert!(ran.out == kept.as_bytes(), "{threads} {operands:?}");
            let names = ["read", "kept", "skipped", "set aside"];
            let numbers = names.map(|name| ran.number(name));
            assert_eq!(numbers, [9009, 3000, 6000, 9]);
            assert_eq!(ran.number("bytes"), text.len() as u64);
        }
    }
}

#[test]
fn one_call_counts_over_all_files() {
    let (folder, text) = (Folder::new(), much());
    let file = folder.file("a.log", &text);
    let ran = run(&["-c", FAILED, &file, "-", &file], failed());
    ran.check(0, "6001\n");
}

#[test]
fn a_shared_standard_input_is_left_where_the_reading_ended() {
    let folder = Folder::new();
    let text = format!("{}{}", failed(), fine().repeat(3));
    let file = folder.file("a.log", &text);
    let script = format!(
        "exec < {file}; read -r first; {} -c '{FAILED}'; cat",
        env!("CARGO_BIN_EXE_kaudit-filter"),
    );
    let output =
        std::process::Command::new("sh").args(["-c", &script]).output();
    assert_eq!(output.unwrap().stdout, b"0\n");
}
