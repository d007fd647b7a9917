//! How a run that follows stands, as text: one line for a service manager, a
//! block for `--stats` and USR1, a sentence for what happened to a file.

use std::{io, path::Path, time::Duration};

use crate::{
    diag,
    engine::{SourceState, State},
    source::follow::{Gap, Remark, Start},
};

/// Returns one line: how far behind, and what holds us up.
pub(super) fn status(state: &State) -> String {
    let bytes: u64 = state.sources.iter().map(|s| s.lag.bytes).sum();
    let files: usize = state.sources.iter().map(|s| s.lag.generations).sum();
    let gaps: u64 = state.sources.iter().map(|s| s.counters.gaps).sum();
    let mut text = format!("lag {}", size(bytes));
    if files > 0 {
        text.push_str(&format!(", {files} rotated files to read"));
    }
    if let Some(stalled) = state.stalled {
        text.push_str(&format!(", output blocked {} s", stalled.as_secs()));
    }
    for (name, bytes) in &state.behind {
        let name = diag::escape(name.as_bytes());
        text.push_str(&format!(", {name} is {} behind", size(*bytes)));
    }
    if gaps > 0 {
        text.push_str(&format!(", {gaps} gaps"));
    }
    text
}

/// Returns the numbers of each followed file.
pub(super) fn block(sources: &[SourceState]) -> String {
    let mut text = String::new();
    for source in sources {
        text.push_str(&format!("source {}\n", shown(&source.path)));
        let counters = source.counters;
        let rows = [
            ("read", counters.read),
            ("kept", counters.kept),
            ("skipped", counters.skipped),
            ("set aside", counters.set_aside),
            ("gaps", counters.gaps),
            ("lag bytes", source.lag.bytes),
            ("pending", source.lag.generations as u64),
        ];
        for (name, number) in rows {
            text.push_str(&format!("  {name:<9} {number:>14}\n"));
        }
    }
    text
}

/// Returns how far sinks are behind the others.
pub(super) fn behind(sinks: &[(String, u64)]) -> String {
    let row = |(name, bytes): &(String, u64)| {
        let name = diag::escape(name.as_bytes());
        format!("sink {name}\n  lag bytes {bytes:>14}\n")
    };
    sinks.iter().map(row).collect()
}

/// Returns the times that are known, in seconds, with their names.
pub(super) fn times(times: &[(&str, Option<Duration>)]) -> String {
    let known = times.iter().filter_map(|(name, time)| {
        let seconds = (*time)?.as_secs_f64();
        Some(format!("{name:<14} {seconds:>11.3}\n"))
    });
    known.collect()
}

/// Returns what happened to a followed file, as a sentence.
pub(super) fn remark(path: &Path, remark: &Remark) -> String {
    let name = shown(path);
    match remark {
        Remark::Begin(start) => begin(&name, start),
        Remark::Gap(lost) => gap(&name, lost),
        Remark::Copied(copy) => format!(
            "{name}: was cut and begun anew; going on in its copy {}",
            shown(copy)
        ),
        Remark::Unfinished { path, offset } => format!(
            "{}: byte {offset}: the file ends amid this line",
            shown(path)
        ),
        Remark::Absent(error) => {
            format!("{name}: {}; waiting for it", absence(error))
        }
        Remark::Missing(error) => format!("{name}: {}", absence(error)),
        Remark::Present => format!("{name}: is there"),
        Remark::Unreadable(error) => format!("{name}: {error}; trying again"),
        Remark::Polling(error) => format!(
            "warning: no notices from the system ({error}); looking every \
             100 ms"
        ),
    }
}

fn absence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "is not there".into(),
        _ => error.to_string(),
    }
}

fn begin(name: &str, start: &Start) -> String {
    let Start { file, offset, lines, is_resumed, behind, rotated } = start;
    let verb = if *is_resumed { "resuming" } else { "following" };
    let Some(file) = file else {
        return format!("{verb} {name} as soon as it is there");
    };
    let mut text = format!(
        "{verb} {name} from byte {offset} (line {}) of {}, {} behind",
        lines + 1,
        shown(file),
        size(*behind)
    );
    if *rotated > 0 {
        let many = if *rotated == 1 { "file" } else { "files" };
        text.push_str(&format!(", with {rotated} newer {many} to read"));
    }
    text
}

fn gap(name: &str, lost: &Gap) -> String {
    let Gap { reason, file, from, bytes } = lost;
    let file = file.as_deref().map_or("unknown".into(), shown);
    let bytes = match bytes {
        Some(bytes) => format!("at-least-{bytes}"),
        None => "unknown".into(),
    };
    format!(
        "gap source={name} reason={} file={file} from={from} bytes={bytes}",
        reason.word()
    )
}

/// Returns a number of bytes as people say it.
fn size(bytes: u64) -> String {
    const STEPS: [(&str, u64); 3] =
        [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)];
    let step = STEPS.iter().find(|(_, step)| bytes >= *step);
    match step {
        Some((unit, step)) => {
            format!("{:.1} {unit}", bytes as f64 / *step as f64)
        }
        None => format!("{bytes} bytes"),
    }
}

fn shown(path: &Path) -> String {
    diag::escape(path.as_os_str().as_encoded_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::follow::{Lag, Reason};

    #[test]
    fn a_gap_says_what_is_known() {
        let lost = Gap {
            reason: Reason::Truncated,
            file: Some("/var/log/audit.log".into()),
            from: 120,
            bytes: None,
        };
        assert_eq!(
            gap("audit.log", &lost),
            "gap source=audit.log reason=truncated file=/var/log/audit.log \
             from=120 bytes=unknown"
        );
    }

    #[test]
    fn the_status_names_what_holds_us_up() {
        let lag = Lag { bytes: 12_300_000, generations: 3 };
        let source = SourceState { lag, ..SourceState::default() };
        let stalled = Some(Duration::from_secs(40));
        let state =
            State { sources: vec![source], stalled, ..State::default() };
        let text = "lag 12.3 MB, 3 rotated files to read, output blocked 40 s";
        assert_eq!(status(&state), text);
    }
}
