//! Reads a policy file, as an apiserver of some version does.

use std::path::Path;

use super::super::load;
use crate::{
    diag::{self, Color},
    policy::{self, Loaded, Problem, Version},
};

/// A policy file that can be used.
pub(super) struct Policy {
    /// Its name, as it was given.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) loaded: Loaded,
}

/// Why a policy cannot be used.
pub(super) enum Wrong {
    /// It cannot be read.
    Unreadable(String),
    /// An apiserver would not start with it; what is wrong, is drawn.
    Refused(Vec<String>),
}

/// Reads a policy file.
pub(super) fn read(
    path: &Path,
    version: Version,
    color: Color,
) -> Result<Policy, Wrong> {
    let (name, text) = text(path)?;
    match policy::load(&text, version) {
        Ok(loaded) => Ok(Policy { name, text, loaded }),
        Err(problems) => {
            let draw = |problem: &Problem| {
                diag::render(&problem.error(), &name, &text, color)
            };
            Err(Wrong::Refused(problems.iter().map(draw).collect()))
        }
    }
}

/// Returns the name of a file, and its text.
pub(super) fn text(path: &Path) -> Result<(String, String), Wrong> {
    let name = path.display().to_string();
    let bytes = load::read(path)
        .map_err(|error| Wrong::Unreadable(error.to_string()))?;
    match policy::decode(bytes) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(Wrong::Unreadable(error.to_owned())),
    }
}
