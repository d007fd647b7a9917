//! Tests what comes of lines of every form.

use std::ops::ControlFlow;

use super::{Body, Choice, Form, Unwrapper};
use crate::scan::Scanner;

const EVENT: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a\"\u003c","verb":"get"}"#;

/// What a piece is, without its place.
type Got = (Form, u64, String);

/// Unwraps `text` as it shows itself.
fn pieces(text: &str) -> Vec<Got> {
    let form = Form::detect(Scanner::best(), text.as_bytes());
    pieces_as(form, text, 1 << 20)
}

fn pieces_as(form: Form, text: &str, most: usize) -> Vec<Got> {
    let (scanner, bytes) = (Scanner::best(), text.as_bytes());
    let mut unwrapper = Unwrapper::new(scanner, &Choice::Auto, form, most);
    let mut found = Vec::new();
    let walked = unwrapper.each(bytes, &mut |piece| {
        let body = String::from_utf8(piece.bytes(bytes).to_vec()).unwrap();
        if let Body::Slice(range) = &piece.body {
            assert!(range.start >= piece.line.start);
            assert!(range.end <= piece.line.end);
        }
        found.push((piece.form, piece.lines, body));
        ControlFlow::Continue(())
    });
    assert_eq!(walked, ControlFlow::Continue(0));
    let lines = found.iter().map(|piece| piece.1).sum::<u64>();
    assert_eq!(lines, text.lines().count() as u64, "{text}");
    found
}

/// Checks that `text` has one piece, which was wrapped in `form`.
#[track_caller]
fn check(form: Form, text: &str, piece: &str) {
    assert_eq!(pieces(text), [(form, 1, piece.to_owned())], "{text}");
}

/// Checks that lines are left as they came.
#[track_caller]
fn left(text: &str) {
    let expected = text.lines().map(|line| (Form::Event, 1, line.to_owned()));
    assert_eq!(pieces(text), expected.collect::<Vec<_>>(), "{text}");
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

const TIME: &str = "2023-10-18T17:32:47.415928452Z";

#[test]
fn a_plain_event_is_left() {
    left(EVENT);
    left(&format!(
        "{EVENT}\nI0101 klog {{}}\n\n{EVENT}\n{{\"verb\":\"x\"}}\n"
    ));
}

#[test]
fn container_logs_are_cut_behind_their_head() {
    check(Form::Cri, &format!("{TIME} stdout F {EVENT}\n"), EVENT);
    left(&format!("{TIME} stderr F I0101 klog {{}}\n"));
}

#[test]
fn parts_of_a_line_are_joined() {
    let (one, two) = EVENT.split_at(40);
    let text = format!(
        "{TIME} stdout P {one}\n{TIME} stderr F klog\nstray\n\
         {TIME} stdout F {two}\n{TIME} stdout F {EVENT}\n"
    );
    let stray = format!("{TIME} stderr F klog");
    let expected = [
        (Form::Event, 1, stray),
        (Form::Event, 1, "stray".into()),
        (Form::Cri, 2, EVENT.into()),
        (Form::Cri, 1, EVENT.into()),
    ];
    assert_eq!(pieces(&text), expected);
    // One that is too long comes in two.
    let most = text.find("stray").unwrap();
    let found = pieces_as(Form::Cri, &text, most);
    assert_eq!(found[1], (Form::Cri, 1, one.into()));
}

#[test]
fn texts_of_shippers_are_read() {
    for newline in ["", "\n", "\r\n"] {
        let text = quoted(&format!("{EVENT}{newline}"));
        check(Form::Log, &format!("{{\"log\":{text}}}\n"), EVENT);
        check(
            Form::Message,
            &format!("{{\"message\":{text},\"x\":1}}"),
            EVENT,
        );
        check(
            Form::Message,
            &format!("{{\"x\":{{}},\"message\":{text}}}"),
            EVENT,
        );
    }
    let both = quoted(&format!("{EVENT}\n{EVENT}\n"));
    let found = pieces(&format!("{{\"log\":{both}}}\n"));
    let one = |lines| (Form::Log, lines, EVENT.to_owned());
    assert_eq!(found, [one(1), one(0)]);
    left(r#"{"log":"klog {x}\n"}"#);
    left(r#"{"log":17}"#);
}

#[test]
fn layers_are_opened_one_after_the_other() {
    let log = format!("{{\"log\":{}}}", quoted(EVENT));
    check(Form::Cri, &format!("{TIME} stdout F {log}"), EVENT);
    let message = format!("{{\"message\":{}}}", quoted(&log));
    check(Form::Message, &message, EVENT);
    let deep = (0..20).fold(EVENT.to_owned(), |text, _| {
        format!("{{\"log\":{{\"log\":{}}}}}", quoted(&text).len())
    });
    left(&deep);
}

#[test]
fn items_of_a_list_become_events() {
    let item = r#"{"level":"Metadata","verb":"get"}"#;
    let list = |items: &str| {
        format!(
            r#"{{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{{}},"items":[{items}]}}"#
        )
    };
    let event = format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1",{}"#,
        &item[1..]
    );
    check(Form::List, &list(item), &event);
    check(Form::List, &list(EVENT), EVENT);
    let found = pieces(&list(&format!("{item} , {EVENT}")));
    let expected = [(Form::List, 1, event), (Form::List, 0, EVENT.to_owned())];
    assert_eq!(found, expected);
    left(&list(""));
    check(Form::List, &format!("[{EVENT}]"), EVENT);
}

#[test]
fn what_is_cut_is_read_as_far_as_it_goes() {
    let log = format!("{{\"log\":{}}}", quoted(EVENT));
    check(Form::Log, &log[..log.len() - 1], EVENT);
    let cut = &log[..log.find("verb").unwrap()];
    check(Form::Log, cut, &EVENT[..EVENT.find("verb").unwrap()]);
    left(r#"{"log":"{\"ki"#);
    // What was glued to it is found.
    let glued = format!("{cut}{log}");
    assert_eq!(pieces(&glued).last().unwrap().2, EVENT);
}
