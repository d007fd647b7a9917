//! Tests what comes of lines in which events were glued together.

use super::{
    desk::Desk,
    form::Form,
    note::Flaw,
    output::{End, Output},
    route::Route,
    rules::{Glued, OnInvalid, Rules, Threads, Wanted},
    tally::Tally,
};
use crate::{
    frame::{Batch, Position},
    pipeline::{Depth, Pipeline, Reading},
    scan::DefectKind,
    unwrap::{self, Choice},
};

/// An event with a verb.
fn event(verb: &str) -> String {
    format!(
        r#"{{"kind":"Event","level":"Metadata","verb":"{verb}","user":{{"username":"u"}}}}"#
    )
}

/// The beginning of one, which has shown its verb and is cut in a text.
fn head(verb: &str) -> String {
    format!(r#"{{"kind":"Event","verb":"{verb}","userAgent":"cut"#)
}

/// The beginning of one that has shown nothing, cut behind a colon.
const BARE: &str = r#"{"kind":"Event","level":"#;

fn rules(on_invalid: OnInvalid) -> Rules {
    Rules {
        reading: Reading { depth: Depth::Whole, ..Reading::default() },
        glued: Glued::Recover,
        on_invalid,
        max_line: 10_000,
        wanted: Wanted::Lines,
        threads: Threads::Exactly(1),
        max_groups: 10,
    }
}

/// Judges the lines of `text`, in two batches of which it is the second.
fn judge(expression: &str, rules: Rules, text: &str) -> Output {
    let pipeline = Pipeline::compile(expression).unwrap();
    let batch = Batch {
        sequence: 1,
        position: Position { input: 0, offset: 1000 },
        bytes: text.to_owned().into_bytes().into(),
        ..Batch::default()
    };
    let (routes, forms) = ([Route::only(pipeline)], [Form::Verbatim]);
    Desk::new(&routes, &forms, rules, &Choice::Auto).judge(
        &batch,
        unwrap::Form::Event,
        Output::default(),
    )
}

/// Returns what an output has to write.
fn written(output: &Output, slices: &[super::output::Slice]) -> String {
    let parts = slices.iter().map(|slice| output.part(slice).to_vec());
    String::from_utf8(parts.collect::<Vec<_>>().concat()).unwrap()
}

/// Checks which pieces of `text` are kept, as lines.
#[track_caller]
fn check(expression: &str, text: &str, kept: &[&str]) -> Output {
    let output = judge(expression, rules(OnInvalid::Pass), text);
    let lines: String = kept.iter().map(|line| format!("{line}\n")).collect();
    assert_eq!(written(&output, &output.streams[0]), lines, "{expression}");
    assert!(output.tally.is_balanced(), "{:?}", output.tally);
    assert_eq!(output.tally.bytes, text.len() as u64);
    output
}

#[test]
fn each_piece_has_its_own_verdict() {
    let (get, list) = (event("get"), event("list"));
    for first in [head("get"), get.clone()] {
        let text = format!("{first}{list}\n");
        check("verb = get", &text, &[&first]);
        check("verb = list", &text, &[&list]);
        check("verb in (get, list)", &text, &[&first, &list]);
        check("verb = watch", &text, &[]);
    }
    // What the first line has not shown is unknown, and not of the second.
    let text = format!("{BARE}{list}\n");
    check("verb = list", &text, &[BARE, &list]);
    check("verb = get", &text, &[BARE]);
}

#[test]
fn the_numbers_are_those_of_the_pieces() {
    let (get, list) = (event("get"), event("list"));
    let text = format!("{get}\n{}{list}{get}\n{list}", head("get"));
    let Tally { read, kept, skipped, defective, events, recovered, .. } =
        check("verb = list", &text, &[&list, &list]).tally;
    assert_eq!([read, kept, skipped], [5, 2, 3]);
    // The event amid others lacks a newline, which is a defect.
    assert_eq!([defective, events, recovered], [2, 5, 2]);
}

#[test]
fn a_line_without_a_newline_or_with_a_return_ends_as_it_does() {
    let (get, list) = (event("get"), event("list"));
    let first = head("get");
    check("true", &format!("{first}{list}"), &[&first, &list]);
    check("true", &format!("{get}{list}"), &[&get, &list]);
    let returned = format!("{list}\r");
    check(
        "true",
        &format!("{first}{returned}\n{get}\n"),
        &[&first, &returned, &get],
    );
}

#[test]
fn lines_are_told_by_their_number_in_the_input() {
    let (get, list) = (event("get"), event("list"));
    let (one, other) = (head("get"), head("list"));
    let text = format!("{get}{list}\n{one}{get}\nklog\n{other}\n");
    let output = judge("true", rules(OnInvalid::Pass), &text);
    let told = output.findings.iter().map(|finding| {
        let kind = match finding.flaw {
            Flaw::Defective(defect) => Some(defect.kind),
            Flaw::Foreign(_) | Flaw::Oversize => None,
        };
        (finding.line, finding.offset - 1000, kind)
    });
    let second = get.len() + list.len() + 1;
    let klog = second + one.len() + get.len() + 1;
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (0, get.len() as u64, Some(DefectKind::Trailing)),
            (1, (second + one.len()) as u64, Some(DefectKind::Cut)),
            (2, klog as u64, None),
            (3, (text.len() - 1) as u64, Some(DefectKind::Cut)),
        ]
    );
    assert_eq!(output.tally.lines(), 4);
}

