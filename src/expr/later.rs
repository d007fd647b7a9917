//! Parts of the language that this version reads but does not have yet.

use crate::diag::Diagnostic;

use super::ast::Span;

/// Returns the refusal of `construct`, which stands at `span`.
pub(super) fn later(span: Span, construct: &str) -> Diagnostic {
    Diagnostic::error(
        span,
        format!(
            "{construct} belongs to the language, but this version does \
                 not have it yet"
        ),
    )
}
