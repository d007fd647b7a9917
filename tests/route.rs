//! Pipelines: what is shipped does what it says, several routes share one
//! pass, and what is wrong with a file is shown at its place.

use std::fs;

use crate::tool::{Folder, Ran, command, event, run};

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/audit.log");

/// What is built in, and how many events of the example log each keeps.
const BUILT_IN: [(&str, usize); 8] = [
    ("anonymous", 6),
    ("denied", 7),
    ("detect", 11),
    ("exec", 6),
    ("forbidden", 10),
    ("rbac-changes", 2),
    ("secrets", 3),
    ("slim", 289),
];

fn shipped(name: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    format!("{root}/pipelines/{name}.toml")
}

#[test]
fn each_pipeline_keeps_and_skips_what_its_head_says() {
    for (name, kept) in BUILT_IN {
        let text = fs::read_to_string(shipped(name)).unwrap();
        assert!(text.starts_with("# "), "{name} begins without a comment");
        let shown = run(&["--show", "-p", name], "");
        shown.check(0, &text);
        for (head, expected) in [("# keeps: ", 1), ("# skips: ", 0)] {
            let line = text.lines().find_map(|line| line.strip_prefix(head));
            let line = line.unwrap_or_else(|| panic!("{name}: no {head}"));
            let ran = run(&["-c", "-p", name, "-"], line);
            assert_eq!(ran.out, format!("{expected}\n").as_bytes(), "{name}");
        }
        let ran = run(&["-W", "error", "-c", "-p", name, LOG], "");
        ran.check(0, &format!("{kept}\n"));
        assert!(ran.err.contains(&format!("route {name}: {kept} of 289")));
    }
}

#[test]
fn each_pipeline_that_is_shipped_is_built_in_and_fine() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines");
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    for path in entries.map(|entry| entry.path()) {
        if path.extension().is_some_and(|end| end == "toml") {
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(BUILT_IN.iter().any(|(known, _)| *known == name));
            let path = path.to_str().unwrap();
            let fine =
                format!("{path}: fine, 1 route\n{name}: fine, 1 route\n");
            run(&["check", path, "-p", name], "").check(0, &fine);
        }
    }
}

#[test]
fn a_pipeline_says_the_same_as_the_expression_of_its_name() {
    for name in ["denied", "exec", "secrets"] {
        let file = shipped(name).replace(".toml", ".kaf");
        let expected = run(&["-f", &file, LOG], "");
        assert_eq!(run(&["-p", name, LOG], "").out, expected.out, "{name}");
    }
}

/// Two routes, with files of their own and one sink that both write to.
const TWO: &str = r#"
[source]
path = "audit.log"

[[route]]
name = "errors"
steps = "code >= 400"
to = ["file:ERRORS", "stdout"]

[[route]]
name = "all"
steps = "code > 0 | label seen = \"yes\""
to = ["file:ALL", "file:CSV,format=csv", "stdout"]
"#;

fn two(folder: &Folder) -> String {
    let mut text = TWO.to_owned();
    for name in ["ERRORS", "ALL", "CSV"] {
        text = text.replace(name, &folder.path(name));
    }
    folder.file("two.toml", text)
}

fn read(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path(name)).unwrap_or_default()
}

fn labelled(code: u16) -> String {
    let mark = r#","annotations":{"kaudit-filter/seen":"yes"}}"#;
    format!("{}{mark}\n", event(code).trim_end().strip_suffix('}').unwrap())
}

#[test]
fn every_route_sees_every_line_and_its_sinks_get_what_it_keeps() {
    let folder = Folder::new();
    let file = two(&folder);
    let input = folder.file("log", event(200) + &event(403) + "klog\n");
    let set = format!("--set=source.path={input}");
    let ran = run(&["-s", "-p", &file, &set], "");
    let all = labelled(200) + &labelled(403);
    // Both routes print, in the order of the input.
    let printed = labelled(200) + &event(403) + &labelled(403);
    ran.check(0, &printed);
    assert_eq!(read(&folder, "ERRORS"), event(403));
    assert_eq!(read(&folder, "ALL"), all);
    let csv = read(&folder, "CSV");
    assert!(csv.starts_with("id,stage,time"), "{csv}");
    assert_eq!(csv.lines().count(), 3, "{csv}");
    // Of each route, read = kept + skipped + set aside.
    assert_eq!(ran.number("read"), 3);
    let routes = ran.err.split("route ").skip(1);
    let sums: Vec<u64> = routes.map(block_sum).collect();
    assert_eq!(sums, [3, 3], "{}", ran.err);
}

#[test]
fn values_with_commas_have_their_header_in_a_pipe_as_well() {
    let to = "--to=file:/dev/stderr,format=csv";
    let ran = run(&[to, "code >= 400"], &(event(200) + &event(403)));
    let mut lines = ran.err.lines();
    let header = lines.next().unwrap_or_default();
    assert!(header.starts_with("id,stage,time"), "{}", ran.err);
    assert_eq!(lines.count(), 1, "{}", ran.err);
}

