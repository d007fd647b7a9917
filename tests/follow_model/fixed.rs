//! Stories that once went wrong.

use rustix::io::Errno;

use super::{
    act::{
        Act::{self, *},
        Door, Power, Survival, error,
    },
    disk::Call,
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

#[test]
fn a_log_that_was_written_before_a_swap_is_read_although_opening_fails_then() {
    check(&[
        EVENT,
        EVENT,
        Swap,
        EVENT,
        EVENT,
        EVENT,
        EVENT,
        Rotate,
        EVENT,
        Turn,
        Trouble(error("log", Call::Open, Errno::MFILE)),
        EVENT,
        Swap,
        Turn,
        EVENT,
        EVENT,
    ]);
}

#[test]
fn what_a_copied_and_cut_log_holds_comes_behind_its_copy_although_unlinked() {
    check(&[EVENT, Truncate, Turn, EVENT, Copy, Regrow(0), Unlink]);
}

#[test]
fn a_copy_beside_a_backup_that_may_not_be_opened_comes_once() {
    check(&[
        EVENT,
        Turn,
        Deny(Door::Log),
        Truncate,
        Rotate,
        EVENT,
        Copy,
        EVENT,
        Rename,
        Turn,
    ]);
}

#[test]
fn the_copy_of_a_log_that_was_cut_while_nothing_was_read_is_waited_for() {
    check(&[
        EVENT,
        Rotate,
        EVENT,
        FullOut(0),
        Copy,
        Turn,
        Truncate,
        Turn,
        Deny(Door::Folder),
        Roomy,
        Turn,
    ]);
}

#[test]
fn an_unfinished_line_may_wait_again_where_the_log_behind_it_is_gone() {
    check(&[
        Begin(1),
        Begin(1),
        Copy,
        Truncate,
        FullOut(3),
        EVENT,
        KillAt(2, 0),
        Unlink,
        EVENT,
    ]);
}

#[test]
fn a_packed_backup_that_is_the_begin_of_a_line_is_no_copy_of_the_log() {
    check(&[Begin(1), Rotate, Mill(0), EVENT, EVENT, Mill(0), Turn, Mill(0)]);
}

#[test]
fn the_begin_of_a_line_in_a_backup_comes_once_although_a_log_begins_alike() {
    check(&[Begin(1), Rotate, KillAt(2, 0), Regrow(0), Turn, Truncate, Turn]);
}

#[test]
fn a_log_without_a_name_is_read_on_although_an_older_file_is_found_late() {
    check(&[
        Trouble(error("log", Call::Open, Errno::MFILE)),
        EVENT,
        Rotate,
        Turn,
        Unlink,
        Begin(1),
        Turn,
    ]);
}

#[test]
fn what_a_kill_has_torn_in_a_new_output_is_taken_back_although_it_is_full() {
    let acts = [
        EVENT,
        Turn,
        EVENT,
        EVENT,
        EVENT,
        EVENT,
        EVENT,
        Turn,
        Write(300),
        FullOut(1),
        Turn,
        KillAt(1, usize::MAX),
        Turn,
    ];
    if let Err(why) = tell(&acts, &mut Real::rotating(900)) {
        panic!("{why}");
    }
}

#[test]
fn what_a_failed_sync_has_left_is_not_believed_if_it_cannot_be_renewed() {
    check(&[
        EVENT,
        EVENT,
        EVENT,
        EVENT,
        Trouble(error("out", Call::Sync, Errno::IO)),
        Turn,
        Trouble(error("out", Call::Write, Errno::IO)),
        Turn,
        PowerCut(Power { seed: 74074800998686981, ..CUT }),
        EVENT,
    ]);
}

#[test]
fn a_log_that_may_be_opened_again_goes_on_where_its_copy_was_read_to() {
    check(&[EVENT, Copy, Turn, Deny(Door::Log), Kill, Turn]);
    let copied = [EVENT, Turn, Kill, Deny(Door::Log), Copy, Turn];
    check(&[&copied[..], &[EVENT, Copy, Turn]].concat());
}

#[test]
fn copies_of_a_log_that_was_rotated_come_once_although_the_power_fails() {
    let full = [EVENT; 7];
    let acts = [
        &[EVENT; 5][..],
        &[FullLog(0)],
        &full,
        &[Regrow(1), Roomy, Copy, EVENT, Copy, Rotate],
        &[PowerCutAt(7, 0, CUT)],
    ];
    check(&acts.concat());
}

#[test]
fn a_cut_log_that_may_not_be_opened_goes_on_where_its_copy_was_read_to() {
    let some = [EVENT; 11];
    let acts = [
        &some[..],
        &[Turn, Deny(Door::Folder), EVENT, EVENT, EVENT, Turn],
        &[Regrow(0), Deny(Door::Log), EVENT, Copy, Burst(2), Rename, Copy],
    ];
    check(&acts.concat());
}

#[test]
fn a_copy_that_holds_the_begin_of_a_line_may_come_again() {
    check(&[
        EVENT,
        Turn,
        Copy,
        Truncate,
        Begin(85),
        Copy,
        Unlink,
        EVENT,
        Turn,
    ]);
}

#[test]
fn a_cut_log_without_a_name_is_read_on_behind_both_of_its_copies() {
    check(&[EVENT, Turn, Copy, Truncate, EVENT, Copy, Unlink, Turn, EVENT]);
}

#[test]
fn a_log_that_the_path_leads_to_again_is_read_on() {
    check(&[EVENT, Turn, EVENT, EVENT, Swap, Rotate, Turn, Swap, Begin(1)]);
}

#[test]
fn a_passed_log_that_is_copied_cut_and_rotated_elsewhere_is_read_in_the_copy()
{
    check(&[
        EVENT, Turn, Swap, EVENT, EVENT, Rotate, Turn, Swap, EVENT, Turn,
        Swap, EVENT, EVENT, Copy, Truncate, Rotate,
    ]);
}

#[test]
fn a_log_that_was_swapped_away_and_cut_unseen_may_pass_for_its_copy() {
    check(&[
        EVENT,
        Copy,
        Turn,
        Swap,
        EVENT,
        EVENT,
        Deny(Door::Folder),
        PowerCut(CUT),
        EVENT,
        Turn,
        Swap,
        Truncate,
    ]);
}
