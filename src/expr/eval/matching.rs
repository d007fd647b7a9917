//! Holds one value against the tests of a matcher.

use core::net::IpAddr;

use ipnet::IpNet;

use super::item::{Element, Item};
use super::known::Known;
use super::memo::Memo;
use super::number::is_numeral;
use super::switch::Answers;
use crate::expr::coverage::Coverage;
use crate::expr::plan::{Bound, LONG, Matcher1, Number};
use crate::scan::{DefectKind, Value};

/// Memory that tests share, and what they notice on the way.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Text is unescaped into here.
    pub(super) text: Vec<u8>,
    /// What `any(...)` and its like are looking at.
    pub(super) element: Option<Element>,
    pub(super) memo: Memo,
    pub(super) answers: Answers,
    pub(super) known: Known,
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

/// Returns whether one of these networks holds an address.
fn is_in(networks: &[IpNet], address: IpAddr) -> bool {
    if networks.len() <= LONG {
        return networks.iter().any(|network| network.contains(&address));
    }
    let behind = networks.partition_point(|net| net.network() <= address);
    let last = behind.checked_sub(1).and_then(|at| networks.get(at));
    last.is_some_and(|network| network.contains(&address))
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
        Matcher1::Is(texts) if texts.len() > LONG => {
            texts.binary_search_by(|text| (**text).cmp(value)).is_ok()
        }
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
            Ok(address) => is_in(networks, address),
            Err(_) => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{Source, compile};

    /// Holds an address against a list, and against each of its networks.
    #[test]
    fn a_long_list_of_networks_is_as_each_of_them() {
        let networks: Vec<IpNet> = (0..60_u8)
            .map(|n| format!("10.{}.{}.0/{}", n * 4, n, 20 + n % 9))
            .chain(["10.0.0.0/30".into(), "fd00::/9".into(), "::1".into()])
            .map(|text| {
                text.parse()
                    .or_else(|_| {
                        text.parse()
                            .map(|address: IpAddr| IpNet::from(address))
                    })
                    .unwrap()
            })
            .collect();
        let mut sorted = IpNet::aggregate(&networks);
        sorted.sort_unstable();
        assert!(sorted.len() > LONG);
        let edges =
            networks.iter().flat_map(|net| [net.network(), net.broadcast()]);
        let odd = ["9.255.255.255", "10.255.0.0", "::", "fe80::1", "fd7f::"];
        let odd = odd.iter().map(|text| text.parse().unwrap());
        for address in edges.chain(odd) {
            let expected = networks.iter().any(|net| net.contains(&address));
            assert_eq!(is_in(&sorted, address), expected, "{address}");
        }
    }

    #[test]
    fn a_long_list_of_texts_is_searched_in_order() {
        let names: Vec<String> = (0..40).map(|n| format!("n{n}")).collect();
        let text = format!("ns in ({})", names.join(", "));
        let plan = compile(&[Source::expression(&text)]).unwrap().plan;
        let mut scratch = Scratch::default();
        let crate::expr::plan::Matcher::AnyOf(tests) = &plan.tests[0].matcher
        else {
            panic!("{plan}");
        };
        for (name, expected) in [("n0", true), ("n39", true), ("n4x", false)] {
            let found = any(tests, Item::Text(name), &mut scratch);
            assert_eq!(found, Ok(expected), "{name}");
        }
    }
}
