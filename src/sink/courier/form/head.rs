//! Turns the text of a record into a syslog message.

use jiff::{Timestamp, Zoned};

use super::{super::super::address::Letterhead, Fit, cut::cut};

/// What stands in front of the text of each message.
#[derive(Debug)]
pub(super) struct Head {
    facility: u8,
    /// The severity of a record that does not say its own.
    severity: u8,
    /// What stands in front of the time: the version of RFC 5424.
    version: &'static str,
    /// What stands between the time and the text.
    middle: String,
}

impl Head {
    /// Makes the head of RFC 3164; `middle` follows the time.
    pub(super) fn old(letterhead: &Letterhead, middle: String) -> Head {
        let Letterhead { facility, severity, .. } = letterhead;
        let (facility, severity) = (*facility as u8, *severity as u8);
        Head { facility, severity, version: "", middle }
    }

    /// Makes the head of RFC 5424; `middle` follows the time.
    pub(super) fn new(letterhead: &Letterhead, middle: String) -> Head {
        Head { version: "1 ", ..Head::old(letterhead, middle) }
    }

    /// Returns the most bytes that it takes.
    pub(super) fn length(&self, time: &str) -> usize {
        let priority = "<191>".len();
        priority + self.version.len() + time.len() + self.middle.len()
    }

    /// Appends a message of at most `limit` bytes.
    pub(super) fn message(
        &self,
        record: &[u8],
        time: &str,
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Fit {
        let from = out.len();
        let (severity, text) = split(record);
        let priority = self.facility | severity.unwrap_or(self.severity);
        let Head { version, middle, .. } = self;
        out.extend_from_slice(
            format!("<{priority}>{version}{time}{middle}").as_bytes(),
        );
        let room = limit.saturating_sub(out.len() - from);
        let (text, fit) = cut(text, room);
        text.write(out);
        fit
    }
}

/// Splits a record into the severity in front of it, if any, and its text.
pub(super) fn split(record: &[u8]) -> (Option<u8>, &[u8]) {
    match record {
        [b'<', digit @ b'0'..=b'7', b'>', text @ ..] => {
            (Some(digit - b'0'), text)
        }
        text => (None, text),
    }
}

/// Returns the local time, as daemons on the same machine expect it.
pub(super) fn local_time() -> String {
    Zoned::now().strftime("%b %e %H:%M:%S").to_string()
}

/// Returns the time as RFC 5424 has it.
pub(super) fn wire_time() -> String {
    format!("{:.6}", Timestamp::now())
}

/// Returns the name of this machine.
pub(super) fn host() -> String {
    let name = rustix::system::uname();
    let name = name.nodename().to_bytes().iter().copied();
    let name: String =
        name.filter(u8::is_ascii_graphic).map(char::from).take(255).collect();
    if name.is_empty() { "-".into() } else { name }
}
