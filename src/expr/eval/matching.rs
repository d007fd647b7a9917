//! Holds one value against the tests of a matcher.

use core::net::IpAddr;

use super::item::{Element, Item};
use super::number::is_numeral;
use crate::expr::coverage::Coverage;
use crate::expr::plan::{Bound, Matcher1, Number};
use crate::scan::{DefectKind, Value};

/// Memory that tests share, and what they notice on the way.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Text is unescaped into here.
    pub(super) text: Vec<u8>,
    /// What `any(...)` and its like are looking at.
    pub(super) element: Option<Element>,
    /// What conditions met, if that is to be counted.
    pub coverage: Option<Coverage>,
    /// Numerals in quotes that were read as numbers.
    pub coerced: u32,
}

/// Returns whether a value passes one of the tests.
///
/// * A value of another type than the test asks for does not pass.
///
/// # Errors
///
/// The defect of a text that cannot be read.
pub(super) fn any(
    tests: &[Matcher1],
    item: Item<'_>,
    scratch: &mut Scratch,
) -> Result<bool, DefectKind> {
    let Scratch { text, coerced, .. } = scratch;
    Ok(match item {
        Item::Json(Value::Null) => {
            tests.iter().any(|t| matches!(t, Matcher1::Null))
        }
        Item::Json(Value::Bool(value)) => tests
            .iter()
            .any(|t| matches!(t, Matcher1::Bool(wanted) if *wanted == value)),
        Item::Json(Value::Number(spelling)) => {
            let number = Number::read(spelling);
            tests.iter().any(|test| within(test, number))
        }
        Item::Json(Value::Text(value)) => {
            let value = value.read(text)?;
            tests.iter().any(|test| text_passes(test, value, coerced))
        }
        Item::Json(Value::Array(_) | Value::Object(_)) => false,
        Item::Text(value) => {
            tests.iter().any(|test| text_passes(test, value, coerced))
        }
        Item::Number(number) => {
            tests.iter().any(|test| made_passes(test, number))
        }
    })
}

/// Returns whether a computed number passes a test.
fn made_passes(test: &Matcher1, number: i128) -> bool {
    match test {
        Matcher1::Duration { low, high } => in_bounds(low, high, number),
        test => within(test, Number::Int(number)),
    }
}

fn in_bounds(low: &Bound<i128>, high: &Bound<i128>, value: i128) -> bool {
    low.is_below(value) && high.is_above(value)
}

/// Returns whether a number is within the bounds of a test.
fn within(test: &Matcher1, number: Number) -> bool {
    match test {
        Matcher1::Number { low, high, .. } => {
            low.is_below(number) && high.is_above(number)
        }
        Matcher1::Null
        | Matcher1::Bool(_)
        | Matcher1::Time { .. }
        | Matcher1::Duration { .. }
        | Matcher1::Is(_)
        | Matcher1::Starts(_)
        | Matcher1::Ends(_)
        | Matcher1::Contains(_)
        | Matcher1::Pattern(_)
        | Matcher1::Network(_) => false,
    }
}

/// Returns whether a text passes a test.
fn text_passes(test: &Matcher1, value: &str, coerced: &mut u32) -> bool {
    match test {
        Matcher1::Null | Matcher1::Bool(_) => false,
        Matcher1::Duration { .. } => false,
        Matcher1::Number { numerals, .. } => {
            let numeral = *numerals && is_numeral(value);
            *coerced += u32::from(numeral);
            numeral && within(test, Number::read(value))
        }
        Matcher1::Time { low, high } => match value.parse() {
            Ok(time) => {
                let time = jiff::Timestamp::as_nanosecond(time);
                in_bounds(low, high, time)
            }
            Err(_) => false,
        },
        Matcher1::Is(texts) => texts.iter().any(|text| **text == *value),
        Matcher1::Starts(texts) => {
            texts.iter().any(|text| value.starts_with(&**text))
        }
        Matcher1::Ends(texts) => {
            texts.iter().any(|text| value.ends_with(&**text))
        }
        Matcher1::Contains(texts) => texts.iter().any(|text| {
            memchr::memmem::find(value.as_bytes(), text.as_bytes()).is_some()
        }),
        Matcher1::Pattern(pattern) => pattern.is_match(value),
        Matcher1::Network(networks) => match value.parse::<IpAddr>() {
            Ok(address) => {
                networks.iter().any(|network| network.contains(&address))
            }
            Err(_) => false,
        },
    }
}
