//! Finds the lists that a later source defines anew: a file of rules brings
//! lists of its own, and the file behind it says what they hold here.

use std::collections::HashMap;

use crate::expr::ast::{File, Item, ListItems};
use crate::expr::check::{ListItem, Scope, values};

use super::LoadFrom;

/// Returns what those lists hold, by their names.
///
/// * The last definition counts for all sources, also where another list is
///   made of it. What is wrong in it is reported in its own place.
pub(super) fn lists(
    files: &[File<'_>],
    scope: &Scope,
    load: &mut LoadFrom<'_>,
) -> HashMap<Box<str>, Vec<ListItem>> {
    let last = last_sources(files);
    let mut anew: Vec<&str> = Vec::new();
    for (source, name, _) in definitions(files) {
        if last.get(name) != Some(&source) || scope.is_weak(name) {
            anew.push(name);
        }
    }
    if anew.is_empty() {
        return HashMap::new();
    }
    let mut trial = scope.clone();
    // Once for every name to be known, once for all to be the last ones.
    for _ in 0..2 {
        for (source, name, items) in definitions(files) {
            let is_last = last.get(name) == Some(&source);
            if is_last || trial.held(name).is_none() {
                let load =
                    &mut |file: &str, purpose| load(file, source, purpose);
                let found = &mut Vec::new();
                let items = values(&trial, items, load, found);
                trial.add_list(name, items);
            }
        }
    }
    let held = |name: &str| trial.held(name).unwrap_or_default().to_vec();
    anew.into_iter().map(|name| (name.into(), held(name))).collect()
}

/// Returns the last source that defines each list.
fn last_sources<'a>(files: &'a [File<'a>]) -> HashMap<&'a str, usize> {
    let all = definitions(files);
    all.map(|(source, name, _)| (name, source)).collect()
}

/// Goes through the definitions of lists, each with its source and name.
fn definitions<'a>(
    files: &'a [File<'a>],
) -> impl Iterator<Item = (usize, &'a str, &'a ListItems<'a>)> {
    files.iter().enumerate().flat_map(|(source, file)| {
        file.items.iter().filter_map(move |item| match item {
            Item::List { name, items, .. } => Some((source, name.text, items)),
            Item::Let { .. } | Item::Rule(_) => None,
            Item::Broken(_) | Item::Pipeline { .. } => None,
        })
    })
}
