//! Turns the names in a folder into the rotated files of a log, in the order
//! of their rotation.
//!
//! Understood are what kube-apiserver's own rotation writes,
//! `STEM-2006-01-02T15-04-05.000.EXT`, what logrotate does, `NAME.1` and
//! `NAME-20060102`, and what kubelet does, `NAME.20060102-150405`, each with
//! `.gz` or `.zst` as well. A name only suggests: whose content it is, the
//! content says.

use std::{cmp::Reverse, ffi::OsStr, os::unix::ffi::OsStrExt};

/// When a file was rotated, by its name. Later ones are greater.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::source) enum Age {
    /// `NAME.3`: the greater the number, the older.
    Number(Reverse<u64>),
    /// The digits of a date and time.
    Time(Vec<u8>),
}

/// A name that a rotated file may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Rotated {
    pub age: Age,
    /// Whether kube-apiserver's rotation gives such names. It closes a file
    /// before it renames it, so nothing is written to it any more.
    pub is_closed: bool,
    /// Whether the name says that the file is compressed.
    pub is_packed: bool,
}

/// The names that go with one log.
#[derive(Clone, Debug)]
pub(in crate::source) struct Family {
    /// The log's own name.
    name: Vec<u8>,
}

const DIGITS_OF_DATE: usize = 8;

impl Family {
    pub(in crate::source) fn new(name: &OsStr) -> Family {
        Family { name: name.as_bytes().to_vec() }
    }

    /// Returns whether a name has to do with the log.
    pub(super) fn is_ours(&self, name: &OsStr) -> bool {
        name.as_bytes() == self.name || self.rotated(name).is_some()
    }

    /// Reads the name of a rotated file.
    pub(in crate::source) fn rotated(&self, name: &OsStr) -> Option<Rotated> {
        let bytes = name.as_bytes();
        let plain = unpacked(bytes);
        let is_packed = plain.is_some();
        let plain = plain.unwrap_or(bytes);
        let behind_name = plain.strip_prefix(&self.name[..]);
        let (age, is_closed) = match behind_name {
            Some([b'.', number @ ..]) => (counted(number)?, false),
            Some([b'-', date @ ..]) => (dated(date)?, is_time(date)),
            Some(_) | None => {
                let time = self.between(plain)?;
                (dated(time)?, is_time(time))
            }
        };
        Some(Rotated { age, is_closed, is_packed })
    }

    /// Returns what stands between the stem and the extension.
    fn between<'a>(&self, name: &'a [u8]) -> Option<&'a [u8]> {
        let dot = memchr::memrchr(b'.', &self.name)?;
        let (stem, extension) = self.name.split_at(dot);
        let rest = name.strip_prefix(stem)?.strip_prefix(b"-")?;
        rest.strip_suffix(extension)
    }
}

/// Returns the name that a compressed file had before.
pub(super) fn unpacked(name: &[u8]) -> Option<&[u8]> {
    name.strip_suffix(b".gz").or_else(|| name.strip_suffix(b".zst"))
}

fn counted(number: &[u8]) -> Option<Age> {
    let is_number = number.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(number).ok()?;
    // Others are dates: NAME.20060102, NAME.20060102-150405.
    match number.len() {
        1..DIGITS_OF_DATE if is_number => {
            Some(Age::Number(Reverse(text.parse().ok()?)))
        }
        _ => dated(number),
    }
}

fn dated(date: &[u8]) -> Option<Age> {
    let is_date =
        |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'_' | b'.' | b'T');
    let digits = date.iter().copied().filter(u8::is_ascii_digit);
    let digits: Vec<u8> = digits.collect();
    let is_date = date.iter().all(is_date) && digits.len() >= DIGITS_OF_DATE;
    is_date.then_some(Age::Time(digits))
}

/// Returns whether it is `2006-01-02T15-04-05.000`.
fn is_time(date: &[u8]) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00-00-00.000";
    let fits = |(&byte, &shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        mark => byte == mark,
    };
    date.len() == SHAPE.len() && date.iter().zip(SHAPE).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotated(log: &str, name: &str) -> Option<Rotated> {
        Family::new(OsStr::new(log)).rotated(OsStr::new(name))
    }

    #[track_caller]
    fn check_order(log: &str, older_first: &[&str]) {
        let ages = older_first.iter().map(|name| rotated(log, name).unwrap());
        let ages: Vec<_> = ages.map(|rotated| rotated.age).collect();
        assert!(ages.is_sorted_by(|a, b| a < b), "{ages:?}");
    }

    #[test]
    fn rotated_files_are_in_order() {
        check_order(
            "audit.log",
            &[
                "audit-2026-11-21T20-21-32.172.log.gz",
                "audit-2026-11-21T20-21-51.928.log",
                "audit-2026-11-22T00-00-00.000.log.gz",
            ],
        );
        check_order(
            "audit.log",
            &["audit.log.10.gz", "audit.log.3.zst", "audit.log.2"],
        );
        check_order("a.log", &["a.log-20260101.gz", "a.log-20260102"]);
        check_order(
            "0.log",
            &["0.log.20260102-030405.gz", "0.log.20260102-030406"],
        );
        check_order("a.log", &["a-20260101.log", "a-20260102.log.gz"]);
        check_order(
            "audit",
            &[
                "audit-2026-01-02T03-04-05.678",
                "audit-2026-01-02T03-04-05.679",
            ],
        );
    }

    #[test]
    fn other_names_are_no_rotated_files() {
        for name in [
            "audit.log",
            "audit.log.gz",
            "audit.log.",
            "audit.log.x",
            "audit.log.1x",
            "audit-policy.log",
            "audit-1.log",
            "xaudit.log.1",
            "audit.logs",
            "audit.json",
            "audit-2026-01-02T03-04-05.678.log.xz",
            "audit-.log",
            "audit.log-",
            "other.log.1",
        ] {
            assert_eq!(rotated("audit.log", name), None, "{name}");
        }
    }

    #[test]
    fn only_a_name_by_the_apiserver_says_that_the_file_is_closed() {
        let is_closed = |name| rotated("audit.log", name).unwrap().is_closed;
        assert!(is_closed("audit-2026-11-21T20-21-32.172.log"));
        assert!(is_closed("audit-2026-11-21T20-21-32.172.log.gz"));
        assert!(!is_closed("audit.log.1"));
        assert!(!is_closed("audit-20261121.log"));
    }
}
