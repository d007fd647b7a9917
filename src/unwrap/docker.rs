//! Reads what Docker's json-file log says of a line.
//!
//! `{"log":"TEXT\n","stream":"stdout","time":"..."}`. A line of the program
//! that is longer than 16 KiB is taken apart, and only its last part has the
//! newline. Shippers that leave the newline out write records that look the
//! same, so a part has to have that length.

use std::ops::Range;

use super::{
    decode::Room,
    member::{Close, Member, Members, word},
    region::{Part, Stream},
};
use crate::scan::{Scanner, behind_blanks, value_end};

/// How long the parts of a line are, in bytes.
const PART: usize = 16 << 10;

/// By how much a part may have become longer: bytes of a character that was
/// taken apart are replaced by three each.
const SLACK: usize = 12;

/// What a line says of itself.
#[derive(Debug, Default)]
struct Seen {
    /// Whether `log` is a text.
    is_log: bool,
    /// Whether the text ends with a newline, or is not as long as a part.
    is_end: bool,
    /// Whether it is a whole document. A part can be one, but not the first
    /// of an event; a client can make its event as long as a part.
    is_whole: bool,
    stream: Option<Stream>,
}

/// Returns whether a line is a record of Docker by its keys, whatever its text
/// is; or could be, where it is cut.
pub(super) fn shows(scanner: Scanner, line: &[u8]) -> bool {
    let start = behind_blanks(line, 0);
    let mut members = Members::new(line, start);
    let (mut keys, mut scratch) = ([false; 3], Vec::new());
    while let Some(Member { key, value }) = members.next(scanner, line) {
        let name = word(line, &key, &mut scratch);
        let is_text = line.get(value) == Some(&b'"');
        let names: [&[u8]; 3] = [b"log", b"stream", b"time"];
        if let Some(n) = names.iter().position(|known| *known == name) {
            keys[n] |= is_text;
        }
        members.pass(line, value_end(scanner, line, value).ok());
    }
    match members.close() {
        Close::Closed(_) => keys == [true; 3],
        Close::Open | Close::Broken(_) | Close::Cut => keys[0],
    }
}

/// Returns the part of a line of the program that this line is.
pub(super) fn part(scanner: Scanner, line: &[u8]) -> Option<Part> {
    if let Some(stream) = ended(line) {
        return Some(Part {
            stream,
            text: 0,
            goes_on: false,
            is_whole: false,
        });
    }
    let start = behind_blanks(line, 0);
    if line.get(start) != Some(&b'{') {
        return None;
    }
    let mut members = Members::new(line, start);
    let (mut seen, mut room) = (Seen::default(), Vec::new());
    while let Some(Member { key, value }) = members.next(scanner, line) {
        let end = value_end(scanner, line, value).ok()?;
        seen.member(scanner, line, word(line, &key, &mut room), value..end);
        members.pass(line, Some(end));
    }
    let stream = seen.stream.filter(|_| seen.is_log)?;
    let Seen { is_end, is_whole, .. } = seen;
    Some(Part { stream, text: 0, goes_on: !is_end, is_whole })
}

