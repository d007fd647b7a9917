//! Reads the sources and checks who knows whom: imports point down.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Lower floors first. A module may name those below it, none beside it.
const FLOORS: [&[&str]; 11] = [
    &["diag"],
    &["frame", "scan"],
    &["event"],
    &["unwrap", "expr", "edit"],
    &["policy"],
    &["pipeline", "format"],
    &["disk"],
    &["checkpoint"],
    &["source", "sink", "report"],
    &["engine"],
    &["cli"],
];

/// The floors that know the operating system.
const OUTSIDE: [usize; 3] = [6, 8, 10];

#[test]
fn imports_point_down() {
    for (module, path) in sources() {
        let text = code(&path);
        for other in named(&text, "crate").filter(|other| *other != module) {
            let is_below = floor(other) < floor(&module);
            assert!(is_below, "{} names {other}", path.display());
        }
    }
}

#[test]
fn only_the_ends_of_the_way_know_the_system() {
    for (module, path) in sources() {
        let text = code(&path);
        let is_outside =
            OUTSIDE.contains(&floor(&module)) || path.ends_with("tests.rs");
        for part in named(&text, "std") {
            // Of `net` the addresses are used, which are values.
            let is_system = ["fs", "env", "process"].contains(&part);
            assert!(is_outside || !is_system, "{}: {part}", path.display());
        }
    }
}

#[test]
fn unsafe_stays_in_one_file() {
    for (_, path) in sources() {
        let uses = code(&path).contains("unsafe {");
        let is_allowed = path.ends_with("scan/x86.rs");
        assert!(is_allowed || !uses, "{}", path.display());
    }
}

#[test]
fn names_are_found_in_groups() {
    let text = "use crate::{a::B, c::{D, e}, f}; crate::g::h(); std::fs";
    let found: Vec<_> = named(text, "crate").collect();
    assert_eq!(found, ["a", "c", "f", "g"]);
    assert_eq!(named(text, "std").collect::<Vec<_>>(), ["fs"]);
}

/// Each source file and the module of the crate that it belongs to.
fn sources() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs")
                && path.parent() != Some(&root)
            {
                let module = path.strip_prefix(&root).unwrap().iter().next();
                let module = module.unwrap().to_str().unwrap().to_owned();
                sources.push((module, path));
            }
        }
    }
    assert!(sources.len() > 80, "only {} files", sources.len());
    sources
}

/// The text of a file without its comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(str::trim_start);
    lines.filter(|line| !line.starts_with("//")).collect()
}

/// The modules that a text names behind `root::`, alone or in braces.
fn named<'t>(text: &'t str, root: &str) -> impl Iterator<Item = &'t str> {
    let root = format!("{root}::");
    let places: Vec<_> = text.match_indices(&root).collect();
    places.into_iter().flat_map(move |(at, root)| {
        let behind = &text[at + root.len()..];
        match behind.strip_prefix('{') {
            Some(group) => members(group),
            None => vec![first_word(behind)],
        }
    })
}

/// The first word of each member of a group, up to its closing brace.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth > 0 => {}
            ',' | '}' => {
                found.push(first_word(&group[from..at]));
                from = at + 1;
            }
            _ => {}
        }
        if c == '}' && from == at + 1 {
            break;
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    let is_end = |c: char| !c.is_ascii_lowercase() && c != '_';
    &text[..text.find(is_end).unwrap_or(text.len())]
}

/// The floor of a module.
#[track_caller]
fn floor(module: &str) -> usize {
    let found = FLOORS.iter().position(|floor| floor.contains(&module));
    found.unwrap_or_else(|| panic!("`{module}` is on no floor"))
}
