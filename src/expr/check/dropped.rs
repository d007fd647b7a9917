//! Remembers what earlier steps cut out of the event.

use crate::diag::Diagnostic;
use crate::event::{Path, Segment};
use crate::expr::ast::Span;
use crate::expr::plan::Subject;

use super::derived::{Reads, reads};

/// The paths that are gone.
#[derive(Debug, Default)]
pub(super) struct Dropped(Vec<Path>);

impl Dropped {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, path: Path) {
        self.0.push(path);
    }

    /// Refuses to look at what earlier steps have cut.
    pub(super) fn check(
        &self,
        subject: &Subject,
        span: Span,
    ) -> Result<(), Diagnostic> {
        let cut = |path: &Path| {
            let cut = self.0.iter().find(|cut| covers(&cut.0, &path.0))?;
            Some((path.clone(), cut))
        };
        let gone = match reads(subject) {
            Reads::All(paths) => paths.iter().find_map(cut),
            Reads::AnyOf(paths) => {
                let all: Option<Vec<_>> = paths.iter().map(cut).collect();
                all.and_then(|all| all.into_iter().next())
            }
        };
        let Some((path, cut)) = gone else { return Ok(()) };
        let message = format!("`{path}` was cut by an earlier `drop {cut}`");
        Err(Diagnostic::error(span, message)
            .help("put this step before the `drop`"))
    }
}

/// Returns whether cutting `cut` removes all that is at `path`.
fn covers(cut: &[Segment], path: &[Segment]) -> bool {
    match (cut, path) {
        ([], _) => true,
        ([Segment::AnyDepth, rest @ ..], _) => {
            (0..=path.len()).any(|at| covers(rest, &path[at..]))
        }
        ([Segment::Every, rest @ ..], [_, below @ ..]) => covers(rest, below),
        ([first, rest @ ..], [same, below @ ..]) if first == same => {
            covers(rest, below)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_covers_what_is_below_it() {
        let deep = Path(vec![
            Segment::AnyDepth,
            Segment::Key("metadata".into()),
            Segment::Key("managedFields".into()),
        ]);
        for (cut, path, expected) in [
            (Path::keys(&["a"]), &["a", "b"][..], true),
            (Path::keys(&["a", "b"]), &["a"], false),
            (Path::keys(&["a"]), &["b", "a"], false),
            (deep.clone(), &["x", "metadata", "managedFields"], true),
            (deep, &["x", "metadata", "name"], false),
        ] {
            let found = covers(&cut.0, &Path::keys(path).0);
            assert_eq!(found, expected, "{cut} {path:?}");
        }
    }
}
