//! What can happen to a file and its writer, and how often it does.

use proptest::{collection::vec, prelude::*};

/// What happens to a file and its writer.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// A batch: from which source each line is, and how many bytes one call
    /// takes.
    Write(Vec<Source>, usize),
    /// So much room is left on the disk.
    Fill(u64),
    /// The disk is emptied, and what was held goes out.
    Free,
    /// The sink settles, and the place of some earlier batch is committed:
    /// that which was this many batches ago, if it is taken.
    Commit(usize),
    /// All that was there at the start has been read.
    CatchUp,
    /// The file is renamed or cut while it is written.
    Rotate(Rotation),
    /// The writer ends; this happens before it is started again, what a
    /// power cut does first.
    Crash(Option<Power>, Vec<Mishap>),
}

/// What becomes of bytes that are not settled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Power {
    /// So many at the end are gone.
    Torn(usize),
    /// From here on, so many read as NUL.
    Hole(usize, usize),
}

/// What happens while nobody writes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mishap {
    /// Somebody else writes a line.
    Foreign,
    /// The file is renamed or cut.
    Rotate(Rotation),
    /// The writer is started, and ends before it has written anything.
    Start,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Rotation {
    Rename,
    RenameAndCreate,
    CopyAndTruncate,
}

/// One of two sources.
pub(super) type Source = usize;

pub(super) fn acts() -> impl Strategy<Value = Vec<Act>> {
    let batch = vec(0..2_usize, 1..6);
    let rotation = || {
        prop_oneof![
            Just(Rotation::Rename),
            Just(Rotation::RenameAndCreate),
            Just(Rotation::CopyAndTruncate),
        ]
    };
    let power = prop_oneof![
        Just(None),
        (0..300_usize).prop_map(|length| Some(Power::Torn(length))),
        (0..300_usize, 1..40_usize)
            .prop_map(|(at, length)| Some(Power::Hole(at, length))),
    ];
    let mishap = prop_oneof![
        Just(Mishap::Foreign),
        Just(Mishap::Start),
        rotation().prop_map(Mishap::Rotate),
    ];
    let act = prop_oneof![
        10 => (batch, prop_oneof![Just(usize::MAX), 1..50_usize])
            .prop_map(|(lines, sip)| Act::Write(lines, sip)),
        2 => (0..80_u64).prop_map(Act::Fill),
        2 => Just(Act::Free),
        5 => (0..3_usize).prop_map(Act::Commit),
        1 => Just(Act::CatchUp),
        1 => rotation().prop_map(Act::Rotate),
        4 => (power, vec(mishap, 0..3))
            .prop_map(|(power, mishaps)| Act::Crash(power, mishaps)),
    ];
    vec(act, 1..40)
}

/// Leaves out of an act what others do to rotate the file.
pub(super) fn alone(act: Act) -> Option<Act> {
    match act {
        Act::Rotate(_) => None,
        Act::Crash(power, mut mishaps) => {
            mishaps.retain(|mishap| !matches!(mishap, Mishap::Rotate(_)));
            Some(Act::Crash(power, mishaps))
        }
        Act::Write(..)
        | Act::Fill(_)
        | Act::Free
        | Act::Commit(_)
        | Act::CatchUp => Some(act),
    }
}
