//! All requests that there can be, told apart as far as policies do.
//!
//! A request has several sides: user, verb, resource and so on. On each,
//! rules name some values, and all others are alike to them. So there are
//! finitely many kinds of requests, and what rules do to all of them can be
//! said exactly. A [`Diagram`] does so without going through each: it takes
//! one side after the other, and where the same rules are left in the race,
//! the rest is the same.

mod axis; //    What can be told apart,
mod bits;
mod cube; //    by which rules;
mod diagram; // who decides in the end,
mod live; //    what of them ever does,
mod region; //  and how that is said.

#[cfg(test)]
pub(super) mod tests;

pub use axis::Side;
pub use diagram::TooLarge;
pub use region::{Example, Part, Region};

pub(super) use diagram::Diagram;
pub(super) use live::Live;

use super::{Policy, Rule};
use axis::Axis;
use bits::Bits;
use cube::Cube;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Resource,
    Path,
}

impl Kind {
    pub(super) const ALL: [Kind; 2] = [Kind::Resource, Kind::Path];

    fn axes(self, policies: &[&Policy]) -> Vec<Axis> {
        match self {
            Kind::Resource => axis::of_resources(policies),
            Kind::Path => axis::of_paths(policies),
        }
    }

    fn cubes<'p>(self, policies: &[&'p Policy]) -> Vec<Cube<'p>> {
        let wanted: fn(&Rule) -> bool = match self {
            Kind::Resource => |rule| !rule.is_for_paths(),
            Kind::Path => |rule| !rule.is_for_resources(),
        };
        Cube::all(policies, wanted)
    }
}
