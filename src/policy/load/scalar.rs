//! Says of which type a scalar of YAML 1.1 is, as go-yaml does.

use super::tree::Value;

const YES: [&str; 11] =
    ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];

const NO: [&str; 11] = [
    "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
];

const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];

const ENDLESS: [&str; 12] = [
    ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
    "-.inf", "-.Inf", "-.INF",
];

/// What is wrong with a scalar, and what to do.
type Wrong = (String, &'static str);

/// Returns the value of a scalar: `is_plain` if it has no quotes and is no
/// block; `tag` is its tag, `str` for `!!str`. A tag of no type leaves text
/// as it is.
pub(super) fn value(
    text: &str,
    is_plain: bool,
    tag: Option<&str>,
) -> Result<Value, Wrong> {
    let wanted = match tag {
        None if is_plain => return Ok(typed(text)),
        None => return Ok(Value::Text(text.into())),
        Some("binary") => return binary(text),
        Some(tag) => tag,
    };
    let found = typed(text);
    let is_right = match wanted {
        "null" => matches!(found, Value::Null),
        "bool" => matches!(found, Value::Bool(_)),
        "float" => matches!(found, Value::Number(_)),
        "int" => is_whole(text),
        "timestamp" => is_time(text),
        _ => true,
    };
    match wanted {
        _ if !is_right => {
            Err((format!("this is no `!!{wanted}`"), "leave the tag out"))
        }
        "null" | "bool" | "int" | "float" => Ok(found),
        _ => Ok(Value::Text(text.into())),
    }
}

/// Returns what a scalar is without a tag. Points in time are text.
fn typed(text: &str) -> Value {
    match text {
        _ if NULL.contains(&text) => Value::Null,
        _ if YES.contains(&text) => Value::Bool(true),
        _ if NO.contains(&text) => Value::Bool(false),
        _ if ENDLESS.contains(&text) => Value::Number(None),
        _ => number(text).map_or(Value::Text(text.into()), Value::Number),
    }
}

/// Returns whether it is a number that JSON has no words for.
pub(super) fn is_endless(text: &str, value: &Value) -> bool {
    matches!(value, Value::Number(_)) && ENDLESS.contains(&text)
}

/// Returns the number that a text is: its value, if that is whole and has 64
/// bits.
fn number(text: &str) -> Option<Option<i64>> {
    if text.starts_with('.') {
        return fraction(text);
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c)) {
        return None;
    }
    let plain = text.replace('_', "");
    match whole(&plain) {
        Some(number) => Some(i64::try_from(number).ok()),
        None => fraction(&plain),
    }
}

/// Returns whether a text is an integer of at most 64 bits.
fn is_whole(text: &str) -> bool {
    let is_number =
        text.starts_with(|c: char| c.is_ascii_digit() || "+-".contains(c));
    is_number && whole(&text.replace('_', "")).is_some()
}

/// Reads an integer of at most 64 bits; 0 before its digits makes it octal.
pub(in crate::policy) fn whole(text: &str) -> Option<i128> {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (base, digits) = match based(bare) {
        Some(based) => based,
        None if bare.len() > 1 && bare.starts_with('0') => (8, bare),
        None => (10, bare),
    };
    let is_right = digits.chars().all(|char| char.is_digit(base));
    let number = i128::from_str_radix(digits, base).ok();
    let number = number.filter(|_| is_right)?;
    let most = match bare.len() == text.len() {
        true => i128::from(u64::MAX),
        false => i128::from(i64::MAX),
    };
    match text.starts_with('-') {
        true => (number <= most + 1).then_some(-number),
        false => (number <= most).then_some(number),
    }
}

/// Returns the base that a number begins with, and the rest of it.
fn based(text: &str) -> Option<(u32, &str)> {
    let bases =
        [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8), ("0O", 8)];
    let of = |(prefix, base)| Some((base, text.strip_prefix(prefix)?));
    bases.into_iter().find_map(of)
}

/// Reads a number with a point or an exponent, or one that is very long.
fn fraction(text: &str) -> Option<Option<i64>> {
    let is_part = |c: char| c.is_ascii_digit() || ".eE+-".contains(c);
    if !text.chars().all(is_part) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    let is_whole = number.fract() == 0.0 && number.abs() < 1e18;
    let number = number.is_finite().then_some(number)?;
    // Below 10^18 it is told in digits, and they say the same.
    Some(is_whole.then(|| format!("{number:.0}").parse().ok()).flatten())
}

/// Returns whether a text is a point in time as YAML has it: a day, and
/// perhaps a time.
fn is_time(text: &str) -> bool {
    let mut parts = text.splitn(2, ['T', 't', ' ']);
    let day = parts.next().unwrap_or_default();
    let numbers: Vec<&str> = day.split('-').collect();
    let is_number = |text: &&str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    numbers.len() == 3
        && numbers.iter().all(is_number)
        && numbers[0].len() == 4
        && numbers[1..].iter().all(|number| number.len() <= 2)
        && parts.next().is_none_or(|time| time.contains(':'))
}

/// Returns the text that base64 stands for; what is no UTF-8 becomes U+FFFD,
/// for each byte.
fn binary(text: &str) -> Result<Value, Wrong> {
    let wrong = || {
        let help = "leave `!!binary` out, and write the text itself";
        ("this is no base64".to_owned(), help)
    };
    let bytes = decoded(text).ok_or_else(wrong)?;
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    Ok(Value::Text(text.into()))
}

