//! Follows files on a simulated disk, through everything that can happen.
//!
//! `disk` is what it happens on, `apiserver` and `neighbour` are who does it,
//! an `act` is one such thing, a `story` a number of them. `truth` says what
//! has to come out, `check` whether it has.

mod act;
mod apiserver;
mod check;
mod disk;
mod events;
mod neighbour;
mod plain;
mod story;
mod truth;

use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestError, TestRunner},
};

use self::{
    act::{Act, stories},
    plain::{Flaw, Plain},
    story::{Start, tell},
};
use crate::tool::wants;

/// Acts of a long story.
const MOST: usize = 60;

/// Tells random stories until one goes wrong; returns that, made short.
fn search(
    cases: u32,
    start: impl Fn() -> Box<dyn Start>,
) -> Result<(), (Vec<Act>, String)> {
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::with_cases(cases)
    };
    let mut runner = TestRunner::new(config);
    let result = runner.run(&stories(MOST), |acts| {
        tell(&acts, &mut *start()).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, acts)) => Err((acts, why.to_string())),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

fn cases() -> u32 {
    if wants("KAUDIT_FILTER_PROOF", "full") { 50_000 } else { 1_000 }
}

#[test]
fn a_follower_that_reads_everything_again_does_nothing_wrong() {
    let plain = || Box::new(Plain::new(None)) as Box<dyn Start>;
    if let Err((acts, why)) = search(cases(), plain) {
        panic!("{why}\n{acts:#?}");
    }
}
