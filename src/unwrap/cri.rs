//! Reads the words that a CRI runtime puts in front of a line.
//!
//! `2024-01-02T03:04:05.678901234Z stdout F TEXT`: a time, the stream, tags
//! with colons between, of which the first is `P` where the line of the
//! program goes on with the next line of its stream.

use super::region::{Part, Stream};

/// What stands in front of the text of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Where the text begins.
    pub text: usize,
    pub stream: Stream,
    /// Whether the text goes on with the next line of the stream.
    pub goes_on: bool,
}

impl Head {
    /// Reads the head of a line, which may be cut behind it.
    #[inline]
    pub(super) fn of(line: &[u8]) -> Option<Head> {
        let time = time(line)?;
        let rest = &line[time + 1..];
        let (stream, word) = match rest {
            _ if rest.starts_with(b"stdout ") => (Stream::Out, 7),
            _ if rest.starts_with(b"stderr ") => (Stream::Err, 7),
            _ => return None,
        };
        let tags = &rest[word..];
        let goes_on = match tags.first()? {
            b'P' => true,
            b'F' => false,
            _ => return None,
        };
        let tags = match tags.get(1) {
            Some(b' ') => 1,
            Some(b':') => tags.iter().take(MOST).position(|b| *b == b' ')?,
            None if !goes_on => 0,
            Some(_) | None => return None,
        };
        let text = (time + 1 + word + tags + 1).min(line.len());
        Some(Head { text, stream, goes_on })
    }

    /// Returns the part of a line of the program that this is.
    pub(super) fn part(self) -> Part {
        let Head { text, stream, goes_on } = self;
        Part { stream, text, goes_on, is_whole: false }
    }
}

/// Tags are not longer than this.
const MOST: usize = 64;

/// Returns the length of the time in RFC 3339 that a line begins with, if a
/// blank follows.
#[inline]
pub(super) fn time(line: &[u8]) -> Option<usize> {
    let date = line.first_chunk::<20>()?;
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let is_date = date.iter().zip(shape).all(|(byte, kind)| match kind {
        b'd' => byte.is_ascii_digit(),
        _ => byte == kind,
    });
    if !is_date {
        return None;
    }
    let rest = line[19..].iter().take(20);
    let length = 19 + rest.take_while(|byte| is_of_time(**byte)).count();
    let is_zoned = line[length - 1] == b'Z' || length > 19;
    (is_zoned && line.get(length) == Some(&b' ')).then_some(length)
}

/// Returns whether the byte can stand behind the seconds of a time.
fn is_of_time(byte: u8) -> bool {
    byte.is_ascii_digit()
        || matches!(byte, b'.' | b',' | b'+' | b'-' | b':' | b'Z')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, Stream, bool)>) {
        let found = Head::of(line.as_bytes())
            .map(|head| (&line[head.text..], head.stream, head.goes_on));
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn heads_are_read() {
        let time = "2023-10-18T17:32:47.415928452Z";
        check(
            &format!("{time} stdout F {{}}"),
            Some(("{}", Stream::Out, false)),
        );
        check(
            &format!("{time} stderr P a b"),
            Some(("a b", Stream::Err, true)),
        );
        check(
            &format!("{time} stdout F:x:y a"),
            Some(("a", Stream::Out, false)),
        );
        check(&format!("{time} stdout F "), Some(("", Stream::Out, false)));
        let zoned = "2023-10-18T17:32:47+02:00";
        check(&format!("{zoned} stdout F x"), Some(("x", Stream::Out, false)));
    }

    #[test]
    fn other_lines_have_none() {
        let time = "2023-10-18T17:32:47.415928452Z";
        for line in ["", "{}", time, "2023-10-18 17:32:47 stdout F x"] {
            check(line, None);
        }
        for rest in ["stdout", "stdout X x", "stdin F x", "stdout Fx"] {
            check(&format!("{time} {rest}"), None);
        }
    }
}
