//! The ways in which events are wrapped.

use std::fmt;

use super::{cri::Head, docker, region::Part};
use crate::scan::Scanner;

/// A way in which events are wrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// Not at all: an event is a line.
    #[default]
    Event,
    /// An `EventList`, as the webhook backend sends it, or an array.
    List,
    /// A container log of CRI: `TIME STREAM F TEXT`.
    Cri,
    /// Docker's json-file: `{"log":"TEXT\n","stream":...,"time":...}`.
    Docker,
    /// A shipper's record: `{"log":"TEXT"}`.
    Log,
    /// A shipper's record: `{"message":"TEXT"}`.
    Message,
    /// A document of Elasticsearch, or its answer to a search.
    Source,
    /// OpenShift's data model: an event with keys of the collector.
    Viaq,
    /// Diagnostics of AKS: `{"properties":{"log":"TEXT"}}`, and lists of
    /// such `records`.
    Azure,
    /// What the tools and streams of CloudWatch give out.
    Cloudwatch,
    /// Words in front of the event: a node's name, a time, a head of syslog.
    Prefix,
    /// The text format of the log backend: `TIME AUDIT: id="..." ...`.
    Legacy,
    /// JSON in any layout, also many lines to an event, or none.
    Documents,
    /// At a place that was named: `at:PATH`.
    At,
    /// Entries of Google Cloud Logging, which are no events.
    Google,
}

impl Form {
    /// All forms, the plain one first.
    pub const ALL: [Form; 15] = [
        Form::Event,
        Form::List,
        Form::Cri,
        Form::Docker,
        Form::Log,
        Form::Message,
        Form::Source,
        Form::Viaq,
        Form::Azure,
        Form::Cloudwatch,
        Form::Prefix,
        Form::Legacy,
        Form::Documents,
        Form::At,
        Form::Google,
    ];

    /// Returns the word for it, of `--unwrap` and of statistics.
    pub fn name(self) -> &'static str {
        match self {
            Form::Event => "event",
            Form::List => "list",
            Form::Cri => "cri",
            Form::Docker => "docker",
            Form::Log => "log",
            Form::Message => "message",
            Form::Source => "source",
            Form::Viaq => "viaq",
            Form::Azure => "azure",
            Form::Cloudwatch => "cloudwatch",
            Form::Prefix => "prefix",
            Form::Legacy => "legacy",
            Form::Documents => "documents",
            Form::At => "at",
            Form::Google => "google",
        }
    }

    /// Returns whether several lines can be one record: then batches are cut
    /// by a [`Cutter`](super::Cutter), else at any newline.
    pub fn is_joined(self) -> bool {
        self.extent() == Extent::Lines
    }

    /// Returns whether what wraps is one JSON value, which may be laid out
    /// over several lines.
    pub fn is_object(self) -> bool {
        self.extent() == Extent::Value
    }

    fn extent(self) -> Extent {
        match self {
            Form::Event | Form::Prefix | Form::Legacy | Form::At => {
                Extent::Line
            }
            Form::Cri | Form::Docker | Form::Documents => Extent::Lines,
            Form::List
            | Form::Log
            | Form::Message
            | Form::Source
            | Form::Viaq
            | Form::Azure
            | Form::Cloudwatch
            | Form::Google => Extent::Value,
        }
    }

    /// Returns the form of what was wrapped in `inner` as well.
    pub(super) fn or(self, inner: Form) -> Form {
        match inner {
            Form::Event => self,
            _ if self.is_plain() => inner,
            _ => self,
        }
    }

    /// Returns whether events of this form are in no wrapper.
    pub(super) fn is_plain(self) -> bool {
        matches!(self, Form::Event | Form::Documents)
    }

    /// Returns how a line of this form goes on with the next ones: those of
    /// containers say it.
    pub(super) fn part(self, scanner: Scanner, line: &[u8]) -> Option<Part> {
        if self == Form::Cri {
            Head::of(line).map(Head::part)
        } else if self == Form::Docker {
            docker::part(scanner, line)
        } else {
            None
        }
    }
}

/// How far a record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// It is one line.
    Line,
    /// It is one JSON value, which may be laid out.
    Value,
    /// It is one line or several.
    Lines,
}

impl fmt::Display for Form {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
