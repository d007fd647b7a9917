//! Which files are read, in which order, and which of their events.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::exit::Complaint;
use crate::{
    expr::{self, Window},
    source::{Name, Walk, lineages, outside},
};

/// What was typed about it.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Choice {
    /// Only events from T on: a time, a date, or how long ago: 1h, 7d
    ///
    /// T is an RFC 3339 time or a date, in UTC if it names no zone, or a
    /// duration. It is held against stageTimestamp; what becomes of an event
    /// without a time that can be read, --on-invalid says. Of several FILEs,
    /// those are not even opened that by their names were rotated before,
    /// which is said.
    #[arg(long, value_name = "T")]
    pub since: Option<String>,

    /// Only events before T
    #[arg(long, value_name = "T")]
    pub until: Option<String>,

    /// Read the files of each log oldest first, as their names say
    ///
    /// audit-TIME.log, audit.log.N and audit.log-DATE, each with .gz or .zst
    /// as well, come before audit.log.
    #[arg(long)]
    pub sort_files: bool,

    /// Read the files in a FILE that is a directory, and below
    #[arg(short, long)]
    pub recursive: bool,

    /// Merge the FILEs by the times of their events, bounded in memory
    ///
    /// Each file keeps its own order, and a line without a time stays behind
    /// the line before it. With --sort-files, the rotated files of a log are
    /// one stream.
    #[arg(long)]
    pub merge: bool,
}

/// What is read.
#[derive(Debug)]
pub(super) struct Chosen {
    pub inputs: Vec<Name>,
    /// The inputs of each stream that is merged, if they are merged.
    pub streams: Option<Vec<Vec<usize>>>,
    /// What was passed over for its name.
    pub outside: Vec<Name>,
    /// What was found in directories and is no log.
    pub odd: Vec<PathBuf>,
}

impl Choice {
    /// Returns the span of time that is asked for.
    pub(super) fn window(&self) -> Result<Window, Complaint> {
        let now = Timestamp::now().as_nanosecond();
        let read = |flag: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => moment(text, now).map(Some).ok_or_else(|| {
                Complaint::usage(format!(
                    "{flag} `{text}`: write how long ago, such as 1h or 7d, a \
                     date, or a time: 2026-03-02T06:00:00Z"
                ))
            }),
        };
        let since = read("--since", &self.since)?;
        let until = read("--until", &self.until)?;
        match (since, until) {
            (Some(since), Some(until)) if since >= until => {
                Err(Complaint::usage(
                    "nothing is between --since and --until: --since takes \
                     the earlier time",
                ))
            }
            (_, _) => Ok(Window { since, until }),
        }
    }

    /// Returns the flag whose meaning depends on the clock, if one does.
    pub(super) fn moody(&self) -> Option<&'static str> {
        let is_moody = |text: &Option<String>| {
            text.as_deref().is_some_and(|text| expr::instant(text).is_none())
        };
        match (is_moody(&self.since), is_moody(&self.until)) {
            (true, _) => Some("--since"),
            (false, true) => Some("--until"),
            (false, false) => None,
        }
    }

    /// Finds out what is read of `inputs`; `written` is not.
    pub(super) fn of(
        &self,
        inputs: Vec<Name>,
        window: Window,
        written: &[&Path],
    ) -> Chosen {
        let mut walk = Walk::without(written.iter().copied());
        let inputs: Vec<Name> = match self.recursive {
            true => inputs.iter().flat_map(|it| walk.files(it)).collect(),
            false => inputs,
        };
        let mut logs = lineages(&inputs);
        let outside = pass_over(&inputs, &mut logs, window);
        let order: Vec<usize> = match self.sort_files {
            true => logs.concat(),
            false => {
                let mut all = logs.concat();
                all.sort_unstable();
                all
            }
        };
        let mut lengths = logs.iter().map(Vec::len);
        let streams = self.merge.then(|| match self.sort_files {
            true => {
                let mut at = 0;
                let stream = |length| {
                    at += length;
                    (at - length..at).collect()
                };
                lengths.by_ref().filter(|it| *it > 0).map(stream).collect()
            }
            false => (0..order.len()).map(|number| vec![number]).collect(),
        });
        let inputs = order.iter().map(|it| inputs[*it].clone()).collect();
        Chosen { inputs, streams, outside, odd: walk.odd }
    }
}

/// Takes what holds nothing of `window` out of each log, and returns it, in
/// the order given. A file that was named alone is read.
fn pass_over(
    inputs: &[Name],
    logs: &mut [Vec<usize>],
    window: Window,
) -> Vec<Name> {
    if inputs.len() < 2 || window.is_open() {
        return Vec::new();
    }
    let mut all = BTreeSet::new();
    for log in logs {
        all.extend(outside(inputs, log, window.since, window.until));
        log.retain(|number| !all.contains(number));
    }
    all.into_iter().map(|number| inputs[number].clone()).collect()
}

/// Reads a time, or how long ago it is.
fn moment(text: &str, now: i128) -> Option<i128> {
    let ago = || Some(now - expr::duration(text)?);
    expr::instant(text).or_else(ago)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(choice: &Choice, names: &[&str]) -> Chosen {
        let names = names.iter().map(|name| Name::Path(name.into()));
        let window = choice.window().unwrap();
        choice.of(names.collect(), window, &[])
    }

    fn shown(chosen: &Chosen) -> Vec<&str> {
        let inputs = chosen.inputs.iter();
        let paths = inputs.filter_map(|name| match name {
            Name::Path(path) => path.to_str(),
            Name::Stdin => None,
        });
        paths.collect()
    }

    #[test]
    fn durations_are_ago() {
        assert_eq!(moment("1h", 3_600_000_000_000), Some(0));
        assert_eq!(moment("1970-01-02", 0), Some(86_400_000_000_000));
        assert_eq!(moment("now", 0), None);
    }

    #[test]
    fn files_are_passed_over_where_another_is_there_to_be_read() {
        let since = Some("2026-03-02T09:00:00Z".to_owned());
        let choice = Choice { since, ..Choice::default() };
        let old = "a-2026-03-02T06-00-00.000.log";
        let both = chosen(&choice, &["a.log", old]);
        assert_eq!(shown(&both), ["a.log"]);
        assert_eq!(both.outside, [Name::Path(old.into())]);
        let alone = chosen(&choice, &[old]);
        assert_eq!((shown(&alone), alone.outside.len()), (vec![old], 0));
    }

    #[test]
    fn rotated_files_are_one_stream_where_they_are_sorted() {
        let names = ["a.log", "b.log", "a.log.1"];
        let choice = Choice { merge: true, ..Choice::default() };
        let given = chosen(&choice, &names);
        assert_eq!(shown(&given), names);
        assert_eq!(given.streams.unwrap(), [[0], [1], [2]]);
        let choice = Choice { sort_files: true, ..choice };
        let sorted = chosen(&choice, &names);
        assert_eq!(shown(&sorted), ["a.log.1", "a.log", "b.log"]);
        assert_eq!(sorted.streams.unwrap(), [vec![0, 1], vec![2]]);
    }
}
