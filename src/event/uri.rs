//! Reads request URIs: the decoded path, and the parameters of the query.
//!
//! Decoding follows the form encoding of the WHATWG URL standard, as Go does:
//! `%XX` is a byte, `+` a blank in the query, `&` separates parameters.

use std::borrow::Cow;

/// Returns the decoded path: all before the first `?`.
///
/// ```
/// use kaudit_filter::event::uri::path;
/// assert_eq!(path("/a%2Fb?c=d"), "/a/b");
/// ```
pub fn path(uri: &str) -> Cow<'_, str> {
    let (path, _) = uri.split_once('?').unwrap_or((uri, ""));
    decoded(path, Blank::Percent)
}

/// Returns the decoded names and values of the parameters, in their order.
///
/// * A parameter without `=` has an empty value.
/// * Bytes that are no UTF-8 read as U+FFFD; a `%` without two digits stays.
///
/// ```
/// use kaudit_filter::event::uri::parameters;
/// let mut found = parameters("/a?b+c=%26");
/// assert_eq!(found.next(), Some(("b c".to_owned(), "&".to_owned())));
/// ```
pub fn parameters(uri: &str) -> impl Iterator<Item = (String, String)> {
    let query = uri.split_once('?').map_or("", |(_, query)| query);
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts.map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let text = |part| decoded(part, Blank::Plus).into_owned();
        (text(name), text(value))
    })
}

/// How a blank is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blank {
    /// As `%20` only.
    Percent,
    /// As `+` too.
    Plus,
}

fn decoded(text: &str, blank: Blank) -> Cow<'_, str> {
    let plus = blank == Blank::Plus;
    if !text.bytes().any(|byte| byte == b'%' || (plus && byte == b'+')) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escaped = behind.first_chunk().and_then(byte);
        match (first, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
                continue;
            }
            (b'+', _) if blank == Blank::Plus => bytes.push(b' '),
            _ => bytes.push(*first),
        }
        rest = behind;
    }
    let mut decoded = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        decoded.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            decoded.push(char::REPLACEMENT_CHARACTER);
        }
    }
    Cow::Owned(decoded)
}

/// Reads two hexadecimal digits.
fn byte(digits: &[u8; 2]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(digits[0])?, digit(digits[1])?);
    u8::try_from(high * 16 + low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_up_to_the_query() {
        for (uri, expected) in [
            ("/api/v1/pods", "/api/v1/pods"),
            ("/a%2Fb?c=d", "/a/b"),
            ("/a+b", "/a+b"),
            ("/%e2%82%ac", "/€"),
            ("/100%", "/100%"),
            ("/%zz%4", "/%zz%4"),
            ("/%ff", "/\u{fffd}"),
            ("?a", ""),
        ] {
            assert_eq!(path(uri), expected, "{uri}");
        }
    }

    #[test]
    fn parameters_are_split_before_they_are_decoded() {
        for (uri, expected) in [
            ("/a", &[][..]),
            ("/a?", &[]),
            ("/a?b", &[("b", "")]),
            ("/a?b=&c==", &[("b", ""), ("c", "=")]),
            ("/a?b=1&b=2", &[("b", "1"), ("b", "2")]),
            ("/a?&&b+c=%26+d", &[("b c", "& d")]),
            ("/a?b?=c?d", &[("b?", "c?d")]),
            ("/a?b;c=d", &[("b;c", "d")]),
        ] {
            let found: Vec<_> = parameters(uri).collect();
            let found: Vec<_> =
                found.iter().map(|(n, v)| (&**n, &**v)).collect();
            assert_eq!(found, expected, "{uri}");
        }
    }
}
