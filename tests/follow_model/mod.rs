//! Follows files on a simulated disk, through everything that can happen.
//!
//! `disk` is what it happens on, `apiserver` and `neighbour` are who does it,
//! an `act` is one such thing, a `story` a number of them. `truth` says what
//! has to come out, `check` whether it has. `real` is the follower that is
//! judged; `plain` is another, with flaws that must be found.
//! `KAUDIT_FILTER_PROOF=full` tells fifty times as many stories.
//! `KAUDIT_FILTER_STORIES` says how many instead, and `KAUDIT_FILTER_SEED`
//! makes them others.

mod act;
mod apiserver;
mod check;
mod disk;
mod events;
mod fixed;
mod kept;
mod neighbour;
mod plain;
mod real;
mod story;
mod truth;

use std::env;

use proptest::{
    strategy::Strategy,
    test_runner::{
        Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner,
    },
};

use self::{
    act::{Act, Mix, Survival, stories},
    plain::{Flaw, Plain},
    real::Real,
    story::{Start, tell},
};
use crate::tool::wants;

/// Acts of a long story.
const MOST: usize = 60;

/// A log that is rotated; crashes of the follower and of the machine.
const ROTATION: Mix = Mix {
    writing: 40,
    rotating: 25,
    meddling: 0,
    following: 35,
    survivals: &[Survival::Flushed, Survival::Torn],
};

/// All that people and other programs do to a log, too.
const EVERYTHING: Mix = Mix {
    writing: 40,
    rotating: 14,
    meddling: 16,
    following: 30,
    survivals: &[Survival::Flushed],
};

/// The same, and power cuts tear the log itself.
const TORN: Mix =
    Mix { survivals: &[Survival::Flushed, Survival::Torn], ..EVERYTHING };

/// Tells random stories until one goes wrong; returns that, made short.
fn search(
    stories: impl Strategy<Value = Vec<Act>>,
    cases: u32,
    start: impl Fn() -> Box<dyn Start>,
) -> Result<(), (Vec<Act>, String)> {
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::with_cases(cases)
    };
    // The same stories each time: a change is to blame, not luck.
    let mut seed = [7; 32];
    seed[..4].copy_from_slice(&number("KAUDIT_FILTER_SEED", 0).to_le_bytes());
    let dice = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config, dice);
    let result = runner.run(&stories, |acts| {
        tell(&acts, &mut *start()).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, acts)) => Err((acts, why.to_string())),
        Err(TestError::Abort(why)) => Err((Vec::new(), why.to_string())),
    }
}

/// Checks that no story goes wrong.
#[track_caller]
fn check(mix: Mix, cases: u32, start: impl Fn() -> Box<dyn Start>) {
    if let Err((acts, why)) = search(stories(mix, MOST), cases, start) {
        panic!("{why}\n{acts:#?}");
    }
}

/// Checks that a flaw is found, and by what it does wrong.
#[track_caller]
fn check_found(flaw: Flaw, wrong: &[&str]) {
    let plain = || Box::new(Plain::new(Some(flaw))) as Box<dyn Start>;
    let found = search(stories(EVERYTHING, MOST), 20_000, plain);
    let (acts, why) = found.expect_err("a flaw was not found");
    let is_known = wrong.iter().any(|wrong| why.contains(wrong));
    assert!(is_known, "{flaw:?}: {why}\n{acts:#?}");
}

fn full(few: u32) -> u32 {
    let all = wants("KAUDIT_FILTER_PROOF", "full");
    number("KAUDIT_FILTER_STORIES", if all { few * 50 } else { few })
}

/// Returns the number that the environment sets `name` to, or `else_`.
fn number(name: &str, else_: u32) -> u32 {
    let set = env::var_os(name);
    set.map_or(else_, |set| {
        let digits = set.to_str().expect("it is a number");
        digits.parse().expect("it is a number")
    })
}

#[test]
fn nothing_is_lost_through_rotations_and_crashes() {
    check(ROTATION, full(400), || Box::new(Real::default()));
}

/// In a file that a rotation has begun since the last commit, what a kill has
/// torn stays there if its line never comes again: no log is lost here. Nor is
/// power cut, which leaves holes in such files; `kept` looks at that. And who
/// is killed again before that line has come leaves what is torn as it is.
#[test]
fn nothing_is_lost_where_the_output_rotates_itself() {
    let stories = stories(ROTATION, MOST).prop_map(|mut acts| {
        let mut is_torn = false;
        for act in &mut acts {
            *act = match *act {
                Act::PowerCut(_) => Act::Kill,
                Act::PowerCutAt(..) | Act::KillAt(..) if is_torn => Act::Kill,
                Act::PowerCutAt(calls, last, _) | Act::KillAt(calls, last) => {
                    is_torn = true;
                    Act::KillAt(calls, last)
                }
                Act::Burst(_) => Act::Rotate,
                Act::Prune => Act::Mill(0),
                Act::Truncate | Act::Regrow(_) | Act::Unlink => Act::Rotate,
                other => other,
            };
        }
        acts
    });
    let result = search(stories, full(150), || Box::new(Real::rotating(900)));
    if let Err((acts, why)) = result {
        panic!("{why}\n{acts:#?}");
    }
}

#[test]
fn nothing_is_lost_that_could_be_read_whatever_happens() {
    check(EVERYTHING, full(600), || Box::new(Real::default()));
}

#[test]
fn little_is_lost_where_power_cuts_tear_the_log_as_well() {
    check(TORN, full(200), || Box::new(Real::default()));
}

#[test]
fn who_reads_everything_again_does_nothing_wrong() {
    check(EVERYTHING, 300, || Box::new(Plain::new(None)));
}

#[test]
fn every_flaw_is_found() {
    for (flaw, wrong) in [
        (Flaw::LikeTail, &["lost: "][..]),
        (Flaw::SkipsCompressed, &["lost: ", "gaps told"]),
        (Flaw::SkipsBackups, &["lost: ", "gaps told"]),
        (Flaw::LetsGo, &["lost: ", "gaps told"]),
        (Flaw::Hurries, &["never written", "doubled"]),
        (Flaw::Forgets, &["doubled: "]),
        (Flaw::LeavesTorn, &["never written", "lost: "]),
        (Flaw::TrustsPower, &["lost: ", "never written"]),
        (Flaw::TrustsCache, &["lost: ", "never written"]),
        (Flaw::Seeks, &["lost: "]),
        (Flaw::Hides, &["[] and perhaps [] gaps told"]),
        (Flaw::CriesWolf, &["gaps told of 0 to 0"]),
    ] {
        check_found(flaw, wrong);
    }
}
