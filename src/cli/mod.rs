//! Serves a user: flags in, messages and an exit code out.
//!
//! `args` holds what was typed, `settings` what it means after a look at
//! the world. Everything that is said on stderr is said by `voice`.

mod args;
mod check;
mod checkpoint;
mod choose;
mod completions;
mod coverage;
mod exit;
mod follow;
mod load;
mod program;
mod progress;
mod read;
mod reply;
mod report;
mod settings;
mod show;
mod signal;
mod pipeline;
mod policy;
mod sink;
mod size;
mod state;
mod stats;
mod table;
mod text;
mod voice;
mod warden;
mod wire;

use std::{
    ffi::OsString,
    io::{self, IoSlice, IsTerminal},
    os::fd::OwnedFd,
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

use rustix::stdio;

pub use completions::{completions, grammar};
pub use exit::Exit;

use crate::{
    checkpoint::Record,
    disk::{Disk, Real},
    engine::{self, Failure, Job, Outlet, Summary, Wanted},
    pipeline::Depth,
    sink::Chores,
    source::{Name, Reason, Stop, Watch},
};

use self::{
    args::Args, exit::Complaint, progress::Progress, reply::Reply,
    settings::Settings, sink::Manner, voice::Voice,
};

/// Runs the program and returns its exit code. Nothing panics or exits.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut voice = Voice::new();
    match serve(args, &mut voice) {
        Ok(code) => code,
        Err(complaint) => complaint.utter(&mut voice),
    }
}

fn serve(
    args: impl IntoIterator<Item = OsString>,
    voice: &mut Voice,
) -> Result<ExitCode, Complaint> {
    let mut words = args.into_iter().peekable();
    let name = words.next().unwrap_or_default();
    if words.peek().is_some_and(|word| word == "check") {
        return check::run(words, voice);
    }
    if words.peek().is_some_and(|word| word == "checkpoint") {
        return checkpoint::run(words, voice);
    }
    if words.peek().is_some_and(|word| word == "completions") {
        return completions::run(words);
    }
    if words.peek().is_some_and(|word| word == "policy") {
        return policy::run(words, voice);
    }
    if words.peek().is_some_and(|word| word == "report") {
        return report::run(words, voice);
    }
    let args = match args::read::<Args>([name].into_iter().chain(words))? {
        args::Read::Args(args) => args,
        args::Read::Text(text) => return show::print(&text),
    };
    voice.color = args.color.on_stderr();
    if let Some(text) = show::pipeline(&args)? {
        return show::print(&text);
    }
    let settings = Settings::from_args(args, voice.color)?;
    if let Some(text) = show::asked(&settings)? {
        return show::print(&text);
    }
    voice.is_hushed = settings.reply.is_some_and(Reply::is_hushed);
    for hint in settings.hints() {
        voice.say(hint);
    }
    voice.tell_choice(&settings);
    voice.diagnose(&settings.text, &settings.warnings);
    voice.show(&settings.drawn);
    let stop = Arc::new(Stop::new().map_err(Complaint::Start)?);
    signal::listen(&stop).map_err(Complaint::Start)?;
    let started = Instant::now();
    let summary = filter(&settings, &stop, voice);
    voice.is_hushed = false;
    let summary = summary?;
    let routes = &settings.wires.routes;
    if settings.is_dry {
        for (route, score) in routes.iter().zip(&summary.scores) {
            voice.say(stats::hits(&route.name, score));
        }
    }
    if settings.stats {
        voice.block(&stats::block(&summary.tally, started.elapsed()));
        if routes.len() > 1 {
            voice.block(&stats::routes(routes, &summary.scores));
        }
        let state = state::block(&summary.sources);
        if !state.is_empty() {
            voice.block(&state);
        }
    }
    if let (true, Some(coverage)) = (settings.coverage, &summary.coverage) {
        voice.block(&coverage::report(settings.pipeline().plan(), coverage));
    }
    Ok(conclude(&settings, &summary, stop.reason(), voice))
}

fn filter(
    settings: &Settings,
    stop: &Arc<Stop>,
    voice: &mut Voice,
) -> Result<Summary, Complaint> {
    // Where others take lines too, the run does not end with this reader.
    let writes = match (settings.rules.wanted, &settings.wires.to[..]) {
        (Wanted::Presence, _) => false,
        (Wanted::Lines | Wanted::Count | Wanted::Groups, [to]) => {
            to.is_stdout()
        }
        (Wanted::Lines | Wanted::Count | Wanted::Groups, _) => false,
    };
    let writes = writes || settings.reply.is_some();
    let output = writes.then(duplicate_stdout).transpose()?;
    let watch = Watch { stop: Arc::clone(stop), output };
    match &settings.follow {
        Some(follow) => follow::run(settings, follow, watch, voice),
        None => read(settings, watch, voice),
    }
}

