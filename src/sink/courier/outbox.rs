//! Frames that are not with whom they are for, in order, so that they can be
//! sent again.

use std::{collections::VecDeque, time::Instant};

use super::link::{Least, Unread};

/// What was framed and is not taken yet.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Frames, one behind the other; those that are taken leave in bulk.
    bytes: Vec<u8>,
    /// Where `bytes[0]` stands in all that was ever framed.
    start: u64,
    /// Where the first frame begins that is not taken. `start <= front`.
    front: u64,
    frames: VecDeque<Frame>,
    /// How many of them were passed on whole. `passed <= frames.len()`.
    passed: usize,
    /// How far bytes were passed on, in all that was ever framed.
    at: u64,
}

/// One record, framed.
#[derive(Debug)]
struct Frame {
    /// Where it ends in all that was ever framed.
    end: u64,
    /// How many bytes of records had been given with this one.
    given: u64,
    /// When it was passed on, if it was.
    passed: Option<Instant>,
}

/// What is known of frames that were passed on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt {
    /// What nobody has taken from the system yet.
    pub unread: Unread,
    /// What was passed on later is not sure yet.
    pub until: Instant,
}

impl Outbox {
    /// Adds the frame that `make` appends; `given` counts its record.
    pub(super) fn push(
        &mut self,
        given: u64,
        make: impl FnOnce(&mut Vec<u8>),
    ) {
        make(&mut self.bytes);
        let end = self.start + self.bytes.len() as u64;
        self.frames.push_back(Frame { end, given, passed: None });
    }

    /// Returns how many bytes are kept.
    pub(super) fn held(&self) -> usize {
        self.bytes.len() - self.gone()
    }

    /// Returns whether nothing waits to be passed on.
    pub(super) fn is_passed(&self) -> bool {
        self.passed == self.frames.len()
    }

