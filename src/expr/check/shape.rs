//! Keys below a body that no core API type has: each draws a warning.
//!
//! Bodies are the client's own bytes, and custom resources have keys of their
//! own. So nothing here is an error; and where a custom resource may stand,
//! a key has to be almost one that is known.

use crate::diag::{Diagnostic, nearest, slips};
use crate::event::{Origin, Segment, Shape, Shapes};
use crate::expr::ast::{Place, Span};
use crate::expr::parse::MAX_FOUND;
use crate::expr::plan::{Route, Subject};

use super::Checker;

/// The end of what the core API types know of a path.
struct Gap<'r> {
    /// The key that no type has.
    key: &'r str,
    /// What is above it,
    above: Shapes,
    /// and the key of that, if the way names it.
    parent: Option<&'r str>,
    /// Whether that stands in an object with free keys.
    is_free: bool,
    /// What comes behind it.
    behind: &'r [Segment],
}

impl Checker<'_> {
    /// Returns what the core API types have at a place, if they know it.
    pub(super) fn shapes(&self, subject: &Subject) -> Option<Shapes> {
        let route = place(subject).filter(|_| !self.is_built_in)?;
        descend(self.start(route)?, &route.rest).ok()
    }

    /// Returns what stands where a way begins.
    fn start(&self, route: &Route) -> Option<Shapes> {
        match &route.origin {
            Origin::Element => self.element.as_ref()?.shapes.clone(),
            Origin::Key(_)
            | Origin::Object
            | Origin::Patch
            | Origin::PodSpec
            | Origin::Container => Shapes::at(&route.origin),
        }
    }

    /// Warns of a key below a body that was probably meant to be another.
    pub(super) fn lint_shape(&mut self, subject: &Subject, place: &Place) {
        let Some(route) = self::place(subject) else { return };
        // More would not be shown, and each takes a search.
        if self.is_built_in || self.found.len() > 2 * MAX_FOUND {
            return;
        }
        let Some(start) = self.start(route) else { return };
        let Err(gap) = descend(start, &route.rest) else { return };
        let Some((message, help)) = gap.warning() else { return };
        let span = gap.span(place);
        self.found.push(Diagnostic::warning(span, message).help_if(help));
    }
}

/// Returns the way of a subject that is a place.
fn place(subject: &Subject) -> Option<&Route> {
    match subject {
        Subject::Place(route) => Some(route),
        Subject::Computed(_) | Subject::Measure(..) => None,
    }
}

/// Goes down as far as the core API types know the way.
fn descend(start: Shapes, way: &[Segment]) -> Result<Shapes, Box<Gap<'_>>> {
    let (mut above, mut parent, mut is_free) = (start, None, false);
    for (at, segment) in way.iter().enumerate() {
        let below = above.below(segment);
        let Segment::Key(key) = segment else {
            above = below;
            continue;
        };
        if below.all().is_empty() {
            let behind = &way[at + 1..];
            let gap = Gap { key, above, parent, is_free, behind };
            return Err(Box::new(gap));
        }
        let is_map = |shape: &Shape| matches!(shape, Shape::Map(_));
        is_free = above.all().iter().any(is_map);
        (above, parent) = (below, Some(&**key));
    }
    Ok(above)
}

type Warning = (String, Option<String>);

