//! The flags of an apiserver's audit, by themselves.

use super::kind;
use super::line::{Flag, Slip};
use super::pod::Pod;
use crate::diag::nearest;
use crate::policy::Version;
use crate::policy::lint::{Finding, Lint};

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
    let (name, value) = (&*flag.name, &*flag.value);
    let bad = |message: String| {
        Finding::error(Lint::BadFlag, flag.span.clone(), message)
    };
    let Some(kind) = kind::kind(name) else {
        let finding = bad(format!("there is no flag --{name}"));
        return found.push(finding.help(meant(name)));
    };
    match &flag.slip {
        Some(Slip::Missing) => {
            let finding = bad(format!("--{name} needs a value"));
            found.push(finding.help(format!("write --{name}=...")));
        }
        Some(Slip::Apart(word)) => {
            let finding = bad(format!(
                "`{word}` is a word of its own, which no apiserver takes"
            ));
            found.push(finding.help(format!("write --{name}={word}")));
        }
        None if flag.is_open() => {
            let message = "what a variable holds is not looked at";
            let span = flag.span.clone();
            found.push(Finding::note(Lint::NotLookedAt, span, message));
        }
        None => {
            if let Some((what, advice)) = kind.wrong(value) {
                found.push(bad(format!("`{value}` is {what}")).help(advice));
            }
        }
    }
}

/// Returns what to write for a flag that there is not.
fn meant(name: &str) -> String {
    if let Some((name, value)) = name.split_once(char::is_whitespace) {
        return format!("write --{name}={}, or two words", value.trim());
    }
    let names: Vec<String> = kind::all().map(|(name, _)| name).collect();
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean --{near}?"),
        None => "an apiserver does not start with it".to_owned(),
    }
}

/// Checks that there is a policy, and something to write to.
fn present(pod: &Pod, found: &mut Vec<Finding>) {
    if let Some(flag) = pod.flag("openshift-config") {
        let message = "flags in another file are not looked at";
        let span = flag.span.clone();
        return found.push(Finding::note(Lint::NotLookedAt, span, message));
    }
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
        kind::whole(&flag.value)
    };
    let is_older = version.is_none_or(|it| it.minor < LIMITED);
    let is_newer = version.is_none_or(|it| it.minor >= LIMITED);
    if number("maxsize") == Some(0) && is_newer {
        let message = "with maxsize 0 the log is not rotated, from 1.36 on";
        let help = "give its size in MiB: --audit-log-maxsize=100";
        let flag = pod.flag("audit-log-maxsize").unwrap_or(path);
        add(found, Lint::Rotation, flag, message, help);
    }
    let is_open = |name| {
        let flag = pod.flag(&format!("audit-log-{name}"));
        flag.is_some_and(Flag::is_open)
    };
    let removes = |name| match number(name) {
        None => !is_older || is_open(name),
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
    if !truncates
        .is_some_and(|flag| flag.is_open() || kind::is_yes(&flag.value))
    {
        let message = "truncation is off: a batch of large lists has any size";
        let help = "--audit-webhook-truncate-enabled takes the bodies of \
                    events above 100 KiB";
        add(found, Lint::Untruncated, config, message, help);
    }
}
