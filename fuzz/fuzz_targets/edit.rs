//! What an edit leaves of JSON is JSON, and nothing is added but what was
//! asked for. The first byte chooses the targets and the action.

#![no_main]

use std::{fmt::Debug, sync::LazyLock};

use kaudit_filter::{
    edit::{Action, Annotation, Automaton, cuts, quoted, splice},
    event::{self, Event, Path, Roots, Segment},
    pipeline::{Pipeline, Reading, Verdict},
    scan::{Backend, Scanner},
};
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

const TEXTS: [&str; 8] = [
    "drop managedFields",
    "drop requestObject[*]",
    "drop user[*], sourceIPs[0], peer",
    "drop **.a, **.b.c",
    "drop **[0]",
    "drop requestObject.items[-1].a, requestObject.items[0]",
    "drop **.a[*] | drop **.b",
    "drop verb, requestObject.**.a[1]",
];

/// Targets, with a dot in front of each step: `[0]` is `0`, `[*]` is `*`.
const TARGETS: [&str; 8] = [
    "verb user.username",
    "**.a annotations.k*",
    "requestObject.* a",
    "**.a.-1 **.b.0.c",
    "annotations.*k*x* annotations.b **.c",
    "a.b a.b.c a a.0.b",
    "**.*",
    "requestObject.items.-1.a requestObject.items.0",
];

const ACTIONS: [Action; 5] = [
    Action::Drop,
    Action::Mask,
    Action::Truncate(0),
    Action::Truncate(5),
    Action::Keep,
];

static PIPELINES: LazyLock<Vec<Pipeline>> = LazyLock::new(|| {
    let compiled = TEXTS.map(Pipeline::compile);
    compiled.into_iter().map(|pipeline| pipeline.expect("right")).collect()
});

static AUTOMATA: LazyLock<Vec<Automaton>> = LazyLock::new(|| {
    let joined = TARGETS.map(|targets| {
        let paths: Vec<Path> = targets.split(' ').map(path).collect();
        Automaton::new(&paths).expect("short")
    });
    joined.into()
});

static ANNOTATION: LazyLock<Annotation> =
    LazyLock::new(|| Annotation::new("k/\"x"));

fn path(text: &str) -> Path {
    let segments = text.split('.').map(|word| match word {
        "**" => Segment::AnyDepth,
        "*" => Segment::Every,
        word => match word.parse() {
            Ok(index) => Segment::Index(index),
            Err(_) => Segment::Key(word.into()),
        },
    });
    Path(segments.collect())
}

fn is_json(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    serde_json::from_slice::<&RawValue>(line).is_ok()
}

fn is_left_of(less: &[u8], more: &[u8]) -> bool {
    let mut rest = more.iter();
    less.iter().all(|byte| rest.any(|other| other == byte))
}

/// Runs `edit` with every backend, which have to agree.
fn with_each<T: PartialEq + Debug>(edit: impl Fn(Scanner) -> T) -> T {
    let first = edit(Scanner::at_most(Backend::Scalar));
    for backend in Backend::ALL {
        assert_eq!(edit(Scanner::at_most(backend)), first, "{backend}");
    }
    first
}

fn check_steps(line: &[u8], pipeline: &Pipeline) {
    let (judgement, edited) = with_each(|scanner| {
        let mut edited = Vec::new();
        let judgement = pipeline
            .judge(Reading { scanner, ..Reading::default() })
            .judge(line, &mut edited);
        (judgement, edited)
    });
    assert_eq!(judgement.verdict == Verdict::Changed, !edited.is_empty());
    if judgement.verdict == Verdict::Changed {
        assert!(is_left_of(&edited, line));
        assert!(is_json(&edited) || !is_json(line));
    }
}

fn check_action(line: &[u8], automaton: &Automaton, action: Action) {
    let Some(start) = event::start(line) else { return };
    let roots = Roots::new(&[], None);
    let found = with_each(|scanner| {
        let event = Event::new(scanner, line, start, &roots);
        let mut found = Vec::new();
        cuts(&event, automaton, action, &mut found).map(|()| found)
    });
    let Ok(found) = found else { return assert!(!is_json(line)) };
    let mut bare = Vec::new();
    splice(line, &found, "", &mut bare);
    assert!(is_left_of(&bare, line));
    let text = match action {
        Action::Mask => quoted("***"),
        Action::Drop | Action::Truncate(_) | Action::Keep => String::new(),
    };
    let mut edited = Vec::new();
    splice(line, &found, &text, &mut edited);
    assert!(is_json(&edited) || !is_json(line));
}

fn check_annotation(line: &[u8]) {
    let Some(start) = event::start(line) else { return };
    let roots = Roots::new(&[], None);
    let write = |line: &[u8]| {
        with_each(|scanner| {
            let event = Event::new(scanner, line, start, &roots);
            let mut out = Vec::new();
            ANNOTATION.write(&event, "v\n", &mut out).map(|()| out)
        })
    };
    let Ok(edited) = write(line) else { return assert!(!is_json(line)) };
    if is_json(line) {
        assert!(is_json(&edited));
        assert_eq!(write(&edited), Ok(edited), "written once");
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, line)) = bytes.split_first() else { return };
    let choice = usize::from(*choice);
    check_steps(line, &PIPELINES[choice % TEXTS.len()]);
    let automaton = &AUTOMATA[choice % TARGETS.len()];
    let action = ACTIONS[choice / TARGETS.len() % ACTIONS.len()];
    check_action(line, automaton, action);
    check_annotation(line);
});
