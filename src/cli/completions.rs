//! `kaudit-filter completions`: prints what lets a shell complete our
//! command lines.

use std::{ffi::OsString, io, process::ExitCode};

use clap::{
    Command, CommandFactory, Parser, ValueHint,
    builder::{PossibleValue, PossibleValuesParser},
};
use clap_complete::Shell;

use super::{
    args, check, checkpoint, exit::Complaint, pipeline, policy, report, show,
};
use crate::expr;

const NAME: &str = "kaudit-filter";

const WHERE: &str = "\
Where it goes:
  bash  /usr/share/bash-completion/completions/kaudit-filter
  zsh   _kaudit-filter, in a folder of $fpath
  fish  ~/.config/fish/completions/kaudit-filter.fish

For this one shell:
  source <(kaudit-filter completions bash)";

/// Prints what lets SHELL complete flags, commands and names.
#[derive(Debug, Parser)]
#[command(
    name = "kaudit-filter completions",
    override_usage = "kaudit-filter completions SHELL",
    after_help = WHERE,
    max_term_width = 79
)]
struct Args {
    /// The shell that reads it
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command; `words` are those behind the name of the program.
pub(super) fn run(
    words: impl IntoIterator<Item = OsString>,
) -> Result<ExitCode, Complaint> {
    let Args { shell } = args::read(words)?;
    let script = completions(shell).map_err(Complaint::Start)?;
    show::print(&script)
}

/// Returns what lets a shell complete our command lines.
///
/// ```
/// use clap_complete::Shell;
///
/// let script = kaudit_filter::cli::completions(Shell::Bash)?;
/// assert!(script.contains("--follow"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// There are none but those of the generator.
pub fn completions(shell: Shell) -> io::Result<String> {
    let mut script = Vec::new();
    let mut command = match shell {
        Shell::Bash => named(grammar()),
        // These would take the first word for a command in any case, and
        // offer neither flags nor files behind EXPR.
        _ => named(args::Args::command()),
    };
    clap_complete::generate(shell, &mut command, NAME, &mut script);
    let script = String::from_utf8(script).map_err(io::Error::other)?;
    Ok(match shell {
        Shell::Fish => script + &fish_commands(),
        // Where a name has a hyphen, the generator has two for a command.
        _ => script.replace(
            "kaudit__subcmd__filter__subcmd__",
            "kaudit__filter__subcmd__",
        ),
    })
}

/// Returns what has fish offer the commands as the first word.
fn fish_commands() -> String {
    let grammar = grammar();
    let lines = grammar.get_subcommands().map(|command| {
        let about = command.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default().replace('\'', "\\'");
        let name = command.get_name();
        format!(
            "complete -c {NAME} -n __fish_is_first_arg -a {name} -d '{about}'\n"
        )
    });
    lines.collect()
}

/// Returns the whole command line, its commands included, as clap describes
/// it: what manual pages are made of.
///
/// ```
/// let command = kaudit_filter::cli::grammar();
/// assert!(command.find_subcommand("completions").is_some());
/// ```
pub fn grammar() -> Command {
    args::Args::command()
        .disable_help_subcommand(true)
        .subcommand(check::Args::command().name("check"))
        .subcommand(policy::Args::command().name("policy"))
        .subcommand(report::Args::command().name("report"))
        .subcommand(checkpoint::Args::command().name("checkpoint"))
        .subcommand(Args::command().name("completions"))
}

/// Returns a command line with the names that an expression may use, where
/// one of them is asked for, and files where an expression is one of many
/// things that may come.
fn named(command: Command) -> Command {
    let names = expr::predicates().into_iter().map(|definition| {
        PossibleValue::new(definition.name).help(definition.text)
    });
    let names = PossibleValuesParser::new(names);
    let pipelines = PossibleValuesParser::new(pipeline::names());
    command
        .mut_arg("pipeline", |arg| arg.value_parser(pipelines))
        .mut_arg("show", |arg| arg.value_parser(names))
        .mut_arg("operands", |arg| arg.value_hint(ValueHint::AnyPath))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_holds_together() {
        named(grammar()).debug_assert();
    }

    #[test]
    fn every_shell_gets_the_flags_the_commands_and_the_names() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = completions(shell).unwrap();
            for word in ["check", "from-file", "privileged-pod"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }
}