/// Decodes base64 with its padding; newlines do not count.
fn decoded(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\
        abcdefghijklmnopqrstuvwxyz0123456789+/";
    let text: Vec<u8> =
        text.bytes().filter(|byte| !b"\r\n".contains(byte)).collect();
    let bare = text.strip_suffix(b"=").unwrap_or(&text);
    let bare = bare.strip_suffix(b"=").unwrap_or(bare);
    if !text.len().is_multiple_of(4) || bare.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::new();
    for group in bare.chunks(4) {
        let mut bits = 0_u32;
        for at in 0..4 {
            let digit = match group.get(at) {
                Some(byte) => DIGITS.iter().position(|it| it == byte)?,
                None => 0,
            };
            bits = bits << 6 | u32::try_from(digit).ok()?;
        }
        bytes.extend(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(bytes)
}

/// Refuses escapes between double quotes that go-yaml does not know: `\/`,
/// and halves of pairs of UTF-16.
pub(super) fn check_escapes(raw: &str) -> Result<(), Wrong> {
    let mut rest = raw;
    while let Some((_, behind)) = rest.split_once('\\') {
        let half = behind.strip_prefix('u').and_then(|it| it.get(..4));
        let half = half.and_then(|it| u16::from_str_radix(it, 16).ok());
        if behind.starts_with('/') {
            let message = "an apiserver does not know `\\/`".to_owned();
            return Err((message, "write `/`"));
        }
        if half.is_some_and(|half| (0xd800..0xe000).contains(&half)) {
            let message = "an apiserver reads no pairs of `\\u`".to_owned();
            let help = "write the letter itself, or `\\U` and 8 digits";
            return Err((message, help));
        }
        let mut behind = behind.chars();
        behind.next();
        rest = behind.as_str();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(value: &Value) -> &'static str {
        match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(Some(_)) => "whole",
            Value::Number(None) => "number",
            Value::Text(_) => "text",
            Value::List(_) | Value::Map(_) => "more",
        }
    }

    #[test]
    fn a_scalar_without_quotes_may_be_no_text() {
        for (text, expected) in [
            ("get", "text"),
            ("yes", "bool"),
            ("y", "bool"),
            ("Off", "bool"),
            ("~", "null"),
            ("", "null"),
            ("1", "whole"),
            ("-1.5e+3", "whole"),
            ("0x1F", "whole"),
            ("1_000", "whole"),
            ("0777", "whole"),
            ("0888", "whole"),
            ("-0b11", "whole"),
            ("1.0", "whole"),
            (".5", "number"),
            ("1e30", "number"),
            ("9223372036854775808", "number"),
            ("99999999999999999999999", "number"),
            (".inf", "number"),
            ("1.2.3", "text"),
            ("e5", "text"),
            ("1e", "text"),
            (".", "text"),
            ("+", "text"),
            ("0x", "text"),
            ("_1", "text"),
            ("0b12", "text"),
            ("1e400", "text"),
            ("0xFFFFFFFFFFFFFFFFFF", "text"),
            (".Nan", "text"),
            ("2026-01-01", "text"),
            ("*", "text"),
        ] {
            let found = value(text, true, None).unwrap();
            assert_eq!(name(&found), expected, "{text}");
            let quoted = value(text, false, None).unwrap();
            assert_eq!(name(&quoted), "text", "{text}");
            let tagged = value(text, true, Some("str")).unwrap();
            assert_eq!(name(&tagged), "text", "{text}");
        }
    }

    #[test]
    fn a_tag_says_what_a_scalar_has_to_be() {
        for (text, tag, expected) in [
            ("1", "int", "whole"),
            ("1.5", "float", "number"),
            ("no", "bool", "bool"),
            ("~", "null", "null"),
            ("1", "!mine", "text"),
            ("2026-01-31 12:00:00", "timestamp", "text"),
        ] {
            let found = value(text, true, Some(tag)).unwrap();
            assert_eq!(name(&found), expected, "{tag} {text}");
        }
        for (text, tag) in
            [("1.5", "int"), ("a", "int"), ("1", "bool"), ("a", "timestamp")]
        {
            assert!(value(text, true, Some(tag)).is_err(), "{tag} {text}");
        }
    }

    #[test]
    fn base64_is_decoded_with_its_padding() {
        for (text, expected) in [
            ("", Some("")),
            ("YQ==", Some("a")),
            ("YWI=", Some("ab")),
            ("YWJj\nYWJj", Some("abcabc")),
            ("/w==", Some("\u{fffd}")),
            ("YQ", None),
            ("YQ=", None),
            ("Y===", None),
            ("YW Jj", None),
            ("YQ==YQ==", None),
        ] {
            let found = match value(text, true, Some("binary")) {
                Ok(Value::Text(text)) => Some(text),
                _ => None,
            };
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn escapes_that_go_yaml_does_not_know_are_found() {
        for (raw, is_right) in [
            (r#""a\\/b""#, true),
            (r#""\x41\u00e9\U0001F600""#, true),
            (r#""a\/b""#, false),
            (r#""\ud83d\ude00""#, false),
            (r#""\uD83D""#, false),
        ] {
            assert_eq!(check_escapes(raw).is_ok(), is_right, "{raw}");
        }
    }
}
