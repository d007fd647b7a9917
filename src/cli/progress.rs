//! One line on the terminal that says how far a run has come.
//!
//! It is there only while nothing else is said, and only where it cannot get
//! between lines that are printed on the same terminal.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use rustix::{fs::FileType, stdio, termios};

use super::settings::Settings;
use crate::{engine::Wanted, source::Name};

/// A run that is over sooner draws nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often it is drawn.
const INTERVAL: Duration = Duration::from_millis(100);

/// How far a run has come.
#[derive(Debug)]
pub(super) struct Progress {
    /// The size of each input, and how much of it was read.
    inputs: Vec<(u64, u64)>,
    size: u64,
    read: u64,
    begun: Instant,
    /// When it is drawn next.
    due: Instant,
    is_drawn: bool,
}

impl Progress {
    /// Returns one for a run whose progress can be told, and shown.
    pub(super) fn of(settings: &Settings) -> Option<Progress> {
        let is_told = settings.progress
            && settings.follow.is_none()
            && is_terminal()
            && !prints_beside(settings);
        let sizes: Option<Vec<u64>> = match is_told {
            true => settings.inputs.iter().map(size).collect(),
            false => None,
        };
        let sizes = sizes?;
        let begun = Instant::now();
        Some(Progress {
            size: sizes.iter().sum(),
            inputs: sizes.into_iter().map(|size| (size, 0)).collect(),
            read: 0,
            begun,
            due: begun + PATIENCE,
            is_drawn: false,
        })
    }

    /// Hears how many bytes of an input were read, and how many lines of all
    /// were kept.
    pub(super) fn hear(&mut self, input: usize, bytes: u64, kept: u64) {
        if let Some((size, read)) = self.inputs.get_mut(input) {
            let bytes = bytes.clamp(*read, *size);
            self.read += bytes - *read;
            *read = bytes;
        }
        let now = Instant::now();
        if now >= self.due {
            self.due = now + INTERVAL;
            let text = text(self.read, self.size, kept, now - self.begun);
            self.draw(&text);
        }
    }

    /// Takes the line away.
    pub(super) fn erase(&mut self) {
        if self.is_drawn {
            self.is_drawn = false;
            io::stderr().write_all(b"\r\x1b[K").ok();
        }
    }

    fn draw(&mut self, text: &str) {
        let width = termios::tcgetwinsize(stdio::stderr())
            .map_or(0, |size| usize::from(size.ws_col));
        // A line that is too long could not be drawn over.
        let most = if width == 0 { 79 } else { width - 1 };
        let text: String = text.chars().take(most).collect();
        self.is_drawn = true;
        io::stderr().write_all(format!("\r{text}\x1b[K").as_bytes()).ok();
    }
}

fn is_terminal() -> bool {
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    io::stderr().is_terminal() && !is_dumb
}

/// Returns whether lines go to standard output, and from there perhaps to the
/// same terminal, as they do through a pipe into a pager.
fn prints_beside(settings: &Settings) -> bool {
    let prints = match settings.rules.wanted {
        Wanted::Lines => settings.wires.to.iter().any(|to| to.is_stdout()),
        Wanted::Count | Wanted::Presence | Wanted::Groups => false,
    };
    let is_file = rustix::fs::fstat(stdio::stdout()).is_ok_and(|stat| {
        let kind = FileType::from_raw_mode(stat.st_mode);
        let is_null = kind.is_char_device() && !io::stdout().is_terminal();
        kind.is_file() || is_null
    });
    prints && !is_file
}

/// Returns the size of an input, if it is a file.
fn size(name: &Name) -> Option<u64> {
    match name {
        Name::Stdin => {
            let stat = rustix::fs::fstat(stdio::stdin()).ok()?;
            let kind = FileType::from_raw_mode(stat.st_mode);
            let size = u64::try_from(stat.st_size).ok()?;
            kind.is_file().then_some(size)
        }
        Name::Path(path) => match fs::metadata(path) {
            Ok(kind) => kind.is_file().then_some(kind.len()),
            // What cannot be opened is told, and takes no time.
            Err(_) => Some(0),
        },
    }
}

fn text(read: u64, size: u64, kept: u64, time: Duration) -> String {
    let percent = (read * 100).checked_div(size).unwrap_or(100);
    let seconds = time.as_secs_f64().max(1e-3);
    let rate = read as f64 / seconds;
    let left = (size - read) as f64 / rate.max(1.0);
    format!(
        "{percent:>3} %  {} of {}  {}/s  {kept} kept  {} left",
        amount(read as f64),
        amount(size as f64),
        amount(rate),
        span(left)
    )
}

/// Returns so many bytes with a unit that is as great as it can be.
fn amount(bytes: f64) -> String {
    let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    match units.into_iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{:.1} {name}", bytes / unit),
        None => format!("{bytes:.0} B"),
    }
}

/// Returns a time in whole seconds, minutes and hours.
fn span(seconds: f64) -> String {
    let minutes = (seconds / 60.0).floor();
    let hours = (minutes / 60.0).floor();
    match (hours >= 1.0, minutes >= 1.0) {
        (true, _) => format!("{hours:.0} h {:.0} min", minutes % 60.0),
        (false, true) => format!("{minutes:.0} min {:.0} s", seconds % 60.0),
        (false, false) => format!("{:.0} s", seconds.ceil()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_much_how_fast_and_how_long() {
        let time = Duration::from_secs(2);
        assert_eq!(
            text(1_000_000_000, 4_000_000_000, 12, time),
            " 25 %  1.0 GB of 4.0 GB  500.0 MB/s  12 kept  6 s left"
        );
        let text = text(0, 900, 0, time);
        assert_eq!(
            text,
            "  0 %  0 B of 900 B  0 B/s  0 kept  15 min 0 s left"
        );
        assert_eq!(span(7199.0), "1 h 59 min");
    }
}
