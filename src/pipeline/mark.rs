//! Marks events: with the rules that hold for them, and with tags.

use super::bench::{Bench, Made, Run};
use crate::edit::Annotation;
use crate::event::Event;
use crate::expr::plan::{NodeId, RuleId};
use crate::expr::{ConditionId, Truth};

impl Bench {
    /// Asks every rule, and writes the names of those that hold.
    pub(super) fn detect(
        &mut self,
        run: Run<'_>,
        rules: &[RuleId],
        event: &mut Event<'_, '_>,
        tool: &Annotation,
        out: Option<&mut Vec<u8>>,
    ) -> Made {
        let plan = &run.pipeline.plan;
        self.names.clear();
        let mut matched = std::mem::take(&mut self.matched);
        let before = matched.len();
        let mut any = Truth::False;
        // One evaluation for all: rules have much in common.
        let mut evaluation = self.evaluation(run, event);
        for (part, id) in rules.iter().enumerate() {
            let rule = ConditionId { step: run.n, part };
            let node = plan.rules[id.0 as usize].node;
            match evaluation.condition(rule, node) {
                Truth::False => (),
                Truth::Unknown if any == Truth::True => (),
                Truth::Unknown => any = Truth::Unknown,
                Truth::True => {
                    any = Truth::True;
                    matched.push(*id);
                }
            }
        }
        for id in &matched[before..] {
            // No two rules have the same name.
            join(&mut self.names, &plan.rules[id.0 as usize].name);
        }
        self.matched = matched;
        match (any, out) {
            (Truth::True, Some(out)) => {
                annotate(event, tool, &self.names, out)
            }
            (any, _) => Made::Truth(any),
        }
    }

    /// Adds a tag to those that the event has from earlier steps.
    pub(super) fn tag(
        &mut self,
        run: Run<'_>,
        (name, when): (&str, Option<NodeId>),
        event: &mut Event<'_, '_>,
        tool: &Annotation,
        out: &mut Vec<u8>,
    ) -> Made {
        let holds = when.is_none_or(|node| {
            self.condition(run, event, node) == Truth::True
        });
        match holds && add_name(&mut self.tags, name) {
            true => annotate(event, tool, &self.tags, out),
            false => Made::Truth(Truth::True),
        }
    }
}

/// Writes an annotation, unless the line breaks.
pub(super) fn annotate(
    event: &Event<'_, '_>,
    tool: &Annotation,
    text: &str,
    out: &mut Vec<u8>,
) -> Made {
    match tool.write(event, text, out) {
        Ok(()) => Made::Change,
        Err(defect) => {
            event.note(defect);
            Made::Truth(Truth::True)
        }
    }
}

/// Adds a name to a list with commas. Returns whether it was not there.
fn add_name(names: &mut String, name: &str) -> bool {
    if names.split(',').any(|known| known == name) {
        return false;
    }
    join(names, name);
    true
}

fn join(names: &mut String, name: &str) {
    if !names.is_empty() {
        names.push(',');
    }
    names.push_str(name);
}
