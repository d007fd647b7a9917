//! Counts what conditions and tests meet, where somebody wants to know.

use super::item::Item;
use super::number::is_numeral;
use super::{Evaluation, Truth};
use crate::event::{Arrays, BODIES, Place};
use crate::expr::coverage::{Body, ConditionId};
use crate::expr::plan::{Matcher, Matcher1, NodeId, Test, TestId};
use crate::scan::Value;

impl Evaluation<'_, '_, '_> {
    /// Returns what a condition of a step says of the event, and counts it.
    pub fn condition(&mut self, id: ConditionId, node: NodeId) -> Truth {
        if let Some(coverage) = &mut self.scratch.coverage {
            coverage.now = Body::NotAsked;
        }
        let truth = self.truth(node);
        if let Some(coverage) = &mut self.scratch.coverage {
            coverage.asked(id, truth == Truth::True);
        }
        truth
    }

    /// Counts what a test met.
    #[cold]
    pub(super) fn survey(&mut self, id: TestId, truth: Truth) {
        let plan = self.plan;
        let Test { subject, matcher } = &plan.tests[id.0 as usize];
        let source = self.source(*subject);
        let (mut valued, mut mismatched) = (false, false);
        let arrays = match matcher {
            Matcher::Has | Matcher::Empty | Matcher::During(..) => {
                Arrays::Whole
            }
            Matcher::AnyOf(_) | Matcher::Field(..) => Arrays::Flattened,
        };
        self.items(source, arrays, &mut |scratch, item| {
            let null = item == Item::Json(Value::Null);
            valued |= !null;
            mismatched |= !null && !suits(matcher, item, &mut scratch.text);
            Ok(false)
        });
        self.note_body(&plan.subject(*subject).roots());
        let Some(coverage) = &mut self.scratch.coverage else { return };
        let Some(met) = coverage.tests.get_mut(id.0 as usize) else { return };
        met.evaluated += 1;
        met.valued += u64::from(valued);
        met.mismatched += u64::from(mismatched);
        met.matched += u64::from(truth == Truth::True);
    }

    /// Notes whether a body that was asked for is there.
    fn note_body(&mut self, roots: &[&str]) {
        let asked = roots.iter().filter(|root| BODIES.contains(root));
        let asked: Vec<&str> = asked.copied().collect();
        if asked.is_empty() {
            return;
        }
        let missing = asked.iter().all(|root| {
            self.root_named(root).is_none_or(|place| place == Place::Missing)
        });
        let now = match missing {
            false => Body::There,
            true => Body::Missing { below_request: self.is_below_request() },
        };
        if let Some(coverage) = &mut self.scratch.coverage
            && coverage.now != Body::There
        {
            coverage.now = now;
        }
    }

    fn is_below_request(&mut self) -> bool {
        let Some(Place::At(at)) = self.root_named("level") else {
            return false;
        };
        let rest = self.event.line().get(at..).unwrap_or_default();
        let level = rest.trim_ascii_start();
        [&b"\"Metadata\""[..], b"\"None\""]
            .iter()
            .any(|l| level.starts_with(l))
    }

    fn root_named(&mut self, key: &str) -> Option<Place> {
        let at = self.plan.roots.iter().position(|root| **root == *key)?;
        Some(self.event.root(at))
    }
}

/// Returns whether a value is of a type that can pass.
fn suits(matcher: &Matcher, item: Item<'_>, text: &mut Vec<u8>) -> bool {
    let Matcher::AnyOf(tests) = matcher else { return true };
    match item {
        Item::Text(value) => tests.iter().any(|test| takes_text(test, value)),
        Item::Number(_) => tests.iter().any(takes_number),
        Item::Json(value) => match value {
            Value::Null => true,
            Value::Bool(_) => {
                tests.iter().any(|test| matches!(test, Matcher1::Bool(_)))
            }
            Value::Number(_) => tests.iter().any(takes_number),
            Value::Text(value) => match value.read(text) {
                Ok(value) => tests.iter().any(|t| takes_text(t, value)),
                Err(_) => true,
            },
            Value::Array(_) | Value::Object(_) => false,
        },
    }
}

fn takes_number(test: &Matcher1) -> bool {
    matches!(test, Matcher1::Number { .. } | Matcher1::Duration { .. })
}

fn takes_text(test: &Matcher1, value: &str) -> bool {
    match test {
        Matcher1::Null | Matcher1::Bool(_) => false,
        Matcher1::Duration { .. } => false,
        Matcher1::Number { numerals, .. } => *numerals && is_numeral(value),
        Matcher1::Time { .. } => value.parse::<jiff::Timestamp>().is_ok(),
        Matcher1::Network(_) => value.parse::<core::net::IpAddr>().is_ok(),
        Matcher1::Is(_) | Matcher1::Starts(_) | Matcher1::Ends(_) => true,
        Matcher1::Contains(_) | Matcher1::Pattern(_) => true,
    }
}
