//! Turns what time a writer believes it is into the names of its backups.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// The wall clock of a writer, which can be wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// It is right.
    Right,
    /// It is ahead, or behind, by so much.
    Off(SignedDuration),
    /// It stands still.
    Frozen(Timestamp),
}

impl Clock {
    /// A clock that stands still from now on.
    pub(crate) fn frozen() -> Clock {
        Clock::Frozen(Timestamp::now())
    }

    /// A clock that is off by so many days.
    pub(crate) fn days(days: i64) -> Clock {
        Clock::Off(SignedDuration::from_hours(24 * days))
    }

    fn now(self) -> Timestamp {
        match self {
            Clock::Right => Timestamp::now(),
            Clock::Off(by) => Timestamp::now() + by,
            Clock::Frozen(at) => at,
        }
    }

    /// Returns the time in the name of a backup, as lumberjack writes it:
    /// UTC, in milliseconds.
    pub(crate) fn stamp(self) -> String {
        let now = self.now().to_zoned(TimeZone::UTC);
        now.strftime("%Y-%m-%dT%H-%M-%S.%3f").to_string()
    }

    /// Waits until the next backup would be called otherwise. Rotations of
    /// 100 MB are never as fast as ours; a frozen clock is meant to be.
    pub(crate) fn pass(self, stamp: &str) {
        match self {
            Clock::Frozen(_) => {}
            Clock::Right | Clock::Off(_) => {
                while self.stamp() == stamp {
                    std::thread::sleep(Duration::from_micros(100));
                }
            }
        }
    }
}

#[test]
fn backups_are_named_as_lumberjack_does() {
    let at = "2006-01-02T15:04:05.0259Z".parse().unwrap();
    assert_eq!(Clock::Frozen(at).stamp(), "2006-01-02T15-04-05.025");
}
