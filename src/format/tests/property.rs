//! No input makes records anything else than what they are.

use proptest::prelude::*;
use serde_json::Value;

use super::{EVENT, format, labels, shaped};
use crate::diag::is_unsafe;
use crate::format::{Entries, Format, Layout, Severities};

/// Every format that is text, with and without a limit.
fn formats() -> Vec<Format> {
    let labels = labels(&["cluster=prod"]);
    let texts = ["short", "json", "csv", "table", "template:{user}\t{ua}"];
    let of = |text: &&str| {
        let plain = format(text);
        [plain.clone(), plain.with_labels(&labels).at_most(480)]
    };
    texts.iter().flat_map(of).collect()
}

#[track_caller]
fn is_one_harmless_line(format: &Format, line: &[u8]) -> String {
    let record = shaped(format, line);
    let text = record.strip_suffix('\n').unwrap();
    let harmful = text.chars().find(|c| is_unsafe(*c) && *c != '\t');
    assert_eq!(harmful, None, "{text:?}");
    if matches!(format.layout, Layout::Json(_)) {
        let read: Value = serde_json::from_str(text).unwrap();
        assert!(read.is_object());
    }
    if matches!(format.layout, Layout::Csv(_)) {
        let text = format.header().unwrap() + &record;
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<_> = reader.records().collect();
        assert_eq!(rows.len(), 1);
        assert!(rows[0].is_ok(), "{text:?}");
    }
    assert!(text.len() <= format.most);
    record
}

/// Bytes as events may have them, and as they may not.
fn dirt() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<Vec<u8>>(),
        any::<String>().prop_map(String::into_bytes),
        "[\\PC\"\\\\,=+@<>{}\u{9b}\u{202e}\u{7f}\0\n\r\u{feff}]{0,20}"
            .prop_map(String::into_bytes),
    ];
    proptest::collection::vec(piece, 1..4).prop_map(|parts| parts.concat())
}

/// An event in which one text is what a client wrote.
fn with_text(at: usize, text: &str) -> Vec<u8> {
    let mut event: Value = serde_json::from_str(EVENT).unwrap();
    let places = [
        "/auditID",
        "/stage",
        "/verb",
        "/user/username",
        "/user/groups/0",
        "/impersonatedUser/username",
        "/sourceIPs/2",
        "/userAgent",
        "/objectRef/resource",
        "/objectRef/name",
        "/responseStatus/message",
        "/responseStatus/reason",
        "/stageTimestamp",
        "/annotations/kaudit-filter~1rules",
    ];
    let place = places[at % places.len()];
    *event.pointer_mut(place).unwrap() = Value::from(text);
    serde_json::to_vec(&event).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_bytes_are_one_line_that_does_nothing(
        line in dirt(),
        cut in any::<prop::sample::Index>(),
    ) {
        let at = cut.index(EVENT.len());
        let glued = [&EVENT.as_bytes()[..at], &line].concat();
        let mut severe = Entries::new(&format("raw"), Severities::default());
        for format in formats() {
            is_one_harmless_line(&format, &line);
            is_one_harmless_line(&format, &glued);
        }
        let mut out = Vec::new();
        severe.as_mut().unwrap().write(&glued, &mut out);
        let text = str::from_utf8(&out).unwrap().trim_end_matches('\n');
        prop_assert!(!text.contains('\n'));
    }

    #[test]
    fn any_text_of_an_event_stays_where_it_belongs(
        at in 0..14_usize,
        text in any::<String>(),
    ) {
        let line = with_text(at, &text);
        for format in formats() {
            let record = is_one_harmless_line(&format, &line);
            prop_assert!(!record.contains("canary"));
        }
    }

    #[test]
    fn json_is_what_serde_json_reads(
        at in 0..14_usize,
        text in any::<String>(),
    ) {
        let line = with_text(at, &text);
        let event: Value = serde_json::from_slice(&line).unwrap();
        let found = shaped(&format("json"), &line);
        let found: Value = serde_json::from_str(&found).unwrap();
        for (name, pointer) in [
            ("id", "/auditID"),
            ("stage", "/stage"),
            ("verb", "/verb"),
            ("user", "/user/username"),
            ("groups", "/user/groups"),
            ("impersonated", "/impersonatedUser/username"),
            ("peer", "/sourceIPs/2"),
            ("sourceip", "/sourceIPs"),
            ("ua", "/userAgent"),
            ("resource", "/objectRef/resource"),
            ("name", "/objectRef/name"),
            ("message", "/responseStatus/message"),
            ("reason", "/responseStatus/reason"),
            ("code", "/responseStatus/code"),
            ("time", "/stageTimestamp"),
            ("rules", "/annotations/kaudit-filter~1rules"),
        ] {
            prop_assert_eq!(found.get(name), event.pointer(pointer));
        }
    }
}
