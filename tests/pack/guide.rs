//! The guide for those who come from the old script is true: its commands
//! are ours, and the tests that it names exist.

use std::{fs, path::Path};

use super::{packaged, snippet::check_command};
use crate::{
    console::document,
    tool::{Folder, failed, fine, run},
};

const GUIDE: &str = "docs/migration.md";

/// Returns the commands of a document's `sh` blocks, lines that go on joined.
fn commands(text: &str) -> Vec<String> {
    let blocks = text.split("```sh\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap());
    let text = blocks.collect::<String>().replace("\\\n", " ");
    let lines = text.lines().map(str::trim);
    let is_command = |line: &&str| !line.is_empty() && !line.starts_with('#');
    lines.filter(is_command).map(str::to_owned).collect()
}

#[test]
fn the_commands_of_guides_are_right() {
    let mut ours = 0;
    for name in [GUIDE, "docs/pipeline.md"] {
        for command in commands(&document(name)) {
            if command.starts_with("kaudit-filter ") {
                check_command(alone(&command));
                ours += 1;
            }
        }
    }
    assert!(ours >= 8, "only {ours} commands");
}

/// Returns a command without what the shell does with its output. What is in
/// quotes belongs to the command.
fn alone(command: &str) -> &str {
    let mut is_quoted = false;
    let end = command.find(|c| {
        is_quoted ^= c == '\'';
        !is_quoted && ['|', '>', ';', '#'].contains(&c)
    });
    &command[..end.unwrap_or(command.len())]
}

#[test]
fn the_tests_that_the_guide_names_are_there() {
    let guide = document(GUIDE);
    let rows = guide.lines().filter(|line| line.starts_with("| "));
    let names =
        rows.filter_map(|row| row.trim_end_matches(" |").rsplit_once("| `"));
    let names: Vec<&str> = names
        .flat_map(|(_, names)| names.trim_end_matches('`').split("`, `"))
        .filter(|name| name.matches('_').count() > 2)
        .collect();
    assert!(names.len() >= 14, "{names:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for folder in ["tests", "src"] {
        collect(&root.join(folder), &mut sources);
    }
    for name in names {
        assert!(sources.contains(&format!("fn {name}(")), "{name}");
    }
}

/// Adds the text of all sources below a folder.
fn collect(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|end| end == "rs") {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn the_pipeline_that_the_page_shows_is_one() {
    let page = document("docs/pipeline.md");
    let example = page.split_once("```toml\n").unwrap().1;
    let example = example.split_once("```").unwrap().0;
    let folder = Folder::new();
    fs::create_dir(folder.path("rules")).unwrap();
    folder.file("rules/local.kaf", "let ours = ns = shop\n");
    let pipeline = folder.file("example.toml", example);
    let ran = run(&["check", &pipeline], "");
    assert_eq!((ran.code, &*ran.err), (Some(0), ""));
    // And it does what it says: a dry run touches nothing.
    let ran = run(&["-p", &pipeline, "-"], failed() + &fine());
    assert_eq!((ran.code, ran.out), (Some(0), failed().into_bytes()));
}

#[test]
fn the_guide_and_the_files_that_it_names_agree() {
    let guide = document(GUIDE);
    let defaults = packaged("systemd/report.default");
    assert!(guide.contains("REPORT_PIPE") && defaults.contains("REPORT_PIPE"));
    for unit in ["kaudit-filter@.service", "kaudit-filter-report.timer"] {
        assert!(guide.contains(unit), "{unit}");
        packaged(&format!("systemd/{unit}"));
    }
}
