//! Turns records into what a peer takes: one frame each, never too long.
//!
//! A record of syslog may begin with its severity (`<4>text`); one of the
//! journal is its fields, a NUL behind each. Other text is a message.

mod cut;
mod entry;
mod head;

use self::{cut::cut, entry::Entry, head::Head};
use super::super::address::{Address, Letterhead, Spec, Transport};

/// How records are framed for a peer.
#[derive(Debug)]
pub(super) struct Form {
    kind: Kind,
    /// The most bytes of a frame.
    limit: usize,
}

#[derive(Debug)]
enum Kind {
    /// RFC 3164 without a host, as syslog(3) of the C library does; ends
    /// with a NUL, which only streams need.
    Local(Head),
    /// RFC 5424.
    Wire(Head),
    /// RFC 5424 behind its length (RFC 6587).
    Counted(Head),
    /// Fields for the journal.
    Journal(Entry),
    /// Lines as they are.
    Lines,
}

/// When records are sent.
#[derive(Debug)]
pub(super) struct Stamp(String);

/// Whether a record was made shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It went as it was.
    Whole,
    /// Its end was cut off.
    Cut,
}

impl Spec {
    /// Returns the most bytes of text that a record may have and go uncut,
    /// if that is limited; none for places that take lines as they are.
    pub fn room(&self) -> Option<usize> {
        self.max_event?;
        match Form::of(self) {
            Some(form) => Some(form.room()),
            None => self.max_event,
        }
    }
}

impl Form {
    /// Returns how records go to an address; none for one that takes files.
    pub(super) fn of(spec: &Spec) -> Option<Form> {
        let limit = spec.max_event.unwrap_or(usize::MAX);
        let kind = match &spec.address {
            Address::Stdout | Address::File(_) => return None,
            Address::Syslog { transport, letterhead } => match transport {
                Transport::Local { .. } => Kind::Local(local(letterhead)),
                Transport::Udp { .. } => Kind::Wire(wire(letterhead)),
                Transport::Tcp { .. } | Transport::Tls { .. } => {
                    Kind::Counted(wire(letterhead))
                }
            },
            Address::Journal { letterhead, .. } => {
                Kind::Journal(Entry::new(letterhead))
            }
            Address::Tcp { .. } => Kind::Lines,
        };
        Some(Form { kind, limit })
    }

    /// Returns the most bytes of a frame.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Returns the time of now, as this form writes it.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp(match self.kind {
            Kind::Local(_) => head::local_time(),
            Kind::Wire(_) | Kind::Counted(_) => head::wire_time(),
            Kind::Journal(_) | Kind::Lines => String::new(),
        })
    }

    /// Returns the most bytes of text that go uncut.
    pub(super) fn room(&self) -> usize {
        let taken = match &self.kind {
            Kind::Local(head) | Kind::Wire(head) | Kind::Counted(head) => {
                head.length(&self.stamp().0)
            }
            Kind::Journal(entry) => entry.overhead(),
            Kind::Lines => 1,
        };
        self.limit.saturating_sub(taken)
    }

    /// Appends the frame of a record, which comes without its newline.
    pub(super) fn frame(
        &self,
        record: &[u8],
        stamp: &Stamp,
        out: &mut Vec<u8>,
    ) -> Fit {
        let from = out.len();
        match &self.kind {
            Kind::Local(head) => {
                let fit = head.message(record, &stamp.0, self.limit, out);
                out.push(0);
                fit
            }
            Kind::Wire(head) => {
                head.message(record, &stamp.0, self.limit, out)
            }
            Kind::Counted(head) => {
                let fit = head.message(record, &stamp.0, self.limit, out);
                let count = format!("{} ", out.len() - from);
                out.splice(from..from, count.into_bytes());
                fit
            }
            Kind::Journal(entry) => entry.write(record, self.limit, out),
            Kind::Lines => {
                let (text, fit) = cut(record, self.limit.saturating_sub(1));
                text.write(out);
                out.push(b'\n');
                fit
            }
        }
    }
}

/// Returns the beginning of a frame that the system finds too long.
pub(super) fn shortened(frame: &[u8], room: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let (text, _) = cut(frame, room);
    text.write(&mut out);
    out
}

fn local(letterhead: &Letterhead) -> Head {
    let pid = std::process::id();
    Head::old(letterhead, format!(" {}[{pid}]: ", letterhead.tag))
}

fn wire(letterhead: &Letterhead) -> Head {
    let (host, pid) = (head::host(), std::process::id());
    Head::new(letterhead, format!(" {host} {} {pid} - - ", letterhead.tag))
}

#[cfg(test)]
mod tests;
