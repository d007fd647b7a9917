//! Takes a line apart into the events that were glued together in it.
//!
//! Where a disk is full, kube-apiserver writes a part of an event and no
//! newline, and the next event follows on the same line. Such a line breaks
//! ([`first_break`](super::first_break)); these are the places at which a
//! piece of it begins:
//!
//! * where an event begins with which another one *breaks*, as they do if
//!   the other was cut in a string, or is whole. What becomes of the new
//!   event does not matter: it may be cut as well.
//! * where one of the *last events* begins: those, one behind the other,
//!   that are sound to the end of the line. An event that was cut between a
//!   key and its value holds the next one as that value, and only its own
//!   end is missing. There is at most one way to see it so, which brackets
//!   show from the end, and no event that is the last of a line and sound is
//!   missed.
//!
//! A client can write an object into a body that looks like an event. In a
//! sound line it is a part of the body and nothing else, for a sound line
//! does not break. Nor can it keep an event that was glued behind it from
//! being found. The bytes of texts show nothing, since their quotes have
//! backslashes in front. Only where a line was cut exactly behind such an
//! object, it cannot be told from a glued event. Then it is judged as one, and
//! what stands in front as a line that was cut: doubt falls on the side of
//! keeping.

use std::{mem, ops::Range};

use super::{Event, Identity, Place, Roots, start};
use crate::scan::{
    Scanner, Value, behind_blanks, last_object, value_at, value_end,
};

/// How kube-apiserver begins an event.
const BEGIN: &[u8] = br#"{"kind":"Event""#;

/// The pieces of a line: what comes first, and each event glued to it.
#[derive(Clone, Debug)]
pub struct Pieces<'l> {
    scanner: Scanner,
    line: &'l [u8],
    /// Where the object of the line begins.
    start: usize,
    /// Where the next piece begins.
    at: usize,
    /// Where the last events begin, or the end of the line.
    last: usize,
}

/// Returns the pieces of a line that breaks, without gaps and in order.
///
/// * A line that does not break is one piece. So is one in which no event
///   was glued, and one that does not begin as an object.
/// * An event that was glued to a value is seen only if it is sound, the
///   last of the line but for others such, and if it says `kind`.
/// * It takes the time of a few walks along the line, whatever stands there.
///
/// ```
/// use kaudit_filter::{event::pieces, scan::Scanner};
///
/// let line = br#"{"verb":"ge{"kind":"Event","verb":"list"}"#;
/// let pieces: Vec<_> = pieces(Scanner::best(), line).collect();
/// assert_eq!(pieces, [0..11, 11..41]);
/// ```
pub fn pieces(scanner: Scanner, line: &[u8]) -> Pieces<'_> {
    let begins = start(line);
    let start = begins.unwrap_or(line.len());
    let last = last_events(scanner, line, start);
    Pieces { scanner, line, start, at: 0, last }
}

impl Iterator for Pieces<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        if self.at == self.line.len() {
            return None;
        }
        let end = self.end();
        Some(mem::replace(&mut self.at, end)..end)
    }
}

impl Pieces<'_> {
    /// Returns where the piece ends that begins at `at`.
    ///
    /// No byte is walked over for two pieces: where a walk goes on behind
    /// the end of its piece, `last` is that end.
    fn end(&self) -> usize {
        let Pieces { scanner, line, start, at, last } = *self;
        let from = at.max(start);
        let next = match value_end(scanner, line, from) {
            Ok(end) => behind_blanks(line, end),
            // The quote of its first key has ended a string.
            Err(defect) => defect.at.saturating_sub(2),
        };
        let is_new = from < next && next < last;
        match at < last {
            true if is_new && line[next..].starts_with(BEGIN) => next,
            true => last,
            false => next.max(from + 1),
        }
    }
}

/// Returns where the last events of a line begin, if they begin behind
/// `start`; else its length.
fn last_events(scanner: Scanner, line: &[u8], start: usize) -> usize {
    let roots = Roots::new(&[], None);
    let mut last = line.len();
    while let Some(length) = last_object(&line[start..last])
        && length > 0
    {
        let event = &line[start + length..last];
        if !is_sound_event(Event::new(scanner, event, 0, &roots), &roots) {
            break;
        }
        last = start + length;
    }
    last
}

