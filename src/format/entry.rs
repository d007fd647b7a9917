//! Turns kept lines into entries for the journal: fields, and a message.

use super::cells::{Cells, Health};
use super::fact::Fact;
use super::letter::Severities;
use super::short::Line;
use super::{Format, Labels, Shaper, facts, text};
use crate::diag::Diagnostic;
use crate::expr::Selection;
use crate::scan::Scanner;

/// How many bytes of a value a field has.
const MOST: usize = 4096;

/// The fields that are one fact each.
const FIELDS: [(&str, Fact); 12] = [
    ("AUDIT_ID", Fact::Id),
    ("AUDIT_STAGE", Fact::Stage),
    ("AUDIT_TIME", Fact::Time),
    ("AUDIT_VERB", Fact::Verb),
    ("AUDIT_USER", Fact::User),
    ("AUDIT_IMPERSONATED", Fact::Impersonated),
    ("AUDIT_NAMESPACE", Fact::Namespace),
    ("AUDIT_NAME", Fact::Name),
    ("AUDIT_URI", Fact::Path),
    ("AUDIT_PEER", Fact::Peer),
    ("AUDIT_REASON", Fact::Reason),
    ("AUDIT_RULES", Fact::Rules),
];

/// Writes entries, reusing its memory.
///
/// An entry is one line of fields, `KEY=TEXT`, with a NUL between them. No
/// text holds a NUL or a newline, nor anything else that a terminal would
/// obey. Fields that the event does not have are left out.
///
/// * `MESSAGE` is the record of the format, `PRIORITY` the digit of the
///   gravest rule, if one holds.
/// * `CODE`, `AUDIT_RESOURCE` with its subresource, `AUDIT_URI` without its
///   query, and `AUDIT_ID`, `_STAGE`, `_TIME`, `_VERB`, `_USER`,
///   `_IMPERSONATED`, `_NAMESPACE`, `_NAME`, `_PEER`, `_REASON`, `_RULES`.
/// * `AUDIT_BROKEN` says what is wrong with the line.
/// * Each label has a field, `LABEL_KEY`.
#[derive(Debug)]
pub struct Entries {
    shaper: Shaper,
    severities: Severities,
    facts: Selection,
    scanner: Scanner,
    cells: Cells,
    message: Vec<u8>,
}

impl Entries {
    /// Makes ready to write entries whose messages are of this format.
    ///
    /// ```
    /// use kaudit_filter::format::{Entries, Format, Severities};
    /// let format = Format::parse("template:{verb}").expect("it is right");
    /// let mut entries = Entries::new(&format, Severities::default())
    ///     .expect("it is right");
    /// let line = br#"{"verb":"get","requestURI":"/api?a=b"}"#;
    /// let mut out = Vec::new();
    /// entries.write(line, &mut out);
    /// assert_eq!(out, b"MESSAGE=get\0AUDIT_VERB=get\0AUDIT_URI=/api\n");
    /// ```
    ///
    /// # Errors
    ///
    /// None that is known of: what is read are fields of the language.
    pub fn new(
        format: &Format,
        severities: Severities,
    ) -> Result<Entries, Diagnostic> {
        Ok(Entries {
            shaper: format.shaper(),
            severities,
            facts: facts()?,
            scanner: Scanner::best(),
            cells: Cells::default(),
            message: Vec::new(),
        })
    }

    /// Appends the entry of one kept line, given without its newline.
    ///
    /// * The most bytes of a format are those of the message.
    pub fn write(&mut self, line: &[u8], out: &mut Vec<u8>) {
        self.message.clear();
        self.shaper.text(line, &mut self.message);
        // A message of `raw` is whatever came.
        field("MESSAGE", &self.message, usize::MAX, out);
        let health =
            self.cells.fill(&self.facts, self.scanner, line, |fact, _| {
                let is_group = fact == Fact::Groups as usize;
                !is_group && fact != Fact::UserAgent as usize
            });
        let cells = &self.cells;
        let first = |fact: Fact| cells.first(fact as usize);
        let names = first(Fact::Rules).unwrap_or_default();
        if let Some(digit) = self.severities.digit(names) {
            field("PRIORITY", &[b'0' + digit], MOST, out);
        }
        if let Some(code) = first(Fact::Code) {
            field("CODE", code, MOST, out);
        }
        if first(Fact::Resource).is_some() {
            let mut resource = Vec::new();
            let line = Line { cells, most: MOST };
            line.resource(&mut resource);
            field("AUDIT_RESOURCE", &resource, usize::MAX, out);
        }
        for (key, fact) in FIELDS {
            if let Some(value) = first(fact) {
                field(key, value, MOST, out);
            }
        }
        self.rest(health, out);
        if out.last() == Some(&0) {
            out.pop();
        }
        out.push(b'\n');
    }

    fn rest(&self, health: Health, out: &mut Vec<u8>) {
        if let Some(note) = super::json::broken(health) {
            field("AUDIT_BROKEN", note.as_bytes(), MOST, out);
        }
        let labels: &Labels = &self.shaper.format().labels;
        for (key, value) in labels.iter() {
            let letter = |b: u8| match b.is_ascii_alphanumeric() {
                true => char::from(b.to_ascii_uppercase()),
                false => '_',
            };
            let key: String = key.bytes().map(letter).collect();
            field(&format!("LABEL_{key}"), value.as_bytes(), MOST, out);
        }
    }
}

fn field(key: &str, value: &[u8], most: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(key.as_bytes());
    out.push(b'=');
    text::plain(value, most, out);
    out.push(0);
}
