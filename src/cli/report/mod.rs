//! `kaudit-filter report`: one text about the requests in a log, for people
//! and their mail.

mod args;
mod post;

use std::{
    cell::RefCell, ffi::OsString, process::ExitCode, rc::Rc, sync::Arc,
};

pub(super) use self::args::Args;
use self::post::{Post, Tray, Way, When};
use super::{
    args as typed,
    end::conclude,
    exit::{Complaint, Exit},
    follow, program,
    quest::Follow,
    settings::Settings,
    signal, state,
    voice::Voice,
    warden::Warden,
};
use crate::{
    disk::{Disk, Real},
    engine::{self, Failure, Form, Job, Note, Outlet, Pursuit, Summary},
    format::Labels,
    report::{Bounds, Digest, Errand, Numbers, Page},
    sink::{Descriptor, Patient},
    source::{Reason, Stop, Watch, follow::Remark},
};

/// Runs the command; `words` are those behind the name of the program.
pub(super) fn run(
    words: impl IntoIterator<Item = OsString>,
    voice: &mut Voice,
) -> Result<ExitCode, Complaint> {
    let args: Args = typed::read(words)?;
    voice.color = args.color.on_stderr();
    let settings = Settings::from_args(as_filter(&args)?, voice.color)?;
    if settings.pipeline().count().is_some() {
        return Err(Complaint::usage(
            "a report counts by itself: leave out `count`, or use it without \
             `report`",
        ));
    }
    let page = page(&args, &settings)?;
    if !is_default(&settings) {
        for hint in settings.hints() {
            voice.say(hint);
        }
    }
    voice.tell_choice(&settings);
    voice.diagnose(&settings.text, &settings.warnings);
    let stop = signal::stop()?;
    let digest = digest(&args, &settings)?;
    let way = way(&args, &page.labels, settings.follow.is_some())?;
    let post = Post::new(digest, page, way, Arc::clone(&stop));
    let tray = Tray(Rc::new(RefCell::new(post)));
    let prints = args.pipe.is_none() && args.to.is_none();
    let output = prints.then(super::duplicate_stdout).transpose()?;
    let watch = Watch { stop: Arc::clone(&stop), output };
    let summary = match &settings.follow {
        Some(follow) => news(&settings, follow, watch, &tray, voice)?,
        None => all(&settings, watch, &tray, voice),
    };
    Ok(end(&args, &settings, summary, &stop, voice))
}

/// Returns the command line of a filter that keeps what the report is about.
fn as_filter(args: &Args) -> Result<typed::Args, Complaint> {
    Ok(typed::Args {
        query: args.query.clone(),
        new: args.new,
        checkpoint: args.checkpoint.clone(),
        from: args.from,
        choice: args.choice.clone(),
        threads: args.threads,
        color: args.color,
        ..typed::nothing()?
    })
}

/// Returns whether the report is about failed requests, since nothing else
/// was asked for.
fn is_default(settings: &Settings) -> bool {
    let sources = settings.text.sources();
    matches!(&sources[..], [it] if it.text == program::DEFAULT)
}

fn page(args: &Args, settings: &Settings) -> Result<Page, Complaint> {
    if !Page::WIDTHS.contains(&args.width) {
        let (least, most) = (Page::WIDTHS.start(), Page::WIDTHS.end());
        return Err(Complaint::usage(format!(
            "--width takes a number from {least} to {most}"
        )));
    }
    let mut labels = Labels::default();
    for label in &args.label {
        let wrong = |why| Complaint::usage(format!("--label: {why}"));
        labels.add(label).map_err(wrong)?;
    }
    let title = match is_default(settings) {
        true => "Failed requests",
        false => "Requests",
    };
    let sources = settings.text.sources();
    let shown = sources.iter().map(|it| it.name.unwrap_or(it.text));
    Ok(Page {
        title: title.to_owned(),
        expression: shown.collect::<Vec<_>>().join(" "),
        labels,
        width: args.width,
        top: args.top,
    })
}

/// Returns what collects events: of each request the outcome, unless the
/// expression looks at stages itself.
fn digest(args: &Args, settings: &Settings) -> Result<Digest, Complaint> {
    let bounds = Bounds { requests: args.limit, groups: args.max_groups };
    let plan = settings.pipeline().plan();
    let looks = plan.subjects.iter().any(|it| it.roots().contains(&"stage"));
    let digest = match looks {
        true => Digest::new(bounds),
        false => Digest::outcomes(bounds),
    };
    digest.map_err(|error| Complaint::usage(error.message))
}

/// Returns where the report goes, and when.
fn way(
    args: &Args,
    labels: &Labels,
    follows: bool,
) -> Result<(Way, When), Complaint> {
    let when = match args.new || args.pipe.is_some() {
        true => When::News,
        false => When::Always,
    };
    let way = match (&args.pipe, &args.to) {
        (Some(command), _) => Way::Pipe(errand(command, labels)),
        (None, Some(path)) => Way::File(path.clone()),
        (None, None) => Way::Print(match follows {
            true => Box::new(Patient::stdout().map_err(Complaint::Start)?),
            false => Box::new(Descriptor::stdout().map_err(Complaint::Start)?),
        }),
    };
    Ok((way, when))
}

