//! A writer and the place where it writes.

use std::fs;

use super::{
    follower::Follower,
    oracle::{check, one_pass},
    place::{News, Place},
    writer::Writer,
};
use crate::tool::Ran;

/// Where one test happens.
pub(crate) struct Site {
    pub(crate) writer: Writer,
    pub(crate) place: Place,
}

impl Site {
    pub(crate) fn new() -> Site {
        Site::with(News::Told)
    }

    pub(crate) fn with(news: News) -> Site {
        let place = Place::new(news);
        let log = place.folder.path("log");
        fs::create_dir(&log).unwrap();
        Site { writer: Writer::new(log), place }
    }

    /// Follows into a file, and has read all there is.
    #[track_caller]
    pub(crate) fn followed(&self) -> Follower {
        let mut follower = self.place.follow();
        follower.until_open(&self.place.log());
        self.until_caught_up(&mut follower);
        follower
    }

    /// Returns what one pass over all that was written gives.
    pub(crate) fn expected(&self) -> Vec<u8> {
        one_pass(self.writer.generations())
    }

    /// Checks that the file is what one pass gives, byte for byte.
    #[track_caller]
    pub(crate) fn check(&self, ran: &Ran) {
        check(&self.place.found(), &self.expected(), &ran.err);
    }

    /// Waits until all that was written has come out into the file.
    #[track_caller]
    pub(crate) fn until_caught_up(&self, follower: &mut Follower) {
        let expected = self.expected();
        let length = expected.len() as u64;
        if !follower.wait(|| self.place.length() >= length) {
            check(&self.place.found(), &expected, &follower.talk());
        }
    }

    /// Waits until all events that were written have come out: quicker than
    /// to pass over all of them.
    #[track_caller]
    pub(crate) fn until_kept(&self, follower: &mut Follower) {
        self.place.until_out(follower, self.writer.kept());
    }

    /// Waits until all has come out, ends the follower in good order, and
    /// checks the file.
    #[track_caller]
    pub(crate) fn finish(&self, mut follower: Follower) -> Ran {
        self.until_caught_up(&mut follower);
        let ran = follower.term();
        assert_eq!(ran.code, Some(143), "{}", ran.err);
        self.check(&ran);
        ran
    }

    /// The same for one that writes to its standard output.
    #[track_caller]
    pub(crate) fn finish_stream(&self, mut follower: Follower) -> Ran {
        let expected = self.expected();
        follower.until_said(expected.len());
        let ran = follower.term();
        assert_eq!(ran.code, Some(143), "{}", ran.err);
        check(&ran.out, &expected, &ran.err);
        ran
    }
}

/// Checks that what was read is accounted for.
#[track_caller]
pub(crate) fn adds_up(ran: &Ran, read: u64) {
    let numbers = ["kept", "skipped", "set aside"];
    let sum: u64 = numbers.iter().map(|name| ran.number(name)).sum();
    assert_eq!((ran.number("read"), sum), (read, read), "{}", ran.err);
}

/// Checks that nothing was said to be lost.
#[track_caller]
pub(crate) fn no_gap(ran: &Ran) {
    assert_eq!(super::follower::gaps(&ran.err), [""; 0], "{}", ran.err);
}

/// Checks that so many losses were said.
#[track_caller]
pub(crate) fn gaps(ran: &Ran, count: usize) {
    let said = super::follower::gaps(&ran.err).len();
    assert_eq!(said, count, "{}", ran.err);
}
