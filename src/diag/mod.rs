//! Turns a span of text and a sentence into a message that points.
//!
//! What is wrong with a text is known by those who read it; how a finding
//! looks on a terminal is decided here, once.

mod escape;
mod excerpt;
mod nearest;
mod render;

use std::ops::Range;

pub use self::escape::{escape, is_unsafe};
pub use self::excerpt::Excerpt;
pub use self::nearest::{nearest, slips};
pub use self::render::{Color, render};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The expression cannot run.
    Error,
    /// It can, but probably does not mean what was meant.
    Warning,
    /// It is good to know.
    Note,
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
    /// Where in another text the reason is, if it is in one.
    pub cause: Option<Box<Excerpt>>,
}

impl Diagnostic {
    /// Returns an error at `span`.
    ///
    /// ```
    /// use kaudit_filter::diag::Diagnostic;
    /// let found = Diagnostic::error(0..3, "unknown field `cod`")
    ///     .help("did you mean `code`?");
    /// assert_eq!(found.help, ["did you mean `code`?"]);
    /// ```
    pub fn error(
        span: impl Into<Range<usize>>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            span: span.into(),
            message: message.into(),
            help: Vec::new(),
            cause: None,
        }
    }

    /// Returns a warning about `span`.
    ///
    /// ```
    /// use kaudit_filter::diag::{Diagnostic, Severity};
    /// let found = Diagnostic::warning(0..6, "`secret` is singular");
    /// assert_eq!(found.severity, Severity::Warning);
    /// ```
    pub fn warning(
        span: impl Into<Range<usize>>,
        message: impl Into<String>,
    ) -> Diagnostic {
        let severity = Severity::Warning;
        Diagnostic { severity, ..Diagnostic::error(span, message) }
    }

    /// Returns a note about `span`.
    ///
    /// ```
    /// use kaudit_filter::diag::{Diagnostic, Severity};
    /// let found = Diagnostic::note(0..6, "`*` stands for all");
    /// assert_eq!(found.severity, Severity::Note);
    /// ```
    pub fn note(
        span: impl Into<Range<usize>>,
        message: impl Into<String>,
    ) -> Diagnostic {
        let severity = Severity::Note;
        Diagnostic { severity, ..Diagnostic::error(span, message) }
    }

    /// Adds one line of advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// Says that the reason is there, in another text.
    #[must_use]
    pub fn caused_by(self, cause: Excerpt) -> Diagnostic {
        Diagnostic { cause: Some(Box::new(cause)), ..self }
    }

    /// Adds one line of advice, if there is one.
    #[must_use]
    pub fn help_if(self, text: Option<impl Into<String>>) -> Diagnostic {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }
}
