//! Turns records into messages for somebody who may not be there.
//!
//! A [`Courier`] keeps what it was given until it is with whom it is for:
//! taken from the queue of a daemon on this machine, or written to a server
//! and not heard of for a while. When the way to them breaks, it finds
//! another, and what may be lost is sent again, in order. So nothing is lost
//! among what was accepted, and what comes twice is the last of it.

mod dial;
mod form;
mod link;
mod local;
mod memory;
mod outbox;
mod resolve;
mod retry;
mod route;
mod stream;
mod tls;
mod udp;
mod wait;

use std::{
    io::{self, ErrorKind, IoSlice},
    os::fd::BorrowedFd,
    time::{Duration, Instant},
};

use memchr::memchr;

use self::{
    dial::Dial,
    form::{Fit, Form},
    link::Link,
    outbox::{Doubt, Outbox},
    retry::Retry,
    route::{Route, Start},
};
use super::{Remark, Settled, Sink, Stall, address::Spec};

pub use self::wait::Pace;

/// The most bytes that are kept for one that does not say when it has them.
/// With a commit lag of 5 s, 6 MB/s go through on end.
const KEPT: usize = 32 << 20;

/// How soon to look again for a reply that cannot be polled for.
const SOON: Duration = Duration::from_millis(10);

/// A sink that sends each record to a daemon or a server.
#[derive(Debug)]
pub struct Courier {
    form: Form,
    route: Route,
    way: Way,
    retry: Retry,
    outbox: Outbox,
    /// A record that has no end yet.
    part: Vec<u8>,
    settled: Settled,
    pace: Pace,
    news: News,
}

/// How things stand with the peer.
#[derive(Debug)]
enum Way {
    /// There is none; it is tried again when it is time.
    None,
    /// It is being made.
    Dial(Dial),
    /// It is open.
    Open(Box<dyn Link>),
}

/// What is worth telling since somebody asked.
#[derive(Debug, Default)]
struct News {
    /// Records that lost their end.
    shortened: u64,
    /// Records that were sent again.
    again: u64,
    /// Whether nobody can tell what becomes of them.
    is_unsure: bool,
}

impl Courier {
    /// Makes ready to send to an address; whether somebody is there shows
    /// later.
    ///
    /// # Errors
    ///
    /// When a certificate or key cannot be read, or when the address is that
    /// of a file.
    pub fn open(spec: &Spec, pace: Pace) -> io::Result<Courier> {
        let form = Form::of(spec).ok_or(ErrorKind::Unsupported)?;
        let route = Route::of(&spec.address).ok_or(ErrorKind::Unsupported)?;
        route.check()?;
        let is_unsure = route.is_unsure();
        Ok(Courier {
            form,
            route,
            way: Way::None,
            retry: Retry::default(),
            outbox: Outbox::default(),
            part: Vec::new(),
            settled: Settled::default(),
            pace,
            news: News { is_unsure, ..News::default() },
        })
    }

    /// Puts whole records into the outbox and keeps the begin of the last.
    fn take(&mut self, parts: &[IoSlice<'_>]) {
        let stamp = self.form.stamp();
        for part in parts {
            let mut rest: &[u8] = part;
            while let Some(end) = memchr(b'\n', rest) {
                let (record, behind) = (&rest[..end], &rest[end + 1..]);
                rest = behind;
                self.settled.given += record.len() as u64 + 1;
                if self.part.is_empty() {
                    self.pack(record, &stamp);
                } else {
                    let mut whole = std::mem::take(&mut self.part);
                    whole.extend_from_slice(record);
                    self.pack(&whole, &stamp);
                }
            }
            // Given, but not to be taken before its end is there.
            self.settled.given += rest.len() as u64;
            self.part.extend_from_slice(rest);
        }
    }

    fn pack(&mut self, record: &[u8], stamp: &form::Stamp) {
        let (form, given) = (&self.form, self.settled.given);
        let mut fit = Fit::Whole;
        self.outbox.push(given, |out| fit = form.frame(record, stamp, out));
        self.news.shortened += u64::from(fit == Fit::Cut);
    }

    /// Passes on what is waiting, as far as that goes without waiting.
    fn pass(&mut self) -> Result<(), Stall> {
        loop {
            if self.is_through() {
                return Ok(());
            }
            let done = match &mut self.way {
                Way::None if self.retry.is_early() => {
                    return Err(self.retry.stall());
                }
                Way::None => {
                    self.retry.begin();
                    self.route.start().map(|start| match start {
                        Start::Link(link) => self.way = Way::Open(link),
                        Start::Dial(dial) => self.way = Way::Dial(dial),
                    })
                }
                Way::Dial(dial) => {
                    dial.go_on().map(|link| self.way = Way::Open(link))
                }
                Way::Open(link) => {
                    let before = self.outbox.at();
                    let passed = link.pass(&mut self.outbox);
                    if self.outbox.at() > before {
                        self.retry.opened();
                    }
                    match passed {
                        Ok(()) => return Ok(()),
                        Err(error) => Err(error),
                    }
                }
            };
            match done {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Err(Stall::Slow);
                }
                Err(error) => self.lose(&error),
            }
        }
    }

