//! Says of which type a scalar of YAML 1.1 is, as go-yaml does.

use super::tree::Value;

const YES: [&str; 11] =
    ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];

const NO: [&str; 11] = [
    "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
];

const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];

const ODD_NUMBERS: [&str; 15] = [
    ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
    "-.inf", "-.Inf", "-.INF", ".Nan", "+.nan", "-.nan",
];

/// Returns the value of a scalar: `is_plain` if it has no quotes and is no
/// block; `tag` is its tag, `str` for `!!str`.
pub(super) fn value(text: &str, is_plain: bool, tag: Option<&str>) -> Value {
    let has_type = match tag {
        None => is_plain,
        Some("str" | "binary" | "!") => false,
        Some("null" | "bool" | "int" | "float") => true,
        Some(_) => is_plain,
    };
    match has_type {
        _ if !has_type => Value::Text(text.into()),
        _ if NULL.contains(&text) => Value::Null,
        _ if YES.contains(&text) => Value::Bool(true),
        _ if NO.contains(&text) => Value::Bool(false),
        _ if is_number(text) => Value::Number,
        _ => Value::Text(text.into()),
    }
}

fn is_number(text: &str) -> bool {
    if ODD_NUMBERS.contains(&text) {
        return true;
    }
    let text = text.replace('_', "");
    let text = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let digits = |text: &str, base: u32| {
        !text.is_empty() && text.chars().all(|char| char.is_digit(base))
    };
    if let Some((base, rest)) = based(text) {
        return digits(rest, base);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let exponent = exponent.strip_prefix(['+', '-']);
            let rest = text.split_once(['e', 'E']).map(|(_, rest)| rest);
            (mantissa, exponent.or(rest))
        }
        None => (text, None),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_digits = !whole.is_empty() || !part.is_empty();
    let all = |text: &str| text.chars().all(|char| char.is_ascii_digit());
    has_digits
        && all(whole)
        && all(part)
        && exponent.is_none_or(|exponent| digits(exponent, 10))
}

/// Returns the base that a number begins with, and the rest of it.
fn based(text: &str) -> Option<(u32, &str)> {
    let bases = [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8)];
    let of = |(prefix, base)| Some((base, text.strip_prefix(prefix)?));
    bases.into_iter().find_map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_without_quotes_may_be_no_text() {
        for (text, expected) in [
            ("get", "text"),
            ("yes", "bool"),
            ("y", "bool"),
            ("Off", "bool"),
            ("~", "null"),
            ("", "null"),
            ("1", "number"),
            ("-1.5e+3", "number"),
            ("0x1F", "number"),
            ("1_000", "number"),
            (".5", "number"),
            (".inf", "number"),
            ("1.2.3", "text"),
            ("e5", "text"),
            ("1e", "text"),
            (".", "text"),
            ("+", "text"),
            ("0x", "text"),
            ("2026-01-01", "text"),
            ("*", "text"),
        ] {
            let name = |value| match value {
                Value::Null => "null",
                Value::Bool(_) => "bool",
                Value::Number => "number",
                Value::Text(_) => "text",
                Value::List(_) | Value::Map(_) => "more",
            };
            assert_eq!(name(value(text, true, None)), expected, "{text}");
            assert_eq!(name(value(text, false, None)), "text", "{text}");
            assert_eq!(name(value(text, true, Some("str"))), "text");
        }
    }
}
