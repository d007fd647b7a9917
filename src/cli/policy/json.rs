//! Writes answers as JSON, for programs and for terminals.

use std::io;

use serde_json::{Value, json};

use crate::{
    diag::is_unsafe,
    policy::{Finding, Lint, Weight, line_of},
};

/// Returns a value in one line, which no terminal obeys: JSON itself asks for
/// escapes of some control characters only.
pub(super) fn line(value: &Value) -> String {
    let mut line = String::new();
    for char in value.to_string().chars() {
        if is_unsafe(char) {
            for unit in char.encode_utf16(&mut [0; 2]) {
                line.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            line.push(char);
        }
    }
    line + "\n"
}

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
    line(&json!({
        "file": name,
        "usable": false,
        "findings": [found],
        "cis-3.2.2": [],
    }))
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