/// Returns whether an event is sound and says that it is one. Objects with a
/// `verb` and no `kind` are in the bodies of access reviews.
fn is_sound_event(mut event: Event<'_, '_>, roots: &Roots) -> bool {
    if event.breaks() || event.identity() != Identity::Event {
        return false;
    }
    match event.root(roots.kind) {
        Place::At(at) => {
            matches!(value_at(event.line(), at), Ok(Value::Text(_)))
        }
        Place::Missing | Place::Unknown => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event as kube-apiserver begins it,
    const NEW: &str = r#"{"kind":"Event","verb":"get","x":{"y":["z"]}}"#;

    /// and as others may.
    const ODD: &str = r#"{ "metadata":{},"verb":"get","kind":"Event"} "#;

    /// Checks that a line made of these pieces is taken apart into them.
    #[track_caller]
    fn check(expected: &[&str]) {
        let line = expected.concat();
        for backend in crate::scan::Backend::ALL {
            let pieces = pieces(Scanner::at_most(backend), line.as_bytes());
            let pieces: Vec<_> = pieces.map(|piece| &line[piece]).collect();
            assert_eq!(pieces, expected, "{backend}");
        }
    }

    #[test]
    fn an_event_glued_anywhere_is_a_piece() {
        for first in [
            "{",
            "{ ",
            r#"{""#,
            r#"{"ki"#,
            r#"{"kind""#,
            r#"{"kind":"#,
            r#"{"kind":"Ev"#,
            r#"{"kind":"Event""#,
            r#"{"kind":"Event","#,
            r#"{"code":40"#,
            r#"{"done":tru"#,
            r#"{"ua":"a\"#,
            r#"{"ua":"a\\"#,
            r#"{"ua":"a\u00"#,
            r#"{"ua":"}{\"kind\":\"Event\"}"#,
            r#"{"requestObject":{"a":[1,"#,
            r#"{"requestObject":{"a":[[{"b":{}}"#,
            r#"{"requestObject":{"#,
            r#"{"kind":"Pod","spec":"#,
            "\u{feff} {\"a\":{\"b\":\0\0\0",
            NEW,
        ] {
            check(&[first, NEW]);
            check(&[first, ODD]);
            check(&[first, NEW, ODD, NEW]);
        }
    }

    #[test]
    fn an_event_that_is_cut_too_is_a_piece_where_one_breaks_with_it() {
        for first in [NEW, r#"{"ua":"cut"#, r#"{"cut"#] {
            check(&[first, r#"{"kind":"Event","verb":"#]);
            check(&[first, r#"{"kind":"Event","ua":"cut"#, NEW]);
            check(&[first, r#"{"kind":"Event""#, NEW, ODD]);
        }
        // It may as well be a value.
        check(&[r#"{"a":{"kind":"Event","ua":"cut"#, NEW]);
    }

    #[test]
    fn what_does_not_break_is_one_piece() {
        for sound in [
            NEW.to_owned(),
            ODD.to_owned(),
            format!(r#"{{"requestObject":{NEW}}}"#),
            format!(r#"{{"requestObject":[{NEW},{NEW}],"x":{NEW}}} "#),
            format!("[{NEW}]"),
            format!("I1121 10:00:00 klog {NEW}"),
        ] {
            check(&[&sound]);
        }
        assert_eq!(pieces(Scanner::best(), b"").count(), 0);
    }

    #[test]
    fn what_breaks_without_an_event_behind_is_one_piece() {
        check(&[r#"{"verb":"get"#]);
        check(&[r#"{"verb":"get"}}"#]);
        check(&[r#"{"verb":"get"} {"kind":"Pod","verb":"get"}"#]);
        check(&[r#"{"verb":"get"} {"verb":"no kind"}"#]);
        check(&[r#"{"requestObject":{"kind":"Event","metadata":{}}"#]);
        check(&[r#"{"verb":"get","a":null{"kind":null,"verb":"get"}"#]);
        // A body that holds one, cut elsewhere than behind it.
        check(&[&format!(r#"{{"requestObject":[{NEW},"#)]);
        check(&[&format!(r#"{{"requestObject":{NEW},"x":"#)]);
        check(&[&format!(r#"{{"requestObject":{{"a":{NEW}}}"#)]);
    }

    #[test]
    fn an_event_in_the_body_of_one_that_was_glued_is_none() {
        let second = format!(r#"{{"kind":"Event","verb":"get","a":{NEW}}}"#);
        check(&[r#"{"ua":"cut"#, &second]);
        check(&[r#"{"a":"#, &second]);
        check(&[NEW, &second]);
    }

    #[test]
    fn a_body_cut_right_behind_an_event_in_it_is_taken_for_glued() {
        check(&[r#"{"verb":"create","requestObject":"#, NEW]);
    }
}
