//! Turns a span of text and a sentence into a message that points.

use std::ops::Range;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The expression cannot run.
    Error,
    /// It can, but probably does not mean what was meant.
    Warning,
}

/// One finding in a text, with where and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The bytes of the text it is about.
    pub span: Range<usize>,
    /// What is wrong, a sentence without a dot.
    pub message: String,
    /// What to do about it.
    pub help: Vec<String>,
}
