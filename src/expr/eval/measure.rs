//! Functions of values: how many, how long, which keys, what hour.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Evaluation;
use super::item::Item;
use super::subject::{Source, Take};
use super::truth::Truth;
use crate::event::{Arrays, Seen};
use crate::expr::plan::{Measure, NodeId};
use crate::scan::Value;

impl Evaluation<'_, '_, '_> {
    /// Hands what a function makes of the items of `source` to `take`.
    pub(super) fn measure(
        &mut self,
        measure: Measure,
        source: &Source,
        take: Take<'_>,
    ) -> Seen {
        match measure {
            Measure::Count => self.count(source, None, take),
            Measure::CountIf(node) => self.count(source, Some(node), take),
            Measure::Keys => self.keys(source, take),
            Measure::Length | Measure::Hour | Measure::Weekday => {
                self.items(source, Arrays::Flattened, &mut |scratch, item| {
                    let text = item.text(&mut scratch.text)?;
                    match text.and_then(|text| of_text(measure, text)) {
                        Some(number) => take(scratch, Item::Number(number)),
                        None => Ok(false),
                    }
                })
            }
        }
    }

    /// Counts elements, or those that fulfil a condition. A number that a
    /// break leaves open is not given.
    fn count(
        &mut self,
        source: &Source,
        condition: Option<NodeId>,
        take: Take<'_>,
    ) -> Seen {
        let (elements, seen) = self.elements(source);
        if seen == Seen::Part {
            return Seen::Part;
        }
        let mut count = 0;
        for element in elements {
            match condition.map(|node| self.on(element, node)) {
                None | Some(Truth::True) => count += 1,
                Some(Truth::False) => {}
                Some(Truth::Unknown) => return Seen::Part,
            }
        }
        self.give(Item::Number(count), take)
    }

    fn keys(&mut self, source: &Source, take: Take<'_>) -> Seen {
        let mut objects = Vec::new();
        let seen =
            self.items(
                source,
                Arrays::Whole,
                &mut |scratch, item| match item {
                    Item::Text(name) => take(scratch, Item::Text(name)),
                    Item::Json(Value::Object(at)) => {
                        objects.push(at);
                        Ok(false)
                    }
                    Item::Json(_) | Item::Number(_) => Ok(false),
                },
            );
        for at in objects {
            let scratch = &mut *self.scratch;
            let mut answer = Ok(false);
            let all = self.event.keys(at, &mut |key| {
                answer = take(scratch, Item::Text(key));
                answer != Ok(false)
            });
            match answer {
                Ok(false) if all == Seen::All => {}
                Ok(true) => return Seen::All,
                Ok(false) | Err(_) => return Seen::Part,
            }
        }
        seen
    }
}

/// Returns what a function makes of a text.
fn of_text(measure: Measure, text: &str) -> Option<i128> {
    let time = || {
        let time: Timestamp = text.parse().ok()?;
        Some(time.to_zoned(TimeZone::UTC))
    };
    match measure {
        Measure::Length => i128::try_from(text.len()).ok(),
        Measure::Hour => Some(time()?.hour().into()),
        Measure::Weekday => {
            Some(time()?.weekday().to_monday_one_offset().into())
        }
        Measure::Count | Measure::CountIf(_) | Measure::Keys => None,
    }
}
