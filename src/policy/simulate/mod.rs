//! Tries a policy on recorded events: what it would keep of them, and what
//! that would cost.
//!
//! A [`Simulator`] takes events in one by one and adds to a [`Traffic`]; the
//! traffic of several parts of a log adds up, in their order, to that of all.

mod group; //   Who does what, and how often;
mod time; //    when,
mod pace; //    and how much in a second;
mod traffic; // all that is counted,
mod flags; //   and what an apiserver needs for it.

#[cfg(test)]
mod tests;

pub use flags::Flags;
pub use group::{Groups, Key};
pub use pace::{Pace, Peak};
pub use traffic::{Change, Count, Pair, Traffic};

use super::{
    Attributes, Effect, Example, Level, Policy, Replay, Request, Room,
};
use crate::event::{Event, Roots};
use crate::expr::plan::POLICY_READS;
use crate::scan::Scanner;

/// Tries a policy on events, and another one beside it if there is one.
///
/// ```
/// use kaudit_filter::policy::{Simulator, Traffic, Version, load};
/// let text = "
/// apiVersion: audit.k8s.io/v1
/// rules: [{level: None, verbs: [watch]}, {level: Metadata}]
/// ";
/// let policy = load(text, Version::NEWEST).expect("it is right").policy;
/// let mut simulator = Simulator::new(policy, None);
/// let mut traffic = Traffic::default();
/// for line in [
///     &br#"{"level":"Metadata","verb":"watch","requestURI":"/api/v1/pods"}"#[..],
///     br#"{"level":"Metadata","verb":"list","requestURI":"/api/v1/pods"}"#,
/// ] {
///     simulator.add(line, &mut traffic);
/// }
/// assert_eq!((traffic.all.events, traffic.all.kept_events), (2, 1));
/// assert_eq!(traffic.rule(Some(0)).events, 1);
/// ```
#[derive(Clone, Debug)]
pub struct Simulator {
    new: Replay,
    old: Option<Replay>,
    roots: Roots,
    times: [usize; time::KEYS.len()],
    scanner: Scanner,
    room: Room,
    out: Vec<u8>,
}

/// What one policy makes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fate {
    /// The rule that decides.
    rule: Option<usize>,
    /// The level that is left; nothing, if the event is skipped.
    level: Option<Level>,
    bytes: u64,
    /// Whether more was to be recorded than was.
    is_short: bool,
}

impl Simulator {
    /// Makes ready to try `policy`, and to compare it with `old`.
    pub fn new(policy: Policy, old: Option<Policy>) -> Simulator {
        let keys = POLICY_READS.iter().chain(&time::KEYS);
        let keys: Vec<Box<str>> = keys.map(|key| (*key).into()).collect();
        Simulator {
            new: Replay::new(policy, &keys),
            old: old.map(|old| Replay::new(old, &keys)),
            roots: Roots::new(&keys, None),
            times: time::KEYS.map(|time| {
                let mut all = keys.iter();
                all.position(|key| **key == *time).unwrap_or_default()
            }),
            scanner: Scanner::best(),
            room: Room::default(),
            out: Vec::new(),
        }
    }

    /// Tries the policy on one event, given without its newline.
    pub fn add(&mut self, line: &[u8], traffic: &mut Traffic) {
        let bytes = line.len() as u64 + 1;
        let Some(start) = crate::event::start(line) else { return };
        if line.len() > Event::MOST {
            return traffic.unknown(Effect::Broken, bytes);
        }
        let mut event = Event::new(self.scanner, line, start, &self.roots);
        let (room, out) = (&mut self.room, &mut self.out);
        let new = fate(&self.new, &mut event, room, out);
        match &new {
            Ok(new) => {
                traffic.enter(new, bytes);
                let second = time::second(&mut event, &self.times);
                if new.level.is_some() {
                    traffic.pace.add(second, new.bytes);
                    traffic.groups.add(room.facts(), new.bytes);
                } else if let Some(second) = second {
                    traffic.pace.see(second);
                }
            }
            Err(effect) => traffic.unknown(*effect, bytes),
        }
        let Some(replay) = &self.old else { return };
        let old = fate(replay, &mut event, room, out);
        // What cannot be decided on is kept.
        let kept = old.map_or(bytes, |old| old.bytes);
        traffic.old.add(kept > 0, bytes, kept);
        if let (Ok(new), Ok(old)) = (new, old)
            && (old.level, old.bytes) != (new.level, new.bytes)
        {
            traffic.change(&old, &new, &room.facts().attributes());
        }
    }
}

fn fate(
    replay: &Replay,
    event: &mut Event<'_, '_>,
    room: &mut Room,
    out: &mut Vec<u8>,
) -> Result<Fate, Effect> {
    let (decision, recorded) = replay.decide(event, room)?;
    out.clear();
    let whole = event.line().len() as u64 + 1;
    let bytes = match replay.carry_out(&decision, recorded, event, room, out) {
        Effect::Skipped => 0,
        Effect::Unchanged => whole,
        Effect::Changed => out.len() as u64 + 1,
        effect @ (Effect::Undecided(_) | Effect::Broken) => {
            return Err(effect);
        }
    };
    let level = recorded.level.unwrap_or(decision.level);
    Ok(Fate {
        rule: decision.rule,
        level: (bytes > 0).then_some(level.min(decision.level)),
        bytes,
        is_short: bytes > 0 && level < decision.level,
    })
}

impl From<&Attributes<'_>> for Example {
    fn from(attributes: &Attributes<'_>) -> Example {
        let user = attributes.user.as_ref();
        let groups = user.known().map_or(&[][..], |user| &user.groups);
        let mut example = Example {
            user: user.map(|user| user.name.to_owned()),
            user_groups: groups.iter().map(|it| (*it).to_owned()).collect(),
            verb: attributes.verb.unwrap_or_default().to_owned(),
            ..Example::default()
        };
        match &attributes.request {
            Request::Unknown => example.path = Some(String::new()),
            Request::Path(path) => example.path = Some((*path).to_owned()),
            Request::Resource(target) => {
                example.group = target.group.to_owned();
                example.resource = target.resource.to_owned();
                example.subresource = target.subresource.to_owned();
                example.namespace = target.namespace.to_owned();
                example.name = target.name.to_owned();
            }
        }
        example
    }
}
