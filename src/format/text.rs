//! Writes text from outside so that it can do nothing where it is shown: not
//! to a terminal, a mail, a syslog, a JSON reader or a spreadsheet.

use std::io::Write as _;

use crate::diag;

/// Stands behind text that was cut.
pub(super) const DOTS: &str = "…";

/// Returns at most so many of the first bytes, and no part of a character.
pub(super) fn beginning(bytes: &[u8], most: usize) -> &[u8] {
    if bytes.len() <= most {
        return bytes;
    }
    // Those that go on with a character begin with the bits 10.
    let goes_on = |at: usize| bytes.get(at).is_some_and(|b| b >> 6 == 0b10);
    let from = most.saturating_sub(3);
    let end = (from..=most).rev().find(|at| !goes_on(*at));
    &bytes[..end.unwrap_or(most)]
}

/// Appends text as [`diag::escape`] shows it, at most `most` bytes of it.
pub(super) fn plain(bytes: &[u8], most: usize, out: &mut Vec<u8>) {
    let shown = beginning(bytes, most);
    match is_printable(shown) {
        true => out.extend_from_slice(shown),
        false => out.extend_from_slice(diag::escape(shown).as_bytes()),
    }
    if shown.len() < bytes.len() {
        out.extend_from_slice(DOTS.as_bytes());
    }
}

/// Appends text as one word: as it is, or in quotes if a reader could not
/// tell otherwise where it ends or what in it is an escape.
pub(super) fn word(bytes: &[u8], most: usize, out: &mut Vec<u8>) {
    let shown = beginning(bytes, most);
    match is_word(shown) {
        true => plain(bytes, most, out),
        false => quoted(bytes, most, out),
    }
}

/// Returns whether text can stand without quotes.
fn is_word(text: &[u8]) -> bool {
    let is_plain = |b: &u8| b.is_ascii_graphic() && !b"\"\\".contains(b);
    if text.iter().all(is_plain) {
        return !text.is_empty();
    }
    str::from_utf8(text).is_ok_and(|text| {
        let breaks = |c: char| c.is_whitespace() || diag::is_unsafe(c);
        !text.contains(breaks) && !text.contains(['"', '\\'])
    })
}

/// Appends text in quotes. What [`diag::escape`] would show as an escape is
/// one, and so are quotes and backslashes.
pub(super) fn quoted(bytes: &[u8], most: usize, out: &mut Vec<u8>) {
    let shown = beginning(bytes, most);
    out.push(b'"');
    for part in shown.split_inclusive(|b| b"\"\\".contains(b)) {
        let (last, before) = match part.split_last() {
            Some((last, before)) if b"\"\\".contains(last) => {
                (Some(*last), before)
            }
            Some(_) | None => (None, part),
        };
        plain(before, before.len(), out);
        if let Some(last) = last {
            out.extend_from_slice(&[b'\\', last]);
        }
    }
    if shown.len() < bytes.len() {
        out.extend_from_slice(DOTS.as_bytes());
    }
    out.push(b'"');
}

/// Appends text as a JSON string.
///
/// * What a terminal would obey is written `\u009b`, so that the text reads
///   the same and does nothing.
/// * Bytes that are no UTF-8 become U+FFFD: JSON cannot hold them.
pub(super) fn json(bytes: &[u8], most: usize, out: &mut Vec<u8>) {
    let shown = beginning(bytes, most);
    out.push(b'"');
    match is_printable(shown) && !shown.iter().any(|b| b"\"\\".contains(b)) {
        true => out.extend_from_slice(shown),
        false => json_characters(shown, out),
    }
    if shown.len() < bytes.len() {
        out.extend_from_slice(DOTS.as_bytes());
    }
    out.push(b'"');
}

