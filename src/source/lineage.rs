//! Finds out from names which files are of one log, in which order they were
//! written, and which of them hold nothing of a span of time.
//!
//! Names are all that is looked at, but for one thing: a file whose name has
//! a date may still be written to, and says so by when it was changed.

use std::{
    collections::HashMap,
    ffi::OsStr,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use jiff::{civil::DateTime, tz::TimeZone};

use super::{
    Name,
    follow::family::{Age, Family},
};

/// Nanoseconds of an hour.
const HOUR: i128 = 3_600_000_000_000;

/// What clocks that were set, and events that waited in a buffer, are
/// allowed.
const SLACK: i128 = HOUR / 4;

/// A rotation on some date, wherever on earth, at its earliest after the
/// midnight in UTC that the date begins with,
const EARLIEST: i128 = -14 * HOUR;

/// and at its latest: some name a file for the day before it is rotated.
const LATEST: i128 = (48 + 12) * HOUR;

/// What the name of a file says.
#[derive(Debug)]
struct Kin {
    /// The path that the log itself has.
    log: PathBuf,
    /// When it was rotated; nothing if it is the log itself.
    age: Option<Age>,
    /// When that was, at the earliest and at the latest.
    end: Option<(i128, i128)>,
    /// Whether nothing is written to it any more.
    is_closed: bool,
}

/// Returns which of `names` are of one log, each log's files oldest first and
/// the one that is written last; logs in the order of their first file.
///
/// ```
/// use kaudit_filter::source::{Name, lineages};
///
/// let names = ["a.log", "b.log", "a.log.1", "a.log.2.gz"];
/// let names = names.map(|name| Name::Path(name.into()));
/// assert_eq!(lineages(&names), [vec![3, 2, 0], vec![1]]);
/// ```
pub fn lineages(names: &[Name]) -> Vec<Vec<usize>> {
    let kin: Vec<Option<Kin>> = names
        .iter()
        .map(|name| match name {
            Name::Stdin => None,
            Name::Path(path) => Some(Kin::of(path)),
        })
        .collect();
    let log = |number: usize| kin[number].as_ref().map(|kin| &kin.log);
    let age =
        |number: usize| kin[number].as_ref().and_then(|it| it.age.as_ref());
    let mut logs: Vec<Vec<usize>> = Vec::new();
    let mut known = HashMap::new();
    for number in 0..names.len() {
        let at = *known.entry(log(number)).or_insert(logs.len());
        match logs.get_mut(at) {
            Some(files) => files.push(number),
            None => logs.push(vec![number]),
        }
    }
    for files in &mut logs {
        // The log itself is the youngest.
        files.sort_by_key(|&number| (age(number).is_none(), age(number)));
    }
    logs
}

/// Returns the files of one log that hold no event between `since` and
/// `until`, in nanoseconds since 1970, as far as names tell; `files` are the
/// numbers of some of `names`, oldest first.
///
/// * A file ends when it was rotated, and begins when the one before it was.
/// * Clocks are allowed a quarter of an hour; a date without a time is that
///   of any time zone.
pub fn outside(
    names: &[Name],
    files: &[usize],
    since: Option<i128>,
    until: Option<i128>,
) -> Vec<usize> {
    let mut begin: Option<i128> = None;
    let mut absent = Vec::new();
    for &number in files {
        let Name::Path(path) = &names[number] else { continue };
        let kin = Kin::of(path);
        let is_behind = is_reached(until, begin);
        let is_before = match (since, kin.end) {
            (Some(since), Some((_, latest))) if latest < since => {
                kin.is_closed || is_unchanged(path, since)
            }
            (_, _) => false,
        };
        if is_behind || is_before {
            absent.push(number);
        }
        begin = begin.max(kin.end.map(|(earliest, _)| earliest));
    }
    absent
}

/// Returns whether a file that begins at `begin` begins behind the window.
fn is_reached(until: Option<i128>, begin: Option<i128>) -> bool {
    match (until, begin) {
        (Some(until), Some(begin)) => begin >= until,
        (Some(_) | None, _) => false,
    }
}

/// Returns whether a file was not written to from `since` on.
fn is_unchanged(path: &Path, since: i128) -> bool {
    let changed = std::fs::metadata(path).and_then(|it| it.modified());
    let changed =
        changed.ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    changed.is_some_and(|at| {
        i128::try_from(at.as_nanos()).is_ok_and(|at| at < since)
    })
}

impl Kin {
    fn of(path: &Path) -> Kin {
        let Some(name) = path.file_name() else {
            return Kin::alone(path.to_owned());
        };
        let (plain, is_packed) = unpacked(name.as_bytes());
        let Some((log, stamp)) = rotated(plain) else {
            return Kin::alone(path.with_file_name(OsStr::from_bytes(plain)));
        };
        let family = Family::new(OsStr::from_bytes(&log));
        let log = path.with_file_name(std::ffi::OsString::from_vec(log));
        match family.rotated(OsStr::from_bytes(plain)) {
            None => Kin::alone(log),
            Some(found) => Kin {
                log,
                age: Some(found.age),
                end: end(stamp),
                is_closed: found.is_closed || is_packed,
            },
        }
    }

    fn alone(log: PathBuf) -> Kin {
        Kin { log, age: None, end: None, is_closed: false }
    }
}

/// Takes the ending of a compressed file off its name.
fn unpacked(name: &[u8]) -> (&[u8], bool) {
    let ends = [&b".gz"[..], b".zst"];
    match ends.iter().find_map(|end| name.strip_suffix(*end)) {
        Some(plain) if !plain.is_empty() => (plain, true),
        Some(_) | None => (name, false),
    }
}

/// Returns the name of the log that a rotated file is of, and what its name
/// has beside that.
fn rotated(name: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let dashes = || memchr::memchr_iter(b'-', name).filter(|at| *at > 0);
    let timed = dashes().find_map(|at| {
        let rest = &name[at + 1..];
        let (time, end) = rest.split_at_checked(TIME.len())?;
        let is_end = end.is_empty() || end.starts_with(b".");
        (is_end && fits(time, TIME))
            .then(|| ([&name[..at], end].concat(), time))
    });
    let numbered = || {
        let dot = memchr::memrchr(b'.', name).filter(|at| *at > 0)?;
        let number = &name[dot + 1..];
        let is_number = number.iter().all(u8::is_ascii_digit);
        (is_number && (1..DATE.len()).contains(&number.len()))
            .then(|| (name[..dot].to_vec(), number))
    };
    let dated = || {
        dashes().find_map(|at| {
            let date = &name[at + 1..];
            is_date(date).then(|| (name[..at].to_vec(), date))
        })
    };
    let between = || {
        let dot = memchr::memrchr(b'.', name)?;
        dashes().take_while(|at| *at < dot).find_map(|at| {
            let date = &name[at + 1..dot];
            let log = || [&name[..at], &name[dot..]].concat();
            is_date(date).then(|| (log(), date))
        })
    };
    timed.or_else(numbered).or_else(dated).or_else(between)
}

/// What kube-apiserver's rotation puts into a name,
const TIME: &[u8] = b"0000-00-00T00-00-00.000";

/// and what logrotate does; others have dashes in it.
const DATE: &[u8] = b"00000000";
const DASHED: &[u8] = b"0000-00-00";

fn fits(text: &[u8], shape: &[u8]) -> bool {
    let fits = |(&byte, &shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        mark => byte == mark,
    };
    text.len() == shape.len() && text.iter().zip(shape).all(fits)
}

/// Returns whether text is a date, perhaps with a time behind it.
fn is_date(text: &[u8]) -> bool {
    let is_part =
        |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'_' | b'.' | b'T');
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    text.iter().all(is_part) && digits >= DATE.len() && text[0] != b'-'
}

