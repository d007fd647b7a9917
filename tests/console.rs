//! Runs the commands of a document's `console` blocks and compares what they
//! print with what it shows.
//!
//! A line that begins with `$ ` is a command, the lines below it are what it
//! prints. `…` in a line stands for any text, a line of its own for any
//! number of lines.

use std::{
    fs,
    os::unix::fs::symlink,
    process::{Command, Stdio},
};

use crate::tool::{self, Folder};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Returns a document of ours.
pub(crate) fn document(name: &str) -> String {
    fs::read_to_string(format!("{ROOT}/{name}")).unwrap()
}

/// Runs the commands that the document `name` shows, at least `least`.
pub(crate) fn check_samples(name: &str, least: usize) {
    let text = document(name);
    let samples = samples(&text);
    assert!(samples.len() >= least, "only {} commands", samples.len());
    let shell = Shell::new();
    for Sample { command, shown } in samples {
        if command.contains("jq ") && !tool::has("jq") {
            tool::skip(&format!("jq is missing: {command}"));
            continue;
        }
        let printed = shell.run(&command);
        let lines: Vec<&str> = printed.lines().collect();
        assert!(
            is_shown(&lines, &shown),
            "$ {command}\n{name} shows:\n{}\n\nit prints:\n{printed}",
            shown.join("\n")
        );
    }
}

#[test]
fn an_ellipsis_stands_for_what_is_left_out() {
    assert!(is_shown(&["ab", "c"], &["a…", "c"]));
    assert!(is_shown(&["a", "b", "c"], &["a", "…", "c"]));
    assert!(is_shown(&["a", "c"], &["…", "c"]));
    assert!(!is_shown(&["a", "b"], &["a"]));
    assert!(!is_shown(&["a"], &["a", "b"]));
    assert!(!is_shown(&["abc"], &["a…d"]));
    assert!(!is_shown(&["ab"], &["ab…ab"]));
}

/// A command and what a document shows of its output.
struct Sample<'a> {
    command: String,
    shown: Vec<&'a str>,
}

fn samples(document: &str) -> Vec<Sample<'_>> {
    let mut samples: Vec<Sample<'_>> = Vec::new();
    let mut inside = false;
    for line in document.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ")
            && inside
        {
            // Cargo would build what is being tested once more.
            let command =
                command.replace("cargo run --release --", "kaudit-filter");
            samples.push(Sample { command, shown: Vec::new() });
        } else if inside {
            let last = samples.last_mut();
            last.expect("a block begins with a command").shown.push(line);
        }
    }
    samples
}

/// A shell in which `kaudit-filter` is the program under test.
pub(crate) struct Shell(Folder);

impl Shell {
    pub(crate) fn new() -> Shell {
        let folder = Folder::new();
        let program = env!("CARGO_BIN_EXE_kaudit-filter");
        symlink(program, folder.path("kaudit-filter")).unwrap();
        for path in ["var/lib/kaudit-filter", "var/log/kubernetes"] {
            fs::create_dir_all(folder.path(path)).unwrap();
        }
        let live = folder.path("var/log/kubernetes/audit.log");
        fs::copy(format!("{ROOT}/examples/audit.log"), live).unwrap();
        Shell(folder)
    }

    /// Runs a command at the root of the repository; returns all that it
    /// prints. What it does in `/var` happens in a folder of ours, with a log
    /// that is `examples/audit.log`.
    pub(crate) fn run(&self, command: &str) -> String {
        let folder = self.0.path("");
        let folder = folder.trim_end_matches('/');
        let command = command.replace(" /var/", &format!(" {folder}/var/"));
        let script = format!("exec 2>&1; PATH='{folder}':$PATH; {command}");
        let output = Command::new("sh")
            .args(["-c", &script])
            .env_remove("KAUDIT_FILTER_SIMD")
            .current_dir(ROOT)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        printed.replace(&format!("{folder}/var/"), "/var/")
    }
}

/// Returns whether `shown` is `printed`, but for what it leaves out.
pub(crate) fn is_shown(printed: &[&str], shown: &[&str]) -> bool {
    match (printed, shown) {
        ([], []) => true,
        (_, ["…", rest @ ..]) => {
            (0..=printed.len()).any(|n| is_shown(&printed[n..], rest))
        }
        ([line, lines @ ..], [like, rest @ ..]) => {
            is_like(line, like) && is_shown(lines, rest)
        }
        ([], _) | (_, []) => false,
    }
}

fn is_like(line: &str, like: &str) -> bool {
    let Some((head, rest)) = like.split_once('…') else {
        return line == like;
    };
    let Some(line) = line.strip_prefix(head) else { return false };
    line.char_indices()
        .map(|(at, _)| at)
        .chain([line.len()])
        .any(|at| is_like(&line[at..], rest))
}
