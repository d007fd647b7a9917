//! Imports point down: what a module may know is a table, and it holds.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Lower floors first. A module may import from the floors below its own.
const FLOORS: [&[&str]; 9] = [
    &["diag"],
    &["frame", "scan"],
    &["event"],
    &["expr", "edit"],
    &["policy"],
    &["pipeline"],
    &["source", "sink", "report"],
    &["engine"],
    &["cli", "main", "lib"],
];

/// Only these modules talk to the operating system.
const OUTSIDE: [&str; 4] = ["source", "sink", "cli", "main"];

fn floor(module: &str) -> usize {
    let floor = FLOORS.iter().position(|floor| floor.contains(&module));
    floor.unwrap_or_else(|| panic!("`{module}` is on no floor"))
}

/// A file of the crate, without comments and tests.
struct Source {
    path: PathBuf,
    module: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut found) = (vec![src.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("tests.rs") {
                found.push(Source::read(&src, path));
            }
        }
    }
    assert!(found.len() > 80, "only {} files", found.len());
    found
}

impl Source {
    fn read(src: &Path, path: PathBuf) -> Source {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let lines = code.lines().map(|line| line.split("//").next().unwrap());
        let code = lines.collect::<Vec<_>>().join("\n");
        let inside = path.strip_prefix(src).unwrap().with_extension("");
        let module = inside.iter().next().unwrap().to_str().unwrap();
        Source { module: module.into(), path, code }
    }

    /// Returns the names right behind each `start`: `a` and `b` of
    /// `crate::a::x` and of `crate::{a::{x, y}, b}`.
    fn names(&self, start: &str) -> Vec<&str> {
        let uses = self.code.split(start).skip(1);
        uses.flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => heads(group),
            None => vec![name(rest)],
        })
        .collect()
    }
}

/// Returns the first name of each part of a group.
fn heads(group: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (1, 0, Vec::new());
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' => {}
            _ => continue,
        }
        let is_end = depth == 0 || depth == 1 && byte == b',';
        if is_end {
            found.push(name(group[from..at].trim_start()));
            from = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

#[test]
fn imports_point_down() {
    for source in sources() {
        let here = floor(&source.module);
        for name in source.names("crate::") {
            let fits = name == source.module || floor(name) < here;
            assert!(fits, "{}: {name}", source.path.display());
        }
    }
}

#[test]
fn the_operating_system_is_met_in_few_places() {
    for source in sources() {
        let outside = OUTSIDE.contains(&source.module.as_str());
        for name in source.names("std::") {
            let system = ["fs", "net", "env", "process"].contains(&name);
            assert!(!system || outside, "{}: {name}", source.path.display());
        }
    }
}

#[test]
fn only_scan_has_unsafe_code() {
    for source in sources() {
        let words =
            source.code.split(|c: char| !c.is_alphanumeric() && c != '_');
        let words = words.filter(|word| *word == "unsafe").count();
        let fits = words == 0 || source.module == "scan";
        assert!(fits, "{}", source.path.display());
    }
}

#[test]
fn groups_of_imports_are_taken_apart() {
    let group = "a::{x, y::{z}}, b::q,\n    c, self::d};";
    assert_eq!(heads(group), ["a", "b", "c", "self"]);
    assert_eq!(name("scan::Value"), "scan");
}
