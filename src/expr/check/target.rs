//! Targets of edits: paths, and the names for sets of them.

use crate::diag::{Diagnostic, nearest};
use crate::event::{
    ALIASES, EVENT, Path, Segment, Type, alias, derived, field,
};
use crate::expr::ast::{Expr, File, Item, Place, Span, Step};
use crate::expr::parse::parse;
use crate::expr::plan::{self, Action, MOST_SEGMENTS, NodeId, Target};

use super::Checker;

/// Names for sets of paths, and what they stand for, in our own words. What
/// stands in front of a bar says in which events.
const SETS: [(&str, &[&str]); 5] = [
    ("managedFields", &["drop **.metadata.managedFields"]),
    (
        "lastApplied",
        &["drop **.metadata.annotations\
           [\"kubectl.kubernetes.io/last-applied-configuration\"]"],
    ),
    ("bodies", &["drop requestObject, responseObject"]),
    (
        "webhookAnnotations",
        &["drop annotations[\"mutation.webhook.admission.k8s.io/*\"], \
           annotations[\"patch.webhook.admission.k8s.io/*\"]"],
    ),
    (
        // In lists, in tables, and in the values of a JSON Patch.
        "secretData",
        &[
            "resource = secrets or requestObject.kind in (Secret, SecretList) \
             | drop requestObject.data, requestObject.stringData, \
             requestObject.items.data, requestObject.items.stringData, \
             requestObject.rows.object.data, \
             requestObject.rows.object.stringData, requestObject.value",
            "resource = secrets or responseObject.kind in (Secret, SecretList) \
             | drop responseObject.data, responseObject.stringData, \
             responseObject.items.data, responseObject.items.stringData, \
             responseObject.rows.object.data, \
             responseObject.rows.object.stringData",
        ],
    ),
];

/// The keys that `keep` keeps without being told: what makes it an event.
const KEPT: [&str; 5] = ["kind", "apiVersion", "level", "auditID", "stage"];

/// Returns whether `name` is a set of paths.
pub(super) fn is_set(name: &str) -> bool {
    SETS.iter().any(|(set, _)| *set == name)
}

