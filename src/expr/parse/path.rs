//! Paths: `user.extra["key"][-1]`, out of words and brackets that touch.

use crate::diag::Diagnostic;
use crate::event::Segment;
use crate::expr::ast::{Place, Span};
use crate::expr::lex::{Kind, Token};

use super::{MAX_DEPTH, Parsed, Parser};

/// Returns whether `text` can name a field or a definition.
pub(super) fn is_name(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    first.bytes().next().is_some_and(|b| !b.is_ascii_digit())
        && first.bytes().all(in_name)
        && parts.all(|part| !part.is_empty() && part.bytes().all(in_name))
}

impl<'a> Parser<'a, '_> {
    pub(super) fn path(&mut self) -> Parsed<Place> {
        if !self.is(&Kind::Word) {
            return Err(self.expected("a field"));
        }
        let token = self.take();
        let relative = token.text.starts_with('.');
        let mut segments = Vec::new();
        let dot = usize::from(relative);
        if token.text != "." {
            self.keys(&token, dot, &mut segments)?;
        }
        while self.touches() {
            let start = self.peek().span;
            if self.is(&Kind::OpenSquare) {
                segments.push((self.bracket()?, self.since(start)));
            } else if self.peek().text.starts_with('.') {
                let token = self.take();
                self.keys(&token, 1, &mut segments)?;
            } else {
                return Err(self.expected("`.` or `[`"));
            }
        }
        let span = self.since(token.span);
        if segments.len() > MAX_DEPTH {
            let message = format!("a path has at most {MAX_DEPTH} parts");
            return Err(Diagnostic::error(span, message));
        }
        Ok(Place { relative, segments, span })
    }

    /// Returns whether the path goes on without a blank.
    fn touches(&self) -> bool {
        let token = self.peek();
        let goes_on = matches!(token.kind, Kind::OpenSquare | Kind::Word);
        goes_on && token.span.start == self.end()
    }

    /// Appends the keys of a word, behind `skip` bytes of it.
    fn keys(
        &self,
        token: &Token<'_>,
        skip: usize,
        segments: &mut Vec<(Segment, Span)>,
    ) -> Parsed<()> {
        let mut start = token.span.start + skip;
        for key in token.text[skip..].split('.') {
            let span = Span { start, end: start + key.len() };
            let segment = match key {
                "**" => Segment::AnyDepth,
                _ if is_name(key) => Segment::Key(key.into()),
                _ => return Err(no_key(key, token, span)),
            };
            segments.push((segment, span));
            start = span.end + 1;
        }
        Ok(())
    }

    /// Takes `["key"]`, `[n]`, `[*]`.
    fn bracket(&mut self) -> Parsed<Segment> {
        self.at += 1;
        let token = self.take();
        let segment = match token.kind {
            Kind::Text(text, false) => Segment::Key(text),
            Kind::Word if token.text == "*" => Segment::Every,
            Kind::Word => match token.text.parse() {
                Ok(index) => Segment::Index(index),
                Err(_) => return Err(no_index(&token)),
            },
            _ => return Err(no_index(&token)),
        };
        self.need(&Kind::CloseSquare, "`]`")?;
        Ok(segment)
    }
}

fn no_index(token: &Token<'_>) -> Diagnostic {
    let message = "expected a key in quotes, a number or * between [ ]";
    let error = Diagnostic::error(token.span, message);
    match token.kind {
        Kind::Word => {
            error.help(format!("a key is written [\"{}\"]", token.text))
        }
        _ => error,
    }
}

/// The error for a part of a path that is no key.
fn no_key(key: &str, token: &Token<'_>, span: Span) -> Diagnostic {
    let whole = token.text;
    if key == whole && key.contains(':') && !key.starts_with(':') {
        let (left, right) = key.split_once(':').unwrap_or_default();
        let message = format!("`{whole}` is no condition");
        return Diagnostic::error(span, message)
            .help(format!("a comparison is written `{left} = {right}`"));
    }
    if key == whole && key.starts_with(|c: char| c.is_ascii_digit()) {
        let message = "a field stands on the left, a value on the right";
        return Diagnostic::error(span, message)
            .help("turn the comparison around, e.g. `code >= 400`");
    }
    let message = match key {
        "" => format!("a name is missing in `{whole}`"),
        _ => format!("`{key}` is no name of a field"),
    };
    let error = Diagnostic::error(span, message);
    match key {
        "*" => error.help("every element is written `[*]`"),
        _ if key.bytes().all(|b| b.is_ascii_digit()) && !key.is_empty() => {
            error.help(format!("an element of an array is `[{key}]`"))
        }
        _ if key.starts_with('@') => {
            error.help("a list stands behind `in`: `peer in @private`")
        }
        _ if key.contains('/') => {
            error.help("a key with other characters is [\"...\"]")
        }
        _ => error,
    }
}
