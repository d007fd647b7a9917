//! What the words on the right side mean, and which values pass them.

use std::cmp::Ordering;
use std::net::IpAddr;

use serde_json::Value;

use super::super::tree::Term;
use super::{Kind, Op, Place, time};

/// What a term asks for, read by the kind of the field beside it.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    Null,
    Bool(bool),
    Number(Number),
    Range(Number, Number),
    Text {
        text: String,
        fold: bool,
    },
    /// A network and the length of its prefix.
    Network(IpAddr, u32),
    /// An address that everyone can reach.
    Public,
    /// A time, in nanoseconds since 1970.
    Time(i128),
    /// A level, counted from the lowest.
    Level(usize),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

const LEVELS: [&str; 4] = ["None", "Metadata", "Request", "RequestResponse"];

const LISTS: [(&str, &[&str]); 3] = [
    (
        "private",
        &[
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "fc00::/7",
            "100.64.0.0/10",
        ],
    ),
    ("loopback", &["127.0.0.0/8", "::1"]),
    ("linklocal", &["169.254.0.0/16", "fe80::/10"]),
];

impl Place<'_> {
    /// Returns what a term asks for; a list and a field may ask for any of
    /// several things.
    pub(super) fn meanings(
        self,
        op: Op,
        kind: Kind,
        term: &Term,
    ) -> Vec<Meaning> {
        match term {
            Term::Word(word) => vec![word_meaning(op, kind, word)],
            Term::Text { text, fold } => {
                vec![text_meaning(op, kind, text, *fold)]
            }
            Term::List(name) => self.items(op, kind, name),
            Term::Field(path) => {
                let leaves = self.leaves(path).into_iter();
                leaves.filter_map(as_meaning).collect()
            }
        }
    }

    fn items(self, op: Op, kind: Kind, name: &str) -> Vec<Meaning> {
        if name == "public" {
            return vec![Meaning::Public];
        }
        if let Some((_, all)) = LISTS.iter().find(|(known, _)| *known == name)
        {
            return all.iter().filter_map(|text| network(text)).collect();
        }
        let names = self.names;
        let mut lists = names.program.lists.iter().chain(&names.prelude.lists);
        let (_, items) = lists.find(|(known, _)| known == name).unwrap();
        let meanings = items.iter().flat_map(|item| match (kind, item) {
            (Kind::Open, Term::Word(word)) if network(word).is_some() => {
                network(word).into_iter().collect()
            }
            (_, item) => self.meanings(op, kind, item),
        });
        meanings.collect()
    }
}

/// Returns what the value of a field asks of another field.
fn as_meaning(value: Value) -> Option<Meaning> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::Bool(value) => Some(Meaning::Bool(value)),
        Value::Number(number) => Some(Meaning::Number(as_number(&number))),
        Value::String(text) => Some(Meaning::Text { text, fold: false }),
    }
}

fn word_meaning(op: Op, kind: Kind, word: &str) -> Meaning {
    let equal = matches!(op, Op::Eq | Op::In);
    if equal && word == "null" {
        return Meaning::Null;
    }
    if kind != Kind::Open || is_textual(op) {
        return text_meaning(op, kind, word, false);
    }
    match (word, range(word), number(word)) {
        ("true", ..) => Meaning::Bool(true),
        ("false", ..) => Meaning::Bool(false),
        (_, Some(range), _) => range,
        (_, _, Some(number)) => Meaning::Number(number),
        _ => Meaning::Text { text: word.to_owned(), fold: false },
    }
}

fn text_meaning(op: Op, kind: Kind, text: &str, fold: bool) -> Meaning {
    let same = Meaning::Text { text: text.to_owned(), fold };
    if is_textual(op) {
        return same;
    }
    let level = LEVELS.iter().position(|level| *level == text);
    match (kind, level) {
        (Kind::Level, Some(level)) => Meaning::Level(level),
        (Kind::Text | Kind::Open | Kind::Level, _) => same,
        (Kind::Int, _) => {
            let number = || Meaning::Number(number(text).unwrap());
            range(text).unwrap_or_else(number)
        }
        (Kind::Time, _) => Meaning::Time(time::written(text).unwrap()),
        (Kind::Span, _) => Meaning::Number(Number::Int(time::span(text))),
        (Kind::Address, _) => network(text).unwrap(),
    }
}

fn is_textual(op: Op) -> bool {
    match op {
        Op::Eq | Op::In => false,
        Op::Less | Op::AtMost | Op::More | Op::AtLeast => false,
        Op::Contains | Op::Starts | Op::Ends => true,
        Op::Like | Op::Matches => true,
    }
}

/// Reads `4xx` and `1..10`.
fn range(text: &str) -> Option<Meaning> {
    if let [digit @ b'1'..=b'9', b'x', b'x'] = text.as_bytes() {
        let from = i128::from(digit - b'0') * 100;
        return Some(Meaning::Range(
            Number::Int(from),
            Number::Int(from + 99),
        ));
    }
    let (from, to) = text.split_once("..")?;
    Some(Meaning::Range(number(from)?, number(to)?))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads `-12` and `2.5`.
fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    match digits.split_once('.') {
        None if is_digits(digits) => Some(Number::Int(text.parse().ok()?)),
        Some((whole, rest)) if is_digits(whole) && is_digits(rest) => {
            Some(Number::Float(text.parse().ok()?))
        }
        None | Some(_) => None,
    }
}

fn network(text: &str) -> Option<Meaning> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    Some(Meaning::Network(address, prefix.unwrap_or(all)))
}

