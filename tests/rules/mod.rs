//! Holds the files of `pipelines/rules/` to what they claim.
//!
//! Turns events into the names of the rules that they were annotated with, by
//! the program itself, and compares these: with what we expect of our own
//! events (`ours`), and with the verdicts of other projects on theirs.

use std::{env, path::PathBuf};

use serde_json::Value;

use crate::tool::{run, skip};

mod falco; // Verdicts of Falco on its traces.
mod ours; // An event for each rule, and a near miss.
mod panther; // Verdicts of Panther on its test events.

/// An event that was kept, and the rules that it was annotated with.
#[derive(Debug)]
struct Hit {
    id: String,
    rules: Vec<String>,
}

impl Hit {
    fn names(&self, rule: &str) -> bool {
        self.rules.iter().any(|name| name == rule)
    }
}

/// Returns what the rules of `file` match among `lines`, with the lists of
/// the file `lists` in place of its own.
#[track_caller]
fn hits(file: &str, lists: Option<&str>, lines: &str) -> Vec<Hit> {
    let mut args = vec!["-W".into(), "error".into(), "-f".into(), path(file)];
    args.extend(lists.iter().flat_map(|lists| ["-f", lists]).map(Into::into));
    let ran = run(&args, lines);
    // 65 says that no line was an event, which is so of one of Panther's.
    let sound = matches!(ran.code, Some(0 | 65));
    assert!(sound, "{file}: {:?}\n{}", ran.code, ran.err);
    let out = String::from_utf8(ran.out).unwrap();
    out.lines().map(hit).collect()
}

fn hit(line: &str) -> Hit {
    let event: Value = serde_json::from_str(line).unwrap();
    let rules = event["annotations"]["kaudit-filter/rules"].as_str();
    Hit {
        id: event["auditID"].as_str().unwrap_or_default().to_owned(),
        rules: rules.unwrap().split(',').map(str::to_owned).collect(),
    }
}

fn path(file: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    format!("{root}/pipelines/rules/{file}.kaf")
}

/// Returns what the overview says of `file`: how many rules it has, what they
/// cover, how many cases there are, and how many have the same verdict.
#[track_caller]
fn overview(file: &str) -> [&'static str; 4] {
    let text = include_str!("../../pipelines/rules/README.md");
    let head = format!("| `{file}.kaf` | ");
    let row = text.lines().find_map(|line| line.strip_prefix(&head)).unwrap();
    let cells: Vec<_> = row.split('|').map(str::trim).take(4).collect();
    cells.try_into().unwrap()
}

/// Returns a folder of other projects' data, or says that it is not there.
fn data(folder: &str) -> Option<PathBuf> {
    let data = env::var_os("KAUDIT_FILTER_DATA").map(PathBuf::from);
    if data.is_none() {
        skip(&format!("KAUDIT_FILTER_DATA names no folder with {folder}"));
    }
    Some(data?.join(folder))
}

/// Returns the fields of each line of a table, without its comments.
fn table<const N: usize>(text: &str) -> Vec<[&str; N]> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(fields).collect()
}

fn fields<const N: usize>(line: &str) -> [&str; N] {
    let fields: Vec<_> = line.split('\t').collect();
    fields.try_into().unwrap()
}
