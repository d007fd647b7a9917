//! Turns text in quotes into the text it stands for.
//!
//! Three kinds: `"..."` with the escapes of JSON, `r"..."` and `'...'` as
//! they stand. All end on the line they begin on, so that one forgotten
//! quote spoils one line.

use crate::diag::Diagnostic;

use super::super::ast::Span;
use super::{Kind, Lexer, Token};

impl<'a> Lexer<'a, '_> {
    /// Takes text in quotes, and the suffix `i` if it follows.
    pub(super) fn quoted(&mut self) -> Token<'a> {
        let start = self.at;
        let rest = &self.text[start..];
        let raw = rest.starts_with('r');
        let quote = usize::from(raw);
        let escapes = !raw && rest.starts_with('"');
        let closing = if rest.starts_with('\'') { '\'' } else { '"' };
        let inside = &rest[quote + 1..];
        let Some(length) = length(inside, closing, escapes) else {
            return self.open_quote(start, quote + 1, closing);
        };
        let inside = &inside[..length];
        let text = match escapes {
            true => self.unescape(inside, start + 1),
            false => inside.to_owned(),
        };
        let length = quote + length + 2;
        let fold = has_suffix(&rest[length..]);
        let length = length + usize::from(fold);
        self.take(length, Kind::Text(text.into(), fold))
    }

    /// Reports a quote that is never closed; its text is the line's rest.
    fn open_quote(
        &mut self,
        start: usize,
        prefix: usize,
        closing: char,
    ) -> Token<'a> {
        let rest = &self.text[start..];
        let length = rest.find('\n').unwrap_or(rest.len());
        let text = rest[prefix..length.max(prefix)].to_owned();
        let span = Span { start, end: start + length };
        self.found.push(
            Diagnostic::error(span, "these quotes are never closed")
                .help(format!("write {closing} where the text ends")),
        );
        self.take(length, Kind::Text(text.into(), false))
    }

    /// Returns what `text` stands for under the escapes of JSON.
    fn unescape(&mut self, text: &str, start: usize) -> String {
        if !text.contains('\\') {
            return text.to_owned();
        }
        let tabs = text.replace('\t', "\\t");
        if let Ok(text) = serde_json::from_str(&format!("\"{tabs}\"")) {
            return text;
        }
        let (at, length) = bad_escape(text).unwrap_or((0, text.len()));
        let span = Span { start: start + at, end: start + at + length };
        let shown = &text[at..at + length];
        let message = format!("`{shown}` is no escape that JSON knows");
        self.found.push(
            Diagnostic::error(span, message)
                .help("r\"...\" takes backslashes as they are: r\"\\d+\""),
        );
        text.to_owned()
    }
}

/// Returns how long the text before the closing quote is.
fn length(inside: &str, closing: char, escapes: bool) -> Option<usize> {
    let mut chars = inside.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '\n' => return None,
            '\\' if escapes => {
                chars.next();
            }
            _ if char == closing => return Some(at),
            _ => (),
        }
    }
    None
}

/// Returns whether `rest` begins with the suffix `i`, not with a word.
fn has_suffix(rest: &str) -> bool {
    let mut bytes = rest.bytes();
    bytes.next() == Some(b'i')
        && bytes.next().is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'_')
}

/// Returns where the first escape stands that JSON does not know.
fn bad_escape(text: &str) -> Option<(usize, usize)> {
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        if char != '\\' {
            continue;
        }
        let (next, escaped) = chars.next()?;
        if !"\"\\/bfnrtu".contains(escaped) {
            return Some((at, next + escaped.len_utf8() - at));
        }
        let digits = text[next..].bytes().skip(1).take(4);
        let hex = digits.filter(u8::is_ascii_hexdigit).count();
        if escaped == 'u' && hex < 4 {
            return Some((at, 2));
        }
    }
    None
}
