//! Says things to people, on stderr, with our name in front.
//!
//! File names and lines come from outside: what a terminal would obey in them
//! is shown instead.

use std::{
    collections::BTreeSet,
    fmt::Display,
    io::{self, Write},
    os::unix::ffi::OsStrExt,
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    diag::{self, Color},
    engine::{
        Failure, Flaw, Guise, Note, Route, Score, State, Summary, Tally,
    },
    expr::{self, Finding},
    scan::Defect,
    source::Name,
    unwrap::Form,
};

use super::{
    progress::Progress, settings::Settings, state, stats, text::Text,
};

/// The way to stderr.
#[derive(Debug)]
pub(super) struct Voice {
    /// Flaws told one by one: defective, foreign, oversize.
    told: [u64; 3],
    /// What those looked like that are no events.
    guises: BTreeSet<Guise>,
    /// Whether messages are coloured.
    pub(super) color: Color,
    born: Instant,
    /// Whether nothing is said, for who feeds us would take it for an answer.
    pub(super) is_hushed: bool,
    /// What is drawn while nothing is said.
    pub(super) progress: Option<Progress>,
}

impl Voice {
    pub(super) fn new() -> Voice {
        Voice {
            told: [0; 3],
            guises: BTreeSet::new(),
            color: Color::Never,
            born: Instant::now(),
            is_hushed: false,
            progress: None,
        }
    }

    /// Has nothing drawn any more.
    pub(super) fn end_progress(&mut self) {
        self.make_room();
        self.progress = None;
    }

    /// Has the terminal's line to ourselves.
    fn make_room(&mut self) {
        if let Some(progress) = &mut self.progress {
            progress.erase();
        }
    }

    /// Says one sentence.
    pub(super) fn say(&mut self, sentence: impl AsRef<str>) {
        self.block(&format!("{}\n", sentence.as_ref()));
    }

    /// Says several lines, our name in front of the first.
    pub(super) fn block(&mut self, text: &str) {
        if self.is_hushed {
            return;
        }
        self.make_room();
        let mut bytes = b"kaudit-filter: ".to_vec();
        for line in text.split_inclusive('\n') {
            let body = line.strip_suffix('\n').unwrap_or(line);
            let shown = diag::escape(body.as_bytes());
            bytes.extend_from_slice(shown.as_bytes());
            bytes.push(b'\n');
        }
        // With stderr gone there is nobody left to tell.
        io::stderr().write_all(&bytes).ok();
    }

    /// Says something of a file.
    pub(super) fn say_of(&mut self, path: &Path, sentence: impl Display) {
        self.say(format!("{}: {sentence}", shown(path)));
    }

    /// Says something of an outlet, by the name that checkpoints know.
    pub(super) fn say_of_outlet(&mut self, name: &str, said: impl Display) {
        self.say(format!("{}: {said}", outlet(name)));
    }

    /// Says what is worth knowing of the choice of files.
    pub(super) fn tell_choice(&mut self, settings: &Settings) {
        if let [first, more @ ..] = &settings.odd[..] {
            let more = match more.len() {
                0 => String::new(),
                more => format!(", nor are {more} more files"),
            };
            self.say_of(first, format!("is no log{more}; left out"));
        }
        let is_empty = settings.inputs.is_empty();
        match &settings.outside[..] {
            [] if is_empty => self.say("no files to read were found"),
            [] => {}
            all if is_empty => self.say(format!(
                "by their names, none of the {} files has events between \
                 --since and --until",
                all.len()
            )),
            [first, more @ ..] => self.say(format!(
                "skipped by name: {} file{} outside of --since and --until; \
                 the first is {}",
                more.len() + 1,
                if more.is_empty() { "" } else { "s" },
                name(first)
            )),
        }
    }

    /// Shows what was found in expressions.
    pub(super) fn diagnose(&mut self, text: &Text, findings: &[Finding]) {
        let drawn = expr::render(findings, &text.sources(), self.color);
        self.show(&[drawn]);
    }

    /// Shows drawings, which have escaped what they show; colours are our
    /// own.
    pub(super) fn show(&mut self, drawn: &[String]) {
        if !self.is_hushed {
            self.make_room();
            io::stderr().write_all(drawn.join("\n").as_bytes()).ok();
        }
    }

    /// Says what the engine notes.
    pub(super) fn tell(&mut self, note: &Note<'_>) {
        match note {
            Note::NotOpened { input, error }
            | Note::Unreadable { input, error } => {
                self.say(format!("{}: {error}", name(input)));
            }
            Note::Padded { input, bytes } => self.say(format!(
                "{}: {bytes} NUL bytes around compressed data, passed over",
                name(input)
            )),
            &Note::Flawed { input, line, offset, flaw } => {
                self.tell_flaw(&place(input, line, offset), flaw);
            }
            &Note::Undecided { input, line, offset, defect } => {
                self.tell_undecided(&place(input, line, offset), defect);
            }
            Note::Followed { path, remark } => {
                self.say(state::remark(path, remark));
            }
            Note::Written { name, remark } => {
                let name = diag::escape(name.as_bytes());
                self.say(format!("{name}: {remark}"));
            }
            Note::Left { name } => self.say_of_outlet(name, LEFT),
            Note::Behind { name, stall } => {
                self.say_of_outlet(name, behind(*stall));
            }
            Note::Forsaken { name } => self.say_of_outlet(name, FORSAKEN),
            Note::Level { name } => self.say_of_outlet(name, LEVEL),
            Note::Refused { name, error } => {
                self.say_of_outlet(name, refused(error));
            }
            &Note::Asked { state, summary } => self.tell_state(state, summary),
            &Note::Went { input, bytes, kept } => {
                if let Some(progress) = &mut self.progress {
                    progress.hear(input, bytes, kept);
                }
            }
            Note::Ready | Note::Ending | Note::State(_) => {}
        }
    }

