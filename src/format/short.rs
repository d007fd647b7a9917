//! Writes an event as a line for people: who did what, and what came of it.

use super::cells::{Cells, Health};
use super::fact::Fact;
use super::text::{self, quoted, word};

/// How many bytes are shown of a value, and of a message.
const MOST: (usize, usize) = (256, 200);

/// Stands for what the event does not have,
pub(super) const MISSING: &[u8] = b"-";

/// and for what is behind a break.
pub(super) const UNKNOWN: &[u8] = b"?";

/// Returns whether `short` shows a fact, knowing those before it.
pub(super) fn wants(fact: usize, cells: &Cells) -> bool {
    const NEVER: [Fact; 7] = [
        Fact::Id,
        Fact::Received,
        Fact::Level,
        Fact::Groups,
        Fact::UserAgent,
        Fact::Group,
        Fact::Tags,
    ];
    let is = |other: Fact| other as usize == fact;
    if is(Fact::Path) {
        return cells.first(Fact::Resource as usize).is_none();
    }
    if is(Fact::Decision) {
        return cells.first(Fact::Code as usize) == Some(b"403");
    }
    !NEVER.into_iter().any(is)
}

/// Appends the text, with at most `most` bytes of each value.
pub(super) fn write(
    cells: &Cells,
    health: Health,
    most: usize,
    out: &mut Vec<u8>,
) {
    let line = Line { cells, most: most.min(MOST.0) };
    line.word(Fact::Time, out);
    out.push(b' ');
    line.code(out);
    out.push(b' ');
    line.word(Fact::Verb, out);
    out.push(b' ');
    line.object(out);
    out.extend_from_slice(b" by ");
    line.actor(out);
    out.extend_from_slice(b" from ");
    line.peer(out);
    line.outcome(most.min(MOST.1), out);
    if let Some(stage) = cells.first(Fact::Stage as usize)
        && stage != b"ResponseComplete"
    {
        out.extend_from_slice(b" stage=");
        word(stage, line.most, out);
    }
    if let Some(rules) = cells.first(Fact::Rules as usize) {
        out.extend_from_slice(b" rules=");
        word(rules, line.most, out);
    }
    match health {
        Health::Sound => {}
        Health::Broken(defect) => {
            let note = format!(" (broken at byte {})", defect.at);
            out.extend_from_slice(note.as_bytes());
        }
        Health::Foreign => out.extend_from_slice(b" (no event)"),
    }
}

/// A line under way.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) cells: &'a Cells,
    /// How many bytes are shown of a value.
    pub(super) most: usize,
}

impl Line<'_> {
    fn first(&self, fact: Fact) -> Option<&[u8]> {
        self.cells.first(fact as usize)
    }

    /// Appends a fact, or what stands in its place.
    pub(super) fn word(&self, fact: Fact, out: &mut Vec<u8>) {
        match self.first(fact) {
            // So that nobody is called like the absence of a name.
            Some(text) if text == MISSING || text == UNKNOWN => {
                text::quoted(text, self.most, out);
            }
            Some(text) => word(text, self.most, out),
            None => self.gap(fact, out),
        }
    }

    fn gap(&self, fact: Fact, out: &mut Vec<u8>) {
        out.extend_from_slice(match self.cells.is_unknown(fact as usize) {
            true => UNKNOWN,
            false => MISSING,
        });
    }

    /// Appends the code. One of refusal, for something that the authorizer
    /// allowed, says so: it was an admission plugin, or a quota.
    pub(super) fn code(&self, out: &mut Vec<u8>) {
        self.word(Fact::Code, out);
        let is_allowed = self.first(Fact::Decision) == Some(b"allow");
        if is_allowed && self.first(Fact::Code) == Some(b"403") {
            out.extend_from_slice(b"(allowed)");
        }
    }

    /// Appends the resource and its name, or the path.
    fn object(&self, out: &mut Vec<u8>) {
        if self.first(Fact::Resource).is_none() {
            return self.resource(out);
        }
        self.resource(out);
        if self.first(Fact::Namespace).is_some()
            || self.first(Fact::Name).is_some()
        {
            out.push(b' ');
            self.name(out);
        }
    }

    /// Appends `resource/subresource`, or the path where there is none.
    pub(super) fn resource(&self, out: &mut Vec<u8>) {
        match self.first(Fact::Resource) {
            None => self.word(Fact::Path, out),
            Some(resource) => {
                word(resource, self.most, out);
                if let Some(below) = self.first(Fact::Subresource) {
                    out.push(b'/');
                    word(below, self.most, out);
                }
            }
        }
    }

    /// Appends `namespace/name`.
    pub(super) fn name(&self, out: &mut Vec<u8>) {
        if let Some(namespace) = self.first(Fact::Namespace) {
            word(namespace, self.most, out);
            out.push(b'/');
        }
        if let Some(name) = self.first(Fact::Name) {
            word(name, self.most, out);
        }
    }

    /// Appends who acts: both, if one impersonates the other.
    pub(super) fn actor(&self, out: &mut Vec<u8>) {
        self.word(Fact::User, out);
        if let Some(other) = self.first(Fact::Impersonated) {
            out.extend_from_slice(b" as ");
            word(other, self.most, out);
        }
    }

    /// Appends the last address, the only one that the client cannot choose,
    /// and how many more there are.
    pub(super) fn peer(&self, out: &mut Vec<u8>) {
        self.word(Fact::Peer, out);
        let addresses = self.cells.count(Fact::SourceIps as usize);
        if addresses > 1 {
            let more = format!("+{}", addresses - 1);
            out.extend_from_slice(more.as_bytes());
        }
    }

    /// Appends ` reason: "message"`, whichever there is.
    fn outcome(&self, most: usize, out: &mut Vec<u8>) {
        if let Some(reason) = self.first(Fact::Reason) {
            out.push(b' ');
            word(reason, self.most, out);
        }
        if let Some(message) = self.first(Fact::Message) {
            out.push(b' ');
            quoted(message, most, out);
        }
    }
}
