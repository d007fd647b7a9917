//! The follower gets signals, and its output is rotated.

use std::{fs, thread, time::Duration};

use rustix::process::Signal;

use super::{
    oracle::check,
    site::{Site, no_gap},
    times,
};
use crate::{dice::Dice, tool::Ran};

/// Lets a follower run while there is something to do, and ends it.
fn ended(site: &mut Site, dice: &mut Dice, signal: Signal) -> Ran {
    let mut follower = site.place.follow();
    // It is ready for signals once it has got that far.
    follower.until_open(&site.place.log());
    for _ in 0..dice.below(10) {
        site.writer.events(dice.below(30));
        if dice.percent(20) {
            site.writer.rotate();
        }
        thread::sleep(Duration::from_micros(dice.below(3_000) as u64));
    }
    follower.signal(signal);
    follower.end()
}

#[test]
fn ended_in_good_order_at_any_moment_nothing_is_lost() {
    let mut dice = Dice::new(7);
    let mut site = Site::new();
    site.writer.events(20);
    site.place.catch_up();
    for number in 0..times(40, 1_000) {
        let (signal, code) = match number % 2 {
            0 => (Signal::TERM, 143),
            _ => (Signal::INT, 130),
        };
        let ran = ended(&mut site, &mut dice, signal);
        assert_eq!(ran.code, Some(code), "{}", ran.err);
        assert!(site.place.found().ends_with(b"\n"));
        no_gap(&ran);
    }
    site.check(&site.place.catch_up());
}

#[test]
fn an_output_that_is_rotated_is_written_on_in_a_new_file() {
    let mut dice = Dice::new(8);
    let mut site = Site::new();
    site.writer.events(20);
    let mut follower = site.followed();
    let output = site.place.output();
    let mut parts = Vec::new();
    for number in 0..times(20, 500) {
        site.writer.events(dice.below(200));
        thread::sleep(Duration::from_micros(dice.below(3_000) as u64));
        let part = format!("{output}.{number}");
        fs::rename(&output, &part).unwrap();
        parts.push(part);
        let signal = if dice.percent(50) { Signal::USR1 } else { Signal::HUP };
        follower.signal(signal);
        site.writer.events(dice.below(200));
        follower.until("there is a new file", || fs::exists(&output).unwrap());
    }
    let last = site.writer.fence();
    follower.until("the last one came out", || {
        site.place.found().ends_with(&last)
    });
    let ran = follower.term();
    assert_eq!(ran.code, Some(143), "{}", ran.err);
    parts.push(output);
    let found: Vec<u8> =
        parts.iter().flat_map(|part| fs::read(part).unwrap()).collect();
    check(&found, &site.expected(), &ran.err);
}

#[test]
fn an_output_that_was_rotated_before_a_crash_is_known_again() {
    let mut dice = Dice::new(9);
    let mut site = Site::new();
    let output = site.place.output();
    let mut parts = Vec::new();
    for number in 0..times(8, 200) {
        let mut follower = site.place.follow();
        site.writer.events(200);
        let last = site.writer.fence();
        follower.until("the last one came out", || {
            site.place.found().ends_with(&last)
        });
        // The new file is in the checkpoint by now; a part of what follows
        // is not, which is the point.
        thread::sleep(Duration::from_millis(400));
        site.writer.events(200);
        thread::sleep(Duration::from_micros(dice.below(9_000) as u64));
        follower.kill();
        let part = format!("{output}.{number}");
        fs::rename(&output, &part).unwrap();
        parts.push(part);
    }
    let ran = site.place.catch_up();
    parts.push(output);
    let found: Vec<u8> =
        parts.iter().flat_map(|part| fs::read(part).unwrap()).collect();
    check(&found, &site.expected(), &ran.err);
}

#[test]
fn usr1_prints_the_numbers_of_a_run_that_goes_on() {
    let mut site = Site::new();
    site.writer.events(30);
    let mut follower = site.followed();
    follower.signal(Signal::USR1);
    let heard = follower.err.clone();
    follower.until("it says the numbers", || {
        let talk = String::from_utf8(heard.text()).unwrap();
        talk.lines().any(|row| row.trim_start().starts_with("read"))
    });
    site.writer.events(30);
    site.finish(follower);
}
