//! Turns `syslog+tcp://host:514,facility=local3` into where lines go, and how.
//!
//! What is wrong with it is found before the first byte is read, all the way
//! to the host's name; whether anybody is there shows when something is sent.
//! What a format is, is known by those who format.

mod host;
mod kind;
mod option;
#[cfg(test)]
mod tests;
mod value;

use std::{fmt, ops::Range, path::PathBuf, time::Duration};

pub use self::host::Host;
pub use self::kind::Kind;
pub use syslog::{Facility, Severity};

use self::option::Options;
use crate::diag::Diagnostic;

/// How long a peer that takes nothing holds up the others.
const STALL: Duration = Duration::from_secs(30);

/// How long what was sent over a network may take to be safe.
const COMMIT_LAG: Duration = Duration::from_secs(5);

/// Where lines go, and how: one `--to` of the command line.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Where.
    pub address: Address,
    /// What each event becomes, as it was typed.
    pub format: Option<Wording>,
    /// The most bytes that one event may have on the way, if that is limited.
    pub max_event: Option<usize>,
    /// How long it may take nothing until it is set aside.
    pub stall: Duration,
}

/// A text, and where in the whole it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// The text.
    pub text: String,
    /// Its bytes in what was parsed.
    pub span: Range<usize>,
}

/// A place that lines go to.
#[derive(Clone, Debug)]
pub enum Address {
    /// Standard output.
    Stdout,
    /// A file.
    File(FilePlan),
    /// A syslog daemon.
    Syslog {
        /// The way to it.
        transport: Transport,
        /// What its messages are headed with.
        letterhead: Letterhead,
    },
    /// The journal of systemd, by its own protocol.
    Journal {
        /// Its socket.
        path: PathBuf,
        /// What its entries are headed with.
        letterhead: Letterhead,
    },
    /// A server that takes lines.
    Tcp {
        /// Where it listens.
        host: Host,
        /// How long after a write it is taken for granted.
        commit_lag: Duration,
    },
}

/// A file that lines are appended to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePlan {
    /// Its name.
    pub path: PathBuf,
    /// The most bytes it may have; then it is renamed, and a new one begun.
    pub max_size: Option<u64>,
    /// Days after which a renamed file is removed.
    pub max_age: Option<u32>,
    /// How many renamed files are kept.
    pub max_backups: Option<u32>,
    /// Whether renamed files are compressed.
    pub compress: bool,
    /// The permissions of a new file.
    pub mode: Option<u32>,
}

/// The way to a syslog daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The socket on this machine: RFC 3164 without a host name.
    Local {
        /// The socket.
        path: PathBuf,
    },
    /// Datagrams, RFC 5424: nobody hears of one that is lost.
    Udp {
        /// Where it listens.
        host: Host,
    },
    /// A stream, RFC 5424, each message behind its length (RFC 6587).
    Tcp {
        /// Where it listens.
        host: Host,
        /// How long after a write a message is taken for granted.
        commit_lag: Duration,
    },
    /// The same through TLS (RFC 5425).
    Tls {
        /// Where it listens, and the name its certificate must have.
        host: Host,
        /// How long after a write a message is taken for granted.
        commit_lag: Duration,
        /// Who is believed, and who we are.
        papers: Papers,
    },
}

/// What a syslog message or a journal entry is headed with.
#[derive(Clone)]
pub struct Letterhead {
    /// What part of the system it is about.
    pub facility: Facility,
    /// How grave it is, where the record does not say.
    pub severity: Severity,
    /// Who says so.
    pub tag: String,
}

// A severity of the library cannot be shown.
impl fmt::Debug for Letterhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Letterhead { facility, severity, tag } = self;
        write!(f, "{facility:?}.{} {tag}", *severity as u8)
    }
}

/// The files of a TLS connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Papers {
    /// Who is believed; otherwise those that the system believes.
    pub ca: Option<PathBuf>,
    /// Our certificate and its key, for a server that asks for one.
    pub identity: Option<Identity>,
}

