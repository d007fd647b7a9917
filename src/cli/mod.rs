//! Serves a user: flags in, messages and an exit code out.
//!
//! `args` holds what was typed, `settings` what it means after a look at
//! the world. Everything that is said on stderr is said by `voice`.

mod answer;
mod args;
mod check;
mod checkpoint;
mod choose;
mod completions;
mod coverage;
mod end;
mod exit;
mod follow;
mod load;
mod program;
mod progress;
mod quest;
mod read;
mod reply;
mod report;
mod rules;
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
    io::{self, IoSlice},
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
    sink::Chores,
    source::{Stop, Watch},
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
        Err(complaint) => end::complain(complaint, &mut voice),
    }
}

fn serve(
    args: impl IntoIterator<Item = OsString>,
    voice: &mut Voice,
) -> Result<ExitCode, Complaint> {
    let mut words = args.into_iter().peekable();
    let name = words.next().unwrap_or_default();
    let command = words.peek().and_then(|word| word.to_str());
    match command.map(str::to_owned).as_deref() {
        Some("check") => check::run(words, voice),
        Some("checkpoint") => checkpoint::run(words, voice),
        Some("completions") => completions::run(words),
        Some("policy") => policy::run(words, voice),
        Some("report") => report::run(words, voice),
        Some(_) | None => answer([name].into_iter().chain(words), voice),
    }
}

/// Filters, or prints what was asked for instead.
fn answer(
    words: impl IntoIterator<Item = OsString>,
    voice: &mut Voice,
) -> Result<ExitCode, Complaint> {
    let args: Args = args::read(words)?;
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
    let stop = signal::stop()?;
    let started = Instant::now();
    let summary = filter(&settings, &stop, voice);
    voice.is_hushed = false;
    let summary = summary?;
    end::tell_numbers(&settings, &summary, started.elapsed(), voice);
    Ok(end::conclude(&settings, &summary, stop.reason(), voice))
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
        (end::in_place_of_lines(settings, &summary), &summary.failure)
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

fn duplicate_stdout() -> Result<Arc<OwnedFd>, Complaint> {
    let stdout = stdio::stdout().try_clone_to_owned();
    stdout.map(Arc::new).map_err(Complaint::Start)
}
