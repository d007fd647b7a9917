//! Turns text from outside into text that is safe on a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Shows what a terminal would obey, hide or reorder, as an escape.
///
/// * Control characters (C0, DEL, C1) become `\n`, `\t`, `\u{1b}`.
/// * Characters without width and those that change the direction of
///   writing become `\u{202e}` and so on.
/// * Bytes that are not UTF-8 become `\xff`.
///
/// ```
/// use kaudit_filter::diag::escape;
/// assert_eq!(escape(b"curl/8.5"), "curl/8.5");
/// assert_eq!(escape(b"a\x1b[2Jb\xff"), r"a\u{1b}[2Jb\xff");
/// ```
pub fn escape(text: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(text) {
        Ok(text) if !text.chars().any(is_unsafe) => Cow::Borrowed(text),
        Ok(_) | Err(_) => Cow::Owned(escaped(text)),
    }
}

/// Shows a text that is nothing as two quotes, where others stand beside it.
///
/// ```
/// use kaudit_filter::diag::visible;
/// assert_eq!(visible(""), "\"\"");
/// assert_eq!(visible("get"), "get");
/// ```
pub fn visible(text: &str) -> &str {
    if text.is_empty() { "\"\"" } else { text }
}

fn escaped(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for chunk in text.utf8_chunks() {
        for char in chunk.valid().chars() {
            push(&mut out, char);
        }
        for byte in chunk.invalid() {
            write!(out, "\\x{byte:02x}").ok();
        }
    }
    out
}

/// Appends `char`, escaped if need be.
pub(super) fn push(out: &mut String, char: char) {
    match char {
        _ if !is_unsafe(char) => out.push(char),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => out.extend(char.escape_unicode()),
    }
}

/// Returns whether a terminal would act on `char` instead of showing it.
pub fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_instead() {
        for (text, expected) in [
            (&b"plain \xc3\xbc"[..], "plain ü"),
            (b"a\tb\r\n", r"a\tb\r\n"),
            (b"\0\x7f", r"\u{0}\u{7f}"),
            ("\u{9b}31m".as_bytes(), r"\u{9b}31m"),
            ("abc\u{202e}gpj".as_bytes(), r"abc\u{202e}gpj"),
            ("zero\u{200b}width".as_bytes(), r"zero\u{200b}width"),
            (b"\xc3(\xe2\x82", r"\xc3(\xe2\x82"),
        ] {
            assert_eq!(escape(text), expected);
        }
    }
}