    /// Returns how many frames are kept.
    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }

    /// Returns the next frame to pass on, if it is whole: a stream may have
    /// got a part of it.
    pub(super) fn frame(&self) -> Option<&[u8]> {
        let end = self.frames.get(self.passed)?.end;
        Some(self.slice(self.at, end))
    }

    /// Returns what is to be passed on, at most `most` bytes.
    pub(super) fn rest(&self, most: usize) -> &[u8] {
        let end = self.start + self.bytes.len() as u64;
        self.slice(self.at, end.min(self.at + most as u64))
    }

    /// Returns how far bytes were passed on, in all that was ever framed.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Notes that so many more bytes were passed on.
    pub(super) fn pass(&mut self, bytes: usize, now: Instant) {
        self.at += bytes as u64;
        while let Some(frame) = self.frames.get_mut(self.passed)
            && frame.end <= self.at
        {
            frame.passed = Some(now);
            self.passed += 1;
        }
    }

    /// Has all that is not taken be passed on once more; returns how many
    /// frames come twice, as far as anybody can tell.
    pub(super) fn rewind(&mut self) -> usize {
        let again = self.passed;
        for frame in self.frames.iter_mut().take(self.passed) {
            frame.passed = None;
        }
        self.passed = 0;
        self.at = self.front;
        again
    }

    /// Lets go of what was taken; returns how many bytes of records that is
    /// since the beginning, if it is more than before.
    pub(super) fn accept(&mut self, doubt: Doubt) -> Option<u64> {
        let sure = self.sure(doubt);
        let last = self.frames.drain(..sure).next_back()?;
        self.passed -= sure;
        self.front = last.end;
        let gone = self.gone();
        // In bulk: to move the rest costs as much as it is long.
        if gone * 2 >= self.bytes.len() {
            self.bytes.drain(..gone);
            self.start = self.front;
        }
        Some(last.given)
    }

    /// Returns how many frames are taken for sure. Whatever takes them takes
    /// them in order, so those in doubt are the last ones, and all of them
    /// together have no more than the bytes in doubt.
    pub(super) fn sure(&self, doubt: Doubt) -> usize {
        let begun = match self.passed.checked_sub(1) {
            Some(last) => self.frames[last].end,
            None => return 0,
        };
        let mut sum = match doubt.unread.least {
            Least::Length => self.at - begun,
            Least::Bytes(_) => 0,
        };
        let mut sure = self.passed;
        while sure > 0 {
            let from = self.begin(sure - 1);
            sum += match doubt.unread.least {
                Least::Length => self.frames[sure - 1].end - from,
                Least::Bytes(least) => least,
            };
            if sum > doubt.unread.bytes {
                break;
            }
            sure -= 1;
        }
        let is_old = |frame: &Frame| {
            frame.passed.is_some_and(|passed| passed <= doubt.until)
        };
        self.frames.iter().take(sure).take_while(|f| is_old(f)).count()
    }

    /// Returns when the first frame was passed on that is not taken.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.frames.front()?.passed
    }

    /// Where a frame begins.
    fn begin(&self, frame: usize) -> u64 {
        match frame.checked_sub(1) {
            Some(before) => self.frames[before].end,
            None => self.front,
        }
    }

    /// How many bytes in front are not needed any more.
    fn gone(&self) -> usize {
        usize::try_from(self.front - self.start).unwrap_or(0)
    }

    fn slice(&self, from: u64, to: u64) -> &[u8] {
        let place = |at: u64| usize::try_from(at - self.start).unwrap_or(0);
        &self.bytes[place(from)..place(to)]
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn filled(frames: &[&str]) -> Outbox {
        let mut outbox = Outbox::default();
        let mut given = 0;
        for frame in frames {
            given += frame.len() as u64;
            outbox.push(given, |out| out.extend_from_slice(frame.as_bytes()));
        }
        outbox
    }

    fn doubt(bytes: u64, least: Least) -> Doubt {
        let unread = Unread { bytes, least };
        Doubt { unread, until: Instant::now() }
    }

    const LENGTH: Least = Least::Length;

    #[test]
    fn what_may_still_be_unread_is_kept() {
        for (bytes, least, expected) in [
            (0, LENGTH, Some(10)),
            (1, LENGTH, Some(10)),
            (3, LENGTH, Some(7)),
            (7, LENGTH, Some(3)),
            (10, LENGTH, None),
            (0, Least::Bytes(10), Some(10)),
            (9, Least::Bytes(10), Some(10)),
            (10, Least::Bytes(10), Some(7)),
            (40, Least::Bytes(10), None),
        ] {
            let mut outbox = filled(&["one", "four", "two"]);
            outbox.pass(10, Instant::now());
            let taken = outbox.accept(doubt(bytes, least));
            assert_eq!(taken, expected, "{bytes} {least:?}");
        }
    }

    #[test]
    fn a_frame_passed_in_part_counts_when_it_is_whole() {
        let mut outbox = filled(&["one", "four"]);
        outbox.pass(5, Instant::now());
        assert_eq!(outbox.frame(), Some(&b"ur"[..]));
        assert_eq!(outbox.accept(doubt(0, LENGTH)), Some(3));
        assert_eq!(outbox.held(), 4);
        outbox.pass(2, Instant::now());
        assert!(outbox.is_passed());
        assert_eq!(outbox.accept(doubt(0, LENGTH)), Some(7));
        assert_eq!((outbox.held(), outbox.len()), (0, 0));
    }

    #[test]
    fn what_was_not_taken_comes_again_from_its_begin() {
        let mut outbox = filled(&["one", "four", "six"]);
        outbox.pass(8, Instant::now());
        assert_eq!(outbox.accept(doubt(5, LENGTH)), Some(3));
        assert_eq!(outbox.rewind(), 1);
        assert_eq!(outbox.rest(100), b"foursix");
        assert_eq!(outbox.rest(2), b"fo");
        assert_eq!(outbox.accept(doubt(0, LENGTH)), None);
    }

    #[test]
    fn what_was_passed_on_just_now_is_not_sure() {
        let mut outbox = filled(&["one", "four"]);
        let now = Instant::now();
        outbox.pass(3, now);
        outbox.pass(4, now + Duration::from_secs(2));
        let until = now + Duration::from_secs(1);
        let doubt = Doubt { unread: Unread::NONE, until };
        assert_eq!(outbox.accept(doubt), Some(3));
        assert_eq!(outbox.accept(doubt), None);
    }
}
