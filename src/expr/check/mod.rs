//! Gives names and values their meaning, against the closed schema.
//!
//! Whatever cannot mean anything is an error here, before the first byte is
//! read; whatever means something else than it seems to is a warning.

mod condition;
mod count;
mod derived;
mod dropped;
mod function;
mod lint;
mod list;
mod literal;
mod place;
mod policy;
mod rule;
mod scope;
mod shape;
mod step;
mod target;
mod test;
mod text;
mod worth;

use std::collections::HashSet;

use crate::diag::{Diagnostic, Severity};

use super::ast::{Expr, ExprKind, File, Item, Name, Span, Step};
use super::lower::{Builder, MAX_HEIGHT};
use super::parse::MAX_FOUND;
use super::plan;
use derived::Element;
use dropped::Dropped;
pub(super) use list::{Load, values};
pub(super) use scope::{ListItem, Scope};

/// What is known while sources are checked, one after the other.
pub(super) struct Checker<'c> {
    /// The names defined so far.
    pub(super) scope: &'c mut Scope,
    /// The plan so far.
    pub(super) builder: &'c mut Builder,
    /// What is wrong with this source.
    pub(super) found: &'c mut Vec<Diagnostic>,
    /// What earlier steps cut out of the event.
    dropped: Dropped,
    /// What the `skip` that is being checked has met.
    skip: Option<lint::Skipped>,
    /// The field that is the whole expression, if it is nothing else.
    alone: bool,
    /// The element that conditions inside of `any(...)` are about.
    element: Option<Element>,
    /// Whether this is a part of the program: tests have looked for what is
    /// suspicious in it.
    is_built_in: bool,
    /// The predicates that this source defines, used too early or not.
    defined: HashSet<Box<str>>,
    /// How many of the findings have been looked at, to count errors,
    counted: usize,
    /// and how many of these were errors.
    errors: usize,
}

impl<'c> Checker<'c> {
    pub(super) fn new(
        scope: &'c mut Scope,
        builder: &'c mut Builder,
        found: &'c mut Vec<Diagnostic>,
    ) -> Checker<'c> {
        let dropped = Dropped::default();
        Checker {
            scope,
            builder,
            found,
            dropped,
            skip: None,
            alone: false,
            element: None,
            is_built_in: false,
            defined: HashSet::new(),
            counted: 0,
            errors: 0,
        }
    }

    /// Returns whether more errors were found than are shown. Each unknown
    /// name takes a search for what was meant, and nobody would see it.
    pub(super) fn has_enough(&mut self) -> bool {
        let new = self.found.iter().skip(self.counted);
        let errors = new.filter(|it| it.severity == Severity::Error);
        self.errors += errors.count();
        self.counted = self.found.len();
        self.errors > MAX_FOUND
    }

    /// Checks a source; returns its pipeline, if it has one, and where.
    /// `load` reads the files that lists are in.
    pub(super) fn file(
        &mut self,
        file: &File<'_>,
        load: &mut Load<'_>,
    ) -> Option<(Vec<plan::Step>, Span)> {
        self.alone = is_one_field(file);
        self.defined = file.items.iter().filter_map(defined).collect();
        let mut pipeline = None;
        for item in &file.items {
            match item {
                Item::Let { name, body, span: _ } => {
                    self.predicate(*name, body)
                }
                Item::List { name, items, span: _ } => {
                    self.list(*name, items, load);
                }
                Item::Broken(name) => self.broken(*name),
                Item::Rule(rule) => self.rule(rule),
                Item::Pipeline { span, .. } if pipeline.is_some() => {
                    let message = "a second pipeline; there can be one";
                    self.found.push(
                        Diagnostic::error(*span, message)
                            .help("join steps with `|`"),
                    );
                }
                Item::Pipeline { steps, span } => {
                    pipeline =
                        Some((self.pipeline(steps, *span, load), *span));
                    self.dropped = Dropped::default();
                }
            }
        }
        pipeline
    }

    fn predicate(&mut self, name: Name<'_>, body: &Expr<'_>) {
        let node = self.condition(body);
        if self.builder.height(node) > MAX_HEIGHT {
            let message = "predicates use each other too deeply";
            self.found.push(Diagnostic::error(name.span, message));
        }
        match self.scope.check_new(name) {
            Ok(()) => self.scope.add_predicate(name.text, node),
            Err(error) => self.found.push(error),
        }
    }

    /// Makes a name known whose definition is not, so that its uses are
    /// not reported as well.
    fn broken(&mut self, name: Name<'_>) {
        if self.scope.check_new(name).is_ok() {
            let node = self.builder.constant(false);
            self.scope.add_predicate(name.text, node);
            self.scope.add_list(name.text, Vec::new());
            self.scope.add_rule(rule::broken(name.text, node));
        }
    }
}

/// Returns the name of the predicate that an item defines.
fn defined(item: &Item<'_>) -> Option<Box<str>> {
    match item {
        Item::Let { name, .. } => Some(name.text.into()),
        Item::List { .. } | Item::Rule(_) => None,
        Item::Broken(_) | Item::Pipeline { .. } => None,
    }
}

/// Returns whether a source is nothing but the name of a field.
fn is_one_field(file: &File<'_>) -> bool {
    let [Item::Pipeline { steps, .. }] = file.items.as_slice() else {
        return false;
    };
    let [Step::Where(condition)] = steps.as_slice() else { return false };
    matches!(condition.kind, ExprKind::Bare(_))
}

#[cfg(test)]
mod tests;
