//! Tests what comes of documents of any layout.

use std::ops::ControlFlow;

use super::{pieces, pieces_as, quoted};
use crate::{
    scan::Scanner,
    unwrap::{Choice, Cutter, Form, Unwrapper},
};

#[test]
fn documents_have_any_layout() {
    let pretty = |text: &str| {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        serde_json::to_string_pretty(&value).unwrap()
    };
    let event = r#"{"auditID":"a","level":"Metadata"}"#;
    let tall = pretty(event);
    let one = |lines| (Form::Documents, lines, event.to_owned());
    assert_eq!(pieces(&tall), [one(4)]);
    let text = format!("{tall}\n{tall}{event}, {event}\nklog\n\n{event}");
    let expected = [
        one(4),
        one(3),
        one(0),
        one(1),
        (Form::Event, 1, "klog".into()),
        (Form::Event, 1, String::new()),
        one(1),
    ];
    assert_eq!(pieces(&text), expected);
    assert_eq!(pieces(&format!("{event}{event}")), [one(0), one(1)]);
    let list = format!(r#"{{"events":[{{"message":{}}}]}}"#, quoted(event));
    let found = pieces(&pretty(&list));
    assert_eq!(found, [(Form::Cloudwatch, 7, event.to_owned())]);
    let array = pretty(&format!("[{event},{event}]"));
    let listed = |lines| (Form::List, lines, event.to_owned());
    assert_eq!(pieces(&array), [listed(10), listed(0)]);
}

#[test]
fn items_on_lines_of_their_own_are_a_document() {
    let event = r#"{"kind":"Event","auditID":"a"}"#;
    let listed = |form, lines| (form, lines, event.to_owned());
    for (begin, form) in [
        (r#"{"kind":"EventList","items":["#, Form::List),
        (r#"{"records":["#, Form::Azure),
    ] {
        let version = r#"{"kind":"Event","apiVersion":"v","auditID":"a"}"#;
        let event = if form == Form::List { version } else { event };
        let text = format!("{begin}\n{event},\n{event}\n]}}\n");
        let found = pieces(&text);
        assert_eq!(found, [(form, 4, event.into()), (form, 0, event.into())]);
    }
    // A line that is cut there is not the begin of one.
    let cut = format!("{{\"auditID\":\"a\",\"records\":[\n{event}\n");
    assert_eq!(pieces(&cut)[1], listed(Form::Event, 1));
}

#[test]
fn documents_that_break_end_with_their_lines() {
    let event = r#"{"auditID":"a","level":"Metadata"}"#;
    let form = Form::Documents;
    let all = |text: &str| pieces_as(form, text, 1000);
    let cut = r#"{"auditID":"a","#;
    let one = |body: &str| (form, 1, body.to_owned());
    // In a string, outside of strings, and where an object cannot stand.
    for cut in [r#"{"auditID":"a"#, cut, r#"{"auditID":"a","user":{"#] {
        let found = all(&format!("{cut}\n{event}\n"));
        assert_eq!(found, [one(cut), one(event)]);
    }
    let found =
        all(&format!("{{\n\"auditID\": \"a\",\nI0101 klog\n{event}\n"));
    let klog = (Form::Event, 1, "I0101 klog".to_owned());
    assert_eq!(found, [(form, 2, cut.to_owned()), klog, one(event)]);
    // What is longer than a record may be comes in parts.
    let found = pieces_as(form, &format!("[\n{event},\n{event}\n]\n"), 60);
    let listed = (Form::List, 2, event.to_owned());
    assert_eq!(found[..2], [listed, (form, 1, event.to_owned())]);
}

#[test]
fn a_line_without_end_counts_as_several() {
    let event = r#"{"auditID":"a","level":"Metadata","verb":"get"}"#;
    let text = event.repeat(10);
    let mut unwrapper = Unwrapper::new(
        Scanner::best(),
        &Choice::Auto,
        Form::Documents,
        1 << 20,
    );
    let mut lines = Vec::new();
    let walked = unwrapper.each(text.as_bytes(), &mut |piece| {
        lines.push(piece.lines);
        ControlFlow::Continue(())
    });
    assert_eq!(walked, ControlFlow::Continue(0));
    assert_eq!(lines, [0, 0, 1, 0, 0, 1, 0, 0, 1, 1]);
    let mut cutter = Cutter::new(Scanner::best(), Form::Documents, 1 << 20);
    assert_eq!(cutter.whole(text.as_bytes()), 9 * event.len());
}
