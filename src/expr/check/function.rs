//! Functions and quantifiers: what they are asked of, and what they answer.

use crate::diag::Diagnostic;
use crate::event::{Origin, Repeats, Type};
use crate::expr::ast::{Expr, Name, Operand, Place, Span};
use crate::expr::plan::{
    Bound, Matcher1, Measure, NodeId, Number, Quantifier, Subject,
};

use super::Checker;
use super::derived::Element;
use super::place::Found;

impl Checker<'_> {
    /// `any(path, condition)`, `all(...)`, `none(...)`.
    pub(super) fn each(
        &mut self,
        name: Name<'_>,
        place: &Place,
        body: &Expr<'_>,
    ) -> Result<NodeId, Diagnostic> {
        let found = self.place(place)?;
        let body = self.inside(&found, body);
        let quantifier = match name.text {
            "all" => Quantifier::All,
            _ => Quantifier::Any,
        };
        let node = self.builder.each(quantifier, found.subject, body);
        Ok(match name.text {
            "none" => self.builder.not(node),
            _ => node,
        })
    }

    /// Checks a condition of the elements of `found`.
    fn inside(&mut self, found: &Found, body: &Expr<'_>) -> NodeId {
        let repeats = self.repeats_in(&found.subject);
        let shapes = self.shapes(&found.subject);
        let element = Element { ty: found.ty.element(), repeats, shapes };
        let outer = self.element.replace(element);
        let skip = self.skip.take();
        let node = self.condition(body);
        (self.element, self.skip) = (outer, skip);
        node
    }

    /// Returns which of repeated keys answers in the elements of a subject.
    fn repeats_in(&self, subject: &Subject) -> Repeats {
        match subject {
            Subject::Place(route) if route.origin == Origin::Element => {
                let outer = self.element.as_ref();
                outer.map_or(Repeats::First, |outer| outer.repeats)
            }
            Subject::Place(route) => route.repeats,
            Subject::Computed(_) | Subject::Measure(..) => Repeats::First,
        }
    }

    /// Finds what a function measures: `count(path)`, `len(path)`.
    pub(super) fn measured(
        &mut self,
        name: Name<'_>,
        place: &Place,
        when: Option<&Expr<'_>>,
    ) -> Result<Found, Diagnostic> {
        let found = self.place(place)?;
        let measure = match (name.text, when) {
            ("count", Some(body)) => {
                Measure::CountIf(self.inside(&found, body))
            }
            ("len", _) => Measure::Length,
            ("keys", _) => Measure::Keys,
            ("hour", _) => Measure::Hour,
            ("weekday", _) => Measure::Weekday,
            _ => Measure::Count,
        };
        fits(measure, &found, name, place)?;
        let Found { subject, path, .. } = found;
        let ty = match measure {
            Measure::Keys => Type::Text,
            _ => Type::Int,
        };
        let subject = Subject::Measure(measure, Box::new(subject));
        Ok(Found { subject, path, ty })
    }
}

/// Refuses a function of what it has no answer for.
fn fits(
    measure: Measure,
    found: &Found,
    name: Name<'_>,
    place: &Place,
) -> Result<(), Diagnostic> {
    let ty = found.ty.element();
    let (wanted, right) = match measure {
        Measure::Count | Measure::CountIf(_) => return Ok(()),
        Measure::Length => (
            "text",
            !matches!(
                ty,
                Type::Int | Type::Size | Type::Duration | Type::Time
            ) && !is_object(ty),
        ),
        Measure::Keys => ("an object", is_object(ty) || ty == Type::Open),
        Measure::Hour | Measure::Weekday => {
            ("a time", matches!(ty, Type::Time | Type::Open))
        }
    };
    if right {
        return Ok(());
    }
    let message = format!(
        "`{}` needs {wanted}, and this field holds {}",
        name.text,
        found.ty.words()
    );
    let error = Diagnostic::error(place.span, message);
    Err(match measure {
        Measure::Length if found.ty.element() != found.ty => {
            error.help(format!("count elements: `count({})`", found.path))
        }
        Measure::Hour | Measure::Weekday => {
            error.help(format!("write `{}(time)`", name.text))
        }
        _ => error,
    })
}

fn is_object(ty: Type) -> bool {
    matches!(ty, Type::Object(_) | Type::Map(..))
}

/// Refuses hours and days that no clock shows.
pub(super) fn on_clock(
    operand: &Operand<'_>,
    asked: &[Matcher1],
    span: Span,
) -> Result<(), Diagnostic> {
    let (first, last, message) = match operand {
        Operand::Function(Name { text: "hour", .. }, ..) => {
            (0, 23, "the hours are 0 to 23")
        }
        Operand::Function(Name { text: "weekday", .. }, ..) => {
            (1, 7, "the days are 1 to 7, Monday is 1")
        }
        Operand::Function(..) | Operand::Place(_) => return Ok(()),
    };
    let (first, last) = (Number::Int(first), Number::Int(last));
    let shown = asked.iter().all(|test| match test {
        Matcher1::Number { low, high, .. } => {
            let reaches = |bound: &Bound<Number>| match bound {
                Bound::Included(n) | Bound::Excluded(n) => {
                    *n >= first && *n <= last
                }
                Bound::Open => true,
            };
            reaches(low) && reaches(high)
        }
        _ => true,
    });
    match shown {
        true => Ok(()),
        false => Err(Diagnostic::error(span, message)),
    }
}