    /// Says what is wrong with a line.
    fn tell_flaw(&mut self, place: &str, flaw: Flaw) {
        let (kind, what) = match flaw {
            Flaw::Defective(defect) => (0, defect.kind.to_string()),
            Flaw::Foreign(guise) => {
                self.guises.insert(guise);
                (1, "not an audit event, left out".into())
            }
            Flaw::Oversize => (2, "longer than --max-line, left out".into()),
        };
        self.told[kind] += 1;
        self.say(format!("{place}: {what}"));
    }

    /// Says which line has ended the run.
    fn tell_undecided(&mut self, place: &str, defect: Option<Defect>) {
        let what = match defect {
            Some(defect) => defect.kind.to_string(),
            None => "cannot be read".into(),
        };
        self.say(format!(
            "{place}: {what}; cannot decide on this line, stopping \
             (--on-invalid fail)"
        ));
    }

    /// Says how a run that follows stands.
    fn tell_state(&mut self, state: &State, summary: Option<&Summary>) {
        if let Some(summary) = summary {
            let text = stats::block(&summary.tally, self.born.elapsed());
            self.block(&text);
        }
        let times = [
            ("lag seconds", Some(state.late)),
            ("output blocked", state.stalled),
            ("checkpoint age", state.committed),
        ];
        let text = state::block(&state.sources)
            + &state::behind(&state.behind)
            + &state::times(&times);
        self.block(&text);
    }

    /// Says what each route made of the lines, where there are several.
    pub(super) fn tell_routes(&mut self, routes: &[Route], scores: &[Score]) {
        if routes.len() > 1 {
            self.block(&stats::routes(routes, scores));
        }
    }

    /// Says how many flaws were not told one by one, and how many events no
    /// policy could decide on.
    pub(super) fn sum_up(&mut self, tally: &Tally) {
        let kinds = [
            (tally.defective, "defective"),
            (tally.foreign, "no audit events, left out"),
            (tally.oversize, "longer than --max-line, left out"),
        ];
        let google = tally.forms.of(Form::Google);
        // Where there is nothing else, the last sentence says it.
        if google > 0 && tally.events > 0 {
            self.say(format!(
                "{google} lines are entries of Google Cloud Logging (GKE), \
                 which are no events and are not converted: see docs/inputs.md"
            ));
        }
        for ((all, what), told) in kinds.into_iter().zip(self.told) {
            if all > told {
                self.say(format!("{all} lines are {what}"));
            }
        }
        for (doubt, number) in stats::doubts(tally) {
            self.say(format!(
                "{number} events passed a policy as they were: {doubt}"
            ));
        }
    }

    /// Says that nothing was an event, and what was seen instead.
    pub(super) fn say_nothing_was_found(&mut self) {
        let seen: Vec<_> = self.guises.iter().map(Guise::to_string).collect();
        let seen = match &seen[..] {
            [] => String::new(),
            [..] => format!("; the lines look like {}", seen.join(", and ")),
        };
        self.say(format!(
            "no line of the input is a Kubernetes audit event{seen}"
        ));
    }

    /// Says that a run could not go on.
    pub(super) fn failed(&mut self, failure: &Failure, settings: &Settings) {
        match failure {
            Failure::Output { name, error } => {
                self.say(format!("{}: {error}", outlet(name)));
            }
            Failure::Checkpoint(error) => {
                let follow = settings.follow.as_ref();
                match follow.and_then(|f| f.checkpoint.as_deref()) {
                    Some(path) => self.say_of(path, error),
                    None => self.say(error.to_string()),
                }
            }
            Failure::Wait(error) => self.say(error.to_string()),
        }
    }
}

/// What is said of an outlet that nobody reads any more,
const LEFT: &str = "its reader has left; going on for the others";

/// of one that a checkpoint knows, and nobody else,
const FORSAKEN: &str = "was behind, and is no sink of this run; what it has \
                        not got, it does not get";

/// and of one that was behind.
const LEVEL: &str = "has caught up with the others";

/// Says that an outlet is behind, and for how long it took nothing if it is
/// so since now.
fn behind(stall: Option<Duration>) -> String {
    match stall {
        Some(stall) => format!(
            "has taken nothing for {} s; going on without it, it catches up \
             from the files",
            stall.as_secs_f64()
        ),
        None => "is behind the others and catches up from the files".into(),
    }
}

fn refused(error: &io::Error) -> String {
    format!(
        "takes nothing ({error}); it is tried again, and the run waits for it"
    )
}

/// Returns how people call an outlet.
fn outlet(name: &str) -> String {
    let shown = diag::escape(name.as_bytes());
    let path = ["file:", "aside:"].iter().find_map(|k| shown.strip_prefix(k));
    match (path, &*shown) {
        (Some(path), _) => path.to_owned(),
        (None, "stdout") => "standard output".to_owned(),
        (None, name) => name.to_owned(),
    }
}

fn place(input: &Name, line: u64, offset: u64) -> String {
    format!("{}:{line}: byte {offset}", name(input))
}

fn name(input: &Name) -> String {
    match input {
        Name::Stdin => "standard input".into(),
        Name::Path(path) => shown(path),
    }
}

fn shown(path: &Path) -> String {
    diag::escape(path.as_os_str().as_bytes()).into_owned()
}
