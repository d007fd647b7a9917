//! Turns places in values into places in the text that they were read from.

use std::ops::Range;

use crate::diag::{self, Color, Diagnostic};

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Located<T> {
    pub value: T,
    /// Its bytes on the page, quotes included.
    pub span: Range<usize>,
}

/// The text of a pipeline file and, behind it, those of `--set`. Places are
/// counted through all of them.
#[derive(Clone, Debug)]
pub(super) struct Page {
    sheets: Vec<Sheet>,
}

/// One of the texts.
#[derive(Clone, Debug)]
struct Sheet {
    /// Where its first byte is on the page.
    base: usize,
    origin: String,
    text: String,
}

impl Page {
    pub(super) fn new(origin: String, text: String) -> Page {
        Page { sheets: vec![Sheet { base: 0, origin, text }] }
    }

    /// Returns the text of the file.
    pub(super) fn text(&self) -> &str {
        &self.sheets[0].text
    }

    /// Adds another text; returns where it begins.
    pub(super) fn add(&mut self, origin: &str, text: &str) -> usize {
        let last = self.sheets.last();
        // A byte between them is of neither.
        let base = last.map_or(0, |last| last.base + last.text.len() + 1);
        let (origin, text) = (origin.to_owned(), text.to_owned());
        self.sheets.push(Sheet { base, origin, text });
        base
    }

    /// Draws a finding.
    pub(super) fn draw(&self, found: &Diagnostic, color: Color) -> String {
        let Range { start, end } = found.span;
        let sheet = self.sheet(start);
        let most = sheet.text.len();
        let span = (start - sheet.base).min(most)
            ..end.saturating_sub(sheet.base).min(most);
        let found = Diagnostic { span, ..found.clone() };
        diag::render(&found, &sheet.origin, &sheet.text, color)
    }

    /// Returns the place on the page of a part of a string.
    pub(super) fn inside(
        &self,
        string: &Located<String>,
        part: &Range<usize>,
    ) -> Range<usize> {
        let Range { start, end } = string.span;
        let sheet = self.sheet(start);
        let raw = sheet.text.get(start - sheet.base..end - sheet.base);
        let raw = raw.unwrap_or_default();
        if raw == string.value {
            // It was typed behind --set, without quotes.
            return start + part.start..start + part.end;
        }
        let at = |wanted| place(raw, &string.value, wanted);
        let first = at(part.start);
        start + first + unseen(&raw[first..])..start + at(part.end)
    }

    fn sheet(&self, at: usize) -> &Sheet {
        let behind = self.sheets.partition_point(|sheet| sheet.base <= at);
        &self.sheets[behind.saturating_sub(1)]
    }
}

/// Returns how long what begins `raw` is that is no part of the value: a
/// backslash at the end of a line takes blanks along.
fn unseen(raw: &str) -> usize {
    match raw.as_bytes() {
        [b'\\', next, ..] if next.is_ascii_whitespace() => {
            raw.len() - raw[1..].trim_start().len()
        }
        [..] => 0,
    }
}

/// Returns where in `raw`, a string of TOML with its quotes, the byte number
/// `wanted` of its `value` is.
fn place(raw: &str, value: &str, wanted: usize) -> usize {
    let (quote, is_long) = match raw.as_bytes() {
        [a, b, c, ..] if a == b && b == c => (*a, true),
        [a, ..] => (*a, false),
        [] => return 0,
    };
    let mut at = if is_long { 3 } else { 1 };
    if is_long {
        // A newline behind the opening quotes is no part of the value.
        let rest = &raw[at.min(raw.len())..];
        at += rest.len() - rest.trim_start_matches('\r').len();
        at += usize::from(raw[at..].starts_with('\n'));
    }
    let mut done = 0;
    while done < wanted.min(value.len()) {
        let rest = &raw[at.min(raw.len())..];
        let length = value[done..].chars().next().map_or(1, char::len_utf8);
        match (quote, rest.as_bytes()) {
            (b'"', [b'\\', b'u', ..]) => (at, done) = (at + 6, done + length),
            (b'"', [b'\\', b'U', ..]) => (at, done) = (at + 10, done + length),
            (b'"', [b'\\', b'x', ..]) => (at, done) = (at + 4, done + length),
            (b'"', [b'\\', next, ..]) if next.is_ascii_whitespace() => {
                at += unseen(rest);
            }
            (b'"', [b'\\', ..]) => (at, done) = (at + 2, done + length),
            (_, []) => break,
            (_, _) => (at, done) = (at + length, done + length),
        }
    }
    at.min(raw.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, part: &str, shown: &str) {
        let text = format!("a = {raw}");
        let table = toml::de::DeTable::parse(&text).unwrap();
        let value = table.get_ref().get("a").unwrap();
        let string = value.get_ref().as_str().unwrap();
        let start = string.find(part).unwrap();
        let located = Located { value: string.to_owned(), span: value.span() };
        let page = Page::new("x".into(), text.clone());
        let found = page.inside(&located, &(start..start + part.len()));
        assert_eq!(&text[found], shown, "{raw}");
    }

    #[test]
    fn a_part_of_what_was_typed_without_quotes_is_found() {
        let mut page = Page::new("x".into(), "[source]".into());
        let base = page.add("--set", "route.steps=cod > 1");
        let span = base + 12..base + 19;
        let located = Located { value: "cod > 1".into(), span };
        assert_eq!(page.inside(&located, &(0..3)), base + 12..base + 15);
    }

    #[test]
    fn a_part_of_a_string_is_found_where_it_is_written() {
        check("'code >= 400'", "code", "code");
        check("\"verb = \\\"get\\\" and cod\"", "cod", "cod");
        check("\"\"\"\ncode\n  >= 400\"\"\"", ">=", ">=");
        check("'''\ncode >= 400'''", "code", "code");
        check("\"\"\"code \\\n    >= 400\"\"\"", ">=", ">=");
        check("\"\\u00e4 or \\U000000e4 or b\"", "b", "b");
        check("\"\\t\\x41 ä code\"", "code", "code");
    }
}
