//! Reads durations, sizes and times: `1.5s`, `2h30m`, `10KiB`, `2026-03-02`.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// The units of durations, in nanoseconds; a longer name before one that it
/// ends with.
const DURATIONS: [(&str, f64); 8] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3_600e9),
    ("d", 86_400e9),
];

/// The units of sizes, in bytes.
const SIZES: [(&str, f64); 11] = [
    ("", 1.0),
    ("B", 1.0),
    ("K", 1024.0),
    ("M", 1_048_576.0),
    ("G", 1_073_741_824.0),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
];

/// Returns the nanoseconds of a duration: numbers, each with its unit.
///
/// ```
/// use kaudit_filter::expr::duration;
/// assert_eq!(duration("1.5s"), Some(1_500_000_000));
/// assert_eq!(duration("2h30m"), Some(9_000_000_000_000));
/// assert_eq!(duration("5"), None);
/// ```
pub fn duration(text: &str) -> Option<i128> {
    let mut rest = text;
    let mut sum = 0.0;
    while !rest.is_empty() {
        let (number, behind) = split_number(rest)?;
        let letters = |c: char| !c.is_alphabetic();
        let end = behind.find(letters).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        sum += number * factor(&DURATIONS, unit)?;
        rest = behind;
    }
    whole(sum).filter(|_| !text.is_empty())
}

/// Returns the bytes of a size: a number, and perhaps a unit. K, M and G are
/// powers of 1024, as KiB, MiB and GiB are; KB, MB and GB are decimal. Their
/// letters may be small.
///
/// ```
/// use kaudit_filter::expr::size;
/// assert_eq!(size("512"), Some(512));
/// assert_eq!(size("10K"), Some(10_240));
/// assert_eq!(size("1.5MB"), Some(1_500_000));
/// assert_eq!(size("10 K"), None);
/// ```
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = split_number(text)?;
    let known = SIZES.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit));
    u64::try_from(whole(number * known?.1)?).ok()
}

/// Returns the nanoseconds since 1970 of an RFC 3339 time, which is in UTC if
/// it names no zone, or of the midnight that a date begins with.
///
/// ```
/// use kaudit_filter::expr::instant;
/// let midnight = instant("1970-01-02");
/// assert_eq!(midnight, Some(86_400_000_000_000));
/// assert_eq!(instant("1970-01-02T01:00:00+01:00"), midnight);
/// assert_eq!(instant("yesterday"), None);
/// ```
pub fn instant(text: &str) -> Option<i128> {
    timestamp(text).map(Timestamp::as_nanosecond)
}

fn timestamp(text: &str) -> Option<Timestamp> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let local: DateTime = match text.contains(['T', 't', ' ']) {
        true if text.ends_with(['Z', 'z']) => return None,
        true => text.parse().ok()?,
        false => text.parse::<Date>().ok()?.into(),
    };
    let zoned = local.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

fn factor(units: &[(&str, f64)], name: &str) -> Option<f64> {
    let unit = units.iter().find(|(unit, _)| *unit == name)?;
    Some(unit.1)
}

/// Splits `1.5s` into its number and the rest.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    let digits = |text: &str| !text.is_empty() && !text.contains('.');
    let plain = match number.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(number),
    };
    let number = number.parse().ok().filter(|_| plain)?;
    Some((number, rest))
}

/// Rounds to a whole number of at most 63 bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "numbers outside are sorted out before"
)]
fn whole(number: f64) -> Option<i128> {
    let fits = number.is_finite() && number.abs() < i64::MAX as f64;
    fits.then(|| number.round() as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit_behind_each_number() {
        for (text, expected) in [
            ("500ms", Some(500_000_000)),
            ("0s", Some(0)),
            ("1m", Some(60_000_000_000)),
            ("1d", Some(86_400_000_000_000)),
            ("3us", Some(3_000)),
            ("3µs", Some(3_000)),
            ("1h0.5m", Some(3_630_000_000_000)),
            ("", None),
            ("s", None),
            ("1", None),
            ("1x", None),
            ("1.s", None),
            (".5s", None),
            ("1s 2s", None),
            ("-1s", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn a_size_is_a_number_and_perhaps_a_unit() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1B", Some(1)),
            ("1K", Some(1024)),
            ("1KiB", Some(1024)),
            ("1KB", Some(1000)),
            ("2G", Some(2 << 30)),
            ("1.5K", Some(1536)),
            ("1k", Some(1024)),
            ("64kib", Some(64 << 10)),
            ("K", None),
            ("-1", None),
            ("1e3", None),
            ("999999999999G", None),
        ] {
            assert_eq!(size(text), expected, "{text}");
        }
    }
}