/// Who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, with those between it and its root.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Reads one `--to`.
///
/// * Options follow behind commas: `file:audit.log,max-size=100M,compress`.
/// * A comma in a path is written `\,`; what stands behind
///   `format=template:` is the template up to the end.
///
/// ```
/// use kaudit_filter::sink::{Address, Transport, address};
/// let spec = address::parse("syslog+tcp://logs.example,tag=audit").unwrap();
/// let Address::Syslog { transport, letterhead } = spec.address else {
///     panic!("a syslog daemon")
/// };
/// let Transport::Tcp { host, .. } = transport else { panic!("a stream") };
/// assert_eq!((host.to_string(), host.port), ("logs.example:514".into(), 514));
/// assert_eq!(letterhead.tag, "audit");
///
/// let slip = address::parse("syslog:,facilty=local3").unwrap_err();
/// assert_eq!(slip.span, 8..15);
/// assert_eq!(slip.help, ["did you mean `facility`?"]);
/// ```
///
/// # Errors
///
/// What is wrong, where, and what was probably meant.
pub fn parse(text: &str) -> Result<Spec, Diagnostic> {
    let place = option::place(text);
    let kind = Kind::of(text, place)?;
    let options = Options::read(text, place, kind)?;
    let address = address(text, place, kind, &options)?;
    Ok(Spec {
        address,
        format: options.wording("format"),
        max_event: options.limit(kind)?,
        stall: options.duration("stall")?.unwrap_or(STALL),
    })
}

fn address(
    text: &str,
    place: usize,
    kind: Kind,
    options: &Options<'_>,
) -> Result<Address, Diagnostic> {
    let span = kind.prefix().len()..place;
    let host = |port| Host::parse(text, span.clone(), port);
    let transport = match kind {
        Kind::Stdout => return Ok(Address::Stdout),
        Kind::File => return Ok(Address::File(file(text, span, options)?)),
        Kind::Journal => {
            let path = value::socket(text, span, JOURNAL)?;
            let letterhead = letterhead(options)?;
            return Ok(Address::Journal { path, letterhead });
        }
        Kind::Tcp => {
            let (host, commit_lag) = (host(None)?, commit_lag(options)?);
            return Ok(Address::Tcp { host, commit_lag });
        }
        Kind::Syslog => {
            Transport::Local { path: value::socket(text, span, LOCAL)? }
        }
        Kind::SyslogUdp => Transport::Udp { host: host(Some(514))? },
        Kind::SyslogTcp => Transport::Tcp {
            host: host(Some(514))?,
            commit_lag: commit_lag(options)?,
        },
        Kind::SyslogTls => Transport::Tls {
            host: host(Some(6514))?,
            commit_lag: commit_lag(options)?,
            papers: papers(options)?,
        },
    };
    let letterhead = letterhead(options)?;
    Ok(Address::Syslog { transport, letterhead })
}

/// Where the local syslog daemon listens.
const LOCAL: &str = "/dev/log";

/// Where the journal listens.
const JOURNAL: &str = "/run/systemd/journal/socket";

fn file(
    text: &str,
    span: Range<usize>,
    options: &Options<'_>,
) -> Result<FilePlan, Diagnostic> {
    Ok(FilePlan {
        path: value::path(text, span)?,
        max_size: options.size("max-size")?,
        max_age: options.days("max-age")?,
        max_backups: options.number("max-backups")?,
        compress: options.has("compress"),
        mode: options.mode("mode")?,
    })
}

fn letterhead(options: &Options<'_>) -> Result<Letterhead, Diagnostic> {
    Ok(Letterhead {
        facility: options.facility()?.unwrap_or(Facility::LOG_AUTHPRIV),
        severity: options.severity()?.unwrap_or(Severity::LOG_NOTICE),
        tag: options.tag()?.unwrap_or_else(|| "kaudit-filter".into()),
    })
}

fn commit_lag(options: &Options<'_>) -> Result<Duration, Diagnostic> {
    Ok(options.duration("commit-lag")?.unwrap_or(COMMIT_LAG))
}

fn papers(options: &Options<'_>) -> Result<Papers, Diagnostic> {
    let ca = options.file("ca")?;
    let (cert, key) = (options.file("cert")?, options.file("key")?);
    let identity = match (cert, key) {
        (Some(cert), Some(key)) => Some(Identity { cert, key }),
        (None, None) => None,
        (Some(_), None) => return Err(options.lonely("cert", "key")),
        (None, Some(_)) => return Err(options.lonely("key", "cert")),
    };
    Ok(Papers { ca, identity })
}
