//! Turns a path as written into a place of the event and its type.

use crate::diag::{Diagnostic, nearest};
use crate::event::{
    ALIASES, DERIVED, EVENT, Field, Origin, Path, Repeats, Segment, Type,
    alias, derived, field, fields,
};
use crate::expr::ast::{Place, Span};
use crate::expr::plan::{Route, Subject};

use super::Checker;
use super::derived;

/// A place that exists.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// What is looked at.
    pub(super) subject: Subject,
    /// The path to it, aliases replaced.
    pub(super) path: Path,
    pub(super) ty: Type,
}

impl Found {
    /// A place on a path from the top of the event.
    fn field(path: Path, ty: Type) -> Found {
        let root = path.root().unwrap_or_default();
        let repeats = Repeats::below(root);
        let origin = Origin::Key(root.into());
        let rest = path.0.iter().skip(1).cloned().collect();
        let subject = Subject::Place(Route { origin, rest, repeats });
        Found { subject, path, ty }
    }
}

impl Checker<'_> {
    /// Finds the place of a test; edits may use `**`, tests not.
    pub(super) fn place(
        &mut self,
        place: &Place,
    ) -> Result<Found, Diagnostic> {
        let deep =
            place.segments.iter().find(|(s, _)| *s == Segment::AnyDepth);
        if let Some((_, span)) = deep {
            let message = "`**` stands in edits only: drop, keep, mask";
            return Err(Diagnostic::error(*span, message)
                .help("every element of one array is `[*]`"));
        }
        let found = self.find(place)?;
        self.dropped.check(&found.subject, place.span)?;
        self.lint_key(&found.path, place.span);
        self.lint_shape(&found.subject, place);
        Ok(found)
    }

    /// Finds a place by its name or path.
    pub(super) fn find(&self, place: &Place) -> Result<Found, Diagnostic> {
        if place.relative {
            return self.relative(place);
        }
        let Some((Segment::Key(head), span)) = place.segments.first() else {
            return below_event(&place.segments);
        };
        let rest = &place.segments[1..];
        if let Some(alias) = alias(head)
            && (rest.is_empty() || field(EVENT, head).is_none())
        {
            return aliased(alias.path, *span, rest);
        }
        if let Some(derived) = derived(head) {
            return derived::below(derived, place);
        }
        if field(EVENT, head).is_none() {
            return Err(self.unknown(place, head));
        }
        below_event(&place.segments)
    }

    /// The error for a name that no field has.
    fn unknown(&self, place: &Place, head: &str) -> Diagnostic {
        if self.scope.is_predicate(head) {
            let message = format!("`{head}` is a predicate, not a field");
            return Diagnostic::error(place.span, message).help(format!(
                "it is a condition by itself: write `{head}` or `not {head}`"
            ));
        }
        if self.scope.rule(head).is_some() {
            let message = format!("`{head}` is a rule, not a field");
            return Diagnostic::error(place.span, message)
                .help(format!("`detect {head}` keeps its events"));
        }
        let span = place.segments.first().map_or(place.span, |(_, s)| *s);
        let error = Diagnostic::error(span, format!("unknown field `{head}`"));
        if self.scope.is_list(head) {
            return error.help(format!("the list is written `@{head}`"));
        }
        let error = error.help_if(self.element.as_ref().map(|_| {
            let path = place.path();
            format!("a field of the element begins with a dot: `.{path}`")
        }));
        match meant(head) {
            Some(meant) => error.help(format!("did you mean {meant}?")),
            None => error.help(match BODY.contains(&head) {
                true => format!(
                    "fields of objects are in `requestObject.{head}` and \
                     `responseObject.{head}`"
                ),
                false => "`--fields` lists them all".to_owned(),
            }),
        }
    }
}

/// Keys at the top of Kubernetes objects.
const BODY: [&str; 6] =
    ["spec", "data", "rules", "items", "roleRef", "subjects"];

