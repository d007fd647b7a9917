//! Turns the fields of a record into an entry of the journal.

use super::super::super::address::Letterhead;
use super::{Fit, cut::cut, head::split};

/// What each entry has, unless its record says otherwise.
#[derive(Debug)]
pub(super) struct Entry {
    severity: u8,
    facility: u8,
    tag: String,
}

impl Entry {
    pub(super) fn new(letterhead: &Letterhead) -> Entry {
        let facility = (letterhead.facility as u8) >> 3;
        let severity = letterhead.severity as u8;
        Entry { severity, facility, tag: letterhead.tag.clone() }
    }

    /// Returns the most bytes that an entry has beside its record.
    pub(super) fn overhead(&self) -> usize {
        let common = self.common(0);
        let common: usize = common.iter().map(|field| field.len() + 1).sum();
        common + "MESSAGE=\n".len()
    }

    /// Appends an entry of at most `limit` bytes: fields that are too long
    /// lose their end, the longest first.
    pub(super) fn write(
        &self,
        record: &[u8],
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Fit {
        let (severity, message) = split(record);
        let common = self.common(severity.unwrap_or(self.severity));
        let text;
        let mut fields: Vec<&[u8]> = if is_field(record) {
            let fields = record.split(|byte| *byte == 0);
            fields.filter(|field| is_field(field)).collect()
        } else {
            text = [b"MESSAGE=", message].concat();
            vec![&text]
        };
        let missing: Vec<_> = common
            .iter()
            .filter(|common| !fields.iter().any(|f| key(f) == key(common)))
            .collect();
        fields.extend(missing.into_iter().map(Vec::as_slice));
        let rooms = rooms(&fields, limit);
        let mut fit = Fit::Whole;
        for (field, room) in fields.iter().zip(rooms) {
            let (text, cut) = cut(field, room);
            text.write(out);
            out.push(b'\n');
            if cut == Fit::Cut {
                fit = Fit::Cut;
            }
        }
        fit
    }

    fn common(&self, severity: u8) -> [Vec<u8>; 3] {
        [
            format!("PRIORITY={severity}").into_bytes(),
            format!("SYSLOG_FACILITY={}", self.facility).into_bytes(),
            format!("SYSLOG_IDENTIFIER={}", self.tag).into_bytes(),
        ]
    }
}

/// Returns how long each field may be so that all of them fit.
fn rooms(fields: &[&[u8]], limit: usize) -> Vec<usize> {
    let mut rooms: Vec<usize> = fields.iter().map(|f| f.len()).collect();
    for _ in fields {
        let all: usize = rooms.iter().map(|room| room + 1).sum();
        let excess = all.saturating_sub(limit);
        let longest = rooms.iter_mut().max();
        let Some(longest) = longest.filter(|_| excess > 0) else { break };
        // Its name and a few letters stay.
        *longest = longest.saturating_sub(excess).max(64.min(*longest));
    }
    rooms
}

/// Returns whether a text is a field: a name that the journal takes, and a
/// value.
fn is_field(text: &[u8]) -> bool {
    let is_letter = |byte: &u8| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_'
    };
    let name = key(text);
    name.len() < text.len()
        && name.first().is_some_and(u8::is_ascii_uppercase)
        && name.iter().all(is_letter)
}

fn key(field: &[u8]) -> &[u8] {
    let end = field.iter().position(|byte| *byte == b'=');
    &field[..end.unwrap_or(field.len())]
}
