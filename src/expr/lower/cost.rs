//! What a test costs, roughly: the cheapest is made first.

use super::{Builder, Measure};
use crate::event::{Origin, position};
use crate::expr::plan::{Matcher, Matcher1, Subject};

/// A cost, in the time that a key of the event's head takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    /// How far the line has to be read: paid once, however often.
    reach: usize,
    /// What is done with the values.
    work: usize,
}

/// What the bodies cost: they are long.
const BODIES: usize = 200;

/// What the keys behind the bodies cost: those are passed over.
const BEHIND: usize = 60;

impl Cost {
    /// Going through elements.
    pub(super) const ELEMENTS: Cost = Cost { reach: 0, work: 20 };

    fn reach(reach: usize) -> Cost {
        Cost { reach, work: 0 }
    }

    fn work(work: usize) -> Cost {
        Cost { reach: 0, work }
    }

    /// Returns what both cost together.
    pub(super) fn and(self, other: Cost) -> Cost {
        let reach = self.reach.max(other.reach);
        Cost { reach, work: self.work.saturating_add(other.work) }
    }

    pub(super) fn total(self) -> usize {
        self.reach.saturating_add(self.work)
    }
}

impl Builder {
    pub(super) fn cost_of(&self, subject: &Subject) -> Cost {
        match subject {
            Subject::Place(route) => match route.origin {
                Origin::Key(_) | Origin::Patch => way(subject),
                Origin::Object | Origin::PodSpec | Origin::Container => {
                    way(subject).and(Cost::work(30))
                }
                Origin::Element => Cost::default(),
            },
            Subject::Computed(_) => way(subject).and(Cost::work(20)),
            Subject::Measure(Measure::CountIf(node), inner) => {
                let body = self.facts[node.0 as usize].cost;
                self.cost_of(inner).and(body).and(Cost::ELEMENTS)
            }
            Subject::Measure(_, inner) => {
                self.cost_of(inner).and(Cost::work(10))
            }
        }
    }

    pub(super) fn cost_of_test(&self, matcher: &Matcher) -> Cost {
        match matcher {
            Matcher::Has | Matcher::Empty | Matcher::During(..) => {
                Cost::default()
            }
            Matcher::Field(_, other) => {
                self.cost_of(self.plan.subject(*other)).and(Cost::work(10))
            }
            Matcher::AnyOf(tests) => {
                let patterns =
                    tests.iter().filter(|t| matches!(t, Matcher1::Pattern(_)));
                Cost::work(20 * patterns.count())
            }
        }
    }
}

/// Returns how far the line has to be read for a subject.
fn way(subject: &Subject) -> Cost {
    let reach = |root: &&str| match position(root) {
        _ if root.ends_with("Object") => BODIES,
        at if at > position("responseObject") => BEHIND,
        at => at,
    };
    Cost::reach(subject.roots().iter().map(reach).max().unwrap_or(0))
}
