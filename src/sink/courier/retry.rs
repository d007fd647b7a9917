//! When to try again, and what to say meanwhile.

use std::{
    io,
    time::{Duration, Instant},
};

use super::super::Stall;

/// The first pause; each one after it is twice as long.
const FIRST: Duration = Duration::from_millis(100);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(5);

/// How long a way is open, at least, that was a good one: whoever only hangs
/// up on us is not asked ten times a second.
const GOOD: Duration = Duration::from_secs(1);

/// Why the last try failed, and when the next one is.
#[derive(Debug, Default)]
pub(super) struct Retry {
    failure: Option<Failure>,
    /// The last pause.
    pause: Duration,
    /// When the last try began.
    tried: Option<Instant>,
    /// Since when something goes on the way that is open.
    opened: Option<Instant>,
}

#[derive(Debug)]
struct Failure {
    kind: io::ErrorKind,
    message: String,
    next: Instant,
    /// When it began that nothing goes.
    since: Instant,
}

impl Retry {
    /// Notes that a try begins.
    pub(super) fn begin(&mut self) {
        self.tried = Some(Instant::now());
    }

    /// Notes that something goes on the way that is open. A way on which
    /// nothing goes is none, however long the other side says nothing.
    pub(super) fn opened(&mut self) {
        self.opened.get_or_insert_with(Instant::now);
    }

    /// Notes that a try has failed, or that the way is broken.
    pub(super) fn later(&mut self, error: &io::Error) {
        let now = Instant::now();
        let (opened, tried) = (self.opened.take(), self.tried.take());
        let was_good = opened.is_some_and(|opened| now - opened > GOOD);
        if was_good {
            self.reset();
        }
        // One who does not answer has held us up from the beginning.
        let begun = if was_good { now } else { tried.unwrap_or(now) };
        self.pause = (self.pause * 2).clamp(FIRST, LONGEST);
        self.failure = Some(Failure {
            kind: error.kind(),
            message: error.to_string(),
            next: now + self.pause,
            since: self.failure.as_ref().map_or(begun, |last| last.since),
        });
    }

    /// Notes that something was taken.
    pub(super) fn reset(&mut self) {
        *self = Retry::default();
    }

    /// Returns whether the next try is not yet due.
    pub(super) fn is_early(&self) -> bool {
        self.at().is_some_and(|next| Instant::now() < next)
    }

    /// Returns when the next try is.
    pub(super) fn at(&self) -> Option<Instant> {
        self.failure.as_ref().map(|failure| failure.next)
    }

    /// Returns how long nothing was taken.
    pub(super) fn since(&self) -> Option<Duration> {
        self.failure.as_ref().map(|failure| failure.since.elapsed())
    }

    /// Says why nothing goes.
    pub(super) fn stall(&self) -> Stall {
        match &self.failure {
            Some(Failure { kind, message, .. }) => {
                Stall::Refused(io::Error::new(*kind, message.clone()))
            }
            None => Stall::Slow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_on_which_nothing_went_was_none() {
        let mut retry = Retry::default();
        retry.begin();
        let begun = retry.tried.unwrap();
        retry.later(&io::ErrorKind::TimedOut.into());
        let since = retry.failure.as_ref().unwrap().since;
        assert_eq!(since, begun);
        retry.begin();
        retry.later(&io::ErrorKind::TimedOut.into());
        assert_eq!(retry.failure.as_ref().unwrap().since, since);
        retry.opened = Instant::now().checked_sub(GOOD * 2);
        retry.later(&io::ErrorKind::TimedOut.into());
        assert_ne!(retry.failure.as_ref().unwrap().since, since);
    }

    #[test]
    fn pauses_grow_until_something_is_taken() {
        let mut retry = Retry::default();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            retry.later(&io::ErrorKind::NotFound.into());
            pauses.push(retry.pause.as_millis());
        }
        let expected = [100, 200, 400, 800, 1600, 3200, 5000, 5000];
        assert_eq!(pauses, expected);
        assert!(matches!(retry.stall(), Stall::Refused(_)));
        retry.reset();
        assert!(!retry.is_early());
        assert!(matches!(retry.stall(), Stall::Slow));
    }
}
