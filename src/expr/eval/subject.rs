//! Finds what a subject gives.

use std::sync::Arc;

use super::Evaluation;
use super::item::{Element, Held, Item};
use super::matching::Scratch;
use crate::event::{Arrays, Given, Origin, Recipe, Route, Seen};
use crate::expr::plan::{Measure, Subject, SubjectId};
use crate::scan::{DefectKind, Value};

/// A [`Subject`], made ready.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Place(Route),
    /// The element at hand, itself.
    Element(Route),
    Computed(Recipe),
    Measure(Measure, Box<Source>),
}

/// Takes items until it answers true.
pub(super) type Take<'a> =
    &'a mut dyn FnMut(&mut Scratch, Item<'_>) -> Result<bool, DefectKind>;

impl Source {
    pub(super) fn new(subject: &Subject, roots: &[Box<str>]) -> Source {
        match subject {
            Subject::Place(way) => {
                let route =
                    Route::new(&way.origin, &way.rest, way.repeats, roots);
                match way.origin == Origin::Element && way.rest.is_empty() {
                    true => Source::Element(route),
                    false => Source::Place(route),
                }
            }
            Subject::Computed(computed) => {
                Source::Computed(Recipe::new(computed, roots))
            }
            Subject::Measure(measure, inner) => {
                let inner = Box::new(Source::new(inner, roots));
                Source::Measure(*measure, inner)
            }
        }
    }
}

impl<'a> Evaluation<'a, '_, '_> {
    pub(super) fn source(&self, id: SubjectId) -> &'a Source {
        &self.routes.of_subjects[id.0 as usize]
    }

    /// Hands what a subject gives to `take`.
    #[inline]
    pub(super) fn given(
        &mut self,
        id: SubjectId,
        arrays: Arrays,
        take: Take<'_>,
    ) -> Seen {
        let source = self.source(id);
        match self.routes.worth.place(id) {
            Some(place) => self.recalled(place, source, arrays, take),
            None => self.items(source, arrays, take),
        }
    }

    /// Hands what `source` gives to `take`.
    pub(super) fn items(
        &mut self,
        source: &Source,
        arrays: Arrays,
        take: Take<'_>,
    ) -> Seen {
        match source {
            Source::Place(route) => self.places(route, arrays, take),
            Source::Element(route) => match self.scratch.element.clone() {
                Some(Element::Text(text)) => {
                    self.give(Item::Text(&text), take)
                }
                Some(Element::Number(number)) => {
                    self.give(Item::Number(number), take)
                }
                Some(Element::At(_)) | None => {
                    self.places(route, arrays, take)
                }
            },
            Source::Computed(recipe) => {
                let scratch = &mut *self.scratch;
                self.event
                    .compute(recipe, &mut |given| take(scratch, item(given)))
            }
            Source::Measure(measure, inner) => {
                self.measure(*measure, inner, take)
            }
        }
    }

    fn places(
        &mut self,
        route: &Route,
        arrays: Arrays,
        take: Take<'_>,
    ) -> Seen {
        let element = self.place_of_element();
        let scratch = &mut *self.scratch;
        self.event.visit(route, element, arrays, &mut |_, value| {
            take(scratch, Item::Json(value))
        })
    }

    pub(super) fn give(&mut self, item: Item<'_>, take: Take<'_>) -> Seen {
        match take(self.scratch, item) {
            Ok(_) => Seen::All,
            Err(_) => Seen::Part,
        }
    }

    /// Returns the elements of a subject, each by itself.
    pub(super) fn elements(
        &mut self,
        source: &Source,
    ) -> (Vec<Element>, Seen) {
        let mut elements = Vec::new();
        let in_line = match source {
            Source::Place(route) => Some(route),
            Source::Element(route) if !self.has_computed_element() => {
                Some(route)
            }
            Source::Element(_) => None,
            Source::Computed(_) | Source::Measure(..) => None,
        };
        if let Some(route) = in_line {
            let element = self.place_of_element();
            let visit = &mut |at, _: Value<'_>| {
                elements.push(Element::At(at));
                Ok(false)
            };
            let arrays = Arrays::Elements;
            let seen = self.event.visit(route, element, arrays, visit);
            return (elements, seen);
        }
        let seen = self.items(source, Arrays::Elements, &mut |_, item| {
            elements.extend(match item {
                Item::Text(text) => Some(Element::Text(Arc::from(text))),
                Item::Number(number) => Some(Element::Number(number)),
                Item::Json(_) => None,
            });
            Ok(false)
        });
        (elements, seen)
    }

    /// Returns the values of a subject to compare with.
    pub(super) fn values(&mut self, source: &Source) -> (Vec<Held>, Seen) {
        let mut values = Vec::new();
        let seen =
            self.items(source, Arrays::Flattened, &mut |scratch, item| {
                values.extend(item.held(&mut scratch.text)?);
                Ok(false)
            });
        (values, seen)
    }

    fn place_of_element(&self) -> Option<usize> {
        match &self.scratch.element {
            Some(Element::At(at)) => Some(*at),
            Some(Element::Text(_) | Element::Number(_)) | None => None,
        }
    }

    /// Returns whether the element at hand is no place in the line.
    fn has_computed_element(&self) -> bool {
        matches!(
            self.scratch.element,
            Some(Element::Text(_) | Element::Number(_))
        )
    }
}

fn item(given: Given<'_>) -> Item<'_> {
    match given {
        Given::Text(text) => Item::Text(text),
        Given::Number(number) => Item::Number(number),
    }
}
