//! Writes a document of any layout on one line.

/// Appends a document without the blanks between its tokens.
///
/// * A newline in a string, where none may be, becomes a blank: the document
///   is broken there, and stays so.
pub(super) fn compact(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(byte) = rest.first() {
        let length = match byte {
            b'"' => string(rest),
            b' ' | b'\t' | b'\r' | b'\n' => {
                rest = &rest[1..];
                continue;
            }
            _ => plain(rest),
        };
        let begun = out.len();
        out.extend_from_slice(&rest[..length]);
        if *byte == b'"' {
            let broken = out[begun..].iter_mut().filter(|b| **b == b'\n');
            broken.for_each(|byte| *byte = b' ');
        }
        rest = &rest[length..];
    }
}

/// Returns the length of the bytes in front of a blank or a string.
fn plain(text: &[u8]) -> usize {
    let ends = |byte: &u8| matches!(byte, b'"' | b' ' | b'\t' | b'\r' | b'\n');
    text.iter().position(ends).unwrap_or(text.len())
}

/// Returns the length of the string that `text` begins with, quotes included.
fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) =
        text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += found + 1;
        if text[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut out = Vec::new();
        compact(text.as_bytes(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn blanks_between_tokens_go() {
        check(
            "{\r\n \"a b\" :\t[ 1.0e+5 , \"\\\" \\\\\" ]\n}",
            r#"{"a b":[1.0e+5,"\" \\"]}"#,
        );
        check("{\"a\": \"cut\n{", "{\"a\":\"cut {");
        check("\"\\", "\"\\");
    }

    proptest! {
        #[test]
        fn a_pretty_document_becomes_what_it_was(
            text in "[\\x00-\\x7f]{0,8}", number in any::<f64>(),
        ) {
            let value = serde_json::json!(
                {"a": [text, {}, [], {"b": number}], "c": [[null]]}
            );
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            let mut out = Vec::new();
            compact(pretty.as_bytes(), &mut out);
            prop_assert_eq!(&out, &serde_json::to_vec(&value).unwrap());
            prop_assert!(serde_json::from_slice::<&RawValue>(&out).is_ok());
        }
    }
}
