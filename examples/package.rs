//! Writes what a package installs and is made from the command line itself:
//! the manual page, and what lets shells complete.
//!
//!     cargo run --example package -- FOLDER

use std::{env, ffi::OsString, fs, io, path::Path};

use clap_complete::Shell;
use clap_mangen::Man;
use kaudit_filter::cli;

/// What other pages say more.
const ALSO: &str = ".SH \"SEE ALSO\"\n\
    \\fBkaudit\\-filter\\-language\\fR(7), \
    \\fBkaudit\\-filter\\-pipeline\\fR(5), \\fBjq\\fR(1)\n";

fn main() -> io::Result<()> {
    let folder: OsString = env::args_os()
        .nth(1)
        .ok_or_else(|| io::Error::other("name a FOLDER"))?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("kaudit-filter.1"), page()?)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let name = format!("kaudit-filter.{shell}");
        fs::write(folder.join(name), cli::completions(shell)?)?;
    }
    Ok(())
}

/// Returns the manual page of the command line.
pub(crate) fn page() -> io::Result<Vec<u8>> {
    let grammar = cli::grammar();
    let mut roff = Vec::new();
    let man = Man::new(grammar.clone()).manual("kaudit-filter");
    man.render_title(&mut roff)?;
    man.render_name_section(&mut roff)?;
    man.render_synopsis_section(&mut roff)?;
    man.render_description_section(&mut roff)?;
    man.render_options_section(&mut roff)?;
    roff.extend(b".SH COMMANDS\n");
    for command in grammar.get_subcommands() {
        let name = verbatim(command.get_name());
        let help = command.clone().render_long_help().to_string();
        roff.extend(format!(".SS \"{name}\"\n{}", block(&help)).bytes());
        for action in command.get_subcommands() {
            let name = format!("{name} {}", verbatim(action.get_name()));
            let help = action.clone().render_long_help().to_string();
            let text = format!(".SS \"{name}\"\n{}", block(&help));
            roff.extend(text.bytes());
        }
    }
    if let Some(more) = grammar.get_after_long_help() {
        roff.extend(chapters(&more.to_string()).bytes());
    }
    roff.extend(ALSO.bytes());
    Ok(roff)
}

/// Turns what `--help` ends with, indented text below lines that begin at
/// the margin, into sections of a manual page.
fn chapters(text: &str) -> String {
    let mut roff = String::new();
    let mut rest = text.trim();
    while let Some((heading, behind)) = rest.split_once('\n') {
        // It ends where a line begins at the margin again.
        let end = behind
            .match_indices("\n\n")
            .map(|(at, _)| at)
            .find(|at| !behind[at + 2..].starts_with(' '))
            .unwrap_or(behind.len());
        let heading = heading.trim_end_matches(':').to_uppercase();
        roff.push_str(&format!(".SH \"{}\"\n", verbatim(&heading)));
        roff.push_str(&block(&behind[..end]));
        rest = behind[end..].trim_start_matches('\n');
    }
    roff
}

/// Returns text that is shown as it stands.
fn block(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| verbatim(line) + "\n");
    format!(".EX\n{}.EE\n", lines.collect::<String>())
}

/// Returns a line whose signs stay what they are.
fn verbatim(line: &str) -> String {
    let mut roff = String::new();
    if line.starts_with(['.', '\'']) {
        roff.push_str("\\&");
    }
    for char in line.chars() {
        match char {
            '\\' => roff.push_str("\\e"),
            '-' => roff.push_str("\\-"),
            '\'' => roff.push_str("\\(aq"),
            '`' => roff.push_str("\\(ga"),
            '^' => roff.push_str("\\(ha"),
            '~' => roff.push_str("\\(ti"),
            _ if char.is_ascii() => roff.push(char),
            _ => roff.push_str(&format!("\\[u{:04X}]", char as u32)),
        }
    }
    roff
}
