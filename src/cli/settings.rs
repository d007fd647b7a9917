//! What the command line means, after a look at the world.

use std::{
    env,
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    thread,
};

use super::{
    args::Args,
    choose::{self, Chosen},
    exit::Complaint,
    follow::Follow,
    pipeline,
    program::Program,
    progress,
    reply::{self, Reply},
    text::Text,
    wire::{self, Dress, Way, Wires},
};
use crate::{
    diag::Color,
    engine::{Glued, OnInvalid, Rules, Threads, Wanted},
    expr::{Finding, Window},
    pipeline::{Depth, Pipeline, Reading},
    scan::{Backend, Scanner},
    source::{Name, Wrapping},
    unwrap::Choice,
};

/// More threads than this gain nothing: memory is the limit.
const MOST_THREADS: usize = 8;

/// The longest line, if nobody says otherwise: more than any apiserver writes.
pub(super) const MAX_LINE: usize = 128 << 20;

/// More are not started, whoever asks.
const MOST_ASKED: usize = 64;

/// Everything a run needs to know.
#[derive(Debug)]
pub(super) struct Settings {
    /// Routes, streams and sinks.
    pub wires: Wires,
    /// What it was compiled from, and what should be said of that.
    pub text: Text,
    pub warnings: Vec<Finding>,
    /// What should be said of a pipeline file, drawn.
    pub drawn: Vec<String>,
    /// What is read, in order.
    pub inputs: Vec<Name>,
    /// The inputs of each stream that is merged, if they are merged.
    pub streams: Option<Vec<Vec<usize>>>,
    /// What was passed over for its name.
    pub outside: Vec<Name>,
    /// What was found in directories and is no log.
    pub odd: Vec<PathBuf>,
    /// How it is followed, if it is.
    pub follow: Option<Follow>,
    /// How lines are treated.
    pub rules: Rules,
    /// What is unwrapped.
    pub wrapping: Wrapping,
    /// Where lines set aside go.
    pub aside: Option<PathBuf>,
    /// How lines are answered, if they are.
    pub reply: Option<Reply>,
    /// Whether nothing is printed on standard output.
    pub quiet: bool,
    /// Whether nothing kept is exit code 1.
    pub exit_status: bool,
    /// Whether the numbers are printed.
    pub stats: bool,
    /// Whether it is printed what conditions have met,
    pub coverage: bool,
    /// and one that never matched is exit code 1.
    pub fail_on_dead: bool,
    /// Whether each line is written by itself.
    pub line_buffered: bool,
    /// Whether it is drawn how far the run has come.
    pub progress: bool,
    /// What is asked instead of a run.
    pub question: Option<Question>,
    /// Whether routes say what they kept, and touch no sink.
    pub is_dry: bool,
    /// What to say about the choice of the expression.
    hint: Option<String>,
}

/// A question that needs no input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// What does EXPR mean?
    Explain,
    /// Which fields are there?
    Fields,
    /// Which predicates are there?
    Predicates,
    /// How is this one defined?
    Show(String),
}

impl Settings {
    /// Makes sense of what was typed.
    pub(super) fn from_args(
        mut args: Args,
        color: Color,
    ) -> Result<Settings, Complaint> {
        refuse_slips(&args)?;
        choose::refuse_growing(&args)?;
        let window = args.choice.window()?;
        let program = match args.pipeline.clone() {
            Some(name) => pipeline::program(&name, &mut args, color)?,
            None => Program::from_query(&args.query)?,
        };
        let program = program.amended(&args, window)?;
        let (on_invalid, aside) = on_invalid(args.on_invalid.as_deref())?;
        let rules = Rules {
            reading: Reading {
                scanner: scanner()?,
                depth: match args.strict {
                    true => Depth::Strict,
                    false => Depth::Needed,
                },
                coverage: args.coverage || args.fail_on_dead,
            },
            glued: Glued::Leave,
            on_invalid,
            max_line: args.max_line.unwrap_or(MAX_LINE),
            wanted: wanted(&args),
            threads: threads(args.threads)?,
            max_groups: args.max_groups,
        };
        let wrapping = Wrapping {
            // An answer is to a line, whatever that holds.
            choice: match args.reply {
                Some(_) => Choice::None,
                None => args.unwrap.clone().unwrap_or_default(),
            },
            scanner: rules.reading.scanner,
        };
        let follow = Follow::from_args(&args, &program, &wrapping)?;
        if args.warnings.is_some() {
            program.refuse_warnings()?;
        }
        let way = (follow, aside);
        Settings::new(args, program, (rules, wrapping), way, window)
    }