/// Returns the command of `--pipe`, with the labels in its environment.
fn errand(command: &OsString, labels: &Labels) -> Errand {
    let mut errand = Errand::new(command);
    errand.tell("KAUDIT_LABELS", labels.to_string());
    for (key, value) in labels.iter() {
        let letter = |b: u8| match b.is_ascii_alphanumeric() {
            true => char::from(b.to_ascii_uppercase()),
            false => '_',
        };
        let key: String = key.bytes().map(letter).collect();
        errand.tell(format!("KAUDIT_LABEL_{key}"), value);
    }
    errand
}

/// What is reported on is the lines themselves.
const FORMS: [Form; 1] = [Form::Verbatim];

fn outlets(tray: &Tray) -> Vec<Outlet> {
    vec![Outlet::only("report", Box::new(tray.clone()))]
}

/// Reads every input from begin to end, and sends the report.
fn all(
    settings: &Settings,
    watch: Watch,
    tray: &Tray,
    voice: &mut Voice,
) -> Summary {
    let job = Job {
        routes: &settings.wires.routes,
        forms: &FORMS,
        rules: settings.rules,
        choice: &settings.wrapping.choice,
        inputs: &settings.inputs,
        streams: settings.streams.as_deref(),
        watch,
    };
    let mut outlets = outlets(tray);
    let mut summary =
        engine::run(&job, &mut outlets, &mut |note| voice.tell(&note));
    let mut post = tray.0.borrow_mut();
    post.numbers = numbers(&summary);
    post.complete();
    if let Err(error) = post.send() {
        summary.failure.get_or_insert_with(|| {
            let name = outlets[0].name.clone();
            Failure::Output { name, error }
        });
    }
    summary
}

/// Reads what is new, sends the report, and makes that final.
fn news(
    settings: &Settings,
    follow: &Follow,
    watch: Watch,
    tray: &Tray,
    voice: &mut Voice,
) -> Result<Summary, Complaint> {
    let disk: Arc<dyn Disk> = Arc::new(Real);
    let path = follow.checkpoint.as_deref();
    let (checkpoint, last) = follow::open(&disk, path, voice)?;
    let mut outlets = outlets(tray);
    let mut warden = Warden::from_environment();
    let pursuit = Pursuit {
        routes: &settings.wires.routes,
        forms: &FORMS,
        rules: settings.rules,
        quest: follow.quest.clone(),
        disk,
        watch,
        calls: None,
        checkpoint,
        last,
        interval: follow::INTERVAL_IN_SERVICE,
        report: &|summary| {
            tray.0.borrow_mut().numbers = numbers(summary);
            None
        },
    };
    let mut notes = |note: Note<'_>| {
        warden.hear(&note);
        hear(&note, tray);
        // Where it begins is no news each hour.
        let is_begin =
            matches!(note, Note::Followed { remark: Remark::Begin(_), .. });
        if !is_begin {
            voice.tell(&note);
        }
    };
    Ok(engine::follow(pursuit, &mut outlets, &mut notes, None))
}

/// Has the report say what was lost, and be sent at the end.
fn hear(note: &Note<'_>, tray: &Tray) {
    let mut post = tray.0.borrow_mut();
    match note {
        Note::Followed { path, remark: remark @ Remark::Gap(_) } => {
            post.add_gap(state::remark(path, remark));
        }
        Note::Ending => post.complete(),
        Note::Followed { .. }
        | Note::NotOpened { .. }
        | Note::Unreadable { .. }
        | Note::Padded { .. }
        | Note::Went { .. }
        | Note::Flawed { .. }
        | Note::Undecided { .. }
        | Note::Written { .. }
        | Note::Left { .. }
        | Note::Behind { .. }
        | Note::Level { .. }
        | Note::Forsaken { .. }
        | Note::Refused { .. }
        | Note::Ready
        | Note::State(_)
        | Note::Asked { .. } => {}
    }
}

fn numbers(summary: &Summary) -> Numbers {
    let tally = &summary.tally;
    Numbers {
        read: tally.read,
        defective: tally.defective,
        foreign: tally.foreign,
        oversize: tally.oversize,
    }
}

/// Says what must be said at the end and finds the exit code.
fn end(
    args: &Args,
    settings: &Settings,
    mut summary: Summary,
    stop: &Stop,
    voice: &mut Voice,
) -> ExitCode {
    let failure = summary.failure.take();
    let is_ended = matches!(stop.reason(), Some(Reason::Signal(_)));
    match failure {
        Some(Failure::Output { error, .. }) if !is_ended => {
            if error.kind() == std::io::ErrorKind::BrokenPipe {
                return Exit::Ran.into();
            }
            let way = match (&args.pipe, &args.to) {
                (Some(_), _) => "--pipe",
                (None, Some(_)) => "--to",
                (None, None) => "standard output",
            };
            let next = match args.new {
                true => "; the next run reports the same again",
                false => "",
            };
            voice.say(format!("{way}: {error}{next}"));
            voice.sum_up(&summary.tally);
            Exit::Io.into()
        }
        Some(Failure::Output { .. }) | None => {
            conclude(settings, &summary, stop.reason(), voice)
        }
        Some(failure @ (Failure::Checkpoint(_) | Failure::Wait(_))) => {
            summary.failure = Some(failure);
            conclude(settings, &summary, stop.reason(), voice)
        }
    }
}
