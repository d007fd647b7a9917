//! Turns values of options into what they mean.

use std::{ops::Range, path::PathBuf, time::Duration};

use super::{Facility, Kind, Severity, option::Options};
use crate::{
    diag::{Diagnostic, nearest},
    expr,
};

/// The least that a limit for an event may be: what every receiver takes.
const LEAST: usize = 480;

/// The names of severities, the gravest first.
const SEVERITIES: [(&str, Severity); 8] = [
    ("emerg", Severity::LOG_EMERG),
    ("alert", Severity::LOG_ALERT),
    ("crit", Severity::LOG_CRIT),
    ("err", Severity::LOG_ERR),
    ("warning", Severity::LOG_WARNING),
    ("notice", Severity::LOG_NOTICE),
    ("info", Severity::LOG_INFO),
    ("debug", Severity::LOG_DEBUG),
];

/// The names of facilities.
const FACILITIES: [&str; 20] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp",
    "cron", "authpriv", "ftp", "local0", "local1", "local2", "local3",
    "local4", "local5", "local6", "local7",
];

/// Returns the path in `text[span]`, where `\,` is a comma.
pub(super) fn path(
    text: &str,
    span: Range<usize>,
) -> Result<PathBuf, Diagnostic> {
    if span.is_empty() {
        return Err(Diagnostic::error(0..span.end, "the path is missing")
            .help("write `file:PATH`"));
    }
    Ok(PathBuf::from(text[span].replace("\\,", ",")))
}

/// Returns the socket in `text[span]`, or the usual one.
pub(super) fn socket(
    text: &str,
    span: Range<usize>,
    usual: &str,
) -> Result<PathBuf, Diagnostic> {
    if span.is_empty() {
        return Ok(usual.into());
    }
    if text[span.clone()].starts_with("//") {
        let message = "this one is on the same machine";
        let help = "a host is reached by syslog+udp://HOST, \
                    syslog+tcp://HOST or syslog+tls://HOST";
        return Err(Diagnostic::error(span, message).help(help));
    }
    if !text[span.clone()].starts_with('/') {
        let message = "the path of a socket begins with `/`";
        return Err(Diagnostic::error(span, message)
            .help(format!("leave it out for {usual}")));
    }
    path(text, span)
}

impl Options<'_> {
    /// Returns the value of an option as `read` makes sense of it.
    fn parsed<T>(
        &self,
        key: &str,
        what: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Diagnostic> {
        let Some((value, span)) = self.value(key) else { return Ok(None) };
        let wrong = || {
            Diagnostic::error(span, format!("`{value}` is no {key}"))
                .help(what)
        };
        read(value).map(Some).ok_or_else(wrong)
    }

    pub(super) fn duration(
        &self,
        key: &str,
    ) -> Result<Option<Duration>, Diagnostic> {
        let what = "write a time such as 500ms, 5s or 1m";
        self.parsed(key, what, |value| {
            let nanos = u64::try_from(expr::duration(value)?).ok()?;
            Some(Duration::from_nanos(nanos))
        })
    }

    /// Returns a size, which must say its unit: whoever knows
    /// `--audit-log-maxsize` would take a bare number for megabytes.
    pub(super) fn size(&self, key: &str) -> Result<Option<u64>, Diagnostic> {
        let what = "write a size with its unit, such as 100M or 1GiB";
        self.parsed(key, what, |value| {
            let has_unit = value.ends_with(|c: char| c.is_alphabetic());
            expr::size(value).filter(|size| *size > 0 && has_unit)
        })
    }

    pub(super) fn days(&self, key: &str) -> Result<Option<u32>, Diagnostic> {
        self.parsed(key, "write a number of days, such as 30", |value| {
            value.strip_suffix('d').unwrap_or(value).parse().ok()
        })
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<u32>, Diagnostic> {
        self.parsed(key, "write a number", |value| value.parse().ok())
    }

    pub(super) fn mode(&self, key: &str) -> Result<Option<u32>, Diagnostic> {
        let what = "write permissions such as 0640; never writable for all";
        self.parsed(key, what, |value| {
            let mode = u32::from_str_radix(value, 8).ok()?;
            let is_sound = mode & !0o775 == 0 && mode & 0o200 != 0;
            let is_plain = value.bytes().all(|byte| byte.is_ascii_digit());
            (is_sound && is_plain).then_some(mode)
        })
    }

    pub(super) fn file(
        &self,
        key: &str,
    ) -> Result<Option<PathBuf>, Diagnostic> {
        let value = self.value(key);
        value.map(|(_, span)| path(self.text, span)).transpose()
    }

    pub(super) fn facility(&self) -> Result<Option<Facility>, Diagnostic> {
        let meant = self.meant("facility", &FACILITIES);
        self.parsed("facility", &meant, |value| {
            let is_known = FACILITIES.contains(&value);
            value.parse().ok().filter(|_| is_known)
        })
    }

    pub(super) fn severity(&self) -> Result<Option<Severity>, Diagnostic> {
        let names = SEVERITIES.map(|(name, _)| name);
        let meant = self.meant("severity", &names);
        self.parsed("severity", &meant, |value| {
            let found = SEVERITIES.iter().find(|(name, _)| *name == value);
            found.map(|(_, severity)| *severity)
        })
    }

    /// Returns which of some words was probably meant.
    fn meant(&self, key: &str, words: &[&str]) -> String {
        let value = self.value(key).map_or("", |(value, _)| value);
        match nearest(value, words.iter().copied()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("write one of {}", words.join(", ")),
        }
    }

    pub(super) fn tag(&self) -> Result<Option<String>, Diagnostic> {
        let what = "a tag has at most 32 letters, digits and `-._/`";
        self.parsed("tag", what, |value| {
            let is_plain =
                |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
            let is_sound = value.len() <= 32 && value.chars().all(is_plain);
            is_sound.then(|| value.to_owned())
        })
    }

    /// Returns the most bytes that an event may have.
    pub(super) fn limit(
        &self,
        kind: Kind,
    ) -> Result<Option<usize>, Diagnostic> {
        let most = kind.ceiling();
        let what = format!("write a size from {LEAST} to {most} bytes");
        let given = self.parsed("max-event", &what, |value| {
            let size = usize::try_from(expr::size(value)?).ok()?;
            (LEAST..=most).contains(&size).then_some(size)
        })?;
        Ok(given.or(kind.limit()))
    }
}
