//! The built-in predicates and lists: a source like any other, compiled in.
//!
//! It is parsed once; a predicate is checked where it is first used, so that
//! nobody waits for the patterns of those that are not.

use std::sync::OnceLock;

use super::ast::{File, Item, ListItems};
use super::check::Scope;
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

/// Returns the definitions, parsed; the first call parses them.
fn files() -> &'static [File<'static>] {
    static FILES: OnceLock<Vec<File<'static>>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut found = Vec::new();
        let files = texts().map(|text| parse(text, &mut found));
        debug_assert!(found.is_empty(), "{found:?}");
        files.into()
    })
}

/// Returns the names that every compilation begins with.
pub(super) fn scope() -> Scope {
    let mut scope = Scope::default();
    for item in files().iter().flat_map(|file| &file.items) {
        match item {
            Item::Let { name, body, .. } => scope.build_in(name.text, body),
            Item::List { name, items: ListItems::Inline(values), .. } => {
                let items = scope.list_items(values, &mut Vec::new());
                scope.add_list(name.text, items);
            }
            Item::List { .. } | Item::Rule(_) => (),
            Item::Broken(_) | Item::Pipeline { .. } => (),
        }
    }
    scope.weaken(&WEAK);
    scope
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
    let files = texts().into_iter().zip(files());
    let all = files.flat_map(|(text, file)| {
        let items = file.items.iter();
        items.filter_map(move |item| definition(text, item))
    });
    all.collect()
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
fn definition(text: &'static str, item: &Item<'static>) -> Option<Definition> {
    let (name, span) = match item {
        Item::Let { name, span, .. } | Item::List { name, span, .. } => {
            (name.text, *span)
        }
        Item::Rule(_) | Item::Broken(_) | Item::Pipeline { .. } => {
            return None;
        }
    };
    let source = text.get(span.start..span.end)?;
    let above = text.get(..span.start)?.trim_end();
    let comment = above.lines().last()?;
    let text = comment.trim_start_matches('#').trim();
    Some(Definition { name, text, source })
}

#[cfg(test)]
mod tests;