#[test]
fn what_is_undecided_goes_where_the_user_wants() {
    let list = event("list");
    let text = format!("{BARE}{list}\n");
    let output = judge("verb = list", rules(OnInvalid::Skip), &text);
    assert_eq!(written(&output, &output.streams[0]), format!("{list}\n"));
    let output = judge("verb = list", rules(OnInvalid::SetAside), &text);
    assert_eq!(written(&output, &output.streams[0]), format!("{list}\n"));
    assert_eq!(written(&output, &output.aside), format!("{BARE}\n"));
    let text = format!("{list}{list}\n{text}");
    let output = judge("verb = list", rules(OnInvalid::Fail), &text);
    let Some(End::Undecided { line: 1, offset, .. }) = output.end else {
        panic!("{:?}", output.end);
    };
    let at = 2 * list.len() + 1 + BARE.len();
    assert_eq!(offset, 1000 + at as u64);
}

#[test]
fn something_foreign_in_front_is_set_aside() {
    let list = event("list");
    let pod = r#"{"kind":"Pod","spec":"#;
    let text = format!("{pod}{list}\n");
    let output = judge("true", rules(OnInvalid::SetAside), &text);
    assert_eq!(written(&output, &output.streams[0]), format!("{list}\n"));
    assert_eq!(written(&output, &output.aside), format!("{pod}\n"));
}

#[test]
fn steps_count_each_piece_once() {
    let (get, list, first) = (event("get"), event("list"), head("get"));
    let text = format!("{first}{list}{get}\n{list}\n");
    check("head 4", &text, &[&first, &list, &get, &list]).end.unwrap();
    check("sample 1/2", &text, &[&first, &get]);
    let output = judge("head 2", rules(OnInvalid::Pass), &text);
    assert_eq!(
        written(&output, &output.streams[0]),
        format!("{first}\n{list}\n")
    );
    let counted = Rules { wanted: Wanted::Groups, ..rules(OnInvalid::Pass) };
    let groups = judge("count by verb", counted, &text).groups;
    let rows = groups.rows(None);
    let rows = rows.iter().map(|row| (&*row.keys[0], row.count));
    assert_eq!(rows.collect::<Vec<_>>(), [("get", 2), ("list", 2)]);
}

#[test]
fn steps_edit_what_is_whole() {
    let (get, list) = (event("get"), event("list"));
    let masked = |line: &str| line.replace(r#""u""#, r#""***""#);
    let text = format!("{get}{list}\n");
    check("mask user", &text, &[&masked(&get), &masked(&list)]);
    // Of the first one it is not known what it would have had to hide.
    let text = format!("{BARE}{list}\n");
    let output = check("mask user", &text, &[BARE, &masked(&list)]);
    assert_eq!((output.tally.unknown, output.tally.changed), (1, 1));
}

#[test]
fn nothing_is_taken_apart_unless_it_is_asked_for() {
    let (get, list) = (event("get"), event("list"));
    for text in [format!("{}{list}\n", head("get")), format!("{get}{list}\n")]
    {
        let leave = Rules { glued: Glued::Leave, ..rules(OnInvalid::Pass) };
        let output = judge("verb = get", leave, &text);
        assert_eq!(written(&output, &output.streams[0]), text);
        let Tally { read, defective, recovered, .. } = output.tally;
        assert_eq!([read, defective, recovered], [1, 1, 0]);
    }
}

#[test]
fn a_strict_reading_takes_lines_apart_as_well() {
    let list = event("list");
    let reading = Reading { depth: Depth::Strict, ..Reading::default() };
    let strict = Rules { reading, ..rules(OnInvalid::Pass) };
    let text = format!("{}{list}\n", head("get"));
    let output = judge("verb = list", strict, &text);
    assert_eq!(written(&output, &output.streams[0]), format!("{list}\n"));
    // What breaks for other reasons is left in one piece.
    let twice = list.replace("{\"kind\"", "{\"verb\":\"get\",\"kind\"");
    let output = judge("verb = get", strict, &format!("{twice}\n"));
    assert_eq!(written(&output, &output.streams[0]), format!("{twice}\n"));
    assert_eq!(output.tally.recovered, 0);
}

#[test]
fn the_first_piece_that_is_kept_is_presence() {
    let text = format!("{}{}\n", head("get"), event("list"));
    let wanted = Wanted::Presence;
    let quiet = Rules { wanted, ..rules(OnInvalid::Pass) };
    let output = judge("verb = get", quiet, &text);
    assert_eq!((output.tally.kept, output.tally.read), (1, 1));
    let output = judge("verb = list", quiet, &text);
    assert_eq!((output.tally.kept, output.tally.read), (1, 2));
}
