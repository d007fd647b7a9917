//! Counts events by the second, to know the busiest ones.

use std::collections::HashMap;

/// How many seconds are told apart: eleven days.
const MOST: usize = 1_000_000;

/// How long an apiserver collects a batch, at most.
const WINDOW: i64 = 30;

/// What is kept, by the second, and from when to when events came.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    seconds: HashMap<i64, u64>,
    /// Of the second that came last: events come many at once.
    last: (i64, u64),
    /// The first and the last second of any event.
    ends: Option<(i64, i64)>,
    /// Kept bytes of events whose time is known.
    bytes: u64,
    /// Kept events that have no time, or came when there was no room.
    pub unplaced: u64,
}

/// The busiest time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peak {
    /// Kept events in the busiest second,
    pub second: u64,
    /// which is this one since 1970;
    pub at: i64,
    /// and in the busiest 30 seconds.
    pub window: u64,
}

impl Pace {
    /// Notes a kept event.
    pub(super) fn add(&mut self, second: Option<i64>, bytes: u64) {
        let Some(second) = second else {
            self.unplaced += 1;
            return;
        };
        self.see(second);
        self.bytes += bytes;
        if self.last.0 != second {
            self.settle();
            self.last.0 = second;
        }
        self.last.1 += 1;
    }

    /// Enters the second that came last.
    fn settle(&mut self) {
        let (second, events) = std::mem::take(&mut self.last);
        if events > 0 {
            self.enter(second, events);
        }
    }

    /// Notes that there was an event, kept or not.
    pub(super) fn see(&mut self, second: i64) {
        let (first, last) = self.ends.unwrap_or((second, second));
        self.ends = Some((first.min(second), last.max(second)));
    }

    fn enter(&mut self, second: i64, events: u64) {
        let is_full = self.seconds.len() >= MOST;
        match self.seconds.get_mut(&second) {
            Some(count) => *count += events,
            None if is_full => self.unplaced += events,
            None => {
                self.seconds.insert(second, events);
            }
        }
    }

    /// Adds what came behind.
    pub(super) fn append(&mut self, mut other: Pace) {
        self.settle();
        other.settle();
        let mut seconds: Vec<_> = other.seconds.into_iter().collect();
        seconds.sort_unstable();
        for (second, events) in seconds {
            self.enter(second, events);
        }
        if let Some((first, last)) = other.ends {
            self.see(first);
            self.see(last);
        }
        self.bytes += other.bytes;
        self.unplaced += other.unplaced;
    }

    /// Returns the first and the last second in which an event came, kept or
    /// not, since 1970; nothing, if none has a time.
    pub fn ends(&self) -> Option<(i64, i64)> {
        self.ends
    }

    /// Returns over how many seconds events came; nothing, if none has a
    /// time.
    pub fn span(&self) -> Option<u64> {
        self.ends.map(|(first, last)| last.abs_diff(first) + 1)
    }

    /// Returns how many bytes a day would have, if all went on so.
    pub fn bytes_a_day(&self) -> Option<u64> {
        let span = self.span()?;
        let day = u128::from(self.bytes) * 86_400 / u128::from(span);
        u64::try_from(day).ok()
    }

    /// Returns the busiest time.
    pub fn peak(&self) -> Peak {
        let mut whole = self.clone();
        whole.settle();
        let mut seconds: Vec<(i64, u64)> = whole.seconds.into_iter().collect();
        seconds.sort_unstable();
        let mut peak = Peak::default();
        let (mut from, mut sum) = (0, 0);
        for &(at, count) in &seconds {
            sum += count;
            while seconds[from].0 <= at - WINDOW {
                sum -= seconds[from].1;
                from += 1;
            }
            peak.window = peak.window.max(sum);
            if count > peak.second {
                (peak.second, peak.at) = (count, at);
            }
        }
        peak
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_second_and_window_are_found() {
        let mut pace = Pace::default();
        for (second, events) in [(0, 3), (29, 2), (30, 4), (70, 4)] {
            for _ in 0..events {
                pace.add(Some(second), 10);
            }
        }
        pace.add(None, 10);
        let peak = Peak { second: 4, at: 30, window: 6 };
        assert_eq!(pace.peak(), peak);
        assert_eq!(pace.span(), Some(71));
        assert_eq!(pace.bytes_a_day(), Some(130 * 86_400 / 71));
        assert_eq!(pace.unplaced, 1);
        let mut whole = Pace::default();
        whole.append(pace);
        assert_eq!(whole.peak(), peak);
    }
}