    /// Connects what was understood.
    fn new(
        args: Args,
        program: Program,
        (rules, wrapping): (Rules, Wrapping),
        (follow, aside): (Option<Follow>, Option<PathBuf>),
        window: Window,
    ) -> Result<Settings, Complaint> {
        let ways = ways(&program, &args)?;
        let Program { text, warnings, drawn, inputs, hint, is_dry, .. } =
            program;
        let counts = ways[0].pipeline.count().is_some();
        let mut wires = wire::connect(ways, &Dress::from_args(&args)?)?;
        reply::refuse(&args, &wires)?;
        if let Some(reply) = args.reply {
            reply.dress(&mut wires);
        }
        refuse_moods(&follow, &wires, &args)?;
        // A dry run touches no file.
        let aside = aside.filter(|_| !is_dry);
        let written = written(&wires, aside.as_deref());
        // What is followed is found by its content.
        let window = if follow.is_some() { Window::default() } else { window };
        let Chosen { inputs, streams, outside, odd } =
            args.choice.of(inputs, window, &written);
        let rules = if follow.is_some() { followed(rules) } else { rules };
        let rules = if counts { grouped(rules) } else { rules };
        Ok(Settings {
            wires,
            text,
            warnings,
            drawn,
            inputs,
            streams,
            outside,
            odd,
            follow,
            rules,
            wrapping,
            aside,
            reply: args.reply,
            quiet: args.quiet,
            exit_status: args.exit_status || args.quiet,
            stats: args.stats,
            coverage: args.coverage,
            fail_on_dead: args.fail_on_dead,
            line_buffered: args.line_buffered,
            progress: progress::is_wanted(&args),
            question: question(&args),
            is_dry,
            hint,
        })
    }

    /// Returns what comes before the records of a stream, where records are
    /// wanted at all.
    pub(super) fn header(&self, stream: usize) -> Option<String> {
        match self.rules.wanted {
            Wanted::Lines => self.wires.forms[stream].header(),
            Wanted::Count | Wanted::Presence | Wanted::Groups => None,
        }
    }

    /// Returns what judges, where there is one route.
    pub(super) fn pipeline(&self) -> &Pipeline {
        &self.wires.routes[0].pipeline
    }

    /// Returns what a user should know before the run begins.
    pub(super) fn hints(&self) -> impl Iterator<Item = &str> {
        let typed = super::is_typed(&self.inputs).then_some(
            "reading events from the terminal; name a FILE, or pipe a log \
             into kaudit-filter",
        );
        self.hint.as_deref().into_iter().chain(typed)
    }
}

/// Refuses what is not there.
fn refuse_slips(args: &Args) -> Result<(), Complaint> {
    let sentence =
        if args.warnings.as_deref().is_some_and(|word| word != "error") {
            "-W takes one word: `-W error`"
        } else {
            return Ok(());
        };
    Err(Complaint::usage(sentence))
}

/// Refuses what a file that is written exactly once cannot be made with:
/// what does not give the same lines each time.
fn refuse_moods(
    follow: &Option<Follow>,
    wires: &Wires,
    args: &Args,
) -> Result<(), Complaint> {
    let counts = args.count && !args.quiet;
    let clocked = args.choice.moody();
    let follow = follow.as_ref();
    if follow.is_none_or(|follow| follow.checkpoint.is_none()) {
        return Ok(());
    }
    let files: Vec<usize> = wires
        .to
        .iter()
        .filter(|to| to.is_file())
        .map(|to| to.stream)
        .collect();
    let moody = wires.routes.iter().find_map(|route| {
        let feeds = |stream| files.contains(stream);
        let moody = clocked.or(counts.then_some("-c"));
        let moody = moody.or(route.pipeline.moody());
        moody.filter(|_| route.streams.iter().any(feeds))
    });
    match moody {
        Some(what) => Err(Complaint::usage(format!(
            "`{what}` does not go with a checkpoint and --to file: after a \
             crash, lines are judged again, and must come out the same"
        ))),
        None => Ok(()),
    }
}

