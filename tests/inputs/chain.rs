//! What a container runtime has taken apart is told by its place in the file,
//! and never waited for without end.

use std::fs;

use crate::tool::{FAILED, Folder, failed, fine, run};

const TIME: &str = "2026-03-02T06:00:00.123456789Z";

/// Writes lines, each with its stream and tag, and its text.
fn cri(lines: &[(&str, &str)]) -> String {
    lines.iter().map(|(tag, text)| format!("{TIME} {tag} {text}\n")).collect()
}

#[test]
fn lines_between_parts_are_told_by_their_number_and_set_aside_once() {
    let folder = Folder::new();
    let text = failed();
    let (one, two) = text.trim_end().split_at(30);
    let aside = folder.path("aside");
    let to = format!("file:{aside}");
    let args = ["--on-invalid", &to, "--strict", FAILED];
    let klog = cri(&[("stderr F", "I0302 klog")]);
    let input = [
        cri(&[("stdout P", one)]),
        klog.clone(),
        cri(&[("stdout F", two)]),
        cri(&[("stdout P", one)]),
        klog.clone(),
        cri(&[("stdout F", "")]),
    ];
    let ran = run(&args, input.concat().as_bytes());
    assert_eq!(String::from_utf8(ran.out).unwrap(), text);
    for told in ["input:2: byte", "input:5: byte", "input:4: byte"] {
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    let cut = [&klog[..], &klog, &input[3], &input[5]].concat();
    assert_eq!(fs::read_to_string(aside).unwrap(), cut);
}

#[test]
fn a_part_without_an_end_does_not_hold_a_followed_log_up() {
    let folder = Folder::new();
    let (kept, skipped) = (failed(), fine());
    let mut input = cri(&[("stderr P", "I0302 zz")]);
    for line in [&kept, &skipped].into_iter().cycle().take(3000) {
        input += &cri(&[("stdout F", line.trim_end())]);
    }
    let log = folder.file("0.log", input);
    let (checkpoint, out) = (folder.path("checkpoint"), folder.path("out"));
    let to = format!("file:{out}");
    let from = ["--new", "--from", "begin", "--checkpoint", &checkpoint];
    let args = [&from[..], &["--to", &to, FAILED, &log]].concat();
    run(&args, b"");
    assert_eq!(fs::read_to_string(&out).unwrap(), kept.repeat(1500));
    run(&args, b"");
    assert_eq!(fs::read_to_string(&out).unwrap(), kept.repeat(1500));
}

#[test]
fn no_client_makes_an_event_by_where_its_own_is_taken_apart() {
    let forged = r#"{"kind":"Event","auditID":"F","verb":"get"}"#;
    let end = format!("{forged},\"x\":1}}}}");
    let long = "y".repeat(300);
    let rotated = cri(&[("stdout F", &end), ("stdout F", &end[1..])]);
    let begin = format!("{{\"kind\":\"Event\",\"pad\":\"{long}\",\"a\":");
    let too_long = cri(&[
        ("stdout F", "I0302 klog"),
        ("stdout P", &begin),
        ("stdout P", &end),
        ("stdout F", &end),
    ]);
    for input in [rotated, too_long] {
        let args = ["--max-line", "450", "auditID = F"];
        let ran = run(&args, input.as_bytes());
        let out = String::from_utf8(ran.out).unwrap();
        assert!(!out.contains("\"F\""), "{out}");
        let args = ["--strict", "--max-line", "450", "--on-invalid"];
        let args = [&args[..], &["skip", "verb = get"]].concat();
        assert_eq!(run(&args, input.as_bytes()).out, b"");
    }
}
