//! Copies a line with its cuts made.

use super::cut::Cut;

/// Appends `line` to `out`, with `text` in place of each of the `cuts`,
/// which are sorted and disjoint.
///
/// ```
/// use kaudit_filter::edit::{Cut, splice};
/// let mut out = Vec::new();
/// splice(b"{\"a\":1,\"b\":2}", &[Cut { start: 1, end: 7 }], "", &mut out);
/// assert_eq!(out, b"{\"b\":2}");
/// ```
pub fn splice(line: &[u8], cuts: &[Cut], text: &str, out: &mut Vec<u8>) {
    let mut kept = 0;
    for cut in cuts {
        out.extend_from_slice(&line[kept..cut.start]);
        out.extend_from_slice(text.as_bytes());
        kept = cut.end;
    }
    out.extend_from_slice(&line[kept..]);
}

/// Returns `text` as a JSON string, quotes and all.
///
/// ```
/// assert_eq!(kaudit_filter::edit::quoted(r#"a"b"#), r#""a\"b""#);
/// ```
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
