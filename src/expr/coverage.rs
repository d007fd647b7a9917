//! Counts what the conditions of a program met: the rule that never matches
//! and the field that is never there show up in these numbers.

use std::collections::BTreeMap;

/// What conditions and tests met so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// One for each condition of each step.
    pub conditions: BTreeMap<ConditionId, Asked>,
    /// One for each test of the plan, in its order.
    pub tests: Vec<Met>,
    /// What the condition under way met.
    pub(super) now: Body,
}

/// Which condition of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConditionId {
    /// The number of its step, from 0.
    pub step: usize,
    /// Its number in the step, from 0: `detect` has one for each rule.
    pub part: usize,
}

/// What a condition met, in events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// It was asked.
    pub seen: u64,
    /// It was true.
    pub matched: u64,
    /// Nothing but a body could decide.
    pub candidates: u64,
    /// A body would have decided, and there was none,
    pub bodiless: u64,
    /// because the audit level was below Request.
    pub below_request: u64,
}

/// What a test met, in events; inside of `any(...)`, in elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// It was made.
    pub evaluated: u64,
    /// There was a value that is not null.
    pub valued: u64,
    /// A value was of a type that cannot pass.
    pub mismatched: u64,
    /// It was true.
    pub matched: u64,
}

/// Whether a body was asked for, and was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Body {
    #[default]
    NotAsked,
    There,
    Missing {
        below_request: bool,
    },
}

impl Coverage {
    /// Returns the coverage of a plan with this many tests, all at zero.
    pub fn new(tests: usize) -> Coverage {
        let tests = vec![Met::default(); tests];
        Coverage { tests, ..Coverage::default() }
    }

    /// Adds what others counted for the same plan.
    pub fn add(&mut self, more: &Coverage) {
        for (id, more) in &more.conditions {
            let asked = self.conditions.entry(*id).or_default();
            asked.seen += more.seen;
            asked.matched += more.matched;
            asked.candidates += more.candidates;
            asked.bodiless += more.bodiless;
            asked.below_request += more.below_request;
        }
        let room = self.tests.len().max(more.tests.len());
        self.tests.resize(room, Met::default());
        for (met, more) in self.tests.iter_mut().zip(&more.tests) {
            met.evaluated += more.evaluated;
            met.valued += more.valued;
            met.mismatched += more.mismatched;
            met.matched += more.matched;
        }
    }

    /// Notes what a condition said.
    pub(super) fn asked(&mut self, id: ConditionId, holds: bool) {
        let asked = self.conditions.entry(id).or_default();
        asked.seen += 1;
        asked.matched += u64::from(holds);
        match self.now {
            Body::NotAsked => {}
            Body::There => asked.candidates += 1,
            Body::Missing { below_request } => {
                asked.candidates += 1;
                asked.bodiless += 1;
                asked.below_request += u64::from(below_request);
            }
        }
    }
}
