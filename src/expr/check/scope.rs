//! The names that definitions give: predicates and lists.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::diag::{Diagnostic, nearest};
use crate::event::{EVENT, Type, alias, derived, field};
use crate::expr::ast::{Expr, Name, Span, Value, ValueKind};
use crate::expr::plan::{NodeId, Rule, RuleId, Subject};

use super::list::MAX_ITEMS;
use super::target::is_set;

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
pub(in crate::expr) struct ListItem {
    pub(super) text: Box<str>,
    pub(super) quoted: bool,
    pub(super) fold: bool,
    /// The line of its file; 0 for those that stand in an expression.
    pub(super) line: u32,
}

/// What names mean.
#[derive(Clone, Debug, Default)]
pub(in crate::expr) struct Scope {
    predicates: HashMap<Box<str>, NodeId>,
    lists: HashMap<Box<str>, Vec<ListItem>>,
    /// The built-in lists that a user may define anew.
    weak: Vec<Box<str>>,
    /// What lists hold that a later source defines anew.
    anew: HashMap<Box<str>, Vec<ListItem>>,
    /// The lists of the source that is being checked.
    here: HashSet<Box<str>>,
    /// The rules, in the order of their definitions.
    rules: Vec<Rule>,
    /// Where in there each name is.
    rule_ids: HashMap<Box<str>, RuleId>,
    /// The tests of fields that were asked whether they are in a list, with
    /// the type of the field, which an element does not have by itself.
    pub(super) in_lists: HashMap<(Subject, Box<str>), (Type, NodeId)>,
    /// The predicates that are part of the program, checked when used.
    built_in: BTreeMap<&'static str, &'static Expr<'static>>,
}

impl Scope {
    /// Makes a predicate part of the program.
    pub(in crate::expr) fn build_in(
        &mut self,
        name: &'static str,
        body: &'static Expr<'static>,
    ) {
        self.built_in.insert(name, body);
    }

    /// Lets users define these lists anew.
    pub(in crate::expr) fn weaken(&mut self, lists: &[&str]) {
        self.weak = lists.iter().map(|name| (*name).into()).collect();
    }

    /// Returns the node of a predicate that has been checked.
    pub(super) fn checked(&self, name: &str) -> Option<NodeId> {
        self.predicates.get(name).copied()
    }

    /// Returns the body of a predicate that is part of the program.
    pub(super) fn body(&self, name: &str) -> Option<&'static Expr<'static>> {
        self.built_in.get(name).copied()
    }

    pub(super) fn is_predicate(&self, name: &str) -> bool {
        self.predicates.contains_key(name) || self.built_in.contains_key(name)
    }

    pub(super) fn is_list(&self, name: &str) -> bool {
        self.lists.contains_key(name)
    }

    pub(super) fn add_predicate(&mut self, name: &str, node: NodeId) {
        self.predicates.insert(name.into(), node);
    }

    pub(in crate::expr) fn add_list(
        &mut self,
        name: &str,
        items: Vec<ListItem>,
    ) {
        self.lists.insert(name.into(), items);
    }

    /// Begins with the lists of another source.
    pub(in crate::expr) fn begin_source(&mut self) {
        self.here.clear();
    }

    /// Takes what lists hold that a later source defines anew.
    pub(in crate::expr) fn replace(
        &mut self,
        anew: HashMap<Box<str>, Vec<ListItem>>,
    ) {
        for name in &self.weak {
            if let Some(items) = anew.get(name) {
                self.lists.insert(name.clone(), items.clone());
            }
        }
        self.anew = anew;
    }

    /// Returns what a list holds that a later source defines anew.
    pub(super) fn replacement(&self, name: &str) -> Option<&[ListItem]> {
        self.anew.get(name).map(Vec::as_slice)
    }

    /// Returns whether a built-in list of this name may be defined anew.
    pub(in crate::expr) fn is_weak(&self, name: &str) -> bool {
        self.weak.iter().any(|weak| **weak == *name)
    }

    /// Returns what a list holds, if there is one of this name.
    pub(in crate::expr) fn held(&self, name: &str) -> Option<&[ListItem]> {
        self.lists.get(name).map(Vec::as_slice)
    }

    pub(super) fn add_rule(&mut self, rule: Rule) {
        let at = u32::try_from(self.rules.len()).unwrap_or(u32::MAX);
        self.rule_ids.insert(rule.name.clone(), RuleId(at));
        self.rules.push(rule);
    }

    /// Returns the rules, in the order of their definitions.
    pub(in crate::expr) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns the rule of this name.
    pub(super) fn rule(&self, name: &str) -> Option<RuleId> {
        self.rule_ids.get(name).copied()
    }

    /// Returns the names of the predicates, the built-in ones first.
    pub(super) fn predicates(&self) -> impl Iterator<Item = &str> {
        let built_in = self.built_in.keys().copied();
        built_in.chain(sorted(self.predicates.keys()))
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
    pub(in crate::expr) fn list_items(
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
                    line: 0,
                }),
                ValueKind::Word(word) => items.push(ListItem {
                    text: (*word).into(),
                    quoted: false,
                    fold: false,
                    line: 0,
                }),
                ValueKind::List(name) => match self.list(name, value.span) {
                    // Lists of lists could double with each of them.
                    Ok(more) if items.len() + more.len() > MAX_ITEMS => {
                        let message = format!(
                            "this list has more than {MAX_ITEMS} items"
                        );
                        found.push(Diagnostic::error(value.span, message));
                        break;
                    }
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
        let computed = derived(text).is_some();
        let field = alias(text).is_some() || field(EVENT, text).is_some();
        if field || computed || is_set(text) {
            return taken("is a field already".to_owned());
        }
        if self.built_in.contains_key(text) {
            return taken("is a built-in predicate".to_owned());
        }
        let known = self.predicates.contains_key(text);
        if known || self.is_list(text) || self.rule(text).is_some() {
            return taken("is defined already".to_owned());
        }
        Ok(())
    }

    /// As `check_new`, but lists of other sources, and some built-in ones,
    /// may be defined anew.
    pub(super) fn check_new_list(
        &mut self,
        name: Name<'_>,
    ) -> Result<(), Diagnostic> {
        let first = self.here.insert(name.text.into());
        let again =
            self.is_weak(name.text) || self.anew.contains_key(name.text);
        match first && again {
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
