//! The step `count`: what it counts, and what it groups by.

use crate::diag::Diagnostic;
use crate::event::Type;
use crate::expr::ast::{Count, Key, Step};
use crate::expr::plan::{self, Column};

use super::Checker;

impl Checker<'_> {
    pub(super) fn count(&mut self, count: &Count<'_>) -> plan::Step {
        let distinct = count.distinct.as_ref();
        let distinct = distinct.and_then(|key| self.column(key));
        let mut by: Vec<Column> = Vec::new();
        for key in &count.by {
            let Some(column) = self.column(key) else { continue };
            if by.iter().any(|known| known.subject == column.subject) {
                let message = format!("`{}` is a key already", key.text);
                let error = Diagnostic::error(key.place.span, message);
                self.found.push(error);
            }
            by.push(column);
        }
        let distinct = distinct.map(|column| column.subject);
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
    pub(in crate::expr) fn column(&mut self, key: &Key<'_>) -> Option<Column> {
        match self.place(&key.place) {
            Ok(found) => match found.ty {
                Type::Object(_) | Type::Map(..) => {
                    let message = format!("`{}` is an object", key.text);
                    let error = Diagnostic::error(key.place.span, message);
                    self.found.push(error.help("name a key inside it"));
                    None
                }
                ty => Some(Column {
                    name: key.text.into(),
                    subject: self.builder.subject(found.subject),
                    holds_numbers: matches!(
                        ty.element(),
                        Type::Int | Type::Duration | Type::Size
                    ),
                    holds_durations: ty.element() == Type::Duration,
                }),
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
