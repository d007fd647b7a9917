//! Ends a run: what was written becomes final, as far as there is time.

use std::time::Instant;

use super::{
    super::{note::Note, summary::Failure},
    Run,
};
use crate::{sink::Stall, source::follow::Until};

impl Run<'_, '_> {
    /// Ends in good order: what was written becomes final, as far as its
    /// reader takes it in time.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        (self.ledger.notes)(Note::Ending);
        if !self.ledger.is_closed() || self.ledger.has_enough() {
            self.print_report();
        }
        if self.ledger.is_closed() && !self.ledger.has_enough() {
            // Lines behind the last one that was accepted are not counted.
            return self.log.commit_last(self.ledger.outlets, &mut self.lanes);
        }
        self.log.release();
        self.log.touch();
        let begun = Instant::now();
        loop {
            self.commit()?;
            let has_time = self.shared.has_time(begun);
            if self.log.is_clean() || !has_time {
                break;
            }
            self.shared.rest();
            self.drain_lanes();
            if self.until == Until::CaughtUp {
                self.expect_outlets(begun)?;
            }
            self.shared.tell_state(self.log.age(), self.ledger.notes);
        }
        // Who ends of itself leaves nothing to do; who is told to, ends.
        self.tend();
        while self.has_chores && !self.shared.watch.is_over() {
            self.tend();
        }
        Ok(())
    }

    /// Gives up where a place is away, and has been waited for long enough.
    fn expect_outlets(&mut self, begun: Instant) -> Result<(), Failure> {
        for outlet in &mut *self.ledger.outlets {
            if begun.elapsed() >= outlet.stall
                && let Err(Stall::Refused(error)) = outlet.sink.drain()
            {
                return Err(outlet.failure(error));
            }
        }
        Ok(())
    }
}
