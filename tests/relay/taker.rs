//! A daemon of this machine that takes events, and what it has.

use serde_json::Value;

use super::trace::id;
use crate::send::{journal::Journal, rsyslog::Rsyslog};

/// A daemon with a socket.
pub(super) enum Taker {
    Syslog(Rsyslog),
    Journal(Journal),
}

impl Taker {
    pub(super) fn syslog() -> Option<Taker> {
        Rsyslog::start().map(Taker::Syslog)
    }

    pub(super) fn journal() -> Option<Taker> {
        Journal::start().map(Taker::Journal)
    }

    /// The address of a sink that writes the `auditID` of each event to it.
    pub(super) fn spec(&self) -> String {
        let address = match self {
            Taker::Syslog(rsyslog) => {
                format!("syslog:{}", rsyslog.folder.path("log"))
            }
            Taker::Journal(journal) => journal.spec(),
        };
        format!("{address},tag=audit,format=template:{{auditID}}")
    }

    /// The numbers of the events that it has by now, in the order in which
    /// they came.
    pub(super) fn ids(&self) -> Vec<u64> {
        match self {
            Taker::Syslog(rsyslog) => {
                let text = rsyslog.text();
                let end = text.rfind('\n').unwrap_or(0);
                text[..end].lines().map(id).collect()
            }
            Taker::Journal(journal) => {
                let shown = journal.shown();
                let entries = serde_json::Deserializer::from_slice(&shown);
                let entries = entries.into_iter::<Value>().map(Result::unwrap);
                let text = |entry: Value| match &entry["MESSAGE"] {
                    Value::String(text) => id(text),
                    other => panic!("no text: {other}"),
                };
                entries.map(text).collect()
            }
        }
    }
}
