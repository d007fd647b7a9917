//! Turns one value into the test it asks for, by the type of its field.

use ipnet::IpNet;

use crate::diag::{Diagnostic, nearest};
use crate::event::Type;
use crate::expr::ast::{Op, Span};
use crate::expr::plan::{Bound, Matcher1, Number};

use super::text;
use crate::expr::unit;

/// A value as it was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Literal<'a> {
    pub(super) text: &'a str,
    pub(super) quoted: bool,
    /// Whether the suffix `i` folds case.
    pub(super) fold: bool,
    pub(super) span: Span,
}

impl Literal<'_> {
    pub(super) fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.span, message)
    }

    /// Returns whether this is a bare word such as `null`.
    fn is(&self, word: &str) -> bool {
        !self.quoted && self.text == word
    }
}

/// Returns the test that `op` and this value ask of a field.
pub(super) fn matcher(
    ty: Type,
    op: Op,
    value: Literal<'_>,
) -> Result<Matcher1, Diagnostic> {
    let equal = matches!(op, Op::Eq | Op::In);
    if equal && value.is("null") {
        return Ok(Matcher1::Null);
    }
    let textual = !equal && bounds(op, 0).is_none();
    if textual {
        return text::matcher(op, value);
    }
    match ty {
        Type::Int => int(op, value),
        Type::Time => time(op, value),
        Type::Duration => duration(op, value),
        Type::Size => size(op, value),
        Type::Address => address(value),
        Type::Open => open(op, value),
        Type::Enum(words) => enumeration(words, op, value),
        Type::Level(words) if equal => enumeration(words, op, value),
        Type::Level(words) => level(words, op, value),
        Type::Text | Type::User | Type::Group | Type::Resource => {
            text::matcher(op, value)
        }
        Type::Uri | Type::Known(_) => text::matcher(op, value),
        Type::Object(_) | Type::Map(..) | Type::List(_) => {
            Err(value.error("an object or a list has no value of its own"))
        }
    }
}

/// Returns the bounds that an ordering sets.
fn bounds<T>(op: Op, value: T) -> Option<(Bound<T>, Bound<T>)> {
    match op {
        Op::Less => Some((Bound::Open, Bound::Excluded(value))),
        Op::AtMost => Some((Bound::Open, Bound::Included(value))),
        Op::More => Some((Bound::Excluded(value), Bound::Open)),
        Op::AtLeast => Some((Bound::Included(value), Bound::Open)),
        Op::Eq | Op::In => None,
        Op::Contains | Op::Starts | Op::Ends => None,
        Op::Like | Op::Matches => None,
    }
}

fn int(op: Op, value: Literal<'_>) -> Result<Matcher1, Diagnostic> {
    no_fold(value)?;
    let order = bounds(op, 0).is_some();
    if let Some((from, to)) = range(value.text)? {
        return match order {
            true => Err(no_range(value)),
            false => within(value, from, to, true),
        };
    }
    match number(value.text) {
        Some(number @ Number::Int(_)) => Ok(compared(op, number, true)),
        _ => Err(value
            .error(format!("`{}` is not a whole number", value.text))
            .help(
                "this field holds one: `= 403`, `>= 400`, `in 400..499`, \
                   `= 4xx`",
            )),
    }
}

fn open(op: Op, value: Literal<'_>) -> Result<Matcher1, Diagnostic> {
    let order = bounds(op, 0).is_some();
    if value.quoted && !order {
        return text::matcher(op, value);
    }
    if value.quoted {
        let number = number(value.text).is_some();
        let error = value.error("text in quotes has no order");
        return Err(match number {
            true => error.help(format!("write {} without quotes", value.text)),
            false => error.help("compare with a number"),
        });
    }
    if let Some((from, to)) = open_range(value.text) {
        return match order {
            true => Err(no_range(value)),
            false => within(value, from, to, false),
        };
    }
    match (value.text, number(value.text)) {
        (_, Some(number)) => Ok(compared(op, number, false)),
        (text, None) if order => {
            let message = format!("`{text}` is not a number");
            Err(value.error(message).help("only numbers have an order here"))
        }
        ("true", None) => Ok(Matcher1::Bool(true)),
        ("false", None) => Ok(Matcher1::Bool(false)),
        (_, None) => text::matcher(op, value),
    }
}

/// Returns the test of a number.
fn compared(op: Op, number: Number, numerals: bool) -> Matcher1 {
    let same = (Bound::Included(number), Bound::Included(number));
    let (low, high) = bounds(op, number).unwrap_or(same);
    Matcher1::Number { low, high, numerals }
}

fn within(
    value: Literal<'_>,
    from: Number,
    to: Number,
    numerals: bool,
) -> Result<Matcher1, Diagnostic> {
    let empty = match (from, to) {
        (Number::Int(from), Number::Int(to)) => from > to,
        (from, to) => double(from) > double(to),
    };
    if empty {
        return Err(empty_range(value));
    }
    let (low, high) = (Bound::Included(from), Bound::Included(to));
    Ok(Matcher1::Number { low, high, numerals })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a range with a fraction is compared as doubles"
)]
fn double(number: Number) -> f64 {
    match number {
        Number::Int(int) => int as f64,
        Number::Float(float) => float,
    }
}

fn no_range(value: Literal<'_>) -> Diagnostic {
    value
        .error(format!("`{}` is a range, it has no order", value.text))
        .help(format!("write `in {}`", value.text))
}

/// Reads `400..499` and `4xx`.
fn range(text: &str) -> Result<Option<(Number, Number)>, Diagnostic> {
    if let Some(digit) = text.strip_suffix("xx") {
        let digit: Option<i128> = digit.parse().ok();
        return Ok(match digit {
            Some(digit @ 1..=9) => {
                let from = digit * 100;
                Some((Number::Int(from), Number::Int(from + 99)))
            }
            _ => None,
        });
    }
    Ok(open_range(text))
}