impl Gap<'_> {
    fn warning(&self) -> Option<Warning> {
        let keys = self.above.keys();
        if !self.above.is_exact() {
            let meant = self.likely(&keys)?;
            return Some((self.message(), Some(did_you_mean(meant))));
        }
        if keys.is_empty() {
            return self.nothing_below();
        }
        Some((self.message(), self.help(&keys)))
    }

    fn message(&self) -> String {
        format!("no core API type has `{}` here", self.key)
    }

    /// The warning for `metadata.labels.app.kubernetes.io`.
    fn nothing_below(&self) -> Option<Warning> {
        let (parent, shape) = (self.parent?, self.above.all().first()?);
        let words = shape.words();
        let message = format!("`{parent}` holds {words}, nothing is below it");
        let dotted = format!("{parent}.{}", self.key);
        let help = format!("if the key has a dot in it, write `[{dotted:?}]`");
        Some((message, self.is_free.then_some(help)))
    }

    /// Advice where all keys are known.
    fn help(&self, keys: &[&'static str]) -> Option<String> {
        let meant = nearest(self.key, keys.iter().copied());
        if let Some(meant) = meant.filter(|it| slips(self.key, it) < 2) {
            return Some(did_you_mean(meant));
        }
        match (self.above.way_to(self.key), meant) {
            (Some(way), _) => Some(did_you_mean(&way.join("."))),
            (None, Some(meant)) => Some(did_you_mean(meant)),
            (None, None) if keys.len() > 12 => None,
            (None, None) => Some(format!("there are {}", keys.join(", "))),
        }
    }

    /// Returns the key that was meant, where a custom resource may have
    /// this one: it has to be hardly another word. A plural is another; but
    /// who writes `container.image` meant the `containers` of a pod.
    fn likely(&self, keys: &[&'static str]) -> Option<&'static str> {
        let meant = nearest(self.key, keys.iter().copied())?;
        let slips = slips(self.key, meant);
        if is_plural(self.key, meant) && slips > 0 {
            let longer = meant.len() > self.key.len();
            return (longer && self.goes_on(meant)).then_some(meant);
        }
        let most = match (self.above.is_crossroads(), self.key.len()) {
            (true, 0..=5) | (false, 0..=3) => 0,
            (true, _) | (false, 4..=7) => 1,
            (false, _) => 2,
        };
        (slips <= most).then_some(meant)
    }

    /// Returns whether the rest of the way is known behind `key`.
    fn goes_on(&self, key: &'static str) -> bool {
        let below = self.above.below(&Segment::Key(key.into()));
        let is_key = |s: &Segment| matches!(s, Segment::Key(_));
        let is_open = |s: &Shape| matches!(s, Shape::Any | Shape::Map(_));
        self.behind.iter().any(is_key)
            && !below.all().iter().any(is_open)
            && descend(below, self.behind).is_ok()
    }

    /// Returns where the key stands in the path as it was written, of which
    /// aliases may have made more segments.
    fn span(&self, place: &Place) -> Span {
        let from_end = self.behind.len() + 1;
        let at = place.segments.len().checked_sub(from_end);
        let segment = at.and_then(|at| place.segments.get(at));
        segment.map_or(place.span, |(_, span)| *span)
    }
}

fn did_you_mean(meant: &str) -> String {
    format!("did you mean `{meant}`?")
}

/// Returns whether one word is the plural of the other: each can be the name
/// of a key.
fn is_plural(one: &str, other: &str) -> bool {
    let stem = |word: &str| word.trim_end_matches('s').to_lowercase();
    stem(one) == stem(other)
}

#[cfg(test)]
mod tests {
    use crate::expr::{Source, compile};

    /// Checks that keys draw no warning below both bodies.
    #[track_caller]
    fn check_silent(paths: &[&str]) {
        for path in paths {
            let text = format!("has(object.{path}) or has(request.{path})");
            let compiled = compile(&[Source::expression(&text)]).unwrap();
            assert_eq!(compiled.warnings, [], "{text}");
        }
    }

    #[test]
    fn keys_of_the_core_kinds_draw_no_warning() {
        check_silent(&[
            "metadata.annotations[\"a.b/c\"]",
            "metadata.managedFields.fieldsV1[\"f:spec\"].x",
            "spec.jobTemplate.spec.template.spec.containers[*].image",
            "spec.volumeClaimTemplates.spec.resources.requests.storage",
            "spec.ingress[0].from.namespaceSelector.matchLabels.team",
            "spec.rules.http.paths.backend.service.port.number",
            "spec.versions.schema.openAPIV3Schema.properties.x",
            "webhooks.clientConfig.service.name",
            "aggregationRule.clusterRoleSelectors.matchLabels.x",
            "status.conditions.type",
            "status.containerStatuses.state.terminated.exitCode",
            "data[\"tls.key\"]",
            "items[-1].rules.nonResourceURLs",
            "columnDefinitions.name",
        ]);
    }

    #[test]
    fn keys_of_custom_resources_draw_no_warning() {
        check_silent(&[
            "spec.myOwnField",
            "spec.sources.repoURL",
            "spec.template.spec.containerConcurrency",
            "spec.template.spec.infrastructureRef.kind",
            "spec.podTemplate.spec.image",
            "spec.parentRefs.name",
            "spec.rules.matches.path.value",
            "spec.ingress.toPorts.ports.port",
            "spec.tls.termination",
            "spec.host",
            "spec.roles",
            "spec.container",
            "spec.runAsUser.rule",
            "status.state",
            "allowPrivilegedContainer",
            "users",
        ]);
    }

    #[test]
    fn directives_of_a_merge_patch_draw_no_warning() {
        check_silent(&[
            "spec.template.spec.containers[\"$patch\"]",
            "spec.template.spec[\"$setElementOrder/containers\"].name",
            "metadata[\"$retainKeys\"]",
        ]);
    }

    #[test]
    fn a_key_is_told_once() {
        let text = "any(podspec.volumess, .hostpathh.path = \"/\")";
        let compiled = compile(&[Source::expression(text)]).unwrap();
        assert_eq!(compiled.warnings.len(), 1);
    }
}
