//! What is asked of values, as one would write it.

use std::fmt::{self, Display, Formatter};

use ipnet::IpNet;

use crate::expr::plan::{Bound, Matcher1, Number};

impl Display for Matcher1 {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Matcher1::Null => out.write_str("== null"),
            Matcher1::Bool(value) => write!(out, "== {value}"),
            Matcher1::Number { low, high, numerals: _ } => {
                bounds(out, low, high)
            }
            Matcher1::Time { low, high } => {
                bounds(out, &low.map(Instant), &high.map(Instant))
            }
            Matcher1::Duration { low, high } => {
                bounds(out, &low.map(Span), &high.map(Span))
            }
            Matcher1::Is(texts) => match texts.as_slice() {
                [one] => write!(out, "= {one:?}"),
                _ => texts_of(out, "in", texts),
            },
            Matcher1::Starts(texts) => texts_of(out, "starts", texts),
            Matcher1::Ends(texts) => texts_of(out, "ends", texts),
            Matcher1::Contains(texts) => texts_of(out, "contains", texts),
            Matcher1::Pattern(regex) => {
                write!(out, "matches r\"{}\"", regex.as_str())
            }
            Matcher1::Network(networks) => networks_of(out, networks),
        }
    }
}

impl Display for Number {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Number::Int(int) => int.fmt(out),
            Number::Float(float) => float.fmt(out),
        }
    }
}

/// Nanoseconds since 1970, shown as a time.
#[derive(Clone, Copy, PartialEq)]
struct Instant(i128);

impl Display for Instant {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_nanosecond(self.0) {
            Ok(time) => time.fmt(out),
            Err(_) => self.0.fmt(out),
        }
    }
}

/// Nanoseconds, shown in the largest unit that fits.
#[derive(Clone, Copy, PartialEq)]
struct Span(i128);

impl Display for Span {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let units = [
            ("d", 86_400_000_000_000),
            ("h", 3_600_000_000_000),
            ("m", 60_000_000_000),
            ("s", 1_000_000_000),
            ("ms", 1_000_000),
            ("us", 1_000),
        ];
        let whole = units.iter().find(|(_, unit)| self.0 % unit == 0);
        match whole {
            Some((name, unit)) if self.0 != 0 => {
                write!(out, "{}{name}", self.0 / unit)
            }
            Some(_) => out.write_str("0s"),
            None => write!(out, "{}ns", self.0),
        }
    }
}

fn bounds<T: Display + PartialEq>(
    out: &mut Formatter<'_>,
    low: &Bound<T>,
    high: &Bound<T>,
) -> fmt::Result {
    match (low, high) {
        (Bound::Included(low), Bound::Included(high)) if low == high => {
            write!(out, "= {low}")
        }
        (Bound::Included(low), Bound::Included(high)) => {
            write!(out, "in {low}..{high}")
        }
        (Bound::Included(low), _) => write!(out, ">= {low}"),
        (Bound::Excluded(low), _) => write!(out, "> {low}"),
        (Bound::Open, Bound::Included(high)) => write!(out, "<= {high}"),
        (Bound::Open, Bound::Excluded(high)) => write!(out, "< {high}"),
        (Bound::Open, Bound::Open) => out.write_str("is a number"),
    }
}

/// Long lists, such as `@public`, are cut.
fn networks_of(out: &mut Formatter<'_>, networks: &[IpNet]) -> fmt::Result {
    let shown = |net: &IpNet| match net.prefix_len() == net.max_prefix_len() {
        true => net.addr().to_string(),
        false => net.to_string(),
    };
    let first: Vec<String> = networks.iter().take(8).map(shown).collect();
    let more = networks.len() - first.len();
    match (first.as_slice(), more) {
        ([one], _) if !one.contains('/') => write!(out, "= {one}"),
        ([one], _) => write!(out, "in {one}"),
        (_, 0) => write!(out, "in ({})", first.join(", ")),
        _ => write!(out, "in ({}, and {more} more)", first.join(", ")),
    }
}

/// Lists from files are cut, too.
fn texts_of(
    out: &mut Formatter<'_>,
    op: &str,
    texts: &[Box<str>],
) -> fmt::Result {
    match texts {
        [one] => write!(out, "{op} {one:?}"),
        _ => {
            let first: Vec<String> = texts
                .iter()
                .take(20)
                .map(|text| format!("{text:?}"))
                .collect();
            match texts.len() - first.len() {
                0 => write!(out, "{op} ({})", first.join(", ")),
                more => {
                    write!(out, "{op} ({}, and {more} more)", first.join(", "))
                }
            }
        }
    }
}
