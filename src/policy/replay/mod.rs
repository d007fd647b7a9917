//! Does to recorded events what an apiserver with another policy would have
//! done: some are skipped, others lose what it would not have recorded.
//!
//! Levels are only ever lowered: what was not recorded cannot come back.

mod body;
mod direct;
mod trim;

use super::attributes::Facts;
use super::matching::{Decision, Doubt};
use super::model::Policy;
use super::program::Program;
use super::record::{Broken, Reader, Recorded};
use super::word::Level;
use crate::event::Event;
use trim::Trim;

/// A policy, ready to be applied to events.
#[derive(Clone, Debug)]
pub struct Replay {
    program: Program,
    reader: Reader,
    trim: Trim,
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It would not have been recorded.
    Skipped,
    /// It would have been recorded so, or with more in it.
    Unchanged,
    /// What is left of it was written.
    Changed,
    /// What it says does not tell what would have been recorded.
    Undecided(Doubt),
    /// The line breaks where it would have to be read.
    Broken,
}

/// Where events are worked on, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Room {
    facts: Facts,
    trim: trim::Room,
}

impl Replay {
    /// Makes a policy ready, for a program that reads the top-level keys
    /// `roots`, those of
    /// [`POLICY_READS`](crate::expr::plan::POLICY_READS) among them.
    ///
    /// ```
    /// use kaudit_filter::event::{Event, Roots};
    /// use kaudit_filter::expr::plan::POLICY_READS;
    /// use kaudit_filter::policy::{Effect, Replay, Room, Version, load};
    /// use kaudit_filter::scan::Scanner;
    ///
    /// let text = "
    /// apiVersion: audit.k8s.io/v1
    /// rules: [{level: Metadata}]
    /// ";
    /// let keys: Vec<Box<str>> = POLICY_READS.map(Into::into).into();
    /// let policy = load(text, Version::NEWEST).expect("it is right").policy;
    /// let replay = Replay::new(policy, &keys);
    ///
    /// let line = br#"{"level":"Request","verb":"get","requestObject":{}}"#;
    /// let roots = Roots::new(&keys, None);
    /// let mut event = Event::new(Scanner::best(), line, 0, &roots);
    /// let (mut room, mut out) = (Room::default(), Vec::new());
    /// let effect = replay.apply(&mut event, &mut room, &mut out);
    /// assert_eq!(effect, Effect::Changed);
    /// assert_eq!(out, br#"{"level":"Metadata","verb":"get"}"#);
    /// ```
    pub fn new(policy: Policy, roots: &[Box<str>]) -> Replay {
        Replay {
            program: Program::new(policy),
            reader: Reader::new(roots),
            trim: Trim::new(),
        }
    }

    /// Applies the policy to an event: what is left of it, if something goes,
    /// is appended to `out`.
    pub fn apply(
        &self,
        event: &mut Event<'_, '_>,
        room: &mut Room,
        out: &mut Vec<u8>,
    ) -> Effect {
        match self.decide(event, room) {
            Ok((decision, recorded)) => {
                self.carry_out(&decision, recorded, event, room, out)
            }
            Err(effect) => effect,
        }
    }

    /// Returns what the policy decides on an event, and what that says of
    /// itself.
    pub(super) fn decide(
        &self,
        event: &mut Event<'_, '_>,
        room: &mut Room,
    ) -> Result<(Decision, Recorded), Effect> {
        let Ok(recorded) = self.reader.read(event, &mut room.facts) else {
            return Err(Effect::Broken);
        };
        let decision = self.program.decide_on(&room.facts);
        let decision = decision.map_err(Effect::Undecided)?;
        Ok((decision, recorded))
    }

    /// Does what was decided on the event that was decided on last.
    pub(super) fn carry_out(
        &self,
        decision: &Decision,
        recorded: Recorded,
        event: &Event<'_, '_>,
        room: &mut Room,
        out: &mut Vec<u8>,
    ) -> Effect {
        if let Some(effect) = early(decision, recorded) {
            return effect;
        }
        let is_patch = room.facts.verb() == Some("patch");
        let ask = trim::Ask {
            level: decision.level,
            omits_managed_fields: decision.omit_managed_fields,
            is_patch,
        };
        match self.trim.apply(ask, event, &mut room.trim, out) {
            Ok(true) => Effect::Changed,
            Ok(false) => Effect::Unchanged,
            Err(Broken) => Effect::Broken,
        }
    }
}

impl Room {
    /// Returns what was read of the event that was decided on last.
    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }
}

/// Returns what becomes of an event of which nothing has to be cut.
fn early(decision: &Decision, recorded: Recorded) -> Option<Effect> {
    if decision.level == Level::None {
        return Some(Effect::Skipped);
    }
    match recorded.stage {
        None if !decision.omit_stages.is_empty() => {
            return Some(Effect::Undecided(Doubt::Stage));
        }
        Some(stage) if decision.omit_stages.contains(stage) => {
            return Some(Effect::Skipped);
        }
        Some(_) | None => (),
    }
    let is_all = decision.level == Level::RequestResponse;
    if is_all && !decision.omit_managed_fields {
        return Some(Effect::Unchanged);
    }
    let is_unknown = recorded.level.is_none() && !is_all;
    is_unknown.then_some(Effect::Undecided(Doubt::Level))
}
