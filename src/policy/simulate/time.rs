//! Reads from an event when it was written.

use crate::event::{Event, Place};
use crate::scan::{Value, behind_blanks, value_at, value_end};

/// Where the time is looked for: when the stage was reached, or when the
/// request came.
pub(super) const KEYS: [&str; 2] =
    ["stageTimestamp", "requestReceivedTimestamp"];

/// How the member begins that kube-apiserver writes last,
const LAST: &[u8] = b",\"stageTimestamp\":\"";

/// but for this one.
const BEHIND: &[u8] = b",\"annotations\":";

/// How near to the end of a line it is looked for first, in bytes.
const NEAR: usize = 4096;

/// Returns the second in which an event was written, since 1970, given the
/// numbers of [`KEYS`] among the roots.
pub(super) fn second(
    event: &mut Event<'_, '_>,
    roots: &[usize; KEYS.len()],
) -> Option<i64> {
    at_end(event).or_else(|| {
        roots.iter().find_map(|root| match event.root(*root) {
            Place::At(at) => at_value(event, at),
            Place::Missing | Place::Unknown => None,
        })
    })
}

/// Returns the time that stands at the end of the line, which spares a walk
/// over the bodies.
///
/// * A quote behind a comma opens a key: in a text it would be escaped. If
///   nothing but annotations comes between that member and the bracket at the
///   end of the line, it is the event's own.
fn at_end(event: &Event<'_, '_>) -> Option<i64> {
    let line = event.line();
    let near = line.len().saturating_sub(NEAR);
    let found = memchr::memmem::rfind(&line[near..], LAST)?;
    let at = near + found + LAST.len() - 1;
    let end = value_end(event.scanner(), line, at).ok()?;
    let end = match line[end..].starts_with(BEHIND) {
        true => value_end(event.scanner(), line, end + BEHIND.len()).ok()?,
        false => end,
    };
    let rest = line[end..].strip_prefix(b"}")?;
    let is_last = behind_blanks(rest, 0) == rest.len();
    if is_last { at_value(event, at) } else { None }
}

fn at_value(event: &Event<'_, '_>, at: usize) -> Option<i64> {
    match value_at(event.line(), at) {
        Ok(Value::Text(text)) => parse(text.raw()),
        Ok(_) | Err(_) => None,
    }
}

/// Reads a time as apiservers write it: in UTC, to the second.
///
/// * What is no such time is none.
fn parse(text: &[u8]) -> Option<i64> {
    let form = b"dddd-dd-ddTdd:dd:dd";
    let (time, rest) = text.split_at_checked(form.len())?;
    let fits = time.iter().zip(form).all(|(byte, form)| match form {
        b'd' => byte.is_ascii_digit(),
        _ => byte == form,
    });
    if !fits || !rest.ends_with(b"Z") {
        return None;
    }
    let number = |from: usize, to: usize| {
        let digits = time[from..to].iter();
        digits.fold(0, |all, digit| all * 10 + i64::from(digit - b'0'))
    };
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let seconds = number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19);
    Some(days(year, month, day) * 86_400 + seconds)
}

/// Returns the days since 1970: years begin in March, so that the leap day is
/// the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = match month {
        ..=2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leaps = year / 4 - year / 100 + year / 400;
    year * 365 + leaps + (month * 306 + 5) / 10 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Roots;
    use crate::scan::Scanner;

    /// Returns what is read of an event, at its end and anywhere.
    fn times(line: &str) -> [Option<i64>; 2] {
        let roots = Roots::new(&KEYS.map(Into::into), None);
        let line = line.as_bytes();
        let mut event = Event::new(Scanner::best(), line, 0, &roots);
        [at_end(&event), second(&mut event, &[0, 1])]
    }

    #[test]
    fn a_time_at_the_end_is_the_events_own() {
        let at = |second: u8| {
            format!(r#","stageTimestamp":"1970-01-01T00:00:0{second}.5Z""#)
        };
        let (one, two) = (at(1), at(2));
        let marks = r#","annotations":{"a":"}","b":{}}"#;
        for (line, expected) in [
            (format!(r#"{{"verb":"get"{one}}}"#), [Some(1); 2]),
            (format!(r#"{{"verb":"get"{one}{marks}}} "#), [Some(1); 2]),
            (format!(r#"{{"a":0{one},"b":1}}"#), [None, Some(1)]),
            (format!(r#"{{"a":0{one},"b":{{"a":0{two}}}}}"#), [None, Some(1)]),
            (format!(r#"{{"b":{{"a":0{two}}}{one}}}"#), [Some(1); 2]),
            (format!(r#"{{"a":0{one}}}{{"a":0{two}}}"#), [Some(2); 2]),
            (format!(r#"{{"b":{{"a":0{two}}}}}"#), [None; 2]),
            (format!(r#"{{"a":0{one}"#), [None; 2]),
            (format!(r#"{{"a":0{one}{}}}"#, &marks[..20]), [None, Some(1)]),
        ] {
            assert_eq!(times(&line), expected, "{line}");
        }
    }

    #[test]
    fn a_time_is_read_to_the_second() {
        for (text, expected) in [
            ("1970-01-01T00:00:00.000000Z", Some(0)),
            ("2000-02-29T12:00:01.5Z", Some(951_825_601)),
            ("2026-11-22T13:00:00Z", Some(1_795_352_400)),
            ("2026-11-22 13:00:00Z", None),
            ("2026-11-22T13:00:00+01:00", None),
            ("", None),
        ] {
            assert_eq!(parse(text.as_bytes()), expected, "{text}");
        }
    }
}
