//! Remembers what subjects gave that several tests look at: where a field
//! stands in the line, and what was computed.

use super::item::{Element, Item};
use super::subject::{Source, Take};
use super::{Evaluation, Switches};
use crate::event::{Arrays, Origin, Recipe, Route, Seen};
use crate::expr::plan::{Matcher, Plan, Subject, SubjectId};
use crate::scan::{Defect, Value, value_at};

/// Which subjects are worth remembering, by their numbers; and how many
/// there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Worth {
    places: Vec<Option<usize>>,
    count: usize,
}

/// What is known of subjects in this event.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<Spot>);

/// What is known of one subject.
#[derive(Clone, Debug, Default)]
enum Spot {
    /// Nobody has asked.
    #[default]
    New,
    /// There is nothing.
    Nothing,
    /// There is one value, and here it begins.
    At(usize),
    /// It has to be looked for each time.
    Several,
    /// These were computed, and whether they are all.
    Computed(Vec<Element>, Seen),
}

impl Worth {
    /// Finds the subjects that two tests or more look at by themselves.
    pub(super) fn new(plan: &Plan, switches: &Switches) -> Worth {
        let mut uses = vec![0_u32; plan.subjects.len()];
        let mut use_one = |id: SubjectId| uses[id.0 as usize] += 1;
        for (test, id) in plan.tests.iter().zip(0..) {
            if !switches.answer(id) {
                use_one(test.subject);
            }
            if let Matcher::Field(_, other) = test.matcher {
                use_one(other);
            }
        }
        let mut worth = Worth::default();
        for (subject, uses) in plan.subjects.iter().zip(uses) {
            let place = (uses > 1 && can_be_known(subject)).then(|| {
                worth.count += 1;
                worth.count - 1
            });
            worth.places.push(place);
        }
        worth
    }

    /// Returns where it is remembered what this subject gave.
    #[inline]
    pub(super) fn place(&self, id: SubjectId) -> Option<usize> {
        self.places.get(id.0 as usize).copied().flatten()
    }

    /// Returns whether anything is worth remembering.
    #[inline]
    pub(super) fn is_needed(&self) -> bool {
        self.count > 0
    }
}

/// Returns whether a subject is the same for all of an event.
fn can_be_known(subject: &Subject) -> bool {
    match subject {
        Subject::Place(route) => match route.origin {
            Origin::Key(_) => true,
            // Their own places are remembered already.
            Origin::Object | Origin::PodSpec | Origin::Container => false,
            Origin::Patch | Origin::Element => false,
        },
        Subject::Computed(_) => true,
        Subject::Measure(..) => false,
    }
}

impl Known {
    /// Forgets what was known of the event before.
    pub(super) fn clear(&mut self, worth: &Worth) {
        self.0.clear();
        self.0.resize(worth.count, Spot::New);
    }
}

impl Evaluation<'_, '_, '_> {
    /// Hands what a subject gives to `take`; remembers it for the next time.
    pub(super) fn recalled(
        &mut self,
        place: usize,
        source: &Source,
        arrays: Arrays,
        take: Take<'_>,
    ) -> Seen {
        let Some(spot) = self.scratch.known.0.get_mut(place) else {
            return self.items(source, arrays, take);
        };
        let spot = match (std::mem::take(spot), source) {
            (Spot::New, Source::Place(route)) => self.find(route),
            (Spot::New, Source::Computed(recipe)) => self.compute(recipe),
            (Spot::New, Source::Element(_) | Source::Measure(..)) => {
                Spot::Several
            }
            (spot, _) => spot,
        };
        let seen = match &spot {
            Spot::Nothing => Seen::All,
            Spot::At(at) => self.value(*at, source, arrays, take),
            Spot::Computed(all, seen) => self.computed(all, *seen, take),
            Spot::Several | Spot::New => self.items(source, arrays, take),
        };
        if let Some(place) = self.scratch.known.0.get_mut(place) {
            *place = spot;
        }
        seen
    }

    /// Finds out where the one value of a route begins, if it has one.
    fn find(&mut self, route: &Route) -> Spot {
        let (mut found, mut count) = (None, 0);
        let seen =
            self.event.visit(route, None, Arrays::Whole, &mut |at, _| {
                found = Some(at);
                count += 1;
                Ok(false)
            });
        match (seen, found) {
            (Seen::All, None) => Spot::Nothing,
            (Seen::All, Some(at)) if count == 1 => Spot::At(at),
            (Seen::All | Seen::Part, _) => Spot::Several,
        }
    }

    fn compute(&mut self, recipe: &Recipe) -> Spot {
        let mut all = Vec::new();
        let seen = self.event.compute(recipe, &mut |given| {
            all.push(Element::from(given));
            Ok(false)
        });
        Spot::Computed(all, seen)
    }

    fn value(
        &mut self,
        at: usize,
        source: &Source,
        arrays: Arrays,
        take: Take<'_>,
    ) -> Seen {
        match value_at(self.event.line(), at) {
            Ok(Value::Array(_) | Value::Null) if arrays != Arrays::Whole => {
                self.items(source, arrays, take)
            }
            Ok(value) => match take(self.scratch, Item::Json(value)) {
                Ok(_) => Seen::All,
                Err(kind) => {
                    self.event.note(Defect { at, kind });
                    Seen::Part
                }
            },
            Err(defect) => {
                self.event.note(defect);
                Seen::Part
            }
        }
    }

    fn computed(
        &mut self,
        all: &[Element],
        seen: Seen,
        take: Take<'_>,
    ) -> Seen {
        for element in all {
            let item = match element {
                Element::Text(text) => Item::Text(text),
                Element::Number(number) => Item::Number(*number),
                Element::At(_) => continue,
            };
            match take(self.scratch, item) {
                Ok(false) => {}
                Ok(true) => return Seen::All,
                Err(_) => return Seen::Part,
            }
        }
        seen
    }
}
