//! Times and durations, counted in nanoseconds.

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400;

/// Reads a time as RFC 3339 has it, with a zone.
pub(crate) fn instant(text: &str) -> Option<i128> {
    let (date, rest) = text.split_at_checked(10)?;
    let days = days(date)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (nanos, zone) = fraction(rest)?;
    let seconds = days * DAY + hour * 3600 + minute * 60 + second;
    Some((seconds - offset(zone)?) * SECOND + nanos)
}

/// Reads a time in an expression: a date alone is its midnight in UTC.
pub(crate) fn written(text: &str) -> Option<i128> {
    instant(text).or_else(|| Some(days(text)? * DAY * SECOND))
}

/// Reads numbers of so many digits each.
fn numbers<const N: usize>(
    text: &str,
    between: char,
    digits: [usize; N],
) -> Option<[i128; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        let plain = part.bytes().all(|byte| byte.is_ascii_digit());
        if part.len() != digits || !plain {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Reads a date; returns how many days after 1970-01-01 it is.
fn days(text: &str) -> Option<i128> {
    let [year, month, day] = numbers(text, '-', [4, 2, 2])?;
    let leap = |year| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month).ok()?.checked_sub(1)?;
    if day == 0 || day > *months.get(before)? {
        return None;
    }
    let years = (1970..year).map(|year| if leap(year) { 366 } else { 365 });
    let earlier = (year..1970).map(|year| if leap(year) { 366 } else { 365 });
    let months: i128 = months[..before].iter().sum();
    Some(years.sum::<i128>() - earlier.sum::<i128>() + months + day - 1)
}

/// Takes `.25`, if it is there; returns the nanoseconds and the rest.
fn fraction(text: &str) -> Option<(i128, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    let (digits, zone) = rest.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let padded = format!("{digits:0<9}");
    Some((padded[..9].parse().ok()?, zone))
}

/// Reads `Z` and `+02:00`; returns the seconds ahead of UTC.
fn offset(zone: &str) -> Option<i128> {
    if ["Z", "z"].contains(&zone) {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let [hours, minutes] = numbers(&zone[1..], ':', [2, 2])?;
    let fits = hours < 24 && minutes < 60;
    fits.then_some(sign * (hours * 3600 + minutes * 60))
}

pub(crate) fn hour(nanos: i128) -> u64 {
    let seconds = nanos.div_euclid(SECOND);
    (seconds.rem_euclid(DAY) / 3600) as u64
}

/// Returns the day of the week; Monday is 1.
pub(crate) fn weekday(nanos: i128) -> u64 {
    let days = nanos.div_euclid(SECOND * DAY);
    // 1970-01-01 was a Thursday.
    ((days + 3).rem_euclid(7) + 1) as u64
}

/// Reads `1.5s` and `1h30m`.
pub(crate) fn span(text: &str) -> i128 {
    let units = [
        ("ns", 1),
        ("us", 1000),
        ("ms", 1_000_000),
        ("s", SECOND),
        ("m", 60 * SECOND),
        ("h", 3600 * SECOND),
        ("d", DAY * SECOND),
    ];
    let mut rest = text;
    let mut total = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_lowercase()).unwrap();
        let (number, after) = rest.split_at(end);
        let unit = units.iter().find(|(name, _)| after.starts_with(name));
        let (name, size) = unit.unwrap();
        let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
        total += whole.parse::<i128>().unwrap() * size;
        let scale = 10_i128.pow(tenths.len() as u32);
        total += tenths.parse::<i128>().unwrap() * size / scale;
        rest = &after[name.len()..];
    }
    total
}
