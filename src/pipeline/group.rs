//! Finds the groups that an event is counted in.

use super::bench::{Bench, Run};
use crate::event::{Event, Seen};
use crate::expr::Truth;
use crate::expr::plan::{Column, Count};

impl Bench {
    /// Finds the groups of the event. What is behind a break is unknown.
    pub(super) fn count(
        &mut self,
        run: Run<'_>,
        count: &Count,
        event: &mut Event<'_, '_>,
    ) -> Truth {
        let mut counted = std::mem::take(&mut self.counted);
        counted.clear();
        let mut all = Truth::True;
        let mut evaluation = self.evaluation(run, event);
        for Column { subject, .. } in &count.by {
            let add = &mut |text: Option<&str>| counted.add_key(text);
            if evaluation.texts(*subject, add) == Seen::Part {
                all = Truth::Unknown;
            }
            counted.end_key();
        }
        if let Some(subject) = count.distinct {
            let add = &mut |text: Option<&str>| {
                if let Some(text) = text {
                    counted.add(text);
                }
            };
            if evaluation.texts(subject, add) == Seen::Part {
                all = Truth::Unknown;
            }
            counted.end_distinct();
        }
        self.counted = counted;
        all
    }
}
