//! Turns the steps of a plan into the lines that `--explain` prints.

use std::fmt::{self, Display, Formatter};

use super::INDENT;
use crate::expr::plan::{
    Action, Count, NodeId, Plan, Rule, RuleId, Step, SubjectId, Target,
};

impl Plan {
    /// Writes a step, behind its number.
    pub(super) fn step(
        &self,
        out: &mut Formatter<'_>,
        step: &Step,
    ) -> fmt::Result {
        match step {
            Step::Where(node) => {
                out.write_str("keep events where ")?;
                self.node(out, *node, 2 * INDENT + 1)
            }
            Step::Skip(node) => {
                out.write_str("skip events where ")?;
                self.node(out, *node, 2 * INDENT + 1)
            }
            Step::Edit(action, targets) => self.edit(out, action, targets),
            Step::Fit { bytes, .. } => writeln!(
                out,
                "drop both bodies of events over {bytes} bytes, skip events \
                 still over it"
            ),
            Step::Detect(rules) => self.detect(out, rules),
            Step::Tag { name, when } => {
                write!(out, "tag events as {name}")?;
                self.when(out, *when)
            }
            Step::Label { key, text } => {
                writeln!(out, "label events with {key} = {text:?}")
            }
            Step::Policy { file, .. } => {
                writeln!(out, "apply the audit policy {file:?}")
            }
            Step::Sample { keep, of } => {
                writeln!(out, "keep {keep} of every {of} events")
            }
            Step::Head(count) => writeln!(out, "end after {count} events"),
            Step::Count(count) => self.count(out, count),
        }
    }

    /// Writes an edit; targets of the same events share a line.
    fn edit(
        &self,
        out: &mut Formatter<'_>,
        action: &Action,
        targets: &[Target],
    ) -> fmt::Result {
        let mut left = targets;
        while let Some(first) = left.first() {
            let same = left.iter().take_while(|t| t.when == first.when);
            let (now, rest) = left.split_at(same.count());
            let paths = now.iter().map(|target| target.path.to_string());
            let paths: Vec<String> = paths.collect();
            if left.len() < targets.len() {
                write!(out, "{:1$}", "", 2 * INDENT + 1)?;
            }
            write!(out, "{action}{}", paths.join(", "))?;
            match action {
                Action::Mask(text) => write!(out, " with {text:?}")?,
                Action::Truncate(bytes) => write!(out, " to {bytes} bytes")?,
                Action::Drop | Action::Keep => (),
            }
            self.when(out, first.when)?;
            left = rest;
        }
        Ok(())
    }

    /// Ends a line, with the condition for what stands on it, if any.
    fn when(
        &self,
        out: &mut Formatter<'_>,
        when: Option<NodeId>,
    ) -> fmt::Result {
        let Some(node) = when else { return writeln!(out) };
        out.write_str(" where ")?;
        self.node(out, node, 2 * INDENT + 1)
    }

    fn count(&self, out: &mut Formatter<'_>, count: &Count) -> fmt::Result {
        let field = |id: SubjectId| self.shown_field(self.subject(id));
        match count.distinct {
            Some(id) => write!(out, "count the values of {}", field(id))?,
            None => out.write_str("count events")?,
        }
        let by = count.by.iter().map(|column| field(column.subject));
        let by: Vec<String> = by.collect();
        if !by.is_empty() {
            write!(out, " by {}", by.join(", "))?;
        }
        match count.top {
            Some(top) => writeln!(out, ", show the {top} greatest"),
            None => writeln!(out),
        }
    }

    fn detect(
        &self,
        out: &mut Formatter<'_>,
        rules: &[RuleId],
    ) -> fmt::Result {
        writeln!(out, "keep events for which a rule holds, and name it")?;
        let indent = 2 * INDENT + 1;
        for id in rules {
            let Rule { name, level, node, .. } = &self.rules[id.0 as usize];
            write!(out, "{:indent$}{name} {}: ", "", level.word())?;
            self.node(out, *node, indent)?;
        }
        Ok(())
    }
}

impl Display for Action {
    /// Writes the word for it, and a blank.
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Action::Drop => "drop ",
            Action::Keep => "keep ",
            Action::Mask(_) => "mask ",
            Action::Truncate(_) => "truncate ",
        })
    }
}
