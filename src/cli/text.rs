//! What was given to compile: files of expressions, and an expression.

use std::path::{Path, PathBuf};

use super::load::loader;
use crate::expr::{self, Compiled, Finding, Source};

/// The text of a program: the files of `-f`, then the expression.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    files: Vec<(String, String)>,
    expression: Option<String>,
    /// From where the names of files count that the expression has; from the
    /// current folder, if there is none.
    folder: Option<PathBuf>,
}

impl Text {
    /// Returns the text of one expression.
    pub(super) fn expression(text: &str) -> Text {
        Text { expression: Some(text.to_owned()), ..Text::default() }
    }

    /// Returns the text that `-x` gives, if any.
    pub(super) fn given(expression: Option<&str>) -> Text {
        let expression = expression.map(str::to_owned);
        Text { expression, ..Text::default() }
    }

    /// Returns no text yet, of a pipeline file in this folder.
    pub(super) fn beside(folder: Option<&Path>) -> Text {
        let folder = folder.map(Path::to_owned);
        Text { folder, ..Text::default() }
    }

    /// Takes `text` for the expression.
    pub(super) fn with_expression(self, text: &str) -> Text {
        Text { expression: Some(text.to_owned()), ..self }
    }

    /// Adds what a file of `-f` holds.
    pub(super) fn add(&mut self, name: String, text: String) {
        self.files.push((name, text));
    }

    /// Compiles all of it, and the lists and policies that it names.
    pub(super) fn compile(&self) -> Result<Compiled, Vec<Finding>> {
        let sources = self.sources();
        expr::compile_with(
            &sources,
            &mut loader(&sources, self.folder.as_deref()),
        )
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
