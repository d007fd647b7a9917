//! Places that begin with a derived field, or with the element at hand.

use crate::diag::Diagnostic;
use crate::event::{
    BODIES, Computed, Derived, From, Origin, Parameter, Path, Repeats,
    Segment, Shapes, Type,
};
use crate::expr::ast::{Place, Span};
use crate::expr::plan::{Route, Subject};

use super::Checker;
use super::place::{Found, segments, walk};

/// What `.` stands for inside of `any(...)` and its like.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) ty: Type,
    pub(super) repeats: Repeats,
    /// What the core API types have there, if they know the place.
    pub(super) shapes: Option<Shapes>,
}

impl Checker<'_> {
    /// Finds a place below the element at hand.
    pub(super) fn relative(&self, place: &Place) -> Result<Found, Diagnostic> {
        let Some(Element { ty, repeats, .. }) = self.element else {
            return Err(no_element(place));
        };
        let ty = walk(ty, "the element", &place.segments)?;
        let path = place.path();
        let rest = path.0.clone();
        let origin = Origin::Element;
        let subject = Subject::Place(Route { origin, rest, repeats });
        Ok(Found { subject, path, ty })
    }
}

/// The error for `.verb`, and for `.name` outside of `any(...)`.
fn no_element(place: &Place) -> Diagnostic {
    let message = "a path begins with a name, not with a dot";
    let error = Diagnostic::error(place.span, message);
    let path = place.path();
    match path.0.is_empty() {
        true => error.help("`.` is the element inside any(...)"),
        false => error.help(format!("write `{path}`")),
    }
}

/// Finds a place at or below a derived field.
pub(super) fn below(
    derived: &'static Derived,
    place: &Place,
) -> Result<Found, Diagnostic> {
    let mut rest = place.segments.get(1..).unwrap_or_default();
    let mut ty = derived.ty;
    if let (Type::List(element), Some((segment, span))) = (ty, rest.first()) {
        match segment {
            // They are one by one already.
            Segment::Every => {
                ty = *element;
                rest = &rest[1..];
            }
            Segment::Index(_) => return Err(no_order(derived, *span)),
            Segment::Key(_) | Segment::AnyDepth => {}
        }
    }
    let ty = walk(ty, &format!("`{}`", derived.name), rest)?;
    let rest: Vec<Segment> =
        rest.iter().map(|(segment, _)| segment.clone()).collect();
    let subject = match &derived.from {
        From::Place(origin, way) => {
            let mut all = segments(way);
            all.extend(rest);
            let (origin, repeats) = (origin.clone(), Repeats::Last);
            Subject::Place(Route { origin, rest: all, repeats })
        }
        From::Computed(Computed::Query(_)) => {
            Subject::Computed(Computed::Query(parameter(&rest)))
        }
        From::Computed(computed) => Subject::Computed(computed.clone()),
    };
    Ok(Found { subject, path: place.path(), ty })
}

/// The error for `containers[0]`.
fn no_order(derived: &Derived, span: Span) -> Diagnostic {
    let name = derived.name;
    let message = format!("`{name}` are collected, they have no numbers");
    Diagnostic::error(span, message).help(format!(
        "a test asks for any of them already; `any({name}, ...)` asks \
         several things of one"
    ))
}

/// Returns what comes behind `query`.
fn parameter(rest: &[Segment]) -> Parameter {
    match rest {
        [Segment::Key(name), Segment::Index(n), ..] => {
            Parameter::Nth(name.clone(), *n)
        }
        [Segment::Key(name), ..] => Parameter::Named(name.clone()),
        [_, ..] => Parameter::Every,
        [] => Parameter::Names,
    }
}

/// What a subject reads of the event: all of these places, or any of them.
pub(super) enum Reads {
    All(Vec<Path>),
    AnyOf(Vec<Path>),
}

/// Returns the places in the event that a subject reads.
pub(super) fn reads(subject: &Subject) -> Reads {
    let one = |keys: &[&str]| Reads::All(vec![Path::keys(keys)]);
    let bodies = || BODIES.map(|body| Path::keys(&[body]));
    match subject {
        Subject::Measure(_, inner) => reads(inner),
        Subject::Place(route) => match &route.origin {
            Origin::Key(key) => {
                let root = Segment::Key(key.clone());
                let rest = route.rest.iter().cloned();
                let path = std::iter::once(root).chain(rest).collect();
                Reads::All(vec![Path(path)])
            }
            Origin::Object => {
                let below = |mut path: Path| {
                    path.0.extend(route.rest.iter().cloned());
                    path
                };
                Reads::AnyOf(bodies().map(below).into())
            }
            Origin::PodSpec | Origin::Container => {
                Reads::AnyOf(bodies().into())
            }
            Origin::Patch => one(&[BODIES[0]]),
            Origin::Element => Reads::All(Vec::new()),
        },
        Subject::Computed(computed) => match computed {
            Computed::Path | Computed::Query(_) | Computed::Command => {
                one(&["requestURI"])
            }
            Computed::Latency => Reads::All(vec![
                Path::keys(&["requestReceivedTimestamp"]),
                Path::keys(&["stageTimestamp"]),
            ]),
            Computed::Age => one(&["stageTimestamp"]),
            Computed::Size => Reads::All(Vec::new()),
            Computed::Repository => Reads::AnyOf(bodies().into()),
            Computed::Actor | Computed::AccountNamespace => {
                one(&["user", "username"])
            }
            Computed::Resource => one(&["objectRef", "resource"]),
        },
    }
}
