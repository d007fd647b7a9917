//! What the command line means, after a look at the world.

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use super::{
    answer,
    args::Args,
    choose::Chosen,
    exit::Complaint,
    pipeline,
    program::Program,
    quest::Follow,
    reply::Reply,
    rules,
    text::Text,
    wire::{self, Dress, Way, Wires},
};
use crate::{
    diag::Color,
    engine::{Rules, Wanted},
    expr::{Finding, Window},
    pipeline::Pipeline,
    source::{Name, Wrapping},
    unwrap::Choice,
};

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
        refuse_growing(&args)?;
        let window = args.choice.window()?;
        let program = match args.pipeline.clone() {
            Some(name) => pipeline::program(&name, &mut args, color)?,
            None => Program::from_query(&args.query)?,
        };
        let program = program.amended(&args, window)?;
        let (on_invalid, aside) =
            rules::on_invalid(args.on_invalid.as_deref())?;
        let rules = rules::rules(&args, on_invalid)?;
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
        answer::refuse(&args, &wires)?;
        if let Some(reply) = args.reply {
            answer::dress(reply, &mut wires);
        }
        refuse_moods(&follow, &wires, &args)?;
        // A dry run touches no file.
        let aside = aside.filter(|_| !is_dry);
        let written = written(&wires, aside.as_deref());
        // What is followed is found by its content.
        let window = if follow.is_some() { Window::default() } else { window };
        let Chosen { inputs, streams, outside, odd } =
            args.choice.of(inputs, window, &written);
        let rules =
            if follow.is_some() { rules::followed(rules) } else { rules };
        let rules = if counts { rules::grouped(rules) } else { rules };
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
            progress: !args.no_progress && args.reply.is_none(),
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
        let typed = is_typed(&self.inputs).then_some(
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

/// Refuses what does not go with files that grow.
pub(super) fn refuse_growing(args: &Args) -> Result<(), Complaint> {
    if !args.follow && !args.new {
        return Ok(());
    }
    let choice = &args.choice;
    let flags = [
        (choice.sort_files, "--sort-files"),
        (choice.recursive, "-r"),
        (choice.merge, "--merge"),
    ];
    match flags.into_iter().find(|(is_given, _)| *is_given) {
        Some((_, flag)) => Err(Complaint::usage(format!(
            "{flag} is for files as they are; -F and --new follow the FILEs \
             that are named, and find rotated ones by themselves"
        ))),
        None => Ok(()),
    }
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

/// Returns whether `inputs` is a person typing.
fn is_typed(inputs: &[Name]) -> bool {
    inputs == [Name::Stdin] && io::stdin().is_terminal()
}
