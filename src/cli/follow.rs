//! What flags about following mean, and the run that they ask for.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    args::{Args, From},
    exit::Complaint,
    program::Program,
    settings::{MAX_LINE, Settings},
    signal,
    sink::{self, Manner},
    voice::Voice,
    warden::Warden,
};
use crate::{
    checkpoint::{self, Checkpoint, Record},
    disk::{Disk, Real},
    engine::{self, Calls, Pursuit, Summary},
    source::{
        Name, Watch, Wrapping,
        follow::{Begin, PATIENCE, Quest, Until, Way},
    },
};

/// How often a checkpoint is written.
const INTERVAL: Duration = Duration::from_millis(100);

/// The same in a service, which has its disk in common with others.
pub(super) const INTERVAL_IN_SERVICE: Duration = Duration::from_secs(1);

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

/// Follows files, from the checkpoint to the end of the run.
pub(super) fn run(
    settings: &Settings,
    follow: &Follow,
    watch: Watch,
    voice: &mut Voice,
) -> Result<Summary, Complaint> {
    let disk: Arc<dyn Disk> = Arc::new(Real);
    let (checkpoint, last) = open(&disk, follow.checkpoint.as_deref(), voice)?;
    let marks = last.clone().unwrap_or_default();
    let manner = Manner::Follows;
    let mut outlets = sink::outlets(settings, manner, &disk, &marks, voice)?;
    let calls = Calls::new().map_err(Complaint::Start)?;
    signal::listen_to_calls(&calls, follow.quest.until)
        .map_err(Complaint::Start)?;
    let mut warden = Warden::from_environment();
    let pursuit = Pursuit {
        routes: &settings.wires.routes,
        forms: &settings.wires.forms,
        rules: settings.rules,
        quest: follow.quest.clone(),
        disk,
        watch,
        calls: Some(&calls),
        checkpoint,
        last,
        interval: match warden.is_there() {
            true => INTERVAL_IN_SERVICE,
            false => INTERVAL,
        },
        report: &|summary| super::in_place_of_lines(settings, summary),
    };
    let mut notes = |note: engine::Note<'_>| {
        warden.hear(&note);
        voice.tell(&note);
        if let engine::Note::Asked { summary: Some(summary), .. } = note {
            voice.tell_routes(&settings.wires.routes, &summary.scores);
        }
    };
    Ok(engine::follow(pursuit, &mut outlets, &mut notes, None))
}

/// Opens the checkpoint and reads what it says.
pub(super) fn open(
    disk: &Arc<dyn Disk>,
    path: Option<&Path>,
    voice: &mut Voice,
) -> Result<(Option<Checkpoint>, Option<Record>), Complaint> {
    let Some(path) = path else { return Ok((None, None)) };
    let wrong = |error| match error {
        checkpoint::Error::Open(error) => {
            Complaint::NoCheckpoint(path.to_owned(), error)
        }
        error => Complaint::Checkpoint(path.to_owned(), error),
    };
    let (checkpoint, last) = Checkpoint::open(disk, path).map_err(wrong)?;
    if let Some(remark) = checkpoint.remark() {
        voice.say_of(path, remark);
    }
    Ok((Some(checkpoint), last))
}
