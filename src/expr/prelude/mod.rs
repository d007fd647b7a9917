//! The built-in predicates and lists: a source like any other, compiled in.

use std::sync::OnceLock;

use super::ast::{Item, Span};
use super::check::{Checker, Scope};
use super::lower::Builder;
use super::parse::parse;
use super::public;

/// The definitions, in the language itself.
const TEXT: &str = include_str!("../prelude.kaf");

/// The lists that a user may define anew.
const WEAK: [&str; 3] =
    ["trusted-proxies", "system-namespaces", "control-plane"];

/// Returns the definitions, those first that others use.
fn texts() -> [&'static str; 2] {
    static PUBLIC: OnceLock<String> = OnceLock::new();
    let public = PUBLIC.get_or_init(|| {
        let networks = public::networks().join(", ");
        format!(
            "# Addresses that everyone can reach.\nlist public = ({networks})"
        )
    });
    [public, TEXT]
}

/// What every compilation begins with.
#[derive(Clone, Debug, Default)]
pub(super) struct Prelude {
    pub(super) scope: Scope,
    pub(super) builder: Builder,
}

impl Prelude {
    /// Returns the checked prelude; the first call makes it.
    pub(super) fn get() -> &'static Prelude {
        static PRELUDE: OnceLock<Prelude> = OnceLock::new();
        PRELUDE.get_or_init(Prelude::new)
    }

    fn new() -> Prelude {
        let mut prelude = Prelude::default();
        let mut found = Vec::new();
        let Prelude { scope, builder } = &mut prelude;
        for text in texts() {
            let file = parse(text, &mut found);
            Checker::new(scope, builder, &mut found).file(&file);
        }
        debug_assert!(found.is_empty(), "{found:?}");
        prelude.scope.seal(&WEAK);
        prelude
    }
}

/// A built-in predicate or list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What users write: `exec`, or `@private` for a list.
    pub name: &'static str,
    /// One line about it.
    pub text: &'static str,
    /// Its definition: `let failed = code >= 400`.
    pub source: &'static str,
}

/// Lists the built-in predicates and lists, in the order of the file.
///
/// ```
/// let all = kaudit_filter::expr::predicates();
/// assert!(all.iter().any(|predicate| predicate.name == "exec"));
/// ```
pub fn predicates() -> Vec<Definition> {
    texts().iter().flat_map(|text| definitions(text)).collect()
}

fn definitions(text: &'static str) -> Vec<Definition> {
    let file = parse(text, &mut Vec::new());
    let items = file.items.iter().filter_map(|item| match item {
        Item::Let { name, span, .. } | Item::List { name, span, .. } => {
            Some(definition(text, name.text, *span))
        }
        Item::Rule { .. } | Item::Broken(_) | Item::Pipeline { .. } => None,
    });
    items.collect()
}

/// Returns the built-in definition of this name, with or without `@`.
///
/// ```
/// use kaudit_filter::expr::show;
/// let failed = show("failed").expect("it is built in");
/// assert_eq!(failed.source, "let failed = code >= 400");
/// assert_eq!(show("no-such-thing"), None);
/// ```
pub fn show(name: &str) -> Option<Definition> {
    let name = name.strip_prefix('@').unwrap_or(name);
    predicates().into_iter().find(|definition| definition.name == name)
}

/// Finds the text of a definition and the comment above it.
fn definition(
    text: &'static str,
    name: &'static str,
    span: Span,
) -> Definition {
    let source = text.get(span.start..span.end).unwrap_or_default();
    let above = text.get(..span.start).unwrap_or_default().trim_end();
    let comment = above.lines().last().unwrap_or_default();
    let text = comment.trim_start_matches('#').trim();
    Definition { name, text, source }
}

#[cfg(test)]
mod tests;
