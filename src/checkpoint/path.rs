//! Turns paths, which are bytes, into text for JSON and back.

use std::{
    ffi::OsString,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

/// Returns a path as text from which [`path_of`] makes the same path.
///
/// * Bytes that are no UTF-8 become `\x9b`, a backslash becomes `\x5c`.
///
/// ```
/// use kaudit_filter::checkpoint::{path_of, text_of};
///
/// assert_eq!(text_of("/var/log/audit.log".as_ref()), "/var/log/audit.log");
/// assert_eq!(text_of(r"a\b".as_ref()), r"a\x5cb");
/// assert_eq!(path_of(r"a\x5cb").as_os_str(), r"a\b");
/// ```
pub fn text_of(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\x5c"));
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Returns the path that [`text_of`] made text of.
///
/// * A backslash without `x` and two digits behind it stands for itself.
pub fn path_of(text: &str) -> PathBuf {
    let mut bytes = Vec::new();
    let mut parts = text.split('\\');
    bytes.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        match escaped(part) {
            Some((byte, rest)) => {
                bytes.push(byte);
                bytes.extend(rest.bytes());
            }
            None => {
                bytes.push(b'\\');
                bytes.extend(part.bytes());
            }
        }
    }
    OsString::from_vec(bytes).into()
}

/// Returns the byte that `x5c` at the begin of a text says, and the rest.
fn escaped(part: &str) -> Option<(u8, &str)> {
    let (digits, rest) = part.strip_prefix('x')?.split_at_checked(2)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let byte = u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
    Some((byte, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_backslash_that_means_nothing_stands_for_itself() {
        for text in [r"\", r"a\", r"\x", r"\x9", r"\n\xg0", r"\x+1"] {
            assert_eq!(path_of(text), Path::new(text));
        }
        assert_eq!(path_of(r"\\x41\").as_os_str(), r"\A\");
    }

    proptest! {
        #[test]
        fn every_path_comes_back(bytes: Vec<u8>) {
            let path = PathBuf::from(OsString::from_vec(bytes));
            prop_assert_eq!(path_of(&text_of(&path)), path);
        }

        #[test]
        fn paths_with_many_backslashes_come_back(text in r"[\\x9b\xff]*") {
            let path = Path::new(&text);
            prop_assert_eq!(path_of(&text_of(path)), path);
        }
    }
}