/// Reads `1..10`.
fn open_range(text: &str) -> Option<(Number, Number)> {
    let (from, to) = text.split_once("..")?;
    Some((number(from)?, number(to)?))
}

/// Reads a number as JSON writes it.
fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
    };
    if plain(digits) {
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        let int: Option<i128> = text.parse().ok();
        let fits = int.filter(|int| {
            i64::try_from(*int).is_ok() || u64::try_from(*int).is_ok()
        });
        return match fits {
            Some(int) => Some(Number::Int(int)),
            None => text.parse().ok().map(Number::Float),
        };
    }
    let number = digits.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b"0123456789.eE+-".contains(&b));
    let float: f64 = text.parse().ok().filter(|_| number)?;
    float.is_finite().then_some(Number::Float(float))
}

fn time(op: Op, value: Literal<'_>) -> Result<Matcher1, Diagnostic> {
    no_fold(value)?;
    let Some(nanoseconds) = unit::instant(value.text) else {
        let message = format!("`{}` is not a time", value.text);
        return Err(value.error(message).help(
            "write 2026-11-21T10:00:00Z, or 2026-11-21 for midnight UTC",
        ));
    };
    let same = (Bound::Included(nanoseconds), Bound::Included(nanoseconds));
    let (low, high) = bounds(op, nanoseconds).unwrap_or(same);
    Ok(Matcher1::Time { low, high })
}

fn duration(op: Op, value: Literal<'_>) -> Result<Matcher1, Diagnostic> {
    no_fold(value)?;
    let (low, high) = measured(op, value, unit::duration, || {
        let message = format!("`{}` is not a duration", value.text);
        value.error(message).help("write 500ms, 1.5s, 5m, 2h or 7d")
    })?;
    Ok(Matcher1::Duration { low, high })
}

fn size(op: Op, value: Literal<'_>) -> Result<Matcher1, Diagnostic> {
    no_fold(value)?;
    let bytes = |text: &str| unit::size(text).map(i128::from);
    let (low, high) = measured(op, value, bytes, || {
        let message = format!("`{}` is not a size", value.text);
        value.error(message).help("write 512, 100K, 1MiB or 1MB")
    })?;
    let (low, high) = (low.map(Number::Int), high.map(Number::Int));
    Ok(Matcher1::Number { low, high, numerals: false })
}

/// Returns the bounds that a value with a unit, or a range of two, sets.
fn measured(
    op: Op,
    value: Literal<'_>,
    read: impl Fn(&str) -> Option<i128>,
    error: impl Fn() -> Diagnostic,
) -> Result<(Bound<i128>, Bound<i128>), Diagnostic> {
    let read = |text| read(text).ok_or_else(&error);
    if let (Op::Eq | Op::In, Some((from, to))) =
        (op, value.text.split_once(".."))
    {
        let (from, to) = (read(from)?, read(to)?);
        if from > to {
            return Err(empty_range(value));
        }
        return Ok((Bound::Included(from), Bound::Included(to)));
    }
    let number = read(value.text)?;
    let same = (Bound::Included(number), Bound::Included(number));
    Ok(bounds(op, number).unwrap_or(same))
}

fn empty_range(value: Literal<'_>) -> Diagnostic {
    let message = format!("the range `{}` is empty", value.text);
    value.error(message).help("write the lower end first")
}

fn address(value: Literal<'_>) -> Result<Matcher1, Diagnostic> {
    no_fold(value)?;
    if let Some(network) = network(value.text) {
        return Ok(Matcher1::Network(vec![network]));
    }
    let message = format!("`{}` is not an IP address or network", value.text);
    Err(value
        .error(message)
        .help("write 10.1.2.3, 10.0.0.0/8, fd00::/8 or @private"))
}

/// Reads an address or a network.
pub(super) fn network(text: &str) -> Option<IpNet> {
    let address =
        text.parse().map(|address: core::net::IpAddr| IpNet::from(address));
    let network = text.parse().map(|network: IpNet| network.trunc());
    address.or(network).ok()
}

fn enumeration(
    words: &'static [&'static str],
    op: Op,
    value: Literal<'_>,
) -> Result<Matcher1, Diagnostic> {
    let same = |word: &&str| match value.fold {
        true => word.eq_ignore_ascii_case(value.text),
        false => *word == value.text,
    };
    if words.iter().any(same) {
        return text::matcher(op, value);
    }
    Err(impossible(words, value))
}

fn impossible(
    words: &'static [&'static str],
    value: Literal<'_>,
) -> Diagnostic {
    let message = format!("`{}` is not a possible value here", value.text);
    let meant = nearest(value.text, words.iter().copied());
    value.error(message).help(match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", words.join(", ")),
    })
}

/// Returns the levels that an ordering admits.
fn level(
    words: &'static [&'static str],
    op: Op,
    value: Literal<'_>,
) -> Result<Matcher1, Diagnostic> {
    no_fold(value)?;
    let Some(at) = words.iter().position(|word| *word == value.text) else {
        return Err(impossible(words, value));
    };
    let admitted = match op {
        Op::Less => &words[..at],
        Op::AtMost => &words[..=at],
        Op::More => &words[at + 1..],
        _ => &words[at..],
    };
    Ok(Matcher1::Is(admitted.iter().map(|word| (*word).into()).collect()))
}

fn no_fold(value: Literal<'_>) -> Result<(), Diagnostic> {
    match value.fold {
        true => Err(value
            .error("the suffix `i` is for text")
            .help(format!("write {} without it", value.text))),
        false => Ok(()),
    }
}
