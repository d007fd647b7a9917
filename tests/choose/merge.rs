use std::{
    io::{BufRead, BufReader, Write},
    process::Command,
};

use flate2::{Compression, write::GzEncoder};

use serde_json::json;

use super::at;
use crate::{
    dice::Dice,
    tool::{FAILED, Folder, command, fine, run},
};

/// Makes a log whose times go on by chance, sometimes back, with lines that
/// have none.
fn log(dice: &mut Dice, name: &str, lines: u64) -> Vec<String> {
    let mut seconds = dice.below(1000);
    let mut line = |number: u64| {
        seconds = (seconds + dice.below(9)).saturating_sub(2);
        let (minute, second) = (seconds / 60 % 60, seconds % 60);
        let hour = 6 + seconds / 3600;
        let time = format!("{hour:02}:{minute:02}:{second:02}");
        match dice.below(8) {
            0 => format!("klog {name} {number}\n"),
            1 => fine(),
            _ => at(
                &time,
                &format!("{name}-{number}-{}", "p".repeat(dice.below(700))),
            ),
        }
    };
    (0..lines).map(&mut line).collect()
}

/// Returns the lines of logs as the definition has them: each line without a
/// time goes with the one before it; the first of the oldest comes next.
fn merged(logs: &[Vec<String>]) -> String {
    let time = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(event.get("stageTimestamp")?.as_str()?.to_owned())
    };
    let mut rest: Vec<&[String]> = logs.iter().map(|log| &log[..]).collect();
    let mut out = String::new();
    loop {
        let heads = rest.iter().enumerate().filter(|(_, it)| !it.is_empty());
        let head = heads.min_by_key(|(_, log)| time(&log[0]));
        let Some((number, log)) = head else { return out };
        let untimed = log.iter().skip(1);
        let run = 1 + untimed.take_while(|it| time(it).is_none()).count();
        out.extend(log[..run].iter().map(|line| &**line));
        rest[number] = &log[run..];
    }
}

fn packed(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

#[test]
fn logs_are_merged_by_the_times_of_their_lines() {
    let mut dice = Dice::new(7);
    let logs: Vec<Vec<String>> = [3000, 1, 2000, 0, 2500]
        .iter()
        .zip(["a", "b", "c", "d", "e"])
        .map(|(lines, name)| log(&mut dice, name, *lines))
        .collect();
    let folder = Folder::new();
    let files: Vec<String> = logs
        .iter()
        .enumerate()
        .map(|(n, log)| match n {
            2 => folder.file("2.log.gz", packed(&log.concat())),
            _ => folder.file(&format!("{n}.log"), log.concat()),
        })
        .collect();
    let files: Vec<&str> = files.iter().map(|file| &**file).collect();
    let expected = merged(&logs);
    let ran = run(&[&["--merge", "true"][..], &files].concat(), "");
    let events: String = expected
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("klog"))
        .collect();
    assert!(ran.out == events.as_bytes(), "{}", ran.err);
    // What is set aside is merged as well, and found where it was.
    let odd = folder.path("odd");
    let aside = format!("file:{odd}");
    let flags = ["--merge", "-s", "--on-invalid", &aside, FAILED];
    let ran = run(&[&flags[..], &files].concat(), "");
    let klog: String = expected
        .split_inclusive('\n')
        .filter(|line| line.starts_with("klog"))
        .collect();
    assert_eq!(std::fs::read_to_string(&odd).unwrap(), klog);
    let lines = logs.iter().map(Vec::len).sum::<usize>();
    assert_eq!(ran.number("read"), u64::try_from(lines).unwrap());
    // Each that is told is told with its file, line and offset.
    let told = ran.err.lines().filter_map(|line| {
        line.strip_suffix(": not an audit event, left out")
    });
    let mut count = 0;
    for place in told {
        let (place, offset) = place.rsplit_once(": byte ").unwrap();
        let (path, line) = place.rsplit_once(':').unwrap();
        let log = files.iter().position(|file| path.ends_with(file)).unwrap();
        let before = line.parse::<usize>().unwrap() - 1;
        assert!(logs[log][before].starts_with("klog"), "{place}");
        let length = logs[log][..before].concat().len();
        assert_eq!(offset, length.to_string(), "{place}");
        count += 1;
    }
    assert_eq!(count, 5);
}

