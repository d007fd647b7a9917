//! Takes the keys of OpenShift's collector out of an event.
//!
//! Its data model puts them beside those of the event, and its own severity
//! in the place of the audit level, which it keeps at another key.

use std::ops::Range;

use super::member::{Member, Members, word};
use crate::scan::{Scanner, value_end};

/// The keys of the collector, and of those that ship what it writes.
const OWN: [&[u8]; 22] = [
    b"@timestamp",
    b"timestamp",
    b"cluster",
    b"docker",
    b"file",
    b"host",
    b"hostname",
    b"k8s_audit_level",
    b"kubernetes",
    b"log_source",
    b"log_type",
    b"message",
    b"openshift",
    b"openshift_audit_level",
    b"path",
    b"pipeline_metadata",
    b"source_type",
    b"structured",
    b"systemd",
    b"tag",
    b"viaq_index_name",
    b"viaq_msg_id",
];

/// Writes the event at `start` without the keys of the collector, with its
/// audit level.
///
/// * What cannot be followed is left as it is.
pub(super) fn event(
    scanner: Scanner,
    text: &[u8],
    start: usize,
    out: &mut Vec<u8>,
) {
    out.clear();
    out.push(b'{');
    let level = level(scanner, text, start);
    let mut members = Members::new(text, start);
    let mut scratch = Vec::new();
    let mut upto = start + 1;
    while let Some(Member { key, value }) = members.next(scanner, text) {
        let end = value_end(scanner, text, value).ok();
        let name = word(text, &key, &mut scratch);
        let stop = end.unwrap_or(text.len());
        upto = stop;
        members.pass(text, end);
        if OWN.contains(&name) {
            continue;
        }
        if out.len() > 1 {
            out.push(b',');
        }
        match &level {
            Some(level) if name == b"level" => {
                out.extend_from_slice(&text[key.start..value]);
                out.extend_from_slice(&text[level.clone()]);
            }
            Some(_) | None => out.extend_from_slice(&text[key.start..stop]),
        }
    }
    // The bracket, or what is there instead.
    out.extend_from_slice(&text[upto..]);
}

/// Returns where the audit level stands.
fn level(scanner: Scanner, text: &[u8], start: usize) -> Option<Range<usize>> {
    let mut members = Members::new(text, start);
    let mut scratch = Vec::new();
    while let Some(Member { key, value }) = members.next(scanner, text) {
        let end = value_end(scanner, text, value).ok();
        let name = word(text, &key, &mut scratch);
        if let (b"k8s_audit_level" | b"openshift_audit_level", Some(end)) =
            (name, end)
        {
            return Some(value..end);
        }
        members.pass(text, end);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut out = Vec::new();
        event(Scanner::best(), text.as_bytes(), 0, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{text}");
    }

    #[test]
    fn an_event_gets_its_level_back() {
        check(
            r#"{"@timestamp":"T","k8s_audit_level":"Request","kind":"Event","level":"default" , "a":{"tag":1},"tag":".x"} "#,
            r#"{"kind":"Event","level":"Request","a":{"tag":1}} "#,
        );
        check(r#"{"level":"info","log_type":"audit"}"#, r#"{"level":"info"}"#);
        check(r#"{"tag":1}"#, "{}");
        check("{}", "{}");
    }

    #[test]
    fn what_is_cut_stays_cut() {
        check(r#"{"tag":1,"verb":"ge"#, r#"{"verb":"ge"#);
        check(r#"{"verb":"get","tag":"a"#, r#"{"verb":"get""#);
        check(r#"{"verb":"get","tag":1,"#, r#"{"verb":"get","#);
        check(r#"{"verb":"get"x"#, r#"{"verb":"get"x"#);
    }
}
