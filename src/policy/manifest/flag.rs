//! The flags of an apiserver's audit, by themselves.

use super::pod::{Flag, Pod};
use crate::diag::nearest;
use crate::policy::Version;
use crate::policy::lint::{Finding, Lint};

/// The flags behind `audit-`, but for those of each backend.
const OWN: [&str; 9] = [
    "policy-file",
    "log-path",
    "log-maxage",
    "log-maxbackup",
    "log-maxsize",
    "log-format",
    "log-compress",
    "webhook-config-file",
    "webhook-initial-backoff",
];

/// Those of both backends, behind `audit-log-` and `audit-webhook-`.
const BOTH: [&str; 11] = [
    "mode",
    "version",
    "batch-buffer-size",
    "batch-max-size",
    "batch-max-wait",
    "batch-throttle-burst",
    "batch-throttle-enable",
    "batch-throttle-qps",
    "truncate-enabled",
    "truncate-max-batch-size",
    "truncate-max-event-size",
];

/// What stands for yes and no.
const SWITCHES: [&str; 12] = [
    "1", "t", "T", "true", "True", "TRUE", "0", "f", "F", "false", "False",
    "FALSE",
];

/// The units of durations; no unit is behind one that it begins with.
const UNITS: [&str; 8] = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];

const MODES: [&str; 3] = ["batch", "blocking", "blocking-strict"];

/// Since which minor version of 1 rotation has limits of its own.
const LIMITED: u32 = 36;

/// Looks at the flags.
pub(super) fn check(
    pod: &Pod,
    version: Option<Version>,
    found: &mut Vec<Finding>,
) {
    for (at, flag) in pod.flags.iter().enumerate() {
        if flag.name.starts_with("audit-") {
            known(flag, found);
            let mut later = pod.flags[at + 1..].iter();
            if later.any(|other| other.name == flag.name) {
                let message = format!("--{} is given again", flag.name);
                let help = "the last one counts: remove this one";
                add(found, Lint::RepeatedFlag, flag, message, help);
            }
        }
    }
    present(pod, found);
    log(pod, found);
    rotation(pod, version, found);
    webhook(pod, found);
}

fn add(
    found: &mut Vec<Finding>,
    lint: Lint,
    flag: &Flag,
    message: impl Into<String>,
    help: &str,
) {
    found.push(Finding::new(lint, flag.span.clone(), message).help(help));
}

/// Checks that an apiserver takes a flag and its value.
fn known(flag: &Flag, found: &mut Vec<Finding>) {
    let names = OWN.iter().map(|name| format!("audit-{name}"));
    let both = BOTH.iter().flat_map(|name| {
        ["log", "webhook"].map(|kind| format!("audit-{kind}-{name}"))
    });
    let names: Vec<String> = names.chain(both).collect();
    let bad = |message: String| {
        Finding::error(Lint::BadFlag, flag.span.clone(), message)
    };
    let (name, value) = (&*flag.name, &*flag.value);
    if !names.iter().any(|known| known == name) {
        let near = nearest(name, names.iter().map(String::as_str));
        let finding = bad(format!("there is no flag --{name}"));
        found.push(match near {
            Some(near) => finding.help(format!("did you mean --{near}?")),
            None => finding.help("an apiserver does not start with it"),
        });
        return;
    }
    if name.ends_with("-mode") && !MODES.contains(&value) {
        let help = format!("modes are {}", MODES.join(", "));
        found.push(bad(format!("`{value}` is no mode")).help(help));
    } else if name.ends_with("-format") && !["json", "legacy"].contains(&value)
    {
        let finding = bad(format!("`{value}` is no format"));
        found.push(finding.help("write json"));
    } else if let Some((kind, advice)) = mistyped(name, value) {
        found.push(bad(format!("`{value}` is {kind}")).help(advice));
    }
}