/// Adds up what a route says that it kept, skipped and set aside.
fn block_sum(block: &str) -> u64 {
    let rows = block.lines().skip(1).take(3);
    rows.map(|row| row.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum()
}

#[test]
fn with_a_file_no_sink_is_touched_unless_live() {
    let folder = Folder::new();
    let file = two(&folder);
    let input = folder.file("log", event(403));
    let ran = run(&["-p", &file, &input], "");
    ran.check(0, &(event(403) + &labelled(403)));
    assert!(ran.err.contains("route errors: 1 of 1"), "{}", ran.err);
    assert_eq!(read(&folder, "ERRORS"), "");
    let ran =
        run(&["--live", "-p", &file, "-o", "template:{code}", &input], "");
    ran.check(0, "403\n403\n");
    assert_eq!(read(&folder, "CSV").lines().count(), 2);
}

#[test]
fn a_name_is_looked_up_in_the_folder_of_the_user_first() {
    let folder = Folder::new();
    let home = folder.path("kaudit-filter/pipelines");
    fs::create_dir_all(&home).unwrap();
    fs::write(format!("{home}/denied.toml"), "[[route]]\nsteps='true'\n")
        .unwrap();
    let mut command = command(&["--show", "-p", "denied"]);
    command.env("XDG_CONFIG_HOME", folder.path(""));
    let ran = Ran::from(command.output().unwrap());
    ran.check(0, "[[route]]\nsteps='true'\n");
    // A dot in a name begins no extension.
    let mut command = self::command(&["--show", "-p", "denied.new"]);
    command.env("XDG_CONFIG_HOME", folder.path(""));
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(78), "{}", ran.err);
}

/// Checks what is said of a file, drawn at its place.
#[track_caller]
fn wrong(text: &str, words: &[&str]) {
    let folder = Folder::new();
    let file = folder.file("x.toml", text);
    let ran = run(&["-p", &file], "");
    assert_eq!(ran.code, Some(78), "{}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "no {word} in:\n{}", ran.err);
    }
    assert_eq!(run(&["check", &file], "").code, Some(1));
}

#[test]
fn what_is_wrong_is_shown_at_its_place() {
    let route = |more: &str| format!("[[route]]\nsteps = 'true'\n{more}");
    wrong("a = ", &["x.toml:1:"]);
    wrong("", &["no [[route]]"]);
    wrong("[[route]]\nname = 'a'\n", &["a route needs `steps`"]);
    wrong(&route("stpes = 1"), &["x.toml:3:1", "did you mean `steps`?"]);
    wrong(&route("[source]\nfolow = true"), &["4:1", "`follow`"]);
    wrong(&route("[source]\nfollow = 'yes'"), &["4:10", "true or false"]);
    wrong(&route("[source]\nfrom = 'middle'"), &["4:8", "begin"]);
    wrong(&route("[source]\ncheckpoint = 'c'"), &["follow = true"]);
    wrong(&route("to = ['file:a', 'sylog:']"), &["x.toml:3:18", "syslog"]);
    wrong(&route("to = 1"), &["3:6", "a string or a list of strings"]);
    wrong(&route("to = 'stdout,format=jsn'"), &["x.toml:3:21", "json"]);
    wrong(&route("[options]\nmax-line = 'x'"), &["4:12", "is no size"]);
    wrong(&route("[options]\non-invalid = 'ask'"), &["4:14", "file:PATH"]);
    wrong(&route("[definitions]\nfiles = ['no.kaf']"), &["4:10", "no.kaf"]);
    wrong(
        "[[route]]\nsteps = \"\"\"\nverb = get\n  and cod > 3\"\"\"",
        &["x.toml:4:7", "| ", "^^^", "did you mean `code`?"],
    );
    wrong("[[route]]\nsteps = 'true | count by user'", &["no place"]);
    let twice = "name = 'a'\nto = 'file:a'\n";
    let twice = route(twice) + &route(twice);
    wrong(&twice, &["two routes are called `a`", "cannot write to one file"]);
}

#[test]
fn what_a_pipeline_says_itself_is_not_said_twice() {
    for (flag, value) in [("-x", "true"), ("-f", "a"), ("--to", "stdout")] {
        let ran = run(&["-p", "denied", flag, value], "");
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains("does not go with -p"), "{}", ran.err);
    }
    let ran = run(&["-p", "deneid"], "");
    assert_eq!(ran.code, Some(78));
    assert!(ran.err.contains("did you mean `denied`?"), "{}", ran.err);
}

#[test]
fn a_value_that_is_set_is_checked_like_one_of_the_file() {
    for (set, words) in [
        ("source.folow=true", "did you mean `follow`?"),
        ("source.follow=1", "true or false"),
        ("route.steps=cod>1", "did you mean `code`?"),
        ("source", "write KEY=VALUE"),
        ("description.x=1", "there is no place"),
    ] {
        let ran = run(&["-p", "denied", "--set", set, "-"], event(200));
        assert!(ran.code == Some(78) || ran.code == Some(2), "{set}");
        assert!(ran.err.contains(words), "{set}:\n{}", ran.err);
    }
    let set = ["-p", "denied", "--set", "route.steps='code = 200'", "-"];
    run(&set, event(200)).check(0, &event(200));
}
