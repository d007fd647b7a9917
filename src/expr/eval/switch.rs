//! Answers many tests of one field at once: `resource = a`, `resource in (b,
//! c)` and so on. The field is read once, and a table says which hold.

use std::collections::HashMap;

use super::{Evaluation, Truth, decide};
use crate::event::{Arrays, Origin};
use crate::expr::plan::{Matcher, Matcher1, Plan, Subject, SubjectId, TestId};

/// With fewer tests of a field, each is made by itself.
const FEW: usize = 2;

/// Longer lists are searched by themselves.
const LONG: usize = 100;

/// The tests of a plan that are answered together.
#[derive(Clone, Debug, Default)]
pub(super) struct Switches {
    all: Vec<Switch>,
    /// Which of them answers each test.
    of_tests: Vec<Option<usize>>,
}

/// Tests whether one field is some text.
#[derive(Clone, Debug)]
struct Switch {
    subject: SubjectId,
    tests: Vec<TestId>,
    by_text: HashMap<Box<str>, Vec<TestId>>,
}

/// What tests said of the event.
#[derive(Debug, Default)]
pub(super) struct Answers {
    of_tests: Vec<Option<Truth>>,
    /// Room for the tests that a text fulfils.
    hold: Vec<TestId>,
}

impl Switches {
    pub(super) fn new(plan: &Plan) -> Switches {
        let mut tests: HashMap<SubjectId, Vec<TestId>> = HashMap::new();
        for (at, test) in (0..).zip(&plan.tests) {
            let relative = match plan.subject(test.subject) {
                Subject::Place(route) => route.origin == Origin::Element,
                Subject::Computed(_) => false,
                Subject::Measure(..) => true,
            };
            if !relative && texts(&test.matcher).is_some() {
                tests.entry(test.subject).or_default().push(TestId(at));
            }
        }
        let mut switches = Switches::default();
        for (subject, tests) in tests {
            if tests.len() >= FEW {
                switches.add(plan, subject, tests);
            }
        }
        switches
    }

    fn add(&mut self, plan: &Plan, subject: SubjectId, tests: Vec<TestId>) {
        let mut by_text: HashMap<Box<str>, Vec<TestId>> = HashMap::new();
        self.of_tests.resize(plan.tests.len(), None);
        for id in &tests {
            let matcher = &plan.tests[id.0 as usize].matcher;
            for text in texts(matcher).unwrap_or_default() {
                by_text.entry(text.clone()).or_default().push(*id);
            }
            self.of_tests[id.0 as usize] = Some(self.all.len());
        }
        self.all.push(Switch { subject, tests, by_text });
    }

    /// Returns whether the test of this number is answered with others.
    pub(super) fn answer(&self, test: usize) -> bool {
        self.of_tests.get(test).is_some_and(Option::is_some)
    }

    /// Returns whether any tests are answered together.
    #[inline]
    pub(super) fn is_needed(&self) -> bool {
        !self.all.is_empty()
    }
}

/// Returns the texts that a test asks for, if it asks for nothing else.
fn texts(matcher: &Matcher) -> Option<&[Box<str>]> {
    match matcher {
        Matcher::AnyOf(tests) => match tests.as_slice() {
            [Matcher1::Is(texts)] if texts.len() <= LONG => Some(texts),
            _ => None,
        },
        Matcher::Has
        | Matcher::Empty
        | Matcher::Field(..)
        | Matcher::During(..) => None,
    }
}

impl Answers {
    /// Forgets what was said of the event before.
    pub(super) fn clear(&mut self, switches: &Switches) {
        self.of_tests.clear();
        self.of_tests.resize(switches.of_tests.len(), None);
    }

    fn set(&mut self, id: TestId, truth: Truth) {
        if let Some(answer) = self.of_tests.get_mut(id.0 as usize) {
            *answer = Some(truth);
        }
    }

    fn known(&self, id: TestId) -> Option<Truth> {
        self.of_tests.get(id.0 as usize).copied().flatten()
    }
}

impl Evaluation<'_, '_, '_> {
    /// Returns the answer of a test that is answered with others.
    #[inline]
    pub(super) fn switched(&mut self, id: TestId) -> Option<Truth> {
        let switches = &self.routes.switches;
        let at = switches.of_tests.get(id.0 as usize).copied().flatten()?;
        if let Some(truth) = self.scratch.answers.known(id) {
            return Some(truth);
        }
        let switch = &switches.all[at];
        let source = self.source(switch.subject);
        let mut hold = std::mem::take(&mut self.scratch.answers.hold);
        let seen =
            self.items(source, Arrays::Flattened, &mut |scratch, item| {
                if let Some(text) = item.text(&mut scratch.text)?
                    && let Some(ids) = switch.by_text.get(text)
                {
                    hold.extend(ids);
                }
                Ok(false)
            });
        for test in &switch.tests {
            self.scratch.answers.set(*test, decide(false, seen));
        }
        for test in hold.drain(..) {
            self.scratch.answers.set(test, Truth::True);
        }
        self.scratch.answers.hold = hold;
        self.scratch.answers.known(id)
    }
}
