//! What was typed, as it was typed.

use std::{ffi::OsString, io, path::PathBuf};

use clap::{Parser, ValueEnum};

pub(super) use super::read::read;
use super::{choose::Choice, exit::Complaint, reply::Reply, size};
use crate::{diag, unwrap};

const MORE: &str = "\
Expressions:
  code >= 400                    compare a field (--fields lists them)
  exec                           name a predicate (--predicates lists them)
  denied and not system-user     join with and, or, not and brackets
  verb in (create, delete)       any of; also contains, starts, ends, like,
                                 matches, and networks: peer in 10.0.0.0/8
  drop managedFields             take fields out; the rest stays as it is
  skip system-user | head 10     steps are joined with |
  denied | count by actor top 5  a table instead of events

  Put EXPR in single quotes: the shell knows > | ( ) and * as well.

Examples:
  Failed requests, which is also what no EXPR means:
      kaudit-filter 'code >= 400' audit.log

  One line for each request that was denied, without ballast:
      kaudit-filter 'outcome and denied | drop managedFields' audit.log

  Compressed files, counting; gzip and zstd are known by their content:
      kaudit-filter -c 'verb = delete' audit-*.log.gz

  Is there any? The exit code says so, and nothing is printed:
      kaudit-filter -q anonymous-user audit.log

  Rules by name; each kept event says which of them it matched:
      kaudit-filter -f pipelines/rules/falco.kaf --coverage audit.log

  Are the expressions in a file right?
      kaudit-filter check rules.kaf

  Follow a log through rotation, and go on where it ended after a restart:
      kaudit-filter -F --checkpoint C --to file:failed.log 'code >= 400' \\
          /var/log/kubernetes/audit.log

  What came since the last time:
      kaudit-filter --new --checkpoint C 'outcome and denied' audit.log

  A pipeline: what would it keep of an old log? Then for good:
      kaudit-filter -p denied audit.log
      kaudit-filter -p forbidden

  The last hour, of all that was rotated, as if it were one log:
      kaudit-filter --since 1h --sort-files denied audit*.log*

  What failed, and who it was, as one text:
      kaudit-filter report audit.log

  How far has a run come that keeps a checkpoint?
      kaudit-filter checkpoint show PATH

  Complete flags and names in this shell:
      source <(kaudit-filter completions bash)

  What cannot be decided, and what is no event, goes to a file of its own:
      kaudit-filter --on-invalid file:odd.log 'code >= 400' audit.log

Exit codes:
   0  it ran
   1  with -e or -q: nothing was kept; with --fail-on-dead: something never
      matched; from check: something was found
   2  the command line or the expression is wrong
  65  no line is an audit event; or a defect, with --strict or
      --on-invalid fail
  66  an input could not be opened; the others were read; -F waits for it
  74  a read or a write failed
  75  another process uses the checkpoint, or writes the output
  78  the pipeline file is wrong; or the checkpoint cannot be used: damaged,
      no checkpoint, or exposed
  130, 143  ended by INT or TERM, in good order; 0 if systemd asked for it

Signals, with -F:
  TERM, INT  stop reading, write what was read, commit, end
  HUP   open the outputs anew
  USR1  likewise, and print the numbers, and what -c or `count` has counted

Environment:
  KAUDIT_FILTER_SIMD  scalar, sse2, avx2 or avx512: use no better
                      instructions than these (--explain says which are used)
  NO_COLOR            if set, messages have no colours";

/// Filters Kubernetes audit logs: kept lines leave byte for byte.
///
/// Reads audit.k8s.io/v1 events, one a line, from FILEs or standard input, and
/// writes those that EXPR keeps to standard output, in their order. EXPR is
/// checked before the first byte is read. The first argument is EXPR unless -x
/// or -f is given; `-` is standard input, and `./name` is always a file.
/// Without EXPR the failed requests are kept: code >= 400.
#[derive(Clone, Debug, Default, Parser)]
#[command(
    name = "kaudit-filter",
    version,
    override_usage = "kaudit-filter [OPTIONS] [EXPR] [FILE...]",
    after_help = "--help says more, with expressions and examples.",
    after_long_help = MORE,
    max_term_width = 79
)]
pub(super) struct Args {
    #[command(flatten)]
    pub query: Query,

    /// Run a pipeline: its NAME, or its FILE (NAME.toml)
    ///
    /// Where FILEs are given, or `-`, they are read instead of its source, and
    /// every route prints to standard output: no sink and no checkpoint is
    /// touched, unless with --live.
    #[arg(short, long, value_name = "NAME|FILE")]
    pub pipeline: Option<PathBuf>,

    /// Set a value of the pipeline: source.path=audit.log (repeatable)
    #[arg(long, value_name = "KEY=VALUE", requires = "pipeline")]
    pub set: Vec<String>,

    /// Let the pipeline write to its sinks although FILEs are given
    #[arg(long, requires = "pipeline")]
    pub live: bool,

    /// Follow the FILEs as they grow, through rotation, until TERM or INT
    #[arg(short = 'F', long, conflicts_with = "new")]
    pub follow: bool,

    /// Read what is new since the checkpoint, and end; needs --checkpoint
    #[arg(long)]
    pub new: bool,

    /// Keep in PATH how far the sinks have come, and go on from there
    #[arg(long, value_name = "PATH")]
    pub checkpoint: Option<PathBuf>,

    /// Where to begin without a checkpoint: begin or end of the FILE that is
    /// there [default: end; with --new begin]
    #[arg(long, value_name = "PLACE", conflicts_with = "lines")]
    pub from: Option<From>,

