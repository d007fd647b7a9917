//! The step `count`: what it counts, and what it groups by.

use crate::diag::Diagnostic;
use crate::event::Type;
use crate::expr::ast::{Count, Key, Step};
use crate::expr::plan::{self, SubjectId};

use super::Checker;

impl Checker<'_> {
    pub(super) fn count(&mut self, count: &Count<'_>) -> plan::Step {
        let distinct = count.distinct.as_ref();
        let distinct = distinct.and_then(|key| self.key(key));
        let mut by: Vec<(Box<str>, SubjectId)> = Vec::new();
        for key in &count.by {
            let Some(subject) = self.key(key) else { continue };
            if by.iter().any(|(_, known)| *known == subject) {
                let message = format!("`{}` is a key already", key.text);
                let error = Diagnostic::error(key.place.span, message);
                self.found.push(error);
            }
            by.push((key.text.into(), subject));
        }
        if by.len() > MOST_KEYS {
            let message = format!("events have at most {MOST_KEYS} keys");
            self.found.push(Diagnostic::error(count.span, message));
        }
        if count.top == Some(0) {
            let message = "this shows no group at all";
            self.found.push(Diagnostic::error(count.span, message));
        }
        plan::Step::Count(plan::Count { distinct, by, top: count.top })
    }

    /// Finds what a key looks at.
    fn key(&mut self, key: &Key<'_>) -> Option<SubjectId> {
        match self.place(&key.place) {
            Ok(found) => match found.ty {
                Type::Object(_) | Type::Map(..) => {
                    let message = format!("`{}` is an object", key.text);
                    let error = Diagnostic::error(key.place.span, message);
                    self.found.push(error.help("name a key inside it"));
                    None
                }
                _ => Some(self.builder.subject(found.subject)),
            },
            Err(error) => {
                self.found.push(error);
                None
            }
        }
    }
}

/// How many keys a group can have.
const MOST_KEYS: usize = 16;

/// Returns the error for a step that no event would come to.
pub(super) fn behind_count(steps: &[Step<'_>]) -> Option<Diagnostic> {
    let (_, before) = steps.split_last()?;
    before.iter().find_map(|step| match step {
        Step::Count(count) => {
            let message = "`count` is the last step";
            let error = Diagnostic::error(count.span, message);
            Some(error.help("no event leaves it: put the others before it"))
        }
        _ => None,
    })
}
