//! Turns what a run came to, or why there is none, into what is said of it
//! and an exit code.

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
    time::Duration,
};

use super::{
    coverage,
    exit::{Complaint, Exit},
    settings::Settings,
    show, state, stats, table,
    voice::Voice,
    warden,
};
use crate::{
    engine::{Failure, Summary, Wanted},
    pipeline::Depth,
    source::Reason,
};

/// Says why the program does not even begin, and returns the exit code.
pub(super) fn complain(complaint: Complaint, voice: &mut Voice) -> ExitCode {
    let exit = complaint.exit();
    match say(complaint, voice) {
        Ok(()) => exit.into(),
        Err(unprinted) => complain(unprinted, voice),
    }
}

/// Says it, or complains that what was asked for cannot be printed.
fn say(complaint: Complaint, voice: &mut Voice) -> Result<(), Complaint> {
    match complaint {
        Complaint::Asked(text) => return show::print(&text).map(drop),
        Complaint::Usage(sentence) | Complaint::Config(sentence) => {
            voice.say(sentence);
        }
        Complaint::Expression { text, findings } => {
            voice.diagnose(&text, &findings);
        }
        Complaint::Warned { text, warnings } => {
            voice.diagnose(&text, &warnings);
            voice.say("warnings are errors with -W error");
        }
        Complaint::Unreadable(path, error)
        | Complaint::NoCheckpoint(path, error)
        | Complaint::NoPipeline(path, error) => voice.say_of(&path, error),
        Complaint::Unwritable(path, error) => voice.say_of(&path, error),
        Complaint::Checkpoint(path, error) => voice.say_of(&path, error),
        Complaint::Unsent(name, error) => {
            voice.say(format!("{name}: {error}"));
        }
        Complaint::Drawn(drawn) => voice.show(&[drawn]),
        Complaint::Pipeline { drawn } => voice.show(&drawn),
        Complaint::Start(error) => voice.say(error.to_string()),
    }
    Ok(())
}

/// Says the numbers that were asked for.
pub(super) fn tell_numbers(
    settings: &Settings,
    summary: &Summary,
    elapsed: Duration,
    voice: &mut Voice,
) {
    let routes = &settings.wires.routes;
    if settings.is_dry {
        for (route, score) in routes.iter().zip(&summary.scores) {
            voice.say(stats::hits(&route.name, score));
        }
    }
    if settings.stats {
        voice.block(&stats::block(&summary.tally, elapsed));
        voice.tell_routes(routes, &summary.scores);
        let state = state::block(&summary.sources);
        if !state.is_empty() {
            voice.block(&state);
        }
    }
    if let (true, Some(coverage)) = (settings.coverage, &summary.coverage) {
        voice.block(&coverage::report(settings.pipeline().plan(), coverage));
    }
}

/// Returns what is printed instead of the kept lines.
pub(super) fn in_place_of_lines(
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

/// Says what must be said at the end and finds the exit code.
pub(super) fn conclude(
    settings: &Settings,
    summary: &Summary,
    reason: Option<Reason>,
    voice: &mut Voice,
) -> ExitCode {
    voice.sum_up(&summary.tally);
    let data = data(settings, summary, reason, voice);
    if summary.groups.other() > 0 || summary.groups.is_cut() {
        voice.say(
            "more groups than --max-groups; what found no room is counted as \
             (other), and different values only up to there",
        );
    }
    let dead = dead(settings, summary, voice);
    let failed = failed(settings, summary, voice);
    let exit = data.worst(dead).worst(inputs(summary)).worst(failed);
    let is_empty = settings.exit_status && summary.tally.kept == 0;
    let nothing = if is_empty { Exit::Nothing } else { Exit::Ran };
    match reason {
        // systemd takes a unit for failed that it has ended otherwise.
        Some(Reason::Signal(_)) if warden::is_service() => exit.into(),
        Some(Reason::Signal(number)) if exit == Exit::Ran => {
            Exit::signal(number)
        }
        Some(Reason::Signal(_) | Reason::OutputClosed) => exit.into(),
        Some(Reason::Enough) | None => exit.worst(nothing).into(),
    }
}

/// Says that nothing was an event, and finds what is wrong with the lines.
fn data(
    settings: &Settings,
    summary: &Summary,
    reason: Option<Reason>,
    voice: &mut Voice,
) -> Exit {
    let tally = &summary.tally;
    let saw_nothing = reason.is_none() && tally.read > 0 && tally.events == 0;
    if saw_nothing {
        voice.say_nothing_was_found();
    }
    let is_strict = settings.rules.reading.depth == Depth::Strict;
    let is_flawed = is_strict && tally.defective > 0;
    match saw_nothing || is_flawed || summary.is_undecided {
        true => Exit::Data,
        false => Exit::Ran,
    }
}

/// Says what has matched no event, where that is a finding.
fn dead(settings: &Settings, summary: &Summary, voice: &mut Voice) -> Exit {
    let (true, Some(coverage)) = (settings.fail_on_dead, &summary.coverage)
    else {
        return Exit::Ran;
    };
    let mut exit = Exit::Ran;
    for name in coverage::dead(settings.pipeline().plan(), coverage) {
        voice.say(format!("{name}: matched no event"));
        exit = Exit::Nothing;
    }
    exit
}

fn inputs(summary: &Summary) -> Exit {
    match (summary.unreadable, summary.not_opened) {
        (0, 0) => Exit::Ran,
        (0, _) => Exit::NoInput,
        (_, _) => Exit::Io,
    }
}

/// Says why the run could not go on, if it could not.
fn failed(settings: &Settings, summary: &Summary, voice: &mut Voice) -> Exit {
    let Some(failure) = &summary.failure else { return Exit::Ran };
    voice.failed(failure, settings);
    match failure {
        Failure::Checkpoint(error) => Exit::from(error),
        Failure::Output { .. } | Failure::Wait(_) => Exit::Io,
    }
}
