//! Remembers what earlier steps have cut out of the event, and written into
//! it.

use std::collections::HashSet;

use crate::diag::Diagnostic;
use crate::event::{Path, Segment};
use crate::expr::ast::Span;
use crate::expr::plan::{NodeId, Subject, Target};

use super::derived::{Reads, reads};

/// What was done to the event so far, in order.
#[derive(Debug, Default)]
pub(super) struct Dropped {
    changes: Vec<Change>,
    /// The conditions that look at nothing that is gone.
    sound: HashSet<NodeId>,
}

#[derive(Debug)]
enum Change {
    /// `drop path`.
    Cut(Path),
    /// `keep paths`.
    Kept(Vec<Path>),
    /// An annotation of ours.
    Wrote(Path),
    /// Other text stands at these, all or a part of it.
    Rewrote(Path),
}

impl Dropped {
    pub(super) fn is_empty(&self) -> bool {
        let is_gone = |change: &Change| match change {
            Change::Rewrote(_) => false,
            Change::Cut(_) | Change::Kept(_) | Change::Wrote(_) => true,
        };
        !self.changes.iter().any(is_gone)
    }

    /// Notes what `drop` cuts. What it cuts in some events only may be
    /// there still.
    pub(super) fn cut(&mut self, targets: &[Target]) {
        for Target { path, when } in targets {
            if when.is_none() && !self.covers(path) {
                self.change(Change::Cut(path.clone()));
            }
        }
    }

    /// Notes what `keep` leaves.
    pub(super) fn keep(&mut self, targets: &[Target]) {
        let paths = targets.iter().map(|target| target.path.clone());
        self.change(Change::Kept(paths.collect()));
    }

    /// Notes that an annotation is written.
    pub(super) fn write(&mut self, annotation: &str) {
        let path = Path::keys(&["annotations", annotation]);
        self.change(Change::Wrote(path));
    }

    /// Notes that `mask` or `truncate` puts other text somewhere.
    pub(super) fn rewrite(&mut self, targets: &[Target]) {
        for Target { path, .. } in targets {
            self.change(Change::Rewrote(path.clone()));
        }
    }

    /// Returns whether all that is at a path is as it came.
    pub(super) fn is_whole(&self, path: &Path) -> bool {
        let touches = |other: &Path| {
            covers(&other.0, &path.0) || covers(&path.0, &other.0)
        };
        self.changes.iter().all(|change| match change {
            Change::Cut(other) | Change::Rewrote(other) => !touches(other),
            Change::Kept(kept) => {
                kept.iter().any(|kept| covers(&kept.0, &path.0))
            }
            Change::Wrote(_) => true,
        })
    }

    fn change(&mut self, change: Change) {
        self.changes.push(change);
        self.sound.clear();
    }

    /// Returns whether a condition was found to look at nothing that is
    /// gone: to find that out takes a walk through all of it.
    pub(super) fn is_sound(&self, node: NodeId) -> bool {
        self.is_empty() || self.sound.contains(&node)
    }

    /// Notes that a condition looks at nothing that is gone.
    pub(super) fn found_sound(&mut self, node: NodeId) {
        self.sound.insert(node);
    }

    /// Returns whether nothing can be left at `path`.
    pub(super) fn covers(&self, path: &Path) -> bool {
        self.check_path(path, Span::default()).is_err()
    }

    /// Refuses to look at what earlier steps have cut.
    pub(super) fn check(
        &self,
        subject: &Subject,
        span: Span,
    ) -> Result<(), Diagnostic> {
        match reads(subject) {
            Reads::All(paths) => {
                paths.iter().try_for_each(|path| self.check_path(path, span))
            }
            Reads::AnyOf(paths) => {
                let mut gone = Ok(());
                for path in &paths {
                    match self.check_path(path, span) {
                        Ok(()) => return Ok(()),
                        Err(error) => gone = gone.and(Err(error)),
                    }
                }
                gone
            }
        }
    }

