//! Reads policy files, as an apiserver of some version does.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::super::{exit::Complaint, load, voice::Voice};
use crate::{
    diag,
    policy::{self, Loaded, Version},
};

/// A policy file that can be used.
pub(super) struct Policy {
    /// How people call it.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) loaded: Loaded,
}

/// Reads policy files, and shows what an apiserver would ignore in them.
pub(super) fn read(
    paths: &[&Path],
    version: Version,
    voice: &mut Voice,
) -> Result<Vec<Policy>, Complaint> {
    check_stdin(paths.iter().copied())?;
    let (mut policies, mut drawn) = (Vec::new(), Vec::new());
    for path in paths {
        let name = called(path);
        let unreadable =
            |error| Complaint::Unreadable(PathBuf::from(&name), error);
        let text = text(path).map_err(unreadable)?;
        let draw = |found| diag::render(&found, &name, &text, voice.color);
        match policy::load(&text, version) {
            Ok(loaded) => {
                let ignored = loaded.warnings.iter();
                drawn.extend(ignored.map(|it| draw(it.warning())));
                policies.push(Policy { name, text, loaded });
            }
            Err(problems) => {
                drawn.extend(problems.iter().map(|it| draw(it.error())));
                return Err(Complaint::Drawn(drawn.join("\n")));
            }
        }
    }
    voice.show(&drawn);
    Ok(policies)
}

/// Returns whether a file is what comes on standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Refuses to read standard input twice.
pub(super) fn check_stdin<'p>(
    paths: impl Iterator<Item = &'p Path>,
) -> Result<(), Complaint> {
    match paths.filter(|path| is_stdin(path)).count() {
        0 | 1 => Ok(()),
        _ => Err(Complaint::usage(
            "`-` stands twice, and standard input can be read once",
        )),
    }
}

/// Returns how people call a file.
pub(super) fn called(path: &Path) -> String {
    match is_stdin(path) {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    }
}

/// Returns what is in a file.
pub(super) fn text(path: &Path) -> io::Result<String> {
    let bytes = match is_stdin(path) {
        true => load::all(io::stdin().lock()),
        false => load::read(path),
    };
    String::from_utf8(bytes?).map_err(|_utf8| {
        io::Error::new(io::ErrorKind::InvalidData, "is not UTF-8")
    })
}
