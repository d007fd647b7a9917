//! `kaudit-filter policy simulate`.

mod crew;
mod json;
mod text;

use std::{ffi::OsString, path::PathBuf, sync::Arc};

use self::crew::{Crew, Tray};
use super::{
    super::{
        args as typed,
        exit::{Complaint, Exit},
        settings::Settings,
        show, signal,
        voice::Voice,
    },
    Output,
    file::{self, Policy},
    version,
};
use crate::{
    engine::{self, Form, Job, Outlet, Summary},
    policy::{Simulator, Traffic, Version},
    source::{Reason, Stop, Watch},
};

/// What was typed behind `policy simulate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The policy; `-` is standard input, if there are LOGs
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The logs [default: standard input]
    #[arg(value_name = "LOG")]
    logs: Vec<OsString>,

    /// Say what changes against this policy
    #[arg(long, value_name = "OLD")]
    against: Option<PathBuf>,

    /// The version of the apiserver [default: the newest that is known]
    #[arg(long, value_name = "1.N", value_parser = version)]
    kubernetes: Option<Version>,

    /// Print text, or one JSON object
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Output,

    /// Noisiest groups, and changes, that are shown
    #[arg(long, value_name = "N", default_value = "10")]
    top: usize,

    /// Threads that judge [default: the cores we may use, at most 8]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// What a run came to.
struct Result<'a> {
    args: &'a Args,
    new: &'a Policy,
    old: Option<&'a Policy>,
    traffic: Traffic,
    summary: Summary,
}

/// Runs the command.
pub(super) fn run(
    args: &Args,
    voice: &mut Voice,
) -> std::result::Result<Exit, Complaint> {
    let version = args.kubernetes.unwrap_or_default();
    let files = [Some(&args.file), args.against.as_ref()];
    let files: Vec<_> = files.into_iter().flatten().map(|it| &**it).collect();
    let reads_stdin = args.logs.is_empty() || args.logs.contains(&"-".into());
    if reads_stdin && files.iter().any(|path| file::is_stdin(path)) {
        return Err(Complaint::usage(
            "standard input cannot have both a policy and the log: name the \
             LOGs, or give the policy as a file",
        ));
    }
    let policies = file::read(&files, version, voice)?;
    let Some(new) = policies.first() else { return Ok(Exit::Usage) };
    let old = policies.get(1);
    let settings = Settings::from_args(as_filter(args)?, voice.color)?;
    for hint in settings.hints() {
        voice.say(hint);
    }
    let stop = signal::stop()?;
    let of = |policy: &Policy| policy.loaded.policy.clone();
    let simulator = Simulator::new(of(new), old.map(of));
    let crew = Crew::new(&simulator, settings.rules.threads.most());
    let (summary, traffic) = read(&settings, &stop, crew, voice);
    voice.sum_up(&summary.tally);
    if let Some(Reason::Signal(_)) = stop.reason() {
        voice.say("ended early: this is about what was read until then");
    }
    let exit = exit(&settings, &summary, voice);
    let result = Result { args, new, old, traffic, summary };
    show::print(&match args.output {
        Output::Text => text::page(&result),
        Output::Json => json::page(&result),
    })?;
    Ok(exit)
}

/// Returns the command line of a filter that keeps everything.
fn as_filter(args: &Args) -> std::result::Result<typed::Args, Complaint> {
    Ok(typed::Args {
        query: typed::Query {
            operands: args.logs.clone(),
            expr: Some("true".to_owned()),
            ..typed::Query::default()
        },
        threads: args.threads,
        ..typed::nothing()?
    })
}

/// Reads every log from begin to end.
fn read(
    settings: &Settings,
    stop: &Arc<Stop>,
    crew: Crew,
    voice: &mut Voice,
) -> (Summary, Traffic) {
    let job = Job {
        routes: &settings.wires.routes,
        forms: &[Form::Verbatim],
        rules: settings.rules,
        choice: &settings.wrapping.choice,
        inputs: &settings.inputs,
        streams: None,
        watch: Watch { stop: Arc::clone(stop), output: None },
    };
    let tray = Tray::new(crew);
    let mut outlets = vec![Outlet::only("simulate", Box::new(tray.clone()))];
    let summary =
        engine::run(&job, &mut outlets, &mut |note| voice.tell(&note));
    drop(outlets);
    (summary, tray.finish())
}

fn exit(settings: &Settings, summary: &Summary, voice: &mut Voice) -> Exit {
    let (tally, mut exit) = (&summary.tally, Exit::Ran);
    if tally.events == 0 {
        if tally.read > 0 {
            voice.say_nothing_was_found();
        }
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
        exit = exit.worst(Exit::Io);
    }
    exit
}

/// Returns a second since 1970 as a time in UTC.
fn time(second: i64) -> String {
    let time = jiff::Timestamp::from_second(second);
    time.map_or_else(|_| "-".to_owned(), |time| time.to_string())
}
