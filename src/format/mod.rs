//! Turns one kept line into one record: the text that a sink is given.
//!
//! What a format says of an event is metadata, never a body; only `raw` is
//! the line itself. All of it is text that clients wrote: whatever a
//! terminal, a mail, a spreadsheet would obey is shown instead.

mod cells; //    Fields are read
mod fact; //     that have names,
mod text; //     written so that they do no harm,
mod label; //    with labels,
mod short; //    as a line for people,
mod json; //     an object,
mod csv; //      values with commas,
mod table; //    a row,
mod template; // what the user wants,
mod raw; //      or the line as it is;
mod shaper; //   one by one,
mod letter; //   for syslog,
mod entry; //    for the journal,
mod sketch; //   and side by side, for reports.

use crate::diag::{Diagnostic, nearest};
use crate::expr::Selection;
use fact::FACTS;
use raw::Raw;
use template::Template;

pub use entry::Entries;
pub use label::Labels;
pub use letter::{Letters, Severities};
pub use shaper::Shaper;
pub use sketch::{Side, Sketch, within};

/// How a kept event is shown.
///
/// * `raw`: the line as it came. Labels become annotations,
///   `kaudit-filter/KEY`.
/// * `short`: a line for people: time, code, verb, resource, namespace and
///   name, who, from where, why.
/// * `json`: an object of the metadata, flat, under the names of the
///   language.
/// * `csv`: the same in columns (RFC 4180).
/// * `table`: columns for a terminal.
/// * `template:{time} {user}`: fields of the language in any text.
///
/// ```
/// use kaudit_filter::format::Format;
/// let format = Format::parse("short").expect("it is one");
/// let line = br#"{"stageTimestamp":"2026-11-22T10:00:00.000000Z",
///     "verb":"create","user":{"username":"jane"},
///     "impersonatedUser":{"username":"root"},
///     "sourceIPs":["6.6.6.6","10.0.0.5"],
///     "objectRef":{"resource":"pods","subresource":"exec",
///         "namespace":"kube-system","name":"etcd-0"},
///     "responseStatus":{"code":403,"reason":"Forbidden"}}"#;
/// let mut out = Vec::new();
/// format.shaper().shape(line, &mut out);
/// assert_eq!(
///     str::from_utf8(&out),
///     Ok("2026-11-22T10:00:00.000000Z 403 create pods/exec \
///         kube-system/etcd-0 by jane as root from 10.0.0.5+1 Forbidden\n"),
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Format {
    layout: Layout,
    labels: Labels,
    /// How many bytes a record may have, its newline left out.
    most: usize,
}

/// The formats, each with what it needs.
#[derive(Clone, Debug)]
enum Layout {
    Raw(Box<Raw>),
    Short(Box<Selection>),
    Json(Box<Selection>),
    Csv(Box<Selection>),
    Table(Box<Selection>),
    Template(Box<Template>),
}

/// The formats that are one word.
const WORDS: [&str; 5] = ["raw", "short", "json", "csv", "table"];

/// What stands before a template.
const TEMPLATE: &str = "template:";

impl Format {
    /// The least that [`Format::at_most`] takes: in so many bytes, an event
    /// can be told from all others.
    pub const LEAST: usize = 480;

    /// Reads the name of a format, or a template.
    ///
    /// ```
    /// use kaudit_filter::format::Format;
    /// let error = Format::parse("template:{time} {usr}").unwrap_err();
    /// assert_eq!(error.message, "unknown field `usr`");
    /// assert_eq!(error.span, 17..20);
    /// assert_eq!(error.help, ["did you mean `user`?"]);
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong, and where in `text`.
    pub fn parse(text: &str) -> Result<Format, Diagnostic> {
        let layout = match (text, text.strip_prefix(TEMPLATE)) {
            (_, Some(template)) => {
                let shift = |error: Diagnostic| {
                    let Diagnostic { span, .. } = &error;
                    let by = TEMPLATE.len();
                    let span = span.start + by..span.end + by;
                    Diagnostic { span, ..error }
                };
                let template = Template::parse(template).map_err(shift)?;
                Layout::Template(Box::new(template))
            }
            ("raw", None) => {
                Layout::Raw(Box::new(Raw::new(&Labels::default(), facts()?)))
            }
            ("short", None) => Layout::Short(Box::new(facts()?)),
            ("json", None) => Layout::Json(Box::new(facts()?)),
            ("csv", None) => Layout::Csv(Box::new(facts()?)),
            ("table", None) => Layout::Table(Box::new(facts()?)),
            (_, None) => return Err(unknown(text)),
        };
        Ok(Format { layout, labels: Labels::default(), most: usize::MAX })
    }

    /// Has every record carry these labels.
    #[must_use]
    pub fn with_labels(self, labels: &Labels) -> Format {
        let layout = match self.layout {
            Layout::Raw(raw) => Layout::Raw(Box::new(raw.with(labels))),
            Layout::Short(_) | Layout::Json(_) | Layout::Csv(_) => self.layout,
            Layout::Table(_) | Layout::Template(_) => self.layout,
        };
        Format { layout, labels: labels.clone(), ..self }
    }

    /// Makes each record fit into so many bytes, its newline left out.
    ///
    /// * No event is split. Values are cut, the longest first, at the end of
    ///   a character; of `raw`, first the bodies go, as with kube-apiserver's
    ///   truncate backend.
    /// * Less than [`Format::LEAST`] is taken for that.
    #[must_use]
    pub fn at_most(self, bytes: usize) -> Format {
        Format { most: bytes.max(Format::LEAST), ..self }
    }

    /// Returns the line that comes before the first record, if the format has
    /// one: with its newline, to be written once for each sink or new file.
    ///
    /// ```
    /// use kaudit_filter::format::Format;
    /// let csv = Format::parse("csv").expect("it is one");
    /// assert!(csv.header().is_some_and(|it| it.starts_with("id,stage,time")));
    /// ```
    pub fn header(&self) -> Option<String> {
        match &self.layout {
            Layout::Csv(_) => Some(csv::header(&self.labels)),
            Layout::Table(_) => Some(table::header()),
            Layout::Raw(_) | Layout::Short(_) | Layout::Json(_) => None,
            Layout::Template(_) => None,
        }
    }

    /// Returns whether records are the lines themselves, byte for byte, so
    /// that nobody has to ask for their shape.
    pub fn is_verbatim(&self) -> bool {
        let is_raw = matches!(self.layout, Layout::Raw(_));
        is_raw && self.labels.is_empty() && self.most == usize::MAX
    }

    /// Returns what writes records.
    pub fn shaper(&self) -> Shaper {
        Shaper::new(self.clone())
    }
}

/// Returns what reads the facts.
fn facts() -> Result<Selection, Diagnostic> {
    let fields: Vec<String> =
        FACTS.iter().map(|(fact, _)| fact.field()).collect();
    let fields: Vec<&str> = fields.iter().map(|field| &**field).collect();
    Selection::new(&fields).map_err(|(_, error)| error)
}

fn unknown(text: &str) -> Diagnostic {
    let shown = crate::diag::escape(text.as_bytes());
    let message = format!("there is no format `{shown}`");
    let error = Diagnostic::error(0..text.len(), message);
    if text.contains('{') {
        return error
            .help(format!("a template is written `template:{shown}`"));
    }
    match nearest(text, WORDS) {
        Some(word) => error.help(format!("did you mean `{word}`?")),
        None => error.help(format!(
            "there are {} and `template:TEXT {{FIELD}}`",
            WORDS.map(|word| format!("`{word}`")).join(", ")
        )),
    }
}

#[cfg(test)]
mod tests;
