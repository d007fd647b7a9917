//! Values that a field below a body never holds: each draws a warning.
//!
//! In a body, the type of a value decides what a test asks for; so
//! `= "true"` of a field that holds `true` is a test that never passes.

use crate::diag::Diagnostic;
use crate::event::{Shape, Shapes, Type};
use crate::expr::ast::{Comparison, Op, Operand, Place, Value, ValueKind};
use crate::expr::plan::Matcher1;

use super::Checker;
use super::place::Found;

impl Checker<'_> {
    /// Warns of a value that no core API type has at this place.
    pub(super) fn lint_worth(
        &mut self,
        found: &Found,
        test: &Comparison<'_>,
        value: &Value<'_>,
        matchers: &[Matcher1],
    ) {
        let Operand::Place(place) = &test.operand else { return };
        if found.ty.element() != Type::Open {
            return;
        }
        let Some(shapes) = self.shapes(&found.subject) else { return };
        let possible = |it: &Matcher1| admits(&shapes, it);
        if matchers.is_empty() || matchers.iter().any(possible) {
            return;
        }
        let slip = Slip { shapes: &shapes, test, value, place };
        // A custom resource may have the same key for something else. Then
        // only what is clearly the right value, wrongly spelt, is told.
        if shapes.is_exact() || slip.meant().is_some() {
            self.found.extend(slip.warning());
        }
    }
}

/// Returns whether a value there can pass the test.
fn admits(shapes: &Shapes, matcher: &Matcher1) -> bool {
    shapes.all().iter().any(|shape| match shape {
        Shape::Any => true,
        // In a custom resource, anything can be there.
        Shape::Text | Shape::Time | Shape::Map(_) | Shape::Object(_)
            if !shapes.is_exact() =>
        {
            true
        }
        Shape::Text | Shape::Time => is_null(matcher) || is_text(matcher),
        Shape::Int => is_null(matcher) || is_number(matcher),
        Shape::Bool => matches!(matcher, Matcher1::Null | Matcher1::Bool(_)),
        Shape::Either => !matches!(matcher, Matcher1::Bool(_)),
        Shape::Map(_) | Shape::Object(_) => is_null(matcher),
    })
}

fn is_null(matcher: &Matcher1) -> bool {
    matches!(matcher, Matcher1::Null)
}

fn is_number(matcher: &Matcher1) -> bool {
    matches!(matcher, Matcher1::Number { .. })
}

fn is_text(matcher: &Matcher1) -> bool {
    match matcher {
        Matcher1::Is(_) | Matcher1::Starts(_) | Matcher1::Ends(_) => true,
        Matcher1::Contains(_) | Matcher1::Pattern(_) => true,
        Matcher1::Network(_) => true,
        Matcher1::Null | Matcher1::Bool(_) | Matcher1::Number { .. } => false,
        Matcher1::Time { .. } | Matcher1::Duration { .. } => false,
    }
}

/// A comparison with a value that is never there.
struct Slip<'s> {
    shapes: &'s Shapes,
    test: &'s Comparison<'s>,
    value: &'s Value<'s>,
    place: &'s Place,
}

