//! Which rules are defined where, and which of them nobody looks for.

use std::collections::HashSet;

use crate::diag::Diagnostic;
use crate::expr::ast::{File, Item, Span, Step};
use crate::expr::plan::{self, Rule};

use super::Finding;

/// The rules of all sources, and how the pipeline calls them.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// The rules, by name: in which source, and where in it.
    defined: Vec<(Box<str>, usize, Span)>,
    /// The source of the pipeline, if it calls rules by their names.
    by_name: Option<usize>,
}

impl Calls {
    /// Notes what the source number `at` defines and calls.
    pub(super) fn note(&mut self, at: usize, file: &File<'_>) {
        for item in &file.items {
            match item {
                Item::Rule(rule) => {
                    let name = rule.name;
                    self.defined.push((name.text.into(), at, name.span));
                }
                Item::Pipeline { steps, .. } if steps.iter().any(names) => {
                    self.by_name = Some(at);
                }
                Item::Pipeline { .. } | Item::Broken(_) => (),
                Item::Let { .. } | Item::List { .. } => (),
            }
        }
    }

    /// Returns a warning for each source with rules that never run. Where a
    /// pipeline has chosen from the rules of another source, it meant to.
    pub(super) fn idle(
        &self,
        steps: &[plan::Step],
        rules: &[Rule],
    ) -> Vec<Finding> {
        let ids = steps.iter().flat_map(|step| match step {
            plan::Step::Detect(ids) => ids.as_slice(),
            _ => &[],
        });
        let used: HashSet<&str> =
            ids.map(|id| &*rules[id.0 as usize].name).collect();
        let idle = self.defined.iter().filter(|(name, source, _)| {
            let chosen = self.by_name.is_some_and(|at| at != *source);
            !chosen && !used.contains(&**name)
        });
        let mut found: Vec<(usize, Span, &str, usize)> = Vec::new();
        for (name, source, span) in idle {
            match found.iter_mut().find(|(at, ..)| at == source) {
                Some((.., more)) => *more += 1,
                None => found.push((*source, *span, name, 0)),
            }
        }
        let finding = |(source, span, name, more)| Finding {
            source,
            diagnostic: never_runs(span, name, more),
        };
        found.into_iter().map(finding).collect()
    }
}

/// Returns whether a step calls rules by their names.
fn names(step: &Step<'_>) -> bool {
    matches!(step, Step::Detect { rules, .. } if !rules.is_empty())
}

fn never_runs(span: Span, name: &str, more: usize) -> Diagnostic {
    let message = match more {
        0 => format!("the rule `{name}` never runs"),
        _ => format!("the rule `{name}` and {more} more never run"),
    };
    Diagnostic::warning(span, message)
        .help("the step `detect` runs the rules that stand above it")
}
