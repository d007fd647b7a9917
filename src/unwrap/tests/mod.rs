//! Tests what comes of lines of every form.

mod chain;
mod cloud;
mod layout;

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
    chosen(&Choice::Auto, form, text, most)
}

fn chosen(choice: &Choice, form: Form, text: &str, most: usize) -> Vec<Got> {
    let (scanner, bytes) = (Scanner::best(), text.as_bytes());
    let mut unwrapper = Unwrapper::new(scanner, choice, form, most);
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
fn another_text_beside_it_hides_no_event() {
    let text = quoted(EVENT);
    for (form, one, other) in [
        (Form::Message, "message", "log"),
        (Form::Message, "line", "message"),
        (Form::Log, "log", "log_s"),
    ] {
        let (a, b) =
            (format!("\"{one}\":{text}"), format!("\"{other}\":\"x\""));
        check(form, &format!("{{{a},{b}}}"), EVENT);
        check(form, &format!("{{{b},{a}}}"), EVENT);
    }
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
fn an_item_that_breaks_takes_no_others_with_it() {
    let item = |id: u8| format!(r#"{{"level":"Metadata","auditID":"{id}"}}"#);
    let event = |id| format!(r#"{{"kind":"Event",{}"#, &item(id)[1..]);
    for broken in [
        r#"{"level":"Metadata","audi"#,
        r#"{"level":"Metadata","auditID":"#,
        r#"{"level":"Metadata","audi":1 x"#,
        r#"{"level":"Metadata","user":{"username":"x""#,
        r#"{"level":"Metadata"} x"#,
    ] {
        let (one, two, three) = (item(1), item(2), item(3));
        let items = format!("{one},{broken}, {two} ,{three}");
        let list = format!(r#"{{"kind":"EventList","items":[{items}]}}"#);
        let bodies = pieces(&list).into_iter().map(|piece| piece.2);
        let bodies: Vec<_> = bodies.collect();
        assert_eq!(bodies.len(), 4, "{bodies:?}");
        assert!(bodies[1].ends_with(&broken[2..]), "{bodies:?}");
        assert_eq!(
            [&bodies[0], &bodies[2], &bodies[3]],
            [&event(1), &event(2), &event(3)]
        );
        let events = format!("[{0},{broken},{0},{0}]", event(1));
        let found = pieces(&events);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(found[3].2, event(1));
    }
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

#[test]
fn parts_of_docker_are_joined() {
    let line = |text: &str, stream| {
        let text = quoted(text);
        format!(r#"{{"log":{text},"stream":"{stream}","time":"{TIME}"}}"#)
    };
    let long =
        EVENT.replace("get", &"g\"et".repeat(9000).replace('"', "\\\""));
    let (one, rest) = long.split_at(16384);
    let (two, three) = rest.split_at(16384);
    let text = [
        line(&format!("{EVENT}\n"), "stdout"),
        line(one, "stdout"),
        line("klog {}\n", "stderr"),
        line(two, "stdout"),
        line(&format!("{three}\n"), "stdout"),
        line(EVENT, "stdout"),
    ];
    let klog = text[2].clone();
    let expected = [
        (Form::Docker, 1, EVENT.to_owned()),
        (Form::Event, 1, klog),
        (Form::Docker, 3, long),
        (Form::Docker, 1, EVENT.to_owned()),
    ];
    assert_eq!(pieces(&text.join("\n")), expected);
}

#[test]
fn words_in_front_are_passed_over() {
    check(Form::Prefix, &format!("[pod/a/b] {EVENT}"), EVENT);
    check(Form::Prefix, &format!("ip-10-0-0-1.internal {EVENT}\n"), EVENT);
    check(
        Form::Prefix,
        &format!("{TIME} kube-apiserver-audit-1 {EVENT}"),
        EVENT,
    );
    check(
        Form::Prefix,
        &format!("<13>Oct 11 22:14:15 h a: @cee: {EVENT}"),
        EVENT,
    );
    left(&format!("I1018 17:32:47.415 1 x.go:1] {EVENT}"));
    left("host {\"a\":1}");
}

#[test]
fn lines_of_the_legacy_format_become_events() {
    let line = format!(r#"{TIME} AUDIT: id="a" stage="Panic" response="500""#);
    let event = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a","stage":"Panic","user":{},"responseStatus":{"metadata":{},"code":500},"requestReceivedTimestamp":"2023-10-18T17:32:47.415928Z"}"#;
    check(Form::Legacy, &line, event);
    check(Form::Cri, &format!("{TIME} stdout F {line}\n"), event);
}

#[test]
fn a_place_can_be_named() {
    let at = |place: &str, line: &str| {
        let choice = Choice::parse(&format!("at:{place}")).unwrap();
        let form = Form::detect(Scanner::best(), line.as_bytes());
        chosen(&choice, form, line, 1000)
    };
    let text = quoted(EVENT);
    let one = |lines| (Form::At, lines, EVENT.to_owned());
    assert_eq!(at("a.b", &format!(r#"{{"a":{{"b":{text}}}}}"#)), [one(1)]);
    assert_eq!(at("a", &format!(r#"{{"a":{EVENT},"verb":"x"}}"#)), [one(1)]);
    let list = format!(r#"{{"a":[{{"b":{EVENT}}},{{"b":{text}}}]}}"#);
    assert_eq!(at("a[*].b", &list), [one(1), one(0)]);
    let cri = format!(r#"{TIME} stdout F {{"a":{text}}}"#);
    assert_eq!(at("a", &cri), [(Form::Cri, 1, EVENT.to_owned())]);
    // Elsewhere, it is as without.
    let log = format!(r#"{{"log":{text}}}"#);
    assert_eq!(at("a.b", &log), [(Form::Log, 1, EVENT.to_owned())]);
    assert_eq!(at("a.b", EVENT), [(Form::Event, 1, EVENT.to_owned())]);
}

#[test]
fn what_is_asked_for_is_unwrapped_although_there_is_an_event() {
    let line =
        format!(r#"{{"log":{},"kind":"Event","auditID":"b"}}"#, quoted(EVENT));
    assert_eq!(pieces(&line), [(Form::Event, 1, line.clone())]);
    let log = chosen(&Choice::Form(Form::Log), Form::Log, &line, 1000);
    assert_eq!(log, [(Form::Log, 1, EVENT.to_owned())]);
    let none = chosen(&Choice::None, Form::Log, &line, 1000);
    assert_eq!(none, [(Form::Event, 1, line)]);
}

#[test]
fn one_that_is_too_long_is_left() {
    let line = format!("{TIME} stdout F {EVENT}");
    let found = pieces_as(Form::Cri, &line, 50);
    assert_eq!(found, [(Form::Event, 1, line)]);
}

#[test]
fn what_is_glued_is_told_of_once() {
    let log = r#"{"log":"{}"}"#;
    let found = pieces_as(Form::Log, &log.repeat(3), 1000);
    let one = |lines| (Form::Event, lines, log.to_owned());
    assert_eq!(found, [one(1), one(0), one(0)]);
}

#[test]
fn depth_costs_no_time() {
    for (open, close) in
        [("[", "]"), ("{\"hits\":", "}"), ("{\"hits\":[", "]}")]
    {
        let text = open.repeat(50_000) + EVENT + &close.repeat(50_000);
        let found = pieces(&text);
        assert_eq!((found.len(), found[0].0), (1, Form::Event));
        // As deep as this, an event is found.
        let text = open.repeat(8) + EVENT + &close.repeat(8);
        assert_eq!(pieces(&text)[0].2, EVENT);
    }
}
