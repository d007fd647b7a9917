//! Steps: where, skip, drop, head; the others are refused by name.

use crate::diag::{Diagnostic, nearest};
use crate::event::{ALIASES, EVENT, Path, Segment, alias, field};
use crate::expr::ast::{Later, Place, Step};
use crate::expr::later::{PATH_SETS, later};
use crate::expr::plan::{self, Target};

use super::Checker;
use super::lint::Skipped;

/// Names for sets of paths: `drop managedFields`.
pub(super) const SETS: [(&str, &[&[&str]]); 3] = [
    ("managedFields", &[&["**", "metadata", "managedFields"]]),
    (
        "lastApplied",
        &[&[
            "**",
            "metadata",
            "annotations",
            "kubectl.kubernetes.io/last-applied-configuration",
        ]],
    ),
    ("bodies", &[&["requestObject"], &["responseObject"]]),
];

impl Checker<'_> {
    pub(super) fn pipeline(&mut self, steps: &[Step<'_>]) -> Vec<plan::Step> {
        steps.iter().filter_map(|step| self.step(step)).collect()
    }

    /// Checks a step; one that lets everything pass is none.
    fn step(&mut self, step: &Step<'_>) -> Option<plan::Step> {
        match step {
            Step::Where(expr) => {
                let node = self.condition(expr);
                let all = node == self.builder.constant(true);
                (!all).then_some(plan::Step::Where(node))
            }
            Step::Skip(expr) => {
                self.skip = Some(Skipped::default());
                let node = self.condition(expr);
                self.lint_skip();
                let nothing = node == self.builder.constant(false);
                (!nothing).then_some(plan::Step::Skip(node))
            }
            Step::Head(count) => Some(plan::Step::Head(*count)),
            Step::Drop(places) => Some(self.drop_step(places)),
            Step::Later(step) => {
                self.later(step);
                None
            }
        }
    }

    fn drop_step(&mut self, places: &[Place]) -> plan::Step {
        let mut targets: Vec<Target> = Vec::new();
        for place in places {
            match self.target(place) {
                Ok(paths) => targets
                    .extend(paths.into_iter().map(|path| Target { path })),
                Err(error) => self.found.push(error),
            }
        }
        let size: usize = targets.iter().map(|t| t.path.0.len() + 1).sum();
        if size > plan::MOST_SEGMENTS
            && let Some(last) = places.last()
        {
            let message = "this step follows too many paths at once";
            let split = "split it into several `drop` steps";
            let found = Diagnostic::error(last.span, message).help(split);
            self.found.push(found);
        }
        for target in &targets {
            self.dropped.add(target.path.clone());
        }
        plan::Step::Drop(targets)
    }

    /// Reports a step that is not built, after what is wrong inside it.
    fn later(&mut self, step: &Later<'_>) {
        if let Some(when) = &step.when {
            self.condition(when);
        }
        let keyword = step.keyword;
        let construct = format!("the step `{}`", keyword.text);
        self.found.push(later(keyword.span, &construct));
        for place in &step.places {
            let name = place.name().unwrap_or_default();
            let set = SETS.iter().any(|(set, _)| *set == name)
                || PATH_SETS.contains(&name);
            let deep = starts_deep(place);
            if set || deep {
                continue;
            }
            let found = self.find(place);
            self.found.extend(found.err());
        }
    }

    /// Returns the paths that a target names.
    fn target(&mut self, place: &Place) -> Result<Vec<Path>, Diagnostic> {
        let name = place.name().unwrap_or_default();
        if let Some((_, paths)) = SETS.iter().find(|(set, _)| *set == name) {
            return Ok(paths.iter().map(|keys| path_of(keys)).collect());
        }
        if PATH_SETS.contains(&name) {
            return Err(later(place.span, &format!("the target `{name}`")));
        }
        self.known_target(place, name)?;
        if name == "user" {
            let message = "this cuts `user.username` only";
            self.found.push(
                Diagnostic::warning(place.span, message)
                    .help("to cut all of the user write `drop user[*]`"),
            );
        }
        if let Some((Segment::AnyDepth, span)) = place.segments.last() {
            let message = "a name is missing behind `**`";
            return Err(Diagnostic::error(*span, message));
        }
        if starts_deep(place) {
            return Ok(vec![place.path()]);
        }
        let found = self.find(place)?;
        star_key(place, &found.path)?;
        Ok(vec![found.path])
    }

    /// Refuses names that are no fields, with the help for edits.
    fn known_target(
        &self,
        place: &Place,
        name: &str,
    ) -> Result<(), Diagnostic> {
        let known = alias(name).is_some() || field(EVENT, name).is_some();
        if name.is_empty() || known {
            return Ok(());
        }
        if self.scope.is_predicate(name) {
            let message = format!("`{name}` is a predicate, not a field");
            return Err(Diagnostic::error(place.span, message).help(format!(
                "to discard matching events write `skip {name}`"
            )));
        }
        let names = ALIASES.iter().map(|alias| alias.name);
        let keys = EVENT.iter().map(|field| field.key);
        let sets = SETS.iter().map(|(set, _)| *set);
        match nearest(name, sets.chain(names).chain(keys)) {
            Some(meant) => Err(Diagnostic::error(
                place.span,
                format!("unknown field `{name}`"),
            )
            .help(format!("did you mean `{meant}`?"))),
            None => Ok(()),
        }
    }
}

/// Returns whether a target begins with `**`, below any key.
fn starts_deep(place: &Place) -> bool {
    matches!(place.segments.first(), Some((Segment::AnyDepth, _)))
}

/// Refuses `annotations["x/*"]`: keys with `*` are not built yet.
fn star_key(place: &Place, path: &Path) -> Result<(), Diagnostic> {
    let star = |part: &Segment| match part {
        Segment::Key(key) => key.contains('*'),
        Segment::Index(_) | Segment::Every | Segment::AnyDepth => false,
    };
    match path.0.iter().any(star) {
        true => Err(later(place.span, "`*` inside a key")),
        false => Ok(()),
    }
}

/// Returns the path of one member of a set; `**` is any depth.
fn path_of(keys: &[&str]) -> Path {
    let parts = keys.iter().map(|key| match *key {
        "**" => Segment::AnyDepth,
        key => Segment::Key(key.into()),
    });
    Path(parts.collect())
}
