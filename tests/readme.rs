//! What README shows is what happens.

use pulldown_cmark::{Event, Options, Parser, TagEnd};

use crate::{
    console::{Shell, check_samples, document},
    tool,
};

const NAME: &str = "README.md";

/// The logs that both programs are given.
const LOGS: &str = "cat examples/audit.log examples/workloads.log |";

#[test]
fn every_command_prints_what_readme_shows() {
    check_samples(NAME, 20);
}

#[test]
fn every_task_has_one_answer_in_both_languages() {
    let tasks = tasks();
    assert_eq!(tasks.len(), 7);
    if !tool::has("jq") {
        return tool::skip("jq is missing: the seven tasks");
    }
    let shell = Shell::new();
    for [task, ours, jq] in tasks {
        // jq writes every line anew: let it do so with ours.
        let ours = format!("{LOGS} kaudit-filter '{ours}' | jq -c .");
        let jq = format!("{LOGS} jq -c '{jq}'");
        // The last task counts, and needs all events at once.
        let jq = match jq.contains("inputs") {
            true => jq.replace("jq -c", "jq -cn"),
            false => jq,
        };
        let (ours, theirs) = (shell.run(&ours), shell.run(&jq));
        let count = theirs.lines().count();
        assert!(count > 0 && !theirs.starts_with("jq:"), "{task}: {theirs}");
        assert_eq!(ours.lines().count(), count, "{task}: lines");
        assert!(ours == theirs, "{task}: other events, or other fields");
    }
}

/// Returns the rows of the table that compares with jq.
fn tasks() -> Vec<[String; 3]> {
    let readme = document(NAME);
    let mut cells: Vec<String> = Vec::new();
    let mut rows: Vec<[String; 3]> = Vec::new();
    let mut cell = String::new();
    for found in Parser::new_ext(&readme, Options::ENABLE_TABLES) {
        match found {
            Event::Text(text) | Event::Code(text) => cell.push_str(&text),
            Event::End(TagEnd::TableCell) => {
                cells.push(std::mem::take(&mut cell));
            }
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => {
                rows.extend(std::mem::take(&mut cells).try_into().ok());
            }
            Event::Start(_) => cell.clear(),
            _ => (),
        }
    }
    let head = rows.iter().position(|[task, ..]| task == "task");
    let head = head.expect("README compares with jq in a table");
    rows.split_off(head + 1)
}
