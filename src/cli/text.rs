//! What was given to compile: files of expressions, and an expression.

use super::load::loader;
use crate::expr::{self, Compiled, Finding, Source};

/// The text of a program: the files of `-f`, then the expression.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    files: Vec<(String, String)>,
    expression: Option<String>,
}

impl Text {
    /// Returns the text of one expression.
    pub(super) fn expression(text: &str) -> Text {
        Text { files: Vec::new(), expression: Some(text.to_owned()) }
    }

    /// Returns the text that `-x` gives, if any.
    pub(super) fn given(expression: Option<&str>) -> Text {
        let expression = expression.map(str::to_owned);
        Text { files: Vec::new(), expression }
    }

    /// Takes `text` for the expression.
    pub(super) fn with_expression(self, text: &str) -> Text {
        Text { expression: Some(text.to_owned()), ..self }
    }

    /// Adds what a file of `-f` holds.
    pub(super) fn add(&mut self, name: String, text: String) {
        self.files.push((name, text));
    }

    /// Compiles all of it, and the lists that it names.
    pub(super) fn compile(&self) -> Result<Compiled, Vec<Finding>> {
        let sources = self.sources();
        expr::compile_with(&sources, &mut loader(&sources))
    }

    /// Returns the texts as the compiler wants them.
    pub(super) fn sources(&self) -> Vec<Source<'_>> {
        let files =
            self.files.iter().map(|(name, text)| Source::file(name, text));
        let expression =
            self.expression.iter().map(|text| Source::expression(text));
        files.chain(expression).collect()
    }
}
