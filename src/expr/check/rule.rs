//! Rules, and the steps that leave a mark: detect, tag, label.

use std::collections::HashSet;

use crate::diag::{Diagnostic, nearest};
use crate::expr::ast::{self, Expr, Name, Step};
use crate::expr::lower::MAX_HEIGHT;
use crate::expr::plan::{
    self, Level, NodeId, PREFIX, RULES, Rule, RuleId, TAGS,
};

use super::Checker;

impl Checker<'_> {
    pub(super) fn rule(&mut self, rule: &ast::Rule<'_>) {
        let node = self.condition(&rule.body);
        if self.builder.height(node) > MAX_HEIGHT {
            let message = "predicates use each other too deeply";
            self.found.push(Diagnostic::error(rule.name.span, message));
        }
        match self.scope.check_new(rule.name) {
            Ok(()) => self.scope.add_rule(Rule {
                name: rule.name.text.into(),
                level: rule.level,
                text: rule.text.clone(),
                node,
            }),
            Err(error) => self.found.push(error),
        }
    }

    pub(super) fn detect(
        &mut self,
        keyword: Name<'_>,
        names: &[Name<'_>],
    ) -> plan::Step {
        let (mut rules, mut seen) = (Vec::new(), HashSet::new());
        for name in names {
            match self.detected(*name) {
                Ok(rule) if !seen.insert(rule) => {
                    let message = format!("`{}` is named twice", name.text);
                    self.found.push(Diagnostic::error(name.span, message));
                }
                Ok(rule) => rules.push(rule),
                Err(error) => self.found.push(error),
            }
        }
        if names.is_empty() {
            let all = 0..self.scope.rules().len();
            rules.extend(
                all.filter_map(|at| u32::try_from(at).ok()).map(RuleId),
            );
            if rules.is_empty() {
                let message = "there is no rule to look for";
                self.found.push(
                    Diagnostic::error(keyword.span, message).help(
                        "define one above it: \
                         `rule NAME warning = CONDITION`",
                    ),
                );
            }
        }
        for rule in &rules {
            let node = self.scope.rules()[rule.0 as usize].node;
            let gone = self.check_left(node, keyword, *rule);
            self.found.extend(gone.err());
        }
        self.dropped.write(RULES);
        plan::Step::Detect(rules)
    }

    /// Returns the rule that `detect` names.
    fn detected(&self, name: Name<'_>) -> Result<RuleId, Diagnostic> {
        let Name { text, span } = name;
        if let Some(rule) = self.scope.rule(text) {
            return Ok(rule);
        }
        if self.scope.is_predicate(text) {
            let message = format!("`{text}` is a predicate, not a rule");
            return Err(Diagnostic::error(span, message).help(format!(
                "keep its events with `where {text}`, or define a rule: \
                 `rule NAME = {text}`"
            )));
        }
        let rules = self.scope.rules().iter().map(|rule| &*rule.name);
        let error = Diagnostic::error(span, format!("unknown rule `{text}`"));
        Err(match nearest(text, rules) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help(format!(
                "define it above the pipeline: `rule {text} = CONDITION`"
            )),
        })
    }

    /// Refuses a rule that reads what an earlier step has cut.
    fn check_left(
        &self,
        node: NodeId,
        keyword: Name<'_>,
        rule: RuleId,
    ) -> Result<(), Diagnostic> {
        if self.dropped.is_empty() {
            return Ok(());
        }
        let name = &self.scope.rules()[rule.0 as usize].name;
        let subjects = self.builder.looks_at(node);
        subjects.into_iter().try_for_each(|subject| {
            self.dropped.check(subject, keyword.span).map_err(|error| {
                let message = format!("the rule `{name}`: {}", error.message);
                Diagnostic { message, ..error }
            })
        })
    }

    pub(super) fn tag(
        &mut self,
        name: Name<'_>,
        when: Option<&Expr<'_>>,
    ) -> plan::Step {
        let when = when.map(|when| self.condition(when));
        self.dropped.write(TAGS);
        plan::Step::Tag { name: name.text.into(), when }
    }

    pub(super) fn label(
        &mut self,
        name: Name<'_>,
        text: &str,
    ) -> Option<plan::Step> {
        let key = format!("{PREFIX}{}", name.text);
        let taken = match &*key {
            RULES => Some("detect"),
            TAGS => Some("tag"),
            _ => None,
        };
        if let Some(step) = taken {
            let message = format!(
                "`{}` is the annotation of the step `{step}`",
                name.text
            );
            let error = Diagnostic::error(name.span, message);
            self.found.push(error.help("choose another name"));
            return None;
        }
        self.dropped.write(&key);
        let (key, text) = (key.into(), text.into());
        Some(plan::Step::Label { key, text })
    }
}

/// Returns what is wrong with steps that write the same annotation.
pub(super) fn repeated(steps: &[Step<'_>]) -> Vec<Diagnostic> {
    let (mut tags, mut labels) = (HashSet::new(), HashSet::new());
    let (mut detects, mut found) = (0, Vec::new());
    for step in steps {
        match step {
            Step::Tag { name, .. } if tags.contains(name.text) => {
                let message = format!("every event has `{}` here", name.text);
                found.push(Diagnostic::warning(name.span, message));
            }
            Step::Tag { name, when: None } => {
                tags.insert(name.text);
            }
            Step::Label { name, .. } if !labels.insert(name.text) => {
                let message = format!("`{}` is a label already", name.text);
                found.push(Diagnostic::error(name.span, message));
            }
            Step::Detect { keyword, .. } => {
                detects += 1;
                if detects == 2 {
                    let message =
                        "this writes over the names of an earlier `detect`";
                    let help = "name all rules in one: `detect a, b`";
                    let warning = Diagnostic::warning(keyword.span, message);
                    found.push(warning.help(help));
                }
            }
            _ => (),
        }
    }
    found
}

/// Returns what stands in for a rule whose definition is wrong.
pub(super) fn broken(name: &str, node: NodeId) -> Rule {
    Rule { name: name.into(), level: Level::default(), text: None, node }
}
