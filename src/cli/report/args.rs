//! What was typed behind `report`.

use std::{ffi::OsString, path::PathBuf};

use clap::Parser;

use super::super::{
    args::{Color, From, Query},
    choose::Choice,
};

const MORE: &str = "\
One row is one request: of its stages, the one with the outcome is counted,
unless EXPR looks at the stage itself. What the report shows is metadata, never
a body, and nothing in it does anything to a terminal or a mail program.

Each hour by mail, only where there is something to report, and until the mail
program has taken it (its exit code is 0) again and again:
    kaudit-filter report --new --checkpoint C --label cluster=prod \\
        --pipe 'mail -s \"$KAUDIT_REQUESTS failed requests ($KAUDIT_LABELS)\" \\
        root' audit.log

The command finds KAUDIT_REQUESTS, KAUDIT_LABELS and, for each label,
KAUDIT_LABEL_KEY in its environment; never text of a log.

Exit codes: as without `report`; 74 also if the command of --pipe fails.";

/// Writes a report: totals, who, from where, on what, and each request.
///
/// EXPR chooses the events, as without `report`; without it these are the
/// failed requests: code >= 400.
#[derive(Debug, Parser)]
#[command(
    name = "kaudit-filter report",
    override_usage = "kaudit-filter report [OPTIONS] [EXPR] [FILE...]",
    after_help = "--help says more.",
    after_long_help = MORE,
    max_term_width = 79
)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    pub query: Query,

    /// Report what is new since the checkpoint; needs --checkpoint
    ///
    /// Where nothing is new, nothing is written. The checkpoint moves on when
    /// the report was taken: by the command of --pipe, by the disk with --to,
    /// by the reader of standard output otherwise.
    #[arg(long)]
    pub new: bool,

    /// Keep in PATH what was reported
    #[arg(long, value_name = "PATH")]
    pub checkpoint: Option<PathBuf>,

    /// Where to begin without a checkpoint: begin or end of the FILE that is
    /// there [default: begin]
    #[arg(long, value_name = "PLACE")]
    pub from: Option<From>,

    #[command(flatten)]
    pub choice: Choice,

    /// Run COMMAND with the report on its standard input, if there is
    /// something to report
    #[arg(long, value_name = "COMMAND", conflicts_with = "to")]
    pub pipe: Option<OsString>,

    /// Write the report to FILE, in place of what is there
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,

    /// Requests that are shown one by one; of more, the number
    #[arg(long, value_name = "N", default_value = "100")]
    pub limit: usize,

    /// Users, addresses and so on that are shown, the most frequent first
    #[arg(long, value_name = "N", default_value = "10")]
    pub top: usize,

    /// Characters in a line at most, 60 to 240
    #[arg(long, value_name = "N", default_value = "160")]
    pub width: usize,

    /// Users, addresses and so on that are told apart; more are (other)
    #[arg(long, value_name = "N", default_value = "10000")]
    pub max_groups: usize,

    /// Say in the report where it is from: cluster=prod (repeatable)
    #[arg(long, value_name = "KEY=TEXT")]
    pub label: Vec<String>,

    /// Threads that judge [default: the cores we may use, at most 8]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,

    /// When messages are coloured
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}