#[test]
fn rotated_files_of_a_log_are_one_stream() {
    let folder = Folder::new();
    let older = [at("06:00:00", "1"), at("06:02:00", "3")].concat();
    let newer = [at("06:01:59", "4"), at("06:04:00", "6")].concat();
    let other = [at("06:01:00", "2"), at("06:03:00", "5")].concat();
    let older = folder.file("a.log.1", older);
    let newer = folder.file("a.log", newer);
    let other = folder.file("b.log", other);
    let args = ["--merge", "--sort-files", FAILED, &newer, &older, &other];
    let names = super::names(&run(&args, "").out);
    assert_eq!(names, ["1", "2", "3", "4", "5", "6"]);
    // `head` has its fill in the order of time.
    let args = ["--merge", "true | head 3", &newer, &older, &other];
    assert_eq!(super::names(&run(&args, "").out), ["1", "2", "4"]);
}

#[test]
fn wrapped_events_are_merged_by_their_own_times() {
    let folder = Folder::new();
    let wrapped = |event: String| {
        let (head, tail) = event.trim_end().split_at(90);
        let time = "2026-03-02T12:00:00.0Z stdout";
        format!("{time} P {head}\n{time} F {tail}\n")
    };
    let cri = [at("06:00:00", "1"), at("06:02:00", "3")].map(wrapped);
    let cri = folder.file("a.log", cri.concat());
    let text = |event: String| format!("{}\n", json!({ "log": event }));
    let log = [at("06:01:00", "2"), at("06:03:00", "4")].map(text);
    let log = folder.file("b.log.gz", packed(&log.concat()));
    let ran = run(&["-s", "--merge", FAILED, &log, &cri], "");
    assert_eq!(super::names(&ran.out), ["1", "2", "3", "4"], "{}", ran.err);
}

#[test]
fn what_cannot_be_opened_is_told_and_the_others_are_merged() {
    let folder = Folder::new();
    let one = folder.file("a.log", at("06:01:00", "2"));
    let two = folder.file("b.log", at("06:00:00", "1") + &at("06:02:00", "3"));
    let args = ["--merge", FAILED, &one, &folder.path("none"), &two];
    let ran = run(&args, "");
    assert_eq!(super::names(&ran.out), ["1", "2", "3"]);
    assert_eq!(ran.code, Some(66));
}

#[test]
fn pipes_are_merged_as_their_lines_come() {
    let folder = Folder::new();
    let file = folder.file("b.log", at("06:01:00", "2"));
    let text = at("06:00:00", "1") + &at("06:02:00", "3");
    let ran = run(&["--merge", FAILED, "-", &file], text);
    assert_eq!(super::names(&ran.out), ["1", "2", "3"]);
    // What is decided leaves before the next line is waited for.
    let mut child = command(&["--merge", FAILED, "-", &file]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    for (given, answers) in [("06:00:00", 1), ("06:02:00", 2)] {
        input.write_all(at(given, given).as_bytes()).unwrap();
        for _ in 0..answers {
            line.clear();
            output.read_line(&mut line).unwrap();
        }
        assert_eq!(line, at(given, given));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn memory_does_not_grow_with_the_logs() {
    if !crate::tool::has("python3") {
        crate::tool::skip("python3 is missing: the memory of a merge");
        return;
    }
    let folder = Folder::new();
    let line = at("06:00:00", &"x".repeat(400));
    let many = line.repeat(60_000);
    let files = ["a", "b", "c"].map(|name| folder.file(name, &many));
    let [a, b, c] = &files;
    let script = format!(
        "import resource, subprocess\n\
         subprocess.run(['{}', '--merge', '-c', 'true', '{a}', '{b}', '{c}'])\n\
         print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
        env!("CARGO_BIN_EXE_kaudit-filter")
    );
    let ran = Command::new("python3").args(["-c", &script]).output().unwrap();
    let out = String::from_utf8(ran.stdout).unwrap();
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some("180000"), "{out}");
    let kibibytes: u64 = lines.next().unwrap().parse().unwrap();
    assert!(kibibytes < 32 << 10, "{kibibytes} KiB");
}
