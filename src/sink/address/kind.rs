//! Turns the beginning of a `--to` into what kind of place it names.

use crate::diag::{Diagnostic, nearest};

/// What kind of place lines go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `stdout`
    Stdout,
    /// `file:`
    File,
    /// `syslog:`
    Syslog,
    /// `syslog+udp://`
    SyslogUdp,
    /// `syslog+tcp://`
    SyslogTcp,
    /// `syslog+tls://`
    SyslogTls,
    /// `journald:`
    Journal,
    /// `tcp://`
    Tcp,
}

/// All of them, and how they are written.
const KINDS: [(Kind, &str); 8] = [
    (Kind::Stdout, "stdout"),
    (Kind::File, "file:"),
    (Kind::Syslog, "syslog:"),
    (Kind::SyslogUdp, "syslog+udp://"),
    (Kind::SyslogTcp, "syslog+tcp://"),
    (Kind::SyslogTls, "syslog+tls://"),
    (Kind::Journal, "journald:"),
    (Kind::Tcp, "tcp://"),
];

/// What is often written instead.
const SLIPS: [(&str, &str); 6] = [
    ("udp://", "syslog+udp://"),
    ("tls://", "syslog+tls://"),
    ("journal:", "journald:"),
    ("journal", "journald:"),
    ("syslog://", "syslog+tcp://"),
    ("-", "stdout"),
];

impl Kind {
    /// Returns what kind of place a text names.
    ///
    /// ```
    /// use kaudit_filter::sink::address::Kind;
    /// assert_eq!(Kind::parse("tcp://logs.example:9000"), Ok(Kind::Tcp));
    /// ```
    ///
    /// # Errors
    ///
    /// When it names none.
    pub fn parse(text: &str) -> Result<Kind, Diagnostic> {
        Kind::of(text, text.len())
    }

    /// Returns what kind of place `text[..place]` names.
    pub(super) fn of(text: &str, place: usize) -> Result<Kind, Diagnostic> {
        let name = &text[..place];
        let slip = SLIPS.iter().find(|(slip, _)| {
            let begins = slip.ends_with(['/', ':']) && name.starts_with(slip);
            begins || name == *slip
        });
        let is_kind = |(kind, prefix): &&(Kind, &str)| match kind {
            Kind::Stdout => name == *prefix,
            Kind::File
            | Kind::Syslog
            | Kind::SyslogUdp
            | Kind::SyslogTcp
            | Kind::SyslogTls
            | Kind::Journal
            | Kind::Tcp => name.starts_with(prefix),
        };
        match (slip, KINDS.iter().find(is_kind)) {
            (None, Some((kind, _))) => Ok(*kind),
            (slip, _) => Err(unknown(name, slip.map(|(_, meant)| *meant))),
        }
    }

    /// Returns how its name begins.
    pub(super) fn prefix(self) -> &'static str {
        let found = KINDS.iter().find(|(kind, _)| *kind == self);
        found.map_or("", |(_, prefix)| prefix)
    }

    /// Returns its options, in the order in which they are told.
    pub fn options(self) -> &'static [&'static str] {
        match self {
            Kind::Stdout => &["format", "max-event", "stall"],
            Kind::File => &[
                "format",
                "max-size",
                "max-age",
                "max-backups",
                "compress",
                "mode",
                "max-event",
                "stall",
            ],
            Kind::Syslog | Kind::SyslogUdp | Kind::Journal => &[
                "format",
                "facility",
                "severity",
                "tag",
                "max-event",
                "stall",
            ],
            Kind::SyslogTcp => &[
                "format",
                "facility",
                "severity",
                "tag",
                "max-event",
                "commit-lag",
                "stall",
            ],
            Kind::SyslogTls => &[
                "format",
                "facility",
                "severity",
                "tag",
                "ca",
                "cert",
                "key",
                "max-event",
                "commit-lag",
                "stall",
            ],
            Kind::Tcp => &["format", "max-event", "commit-lag", "stall"],
        }
    }

    /// Returns the most bytes that an event may have there, if nothing else
    /// is said: what receivers take by default.
    pub(super) fn limit(self) -> Option<usize> {
        match self {
            Kind::Stdout | Kind::File | Kind::Tcp => None,
            // rsyslog cuts at 8,096 bytes, which it calls 8k.
            Kind::Syslog => Some(8000),
            // What fits a packet of IPv6 (RFC 5426).
            Kind::SyslogUdp => Some(1180),
            Kind::SyslogTcp | Kind::SyslogTls => Some(64 << 10),
            Kind::Journal => Some(32 << 20),
        }
    }

    /// Returns the most bytes that an event can be allowed to have.
    pub(super) fn ceiling(self) -> usize {
        match self {
            // What a datagram has room for.
            Kind::SyslogUdp => 65_507,
            // Lines that are longer are no events, whatever is asked for.
            Kind::Stdout
            | Kind::File
            | Kind::Tcp
            | Kind::SyslogTcp
            | Kind::SyslogTls => 128 << 20,
            // A datagram has no more room in most systems.
            Kind::Syslog => 128 << 10,
            // What the journal takes of anybody.
            Kind::Journal => 32 << 20,
        }
    }
}

fn unknown(name: &str, meant: Option<&str>) -> Diagnostic {
    let error = Diagnostic::error(
        0..name.len(),
        format!("`{name}` is no place to write to"),
    );
    let prefixes = KINDS.iter().map(|(_, prefix)| *prefix);
    let head = name.find("//").map_or_else(
        || name.find(':').map_or(name.len(), |at| at + 1),
        |at| at + 2,
    );
    let meant = meant.or_else(|| nearest(&name[..head], prefixes));
    match meant {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None if name.contains(['/', '.']) && !name.contains(':') => {
            error.help(format!("a file is written `file:{name}`"))
        }
        None => error.help(
            "write stdout, file:PATH, syslog:, syslog+udp://HOST, \
             syslog+tcp://HOST, syslog+tls://HOST, journald: or \
             tcp://HOST:PORT",
        ),
    }
}
