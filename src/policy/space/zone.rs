//! Says what rules take of all requests, and what of them is left.

use super::bits::Bits;

/// Requests that are in one of some classes on each side.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Zone {
    /// On each side, the classes.
    pub(super) sides: Vec<Bits>,
    /// The groups of which the user needs one; nothing, if none is needed.
    pub(super) groups: Option<Bits>,
}

/// Requests that zones have in common, without what was taken away.
///
/// A user may be in any groups. But where rules are not to match, the fewer
/// the better: one for each zone that needs one is enough.
#[derive(Clone, Debug)]
pub(super) struct Room {
    /// On each side, the classes that are left.
    pub(super) sides: Vec<Bits>,
    /// For each zone that needs a group, those that are left to choose from.
    pub(super) groups: Vec<Bits>,
}

/// How a room gets out of a zone: on one of its sides, or by groups.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways(u32);

/// A way out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    Side(usize),
    Groups,
}

/// The bit of the groups; there are far fewer sides.
const GROUPS: u32 = 1 << 31;

impl Ways {
    /// Returns how many there are.
    pub(super) fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Goes through them, the last side first: to ask for another object
    /// leaves more than to ask for one of another kind, or as somebody else.
    pub(super) fn iter(self) -> impl Iterator<Item = Way> {
        let sides = (0..31).rev().filter(move |at| self.0 & (1 << at) != 0);
        let groups = (self.0 & GROUPS != 0).then_some(Way::Groups);
        groups.into_iter().chain(sides.map(Way::Side))
    }
}

impl Room {
    /// Returns all that is in a zone.
    pub(super) fn of(zone: &Zone) -> Room {
        let groups = zone.groups.iter().cloned().collect();
        Room { sides: zone.sides.clone(), groups }
    }

    /// Returns what of it is in a zone too; nothing, if nothing is.
    pub(super) fn within(&self, zone: &Zone) -> Option<Room> {
        let mut both = self.sides.iter().zip(&zone.sides);
        if both.any(|(one, other)| one.is_apart(other)) {
            return None;
        }
        let mut room = self.clone();
        room.sides.iter_mut().zip(&zone.sides).for_each(|(a, b)| a.keep(b));
        room.groups.extend(zone.groups.clone());
        Some(room)
    }

    /// Returns whether some of it may be in a zone, with any groups.
    pub(super) fn touches(&self, zone: &Zone) -> bool {
        let mut both = self.sides.iter().zip(&zone.sides);
        !both.any(|(one, other)| one.is_apart(other))
    }

    /// Returns how it gets out of a zone, no way if all of it is in there;
    /// nothing, if nothing of it is.
    pub(super) fn ways(&self, zone: &Zone) -> Option<Ways> {
        let mut ways = 0;
        let both = self.sides.iter().zip(&zone.sides);
        for (at, (mine, its)) in both.enumerate() {
            if mine.is_apart(its) {
                return None;
            }
            ways |= u32::from(!mine.is_within(its)) << at;
        }
        if let Some(its) = &zone.groups {
            if self.groups.iter().all(|mine| mine.is_apart(its)) {
                return None;
            }
            if !self.groups.iter().any(|mine| mine.is_within(its)) {
                ways |= GROUPS;
            }
        }
        Some(Ways(ways))
    }

    /// Leaves what gets out of a zone on one way.
    pub(super) fn leave(&mut self, way: Way, zone: &Zone) {
        match (way, &zone.groups) {
            (Way::Side(at), _) => self.sides[at].remove(&zone.sides[at]),
            (Way::Groups, Some(groups)) => {
                self.groups.iter_mut().for_each(|mine| mine.remove(groups));
            }
            (Way::Groups, None) => (),
        }
    }

    /// Leaves what does not get out on one way.
    pub(super) fn stay(&mut self, way: Way, zone: &Zone) {
        match way {
            Way::Side(at) => self.sides[at].keep(&zone.sides[at]),
            // Whoever is in one of the groups may be in others too.
            Way::Groups => (),
        }
    }
}