    /// Begin N lines before the end
    #[arg(short = 'n', long, value_name = "N")]
    pub lines: Option<u64>,

    /// Look often instead of relying on notices (inotify)
    #[arg(long)]
    pub poll: bool,

    #[command(flatten)]
    pub choice: Choice,

    /// Where kept lines go (repeatable) [default: stdout]
    ///
    /// stdout, file:PATH, syslog:, syslog+udp://HOST, syslog+tcp://HOST,
    /// syslog+tls://HOST, journald: or tcp://HOST:PORT, with options behind
    /// commas: file:PATH,max-size=100M,format=csv. Each gets every kept line;
    /// with -F or --new and a checkpoint, a file gets each exactly once,
    /// whatever happens, and the others at least once.
    #[arg(long, value_name = "SINK")]
    pub to: Vec<OsString>,

    /// Print how many lines are kept, not the lines
    #[arg(short, long)]
    pub count: bool,

    /// Print nothing and stop at the first kept line; implies -e
    ///
    /// With --coverage, --fail-on-dead or --new, all input is read.
    #[arg(short, long)]
    pub quiet: bool,

    /// Exit with 1 if nothing is kept
    #[arg(short = 'e', long)]
    pub exit_status: bool,

    /// Print the numbers of the run on stderr at its end
    #[arg(short, long)]
    pub stats: bool,

    /// Print on stderr what each rule, condition and field has met
    #[arg(long)]
    pub coverage: bool,

    /// Exit with 1 if a rule or condition has matched no event
    #[arg(long)]
    pub fail_on_dead: bool,

    /// Write the annotation kaudit-filter/KEY into each kept event
    /// (repeatable)
    #[arg(long, value_name = "KEY=TEXT")]
    pub label: Vec<String>,

    /// Groups that `count` holds; more are counted together
    #[arg(long, value_name = "N", default_value = "1000000")]
    pub max_groups: usize,

    /// How kept events are printed: raw, short, json, csv, table, or
    /// template:TEXT [default: raw, the lines as they are; on a terminal
    /// short]
    ///
    /// All but raw show metadata, escaped, and never a body. A sink can have
    /// its own: --to file:PATH,format=csv.
    #[arg(short, long, value_name = "FORM")]
    pub output: Option<String>,

    /// Threads that judge [default: the cores we may use, at most 8]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,

    /// Answer each line with one line: blank, ok or json
    ///
    /// For a program that gives us lines and waits. blank: the kept event, or
    /// an empty line. ok: OK when we are ready, and for each line that was
    /// judged, once the sinks of --to have taken what is kept; for omprog of
    /// rsyslog. json: what mmexternal of rsyslog reads. Nothing is unwrapped.
    #[arg(long, value_name = "WAY")]
    pub reply: Option<Reply>,

    /// What to do with a line that cannot be decided: pass, skip, fail, or
    /// file:PATH [default: pass]
    ///
    /// With file:PATH, lines that are no events or too long are appended
    /// there as well.
    #[arg(long, value_name = "WAY")]
    pub on_invalid: Option<OsString>,

    /// Read every line to its end; any defect is an error, exit code 65
    #[arg(long)]
    pub strict: bool,

    /// How events are wrapped: auto, none, event, list, cri, docker, log,
    /// message, source, viaq, azure, cloudwatch, prefix, legacy, documents,
    /// or at:PATH [default: auto]
    ///
    /// With auto, the first lines of each input say it, and a line that does
    /// not fit is tried otherwise. at:PATH is where events are in each line,
    /// as strings or objects: `at:payload.events[*]`.
    #[arg(long, value_name = "FORM", value_parser = unwrap::Choice::parse)]
    pub unwrap: Option<unwrap::Choice>,

    /// Leave out lines longer than SIZE, such as 512K, 64M or 1GiB
    /// [default: 128M]
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub max_line: Option<usize>,

    /// Draw no progress on the terminal
    #[arg(long)]
    pub no_progress: bool,

    /// Write each line by itself; a quiet input is prompt without it
    #[arg(long)]
    pub line_buffered: bool,

    /// Print what EXPR means, and read nothing
    #[arg(long)]
    pub explain: bool,

    /// List the fields of an event
    #[arg(long)]
    pub fields: bool,

    /// List the predicates and lists that EXPR may name
    #[arg(long)]
    pub predicates: bool,

    /// Print the definition of a predicate or a list; with -p, the pipeline
    #[arg(
        long, value_name = "NAME", num_args = 0..=1,
        default_missing_value = ""
    )]
    pub show: Option<String>,

    /// When messages are coloured
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// Take warnings about the expression for errors
    #[arg(short = 'W', value_name = "error")]
    pub warnings: Option<String>,
}

/// Which events are wanted, and where they are.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Query {
    /// The expression, then the files
    #[arg(value_name = "EXPR|FILE")]
    pub operands: Vec<OsString>,

    /// The expression; all other arguments are then files
    #[arg(short = 'x', long, value_name = "EXPR")]
    pub expr: Option<String>,

    /// Read definitions, and at most one pipeline, from FILE (repeatable)
    #[arg(short = 'f', long, value_name = "FILE")]
    pub from_file: Vec<PathBuf>,
}

/// Returns what is meant where nothing was typed.
pub(super) fn nothing() -> Result<Args, Complaint> {
    read([OsString::from("kaudit-filter")])
}

/// Where to begin without a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum From {
    /// At the first byte.
    Begin,
    /// Behind the last line.
    End,
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
