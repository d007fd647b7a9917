//! Stories that once went wrong.

use super::{
    act::Act::{self, *},
    real::Real,
    story::tell,
};

#[track_caller]
fn check(acts: &[Act]) {
    if let Err(why) = tell(acts, &mut Real) {
        panic!("{why}\n{acts:?}");
    }
}

#[test]
fn a_log_that_is_copied_and_cut_while_the_output_is_full_is_not_lost() {
    check(&[
        Write(0),
        Write(0),
        Write(0),
        Regrow(0),
        FullOut(0),
        Write(0),
        Copy,
        Write(0),
        Regrow(0),
        Turn,
        Copy,
        Truncate,
    ]);
}
