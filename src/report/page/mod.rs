//! Writes a digest as plain text, for a mail or a terminal.
//!
//! Lines with text from the log are indented, so that none of them begins as
//! a mail program would understand it: with `From `, `~` or a dot. No line is
//! longer than a mail may have.

use std::fmt::Write as _;

use super::digest::{Digest, SIDES};
use super::top::{Entry, Span, Tops};
use crate::diag;
use crate::format::{Labels, within};

/// How a report looks.
#[derive(Clone, Debug)]
pub struct Page {
    /// What the report is about: a line.
    pub title: String,
    /// The expression that chose the events.
    pub expression: String,
    /// Where the report is from.
    pub labels: Labels,
    /// How many characters a line has at most.
    pub width: usize,
    /// How many lines there are of each kind of text.
    pub top: usize,
}

/// What is known of the lines that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Lines that were read.
    pub read: u64,
    /// Those that break, of which only a part was read.
    pub defective: u64,
    /// Those that are no events.
    pub foreign: u64,
    /// Those that were too long to be read.
    pub oversize: u64,
}

impl Page {
    /// The widths that a report can have: in less, nothing can be read; more
    /// is too long for a mail, which has 998 bytes in a line.
    pub const WIDTHS: std::ops::RangeInclusive<usize> = 60..=240;

    /// Returns the report.
    pub fn write(&self, digest: &Digest, numbers: &Numbers) -> String {
        let mut text = String::new();
        self.head(digest, numbers, &mut text);
        for ((_, name), tops) in SIDES.iter().zip(&digest.tops) {
            self.tops(name, tops, &mut text);
        }
        self.requests(digest, &mut text);
        self.gaps(digest, &mut text);
        text
    }

    fn head(&self, digest: &Digest, numbers: &Numbers, text: &mut String) {
        self.line(text, "", &self.title);
        if !self.labels.is_empty() {
            self.line(text, "", &self.labels.to_string());
        }
        text.push('\n');
        let expression = diag::escape(self.expression.as_bytes());
        self.line(text, "Expression  ", &expression);
        self.line(text, "Period      ", &period(&digest.span));
        let requests = match digest.count {
            0 => "none".to_owned(),
            count => format!("{count}"),
        };
        let read = format!("{requests}, of {} lines read", numbers.read);
        self.line(text, "Requests    ", &read);
        let lost = match digest.gaps() {
            0 => "nothing that was noticed".to_owned(),
            1 => "1 gap, see the end".to_owned(),
            gaps => format!("{gaps} gaps, see the end"),
        };
        self.line(text, "Lost        ", &lost);
        for (number, what) in [
            (numbers.defective, "broken, read as far as they go"),
            (numbers.foreign, "no events, left out"),
            (numbers.oversize, "too long to be read, left out"),
            (digest.stages, "of other stages, not counted"),
        ] {
            if number > 0 {
                let lines = if number == 1 { "line" } else { "lines" };
                let said = format!("{number} {lines}: {what}");
                self.line(text, "            ", &said);
            }
        }
    }

    fn tops(&self, name: &str, tops: &Tops, text: &mut String) {
        if tops.len() == 0 {
            return;
        }
        let top = tops.top(self.top);
        text.push('\n');
        match tops.len() > top.len() {
            true => {
                let head = format!("{name}, {} of {}", top.len(), tops.len());
                self.line(text, "", &head);
            }
            false => self.line(text, "", name),
        }
        let other = Some(tops.other()).filter(|it| it.count > 0);
        let other = other.map(|it| (&b"(other)"[..], it));
        let rows: Vec<_> = top.into_iter().chain(other).collect();
        let most = rows.iter().map(|(_, it)| it.count).max().unwrap_or(0);
        let digits = most.to_string().len();
        let seen = |it: &Entry| seen(&it.span);
        let times = rows.iter().map(|(_, it)| seen(it).len()).max();
        for (bytes, entry) in rows {
            let times = times.unwrap_or(0);
            let (count, seen) = (entry.count, seen(entry));
            let start = format!("  {count:>digits$}  {seen:<times$}  ");
            // All that a sketch shows is UTF-8.
            let shown = str::from_utf8(bytes).unwrap_or_default();
            self.line(text, &start, shown);
        }
    }

    fn requests(&self, digest: &Digest, text: &mut String) {
        if digest.lines.is_empty() {
            return;
        }
        let shown = digest.lines.len() as u64;
        text.push('\n');
        match digest.count > shown {
            true => {
                let count = digest.count;
                let head = format!("Requests, the first {shown} of {count}");
                self.line(text, "", &head);
            }
            false => self.line(text, "", "Requests"),
        }
        let labels = match self.labels.is_empty() {
            true => String::new(),
            false => format!("  {}", self.labels),
        };
        // They stand in the head as well, and must not push out the rest.
        let length = labels.chars().count();
        let (labels, room) = match length * 2 <= self.width {
            true => (&*labels, self.width - 2 - length),
            false => ("", self.width - 2),
        };
        for line in &digest.lines {
            writeln!(text, "  {}{labels}", within(line, room)).ok();
        }
        if digest.count > shown {
            let more = digest.count - shown;
            self.line(text, "  ", &format!("and {more} more, not shown"));
        }
    }

    fn gaps(&self, digest: &Digest, text: &mut String) {
        if digest.gaps() == 0 {
            return;
        }
        text.push('\n');
        self.line(text, "", "Lost before it could be read");
        for gap in &digest.gaps {
            self.line(text, "  ", &diag::escape(gap.as_bytes()));
        }
        if digest.more_gaps > 0 {
            let more = format!("and {} more", digest.more_gaps);
            self.line(text, "  ", &more);
        }
    }

    /// Appends a line, cut to the width.
    fn line(&self, text: &mut String, start: &str, rest: &str) {
        let room = self.width.saturating_sub(start.len());
        writeln!(text, "{start}{}", within(rest, room)).ok();
    }
}

fn period(span: &Span) -> String {
    match &span.ends {
        Some((first, last)) => {
            format!("{}Z to {}Z", shown(first), shown(last))
        }
        None => "unknown".to_owned(),
    }
}

/// Says when something was seen first and last.
fn seen(span: &Span) -> String {
    match &span.ends {
        Some((first, last)) if first == last => shown(first).to_owned(),
        Some((first, last)) if first[..10] == last[..10] => {
            format!("{} to {}", shown(first), shown(&last[11..]))
        }
        Some((first, last)) => {
            format!("{} to {}", shown(first), shown(last))
        }
        None => "at an unknown time".to_owned(),
    }
}

fn shown(time: &[u8]) -> &str {
    // Digits, and what stands between them.
    str::from_utf8(time).unwrap_or_default()
}

#[cfg(test)]
mod tests;
