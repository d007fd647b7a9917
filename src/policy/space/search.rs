//! Finds a request that some rules take and others do not, if there is one.
//!
//! What is left of a room without some zones is searched for: of a zone that
//! leaves one way out, that way is taken; of another, one after the other.
//! So most zones are done with in one step, however much they name.

use std::rc::Rc;

use super::bits::Bits;
use super::cube::Cube;
use super::domain::Domain;
use super::zone::{Room, Ways, Zone};
use super::{Region, TooLarge};

/// How much work may still be done, in zones that are looked at.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) struct Work(pub(in crate::policy) usize);

impl Work {
    /// Takes note of work; enough is enough.
    pub(in crate::policy) fn spend(
        &mut self,
        zones: usize,
    ) -> Result<(), TooLarge> {
        self.0 = self.0.checked_sub(zones).ok_or(TooLarge)?;
        Ok(())
    }
}

/// What a room costs to copy, in zones that are looked at.
const COPY: usize = 10;

/// A room, and the zones that it has to get out of.
struct Task {
    room: Room,
    zones: Rc<[usize]>,
}

impl Domain<'_> {
    /// Returns requests that are in one zone of each of `wanted`, and in none
    /// of a cube which is `barred`: some of all that there are.
    pub(super) fn find(
        &self,
        wanted: &[&[Zone]],
        barred: impl Fn(&Cube<'_>) -> bool,
        work: &mut Work,
    ) -> Result<Option<Room>, TooLarge> {
        work.spend(self.effort(wanted))?;
        for room in self.rooms(wanted) {
            work.spend(self.cubes.len().div_ceil(8) + COPY * self.width)?;
            let all = 0..self.cubes.len();
            let zones = all.filter(|at| barred(&self.cubes[*at])).collect();
            let found = self.left(Task { room, zones }, work)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Returns requests that in each policy one rule decides, or none: some
    /// of all that there are.
    pub(in crate::policy) fn decided(
        &self,
        rules: &[Option<usize>],
        work: &mut Work,
    ) -> Result<Option<Region>, TooLarge> {
        let barred = |cube: &Cube<'_>| cube.is_before(rules);
        let found = self.find(&self.deciding(rules), barred, work)?;
        Ok(found.map(|room| self.region(&room, barred)))
    }

    /// Returns the cubes that have a say in what these rules decide, one of
    /// each policy.
    pub(super) fn around(
        &self,
        rules: &[Option<usize>],
        work: &mut Work,
    ) -> Result<Vec<usize>, TooLarge> {
        let wanted = self.deciding(rules);
        work.spend(self.effort(&wanted))?;
        let mut near = Bits::none(self.cubes.len());
        for room in self.rooms(&wanted) {
            work.spend(self.cubes.len() * self.width)?;
            let zones = self.zones.iter().enumerate();
            let touched = zones.filter(|(_, zone)| room.touches(zone));
            touched.for_each(|(at, _)| near.insert(at));
        }
        let until = |at: &usize| {
            let cube = &self.cubes[*at];
            cube.is_before(rules) || cube.is_of(rules)
        };
        Ok(near.iter().filter(until).collect())
    }

    fn deciding(&self, rules: &[Option<usize>]) -> Vec<&[Zone]> {
        let all = rules.iter().enumerate();
        let some = all.filter_map(|(policy, rule)| {
            rule.map(|rule| self.zones(policy, rule, None))
        });
        some.collect()
    }

    /// Returns what is in one zone of each of `wanted`.
    fn rooms<'r>(
        &self,
        wanted: &'r [&[Zone]],
    ) -> Box<dyn Iterator<Item = Room> + 'r> {
        let all: Box<dyn Iterator<Item = Room>> =
            Box::new(std::iter::once(Room::of(&self.whole())));
        wanted.iter().fold(all, |rooms, zones| {
            Box::new(rooms.flat_map(move |room| {
                zones.iter().filter_map(move |zone| room.within(zone))
            }))
        })
    }

    /// Returns what it costs to go through them.
    fn effort(&self, wanted: &[&[Zone]]) -> usize {
        let counts = wanted.iter().map(|zones| zones.len());
        counts.fold(self.width, usize::saturating_mul)
    }

    /// Returns a part of a room that is in none of the zones.
    fn left(
        &self,
        task: Task,
        work: &mut Work,
    ) -> Result<Option<Room>, TooLarge> {
        let mut open = vec![task];
        while let Some(Task { mut room, mut zones }) = open.pop() {
            let tightest = loop {
                work.spend(zones.len() * self.width)?;
                match self.narrow(&mut room, &zones) {
                    Narrow::Nothing => break None,
                    Narrow::Again(rest) => zones = rest.into(),
                    Narrow::Done(rest, tightest) => {
                        zones = rest.into();
                        break Some(tightest);
                    }
                }
            };
            match tightest {
                None => (),
                Some(None) => return Ok(Some(room)),
                Some(Some((zone, ways))) => {
                    work.spend(ways.count() as usize * COPY * self.width)?;
                    let zone = &self.zones[zone];
                    open.extend(parted(room, ways, zone, &zones));
                }
            }
        }
        Ok(None)
    }

    /// Takes the way out of each zone that leaves only one.
    fn narrow(&self, room: &mut Room, zones: &[usize]) -> Narrow {
        let (mut rest, mut has_left) = (Vec::new(), false);
        let mut tightest: Option<(usize, Ways)> = None;
        for &at in zones {
            let zone = &self.zones[at];
            let Some(ways) = room.ways(zone) else { continue };
            let mut all = ways.iter();
            match (all.next(), all.next()) {
                (None, _) => return Narrow::Nothing,
                (Some(only), None) => {
                    room.leave(only, zone);
                    has_left = true;
                }
                (Some(_), Some(_)) => {
                    rest.push(at);
                    if tightest.is_none_or(|it| ways.count() < it.1.count()) {
                        tightest = Some((at, ways));
                    }
                }
            }
        }
        match has_left {
            true => Narrow::Again(rest),
            false => Narrow::Done(rest, tightest),
        }
    }
}

/// What became of a room.
enum Narrow {
    /// Nothing is left of it.
    Nothing,
    /// It is smaller now; these zones are to be looked at again.
    Again(Vec<usize>),
    /// It has to get out of these zones; one of them leaves the fewest ways.
    Done(Vec<usize>, Option<(usize, Ways)>),
}

/// Returns the parts of a room that get out of a zone, that of the first way
/// last.
fn parted(
    mut room: Room,
    ways: Ways,
    zone: &Zone,
    zones: &Rc<[usize]>,
) -> Vec<Task> {
    let mut parts = Vec::new();
    for way in ways.iter() {
        let mut part = room.clone();
        part.leave(way, zone);
        room.stay(way, zone);
        parts.push(Task { room: part, zones: zones.clone() });
    }
    parts.reverse();
    parts
}