/// Returns the field that was probably meant: one at the top, or one that
/// is called like this further down.
fn meant(head: &str) -> Option<String> {
    let leaves: Vec<(String, String)> = fields()
        .into_iter()
        .filter(|(path, ..)| !path.contains(['[']) && path.contains('.'))
        .filter_map(|(path, ..)| {
            let (_, leaf) = path.rsplit_once('.')?;
            Some((leaf.to_owned(), path.clone()))
        })
        .collect();
    let names = ALIASES.iter().map(|alias| alias.name);
    let made = DERIVED.iter().map(|derived| derived.name);
    let keys = EVENT.iter().map(|field| field.key);
    let below = leaves.iter().map(|(leaf, _)| leaf.as_str());
    let meant = nearest(head, names.chain(made).chain(keys).chain(below))?;
    let known = alias(meant).is_some() || derived(meant).is_some();
    if known || field(EVENT, meant).is_some() {
        return Some(format!("`{meant}`"));
    }
    // The path of an object comes before that of an error's details.
    let order = |path: &str| path.contains("details");
    let mut paths = leaves.iter().filter(|(leaf, _)| leaf == meant);
    let path = paths.find(|(_, path)| !order(path)).or(paths.next())?;
    let short = ALIASES.iter().find(|alias| alias.path == path.1);
    Some(match short {
        Some(alias) => format!("`{}`, which is `{}`", alias.name, path.1),
        None => format!("`{}`", path.1),
    })
}

/// Finds the place that an alias stands for, and what is below it.
fn aliased(
    path: &str,
    span: Span,
    rest: &[(Segment, Span)],
) -> Result<Found, Diagnostic> {
    let start = segments(path).into_iter().map(|segment| (segment, span));
    let all: Vec<_> = start.chain(rest.iter().cloned()).collect();
    below_event(&all)
}

/// Returns the segments of a path in one of our tables.
pub(super) fn segments(path: &str) -> Vec<Segment> {
    let (keys, last) = match path.split_once('[') {
        Some((keys, last)) => (keys, Some(last.trim_end_matches(']'))),
        None => (path, None),
    };
    let keys = keys.split('.').filter(|key| !key.is_empty());
    let keys = keys.map(|key| Segment::Key(key.into()));
    let last = last.map(|last| match (last, last.parse()) {
        ("*", _) => Segment::Every,
        (_, Ok(index)) => Segment::Index(index),
        (key, Err(_)) => Segment::Key(key.trim_matches('"').into()),
    });
    keys.chain(last).collect()
}

/// Walks down from the top of the event.
fn below_event(segments: &[(Segment, Span)]) -> Result<Found, Diagnostic> {
    let ty = walk(Type::Object(EVENT), "the event", segments)?;
    let path = segments.iter().map(|(segment, _)| segment.clone());
    Ok(Found::field(Path(path.collect()), ty))
}

/// Returns the type of what is below something called `above`.
pub(super) fn walk(
    mut ty: Type,
    above: &str,
    segments: &[(Segment, Span)],
) -> Result<Type, Diagnostic> {
    let mut above = above.to_owned();
    for (segment, span) in segments {
        ty = step(ty, segment, *span, &above)?;
        above = match segment {
            Segment::Key(key) => format!("`{key}`"),
            Segment::Index(_) | Segment::Every | Segment::AnyDepth => above,
        };
    }
    Ok(ty)
}

/// Returns the type one segment further down.
fn step(
    ty: Type,
    segment: &Segment,
    span: Span,
    above: &str,
) -> Result<Type, Diagnostic> {
    match (ty, segment) {
        (Type::Open, _) | (_, Segment::AnyDepth) => Ok(Type::Open),
        (Type::List(element), Segment::Index(_) | Segment::Every) => {
            Ok(*element)
        }
        (Type::List(element), Segment::Key(_)) => {
            step(*element, segment, span, above)
        }
        (Type::Object(fields), Segment::Key(key)) => {
            match field(fields, key) {
                Some(field) => Ok(field.ty),
                None => Err(unknown_key(fields, key, span, above)),
            }
        }
        (Type::Map(known, rest), Segment::Key(key)) => {
            Ok(field(known, key).map_or(*rest, |field| field.ty))
        }
        (Type::Map(_, rest), Segment::Every) => Ok(*rest),
        (Type::Object(_), Segment::Every) => Ok(Type::Open),
        (Type::Object(_) | Type::Map(..), Segment::Index(_)) => {
            let message = format!("{above} is an object, it has no elements");
            Err(Diagnostic::error(span, message))
        }
        (_, Segment::Key(_) | Segment::Index(_) | Segment::Every) => {
            let message =
                format!("{above} holds {}, nothing is below it", ty.words());
            Err(Diagnostic::error(span, message))
        }
    }
}

fn unknown_key(
    fields: &'static [Field],
    key: &str,
    span: Span,
    above: &str,
) -> Diagnostic {
    let message = format!("{above} has no field `{key}`");
    let error = Diagnostic::error(span, message);
    let keys = fields.iter().map(|field| field.key);
    match nearest(key, keys.clone()) {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None => {
            let keys: Vec<&str> = keys.collect();
            error.help(format!("there are {}", keys.join(", ")))
        }
    }
}
