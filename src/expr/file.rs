//! Files that expressions name: lists and audit policies. Whoever compiles
//! opens them.

use super::ast::Span;
use crate::diag::{Diagnostic, Excerpt};

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The items of a list: `list mine = from "FILE"`.
    List,
    /// An audit policy: the step `policy "FILE"`.
    Policy,
}

/// What was read of a file.
///
/// ```
/// use kaudit_filter::expr::Read;
/// let read = Read::from("prod\nstaging\n".to_owned());
/// assert!(read.remarks.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// What it holds.
    pub text: String,
    /// What should be said of it, a warning each.
    pub remarks: Vec<Remark>,
}

/// Something about a file.
///
/// ```
/// use kaudit_filter::expr::Remark;
/// let remark = Remark::from("no such file".to_owned());
/// assert_eq!(remark.cause, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remark {
    /// What is so, a sentence without a dot.
    pub message: String,
    /// Where in the file, if it is about a place.
    pub cause: Option<Box<Excerpt>>,
    /// What to do about it.
    pub help: Vec<String>,
}

impl Remark {
    /// Returns it as an error where the file is named.
    pub(super) fn error(self, span: Span) -> Diagnostic {
        let Remark { message, cause, help } = self;
        Diagnostic { cause, help, ..Diagnostic::error(span, message) }
    }

    /// Returns it as a warning there.
    pub(super) fn warning(self, span: Span) -> Diagnostic {
        let Remark { message, cause, help } = self;
        Diagnostic { cause, help, ..Diagnostic::warning(span, message) }
    }
}

impl From<String> for Remark {
    fn from(message: String) -> Remark {
        Remark { message, ..Remark::default() }
    }
}

impl From<String> for Read {
    fn from(text: String) -> Read {
        Read { text, remarks: Vec::new() }
    }
}
