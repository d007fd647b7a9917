//! Says which flags of an apiserver carry a load, and by which arithmetic.

use super::Peak;

/// The values of `--audit-webhook-batch-*` for a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// `-max-size`: events in a batch.
    pub max_size: u64,
    /// `-throttle-qps`: batches in a second.
    pub qps: u64,
    /// `-throttle-burst`: batches at once.
    pub burst: u64,
    /// `-buffer-size`: events that wait.
    pub buffer: u64,
}

impl Flags {
    /// What an apiserver has if nobody says otherwise.
    pub const DEFAULT: Flags =
        Flags { max_size: 400, qps: 10, burst: 15, buffer: 10_000 };

    /// How many seconds of the peak the buffer is to hold: as long as one
    /// request may take until it is tried again.
    pub const SECONDS: u64 = 30;

    /// Returns what the busiest time needs, and never less than the default.
    ///
    /// * Twice the batches of the busiest second, so that what waits gets
    ///   less; half as many more at once.
    /// * Room for 30 seconds like the busiest one.
    ///
    /// ```
    /// use kaudit_filter::policy::{Flags, Peak};
    /// let need = Flags::of(&Peak { second: 5000, ..Peak::default() });
    /// assert_eq!((need.qps, need.burst), (25, 38));
    /// assert_eq!(need.buffer, 150_000);
    /// assert_eq!(Flags::of(&Peak::default()), Flags::DEFAULT);
    /// ```
    pub fn of(peak: &Peak) -> Flags {
        let least = Flags::DEFAULT;
        let qps = (2 * peak.second).div_ceil(least.max_size).max(least.qps);
        Flags {
            max_size: least.max_size,
            qps,
            burst: (3 * qps).div_ceil(2).max(least.burst),
            buffer: (peak.second * Flags::SECONDS).max(least.buffer),
        }
    }
}
