//! What the tools gzip and zstd have made is read as it was before.

use std::{
    io::Write,
    process::{ChildStdin, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    prompt::{collect, pieces},
    tool::{
        FAILED, Folder, Ran, command, event, failed, feed, fine, has, run,
        skip,
    },
};

/// The tools, with the names that messages have for what they make.
const TOOLS: [&str; 2] = ["gzip", "zstd"];

/// Returns the tools that are there.
fn tools() -> Vec<&'static str> {
    let (there, missing): (Vec<_>, Vec<_>) =
        TOOLS.into_iter().partition(|tool| has(tool));
    missing.iter().for_each(|tool| skip(&format!("{tool} is missing")));
    there
}

/// Has a tool compress a text.
pub(super) fn pack(tool: &str, text: &[u8]) -> Vec<u8> {
    let mut command = Command::new(tool);
    command.arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped());
    let child = command.spawn().unwrap();
    let ran = feed(child, text);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran.out
}

/// Lines of which each third is kept, more than one block of them.
fn text() -> String {
    let line = |n: u16| match n % 3 {
        0 => event(400 + n % 100),
        _ => event(n % 300),
    };
    (0..3000).map(line).collect()
}

#[test]
fn compressed_files_and_pipes_are_read_as_what_they_hold() {
    let folder = Folder::new();
    let text = text();
    let plain = run(&["-s", FAILED], &text);
    assert!(plain.number("kept") > 999);
    for tool in tools() {
        let bytes = pack(tool, text.as_bytes());
        let file = folder.file("audit.log", &bytes);
        for threads in ["1", "2", "8"] {
            let flags = ["-s", "--threads", threads, FAILED];
            let of_file = run(&[&flags[..], &[&file]].concat(), "");
            for ran in [of_file, run(&flags, &bytes)] {
                assert!(ran.out == plain.out, "{tool} {threads}");
                assert_eq!(ran.code, Some(0), "{}", ran.err);
                assert_eq!(ran.number("read"), 3000);
                assert_eq!(ran.number("bytes"), text.len() as u64);
            }
        }
    }
}

#[test]
fn members_behind_each_other_are_one_input() {
    let folder = Folder::new();
    let text = text();
    // Lines go on from one member to the next.
    let (a, b) = text.as_bytes().split_at(text.len() / 2 + 7);
    for tool in tools() {
        let bytes = [a, b"", b].map(|part| pack(tool, part)).concat();
        let file = folder.file("audit.log", bytes);
        let ran = run(&["-c", FAILED, &file, &file], "");
        ran.check(0, "2000\n");
        assert_eq!(ran.err, "");
    }
}

#[test]
fn what_is_cut_is_judged_up_to_there_and_said() {
    let folder = Folder::new();
    let text = format!("{}{}{}", failed(), fine(), failed());
    for tool in tools() {
        let bytes = pack(tool, text.as_bytes());
        let mut most = 0;
        // Each run is a process: not at every byte.
        for cut in (4..bytes.len()).step_by(3) {
            let file = folder.file("cut.log", &bytes[..cut]);
            let ran = run(&["--on-invalid=skip", FAILED, &file], "");
            assert_eq!(ran.code, Some(74), "{cut}: {}", ran.err);
            let told = format!(
                "cut.log: the {tool} data are cut at compressed byte {cut}: "
            );
            assert_eq!(ran.err.matches(&told).count(), 1, "{}", ran.err);
            let lines = ran.out.len() / failed().len();
            assert!(failed().repeat(lines).as_bytes() == ran.out);
            most = most.max(lines);
        }
        assert!(most > 0, "{tool}");
    }
}

#[test]
fn a_cut_costs_only_what_is_behind_it() {
    let text = text();
    for tool in tools() {
        let bytes = pack(tool, text.as_bytes());
        let cut = &bytes[..bytes.len() - 1];
        let ran = run(&[FAILED], cut);
        assert_eq!(ran.code, Some(74), "{}", ran.err);
        // All but the checksum is there: then so is every line.
        assert!(ran.out == run(&[FAILED], &text).out, "{tool}");
        assert!(ran.err.starts_with("kaudit-filter: standard input: the"));
    }
}

#[test]
fn what_follows_compressed_data_is_said() {
    let (folder, keep) = (Folder::new(), failed());
    for tool in tools() {
        let bytes = pack(tool, keep.as_bytes());
        let padded = [&bytes[..], &[0; 512]].concat();
        let ran = run(&[FAILED, &folder.file("a.log", padded)], "");
        ran.check(0, &keep);
        assert!(ran.err.contains("/a.log: 512 NUL bytes"), "{}", ran.err);
        let odd = [&bytes[..], keep.as_bytes()].concat();
        let ran = run(&[FAILED, &folder.file("a.log", odd)], "");
        ran.check(74, &keep);
        let place = format!("from compressed byte {}, is no", bytes.len());
        assert!(ran.err.contains(&place), "{}", ran.err);
    }
}