    /// Refuses to use a place of which an earlier step has left nothing.
    pub(super) fn check_path(
        &self,
        path: &Path,
        span: Span,
    ) -> Result<(), Diagnostic> {
        for change in self.changes.iter().rev() {
            match change {
                Change::Wrote(wrote) if meets(&wrote.0, &path.0) => {
                    return Ok(());
                }
                Change::Cut(cut) if covers(&cut.0, &path.0) => {
                    return Err(cut_by(path, span, cut));
                }
                Change::Kept(kept)
                    if !kept.iter().any(|kept| meets(&kept.0, &path.0)) =>
                {
                    let message =
                        format!("an earlier `keep` does not keep `{path}`");
                    return Err(Diagnostic::error(span, message).help(
                        "put this step before the `keep`, or name the field \
                         in it",
                    ));
                }
                Change::Wrote(_) | Change::Rewrote(_) => (),
                Change::Kept(_) | Change::Cut(_) => (),
            }
        }
        Ok(())
    }
}

fn cut_by(path: &Path, span: Span, cut: &Path) -> Diagnostic {
    let message = format!("`{path}` was cut by an earlier `drop {cut}`");
    Diagnostic::error(span, message).help("put this step before the `drop`")
}

/// Returns whether cutting `cut` removes all that is at `path`.
fn covers(cut: &[Segment], path: &[Segment]) -> bool {
    match (cut, path) {
        ([], _) => true,
        ([Segment::AnyDepth, rest @ ..], _) => {
            (0..=path.len()).any(|at| covers(rest, &path[at..]))
        }
        ([Segment::Every, rest @ ..], [_, below @ ..]) => covers(rest, below),
        ([first, rest @ ..], [part, below @ ..]) if is_part(first, part) => {
            covers(rest, below)
        }
        _ => false,
    }
}

/// Returns whether something at `path` may be left where only `kept` is:
/// one of them is on the way to the other. Elements are not told apart.
fn meets(kept: &[Segment], path: &[Segment]) -> bool {
    let is_element =
        |part: &Segment| matches!(part, Segment::Index(_) | Segment::Every);
    match (kept, path) {
        ([], _) | (_, []) | ([Segment::AnyDepth, ..], _) => true,
        ([one, rest @ ..], [other, below @ ..]) => {
            let same = is_part(one, other) || is_part(other, one);
            let same = same || is_element(one) || is_element(other);
            same && meets(rest, below)
                || is_element(one) && meets(rest, path)
                || is_element(other) && meets(kept, below)
        }
    }
}

/// Returns whether `part` is what `pattern` names, or one of those: keys of
/// annotations may hold `*`.
fn is_part(pattern: &Segment, part: &Segment) -> bool {
    match (pattern, part) {
        (Segment::Key(keys), Segment::Key(key)) => is_like(keys, key),
        _ => pattern == part,
    }
}

/// Returns whether `text` looks like `pattern`; `*` is any run.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(end)
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

    #[test]
    fn what_is_kept_meets_what_is_above_and_below_it() {
        let every = Path(vec![
            Segment::Key("a".into()),
            Segment::Every,
            Segment::Key("b".into()),
        ]);
        let deep = Path(vec![Segment::AnyDepth, Segment::Key("x".into())]);
        for (kept, path, expected) in [
            (Path::keys(&["a", "b"]), &["a"][..], true),
            (Path::keys(&["a", "b"]), &["a", "b", "c"], true),
            (Path::keys(&["a", "b"]), &["a", "c"], false),
            (Path::keys(&["a", "b"]), &["b"], false),
            (every.clone(), &["a", "b"], true),
            (every.clone(), &["a", "x", "b"], true),
            (every, &["a", "x", "c"], false),
            (deep, &["a", "b", "c"], true),
        ] {
            let found = meets(&kept.0, &Path::keys(path).0);
            assert_eq!(found, expected, "{kept} {path:?}");
        }
    }

    #[test]
    fn an_annotation_is_like_its_pattern() {
        for (pattern, text, expected) in [
            ("a/*", "a/b", true),
            ("a/*", "a/", true),
            ("a/*", "b/a/", false),
            ("*b", "ab", true),
            ("a*a", "a", false),
            ("a*b*c", "a--b--c", true),
            ("a*b*c", "a--c--b", false),
            ("*", "", true),
        ] {
            assert_eq!(is_like(pattern, text), expected, "{pattern} {text}");
        }
    }
}
