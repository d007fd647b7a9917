//! Turns a number of bytes that a sink was given into the length that its
//! file had then.

use std::collections::VecDeque;

/// Points that are remembered; beyond that, every other one is forgotten, so
/// that those far back become rare. Whoever asks at all asks for the last
/// few: what a pipe holds is soon read.
const POINTS: usize = 4096;

/// How the file grew with what was given, as far back as somebody may ask.
#[derive(Debug)]
pub(super) struct Course {
    /// Never empty; both numbers never fall.
    points: VecDeque<Point>,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    given: u64,
    length: u64,
}

impl Course {
    /// Begins with a file of this length.
    pub(super) fn new(given: u64, length: u64) -> Course {
        Course { points: VecDeque::from([Point { given, length }]) }
    }

    /// Remembers a length.
    pub(super) fn pass(&mut self, given: u64, length: u64) {
        self.points.push_back(Point { given, length });
        if self.points.len() > POINTS {
            let mut is_odd = false;
            self.points.retain(|_| {
                is_odd = !is_odd;
                is_odd
            });
        }
    }

    /// Returns a length that the file had when no more than `given` was
    /// given, the last that is known, and forgets those before it.
    ///
    /// * Before the begin of the course it is the first one.
    pub(super) fn at(&mut self, given: u64) -> u64 {
        while self.points.get(1).is_some_and(|point| point.given <= given) {
            self.points.pop_front();
        }
        self.points.front().map_or(0, |point| point.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_never_beyond_what_was_given() {
        let mut course = Course::new(0, 100);
        course.pass(10, 110);
        course.pass(10, 115);
        course.pass(30, 130);
        for (given, length) in [(0, 100), (9, 100), (10, 115), (29, 115)] {
            assert_eq!(course.at(given), length, "{given}");
        }
        assert_eq!((course.at(30), course.at(99)), (130, 130));
        assert_eq!(course.at(0), 130);
    }

    #[test]
    fn of_a_long_course_the_last_part_is_remembered_best() {
        let mut course = Course::new(0, 0);
        for at in 0..100_000 {
            course.pass(at, at);
        }
        assert!(course.points.len() <= POINTS);
        assert!(course.at(98_000) <= 98_000);
        assert_eq!(course.at(99_000), 99_000);
    }
}