/// Returns the stream of a line that Docker wrote, if it shows at its end that
/// its text has a newline.
#[inline]
fn ended(line: &[u8]) -> Option<Stream> {
    // Behind the text come the stream and a time, and seldom more.
    let tail = &line[line.len().saturating_sub(96)..];
    let mark: &[u8] = br#"\n","stream":"std"#;
    let at = memchr::memmem::find(tail, mark)?;
    let slashes = tail[..=at].iter().rev().take_while(|b| **b == b'\\');
    let is_newline = slashes.count() % 2 == 1 && at > 0;
    let is_ours = line.starts_with(br#"{"log":""#) && is_newline;
    let stream = match tail.get(at + mark.len())? {
        b'o' => Stream::Out,
        _ => Stream::Err,
    };
    is_ours.then_some(stream)
}

impl Seen {
    /// Takes the member `name`.
    fn member(
        &mut self,
        scanner: Scanner,
        line: &[u8],
        name: &[u8],
        value: Range<usize>,
    ) {
        let is_text = line.get(value.start) == Some(&b'"');
        match name {
            b"log" if is_text => {
                self.is_log = true;
                (self.is_end, self.is_whole) = length(scanner, line, value);
            }
            b"stream" => {
                self.stream = match &line[value] {
                    b"\"stdout\"" => Some(Stream::Out),
                    b"\"stderr\"" => Some(Stream::Err),
                    _ => None,
                }
            }
            _ => {}
        }
    }
}

/// Returns whether a text is no part that goes on, and whether it could be
/// one, but is a whole document.
fn length(scanner: Scanner, line: &[u8], value: Range<usize>) -> (bool, bool) {
    let raw = &line[value.start + 1..value.end - 1];
    if raw.len() < PART {
        return (true, false);
    }
    let mut room = Room::default();
    room.decode(line, value.start + 1);
    let text = room.text();
    let is_part = (PART..=PART + SLACK).contains(&text.len());
    if !is_part || text.ends_with(b"\n") {
        return (true, false);
    }
    let end = value_end(scanner, text, behind_blanks(text, 0));
    let is_whole = text.trim_ascii_start().starts_with(b"{")
        && end.is_ok_and(|end| behind_blanks(text, end) == text.len());
    (false, is_whole)
}

/// Appends the text of a line that is a part.
pub(super) fn append(scanner: Scanner, line: &[u8], room: &mut Room) {
    let start = behind_blanks(line, 0);
    let mut members = Members::new(line, start);
    let mut scratch = Vec::new();
    while let Some(Member { key, value }) = members.next(scanner, line) {
        if word(line, &key, &mut scratch) == b"log"
            && line.get(value) == Some(&b'"')
        {
            room.decode(line, value + 1);
            return;
        }
        members.pass(line, value_end(scanner, line, value).ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(Stream, bool)>) {
        let part = part(Scanner::best(), line.as_bytes());
        let found = part.map(|part| (part.stream, part.goes_on));
        assert_eq!(found, expected, "{line}");
    }

    fn line(text: &str) -> String {
        let text = serde_json::to_string(text).unwrap();
        format!(r#"{{"log":{text},"stream":"stdout","time":"T"}}"#)
    }

    #[test]
    fn a_part_is_as_long_as_docker_makes_it() {
        let text = "\"".repeat(PART);
        check(&line("a\n"), Some((Stream::Out, false)));
        check(&line("a"), Some((Stream::Out, false)));
        check(&line(&text), Some((Stream::Out, true)));
        check(
            &line(&format!("{text}123456789 123")),
            Some((Stream::Out, false)),
        );
        check(&line(&text[..PART - 1]), Some((Stream::Out, false)));
        check(&line(&format!("{}\n", &text[1..])), Some((Stream::Out, false)));
        // What ends with a backslash and an n has no newline.
        let tricky = format!("{}\\n", &text[2..]);
        check(&line(&tricky), Some((Stream::Out, true)));
    }

    #[test]
    fn records_show_themselves_by_their_keys() {
        let shows = |line: &str| shows(Scanner::best(), line.as_bytes());
        assert!(shows(&line("klog\n")));
        assert!(shows(r#"{"time":"T","stream":"stderr","log":"a"}"#));
        assert!(shows(r#"{"log":"\u003c\u003c"#));
        assert!(!shows(r#"{"log":"a","stream":"stdout"}"#));
        assert!(!shows(r#"{"log":{},"stream":"stdout","time":"T"}"#));
        assert!(!shows(r#"{"message":"a"#));
    }

    #[test]
    fn other_lines_are_no_parts() {
        check("klog", None);
        check(r#"{"log":"a\n"}"#, None);
        check(r#"{"log":1,"stream":"stdout"}"#, None);
        check(r#"{"log":"a","stream":"stdout""#, Some((Stream::Out, false)));
    }
}
