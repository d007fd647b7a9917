//! Finds a request that some rules take and others do not, if there is one.
//!
//! What is left of a room without some zones is searched for: of a zone that
//! leaves one way out, that way is taken; of another, one after the other.
//! So most zones are done with in one step, however much they name.

use std::rc::Rc;

use super::cube::Cube;
use super::domain::Domain;
use super::zone::{Room, Ways, Zone};
use super::{Example, TooLarge};

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
    /// Returns a request that is in one zone of each of `wanted`, and that no
    /// cube takes which is `barred`.
    pub(super) fn find(
        &self,
        wanted: &[&[Zone]],
        barred: impl Fn(&Cube<'_>) -> bool,
        work: &mut Work,
    ) -> Result<Option<Example>, TooLarge> {
        for room in self.rooms(wanted, work)? {
            let all = 0..self.cubes.len();
            let zones = all.filter(|at| barred(&self.cubes[*at])).collect();
            if let Some(room) = self.left(Task { room, zones }, work)? {
                return Ok(Some(self.shown(&room)));
            }
        }
        Ok(None)
    }

    /// Returns a request that in each policy one rule decides, or none.
    pub(in crate::policy) fn decided(
        &self,
        rules: &[Option<usize>],
        work: &mut Work,
    ) -> Result<Option<Example>, TooLarge> {
        let zones = self.deciding(rules);
        let zones: Vec<&[Zone]> = zones.iter().map(Vec::as_slice).collect();
        let barred = |cube: &Cube<'_>| is_before(cube, rules);
        self.find(&zones, barred, work)
    }

    /// Returns the cubes that have a say in what these rules decide, one of
    /// each policy.
    pub(super) fn around(
        &self,
        rules: &[Option<usize>],
        work: &mut Work,
    ) -> Result<Vec<usize>, TooLarge> {
        let zones = self.deciding(rules);
        let zones: Vec<&[Zone]> = zones.iter().map(Vec::as_slice).collect();
        let rooms = self.rooms(&zones, work)?;
        work.spend(rooms.len() * self.zones.len())?;
        let all = self.cubes.iter().zip(&self.zones).enumerate();
        let near = all.filter(|(_, (cube, zone))| {
            let rule = rules.get(cube.policy);
            rule.is_some_and(|rule| cube.is_until(cube.policy, *rule))
                && rooms.iter().any(|room| room.touches(zone))
        });
        Ok(near.map(|(at, _)| at).collect())
    }

    fn deciding(&self, rules: &[Option<usize>]) -> Vec<Vec<Zone>> {
        let all = rules.iter().enumerate();
        let some = all.filter_map(|(policy, rule)| {
            rule.map(|rule| self.zones(policy, rule, None))
        });
        some.collect()
    }

    /// Returns what is in one zone of each of `wanted`.
    fn rooms(
        &self,
        wanted: &[&[Zone]],
        work: &mut Work,
    ) -> Result<Vec<Room>, TooLarge> {
        let mut rooms = vec![Room::of(&self.whole())];
        for zones in wanted {
            work.spend(rooms.len() * zones.len())?;
            let each = rooms.iter().flat_map(|room| {
                zones.iter().filter_map(|zone| room.within(zone))
            });
            rooms = each.collect();
            work.spend(rooms.len() * COPY)?;
        }
        Ok(rooms)
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
                work.spend(zones.len())?;
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
                    work.spend(ways.count() as usize * COPY)?;
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

/// Returns whether a cube is of a rule before these, one of each policy.
fn is_before(cube: &Cube<'_>, rules: &[Option<usize>]) -> bool {
    let rule = rules.get(cube.policy);
    rule.is_some_and(|rule| rule.is_none_or(|rule| cube.at < rule))
}
