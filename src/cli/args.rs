//! What was typed, as it was typed.

use std::{ffi::OsString, io, path::PathBuf};

use clap::{ArgAction, Parser, ValueEnum, error::ErrorKind};

use super::{exit::Complaint, size};
use crate::diag;

const EXAMPLES: &str = "\
Examples:
  Failed requests, which is also what no EXPR means:
      kaudit-filter 'code >= 400' audit.log

  From a pipe, counting:
      zcat audit-*.log.gz | kaudit-filter -c 'verb = delete'

  Is there any? The exit code says so, and nothing is printed:
      kaudit-filter -q 'user = \"system:anonymous\"' audit.log

  What cannot be decided, and what is no event, goes to a file of its own:
      kaudit-filter --on-invalid file:odd.log 'code >= 400' audit.log

Exit codes:
   0  it ran
   1  with -e: nothing was kept
   2  the command line or the expression is wrong
  65  no line is an audit event; or a defect, with --strict or
      --on-invalid fail
  66  an input could not be opened; the others were read
  74  a read or a write failed
  130, 143  ended by INT or TERM, in good order";

/// Filters Kubernetes audit logs: kept lines leave byte for byte.
///
/// Reads audit.k8s.io/v1 events, one a line, from FILEs or standard input and
/// writes those for which EXPR is true. The first argument is EXPR unless -x
/// or -f is given; `-` is standard input, and `./name` is always a file.
/// Without EXPR the failed requests are kept: code >= 400.
#[derive(Clone, Debug, Default, Parser)]
#[command(
    name = "kaudit-filter",
    version,
    override_usage = "kaudit-filter [OPTIONS] [EXPR] [FILE...]",
    after_help = "--help says more, with examples.",
    after_long_help = EXAMPLES,
    max_term_width = 79
)]
pub(super) struct Args {
    /// The expression, then the files.
    #[arg(value_name = "EXPR|FILE")]
    pub operands: Vec<OsString>,

    /// The expression; all other arguments are then files
    #[arg(short = 'x', long, value_name = "EXPR")]
    pub expr: Option<String>,

    /// Read definitions, and at most one pipeline, from FILE (repeatable)
    #[arg(short = 'f', long, value_name = "FILE")]
    pub from_file: Vec<PathBuf>,

    /// Print how many lines are kept, not the lines
    #[arg(short, long)]
    pub count: bool,

    /// Print nothing and stop at the first kept line; implies -e
    #[arg(short, long)]
    pub quiet: bool,

    /// Exit with 1 if nothing is kept
    #[arg(short = 'e', long, action = ArgAction::Count)]
    pub exit_status: u8,

    /// Print the numbers of the run on stderr at its end
    #[arg(short, long)]
    pub stats: bool,

    /// How kept events are printed
    #[arg(short, long, value_name = "FORM", default_value = "raw")]
    pub output: String,

    /// Threads that judge [default: the cores we may use, at most 8]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,

    /// What to do with a line that cannot be decided: pass, skip, fail, or
    /// file:PATH
    ///
    /// With file:PATH, lines that are no events or too long are appended
    /// there as well.
    #[arg(long, value_name = "WAY", default_value = "pass")]
    pub on_invalid: OsString,

    /// Read every line to its end; any defect is an error
    #[arg(long)]
    pub strict: bool,

    /// Leave out lines longer than SIZE
    #[arg(
        long, value_name = "SIZE", default_value = "128M",
        value_parser = size::parse
    )]
    pub max_line: usize,

    /// Write each line by itself
    #[arg(long)]
    pub line_buffered: bool,

    /// Print what EXPR means, and read nothing
    #[arg(long)]
    pub explain: bool,

    /// List the fields of an event
    #[arg(long)]
    pub fields: bool,

    /// List the predicates that EXPR may name
    #[arg(long)]
    pub predicates: bool,

    /// Print the definition of a predicate
    #[arg(long, value_name = "NAME")]
    pub show: Option<String>,

    /// When messages are coloured
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// `-W error`: warnings of the expression are errors
    #[arg(short = 'W', value_name = "error")]
    pub warnings: Option<String>,

    /// Not in this version.
    #[arg(short = 'F', long, hide = true)]
    pub follow: bool,
}

/// When messages are coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Returns whether to colour what goes to stderr.
    pub(super) fn on_stderr(self) -> diag::Color {
        let colored = match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                anstream::AutoStream::choice(&io::stderr())
                    != anstream::ColorChoice::Never
            }
        };
        if colored { diag::Color::Always } else { diag::Color::Never }
    }
}

/// What the command line turns out to be.
#[derive(Debug)]
pub(super) enum Read {
    /// Something to run.
    Args(Box<Args>),
    /// A wish for help or the version, and its answer.
    Text(String),
}

impl Args {
    /// Reads a command line, the program's name included.
    pub(super) fn read(
        words: impl IntoIterator<Item = OsString>,
    ) -> Result<Read, Complaint> {
        match Args::try_parse_from(words) {
            Ok(args) => Ok(Read::Args(Box::new(args))),
            Err(error) => match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                    Ok(Read::Text(error.to_string()))
                }
                _ => Err(Complaint::usage(sentence(&error))),
            },
        }
    }
}

/// Returns clap's message without its prefix: ours stands there.
fn sentence(error: &clap::Error) -> String {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_do_not_contradict_each_other() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_value_has_a_name() {
        for arg in Args::command().get_arguments() {
            let named = !arg.get_action().takes_values()
                || arg.get_value_names().is_some();
            assert!(named, "{}", arg.get_id());
        }
    }
}
