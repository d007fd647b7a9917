//! What can happen, and how often it does.

use proptest::{collection, prelude::*};
use rustix::io::Errno;

use super::disk::{Call, Fault};

/// One thing that happens. Between any two, a millisecond passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Act {
    /// The apiserver writes an event that is longer than others by so much.
    Write(usize),
    /// It writes so many bytes of one.
    Begin(usize),
    /// It writes the rest, if that is still to come.
    Complete,
    /// It rotates the log.
    Rotate,
    /// It comes half way with that: the new file is not there yet.
    Rename,
    /// It rotates several times within a millisecond, so that backups are
    /// overwritten.
    Burst(usize),
    /// It is stopped; it starts again with the next event.
    Stop,
    /// A step is taken in compressing one of the backups.
    Mill(usize),
    /// The oldest backup is removed.
    Prune,
    /// logrotate copies the log,
    Copy,
    /// and cuts the log.
    Truncate,
    /// The log is cut and at once as long as before, but for so much.
    Regrow(isize),
    /// The log is removed; the apiserver writes on.
    Unlink,
    /// The folder is exchanged for another one.
    Swap,
    /// Nobody may read any more
    Deny(Door),
    /// All may read.
    Grant,
    /// The clock jumps by so many milliseconds.
    Clock(i64),
    /// The disk of the log has room for so many bytes.
    FullLog(u64),
    /// The disk of the output has.
    FullOut(u64),
    /// There is room everywhere.
    Roomy,
    /// The follower takes a turn; it is started if it does not run.
    Turn,
    /// It is killed.
    Kill,
    /// It is killed in the midst of a turn, after so many calls and so many
    /// bytes of the last one.
    KillAt(u32, usize),
    /// The power is cut.
    PowerCut(Power),
    /// The power is cut in the midst of a turn.
    PowerCutAt(u32, usize, Power),
    /// Something fails in the next turn.
    Trouble(Trouble),
}

/// What may not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Log,
    Folder,
}

/// What a power cut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Power {
    pub(crate) seed: u64,
    pub(crate) log: Survival,
}

/// Whether what was written to the log is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Survival {
    /// The system had written it to the disk.
    Flushed,
    /// Nobody knows, as kube-apiserver never syncs.
    Torn,
}

/// Which call fails, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) volume: &'static str,
    pub(crate) call: Call,
    pub(crate) fault: Fault,
}

pub(crate) const fn error(
    volume: &'static str,
    call: Call,
    errno: Errno,
) -> Trouble {
    Trouble { volume, call, fault: Fault::Error(errno) }
}

const fn short(volume: &'static str, call: Call, bytes: usize) -> Trouble {
    Trouble { volume, call, fault: Fault::Short(bytes) }
}

const TROUBLES: [Trouble; 18] = [
    error("log", Call::Open, Errno::MFILE),
    error("log", Call::List, Errno::IO),
    error("log", Call::Stat, Errno::IO),
    error("log", Call::Read, Errno::IO),
    short("log", Call::Read, 1),
    short("log", Call::Read, 300),
    error("out", Call::Open, Errno::NFILE),
    error("out", Call::Stat, Errno::IO),
    error("out", Call::Read, Errno::IO),
    error("out", Call::Write, Errno::IO),
    short("out", Call::Write, 1),
    short("out", Call::Write, 300),
    error("out", Call::Truncate, Errno::IO),
    error("out", Call::Sync, Errno::IO),
    error("state", Call::Open, Errno::NFILE),
    error("state", Call::Write, Errno::IO),
    short("state", Call::Write, 100),
    error("state", Call::Sync, Errno::IO),
];

/// What stories are about, as weights.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mix {
    pub(crate) writing: u32,
    pub(crate) rotating: u32,
    pub(crate) meddling: u32,
    pub(crate) following: u32,
    /// What power cuts may do to the log.
    pub(crate) survivals: &'static [Survival],
}

/// Makes stories of up to `most` acts.
pub(crate) fn stories(
    mix: Mix,
    most: usize,
) -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        mix.writing => writing(),
        mix.rotating => rotating(),
        mix.meddling => meddling(),
        mix.following => following(mix.survivals),
    ];
    collection::vec(act, 1..most)
}

fn writing() -> impl Strategy<Value = Act> {
    prop_oneof![
        24 => prop_oneof![0..9_usize, 300..1500_usize].prop_map(Act::Write),
        4 => (1..400_usize).prop_map(Act::Begin),
        4 => Just(Act::Complete),
        2 => Just(Act::Stop),
        1 => (0..900_u64).prop_map(Act::FullLog),
    ]
}

fn rotating() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => Just(Act::Rotate),
        2 => Just(Act::Rename),
        1 => (2..4_usize).prop_map(Act::Burst),
        6 => (0..4_usize).prop_map(Act::Mill),
        2 => Just(Act::Prune),
    ]
}

fn meddling() -> impl Strategy<Value = Act> {
    let door = prop_oneof![Just(Door::Log), Just(Door::Folder)];
    prop_oneof![
        2 => Just(Act::Copy),
        2 => Just(Act::Truncate),
        2 => (-1..=1_isize).prop_map(Act::Regrow),
        1 => Just(Act::Unlink),
        1 => Just(Act::Swap),
        1 => door.prop_map(Act::Deny),
        1 => Just(Act::Grant),
        1 => prop_oneof![-3..3_i64, Just(-YEAR), Just(YEAR)]
            .prop_map(Act::Clock),
    ]
}

/// Milliseconds of a year.
const YEAR: i64 = 365 * 24 * 3600 * 1000;

fn following(survivals: &'static [Survival]) -> impl Strategy<Value = Act> {
    let torn = prop_oneof![Just(0), Just(usize::MAX), 1..2000_usize];
    let log = proptest::sample::select(survivals);
    let power = (any::<u64>(), log)
        .prop_map(|(seed, log)| Power { seed, log })
        .boxed();
    prop_oneof![
        20 => Just(Act::Turn),
        2 => Just(Act::Kill),
        4 => (1..12_u32, torn.clone()).prop_map(|(n, b)| Act::KillAt(n, b)),
        1 => power.clone().prop_map(Act::PowerCut),
        2 => (1..12_u32, torn, power)
            .prop_map(|(n, b, power)| Act::PowerCutAt(n, b, power)),
        2 => (0..900_u64).prop_map(Act::FullOut),
        2 => Just(Act::Roomy),
        2 => proptest::sample::select(&TROUBLES[..]).prop_map(Act::Trouble),
    ]
}
