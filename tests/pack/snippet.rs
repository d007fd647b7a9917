//! The snippets for neighbours: what reads them takes them, and the commands
//! in them are ours.

use std::{fs, process::Command};

use super::{ROOT, has, packaged, said, shell};
use crate::{
    console::document,
    tool::{self, Folder},
};

/// Checks that a command line means something, without running it.
#[track_caller]
pub(super) fn check_command(command: &str) {
    let folder = Folder::new();
    let command = command.trim_start_matches("exec ");
    let (program, rest) = command.split_once(' ').unwrap_or((command, ""));
    assert!(program.ends_with("kaudit-filter"), "{command}");
    let asks = ["check", "checkpoint", "completions", "report"]
        .iter()
        .any(|word| rest.starts_with(word));
    // A run says what it would do; the other commands say what they take.
    let script = match asks {
        true => format!("kaudit-filter {rest} --help"),
        false => format!("kaudit-filter {rest} --explain"),
    };
    // A pipeline of the reader's own, as guides call it.
    folder.file("mine.toml", document("pipelines/forbidden.toml"));
    let mut shell = shell(&folder, &script);
    let (fine, text) = said(shell.current_dir(folder.path("")));
    assert!(fine, "{script}:\n{text}");
}

/// Returns the members of a YAML list of words below a key.
fn list(yaml: &str, key: &str) -> Vec<String> {
    let below = yaml.split_once(&format!(" {key}:\n")).unwrap().1;
    let members = below.lines().map_while(|line| {
        line.trim_start().strip_prefix("- ").map(str::to_owned)
    });
    members.collect()
}

/// Puts words that a program is given as they are in quotes for a shell.
fn quoted(words: &[String]) -> String {
    let words = words.iter().map(|word| format!("'{word}'"));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_commands_in_snippets_are_right() {
    let mut commands = Vec::new();
    for name in ["follow", "batch"] {
        let text = packaged(&format!("fluent-bit/{name}.conf"));
        let lines = text.lines().map(str::trim_start);
        let command = lines.filter_map(|line| line.strip_prefix("Command "));
        commands.extend(command.map(|line| line.trim().to_owned()));
    }
    let vector = list(&packaged("vector/kaudit.yaml"), "command");
    commands.push(format!("kaudit-filter {}", quoted(&vector[1..])));
    let pod = list(&packaged("kubernetes/daemonset.yaml"), "args");
    commands.push(format!("kaudit-filter {}", quoted(&pod)));
    let tcp = packaged("fluent-bit/tcp.conf");
    let tcp = tcp.lines().find_map(|line| line.strip_prefix("#     "));
    commands.push(tcp.unwrap().to_owned());
    assert_eq!(commands.len(), 5);
    for command in commands {
        check_command(&command);
    }
}

/// A stand-in for Fluent Bit that does with `-p command=` what it does.
const FLUENT_BIT: &str = "#!/bin/sh\n\
    for word; do case $word in \
    command=*) exec /bin/sh -c \"${word#command=}\";; esac; done\n";

#[test]
fn one_file_goes_through_fluent_bit_once() {
    let folder = Folder::new();
    let program = folder.file("fluent-bit", FLUENT_BIT);
    let (made, _) = said(Command::new("chmod").args(["+x", &program]));
    assert!(made);
    let log = folder.file("an audit's.log", tool::failed() + &tool::fine());
    let run = |log: &str| {
        let script = format!("{ROOT}/fluent-bit/once.sh \"$LOG\"");
        shell(&folder, &script).env("LOG", log).output().unwrap()
    };
    let found = run(&log);
    assert_eq!(found.stdout, tool::failed().as_bytes());
    assert_eq!(found.status.code(), Some(0));
    let text = folder.file("no.log", "no event\n");
    assert_eq!(run(&text).status.code(), Some(65));
}

#[test]
fn logrotate_takes_its_snippet_and_turns_it_twice() {
    if !has("logrotate", "its snippet") {
        return;
    }
    let folder = Folder::new();
    let text = packaged("logrotate.d/kaudit-filter");
    // Another user's folders, and ours alone.
    let text = text
        .replace("    su kaudit-filter kaudit-filter\n", "")
        .replace("/var/lib/podsec/u7s/log/kubeapi/*.log ", "")
        .replace("/var/lib/kaudit-filter/", &folder.path(""));
    assert!(text.contains(&folder.path("*.log {")), "{text}");
    let rules = folder.file("rules", text);
    let state = format!("--state={}", folder.path("state"));
    let turn = |way: &str| {
        let mut logrotate = Command::new("logrotate");
        let (fine, text) = said(logrotate.args([way, &state, &rules]));
        assert!(fine && !text.contains("error:"), "{way}: {text}");
    };
    folder.file("failed.log", "1\n");
    turn("-d");
    turn("-f");
    folder.file("failed.log", "2\n");
    turn("-f");
    let read = |name: &str| fs::read_to_string(folder.path(name)).unwrap();
    assert_eq!(read("failed.log.1"), "2\n");
    assert!(fs::metadata(folder.path("failed.log.2.gz")).is_ok());
    assert!(fs::metadata(folder.path("failed.log")).is_err());
}

#[test]
fn the_manifest_is_what_kubernetes_would_take() {
    let script =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pack/manifest.py");
    let yaml = Command::new("python3").args(["-c", "import yaml"]).output();
    if !yaml.is_ok_and(|output| output.status.success()) {
        let required = tool::wants("KAUDIT_FILTER_REQUIRE_ALL", "1");
        assert!(!required, "python3-yaml is missing");
        return tool::skip("python3-yaml is missing: the manifest");
    }
    let names = ["kubernetes/daemonset.yaml", "vector/kaudit.yaml"];
    let paths = names.map(|name| format!("{ROOT}/{name}"));
    let mut python = Command::new("python3");
    let (fine, text) = said(python.arg(script).args(&paths));
    assert!(fine && text == "fine\n", "{text}");
}
