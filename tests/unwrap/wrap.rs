//! Wraps events in every form, and makes events that have everything in them.

use kaudit_filter::unwrap::Form;
use serde_json::{Value, json};

use crate::dice::Dice;

pub(super) const TIME: &str = "2023-10-18T17:32:47.415928452Z";

/// Writes a text as a JSON string; escapes are chosen by `dice`.
pub(super) fn quoted(text: &str, dice: &mut Dice) -> String {
    let all = dice.percent(10);
    let mut out = String::from("\"");
    for c in text.chars() {
        if all || dice.percent(5) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out += &format!("\\u{unit:04x}");
            }
        } else {
            let plain = Value::from(c.to_string()).to_string();
            out += &plain[1..plain.len() - 1];
        }
    }
    out + "\""
}

/// A form to wrap in: what unwraps it, and whether it is read from a string.
pub(super) type Wrapping = (Form, fn(&str, &mut Dice) -> String);

/// Ways to wrap one event in one line.
pub(super) const WRAPPINGS: [Wrapping; 24] = [
    (Form::Cri, |event, _| format!("{TIME} stdout F {event}")),
    (Form::Prefix, |event, _| format!("ip-10-0-0-1.internal {event}")),
    (Form::Prefix, |event, _| {
        format!("{TIME} kube-apiserver-audit-1 {event}")
    }),
    (Form::Prefix, |event, _| {
        format!("<134>1 {TIME} host app - - [a@1 b=\"c\"] {event}")
    }),
    (Form::Log, |event, dice| format!("{{\"log\":{}}}", line(event, dice))),
    (Form::Log, |event, dice| {
        let log = line(event, dice);
        format!("{{\"kubernetes\":{{\"log\":[]}},\"log\" : {log} , \"x\":1}}")
    }),
    (Form::Docker, |event, dice| {
        let log = line(event, dice);
        format!("{{\"log\":{log},\"stream\":\"stdout\",\"time\":\"{TIME}\"}}")
    }),
    (Form::Message, |event, dice| {
        let message = line(event, dice);
        format!(
            "{{\"@timestamp\":\"{TIME}\",\"log\":{{\"offset\":1}},\"message\":{message}}}"
        )
    }),
    (Form::Message, |event, dice| {
        format!("{{\"level\":\"info\",\"message\":{}}}", line(event, dice))
    }),
    (Form::Source, |event, _| {
        format!("{{\"_index\":\"i\",\"_id\":\"1\",\"_source\":{event}}}")
    }),
    (Form::Source, |event, dice| {
        let message = line(event, dice);
        format!(
            "{{\"took\":1,\"hits\":{{\"hits\":[{{\"_source\":{{\"message\":{message}}}}}]}}}}"
        )
    }),
    (Form::Azure, |event, dice| {
        let log = line(event, dice);
        format!(
            "{{\"category\":\"kube-audit\",\"properties\":{{\"log\":{log},\"stream\":\"stdout\"}}}}"
        )
    }),
    (Form::Azure, |event, dice| {
        let log = line(event, dice);
        format!("{{\"records\":[{{\"properties\":{{\"log\":{log}}}}}]}}")
    }),
    (Form::Azure, |event, _| {
        format!("{{\"properties\":{{\"log\":{event}}}}}")
    }),
    (Form::Cloudwatch, |event, dice| {
        let message = line(event, dice);
        format!(
            "{{\"events\":[{{\"timestamp\":1,\"message\":{message}}}],\"searchedLogStreams\":[]}}"
        )
    }),
    (Form::Cloudwatch, |event, dice| {
        let message = line(event, dice);
        format!(
            "{{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{{\"id\":\"1\",\"message\":{message}}}]}}"
        )
    }),
    (Form::Cloudwatch, |event, dice| {
        let message = line(event, dice);
        format!(
            "{{\"results\":[[{{\"field\":\"@timestamp\",\"value\":\"x\"}},{{\"field\":\"@message\",\"value\":{message}}}]],\"status\":\"Complete\"}}"
        )
    }),
    (Form::List, |event, dice| {
        format!(
            "[{{\"@timestamp\":\"x\",\"@message\":{}}}]",
            line(event, dice)
        )
    }),
    (Form::List, |event, _| format!("[{event}]")),
    (Form::List, |event, _| {
        format!(
            "{{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"metadata\":{{}},\"items\":[{event}]}}"
        )
    }),
    (Form::Cri, |event, dice| {
        format!("{TIME} stderr F {{\"log\":{}}}", line(event, dice))
    }),
    (Form::Log, |event, dice| {
        let inner = format!("{{\"message\":{}}}", line(event, dice));
        format!("{{\"log\":{}}}", quoted(&inner, dice))
    }),
    (Form::Message, |event, dice| {
        let inner = format!("{TIME} stdout F {event}");
        format!("{{\"message\":{}}}", quoted(&inner, dice))
    }),
    (Form::Message, |event, dice| {
        format!("{{\"MESSAGE\":{},\"_PID\":\"1\"}}", line(event, dice))
    }),
];

