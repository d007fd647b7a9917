//! `kaudit-filter checkpoint`: shows how far a run that follows has come,
//! and has the next one begin elsewhere.

mod reset;
mod show;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Parser, Subcommand, ValueEnum};

use super::{
    args,
    exit::{Complaint, Exit},
    show::print,
    voice::Voice,
};
use crate::{
    checkpoint::{Error, SourceRecord, path_of},
    disk::{Disk, Real},
    source::{
        Wrapping,
        follow::{Begin, Follower, Quest, Until, Way},
    },
};

const CODES: &str = "\
Exit codes: 0 it is done, 66 the checkpoint or a followed file cannot be
opened, 74 a read or a write failed, 75 a run that follows uses it,
78 it is damaged, or is no checkpoint.";

/// Looks at a checkpoint of a run that follows, or rewrites it.
#[derive(Debug, Parser)]
#[command(
    name = "kaudit-filter checkpoint",
    override_usage = "kaudit-filter checkpoint show PATH\n       \
                      kaudit-filter checkpoint reset PATH --to begin|end",
    after_help = CODES,
    disable_help_subcommand = true,
    max_term_width = 79
)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print how far everything was read and written
    ///
    /// Also while a run uses it. Of each followed file it says where reading
    /// goes on and, if the file is found, how many bytes it is behind.
    #[command(
        after_help = CODES,
        override_usage = "kaudit-filter checkpoint show PATH",
    )]
    Show {
        /// The checkpoint
        path: PathBuf,
    },
    /// Have the next run begin elsewhere
    ///
    /// Rotated files are behind it in any case, and counters stay. What an
    /// output file holds stays too: after --to begin, lines come once more
    /// behind it. A checkpoint that is damaged, and so is its copy, is
    /// emptied; then the next run begins where its --from says.
    #[command(
        after_help = CODES,
        override_usage =
            "kaudit-filter checkpoint reset PATH --to begin|end",
    )]
    Reset {
        /// The checkpoint
        path: PathBuf,

        /// Where to begin in each followed file
        #[arg(long, value_name = "PLACE")]
        to: Edge,
    },
}

/// Where to begin in a followed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Edge {
    /// At its first byte.
    Begin,
    /// Behind its last newline.
    End,
}

/// Runs the command; `words` are those behind the name of the program.
pub(super) fn run(
    words: impl IntoIterator<Item = OsString>,
    voice: &mut Voice,
) -> Result<ExitCode, Complaint> {
    let args: Args = args::read(words)?;
    let disk: Arc<dyn Disk> = Arc::new(Real);
    let (path, text) = match args.action {
        Action::Show { path } => {
            let text = show::text(&disk, &path, voice);
            (path, text)
        }
        Action::Reset { path, to } => {
            let text = reset::run(&disk, &path, to, voice);
            (path, text)
        }
    };
    match text {
        Ok(text) => print(&text),
        // It is the input of these commands, as it is not of a run.
        Err(Wrong::Checkpoint(error @ Error::Open(_))) => {
            voice.say_of(&path, error);
            Ok(Exit::NoInput.into())
        }
        Err(Wrong::Checkpoint(error)) => {
            Err(Complaint::Checkpoint(path, error))
        }
        Err(Wrong::Source(path, error)) => {
            voice.say_of(&path, error);
            Ok(Exit::NoInput.into())
        }
    }
}

/// Why one of the commands does nothing.
#[derive(Debug)]
enum Wrong {
    /// The checkpoint cannot be used.
    Checkpoint(Error),
    /// A followed file cannot be read.
    Source(PathBuf, std::io::Error),
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Wrong {
        Wrong::Checkpoint(error)
    }
}

/// Returns the paths of followed files.
fn paths(sources: &[SourceRecord]) -> Vec<PathBuf> {
    sources.iter().map(|source| path_of(&source.path)).collect()
}

/// Stands where a run would, which has looked around and read nothing yet.
fn stand(
    disk: &Arc<dyn Disk>,
    paths: &[PathBuf],
    begin: Begin,
    records: &[SourceRecord],
) -> Follower {
    let quest = Quest {
        paths: paths.to_vec(),
        begin,
        way: Way::Polls,
        until: Until::CaughtUp,
        patience: Duration::ZERO,
        max_line: 0,
        wrapping: Wrapping::default(),
    };
    let mut follower = Follower::new(Arc::clone(disk), &quest, records);
    follower.look();
    follower
}

/// Returns why a followed file cannot be read, if it cannot.
fn obstacle(disk: &Arc<dyn Disk>, path: &Path) -> Option<std::io::Error> {
    disk.open(path, crate::disk::Purpose::Read).err()
}
