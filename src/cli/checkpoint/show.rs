//! Turns a checkpoint, and what became of the files that it names, into text
//! for people.

use std::{fs, io, path::Path, sync::Arc, time::SystemTime};

use jiff::Timestamp;

use super::{Wrong, obstacle, paths, stand};
use crate::{
    checkpoint::{self, Found, LaneRecord, Place, SinkRecord, SourceRecord},
    cli::voice::Voice,
    diag,
    disk::Disk,
    source::follow::{Begin, Gap, Lag, Remark},
};

/// Returns what a checkpoint says; what is odd about it is said at once.
pub(super) fn text(
    disk: &Arc<dyn Disk>,
    path: &Path,
    voice: &mut Voice,
) -> Result<String, Wrong> {
    let Found { newest, remark } = checkpoint::show(disk.as_ref(), path)?;
    if let Some(remark) = remark {
        voice.say_of(path, remark);
    }
    let Some((seq, record)) = newest else {
        return Ok("nothing was written to it yet\n".to_owned());
    };
    let mut text = row("written", written(path, SystemTime::now()));
    text.push_str(&row("number", seq.to_string()));
    text.push_str(&sources(disk, &record.sources));
    text.extend(record.sinks.iter().map(sink));
    text.extend(record.lanes.iter().map(lane));
    Ok(text)
}

/// Returns a name and what is said of it.
fn row(name: &str, said: impl AsRef<str>) -> String {
    let said = diag::escape(said.as_ref().as_bytes()).into_owned();
    format!("{name:<12} {said}\n")
}

/// Returns when the file was written, and how long before `now`.
fn written(path: &Path, now: SystemTime) -> String {
    let modified = fs::metadata(path).and_then(|kind| kind.modified());
    let moment = |time: SystemTime| {
        let time = Timestamp::try_from(time).map_err(io::Error::other)?;
        Timestamp::from_second(time.as_second()).map_err(io::Error::other)
    };
    match modified.and_then(|modified| Ok((modified, moment(modified)?))) {
        Ok((modified, at)) => match now.duration_since(modified) {
            Ok(age) => format!("{at}, {} s ago", age.as_secs()),
            Err(_later) => format!("{at}, by a clock ahead of this one"),
        },
        Err(error) => format!("when is not known: {error}"),
    }
}

fn sources(disk: &Arc<dyn Disk>, records: &[SourceRecord]) -> String {
    let paths = paths(records);
    let mut follower = stand(disk, &paths, Begin::First, records);
    let remarks = follower.remarks();
    let mut text = String::new();
    let lags = follower.lags();
    for (at, (record, lag)) in records.iter().zip(lags).enumerate() {
        text.push_str(&source(record));
        text.push_str(&row("  behind", behind(disk, &paths[at], lag)));
        let ours = remarks.iter().filter(|(number, _)| *number == at);
        text.extend(ours.filter_map(|(_, remark)| lost(remark)));
        text.push_str(&numbers(record));
    }
    text
}

fn source(record: &SourceRecord) -> String {
    let mut text = format!("\n{}", row("source", &record.path));
    for Place { name, offset, lines, .. } in &record.places {
        let said = format!("{name}: byte {offset}, behind line {lines}");
        text.push_str(&row("  place", said));
    }
    if record.places.is_empty() {
        text.push_str(&row("  place", "the file that comes, from its begin"));
    }
    let known = match record.known.len() {
        1 => "1 file".to_owned(),
        many => format!("{many} files"),
    };
    let all = if record.knows_all { "" } else { ", and older ones" };
    text.push_str(&row("  before", format!("{known}{all}")));
    text
}

fn behind(disk: &Arc<dyn Disk>, path: &Path, lag: Lag) -> String {
    let Lag { bytes, generations } = lag;
    let more = match generations {
        0 => String::new(),
        1 => ", 1 rotated file waits".to_owned(),
        many => format!(", {many} rotated files wait"),
    };
    match obstacle(disk, path) {
        None => format!("{bytes} bytes{more}"),
        Some(error) => format!("at least {bytes} bytes{more}; now: {error}"),
    }
}

/// Returns a row for bytes that the next run will not find.
fn lost(remark: &Remark) -> Option<String> {
    let gap = match remark {
        Remark::Gap(gap) => gap,
        Remark::Begin(_)
        | Remark::Copied(_)
        | Remark::Unfinished { .. }
        | Remark::Absent(_)
        | Remark::Missing(_)
        | Remark::Present
        | Remark::Unreadable(_)
        | Remark::Polling(_) => return None,
    };
    let Gap { reason, file, from, bytes: _ } = gap;
    let name = file.as_deref().and_then(Path::file_name);
    let name = name.unwrap_or_default().as_encoded_bytes();
    let said =
        format!("{}: {} from byte {from}", diag::escape(name), reason.word());
    Some(row("  lost", said))
}

fn numbers(record: &SourceRecord) -> String {
    let counters = record.counters;
    let rows = [
        ("  read", counters.read),
        ("  kept", counters.kept),
        ("  skipped", counters.skipped),
        ("  set aside", counters.set_aside),
        ("  gaps", counters.gaps),
    ];
    rows.map(|(name, number)| row(name, number.to_string())).concat()
}

fn sink(record: &SinkRecord) -> String {
    let SinkRecord { name, mark } = record;
    let length = format!("{} bytes", mark.len);
    format!("\n{}{}", row("sink", name), row("  length", length))
}

/// Says where a sink is that is behind the others.
fn lane(record: &LaneRecord) -> String {
    let mut text = format!("\n{}", row("behind", &record.sink));
    for source in &record.sources {
        for Place { name, offset, lines, .. } in &source.places {
            let said = format!("{name}: byte {offset}, behind line {lines}");
            text.push_str(&row("  place", said));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_age_is_told_by_the_clock() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        let later = modified + Duration::from_millis(61_999);
        assert!(written(&path, later).ends_with("Z, 61 s ago"));
        let sooner = modified - Duration::from_secs(1);
        assert!(written(&path, sooner).ends_with("ahead of this one"));
        let none = written(&path.join("none"), later);
        assert!(none.starts_with("when is not known: "), "{none}");
    }
}
