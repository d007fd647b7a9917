//! Walks the members of one object from front to back, as far as it can be
//! followed.
//!
//! [`scan`](crate::scan) finds wanted members faster and passes over the
//! others. Here each is looked at: they are few, and mostly short.

use std::ops::Range;

use crate::scan::{Scanner, Text, behind_blanks, value_end};

/// A walk over the members of an object.
///
/// Keys are asked for; how the value is passed over, the caller says.
#[derive(Clone, Debug)]
pub(super) struct Members {
    /// Where the next member begins, or what is there instead.
    at: usize,
    close: Close,
}

/// A key, and where its value begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// The key, quotes included.
    pub key: Range<usize>,
    pub value: usize,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// It has not.
    Open,
    /// Behind the bracket that closes the object, at this offset.
    Closed(usize),
    /// In the member that begins at this offset, or behind the last one.
    Broken(usize),
    /// In a value.
    Cut,
}

impl Members {
    /// Begins with the object whose `{` is the byte at `start`.
    #[inline]
    pub(super) fn new(text: &[u8], start: usize) -> Members {
        let at = behind_blanks(text, start + 1);
        let close = match text.get(at) {
            Some(b'}') => Close::Closed(at + 1),
            Some(_) | None => Close::Open,
        };
        Members { at, close }
    }

    /// Returns how the walk ended.
    pub(super) fn close(&self) -> Close {
        self.close
    }

    /// Returns the next key; its value has to be passed then.
    #[inline]
    pub(super) fn next(
        &mut self,
        scanner: Scanner,
        text: &[u8],
    ) -> Option<Member> {
        if self.close != Close::Open {
            return None;
        }
        let member = member(scanner, text, self.at);
        if member.is_none() {
            self.close = Close::Broken(self.at);
        }
        member
    }

    /// Goes on behind a value that ends at `end`, if it does.
    #[inline]
    pub(super) fn pass(&mut self, text: &[u8], end: Option<usize>) {
        let Some(end) = end else {
            self.close = Close::Cut;
            return;
        };
        let at = behind_blanks(text, end);
        match text.get(at) {
            Some(b',') => self.at = behind_blanks(text, at + 1),
            Some(b'}') => self.close = Close::Closed(at + 1),
            Some(_) => self.close = Close::Broken(self.at),
            None => self.close = Close::Broken(at),
        }
    }
}

/// Reads the key at `at`.
#[inline]
fn member(scanner: Scanner, text: &[u8], at: usize) -> Option<Member> {
    if text.get(at) != Some(&b'"') {
        return None;
    }
    let end = value_end(scanner, text, at).ok()?;
    let colon = behind_blanks(text, end);
    if text.get(colon) != Some(&b':') {
        return None;
    }
    Some(Member { key: at..end, value: behind_blanks(text, colon + 1) })
}

/// Returns where the value of the first member `name` of the object at `start`
/// stands, to the end of the text where it is cut.
pub(super) fn find(
    scanner: Scanner,
    text: &[u8],
    start: usize,
    name: &str,
) -> Option<Range<usize>> {
    let mut members = Members::new(text, start);
    let mut room = Vec::new();
    while let Some(Member { key, value }) = members.next(scanner, text) {
        let end = value_end(scanner, text, value).ok();
        if word(text, &key, &mut room) == name.as_bytes() {
            return Some(value..end.unwrap_or(text.len()));
        }
        members.pass(text, end);
    }
    None
}

/// Returns the text of a key or a value that stands at `range`, quotes
/// included, as far as it is one of ours: without escapes, or read from them.
pub(super) fn word<'t>(
    text: &'t [u8],
    range: &Range<usize>,
    room: &'t mut Vec<u8>,
) -> &'t [u8] {
    let inside = range.start + 1..range.end.saturating_sub(1);
    match text.get(inside) {
        Some(raw) if text[range.start] != b'"' => &raw[..0],
        Some(raw) if raw.contains(&b'\\') => {
            Text::new(raw).read(room).unwrap_or_default().as_bytes()
        }
        Some(raw) => raw,
        None => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)], close: Close) {
        let (scanner, bytes) = (Scanner::best(), text.as_bytes());
        let mut members = Members::new(bytes, 0);
        let mut found = Vec::new();
        while let Some(Member { key, value }) = members.next(scanner, bytes) {
            let end = value_end(scanner, bytes, value).ok();
            found.push((&text[key], &text[value..end.unwrap_or(bytes.len())]));
            members.pass(bytes, end);
        }
        assert_eq!(found, expected, "{text}");
        assert_eq!(members.close(), close, "{text}");
    }

    #[test]
    fn members_are_found_in_order() {
        check("{}", &[], Close::Closed(2));
        check("{ } x", &[], Close::Closed(3));
        let pair = [(r#""a""#, "[1,{}]"), (r#""b\"""#, "null")];
        check(r#"{"a":[1,{}],"b\"":null}"#, &pair, Close::Closed(23));
        check(r#"{ "a" : [1,{}] , "b\"": null }"#, &pair, Close::Closed(30));
    }

    #[test]
    fn what_breaks_is_found_as_far_as_it_goes() {
        let one = (r#""a""#, "1");
        check(r#"{"a":1"#, &[one], Close::Broken(6));
        check(r#"{"a":1,"#, &[one], Close::Broken(7));
        check(r#"{"a":1,"b"#, &[one], Close::Broken(7));
        let two = (r#""b""#, "\"c");
        check(r#"{"a":1,"b":"c"#, &[one, two], Close::Cut);
        check(r#"{"a":1,"b" 2}"#, &[one], Close::Broken(7));
        check(r#"{"a":1 "b":2}"#, &[one], Close::Broken(1));
    }

    #[test]
    fn words_are_read() {
        let mut room = Vec::new();
        assert_eq!(word(br#""a\u0062""#, &(0..9), &mut room), b"ab");
        assert_eq!(word(br#""ab""#, &(0..4), &mut room), b"ab");
        assert_eq!(word(b"12", &(0..2), &mut room), b"");
        assert_eq!(word(b"\"", &(0..1), &mut room), b"");
    }
}
