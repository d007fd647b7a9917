//! Public rules: the conditions that can never match are refused, warned of
//! or shown by `--coverage`, and the hardest rules mean what the model says.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    model::{ours, parting},
    tool::{self, Folder, run, skip},
};

/// Returns the folder of data, or says that it is not there.
fn data() -> Option<PathBuf> {
    let data = env::var_os("KAUDIT_FILTER_DATA").map(PathBuf::from);
    if data.is_none() {
        skip("KAUDIT_FILTER_DATA names no folder with public rules");
    }
    data
}

fn text(path: impl AsRef<Path>) -> String {
    path.as_ref().to_str().unwrap().to_owned()
}

#[test]
fn every_dead_condition_of_public_rules_is_pointed_at() {
    let Some(data) = data() else { return };
    let rows = fs::read_to_string(data.join("language/dead.txt")).unwrap();
    let log = text(data.join("events/cluster-mixed.jsonl"));
    let mut kinds = String::new();
    for row in rows.lines().filter(|row| !row.starts_with('#')) {
        let [kind, source, condition] =
            row.split('\t').collect::<Vec<_>>().try_into().unwrap();
        match kind {
            "E" => check_refused(source, condition),
            "W" => check_warned(source, condition),
            "L" => check_shown(source, condition, &log),
            _ => panic!("what is {kind}? {row}"),
        }
        kinds.push_str(kind);
    }
    for kind in ["E", "W", "L"] {
        assert!(kinds.contains(kind), "no {kind} among {kinds}");
    }
}

#[track_caller]
fn check_refused(source: &str, condition: &str) {
    let ran = run(&["-x", condition], "");
    assert_eq!(ran.code, Some(2), "{source}: {condition}");
    assert!(ran.err.starts_with("error: "), "{source}: {}", ran.err);
}

#[track_caller]
fn check_warned(source: &str, condition: &str) {
    let ran = run(&["-x", condition], "");
    assert_eq!(ran.code, Some(0), "{source}: {condition}");
    assert!(ran.err.starts_with("warning: "), "{source}: {}", ran.err);
    let ran = run(&["-W", "error", "-x", condition], "");
    assert_eq!(ran.code, Some(2), "{source}: {condition}");
}

#[track_caller]
fn check_shown(source: &str, condition: &str, log: &str) {
    let ran = run(&["--coverage", "-c", "-x", condition, log], "");
    assert_eq!(ran.code, Some(0), "{source}: {}", ran.err);
    let shown = ran.err.contains("  <- never had a value\n");
    assert!(shown, "{source}: {}", ran.err);
    let ran = run(&["--fail-on-dead", "-c", "-x", condition, log], "");
    ran.check(1, "0\n");
}

#[test]
fn the_hardest_public_rules_compile() {
    let Some(data) = data() else { return };
    let hard = text(data.join("language/hard.kaf"));
    let ran = run(&["check", &hard], "");
    // But for the one that the file itself leaves for another day.
    let words = "warning: the rule `secrets-touched` never runs\n";
    assert!(ran.err.starts_with(words), "{}", ran.err);
    assert_eq!(ran.err.matches("warning: ").count(), 1, "{}", ran.err);
    assert!(!ran.err.contains("error: "), "{}", ran.err);
}

#[test]
fn the_hardest_public_rules_mean_what_the_model_says() {
    let Some(data) = data() else { return };
    if !tool::has("python3") {
        return skip("python3, which runs the model, does not start");
    }
    let hard = text(data.join("language/hard.kaf"));
    let folder = Folder::new();
    let mut logs = vec![unpacked(&data, &folder)];
    for log in [
        "events/cluster-mixed.jsonl",
        "events/cluster-bodies.jsonl",
        "events/audit2rbac-demo.jsonl",
        "events/openshift-5.jsonl",
        "language/ev.jsonl",
    ] {
        logs.push(text(data.join(log)));
    }
    let mut kept = 0;
    for log in logs {
        let expected = model(&data, &hard, &log);
        for threads in ["1", "8"] {
            let args = ["--threads", threads, "-f", &hard, &log];
            let ran = run(&args, "");
            assert_eq!(ran.code, Some(0), "{log}: {}", ran.err);
            compare(&log, &ran.out, &expected);
        }
        kept += expected.len();
    }
    assert!(kept > 500, "only {kept} events");
}

/// Writes a log that was rotated and packed in one piece.
fn unpacked(data: &Path, folder: &Folder) -> String {
    let rotated = data.join("events/cluster-rotated");
    let mut log = fs::read(rotated.join("audit.log")).unwrap();
    if tool::has("gzip") {
        let line = "gzip -dc *.gz";
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(rotated);
        log.extend(command.output().unwrap().stdout);
    } else {
        skip("gzip is missing: the packed part of a rotated log");
    }
    folder.file("rotated.log", log)
}

/// Returns what the model makes of a log.
fn model(data: &Path, program: &str, log: &str) -> Vec<Value> {
    let mut command = Command::new("python3");
    command.arg(ours("driver.py")).args([program, log]);
    let output = command.env("KAUDIT_FILTER_DATA", data).output().unwrap();
    let problem = output.stderr.escape_ascii();
    assert!(output.status.success(), "the model failed: {problem}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(said.get("refused").is_none(), "{}", said["refused"]);
    said["values"].as_array().unwrap().clone()
}

#[track_caller]
fn compare(log: &str, out: &[u8], expected: &[Value]) {
    let lines: Vec<&[u8]> = out.split_inclusive(|b| *b == b'\n').collect();
    assert_eq!(lines.len(), expected.len(), "events kept of {log}");
    for (line, expected) in lines.iter().zip(expected) {
        let event: Value = serde_json::from_slice(line).unwrap();
        let difference = parting(&event, expected, "event");
        assert_eq!(difference, None, "{log}: {}", line.escape_ascii());
    }
}
