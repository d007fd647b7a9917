//! What is wrong with the text of a policy, as a value that points.

use super::model::Span;
use crate::diag::{Diagnostic, escape};

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The text is no YAML, or no JSON where it begins as such.
    Syntax,
    /// The text is too long or too deep for us. An apiserver may read it.
    Limit,
    /// Something is of another type than it has to be.
    Type,
    /// It does not say that it is an audit policy of a version that is read.
    Version,
    /// A value is none of those that are possible there.
    Value,
    /// Two fields cannot stand together, or one is missing.
    Shape,
    /// There are no rules.
    Empty,
    /// A field is not known; it is ignored.
    Unknown,
    /// A key is repeated; the last one counts.
    Repeated,
    /// There is a second document; it is ignored.
    Document,
}

/// Something that is wrong with the text of a policy.
///
/// As an error it keeps an apiserver from starting; as a warning
/// ([`Loaded::warnings`](super::Loaded::warnings)) something is not what it
/// looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind it is.
    pub kind: Kind,
    /// Of which field: `rules[0].resources[1].verbs`; nothing, if it is
    /// about the whole.
    pub path: String,
    /// The bytes of the text it is about.
    pub span: Span,
    /// What is wrong, a sentence without a dot.
    pub message: String,
    /// What to do about it.
    pub help: Vec<String>,
}

impl Problem {
    /// Returns a problem with the field at `path`.
    pub(super) fn new(
        kind: Kind,
        path: impl Into<String>,
        span: Span,
        message: impl Into<String>,
    ) -> Problem {
        let path = path.into();
        let message = escape(message.into().as_bytes()).into_owned();
        Problem { kind, path, span, message, help: Vec::new() }
    }

    /// Adds one line of advice.
    #[must_use]
    pub(super) fn help(mut self, text: impl Into<String>) -> Problem {
        self.help.push(escape(text.into().as_bytes()).into_owned());
        self
    }

    /// Returns it as an error, to be drawn under the text.
    ///
    /// ```
    /// use kaudit_filter::diag::{Color, render};
    /// use kaudit_filter::policy::{Version, load};
    ///
    /// let text = "apiVersion: audit.k8s.io/v1\nrules: []\n";
    /// let found = load(text, Version::NEWEST).expect_err("it has no rules");
    /// let drawn =
    ///     render(&found[0].error(), "policy.yaml", text, Color::Never);
    /// assert!(drawn.contains("2 | rules: []"));
    /// ```
    pub fn error(&self) -> Diagnostic {
        self.told(Diagnostic::error(self.span.clone(), &*self.message))
    }

    /// Returns it as a warning, to be drawn under the text.
    pub fn warning(&self) -> Diagnostic {
        self.told(Diagnostic::warning(self.span.clone(), &*self.message))
    }

    fn told(&self, found: Diagnostic) -> Diagnostic {
        Diagnostic { help: self.help.clone(), ..found }
    }
}
