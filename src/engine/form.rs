//! What becomes of a kept line on its way into a stream.

use super::reply::{Answers, Reply};
use crate::format::{Entries, Format, Letters, Severities, Shaper};

/// What a record of a stream looks like.
#[derive(Clone, Debug)]
pub enum Form {
    /// The kept line, byte for byte.
    Verbatim,
    /// A line of text.
    Record(Format),
    /// A message for syslog.
    Letter {
        /// How its text is made.
        format: Format,
        /// How grave rules are.
        severities: Severities,
    },
    /// An answer for the program that feeds us, each line its own.
    Answer {
        /// What it looks like.
        reply: Reply,
        /// What is made of a kept line, if anything.
        format: Option<Format>,
    },
    /// Fields for the journal.
    Entry {
        /// How its message is made.
        format: Format,
        /// How grave rules are.
        severities: Severities,
    },
}

/// What makes the records of a stream. Each desk has its own.
#[derive(Debug)]
pub(super) enum Press {
    Verbatim,
    Record(Box<Shaper>),
    Letter(Box<Letters>),
    Entry(Box<Entries>),
    Answer(Answers),
}

impl Form {
    /// Returns what comes before the first record, if anything does.
    pub fn header(&self) -> Option<String> {
        match self {
            Form::Record(format) => format.header(),
            Form::Verbatim | Form::Answer { .. } => None,
            Form::Letter { .. } | Form::Entry { .. } => None,
        }
    }

    /// Returns how lines are answered, if they are.
    pub(super) fn reply(&self) -> Option<Reply> {
        match self {
            Form::Answer { reply, .. } => Some(*reply),
            Form::Verbatim | Form::Record(_) => None,
            Form::Letter { .. } | Form::Entry { .. } => None,
        }
    }

    /// Returns what makes the records.
    pub(super) fn press(&self) -> Press {
        match self.clone() {
            Form::Verbatim => Press::Verbatim,
            Form::Record(format) if format.is_verbatim() => Press::Verbatim,
            Form::Record(format) => Press::Record(Box::new(format.shaper())),
            Form::Answer { reply, format } => {
                let shaper = format.map(|format| Box::new(format.shaper()));
                Press::Answer(Answers::new(reply, shaper))
            }
            // The fields that these read are fields of the language.
            Form::Letter { format, severities } => {
                match Letters::new(&format, severities) {
                    Ok(letters) => Press::Letter(Box::new(letters)),
                    Err(_) => Press::Record(Box::new(format.shaper())),
                }
            }
            Form::Entry { format, severities } => {
                match Entries::new(&format, severities) {
                    Ok(entries) => Press::Entry(Box::new(entries)),
                    Err(_) => Press::Record(Box::new(format.shaper())),
                }
            }
        }
    }
}

impl Press {
    /// Appends the record of a line, its newline included.
    pub(super) fn write(&mut self, line: &[u8], out: &mut Vec<u8>) {
        match self {
            Press::Verbatim => {
                out.extend_from_slice(line);
                out.push(b'\n');
            }
            Press::Record(shaper) => shaper.shape(line, out),
            Press::Letter(letters) => letters.write(line, out),
            Press::Entry(entries) => entries.write(line, out),
            Press::Answer(answers) => answers.keep(line, out),
        }
    }

    /// Appends the record of an event that steps have changed into `line`.
    pub(super) fn rewrite(&mut self, line: &[u8], out: &mut Vec<u8>) {
        match self {
            Press::Answer(answers) => answers.change(line, out),
            Press::Verbatim | Press::Record(_) => self.write(line, out),
            Press::Letter(_) | Press::Entry(_) => self.write(line, out),
        }
    }
}