/// Returns when a file with this in its name was rotated, at the earliest and
/// at the latest, if that is beyond doubt. Ten digits in a row could be the
/// hour of a date, or seconds since 1970.
fn end(stamp: &[u8]) -> Option<(i128, i128)> {
    let text = std::str::from_utf8(stamp).ok()?;
    if fits(stamp, TIME) {
        let (date, time) = text.split_once('T')?;
        let time = format!("{date}T{}", time.replace('-', ":"));
        let at = in_utc(&time)?;
        return Some((at - SLACK, at + SLACK));
    }
    let shape = [DASHED, DATE].into_iter().find(|shape| {
        let (date, rest) = stamp.split_at(shape.len().min(stamp.len()));
        let goes_on = rest.first().is_some_and(u8::is_ascii_digit);
        fits(date, shape) && !goes_on
    })?;
    let digits = text[..shape.len()].replace('-', "");
    let (year, rest) = digits.split_at(4);
    let (month, day) = rest.split_at(2);
    let at = in_utc(&format!("{year}-{month}-{day}T00:00:00"))?;
    Some((at + EARLIEST - SLACK, at + LATEST + SLACK))
}

fn in_utc(text: &str) -> Option<i128> {
    let time: DateTime = text.parse().ok()?;
    let zoned = time.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_nanosecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<Name> {
        names.iter().map(|name| Name::Path(name.into())).collect()
    }

    #[track_caller]
    fn check_order(given: &[&str], expected: &[&[&str]]) {
        let logs = lineages(&paths(given));
        let shown = |log: &Vec<usize>| -> Vec<&str> {
            log.iter().map(|number| given[*number]).collect()
        };
        let found: Vec<Vec<&str>> = logs.iter().map(shown).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_log_comes_behind_what_was_rotated_of_it() {
        check_order(
            &[
                "audit-2026-11-21T20-21-51.928.log",
                "audit.log",
                "audit-2026-11-21T20-21-32.172.log.gz",
            ],
            &[&[
                "audit-2026-11-21T20-21-32.172.log.gz",
                "audit-2026-11-21T20-21-51.928.log",
                "audit.log",
            ]],
        );
        check_order(
            &["a.log", "a.log.1", "a.log.10.gz", "a.log.2.zst"],
            &[&["a.log.10.gz", "a.log.2.zst", "a.log.1", "a.log"]],
        );
        check_order(
            &["a.log", "a.log-20260102", "a.log-20260101.gz"],
            &[&["a.log-20260101.gz", "a.log-20260102", "a.log"]],
        );
        check_order(
            &["k-a-20260102.log", "k-a.log", "k-a-2026-01-01.log"],
            &[&["k-a-2026-01-01.log", "k-a-20260102.log", "k-a.log"]],
        );
        check_order(
            &["a", "a-2026-01-02T03-04-05.678"],
            &[&["a-2026-01-02T03-04-05.678", "a"]],
        );
    }

    #[test]
    fn files_of_one_log_need_not_stand_together() {
        check_order(
            &["b.log.2", "a.log", "b.log", "a.log.1", "c.log", "b.log.1"],
            &[
                &["b.log.2", "b.log.1", "b.log"],
                &["a.log.1", "a.log"],
                &["c.log"],
            ],
        );
        let names = [Name::Stdin, Name::Path("a.log".into()), Name::Stdin];
        assert_eq!(lineages(&names), [vec![0, 2], vec![1]]);
    }

    #[test]
    fn logs_of_other_names_and_folders_are_others() {
        check_order(
            &["x/a.log", "y/a.log", "x/a.log.1", "b.log", "audit-1.log"],
            &[
                &["x/a.log.1", "x/a.log"],
                &["y/a.log"],
                &["b.log"],
                &["audit-1.log"],
            ],
        );
        check_order(
            &[".1", "-20260101", "a..1"],
            &[&[".1"], &["-20260101"], &["a..1"]],
        );
    }

    #[track_caller]
    fn check_outside(window: (&str, &str), given: &[&str], absent: &[&str]) {
        let names = paths(given);
        let bound = |text: &str| in_utc(&format!("2026-03-{text}"));
        let (since, until) = (bound(window.0), bound(window.1));
        let logs = lineages(&names);
        let found =
            logs.iter().flat_map(|log| outside(&names, log, since, until));
        let found: Vec<&str> = found.map(|number| given[number]).collect();
        assert_eq!(found, absent, "{window:?}");
    }

    #[test]
    fn what_was_rotated_before_a_window_or_begins_behind_it_is_outside() {
        let files = [
            "a-2026-03-02T06-00-00.000.log.gz",
            "a-2026-03-02T07-00-00.000.log.gz",
            "a-2026-03-02T08-00-00.000.log",
            "a.log",
        ];
        check_outside(("", ""), &files, &[]);
        check_outside(("02T06:15:00", ""), &files, &[]);
        check_outside(("02T06:15:01", ""), &files, &files[..1]);
        check_outside(("03T00:00:00", ""), &files, &files[..3]);
        check_outside(("", "02T07:45:00"), &files, &files[3..]);
        check_outside(("", "02T06:45:00"), &files, &files[2..]);
        check_outside(("", "01T00:00:00"), &files, &files[1..]);
        let both = [files[0], files[3]];
        check_outside(("02T06:30:00", "02T07:30:00"), &files, &both);
        // What stands alone has no neighbours to be compared with.
        check_outside(("", "01T00:00:00"), &files[3..], &[]);
    }

    #[test]
    fn a_date_is_that_of_any_time_zone() {
        let files = ["a.log-20260302.gz", "a.log-20260303.gz", "a.log"];
        check_outside(("04T12:15:00", ""), &files, &[]);
        check_outside(("04T12:15:01", ""), &files, &files[..1]);
        check_outside(("", "02T09:45:00"), &files, &files[2..]);
        check_outside(("", "01T09:45:00"), &files, &files[1..]);
    }

    #[test]
    fn what_may_still_be_written_or_says_nothing_is_inside() {
        for name in [
            // Nobody knows when a file was changed that is not there.
            "a.log-20260301",
            "a.log.7.gz",
            "a.log-1772431200.gz",
            "a.log-2026030115.gz",
            "a.log-20261301.gz",
            "a-2026-03-99T06-00-00.000.log",
            "a.log",
        ] {
            check_outside(("30T00:00:00", "31T00:00:00"), &[name], &[]);
        }
    }
}
