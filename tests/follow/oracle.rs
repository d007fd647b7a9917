//! Says what must come out, and what is wrong with what did.

use std::{collections::BTreeMap, fmt, io::Write};

use super::event::{FAILED, numbers};
use crate::tool::run;

/// Returns what a plain run over all generations keeps: each one is a file,
/// so a last line without its newline gets one.
pub(crate) fn one_pass(generations: &[Vec<u8>]) -> Vec<u8> {
    let mut all = Vec::new();
    for generation in generations {
        all.extend(generation);
        if !matches!(generation.last(), None | Some(b'\n')) {
            all.push(b'\n');
        }
    }
    run(&[FAILED], all).out
}

/// How what came out differs from what had to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Score {
    /// Events that did not come out.
    pub(crate) lost: usize,
    /// Times that an event came out again.
    pub(crate) doubled: usize,
    /// Lines that nobody wrote.
    pub(crate) strange: usize,
    /// Events that came out behind a later one.
    pub(crate) late: usize,
}

impl Score {
    pub(crate) fn of(found: &[u8], expected: &[u8]) -> Score {
        let mut score = Score::default();
        let mut left = BTreeMap::new();
        for number in numbers(expected) {
            *left.entry(number).or_insert(0_usize) += 1;
        }
        let wanted = left.clone();
        let mut newest = None;
        for number in numbers(found) {
            score.late += usize::from(number < newest);
            newest = newest.max(number);
            match left.get_mut(&number) {
                Some(count @ 1..) => *count -= 1,
                Some(_) => score.doubled += 1,
                None if wanted.contains_key(&number) => score.doubled += 1,
                None => score.strange += 1,
            }
        }
        score.lost = left.values().sum();
        score
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Score { lost, doubled, strange, late } = self;
        write!(f, "{lost} lost, {doubled} doubled, ")?;
        write!(f, "{strange} strange, {late} late")
    }
}

/// Checks that what came out is what had to, byte for byte.
#[track_caller]
pub(crate) fn check(found: &[u8], expected: &[u8], talk: &str) {
    if found == expected {
        return;
    }
    let same = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
    let around = |text: &[u8]| {
        let from = same.saturating_sub(200);
        let to = text.len().min(same + 400);
        text[from..to].escape_ascii().to_string()
    };
    panic!(
        "{} of {} bytes, {}; at byte {same}\n found: {}\n wants: {}\n{talk}",
        found.len(),
        expected.len(),
        Score::of(found, expected),
        around(found),
        around(expected),
    );
}

/// Writes a line of a proof, past the harness, which would swallow it.
pub(crate) fn tell(line: impl fmt::Display) {
    writeln!(std::io::stderr(), "proof: {line}").expect("stderr is open");
}
