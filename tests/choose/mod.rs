//! Which files and events are read, in which order, and who hears of it.

mod times; //  --since and --until
mod files; //  --sort-files and -r
mod merge; //  --merge
mod progress; // What a terminal shows meanwhile
mod reply; //  --reply

use crate::{console, tool::event};

/// Returns a failed request at a time of 2026-03-02, told apart by `name`.
fn at(time: &str, name: &str) -> String {
    let id = format!("\"auditID\":\"{name}\"");
    let end = format!("}},\"stageTimestamp\":\"2026-03-02T{time}Z\"}}\n");
    event(403).replace("\"auditID\":\"a\"", &id).replace("}}\n", &end)
}

/// Returns the names of the events in what a run has written.
fn names(out: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(out).unwrap();
    let name = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        event["auditID"].as_str().unwrap().to_owned()
    };
    text.lines().map(name).collect()
}

#[test]
fn the_document_shows_what_happens() {
    console::check_samples("docs/inputs.md", 2);
}
