//! Says why a line is not sound JSON, and where.

use std::fmt;

/// What is wrong with a line, and at which of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Offset in the line, in bytes.
    pub at: usize,
    /// What is wrong there.
    pub kind: DefectKind,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefectKind {
    /// The line ends inside of its event.
    Cut,
    /// A colon without a key in front of it, or a key that follows neither
    /// a comma nor an opening brace: what glued lines look like.
    Key,
    /// No JSON value, or one with something else than `,` or a closing
    /// bracket behind it.
    Value,
    /// Text with a bad escape, a raw control character or bytes that are
    /// not UTF-8.
    Text,
    /// Something follows the end of the event.
    Trailing,
    /// A key of the event stands there twice. Only looked for when a line is
    /// read to its end.
    Repeated,
}

impl Defect {
    /// Returns the defect `kind` at the byte `at`.
    pub(crate) fn new(at: usize, kind: DefectKind) -> Defect {
        Defect { at, kind }
    }

    /// Returns what can be read of `line` in spite of the defect.
    pub fn readable(self, line: &[u8]) -> &[u8] {
        match self.kind {
            DefectKind::Cut
            | DefectKind::Key
            | DefectKind::Value
            | DefectKind::Text => &line[..self.at],
            DefectKind::Trailing | DefectKind::Repeated => line,
        }
    }
}

impl fmt::Display for DefectKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            DefectKind::Cut => "the line ends inside of the event",
            DefectKind::Key => "expected a comma and a key",
            DefectKind::Value => "not a JSON value",
            DefectKind::Text => "text with a bad escape or a bad byte",
            DefectKind::Trailing => "something follows the event",
            DefectKind::Repeated => "a key of the event is repeated",
        })
    }
}