    /// Returns whether everything has left this process.
    fn is_through(&self) -> bool {
        let is_pending = match &self.way {
            Way::Open(link) => link.is_pending(),
            Way::None | Way::Dial(_) => false,
        };
        self.outbox.is_passed() && !is_pending
    }

    /// Gives up a way that is broken.
    fn lose(&mut self, error: &io::Error) {
        self.way = Way::None;
        self.news.again += self.outbox.rewind() as u64;
        self.retry.later(&self.route.told(error));
    }

    /// Lets go of what is with whom it is for, if it was passed on `lag`
    /// ago.
    fn accept(&mut self, lag: Duration) {
        let Way::Open(link) = &mut self.way else { return };
        let now = Instant::now();
        let until = now.checked_sub(lag).unwrap_or(now);
        let doubt = Doubt { unread: link.unread(), until };
        if self.outbox.len() == 0 {
            return;
        }
        // What a peer had not read is forgotten when it leaves, so nothing
        // is sure before it was seen behind that.
        if let Err(error) = link.check() {
            self.lose(&error);
        } else if let Some(taken) = self.outbox.accept(doubt) {
            self.settled.taken = taken;
            self.retry.reset();
        }
    }

    /// Returns whether so much is kept that more has to wait.
    fn is_full(&self) -> bool {
        self.outbox.held() > KEPT
    }
}

impl Sink for Courier {
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        self.take(parts);
        match self.pace {
            Pace::Holds => Ok(()),
            Pace::Waits => self.wait_to_pass(),
        }
    }

    fn drain(&mut self) -> Result<(), Stall> {
        // What has arrived meanwhile need not come again, should the way
        // turn out to be broken.
        self.accept(self.route.lag());
        self.pass()?;
        if self.is_full() { Err(Stall::Slow) } else { Ok(()) }
    }

    fn bottleneck(&self) -> Option<BorrowedFd<'_>> {
        match &self.way {
            Way::None => None,
            Way::Dial(dial) => dial.bottleneck(),
            Way::Open(_) if self.is_through() => None,
            Way::Open(link) => link.bottleneck(),
        }
    }

    fn due(&self) -> Option<Instant> {
        match &self.way {
            Way::None => self.retry.at(),
            Way::Dial(dial) => Some(dial.deadline()),
            Way::Open(_) if self.is_through() => {
                Some(self.outbox.oldest()? + self.route.lag().max(SOON))
            }
            Way::Open(link) => {
                let is_unheard = link.bottleneck().is_none();
                is_unheard.then(|| Instant::now() + SOON)
            }
        }
    }

    /// Also goes on sending, so that what was lost goes out again even where
    /// nothing new is written.
    fn settle(&mut self) -> io::Result<Settled> {
        match self.pace {
            Pace::Holds => {
                // Why it is stuck, `drain` says.
                self.pass().ok();
                self.accept(self.route.lag());
                Ok(self.settled)
            }
            Pace::Waits => self.wait_to_settle(),
        }
    }

    fn remarks(&mut self) -> Vec<Remark> {
        let News { shortened, again, is_unsure } =
            std::mem::take(&mut self.news);
        let unsure = is_unsure.then_some(Remark::Unsure);
        let limit = self.form.limit();
        let shortened = (shortened > 0)
            .then_some(Remark::Shortened { records: shortened, limit });
        let again = (again > 0).then_some(Remark::Again { records: again });
        [unsure, again, shortened].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests;