impl Checker<'_> {
    /// Checks an edit; targets that are wrong are reported and left out.
    pub(super) fn edit(
        &mut self,
        action: Action,
        places: &[Place],
    ) -> plan::Step {
        let mut targets: Vec<Target> = Vec::new();
        if action == Action::Keep {
            let paths = KEPT.map(|key| Path::keys(&[key]));
            targets.extend(paths.map(|path| Target { path, when: None }));
        }
        for place in places {
            // More of them are an error anyway.
            if targets.len() > MOST_SEGMENTS {
                break;
            }
            match self.targets(&action, place) {
                Ok(found) => {
                    for target in found {
                        if !targets.contains(&target) {
                            targets.push(target);
                        }
                    }
                }
                Err(error) => self.found.push(error),
            }
        }
        if let Some(last) = places.last() {
            self.found.extend(too_many(&targets, last.span));
        }
        match action {
            Action::Mask(_) | Action::Truncate(_) => {
                self.dropped.rewrite(&targets);
            }
            Action::Drop | Action::Keep => (),
        }
        plan::Step::Edit(action, targets)
    }

    /// Returns what a target names.
    fn targets(
        &mut self,
        action: &Action,
        place: &Place,
    ) -> Result<Vec<Target>, Diagnostic> {
        let name = place.name().unwrap_or_default();
        let set = SETS.iter().find(|(set, _)| *set == name);
        if let Some((_, members)) = set {
            fits_set(action, place, name)?;
            let before = self.found.len();
            let targets = members
                .iter()
                .flat_map(|member| self.members(member, place.span));
            let targets = targets.collect();
            // Both bodies may ask for the same field that is gone.
            let mut found = self.found.split_off(before);
            found.dedup();
            self.found.append(&mut found);
            return Ok(targets);
        }
        self.known_target(action, place, name)?;
        let path = self.one_target(action, place)?;
        if *action != Action::Drop {
            self.dropped.check_path(&path, place.span)?;
        }
        if name == "user" && *action == Action::Drop {
            let message = "this cuts `user.username` only";
            self.found.push(
                Diagnostic::warning(place.span, message)
                    .help("to cut all of the user write `drop user[*]`"),
            );
        }
        Ok(vec![Target { path, when: None }])
    }

    /// Returns the place that a path names.
    fn one_target(
        &mut self,
        action: &Action,
        place: &Place,
    ) -> Result<Path, Diagnostic> {
        if let Some((Segment::AnyDepth, span)) = place.segments.last() {
            let message = "a name is missing behind `**`";
            return Err(Diagnostic::error(*span, message));
        }
        let deep =
            matches!(place.segments.first(), Some((Segment::AnyDepth, _)));
        if deep {
            return star(place.path(), place.span);
        }
        let found = self.find(place)?;
        fits_type(action, found.ty, place)?;
        star(found.path, place.span)
    }

    /// Returns one member of a set, which the user has named at `span`.
    /// What earlier steps have cut out is no part of it.
    fn members(&mut self, text: &'static str, span: Span) -> Vec<Target> {
        let steps = our_steps(text);
        let (guard, places) = match steps.as_slice() {
            [Step::Drop(places)] => (None, places),
            [Step::Where(guard), Step::Drop(places)] => (Some(guard), places),
            _ => return Vec::new(),
        };
        let found = places
            .iter()
            .filter_map(|place| self.one_target(&Action::Drop, place).ok());
        let found: Vec<Path> = found.collect();
        let left = found.into_iter().filter(|path| !self.dropped.covers(path));
        let left: Vec<Path> = left.collect();
        if left.is_empty() {
            return Vec::new();
        }
        let when = guard.map(|guard| self.spoken(guard, span));
        left.into_iter().map(|path| Target { path, when }).collect()
    }

    /// Adds a condition that is ours, for what the user wrote at `span`.
    pub(super) fn in_our_words(
        &mut self,
        text: &'static str,
        span: Span,
    ) -> NodeId {
        match our_steps(text).as_slice() {
            [Step::Where(condition)] => self.spoken(condition, span),
            _ => self.builder.constant(false),
        }
    }

    /// Checks a condition that the user did not write; what is wrong with
    /// it, such as a field that is gone, is said of `span`.
    fn spoken(&mut self, condition: &Expr<'_>, span: Span) -> NodeId {
        let before = self.found.len();
        let node = self.condition(condition);
        for found in self.found.iter_mut().skip(before) {
            found.span = span.into();
        }
        node
    }

    /// Refuses names that are no fields, with the help for edits.
    fn known_target(
        &self,
        action: &Action,
        place: &Place,
        name: &str,
    ) -> Result<(), Diagnostic> {
        let error = |message| Err(Diagnostic::error(place.span, message));
        if let Some((Segment::Key(head), _)) = place.segments.first()
            && derived(head).is_some()
            && !place.relative
        {
            return Err(computed(head, place.span));
        }
        let known = alias(name).is_some() || field(EVENT, name).is_some();
        if name.is_empty() || known {
            return Ok(());
        }
        if name == "event" {
            let error = error("`event` is a target of `truncate` only".into());
            return error
                .map_err(|e| e.help("to discard events write `skip ...`"));
        }
        if self.scope.is_predicate(name) {
            let error = error(format!("`{name}` is a predicate, not a field"));
            let help = match action {
                Action::Drop => Some(("discard", "skip")),
                Action::Keep => Some(("keep", "where")),
                Action::Mask(_) | Action::Truncate(_) => None,
            };
            let help = help.map(|(verb, step)| {
                format!("to {verb} matching events write `{step} {name}`")
            });
            return error.map_err(|error| error.help_if(help));
        }
        let names = ALIASES.iter().map(|alias| alias.name);
        let keys = EVENT.iter().map(|field| field.key);
        let sets = SETS.iter().map(|(set, _)| *set);
        match nearest(name, sets.chain(names).chain(keys)) {
            Some(meant) => error(format!("unknown field `{name}`"))
                .map_err(|e| e.help(format!("did you mean `{meant}`?"))),
            None => Ok(()),
        }
    }

    /// Warns of secrets that are hidden in one place and left in another.
    pub(super) fn lint_secrets(&mut self, steps: &[Step<'_>]) {
        let named = |set: &str| {
            let mut places = steps.iter().flat_map(|step| match step {
                Step::Drop(places) | Step::Mask { targets: places, .. } => {
                    places.as_slice()
                }
                _ => &[],
            });
            places.find(|place| place.name() == Some(set))
        };
        let copies = [["requestObject"], ["responseObject"]].map(|root| {
            let keys = ["metadata", "annotations", APPLIED];
            Path::keys(&[&root[..], &keys].concat())
        });
        let gone = copies.iter().all(|path| self.dropped.covers(path));
        let Some(secrets) = named("secretData") else { return };
        if gone || named("lastApplied").is_some() {
            return;
        }
        let message = "`kubectl apply` leaves a copy in an annotation";
        self.found.push(
            Diagnostic::warning(secrets.span, message)
                .help("add `lastApplied`: `mask secretData, lastApplied`"),
        );
    }
}

