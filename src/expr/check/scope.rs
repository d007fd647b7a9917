//! The names that definitions give: predicates and lists.

use std::collections::HashMap;

use crate::diag::{Diagnostic, nearest};
use crate::event::{EVENT, alias, field};
use crate::expr::ast::{Name, Span, Value, ValueKind};
use crate::expr::later::{COMPUTED, PATH_SETS};
use crate::expr::plan::NodeId;

use super::step::SETS;

/// Words that cannot be names of definitions.
const KEYWORDS: [&str; 52] = [
    "and", "or", "not", "in", "contains", "starts", "ends", "like", "matches",
    "has", "empty", "any", "all", "none", "count", "len", "keys", "hour",
    "weekday", "field", "true", "false", "null", "where", "skip", "drop",
    "keep", "mask", "truncate", "detect", "tag", "label", "dedup", "first",
    "sample", "head", "limit", "policy", "let", "list", "rule", "by",
    "within", "every", "having", "top", "distinct", "with", "to", "if", "eq",
    "ne",
];

/// One value of a list, typed by the field it is compared with.
#[derive(Clone, Debug)]
pub(super) struct ListItem {
    pub(super) text: Box<str>,
    pub(super) quoted: bool,
    pub(super) fold: bool,
}

/// What names mean.
#[derive(Clone, Debug, Default)]
pub(in crate::expr) struct Scope {
    predicates: HashMap<Box<str>, NodeId>,
    lists: HashMap<Box<str>, Vec<ListItem>>,
    /// The lists that a user may define anew.
    weak: Vec<Box<str>>,
    /// The predicates that are part of the program.
    built_in: Vec<Box<str>>,
}

impl Scope {
    /// Makes everything defined so far part of the program.
    pub(in crate::expr) fn seal(&mut self, weak: &[&str]) {
        self.weak = weak.iter().map(|name| (*name).into()).collect();
        self.built_in = self.predicates.keys().cloned().collect();
        self.built_in.sort();
    }

    pub(super) fn predicate(&self, name: &str) -> Option<NodeId> {
        self.predicates.get(name).copied()
    }

    pub(super) fn is_list(&self, name: &str) -> bool {
        self.lists.contains_key(name)
    }

    pub(super) fn add_predicate(&mut self, name: &str, node: NodeId) {
        self.predicates.insert(name.into(), node);
    }

    pub(super) fn add_list(&mut self, name: &str, items: Vec<ListItem>) {
        self.weak.retain(|weak| **weak != *name);
        self.lists.insert(name.into(), items);
    }

    /// Returns the names of the predicates, in order.
    pub(super) fn predicates(&self) -> Vec<&str> {
        sorted(self.predicates.keys())
    }

    fn list_names(&self) -> Vec<&str> {
        sorted(self.lists.keys())
    }

    /// Returns what the list of this name holds.
    pub(super) fn list(
        &self,
        name: &str,
        span: Span,
    ) -> Result<&[ListItem], Diagnostic> {
        if let Some(items) = self.lists.get(name) {
            return Ok(items);
        }
        let message = format!("unknown list `@{name}`");
        let known = self.list_names();
        let help = match nearest(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `@{meant}`?"),
            None => format!("there are @{}", known.join(", @")),
        };
        Err(Diagnostic::error(span, message).help(help))
    }

    /// Returns the values of a list that is being defined.
    pub(super) fn list_items(
        &self,
        values: &[Value<'_>],
        found: &mut Vec<Diagnostic>,
    ) -> Vec<ListItem> {
        let mut items = Vec::new();
        for value in values {
            match &value.kind {
                ValueKind::Text { text, fold } => items.push(ListItem {
                    text: text.clone(),
                    quoted: true,
                    fold: *fold,
                }),
                ValueKind::Word(word) => items.push(ListItem {
                    text: (*word).into(),
                    quoted: false,
                    fold: false,
                }),
                ValueKind::List(name) => match self.list(name, value.span) {
                    Ok(more) => items.extend_from_slice(more),
                    Err(error) => found.push(error),
                },
                ValueKind::Field(_) => {
                    let message = "a list holds values, not fields";
                    found.push(Diagnostic::error(value.span, message));
                }
            }
        }
        items
    }

    /// Refuses a name that means something already.
    pub(super) fn check_new(&self, name: Name<'_>) -> Result<(), Diagnostic> {
        let text = name.text;
        let taken = |what: String| {
            Err(Diagnostic::error(name.span, format!("`{text}` {what}"))
                .help("choose another name"))
        };
        if KEYWORDS.contains(&text) {
            return taken("is a word of the language".to_owned());
        }
        let computed = COMPUTED.contains(&text) || PATH_SETS.contains(&text);
        let set = SETS.iter().any(|(name, _)| *name == text);
        let field = alias(text).is_some() || field(EVENT, text).is_some();
        if field || computed || set {
            return taken("is a field already".to_owned());
        }
        if self.built_in.iter().any(|name| **name == *text) {
            return taken("is a built-in predicate".to_owned());
        }
        if self.predicates.contains_key(text) || self.is_list(text) {
            return taken("is defined already".to_owned());
        }
        Ok(())
    }

    /// As `check_new`, but some built-in lists may be defined anew.
    pub(super) fn check_new_list(
        &self,
        name: Name<'_>,
    ) -> Result<(), Diagnostic> {
        match self.weak.iter().any(|weak| **weak == *name.text) {
            true => Ok(()),
            false => self.check_new(name),
        }
    }
}

fn sorted<'a>(names: impl Iterator<Item = &'a Box<str>>) -> Vec<&'a str> {
    let mut names: Vec<&str> = names.map(|name| &**name).collect();
    names.sort_unstable();
    names
}
