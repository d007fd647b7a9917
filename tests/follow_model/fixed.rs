//! Stories that once went wrong.

use super::{
    act::{
        Act::{self, *},
        Door, Power, Survival,
    },
    real::Real,
    story::tell,
};

/// A power cut after which all is there that was written.
const CUT: Power = Power { seed: 0, log: Survival::Flushed };

/// An event like others.
const EVENT: Act = Write(0);

#[track_caller]
fn check(acts: &[Act]) {
    if let Err(why) = tell(acts, &mut Real::default()) {
        panic!("{why}\n{acts:?}");
    }
}

#[test]
fn a_log_that_is_copied_and_cut_between_two_looks_is_read_in_the_copy() {
    check(&[Rotate, Turn, EVENT, Copy, Truncate]);
}

#[test]
fn a_log_that_is_copied_and_cut_while_the_output_is_full_is_not_lost() {
    check(&[FullOut(0), EVENT, Copy, EVENT, Regrow(0), Turn, Copy, Truncate]);
}

#[test]
fn what_a_cut_log_holds_comes_once_although_it_was_copied_and_rotated() {
    check(&[EVENT, EVENT, Turn, Regrow(0), Copy, Rotate]);
    check(&[EVENT, Turn, Regrow(0), EVENT, Rotate, Mill(0), Mill(0), Mill(0)]);
}

#[test]
fn a_copy_that_was_cut_short_amid_a_line_takes_no_place() {
    check(&[
        EVENT,
        Rotate,
        Begin(1),
        Turn,
        Begin(1),
        Copy,
        EVENT,
        Copy,
        Unlink,
        Turn,
        EVENT,
    ]);
    check(&[EVENT, Rotate, Write(2), FullLog(276), Copy]);
}

#[test]
fn a_copy_beside_a_log_that_may_not_be_opened_comes_once() {
    check(&[
        EVENT,
        Deny(Door::Log),
        Rotate,
        Rotate,
        EVENT,
        Copy,
        EVENT,
        Turn,
        EVENT,
    ]);
    check(&[EVENT, Copy, Turn, EVENT, Deny(Door::Log), Turn, Kill, Turn]);
}

#[test]
fn a_log_that_is_cut_while_its_copy_may_not_be_seen_is_no_gap() {
    check(&[EVENT, Copy, Turn, Truncate, Deny(Door::Folder), Turn]);
    check(&[EVENT, Turn, EVENT, Copy, Deny(Door::Folder), Truncate, Turn]);
}

#[test]
fn what_a_shorter_copy_does_not_hold_is_read_in_the_longer_one() {
    check(&[EVENT, Copy, EVENT, EVENT, Rotate, Mill(0), Mill(0), Mill(0)]);
    check(&[EVENT, Turn, EVENT, Copy, EVENT, Rotate, Turn]);
}

#[test]
fn an_empty_file_that_was_packed_is_no_copy_of_another() {
    check(&[Rotate, Mill(0), Mill(0), Turn, Mill(0), EVENT]);
}

#[test]
fn a_log_is_read_on_although_an_older_file_could_not_be_opened_before() {
    check(&[
        EVENT,
        Rotate,
        EVENT,
        Deny(Door::Log),
        Rename,
        PowerCut(CUT),
        EVENT,
        Turn,
        Kill,
    ]);
}
