//! Does what kube-apiserver with another audit policy would have done: the
//! step `policy`.

use super::bench::{Bench, Made};
use crate::event::Event;
use crate::expr::Truth;
use crate::policy::{Effect, Replay};

impl Bench {
    /// Applies a policy. An event that it cannot decide on passes as it is,
    /// and it is remembered why.
    pub(super) fn policy(
        &mut self,
        replay: &Replay,
        event: &mut Event<'_, '_>,
        out: Option<&mut Vec<u8>>,
    ) -> Made {
        let is_open = out.is_none();
        let out = out.unwrap_or(&mut self.unwanted);
        match replay.apply(event, &mut self.audit, out) {
            Effect::Skipped => Made::Truth(Truth::False),
            Effect::Unchanged => Made::Truth(Truth::True),
            // It is open already whether the event passes.
            Effect::Changed if is_open => {
                self.unwanted.clear();
                Made::Truth(Truth::True)
            }
            Effect::Changed => Made::Change,
            Effect::Broken => Made::Truth(Truth::Unknown),
            Effect::Undecided(doubt) => {
                self.doubt.get_or_insert(doubt);
                Made::Truth(Truth::True)
            }
        }
    }
}
