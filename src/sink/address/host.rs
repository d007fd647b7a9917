//! Turns `host:514` and `[::1]:514` into a host and a port.

use std::{fmt, net::Ipv6Addr, ops::Range};

use crate::diag::Diagnostic;

/// A host on the network, and a port of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name or address, without brackets.
    pub name: String,
    /// The port.
    pub port: u16,
}

impl Host {
    /// Reads `text[span]`; one without a port has the usual one, if any.
    pub(super) fn parse(
        text: &str,
        span: Range<usize>,
        usual: Option<u16>,
    ) -> Result<Host, Diagnostic> {
        let whole = &text[span.clone()];
        let (name, behind) = match whole.strip_prefix('[') {
            Some(inner) => inner.split_once(']').ok_or_else(|| {
                let message = "the bracket is never closed";
                Diagnostic::error(span.clone(), message)
                    .help("an address of IPv6 is written `[::1]:514`")
            })?,
            None => whole.split_at(whole.find(':').unwrap_or(whole.len())),
        };
        let is_bracketed = whole.starts_with('[');
        if !is_bracketed && whole.parse::<Ipv6Addr>().is_ok() {
            return Err(Diagnostic::error(
                span,
                "an address without brackets",
            )
            .help(format!("write `[{whole}]`, and `:PORT` behind it")));
        }
        check(name, is_bracketed, &span)?;
        let at = span.end - behind.len();
        let port = port(behind, at..span.end, usual)?;
        Ok(Host { name: name.to_owned(), port })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Host { name, port } = self;
        match name.contains(':') {
            true => write!(f, "[{name}]:{port}"),
            false => write!(f, "{name}:{port}"),
        }
    }
}

fn check(
    name: &str,
    is_bracketed: bool,
    span: &Range<usize>,
) -> Result<(), Diagnostic> {
    let wrong = |message: String| {
        Err(Diagnostic::error(span.clone(), message)
            .help("write `HOST:PORT`, such as `logs.example:6514`"))
    };
    if name.is_empty() {
        return wrong("the host is missing".into());
    }
    if is_bracketed {
        return match name.parse::<Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => wrong(format!("`{name}` is no address of IPv6")),
        };
    }
    let is_odd = |c: char| !(c.is_ascii_alphanumeric() || "-._".contains(c));
    match name.chars().find(|c| is_odd(*c)) {
        Some(odd) => wrong(format!("`{odd}` cannot be in the name of a host")),
        None if name.len() > 253 => wrong("that name is too long".into()),
        None => Ok(()),
    }
}

fn port(
    behind: &str,
    span: Range<usize>,
    usual: Option<u16>,
) -> Result<u16, Diagnostic> {
    let wrong = |message: String| {
        Diagnostic::error(span.clone(), message)
            .help("a port is a number from 1 to 65535")
    };
    let Some(number) = behind.strip_prefix(':') else {
        if !behind.is_empty() {
            return Err(wrong(format!("`{behind}` is no port")));
        }
        return usual.ok_or_else(|| wrong("the port is missing".into()));
    };
    let port = number.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| wrong(format!("`{number}` is no port")))
}
