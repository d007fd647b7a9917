//! What flags about following mean.

use std::{path::PathBuf, time::Duration};

use super::{
    args::{Args, From},
    exit::Complaint,
    program::Program,
    rules::MAX_LINE,
};
use crate::source::{
    Name, Wrapping,
    follow::{Begin, PATIENCE, Quest, Until, Way},
};

/// How files are followed.
#[derive(Clone, Debug)]
pub(super) struct Follow {
    pub quest: Quest,
    pub checkpoint: Option<PathBuf>,
}

impl Follow {
    /// Makes sense of what was typed.
    pub(super) fn from_args(
        args: &Args,
        program: &Program,
        wrapping: &Wrapping,
    ) -> Result<Option<Follow>, Complaint> {
        if !args.follow && !args.new {
            return match stray(args) {
                Some(flag) => Err(Complaint::usage(format!(
                    "{flag} goes with -F, which follows the FILEs, or --new"
                ))),
                None => Ok(None),
            };
        }
        if args.new && args.checkpoint.is_none() {
            return Err(Complaint::usage(
                "--new needs --checkpoint PATH: it keeps what is not new",
            ));
        }
        if args.threads.is_some_and(|threads| threads > 1) {
            return Err(Complaint::usage(
                "who follows works on one thread: leave out --threads",
            ));
        }
        let quest = Quest {
            paths: paths(&program.inputs)?,
            begin: begin(args),
            way: if args.poll { Way::Polls } else { Way::Listens },
            until: match args.new {
                true => Until::CaughtUp,
                false => Until::Stopped,
            },
            patience: match args.new {
                true => Duration::ZERO,
                false => PATIENCE,
            },
            max_line: args.max_line.unwrap_or(MAX_LINE),
            wrapping: wrapping.clone(),
        };
        Ok(Some(Follow { quest, checkpoint: args.checkpoint.clone() }))
    }
}

/// Returns a flag that means nothing where nothing is followed.
fn stray(args: &Args) -> Option<&'static str> {
    let flags = [
        (args.checkpoint.is_some(), "--checkpoint"),
        (args.from.is_some(), "--from"),
        (args.lines.is_some(), "-n"),
        (args.poll, "--poll"),
    ];
    flags.into_iter().find_map(|(is_given, flag)| is_given.then_some(flag))
}

fn paths(inputs: &[Name]) -> Result<Vec<PathBuf>, Complaint> {
    let mut paths = Vec::new();
    for input in inputs {
        match input {
            Name::Path(path) if paths.contains(path) => {
                return Err(Complaint::usage(format!(
                    "{} is given twice",
                    path.display()
                )));
            }
            Name::Path(path) => paths.push(path.clone()),
            Name::Stdin => {
                return Err(Complaint::usage(
                    "-F and --new read FILEs, and standard input is none; it \
                     is read as it comes without -F",
                ));
            }
        }
    }
    Ok(paths)
}

fn begin(args: &Args) -> Begin {
    match (args.lines, args.from) {
        (Some(lines), _) => Begin::Lines(lines),
        (None, Some(From::Begin)) => Begin::First,
        (None, Some(From::End)) => Begin::End,
        // What no checkpoint speaks of is new.
        (None, None) if args.new => Begin::First,
        (None, None) => Begin::End,
    }
}
