//! Turns `--set source.path=audit.log` into a value for a key.

use toml::de::DeValue;

use super::{
    super::exit::Complaint,
    page::{Located, Page},
    table::{Section, Value},
};
use crate::diag::Diagnostic;

/// A value that takes the place of the file's.
#[derive(Debug)]
pub(super) struct Override {
    /// The keys that lead to it.
    path: Located<Vec<String>>,
    value: Located<Value>,
}

impl Override {
    /// Reads what was typed. What is no value of TOML is a string.
    pub(super) fn read(
        typed: &str,
        page: &mut Page,
    ) -> Result<Override, Complaint> {
        let base = page.add("--set", typed);
        let Some((keys, text)) = typed.split_once('=') else {
            return Err(Complaint::usage(format!(
                "--set {typed}: write KEY=VALUE, as in \
                 --set source.path=audit.log"
            )));
        };
        let path: Vec<String> =
            keys.split('.').map(|key| key.trim().to_owned()).collect();
        let at = base + keys.len() + 1;
        let value = match DeValue::parse(text) {
            Ok(value) => Value::located(&value, at),
            Err(_no_toml) => Located {
                value: Value::Text(text.to_owned()),
                span: at..at + text.len(),
            },
        };
        let span = base..base + keys.len();
        Ok(Override { path: Located { value: path, span }, value })
    }

    /// Puts the value into its place.
    pub(super) fn apply(self, root: &mut Section) -> Result<(), Diagnostic> {
        let Override { path, value } = self;
        let stray = || {
            let shown = path.value.join(".");
            Diagnostic::error(
                path.span.clone(),
                format!("there is no place for `{shown}`"),
            )
            .help(
                "set a key of a table, such as source.path, or of the only \
                 route, such as route.steps",
            )
        };
        let Some((last, tables)) = path.value.split_last() else {
            return Err(stray());
        };
        let mut section = root;
        for table in tables {
            section = section.below(table, &path.span).ok_or_else(stray)?;
        }
        section.put(last, &path.span, value);
        Ok(())
    }
}