/// Returns whether a value passes.
pub(super) fn passes(
    op: Op,
    kind: Kind,
    value: &Value,
    term: &Meaning,
) -> bool {
    let text = value.as_str();
    match term {
        Meaning::Null => value.is_null(),
        Meaning::Bool(wanted) => value == wanted,
        Meaning::Number(wanted) => {
            let order = read(kind, value).and_then(|n| compare(n, *wanted));
            order.is_some_and(|order| holds(op, order))
        }
        Meaning::Range(from, to) => {
            let number = read(kind, value);
            let from = number.and_then(|n| compare(n, *from));
            let to = number.and_then(|n| compare(n, *to));
            from.is_some_and(Ordering::is_ge)
                && to.is_some_and(Ordering::is_le)
        }
        Meaning::Time(wanted) => {
            let time = text.and_then(time::instant);
            time.is_some_and(|time| holds(op, time.cmp(wanted)))
        }
        Meaning::Level(wanted) => {
            let level = LEVELS.iter().position(|level| text == Some(level));
            level.is_some_and(|level| holds(op, level.cmp(wanted)))
        }
        Meaning::Network(network, prefix) => {
            let address = text.and_then(|text| text.parse().ok());
            address.is_some_and(|address| within(address, *network, *prefix))
        }
        Meaning::Public => {
            let address = text.and_then(|text| text.parse().ok());
            address.is_some_and(is_public)
        }
        Meaning::Text { text: wanted, fold } => {
            text.is_some_and(|text| compare_text(op, text, wanted, *fold))
        }
    }
}

fn holds(op: Op, order: Ordering) -> bool {
    match op {
        Op::Eq | Op::In => order.is_eq(),
        Op::Less => order.is_lt(),
        Op::AtMost => order.is_le(),
        Op::More => order.is_gt(),
        Op::AtLeast => order.is_ge(),
        Op::Contains | Op::Starts | Op::Ends => false,
        Op::Like | Op::Matches => false,
    }
}

/// Returns the number that a value is; a numeral in quotes is one where the
/// field holds whole numbers.
fn read(kind: Kind, value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(as_number(number)),
        Value::String(text) if kind == Kind::Int => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            is_digits(digits).then(|| number(text))?
        }
        _ => None,
    }
}

fn as_number(number: &serde_json::Number) -> Number {
    match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(int), ..) => Number::Int(int.into()),
        (_, Some(int), _) => Number::Int(int.into()),
        (.., float) => Number::Float(float.unwrap_or(f64::NAN)),
    }
}

fn compare(one: Number, other: Number) -> Option<Ordering> {
    let whole = |number| match number {
        Number::Int(int) => Some(int),
        Number::Float(float) => {
            let fits = float.fract() == 0.0 && float.abs() < 1e30;
            fits.then_some(float as i128)
        }
    };
    let float = |number| match number {
        Number::Int(int) => int as f64,
        Number::Float(float) => float,
    };
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => float(one).partial_cmp(&float(other)),
    }
}

fn compare_text(op: Op, text: &str, wanted: &str, fold: bool) -> bool {
    if op == Op::Matches {
        let pattern = regex::RegexBuilder::new(wanted);
        let pattern = { pattern }.case_insensitive(fold).build().unwrap();
        return pattern.is_match(text);
    }
    let folded = |text: &str| match fold {
        true => text.to_lowercase(),
        false => text.to_owned(),
    };
    let (text, wanted) = (folded(text), folded(wanted));
    match op {
        Op::Eq | Op::In => text == wanted,
        Op::Contains => text.contains(&wanted),
        Op::Starts => text.starts_with(&wanted),
        Op::Ends => text.ends_with(&wanted),
        Op::Like => {
            let [wanted, text] =
                [wanted, text].map(|text| text.chars().collect::<Vec<_>>());
            is_like(&wanted, &text)
        }
        Op::Less | Op::AtMost | Op::More | Op::AtLeast => false,
        Op::Matches => unreachable!("it came first"),
    }
}

fn is_like(wanted: &[char], text: &[char]) -> bool {
    match (wanted, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => {
            (0..=text.len()).any(|skipped| is_like(rest, &text[skipped..]))
        }
        (['?', wanted @ ..], [_, text @ ..]) => is_like(wanted, text),
        ([one, wanted @ ..], [same, text @ ..]) => {
            one == same && is_like(wanted, text)
        }
        ([], [_, ..]) | ([_, ..], []) => false,
    }
}

fn within(address: IpAddr, network: IpAddr, prefix: u32) -> bool {
    let shift = |bits: u32| bits.saturating_sub(prefix);
    let same4 = |one: u32, other: u32| {
        (one ^ other).checked_shr(shift(32)).unwrap_or_default() == 0
    };
    let same6 = |one: u128, other: u128| {
        (one ^ other).checked_shr(shift(128)).unwrap_or_default() == 0
    };
    match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            same4(one.into(), other.into())
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            same6(one.into(), other.into())
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => {
            false
        }
    }
}

/// What is not public, by IANA's registries of special addresses.
const SPECIAL: [&str; 19] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
];

fn is_public(address: IpAddr) -> bool {
    let is_in = |text: &str| match network(text) {
        Some(Meaning::Network(network, prefix)) => {
            within(address, network, prefix)
        }
        Some(_) | None => unreachable!("{text} is a network"),
    };
    let special = SPECIAL.iter().any(|network| is_in(network));
    !special && (address.is_ipv4() || is_in("2000::/3"))
}