/// Where `kubectl apply` leaves what it was given.
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Returns the steps of a text of ours.
fn our_steps(text: &'static str) -> Vec<Step<'static>> {
    let mut found = Vec::new();
    let File { items } = parse(text, &mut found);
    debug_assert!(found.is_empty(), "{text}: {found:?}");
    let steps = items.into_iter().filter_map(|item| match item {
        Item::Pipeline { steps, .. } => Some(steps),
        Item::Let { .. } | Item::List { .. } => None,
        Item::Rule(_) | Item::Broken(_) => None,
    });
    steps.flatten().collect()
}

/// The error for a target such as `path`.
fn computed(head: &str, span: Span) -> Diagnostic {
    let message = format!("`{head}` is computed, it cannot be changed");
    let error = Diagnostic::error(span, message);
    match head {
        "path" | "query" | "cmd" => error.help("it comes from `requestURI`"),
        "res" | "actor" | "sa-ns" | "latency" | "age" | "size" => error,
        _ => error.help(
            "it comes from the bodies: `requestObject`, `responseObject`, \
             both of them `bodies`",
        ),
    }
}

/// Refuses sets that an edit can do nothing to.
fn fits_set(
    action: &Action,
    place: &Place,
    name: &str,
) -> Result<(), Diagnostic> {
    let error = |message| Err(Diagnostic::error(place.span, message));
    match (action, name) {
        (Action::Truncate(_), "lastApplied" | "webhookAnnotations") => Ok(()),
        (Action::Truncate(_), _) => {
            error(format!("`truncate` cuts text, and `{name}` holds objects"))
                .map_err(|e| {
                    e.help("all of an event: `truncate event to 100K`")
                })
        }
        (Action::Drop | Action::Keep | Action::Mask(_), _) => Ok(()),
    }
}

/// Refuses to cut text where there is none.
fn fits_type(
    action: &Action,
    ty: Type,
    place: &Place,
) -> Result<(), Diagnostic> {
    match (action, ty) {
        (Action::Truncate(_), Type::Int | Type::Object(_) | Type::Map(..)) => {
            let message = format!(
                "`truncate` cuts text, and this field holds {}",
                ty.words()
            );
            Err(Diagnostic::error(place.span, message))
        }
        (
            Action::Drop
            | Action::Keep
            | Action::Mask(_)
            | Action::Truncate(_),
            _,
        ) => Ok(()),
    }
}

/// Refuses a key with `*` where it would be taken literally.
fn star(path: Path, span: Span) -> Result<Path, Diagnostic> {
    let is_annotation = path.root() == Some("annotations");
    let has_star = |(at, part): (usize, &Segment)| match part {
        Segment::Key(key) if at == 1 && is_annotation => false,
        Segment::Key(key) => key.contains('*'),
        Segment::Index(_) | Segment::Every | Segment::AnyDepth => false,
    };
    if path.0.iter().enumerate().any(has_star) {
        let message =
            "`*` inside a key stands directly below `annotations` only";
        return Err(Diagnostic::error(span, message)
            .help("every member of an object is `[*]`"));
    }
    Ok(path)
}

/// The error for more paths than can be followed at once.
fn too_many(targets: &[Target], span: Span) -> Option<Diagnostic> {
    let sizes = targets.iter().map(|target| target.path.0.len() + 1);
    (sizes.sum::<usize>() > MOST_SEGMENTS).then(|| {
        let message = "this step follows too many paths at once";
        let split = "split it into several `drop` steps";
        Diagnostic::error(span, message).help(split)
    })
}
