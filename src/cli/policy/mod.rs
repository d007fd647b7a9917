//! `kaudit-filter policy`: checks audit policies, compares them, tries them
//! on a log, and says which rule decides.

mod check;
mod diff;
mod explain;
mod file;
mod json;
mod simulate;

use std::{ffi::OsString, process::ExitCode};

use clap::{Parser, Subcommand, ValueEnum};

use super::{
    args::{self, Color},
    exit::Complaint,
    show,
    voice::Voice,
};
use crate::policy::Version;

const CODES: &str = "\
Exit codes: 0 nothing was found, 1 something was, 2 a policy cannot be used.";

/// Works with audit policies, the files that --audit-policy-file names.
#[derive(Debug, Parser)]
#[command(
    name = "kaudit-filter policy",
    override_usage = "kaudit-filter policy COMMAND ...",
    disable_help_subcommand = true,
    max_term_width = 79
)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,

    /// When messages are coloured
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say what keeps an apiserver from starting, and what is not meant so
    ///
    /// Reads each FILE as an apiserver of the given version does. What is
    /// found is drawn on standard error, each with its short name; standard
    /// output has what the policy records of the requests that CIS 3.2.2 asks
    /// for. Notes alone are no findings.
    #[command(
        after_help = CODES,
        override_usage = "kaudit-filter policy check [OPTIONS] FILE...",
    )]
    Check(check::Args),
    /// Say for which requests two policies decide differently
    ///
    /// Of all requests that there can be, and by which rules; `same
    /// decisions` is one line, such as where all masters should agree.
    #[command(
        after_help = CODES,
        override_usage = "kaudit-filter policy diff [OPTIONS] OLD NEW",
    )]
    Diff(diff::Args),
    /// Say what a policy would keep of recorded events, and what that costs
    ///
    /// Of each rule how often it decides, and how much is kept by it; what
    /// changes against another policy; how much a day that is; the busiest
    /// second, and the flags that carry it; who makes the most noise; and
    /// what the log cannot tell. LOGs are read as without a command.
    #[command(
        override_usage = "kaudit-filter policy simulate [OPTIONS] FILE [LOG]...",
        after_help = "Exit codes: 0 it is said, 2 a policy cannot be used, \
                      65 no event, 66 a LOG cannot be opened."
    )]
    Simulate(simulate::Args),
    /// Say which rule decides a request, and why the earlier ones do not
    ///
    /// REQUEST is a method and a URI, `GET /api/v1/namespaces/x/secrets/y`.
    /// Without it, events are read from standard input.
    #[command(
        override_usage = "kaudit-filter policy explain [OPTIONS] FILE [REQUEST]",
        after_help = "Exit codes: 0 it is said, 2 the policy cannot be used, \
                      65 no event on standard input."
    )]
    Explain(explain::Args),
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// Text for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Runs the command; `words` are those behind the name of the program.
pub(super) fn run(
    words: impl IntoIterator<Item = OsString>,
    voice: &mut Voice,
) -> Result<ExitCode, Complaint> {
    let args = match args::read::<Args>(words)? {
        args::Read::Args(args) => args,
        args::Read::Text(text) => return show::print(&text),
    };
    voice.color = args.color.on_stderr();
    let exit = match args.action {
        Action::Check(args) => check::run(&args, voice)?,
        Action::Diff(args) => diff::run(&args, voice)?,
        Action::Simulate(args) => simulate::run(&args, voice)?,
        Action::Explain(args) => explain::run(&args, voice)?,
    };
    Ok(exit.into())
}

/// Reads a version as it is typed.
fn version(text: &str) -> Result<Version, String> {
    Version::parse(text).ok_or_else(|| "write 1.N, such as 1.34".to_owned())
}