/// Reads every input from begin to end.
fn read(
    settings: &Settings,
    watch: Watch,
    voice: &mut Voice,
) -> Result<Summary, Complaint> {
    let job = Job {
        routes: &settings.wires.routes,
        forms: &settings.wires.forms,
        rules: settings.rules,
        choice: &settings.wrapping.choice,
        inputs: &settings.inputs,
        streams: settings.streams.as_deref(),
        watch,
    };
    let disk: Arc<dyn Disk> = Arc::new(Real);
    let last = Record::default();
    let manner = Manner::Waits;
    let mut outlets = sink::outlets(settings, manner, &disk, &last, voice)?;
    voice.progress = Progress::of(settings);
    let mut summary =
        engine::run(&job, &mut outlets, &mut |note| voice.tell(&note));
    voice.end_progress();
    if let (Some(text), None) =
        (in_place_of_lines(settings, &summary), &summary.failure)
    {
        let parts = &mut [IoSlice::new(text.as_bytes())];
        let Some(Outlet { name, sink, .. }) = outlets.first_mut() else {
            return Ok(summary);
        };
        if let Err(error) = sink.write(parts)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            let name = name.clone();
            summary.failure = Some(Failure::Output { name, error });
        }
    }
    reply::fail(&mut outlets, &summary);
    finish(settings, &mut outlets, &mut summary, &job.watch.stop, voice);
    Ok(summary)
}

/// Has outlets do what is left to do, unless the run is to end at once, and
/// says what went wrong.
fn finish(
    settings: &Settings,
    outlets: &mut [Outlet],
    summary: &mut Summary,
    stop: &Stop,
    voice: &mut Voice,
) {
    for Outlet { name, sink, .. } in outlets {
        while stop.reason().is_none() && sink.tend() == Chores::More {}
        let mut to = settings.wires.to.iter();
        let is_sent = to.any(|to| to.name == *name && to.is_sent());
        if is_sent && let Err(error) = sink.settle() {
            let name = name.clone();
            summary.failure.get_or_insert(Failure::Output { name, error });
        }
        for remark in sink.remarks() {
            voice.say_of_outlet(name, remark);
        }
    }
}

/// Returns what is printed instead of the kept lines.
fn in_place_of_lines(
    settings: &Settings,
    summary: &Summary,
) -> Option<String> {
    let count = settings.pipeline().count();
    if settings.quiet {
        return None;
    }
    match (settings.rules.wanted, count) {
        (Wanted::Count, _) => Some(format!("{}\n", summary.tally.kept)),
        (Wanted::Groups, Some(count)) if io::stdout().is_terminal() => {
            Some(table::table(count, &summary.groups))
        }
        (Wanted::Groups, Some(count)) => {
            Some(table::lines(count, &summary.groups))
        }
        (Wanted::Lines | Wanted::Presence | Wanted::Groups, _) => None,
    }
}

fn duplicate_stdout() -> Result<Arc<OwnedFd>, Complaint> {
    let stdout = stdio::stdout().try_clone_to_owned();
    stdout.map(Arc::new).map_err(Complaint::Start)
}

/// Says what must be said at the end and finds the exit code.
fn conclude(
    settings: &Settings,
    summary: &Summary,
    reason: Option<Reason>,
    voice: &mut Voice,
) -> ExitCode {
    voice.sum_up(&summary.tally);
    let tally = &summary.tally;
    let mut exit = Exit::Ran;
    let saw_nothing = tally.read > 0 && tally.events == 0;
    if reason.is_none() && saw_nothing {
        voice.say_nothing_was_found();
        exit = exit.worst(Exit::Data);
    }
    if summary.groups.other() > 0 || summary.groups.is_cut() {
        voice.say(
            "more groups than --max-groups; what found no room is counted as \
             (other), and different values only up to there",
        );
    }
    if settings.fail_on_dead {
        let dead = summary.coverage.as_ref().map(|coverage| {
            coverage::dead(settings.pipeline().plan(), coverage)
        });
        for name in dead.unwrap_or_default() {
            voice.say(format!("{name}: matched no event"));
            exit = exit.worst(Exit::Nothing);
        }
    }
    let strict =
        settings.rules.reading.depth == Depth::Strict && tally.defective > 0;
    if strict || summary.is_undecided {
        exit = exit.worst(Exit::Data);
    }
    if summary.not_opened > 0 {
        exit = exit.worst(Exit::NoInput);
    }
    if summary.unreadable > 0 {
        exit = exit.worst(Exit::Io);
    }
    if let Some(failure) = &summary.failure {
        voice.failed(failure, settings);
        exit = exit.worst(match failure {
            Failure::Checkpoint(error) => Exit::from(error),
            Failure::Output { .. } | Failure::Wait(_) => Exit::Io,
        });
    }
    match reason {
        // systemd takes a unit for failed that it has ended otherwise.
        Some(Reason::Signal(_)) if warden::is_service() => exit.into(),
        Some(Reason::Signal(number)) if exit == Exit::Ran => {
            Exit::signal(number)
        }
        Some(Reason::Signal(_)) => exit.into(),
        Some(Reason::OutputClosed) => exit.into(),
        Some(Reason::Enough) | None => {
            if settings.exit_status && tally.kept == 0 {
                exit = exit.worst(Exit::Nothing);
            }
            exit.into()
        }
    }
}

/// Returns whether `inputs` is a person typing.
fn is_typed(inputs: &[Name]) -> bool {
    inputs == [Name::Stdin] && io::stdin().is_terminal()
}