fn json_characters(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '"' | '\\' => out.extend_from_slice(&[b'\\', char as u8]),
                _ if diag::is_unsafe(char) => {
                    for unit in char.encode_utf16(&mut [0; 2]) {
                        write!(out, "\\u{unit:04x}").ok();
                    }
                }
                _ => {
                    let mut room = [0; 4];
                    let text = char.encode_utf8(&mut room);
                    out.extend_from_slice(text.as_bytes());
                }
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

/// Appends text as a cell of a CSV line (RFC 4180), which is one line.
///
/// * A spreadsheet would compute what begins with `=`, `+`, `-` or `@`: such
///   text gets an apostrophe in front, as spreadsheets write it themselves.
pub(super) fn csv(text: &[u8], out: &mut Vec<u8>) {
    let computes = matches!(text.first(), Some(b'=' | b'+' | b'-' | b'@'));
    let needs_quotes = |b: &u8| b"\",".contains(b);
    let has_blank_ends = text.starts_with(b" ") || text.ends_with(b" ");
    let quotes = has_blank_ends || text.iter().any(needs_quotes);
    if quotes {
        out.push(b'"');
    }
    if computes {
        out.push(b'\'');
    }
    for part in text.split_inclusive(|b| *b == b'"') {
        out.extend_from_slice(part);
        if part.ends_with(b"\"") {
            out.push(b'"');
        }
    }
    if quotes {
        out.push(b'"');
    }
}

/// Returns whether all bytes are printable ASCII.
fn is_printable(bytes: &[u8]) -> bool {
    // Without an early end, which lets the compiler use vectors.
    bytes.iter().fold(true, |all, b| all & (*b >= b' ') & (*b < 0x7f))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(
        write: impl Fn(&[u8], usize, &mut Vec<u8>),
        table: &[(&[u8], usize, &str)],
    ) {
        for (bytes, most, expected) in table {
            let mut out = Vec::new();
            write(bytes, *most, &mut out);
            assert_eq!(str::from_utf8(&out), Ok(*expected));
        }
    }

    #[test]
    fn a_beginning_ends_between_characters() {
        for (most, expected) in
            ["", "a", "a", "aé", "aé", "aé", "aé"].into_iter().enumerate()
        {
            let found = beginning("aé😀".as_bytes(), most);
            assert_eq!(found, expected.as_bytes(), "{most}");
        }
        assert_eq!(beginning(&[0x80; 9], 5).len(), 5);
    }

    #[test]
    fn a_word_shows_where_it_ends() {
        check(
            word,
            &[
                (b"jane", 9, "jane"),
                (b"jane as root", 99, r#""jane as root""#),
                (br#"a"b\c"#, 99, r#""a\"b\\c""#),
                (b"a\x1b[2J", 99, r#""a\u{1b}[2J""#),
                (b"", 9, r#""""#),
                (b"longer", 4, "long…"),
                (b"lo nger", 4, "\"lo n…\""),
                ("müller".as_bytes(), 99, "müller"),
                ("a\u{a0}b".as_bytes(), 99, "\"a\u{a0}b\""),
            ],
        );
    }

    #[test]
    fn json_reads_the_same_and_does_nothing() {
        let text = "a\"\\\n\u{9b}\u{202e}\u{e0041}é";
        let mut out = Vec::new();
        json(text.as_bytes(), 99, &mut out);
        let expected = r#""a\"\\\u000a\u009b\u202e\udb40\udc41é""#;
        assert_eq!(str::from_utf8(&out), Ok(expected));
        let back: String = serde_json::from_slice(&out).unwrap();
        assert_eq!(back, text);
        check(json, &[(b"a\xff\xc3", 9, "\"a\u{fffd}\u{fffd}\"")]);
    }

    #[test]
    fn a_spreadsheet_computes_nothing() {
        let csv = |text: &[u8], _, out: &mut Vec<u8>| csv(text, out);
        check(
            csv,
            &[
                (b"plain", 0, "plain"),
                (b"", 0, ""),
                (b"a,b", 0, "\"a,b\""),
                (b"say \"x\"", 0, "\"say \"\"x\"\"\""),
                (b"=1+1", 0, "'=1+1"),
                (b"@a,b", 0, "\"'@a,b\""),
                (b" a", 0, "\" a\""),
            ],
        );
    }
}