/// Writes an event as a string, with a newline at its end or without.
fn line(event: &str, dice: &mut Dice) -> String {
    let end = *dice.pick(&["\n", "", "\r\n"]);
    quoted(&format!("{event}{end}"), dice)
}

/// What may be in texts and keys.
const WORDS: [&str; 24] = [
    "kind",
    "Event",
    "EventList",
    "items",
    "log",
    "message",
    "_source",
    "records",
    "properties",
    "hits",
    "events",
    "level",
    "@timestamp",
    "k8s_audit_level",
    "log_type",
    "openshift",
    "protoPayload",
    "stream",
    "time",
    "\"",
    "\\",
    "\n\r\t\u{8}\u{c}\0\u{1b}",
    "é\u{2028}\u{1f600}",
    "{\"log\":\"{\\\"kind\\\":\\\"Event\\\"}\"}",
];

/// Makes an event with anything in its bodies. It is written as Go does.
pub(super) fn event(dice: &mut Dice) -> String {
    let mut event = json!({
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": *dice.pick(&["Metadata", "Request", "RequestResponse"]),
        "auditID": text(dice),
        "stage": "ResponseComplete",
        "requestURI": text(dice),
        "verb": text(dice),
        "user": { "username": text(dice), "extra": value(dice, 3) },
        "requestObject": value(dice, 6),
        "responseObject": value(dice, 6),
        "annotations": value(dice, 2),
    });
    let dropped = *dice.pick(&["annotations", "stage", "verb", "user"]);
    event.as_object_mut().unwrap().remove(dropped);
    // Events come in the order of Go's structs, or in any other.
    let text = match dice.percent(50) {
        true => event.to_string(),
        false => {
            let members = event.as_object().unwrap().iter();
            let mut members: Vec<_> = members
                .map(|(key, value)| format!("{}:{value}", Value::from(&**key)))
                .collect();
            dice.shuffle(&mut members);
            format!("{{{}}}", members.join(","))
        }
    };
    text.replace('<', "\\u003c").replace('\u{2028}', "\\u2028")
}

fn text(dice: &mut Dice) -> String {
    (0..dice.below(4)).map(|_| dice.word(&WORDS)).collect()
}

fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth == 0 { 4 } else { 8 }) {
        0 => Value::Null,
        1 => json!(dice.below(1000)),
        2 => json!(dice.percent(50)),
        3 => json!(text(dice)),
        4 => {
            let length = dice.below(4);
            (0..length).map(|_| value(dice, depth - 1)).collect()
        }
        _ => {
            let length = dice.below(5);
            let member =
                |dice: &mut Dice| (text(dice), value(dice, depth - 1));
            (0..length)
                .map(|_| member(dice))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
    }
}
