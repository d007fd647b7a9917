//! The flags of an apiserver's audit, and what their values are.

use crate::policy::load;

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any text; what is allowed there is checked behind all flags.
    Text,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    Duration,
    /// Yes or no, which has to stand behind a `=`.
    Switch,
}

/// The flags behind `audit-`, but for those of each backend.
const OWN: [(&str, Kind); 10] = [
    ("policy-file", Kind::Text),
    ("log-path", Kind::Text),
    ("log-maxage", Kind::Whole),
    ("log-maxbackup", Kind::Whole),
    ("log-maxsize", Kind::Whole),
    ("log-format", Kind::Text),
    ("log-compress", Kind::Switch),
    ("webhook-config-file", Kind::Text),
    ("webhook-initial-backoff", Kind::Duration),
    ("webhook-batch-initial-backoff", Kind::Duration),
];

/// Those of both backends, behind `audit-log-` and `audit-webhook-`.
const BOTH: [(&str, Kind); 11] = [
    ("mode", Kind::Text),
    ("version", Kind::Text),
    ("batch-buffer-size", Kind::Whole),
    ("batch-max-size", Kind::Whole),
    ("batch-max-wait", Kind::Duration),
    ("batch-throttle-burst", Kind::Whole),
    ("batch-throttle-enable", Kind::Switch),
    ("batch-throttle-qps", Kind::Number),
    ("truncate-enabled", Kind::Switch),
    ("truncate-max-batch-size", Kind::Whole),
    ("truncate-max-event-size", Kind::Whole),
];

const YES: [&str; 6] = ["1", "t", "T", "true", "True", "TRUE"];

const NO: [&str; 6] = ["0", "f", "F", "false", "False", "FALSE"];

/// The units of durations; no unit is behind one that it begins with.
const UNITS: [&str; 8] = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];

/// Returns all flags, with what they take.
pub(super) fn all() -> impl Iterator<Item = (String, Kind)> {
    let own = OWN.iter().map(|(name, kind)| (format!("audit-{name}"), *kind));
    let both = BOTH.iter().flat_map(|(name, kind)| {
        ["log", "webhook"]
            .map(|backend| (format!("audit-{backend}-{name}"), *kind))
    });
    own.chain(both)
}

/// Returns what a flag takes, if there is one of this name.
pub(super) fn kind(name: &str) -> Option<Kind> {
    all().find(|(known, _)| known == name).map(|(_, kind)| kind)
}

impl Kind {
    /// Returns what a value is not, and what to write.
    pub(super) fn wrong(
        self,
        value: &str,
    ) -> Option<(&'static str, &'static str)> {
        match self {
            Kind::Text => None,
            Kind::Whole if whole(value).is_some() => None,
            Kind::Whole => Some(("no number", "write digits only")),
            Kind::Number if value.parse::<f32>().is_ok() => None,
            Kind::Number => Some(("no number", "write digits only")),
            Kind::Duration if is_duration(value) => None,
            Kind::Duration => {
                Some(("no duration", "write a number and its unit: 30s"))
            }
            Kind::Switch if is_yes(value) || NO.contains(&value) => None,
            Kind::Switch => Some(("no switch", "write true or false")),
        }
    }
}

/// Returns whether a switch is on.
pub(super) fn is_yes(value: &str) -> bool {
    YES.contains(&value)
}

/// Reads a whole number: `0x10` and `1_000` are ones, too.
pub(super) fn whole(value: &str) -> Option<i64> {
    let is_odd =
        value.starts_with('_') || value.ends_with('_') || value.contains("__");
    let number = load::whole(&value.replace('_', ""))?;
    i64::try_from(number).ok().filter(|_| !is_odd)
}

/// Returns whether it is a duration of Go: numbers, each with its unit.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let is_any = !rest.is_empty();
    while !rest.is_empty() {
        let behind =
            rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &rest[..rest.len() - behind.len()];
        let unit = UNITS.iter().find_map(|unit| behind.strip_prefix(unit));
        match unit {
            Some(next) if number.parse::<f64>().is_ok() => rest = next,
            Some(_) | None => return false,
        }
    }
    is_any
}
