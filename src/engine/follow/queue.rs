//! Which places sinks have come to: what they were given they may not have
//! taken yet.

use std::collections::VecDeque;

use crate::{checkpoint::SourceRecord, sink::Settled};

/// Places that wait to be taken. More are not kept: the newest is replaced.
const WAITING: usize = 64;

/// The places of outlets that go together, until they have taken what came
/// before them.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Waiting>,
    /// The last place that all of them have come to.
    pub taken: Option<Vec<SourceRecord>>,
}

/// A place up to which all was written.
#[derive(Clone, Debug)]
struct Waiting {
    /// How many bytes each outlet was given by then.
    given: Vec<u64>,
    sources: Vec<SourceRecord>,
}

impl Queue {
    /// Begins where an earlier run has ended.
    pub(super) fn at(sources: Vec<SourceRecord>) -> Queue {
        Queue { waiting: VecDeque::new(), taken: Some(sources) }
    }

    /// Takes one outlet out; returns its own queue.
    pub(super) fn split(&mut self, n: usize) -> Queue {
        let mut own = self.clone();
        for waiting in &mut own.waiting {
            waiting.given = vec![waiting.given[n]];
        }
        for waiting in &mut self.waiting {
            waiting.given.remove(n);
        }
        own
    }

    /// Forgets the places that were not taken: the outlets are others now.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Adds the place where everything was given that there is.
    pub(super) fn add(
        &mut self,
        settled: &[Settled],
        sources: Vec<SourceRecord>,
    ) {
        let newest = self.waiting.back();
        if newest.is_none_or(|newest| newest.sources != sources) {
            let given = settled.iter().map(|settled| settled.given).collect();
            self.waiting.push_back(Waiting { given, sources });
        }
        if self.waiting.len() > WAITING {
            // In between, so that places old and new are kept.
            self.waiting.remove(WAITING / 2);
        }
    }

    /// Goes on to the newest place that all outlets have come to; returns
    /// what each was given by then.
    pub(super) fn advance(&mut self, settled: &[Settled]) -> Option<Vec<u64>> {
        let is_taken = |waiting: &Waiting| {
            let mut pairs = waiting.given.iter().zip(settled);
            pairs.all(|(&given, now)| given <= now.taken)
        };
        let taken = self.waiting.iter().rposition(is_taken)?;
        let Waiting { given, sources } =
            self.waiting.drain(..=taken).next_back()?;
        self.taken = Some(sources);
        Some(given)
    }
}
