//! Turns one traced run into the points at which another one can be killed.

use std::{collections::BTreeMap, fs};

use super::follower::Follower;
use crate::{dice::Dice, tool::command};

/// Calls that change nothing outside, and depend on where memory happens to
/// be: a run does not meet the same ones again.
const INSIDE: [&str; 9] = [
    "brk",
    "exit_group", // It does not return, so nothing can be in front of its end.
    "futex",
    "getrandom",
    "madvise",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
];

/// In front of the so-manieth call of a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Point {
    pub(crate) call: String,
    pub(crate) when: usize,
}

/// Returns the program under `strace` with flags of its own.
pub(crate) fn traced(flags: &[&str], args: &[String]) -> Follower {
    let ours = command(args);
    let mut strace = std::process::Command::new("strace");
    strace.args(["-f", "-qq"]).args(flags);
    strace.arg(ours.get_program()).args(ours.get_args());
    Follower::start(strace)
}

/// Returns the program, to be killed at a point.
pub(crate) fn killed_at(point: &Point, args: &[String]) -> Follower {
    let Point { call, when } = point;
    let inject = format!("inject={call}:signal=SIGKILL:when={when}");
    let trace = format!("trace={call}");
    traced(&["-o/dev/null", "-e", &trace, "-e", &inject], args)
}

/// Returns all points of a run that wrote `trace`, from the first call on
/// that names `begin`: before it, there is only the loader.
pub(crate) fn points(trace: &str, begin: &str) -> Vec<Point> {
    let trace = fs::read_to_string(trace).unwrap();
    let (mut counts, mut points) = (BTreeMap::new(), Vec::new());
    let mut has_begun = false;
    for call in trace.lines() {
        has_begun |= call.contains(begin);
        let Some(name) = name(call) else { continue };
        let count = counts.entry(name.to_owned()).or_insert(0);
        *count += 1;
        if has_begun {
            points.push(Point { call: name.to_owned(), when: *count });
        }
    }
    points
}

/// Returns the name in a line such as `1234 fdatasync(5) = 0`; none for the
/// second half of a call, or a signal.
fn name(line: &str) -> Option<&str> {
    let (_, call) = line.split_once(' ')?;
    let (name, _) = call.trim_start().split_once('(')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_call = !name.is_empty() && name.bytes().all(is_name);
    (is_call && !INSIDE.contains(&name)).then_some(name)
}

/// Picks so many points, in turn one of each name: few are interesting, and
/// they are not those that are there most often.
pub(crate) fn spread(
    points: Vec<Point>,
    count: usize,
    dice: &mut Dice,
) -> Vec<Point> {
    let mut groups: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for point in points {
        groups.entry(point.call.clone()).or_default().push(point);
    }
    groups.values_mut().for_each(|group| dice.shuffle(group));
    let mut picked = Vec::new();
    while picked.len() < count && !groups.is_empty() {
        groups.retain(|_, group| {
            picked.extend(group.pop());
            !group.is_empty()
        });
    }
    picked.truncate(count);
    picked
}

#[test]
fn the_name_of_a_call_is_found() {
    for (line, found) in [
        ("12 openat(AT_FDCWD, \"a b(c\") = 3", Some("openat")),
        ("12  read(3, \"\", 1) = 0", Some("read")),
        ("12 <... read resumed>) = 0", None),
        ("12 --- SIGTERM {si_signo=SIGTERM} ---", None),
        ("12 +++ killed by SIGKILL +++", None),
        ("12 exit_group(0)", None),
    ] {
        assert_eq!(name(line), found, "{line}");
    }
}
