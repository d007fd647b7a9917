//! Shells complete our command lines.

use std::process::Command;

use super::{has, said};
use crate::tool::{Folder, run};

/// Writes what a shell reads to complete; returns the file.
fn script(folder: &Folder, shell: &str) -> String {
    let ran = run(&["completions", shell], "");
    assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{shell}");
    folder.file(shell, ran.out)
}

#[test]
fn bash_completes_flags_commands_and_names() {
    if !has("bash", "completing in it") {
        return;
    }
    let folder = Folder::new();
    let script = script(&folder, "bash");
    for (typed, word, found) in [
        ("--chec", 1, "--checkpoint"),
        ("-F --fol", 2, "--follow"),
        ("checkp", 1, "checkpoint"),
        ("checkpoint res", 2, "reset"),
        ("check --from", 2, "--from-file"),
        ("completions fi", 2, "fish"),
        ("--show privileged-p", 2, "privileged-pod"),
        ("--from e", 2, "end"),
        ("-p forb", 2, "forbidden"),
        ("report --pi", 2, "--pipe"),
    ] {
        // As readline does: the function that is registered, the word, and
        // the one before.
        let asks = format!(
            "source {script}; COMP_WORDS=(kaudit-filter {typed}); \
             COMP_CWORD={word}; complete=$(complete -p kaudit-filter); \
             complete=${{complete##*-F }}; ${{complete%% *}} kaudit-filter \
             \"${{COMP_WORDS[{word}]}}\" \"${{COMP_WORDS[{word}-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let mut bash = Command::new("bash");
        let (fine, text) = said(bash.args(["--norc", "-c", &asks]));
        let is_found = text.lines().any(|line| line == found);
        assert!(fine && is_found, "{typed}: {text}");
    }
}

#[test]
fn fish_completes_flags_and_names() {
    if !has("fish", "completing in it") {
        return;
    }
    let folder = Folder::new();
    let script = script(&folder, "fish");
    for (typed, found) in [
        ("--chec", "--checkpoint"),
        ("true --chec", "--checkpoint"),
        ("checkp", "checkpoint"),
        ("--show privileged-p", "privileged-pod"),
    ] {
        let asks =
            format!("source {script}; complete -C 'kaudit-filter {typed}'");
        let mut fish = Command::new("fish");
        let (fine, text) = said(fish.args(["--no-config", "-c", &asks]));
        let is_found = text.lines().any(|line| line.starts_with(found));
        assert!(fine && is_found, "{typed}: {text}");
    }
}

#[test]
fn zsh_reads_its_script() {
    if !has("zsh", "reading its completions") {
        return;
    }
    let folder = Folder::new();
    let script = script(&folder, "zsh");
    let (fine, text) = said(Command::new("zsh").args(["-f", "-n", &script]));
    assert!(fine, "{text}");
}

#[test]
fn a_shell_that_nobody_has_is_told_which_there_are() {
    let ran = run(&["completions", "tcsh"], "");
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("bash, elvish, fish"), "{}", ran.err);
}
