//! Steps: each by its name, with what it reads, changes and leaves.

use crate::diag::Diagnostic;
use crate::event::Path;
use crate::expr::ast::{Expr, Key, Later, Name, Place, Span, Step};
use crate::expr::later::later;
use crate::expr::plan::{self, Action};

use super::Checker;
use super::count::behind_count;
use super::lint::Skipped;
use super::list::Load;
use super::rule::repeated;

/// What `mask` writes if it is not told what.
const MASK: &str = "***";

/// The keys of which every event has one: by them it is known.
const MARKERS: [&str; 5] = ["level", "auditID", "stage", "verb", "requestURI"];

/// How many steps a pipeline can have.
const MOST_STEPS: usize = 1024;

impl Checker<'_> {
    pub(super) fn pipeline(
        &mut self,
        steps: &[Step<'_>],
        span: Span,
        load: &mut Load<'_>,
    ) -> Vec<plan::Step> {
        if steps.len() > MOST_STEPS {
            let message = format!("a pipeline has at most {MOST_STEPS} steps");
            self.found.push(Diagnostic::error(span, message));
            return Vec::new();
        }
        let checked = steps.iter().filter_map(|step| self.step(step, load));
        let checked = checked.collect();
        self.found.extend(behind_count(steps));
        self.lint_secrets(steps);
        self.found.extend(repeated(steps));
        checked
    }

    /// Checks a step; one that lets everything pass is none.
    fn step(
        &mut self,
        step: &Step<'_>,
        load: &mut Load<'_>,
    ) -> Option<plan::Step> {
        match step {
            Step::Where(expr) => {
                let node = self.condition(expr);
                let all = node == self.builder.constant(true);
                (!all).then_some(plan::Step::Where(node))
            }
            Step::Skip(expr) => self.skip_step(expr),
            Step::Drop(places) => Some(self.drop_step(places)),
            Step::Keep(places) => Some(self.keep_step(places)),
            Step::Mask { targets, with } => {
                let text = with.as_deref().unwrap_or(MASK);
                Some(self.edit(Action::Mask(text.into()), targets))
            }
            Step::Truncate { targets, size } => self.truncate(targets, *size),
            Step::Detect { keyword, rules } => {
                Some(self.detect(*keyword, rules))
            }
            Step::Tag { name, when } => Some(self.tag(*name, when.as_ref())),
            Step::Label { name, text } => self.label(*name, text),
            Step::Sample { keep, of, span } => self.sample(*keep, *of, *span),
            Step::Policy { file, span } => self.policy(file, *span, load),
            Step::Head(count) => Some(plan::Step::Head(*count)),
            Step::Count(count) => Some(self.count(count)),
            Step::Later(Later { construct, span, keys }) => {
                self.later(construct, *span, keys);
                None
            }
        }
    }

    fn skip_step(&mut self, expr: &Expr<'_>) -> Option<plan::Step> {
        self.skip = Some(Skipped::default());
        let node = self.condition(expr);
        self.lint_skip();
        let nothing = node == self.builder.constant(false);
        (!nothing).then_some(plan::Step::Skip(node))
    }

    fn drop_step(&mut self, places: &[Place]) -> plan::Step {
        let has_marker = self.has_marker();
        let step = self.edit(Action::Drop, places);
        if let plan::Step::Edit(_, targets) = &step {
            self.dropped.cut(targets);
        }
        if let (true, false, Some(last)) =
            (has_marker, self.has_marker(), places.last())
        {
            let message = "what is left is no audit event";
            self.found.push(
                Diagnostic::warning(last.span, message).help(format!(
                    "leave one of {} in it",
                    MARKERS.join(", ")
                )),
            );
        }
        step
    }

    /// Returns whether something is left by which events are known.
    fn has_marker(&self) -> bool {
        MARKERS.iter().any(|key| !self.dropped.covers(&Path::keys(&[key])))
    }

    fn keep_step(&mut self, places: &[Place]) -> plan::Step {
        let step = self.edit(Action::Keep, places);
        if let plan::Step::Edit(_, targets) = &step {
            self.dropped.keep(targets);
        }
        step
    }

    fn truncate(
        &mut self,
        places: &[Place],
        size: Name<'_>,
    ) -> Option<plan::Step> {
        let Some(bytes) = crate::expr::size(size.text) else {
            let message = format!("`{}` is no size", size.text);
            let error = Diagnostic::error(size.span, message);
            self.found.push(error.help("write 512, 64K, 1MiB or 10MB"));
            return None;
        };
        let event = |place: &&Place| place.name() == Some("event");
        let Some(event) = places.iter().find(event) else {
            return Some(self.edit(Action::Truncate(bytes), places));
        };
        if places.len() > 1 {
            let message = "`event` stands alone: it is all of the event";
            let help = format!(
                "make it a step of its own: `truncate event to {}`",
                size.text
            );
            let error = Diagnostic::error(event.span, message);
            self.found.push(error.help(help));
        }
        if bytes == 0 {
            let message = "no event is as short as that";
            self.found.push(Diagnostic::error(size.span, message));
        }
        let has_bodies = self.in_our_words("level >= Request", event.span);
        Some(plan::Step::Fit { bytes, has_bodies })
    }

    fn sample(
        &mut self,
        keep: u64,
        of: u64,
        span: Span,
    ) -> Option<plan::Step> {
        let message = match (keep, of) {
            (_, 0) => "a share of nothing",
            (0, _) => "this keeps no event at all",
            _ if keep > of => "a share is not more than the whole",
            _ if keep == of => {
                let message = "this keeps every event";
                self.found.push(Diagnostic::warning(span, message));
                return None;
            }
            _ => return Some(plan::Step::Sample { keep, of }),
        };
        let help = "`sample 1/100` keeps one event of a hundred";
        self.found.push(Diagnostic::error(span, message).help(help));
        None
    }

    /// Refuses what is not built, after what is wrong inside it.
    fn later<'k>(
        &mut self,
        construct: &str,
        span: Span,
        keys: impl IntoIterator<Item = &'k Key<'k>>,
    ) {
        self.found.push(later(span, construct));
        for key in keys {
            let found = self.find(&key.place);
            self.found.extend(found.err());
        }
    }
}
