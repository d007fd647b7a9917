//! Events that were glued to a line that had been cut anywhere.

use std::{
    cell::RefCell,
    io::{self, IoSlice},
    ops::Range,
    rc::Rc,
    sync::Arc,
};

use kaudit_filter::{
    engine::{
        Form, Glued, Job, OnInvalid, Outlet, Route, Rules, Tally, Threads,
        Wanted, run,
    },
    event::{first_break, pieces, start},
    pipeline::{Depth, Pipeline, Reading, Verdict},
    scan::{Backend, Scanner},
    sink::Sink,
    source::{Name, Stop, Watch},
    unwrap::Choice,
};
use proptest::{collection, prelude::*, sample::Index};

use super::{
    CASES, Case,
    ask::{Answer, answer},
    cases, choices,
    json::{Json, read},
    judge,
    pen::Pen,
};
use crate::tool::Folder;

const READING: Depth = Depth::Whole;

/// Writes an event that says what it is: as the pen has it, or begun as
/// kube-apiserver begins it.
fn named(choices: &[u8]) -> Vec<u8> {
    let event = Pen::event(choices, true);
    let event = &event[start(&event).unwrap()..];
    let Some(Json::Object(object)) = read(event).map(|read| read.value) else {
        panic!("the pen writes objects");
    };
    let mut kinds = object.items.iter().filter(|(key, _)| key == "kind");
    let is_named = kinds.next().is_some_and(|(_, kind)| {
        *kind == Json::Text("Event".into())
            && object.items.iter().any(|(key, _)| key == "verb")
    });
    if is_named {
        return event.to_vec();
    }
    let comma = if object.items.is_empty() { "" } else { "," };
    let begin = format!(r#"{{"kind":"Event","level":"Request"{comma}"#);
    [begin.as_bytes(), &event[1..]].concat()
}

/// Writes an event that holds others in its bodies and in places unknown.
fn nested(choices: &[Vec<u8>]) -> Vec<u8> {
    let mut event = named(&[]);
    for (n, choices) in choices.iter().enumerate() {
        let other = named(choices);
        let other = other.trim_ascii_end();
        let begin = br#"{"kind":"Event","stage":"x","#;
        event = match n % 3 {
            0 => [begin, &br#""requestObject":"#[..], other, b"}"].concat(),
            1 => {
                let key = br#""responseObject":{"items":["#;
                [begin, &key[..], &event, b",", other, b"]}}"].concat()
            }
            _ => {
                let key = br#""unknown":"#;
                [begin, &key[..], &event, b" ,\"verb\":\"x\"}"].concat()
            }
        };
    }
    event
}

/// Takes a line apart with every backend, which have to agree.
#[track_caller]
fn taken(line: &[u8]) -> Vec<Range<usize>> {
    let all = Backend::ALL.map(|backend| {
        pieces(Scanner::at_most(backend), line).collect::<Vec<_>>()
    });
    let [first, others @ ..] = all;
    for other in others {
        assert_eq!(other, first, "{}", line.escape_ascii());
    }
    first
}

/// Returns what is in front of the object of a line, cut off.
fn bare(line: &[u8]) -> &[u8] {
    &line[start(line).unwrap()..]
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn an_event_glued_to_any_cut_is_found_and_nothing_else(
        first in choices(),
        second in choices(),
    ) {
        let first = Pen::event(&first.0, true);
        let (first, second) = (bare(&first), named(&second.0));
        for at in 1..=first.len() {
            let line = [&first[..at], &second].concat();
            let mut expected = taken(&first[..at]);
            let is_one = expected.len() == 1;
            // A body that was cut behind what looks like an event.
            let is_doubt = first[..at].trim_ascii_end().ends_with(b"}");
            let shown = line.escape_ascii();
            prop_assert!(is_one || is_doubt, "{}", shown);
            expected.push(at..line.len());
            prop_assert_eq!(taken(&line), expected, "{}", shown);
            let broken = first_break(Scanner::best(), &line, 0).is_some();
            prop_assert!(broken, "{}", shown);
        }
    }

    #[test]
    fn the_last_of_many_glued_events_is_found(
        heads in collection::vec((choices(), any::<Index>()), 1..6),
        last in choices(),
    ) {
        let mut line = Vec::new();
        for (head, at) in heads {
            let head = named(&head.0);
            line.extend_from_slice(&head[..1 + at.index(head.len())]);
        }
        let begin = line.len();
        line.extend(named(&last.0));
        let pieces = taken(&line);
        let shown = line.escape_ascii();
        prop_assert_eq!(pieces.last(), Some(&(begin..line.len())), "{}", shown);
    }

    #[test]
    fn sound_lines_are_never_taken_apart(
        choices in collection::vec(choices(), 1..5),
    ) {
        let choices: Vec<_> = choices.into_iter().map(|one| one.0).collect();
        for line in [Pen::event(&choices[0], true), nested(&choices)] {
            let whole = vec![Range { start: 0, end: line.len() }];
            prop_assert_eq!(taken(&line), whole);
            let begins = start(&line).unwrap();
            let broken = first_break(Scanner::best(), &line, begins);
            prop_assert_eq!(broken, None, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn cut_lines_are_left_whole_save_behind_an_event_in_them(
        choices in collection::vec(choices(), 1..4),
    ) {
        let choices: Vec<_> = choices.into_iter().map(|one| one.0).collect();
        let line = nested(&choices);
        for at in 1..line.len() {
            let cut = &line[..at];
            let is_doubt = cut.trim_ascii_end().ends_with(b"}");
            let count = taken(cut).len();
            let shown = cut.escape_ascii();
            prop_assert!(count == 1 || is_doubt, "{}", shown);
        }
    }
}

#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Sink for Memory {
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        for part in parts {
            self.0.borrow_mut().extend_from_slice(part);
        }
        Ok(())
    }
}

/// Runs a pipeline on a text, taking its lines apart.
fn come(pipeline: &Pipeline, text: &[u8]) -> (Vec<u8>, Tally) {
    let folder = Folder::new();
    let inputs = [Name::Path(folder.file("log", text).into())];
    let kept = Memory::default();
    let mut outlets = vec![Outlet::only("kept", Box::new(kept.clone()))];
    let routes = [Route::only(pipeline.clone())];
    let rules = Rules {
        reading: Reading { depth: READING, ..Reading::default() },
        glued: Glued::Recover,
        on_invalid: OnInvalid::Pass,
        max_line: 1 << 20,
        wanted: Wanted::Lines,
        threads: Threads::Exactly(1),
        max_groups: 1,
    };
    let stop = Arc::new(Stop::new().unwrap());
    let watch = Watch { stop, output: None };
    let job = Job {
        routes: &routes,
        forms: &[Form::Verbatim],
        rules,
        choice: &Choice::Auto,
        inputs: &inputs,
        streams: None,
        watch,
    };
    let summary = run(&job, &mut outlets, &mut |_| {});
    (kept.0.take(), summary.tally)
}

/// Glues `second` to every beginning of `first`, a line each, and checks what
/// leaves: the head as it is judged alone, the second one as it is defined.
#[track_caller]
fn check_lines(case: &Case, first: &[u8], second: &[u8]) {
    let Case { text, ask, pipeline } = case;
    let (mut input, mut output) = (Vec::new(), Vec::new());
    let wants = answer(ask, read(second).as_ref()) == Answer::Keep;
    let mut lines = 0;
    for at in 1..=first.len() {
        let head = &first[..at];
        if taken(head).len() > 1 {
            continue;
        }
        lines += 1;
        input.extend([head, second, b"\n"].concat());
        let (judgement, _) = judge(pipeline, head, READING);
        if matches!(judgement.verdict, Verdict::Keep | Verdict::Unknown) {
            output.extend([head, b"\n"].concat());
        }
        if wants {
            output.extend([second, b"\n"].concat());
        }
    }
    let (kept, tally) = come(pipeline, &input);
    let shown = second.escape_ascii();
    assert_eq!(
        kept.escape_ascii().to_string(),
        output.escape_ascii().to_string(),
        "{text} on {shown}"
    );
    assert!(tally.is_balanced());
    assert_eq!((tally.read, tally.recovered), (2 * lines, lines), "{shown}");
    assert_eq!(tally.defective + tally.foreign, lines, "{shown}");
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn what_was_glued_is_judged_and_leaves_byte_for_byte(
        first in choices(),
        second in choices(),
        case in any::<Index>(),
    ) {
        let first = Pen::event(&first.0, true);
        let case = case.index(CASES.len());
        check_lines(&CASES[case], bare(&first), &named(&second.0));
    }
}
