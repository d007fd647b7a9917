//! Turns events that came somewhere into where they went back, and what was
//! final by then.

use crate::{
    follow::{event::numbers, place::Place},
    tool::run,
};

/// The numbers of the events in some lines.
pub(super) fn ids(lines: &[u8]) -> Vec<u64> {
    numbers(lines).map(Option::unwrap).collect()
}

/// The number at the end of an `auditID`.
pub(super) fn id(text: &str) -> u64 {
    let at = text.len().checked_sub(12).unwrap();
    text[at..].parse().unwrap_or_else(|_| panic!("no auditID: {text}"))
}

/// Checks that all events came, each for the first time in its turn, and that
/// what came again came in one piece each time. Returns to how many events it
/// went back each time: so many had come before those that came again.
#[track_caller]
pub(super) fn returns(found: &[u64], expected: &[u64]) -> Vec<usize> {
    let (mut returns, mut next, mut most) = (Vec::new(), 0, 0);
    for number in found {
        let at = expected.binary_search(number);
        let at = at.unwrap_or_else(|_| panic!("nobody wrote {number}"));
        assert!(at <= next, "{number} came instead of {}", expected[next]);
        if at < next {
            returns.push(at);
        }
        next = at + 1;
        most = most.max(next);
    }
    assert_eq!(most, expected.len(), "some never came");
    returns
}

/// Checks that each return is to an end of what was final, one after the
/// other: what came again is what came since, and nothing else.
#[track_caller]
pub(super) fn only_since(returns: &[usize], finals: &[usize]) {
    let mut left = finals.iter();
    for place in returns {
        let is_final = left.any(|at| at == place);
        assert!(is_final, "back to {place} of {returns:?}: {finals:?}");
    }
}

/// How many events are final, by the checkpoint.
pub(super) fn committed(place: &Place) -> usize {
    let ran = run(&["checkpoint", "show", &place.checkpoint()], "");
    let text = String::from_utf8(ran.out).unwrap();
    let mut rows = text.lines().map(str::trim);
    let kept = rows.find_map(|row| row.strip_prefix("kept "));
    kept.map_or(0, |kept| kept.trim().parse().unwrap())
}

#[test]
fn what_comes_again_out_of_its_turn_is_noticed() {
    let expected = [1, 2, 4, 5, 7];
    let found = [1, 2, 4, 2, 4, 5, 1, 2, 4, 5, 7];
    assert_eq!(returns(&found, &expected), [1, 0]);
    only_since(&[1, 0], &[0, 1, 1, 0]);
    for wrong in [&[1, 4][..], &[1, 2, 4, 5], &[1, 2, 4, 1, 4, 5, 7], &[3]] {
        let failed = std::panic::catch_unwind(|| returns(wrong, &expected));
        assert!(failed.is_err(), "{wrong:?}");
    }
    for finals in [&[0, 1][..], &[1]] {
        let failed = std::panic::catch_unwind(|| only_since(&[1, 0], finals));
        assert!(failed.is_err(), "{finals:?}");
    }
}
