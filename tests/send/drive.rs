//! Uses a sink as one who follows does.

use std::{
    io::IoSlice,
    time::{Duration, Instant},
};

use kaudit_filter::sink::{Courier, Pace, Settled, Sink, Stall, address};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::daemon::until;

/// Opens a sink that holds back what cannot be sent.
pub(super) fn open(spec: &str) -> Courier {
    Courier::open(&address::parse(spec).unwrap(), Pace::Holds).unwrap()
}

pub(super) fn write(sink: &mut Courier, text: &str) {
    sink.write(&mut [IoSlice::new(text.as_bytes())]).unwrap();
}

/// Passes on all that is held back.
#[track_caller]
pub(super) fn deliver(sink: &mut Courier) {
    until("delivery", || sink.drain().is_ok() || !pause(sink));
}

/// Waits until everything is with whom it is for.
#[track_caller]
pub(super) fn settle(sink: &mut Courier) {
    until("acceptance", || {
        let Settled { given, taken } = sink.settle().unwrap();
        given == taken
    });
}

/// Returns why a sink holds back what it was given.
#[track_caller]
pub(super) fn refusal(sink: &mut Courier) -> String {
    let mut refusal = None;
    until("refusal", || {
        match sink.drain() {
            Ok(()) => {
                sink.settle().unwrap();
            }
            Err(Stall::Refused(error)) => refusal = Some(error.to_string()),
            Err(Stall::Slow) => {
                pause(sink);
            }
            Err(Stall::Over(error)) => panic!("{error}"),
        }
        refusal.is_some()
    });
    refusal.unwrap()
}

/// Waits for what holds a sink up; returns false, so that it is asked again.
fn pause(sink: &Courier) -> bool {
    let due = sink.due().map(|due| due - Instant::now().min(due));
    let most = Duration::from_millis(50);
    let timeout = due.unwrap_or(most).min(most);
    let fd = sink.bottleneck();
    let mut fds: Vec<_> = fd
        .iter()
        .map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::OUT))
        .collect();
    let timeout = Timespec::try_from(timeout).unwrap();
    poll(&mut fds, Some(&timeout)).unwrap();
    true
}

/// Some records, each with its number.
pub(super) fn numbered(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| format!("record {number} is here\n")).collect()
}

/// The numbers of the records in some text, in order.
pub(super) fn numbers(text: &str) -> Vec<usize> {
    let records = text.lines().filter_map(|line| {
        let (_, number) = line.split_once("record ")?;
        let (number, end) = number.split_once(' ').expect("not cut");
        assert_eq!(end, "is here", "{line}");
        number.parse().ok()
    });
    records.collect()
}

/// Checks that all of so many records came, each for the first time in its
/// turn; returns how many came again.
#[track_caller]
pub(super) fn check_order(numbers: &[usize], all: usize) -> usize {
    let mut next = 0;
    for (at, &number) in numbers.iter().enumerate() {
        assert!(number <= next, "{number} instead of {next}");
        if number == next {
            next += 1;
        } else if at > 0 {
            // What comes again comes in order, from one place on; a restart
            // amid that has it come once more.
            let before = numbers[at - 1];
            assert!(number <= before + 1, "{number} behind {before}");
        }
    }
    assert_eq!(next, all, "some never came");
    numbers.len() - all
}