#[test]
fn damage_is_said_and_other_inputs_are_read() {
    let (folder, text) = (Folder::new(), text());
    for tool in tools() {
        let mut bytes = pack(tool, text.as_bytes());
        let middle = bytes.len() / 2;
        bytes[middle..middle + 64].fill(0xff);
        let file = folder.file("a.log", bytes);
        let flags = ["--on-invalid=skip", FAILED, &file, "-"];
        let ran = run(&flags, failed());
        assert_eq!(ran.code, Some(74), "{}", ran.err);
        let told = format!("the {tool} data are damaged before compressed");
        assert!(ran.err.contains(&told), "{}", ran.err);
        assert!(ran.out.ends_with(failed().as_bytes()));
    }
}

#[test]
fn a_gzip_whose_sum_is_wrong_is_judged_to_its_end() {
    if !tools().contains(&"gzip") {
        return;
    }
    // Little enough to be unpacked at once.
    let text: String = (400..420).map(event).collect();
    let mut bytes = pack("gzip", text.as_bytes());
    let end = bytes.len();
    bytes[end - 6] ^= 1;
    let ran = run(&[FAILED], bytes);
    ran.check(74, &text);
    assert!(ran.err.contains("damaged before compressed"), "{}", ran.err);
}

#[test]
fn what_is_compressed_may_be_no_log_at_all() {
    for tool in tools() {
        let ran = run(&[FAILED], pack(tool, b"I0302 06:00:00 klog\n"));
        ran.check(65, "");
        run(&[FAILED], pack(tool, b"")).check(0, "");
    }
}

/// Writes one line, compressed by itself, as far as it can be read.
fn give(stdin: &mut ChildStdin, tool: &str, line: &str) {
    stdin.write_all(&pack(tool, line.as_bytes())).unwrap();
    stdin.flush().unwrap();
}

#[test]
fn a_slow_compressed_pipe_gives_what_it_has() {
    for tool in tools() {
        for threads in ["1", "4"] {
            let args = ["--threads", threads, FAILED];
            let mut child = command(&args).spawn().unwrap();
            let pieces = pieces(child.stdout.take().unwrap());
            let mut stdin = child.stdin.take().unwrap();
            for code in 400..405 {
                give(&mut stdin, tool, &event(code));
                let line = event(code);
                assert_eq!(collect(&pieces, line.len()), line.as_bytes());
            }
            // Amid the next member nothing comes: TERM ends the run at once.
            let next = pack(tool, failed().as_bytes());
            stdin.write_all(&next[..next.len() / 2]).unwrap();
            kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
            let ran = Ran::from(child.wait_with_output().unwrap());
            assert_eq!(ran.code, Some(143), "{}", ran.err);
            assert_eq!(ran.err, "");
        }
    }
}

#[test]
fn nobody_reading_is_noticed_while_a_compressed_pipe_is_idle() {
    for tool in tools() {
        let mut child = command(&[FAILED]).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        give(&mut stdin, tool, &fine());
        drop(child.stdout.take());
        assert!(child.wait().unwrap().success());
        drop(stdin);
    }
}

#[test]
fn one_kept_line_is_enough_of_a_compressed_input() {
    for tool in tools() {
        let mut child = command(&["-q", FAILED]).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        give(&mut stdin, tool, &failed());
        // More may come, and is not waited for.
        assert!(child.wait().unwrap().success());
        drop(stdin);
    }
}

#[test]
fn backups_that_were_compressed_meanwhile_are_read_on() {
    for tool in tools() {
        let folder = Folder::new();
        let end = if tool == "gzip" { "gz" } else { "zst" };
        let before = format!("{}{}", event(401), fine());
        let log = folder.file("audit.log", &before);
        let checkpoint = folder.path("checkpoint");
        let args = ["--new", "--checkpoint", &checkpoint, FAILED, &log];
        run(&args, "").check(0, &event(401));
        let whole = format!("{before}{}{}", event(402), fine());
        let packed = pack(tool, whole.as_bytes());
        folder.file(&format!("audit.log.1.{end}"), packed);
        folder.file("audit.log", fine() + &event(403));
        run(&args, "").check(0, &(event(402) + &event(403)));
        run(&args, "").check(0, "");
    }
}