/// Returns the files that are written to.
fn written<'a>(wires: &'a Wires, aside: Option<&'a Path>) -> Vec<&'a Path> {
    let files = wires.to.iter().filter_map(|to| to.path());
    files.chain(aside).collect()
}

/// Gives each route its sinks: its own, or those of the command line.
fn ways(program: &Program, args: &Args) -> Result<Vec<Way>, Complaint> {
    let several = program.routes.len() > 1;
    if several && (args.coverage || args.fail_on_dead) {
        return Err(Complaint::usage(
            "--coverage is about one expression, and the pipeline has \
             several routes: give it the steps of one with -x",
        ));
    }
    let shared = match &program.sinks {
        Some(_) => Vec::new(),
        None => wire::sinks(&args.to)?,
    };
    let way = |(n, (name, pipeline)): (usize, &(String, Pipeline))| Way {
        name: name.clone(),
        pipeline: pipeline.clone(),
        sinks: match &program.sinks {
            Some(own) => own[n].clone(),
            None => shared.clone(),
        },
    };
    Ok(program.routes.iter().enumerate().map(way).collect())
}

/// Returns the rules where the pipeline counts: a table is printed, unless
/// less is wanted.
fn grouped(rules: Rules) -> Rules {
    match rules.wanted {
        Wanted::Lines => Rules { wanted: Wanted::Groups, ..rules },
        Wanted::Groups | Wanted::Count | Wanted::Presence => rules,
    }
}

/// Returns the rules for lines of a file that grows: each is read to its end,
/// for its end may be missing.
fn followed(rules: Rules) -> Rules {
    let depth = match rules.reading.depth {
        Depth::Needed | Depth::Whole => Depth::Whole,
        Depth::Strict => Depth::Strict,
    };
    let reading = Reading { depth, ..rules.reading };
    Rules { reading, glued: Glued::Recover, ..rules }
}

/// Chooses what scans lines. The environment can lower the choice.
fn scanner() -> Result<Scanner, Complaint> {
    let Some(name) = env::var_os("KAUDIT_FILTER_SIMD") else {
        return Ok(Scanner::best());
    };
    let limit: Result<Backend, _> = name.to_string_lossy().parse();
    limit.map(Scanner::at_most).map_err(|names| {
        Complaint::usage(format!("KAUDIT_FILTER_SIMD takes {names}"))
    })
}

/// Reads what `--on-invalid` says.
pub(super) fn on_invalid(
    way: Option<&OsStr>,
) -> Result<(OnInvalid, Option<PathBuf>), Complaint> {
    Ok(match way.map_or(&b"pass"[..], OsStr::as_bytes) {
        b"pass" => (OnInvalid::Pass, None),
        b"skip" => (OnInvalid::Skip, None),
        b"fail" => (OnInvalid::Fail, None),
        [b'f', b'i', b'l', b'e', b':', path @ ..] if !path.is_empty() => {
            let path = Path::new(OsStr::from_bytes(path)).to_owned();
            (OnInvalid::SetAside, Some(path))
        }
        _ => {
            return Err(Complaint::usage(
                "--on-invalid takes pass, skip, fail or file:PATH",
            ));
        }
    })
}

fn wanted(args: &Args) -> Wanted {
    // What a condition met is known at the end only; and what was new is new
    // once.
    let to_the_end = args.coverage || args.fail_on_dead || args.new;
    match (args.quiet, args.count) {
        (true, _) if to_the_end => Wanted::Count,
        (true, _) => Wanted::Presence,
        (false, true) => Wanted::Count,
        (false, false) => Wanted::Lines,
    }
}

fn threads(asked: Option<usize>) -> Result<Threads, Complaint> {
    match asked {
        Some(0) => Err(Complaint::usage("--threads takes a number from 1")),
        Some(threads) => Ok(Threads::Exactly(threads.min(MOST_ASKED))),
        // It knows the limits of a container.
        None => Ok(Threads::UpTo(
            thread::available_parallelism()
                .map_or(1, |cores| cores.get().min(MOST_THREADS)),
        )),
    }
}

fn question(args: &Args) -> Option<Question> {
    if args.fields {
        Some(Question::Fields)
    } else if args.predicates {
        Some(Question::Predicates)
    } else if args.explain {
        Some(Question::Explain)
    } else {
        args.show.clone().map(Question::Show)
    }
}
