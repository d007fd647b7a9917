//! All requests that there can be, told apart as far as policies do.
//!
//! A request has several sides: user, verb, resource and so on. On each,
//! rules name some values, and all others are alike to them. So there are
//! finitely many kinds of requests, and what rules do to all of them can be
//! said exactly: a [`Domain`] finds out whether there is a request that some
//! rules take and others do not, and a [`Diagram`](diagram::Diagram) which
//! requests those are.

mod axis; //    What can be told apart,
mod bits;
mod cube; //    by which rules;
mod zone; //    what they have in common,
mod domain; //  of all there is,
mod search; //  and what is left without others;
mod live; //    what of a policy ever decides,
mod diagram; // all of what some rules decide,
mod walk; //    told in parts,
mod region; //  and how those are said.

#[cfg(test)]
pub(super) mod tests;

pub use axis::Side;
pub use region::{Example, Part, Region};

pub(super) use domain::Domain;
pub(super) use live::{Live, Scope};
pub(super) use search::Work;

use super::{Policy, Rule};
use axis::Axis;
use cube::Cube;

/// Policies that name too much to be looked at as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

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
