//! Writes findings as JSON.

use std::io;

use serde_json::{Value, json};

use crate::policy::{Finding, Lint, Weight, line_of};

/// Returns the line about a file that cannot be read.
pub(super) fn unreadable(name: &str, error: &io::Error) -> String {
    let found = json!({
        "lint": Lint::Unreadable.name(),
        "severity": Weight::Error.word(),
        "line": null,
        "column": null,
        "message": error.to_string(),
        "help": [],
    });
    let line = json!({
        "file": name,
        "usable": false,
        "findings": [found],
        "cis-3.2.2": [],
    });
    format!("{line}\n")
}

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
