//! Writes findings as JSON.

use serde_json::{Value, json};

use crate::policy::{Finding, line_of};

/// Returns a finding in a text.
pub(super) fn finding(found: &Finding, text: &str) -> Value {
    let at = text.floor_char_boundary(found.span.start);
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    json!({
        "lint": found.lint.name(),
        "severity": found.weight.word(),
        "line": line_of(text, at),
        "column": 1 + line.chars().count(),
        "message": found.message,
        "help": found.help,
    })
}