/// Returns what a value is not, and what to write, if it is of another type
/// than the flag.
fn mistyped(name: &str, value: &str) -> Option<(&'static str, &'static str)> {
    let is_any = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if is_any(&["-maxage", "-maxbackup", "-size", "-maxsize", "-burst"]) {
        let is_right = value.parse::<i64>().is_ok();
        (!is_right).then_some(("no number", "write digits only"))
    } else if is_any(&["-qps"]) {
        let is_right = value.parse::<f32>().is_ok();
        (!is_right).then_some(("no number", "write digits only"))
    } else if is_any(&["-wait", "-backoff"]) {
        let advice = "write a number and its unit: 30s";
        (!is_duration(value)).then_some(("no duration", advice))
    } else if is_any(&["-compress", "-enable", "-enabled"]) {
        let is_right = value.is_empty() || SWITCHES.contains(&value);
        (!is_right).then_some(("no switch", "write true or false"))
    } else {
        None
    }
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

/// Checks that there is a policy, and something to write to.
fn present(pod: &Pod, found: &mut Vec<Finding>) {
    let set =
        |name: &str| pod.flag(name).is_some_and(|flag| !flag.value.is_empty());
    if !set("audit-policy-file") {
        let message = "--audit-policy-file is missing: nothing is recorded";
        let finding =
            Finding::new(Lint::NoPolicyFlag, pod.span.clone(), message);
        found.push(finding.help("add --audit-policy-file=PATH, and a mount"));
    } else if !set("audit-log-path") && !set("audit-webhook-config-file") {
        let message = "neither --audit-log-path nor \
                       --audit-webhook-config-file: nothing is written";
        let finding = Finding::new(Lint::NoBackend, pod.span.clone(), message);
        found.push(finding.help("add --audit-log-path=PATH, and a mount"));
    }
}

fn log(pod: &Pod, found: &mut Vec<Finding>) {
    if let Some(mode) = pod.flag("audit-log-mode") {
        if mode.value == "batch" {
            let message = "in batch mode events are lost where the buffer is \
                           full, and where the apiserver is killed";
            let help = "for a log leave it out: `blocking` is the default";
            add(found, Lint::LogMode, mode, message, help);
        }
        if mode.value == "blocking-strict" {
            let message = "where the log cannot be written, all requests fail";
            let span = mode.span.clone();
            found.push(Finding::note(Lint::LogMode, span, message));
        }
    }
    if let Some(format) = pod.flag("audit-log-format")
        && format.value == "legacy"
    {
        let message = "legacy lines are no events: no level, no object, no \
                       bodies";
        let help = "leave it out: json is the default";
        add(found, Lint::LogFormat, format, message, help);
    }
}

fn rotation(pod: &Pod, version: Option<Version>, found: &mut Vec<Finding>) {
    let path = pod.flag("audit-log-path");
    let is_file = |path: &&Flag| !["", "-"].contains(&&*path.value);
    let Some(path) = path.filter(is_file) else { return };
    let number = |name: &str| {
        let flag = pod.flag(&format!("audit-log-{name}"))?;
        flag.value.parse::<i64>().ok()
    };
    let is_older = version.is_none_or(|it| it.minor < LIMITED);
    let is_newer = version.is_none_or(|it| it.minor >= LIMITED);
    if number("maxsize") == Some(0) && is_newer {
        let message = "with maxsize 0 the log is not rotated, from 1.36 on";
        let help = "give its size in MiB: --audit-log-maxsize=100";
        let flag = pod.flag("audit-log-maxsize").unwrap_or(path);
        add(found, Lint::Rotation, flag, message, help);
    }
    let removes = |name| match number(name) {
        None => !is_older,
        Some(number) => number > 0,
    };
    if !removes("maxage") && !removes("maxbackup") {
        let since = match version {
            None => " before 1.36",
            Some(_) => "",
        };
        let is_given =
            number("maxage").is_some() || number("maxbackup").is_some();
        let since = if is_given { "" } else { since };
        let message =
            format!("rotated logs are never removed{since}: the disk fills");
        let help = "limit them: --audit-log-maxage=30 \
                    --audit-log-maxbackup=10";
        add(found, Lint::Rotation, path, message, help);
    }
}

fn webhook(pod: &Pod, found: &mut Vec<Finding>) {
    let Some(config) = pod.flag("audit-webhook-config-file") else { return };
    if let Some(mode) = pod.flag("audit-webhook-mode")
        && mode.value.starts_with("blocking")
    {
        let message = "each request waits for the webhook";
        let help = "leave it out: `batch` is the default";
        add(found, Lint::LogMode, mode, message, help);
    }
    let truncates = pod.flag("audit-webhook-truncate-enabled");
    let truncates = truncates.is_some_and(|flag| {
        let value = &*flag.value;
        value.is_empty() || SWITCHES[..6].contains(&value)
    });
    if !truncates {
        let message = "truncation is off: a batch of large lists has any size";
        let help = "--audit-webhook-truncate-enabled takes the bodies of \
                    events above 100 KiB";
        add(found, Lint::Untruncated, config, message, help);
    }
}
