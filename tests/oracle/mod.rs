//! Holds verdicts against a slow definition of what they should be.
//!
//! `json` reads a line as RFC 8259 has it, `ask` says what expressions mean,
//! `pen` writes events. `KAUDIT_FILTER_PROOF=full` takes many more of them.

mod ask;
mod cut;
mod drop;
mod edit;
mod glue;
pub(crate) mod json;
pub(crate) mod pen;

use std::{fmt, sync::LazyLock};

use kaudit_filter::{
    pipeline::{Depth, Judgement, Pipeline, Reading, Verdict},
    scan::{Backend, Scanner},
};
use proptest::{collection, prelude::*, strategy::ValueTree};

use self::{
    ask::{Answer, Ask, answer, asks},
    json::{Json, Read, read},
    pen::Pen,
};

/// An expression, its meaning, and what it is compiled to.
struct Case {
    text: &'static str,
    ask: Ask,
    pipeline: Pipeline,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let asks = asks().into_iter();
    asks.map(|(text, ask)| Case { text, ask, pipeline: compile(text) })
        .collect()
});

#[track_caller]
pub(crate) fn compile(text: &str) -> Pipeline {
    Pipeline::compile(text).unwrap_or_else(|found| panic!("{text} {found:?}"))
}

/// Returns how many cases to try: `few`, or many more.
pub(crate) fn cases(few: u32) -> ProptestConfig {
    let full = std::env::var_os("KAUDIT_FILTER_PROOF")
        .is_some_and(|proof| proof == "full");
    ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::with_cases(if full { few * 40 } else { few })
    }
}

/// What events are made of.
pub(crate) struct Choices(pub(crate) Vec<u8>);

impl fmt::Debug for Choices {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", Pen::event(&self.0, true).escape_ascii())
    }
}

/// Makes choices.
pub(crate) fn choices() -> impl Strategy<Value = Choices> {
    collection::vec(any::<u8>(), 0..400).prop_map(Choices)
}

/// Judges a line with every backend, which have to agree.
#[track_caller]
pub(crate) fn judge(
    pipeline: &Pipeline,
    line: &[u8],
    depth: Depth,
) -> (Judgement, Vec<u8>) {
    let all = Backend::ALL.map(|backend| {
        let scanner = Scanner::at_most(backend);
        let mut edited = Vec::new();
        let judgement = pipeline
            .judge(Reading { scanner, depth, ..Reading::default() })
            .judge(line, &mut edited);
        (judgement, edited)
    });
    for (backend, other) in Backend::ALL.into_iter().zip(&all) {
        let line = line.escape_ascii();
        assert_eq!(*other, all[0], "{backend} of {line}");
    }
    let [first, ..] = all;
    first
}

fn said(judgement: Judgement) -> Answer {
    match judgement.verdict {
        Verdict::Keep | Verdict::Changed => Answer::Keep,
        Verdict::Skip => Answer::Skip,
        Verdict::Unknown => Answer::Unknown,
        Verdict::Foreign => Answer::Foreign,
    }
}

/// Checks that every expression is answered on `line` as defined.
#[track_caller]
fn check(line: &[u8], depth: Depth) {
    let read = read(line);
    for Case { text, ask, pipeline } in CASES.iter() {
        let expected = answer(ask, read.as_ref());
        let (judgement, _) = judge(pipeline, line, depth);
        let line = line.escape_ascii();
        assert_eq!(said(judgement), expected, "{text} on {line}");
    }
}

/// Returns whether an object of the event has a key twice, bodies aside.
fn repeats(value: &Json, is_top: bool) -> bool {
    match value {
        Json::Object(object) => {
            let mut keys: Vec<_> =
                object.items.iter().map(|(key, _)| key).collect();
            keys.sort_unstable();
            keys.windows(2).any(|pair| pair[0] == pair[1])
                || object.items.iter().any(|(key, value)| {
                    let body = ["requestObject", "responseObject"]
                        .contains(&key.as_str());
                    !(is_top && body) && repeats(value, false)
                })
        }
        Json::Array(array) => {
            array.items.iter().any(|value| repeats(value, false))
        }
        Json::Torn
        | Json::Null
        | Json::Bool(_)
        | Json::Number(_)
        | Json::Text(_) => false,
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn sound_events_are_judged_as_defined(choices in choices()) {
        let line = Pen::event(&choices.0, true);
        check(&line, Depth::Needed);
        check(&line, Depth::Whole);
    }

    #[test]
    fn strict_reading_judges_sound_events_alike(choices in choices()) {
        let line = Pen::event(&choices.0, false);
        check(&line, Depth::Strict);
    }

    #[test]
    fn strict_reading_finds_repeats_and_nothing_else(choices in choices()) {
        let line = Pen::event(&choices.0, true);
        let Read { value, sound } = read(&line).unwrap();
        prop_assert!(sound, "{}", line.escape_ascii());
        let (judgement, _) = judge(&CASES[0].pipeline, &line, Depth::Strict);
        if judgement.verdict != Verdict::Foreign {
            let found = judgement.defect.is_some();
            let shown = line.escape_ascii();
            prop_assert_eq!(found, repeats(&value, true), "{}", shown);
        }
    }
}

#[test]
fn events_are_of_every_kind() {
    // A pen that only wrote foreign lines would prove nothing.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut answers = [0; 3];
    for _ in 0..300 {
        let choices = choices().new_tree(&mut runner).unwrap().current();
        let line = read(&Pen::event(&choices.0, true));
        for Case { ask, .. } in CASES.iter() {
            match answer(ask, line.as_ref()) {
                Answer::Keep => answers[0] += 1,
                Answer::Skip => answers[1] += 1,
                Answer::Foreign => answers[2] += 1,
                Answer::Unknown => panic!("a sound line is known"),
            }
        }
    }
    assert!(answers.iter().all(|count| *count > 300), "{answers:?}");
}