impl Slip<'_> {
    /// Returns what to say. An operator that asks for the wrong thing is
    /// told so once, however many values it has.
    fn warning(&self) -> Option<Diagnostic> {
        let (op, holds) = (self.test.spelt, self.holds());
        let needs = match self.test.op {
            Op::Eq | Op::In => return Some(self.wrong_value(&holds)),
            Op::Less | Op::AtMost | Op::More | Op::AtLeast => "a number",
            Op::Contains | Op::Starts | Op::Ends => "text",
            Op::Like | Op::Matches => "text",
        };
        let first = self.test.values.first().map(|value| value.span);
        if first != Some(self.value.span) {
            return None;
        }
        let message = format!(
            "{}: `{}` needs {needs}, and this field holds {holds}",
            self.outcome(),
            op.text
        );
        let shape = self.shapes.all().first()?;
        Some(Diagnostic::warning(op.span, message).help(compare(*shape)))
    }

    fn wrong_value(&self, holds: &str) -> Diagnostic {
        let message = format!("{}: this field holds {holds}", self.outcome());
        let warning = Diagnostic::warning(self.value.span, message);
        warning.help_if(self.spelling())
    }

    /// Returns what such a test always answers; of several values, only
    /// this one never matches.
    fn outcome(&self) -> &'static str {
        match self.test.negated && self.test.values.len() == 1 {
            true => "always true",
            false => "never matches",
        }
    }

    fn holds(&self) -> String {
        let mut words: Vec<_> =
            self.shapes.all().iter().map(|shape| shape.words()).collect();
        words.sort_unstable();
        words.dedup();
        words.join(" or ")
    }

    /// Returns how the value is spelt that was meant.
    fn spelling(&self) -> Option<String> {
        let Some(meant) = self.meant() else {
            return Some(compare(*self.shapes.all().first()?).to_owned());
        };
        if self.test.values.len() > 1 || self.test.op == Op::In {
            return Some(format!("write `{meant}`"));
        }
        let dot = if self.place.relative { "." } else { "" };
        let (path, op) = (self.place.path(), self.test.spelt.text);
        Some(format!("write `{dot}{path} {op} {meant}`"))
    }

    /// Returns the value that was meant.
    fn meant(&self) -> Option<String> {
        let text = match &self.value.kind {
            ValueKind::Word(text) => *text,
            ValueKind::Text { text, .. } => text,
            ValueKind::List(_) | ValueKind::Field(_) => return None,
        };
        match self.shapes.all().first()? {
            Shape::Bool => truth(text).map(str::to_owned),
            Shape::Int => self.number(text),
            Shape::Text | Shape::Time => Some(format!("{text:?}")),
            Shape::Either => Some(format!("{text:?}")),
            Shape::Any | Shape::Map(_) | Shape::Object(_) => None,
        }
    }

    /// Reads a number in quotes, and the one user who is known by name.
    fn number(&self, text: &str) -> Option<String> {
        let path = self.place.path().to_string();
        match text {
            "root" if path.ends_with("runAsUser") => Some("0".to_owned()),
            "root" if path.ends_with("runAsGroup") => Some("0".to_owned()),
            _ => text.parse().ok().map(|number: i64| number.to_string()),
        }
    }
}

/// Returns the truth that a word stands for elsewhere.
fn truth(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "y" => Some("true"),
        "false" | "no" | "off" | "0" | "n" => Some("false"),
        _ => None,
    }
}

/// Returns what such a field is compared with.
fn compare(shape: Shape) -> &'static str {
    match shape {
        Shape::Text | Shape::Time => "compare text with =, in, starts, like",
        Shape::Int => {
            "compare numbers with = < > or a range: `= 80`, `in 1..1023`"
        }
        Shape::Bool => "compare it with `true` or `false`",
        Shape::Either => "compare it with text or a number",
        Shape::Any | Shape::Map(_) | Shape::Object(_) => {
            "name a key inside it, or use has(...)"
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::{Source, compile};

    #[track_caller]
    fn check_silent(tests: &[&str]) {
        for test in tests {
            let compiled = compile(&[Source::expression(test)]).unwrap();
            assert_eq!(compiled.warnings, [], "{test}");
        }
    }

    #[test]
    fn values_that_a_field_can_hold_draw_no_warning() {
        check_silent(&[
            "podspec.hostNetwork == true",
            "podspec.hostNetwork in (true, false)",
            "podspec.hostNetwork == null",
            "containers.securityContext.runAsUser in 1..999",
            "containers.securityContext.runAsUser < 1000",
            "containers.image matches r\"^a\" or containers.image = \"A\"i",
            "containers.image = latest",
            "podspec.hostAliases.ip in @linklocal",
            "object.metadata.creationTimestamp starts \"2026-\"",
            "count(podspec.volumes) > 3 and len(containers.name) > 60",
        ]);
    }

    #[test]
    fn a_port_and_a_quantity_are_text_or_a_number() {
        check_silent(&[
            "containers.livenessProbe.httpGet.port = 80",
            "containers.livenessProbe.httpGet.port = http",
            "containers.resources.limits.cpu = 1",
            "containers.resources.limits.cpu = 500m",
        ]);
    }

    #[test]
    fn what_custom_resources_may_hold_draws_no_warning() {
        check_silent(&[
            "object.status.ready == true",
            "object.spec.priority = high",
            "object.spec.version = 8",
            "object.spec.suspend = never",
            "object.data.x == true",
            "patch.value = 1",
        ]);
    }
}
