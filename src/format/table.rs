//! Writes an event as a row of a table for a terminal. Its columns are as
//! wide as they are from the beginning: no row waits for another.

use super::cells::{Cells, Health};
use super::fact::Fact;
use super::short::Line;
use super::text;

/// The columns and how many characters each has; the last one takes what it
/// needs.
const COLUMNS: [(&str, usize); 8] = [
    ("TIME", 20),
    ("CODE", 4),
    ("VERB", 7),
    ("RESOURCE", 22),
    ("NAME", 32),
    ("USER", 32),
    ("FROM", 17),
    ("REASON", 0),
];

/// Returns the line with the names of the columns.
pub(super) fn header() -> String {
    let mut out = Vec::new();
    for (name, width) in COLUMNS {
        pad(name, width, &mut out);
    }
    out.push(b'\n');
    // Names and blanks.
    String::from_utf8(out).unwrap_or_default()
}

/// Appends the row, with at most `most` bytes of each value.
pub(super) fn write(
    cells: &Cells,
    health: Health,
    most: usize,
    out: &mut Vec<u8>,
) {
    let line = Line { cells, most };
    let mut cell = Vec::new();
    for (column, (_, width)) in COLUMNS.into_iter().enumerate() {
        cell.clear();
        match column {
            0 => time(&line, &mut cell),
            1 => line.word(Fact::Code, &mut cell),
            2 => line.word(Fact::Verb, &mut cell),
            3 => line.resource(&mut cell),
            4 => line.name(&mut cell),
            5 => line.actor(&mut cell),
            6 => line.peer(&mut cell),
            _ => why(&line, health, &mut cell),
        }
        // All that `word` writes is UTF-8.
        pad(str::from_utf8(&cell).unwrap_or_default(), width, out);
    }
    while out.ends_with(b" ") {
        out.pop();
    }
}

/// Appends the time, to the second.
fn time(line: &Line<'_>, out: &mut Vec<u8>) {
    let time = line.cells.first(Fact::Time as usize);
    match time.map(|time| (time, time.get(..19), time.get(19))) {
        Some((time, Some(second), Some(b'.'))) if time.ends_with(b"Z") => {
            text::word(second, usize::MAX, out);
            out.push(b'Z');
        }
        Some(_) | None => line.word(Fact::Time, out),
    }
}

/// Appends the reason, and what is out of the ordinary.
fn why(line: &Line<'_>, health: Health, out: &mut Vec<u8>) {
    line.word(Fact::Reason, out);
    let stage = line.cells.first(Fact::Stage as usize);
    let decision = line.cells.first(Fact::Decision as usize);
    if decision == Some(b"allow") {
        out.extend_from_slice(b" (allowed)");
    }
    if stage.is_some_and(|stage| stage != b"ResponseComplete") {
        out.push(b' ');
        line.word(Fact::Stage, out);
    }
    if line.cells.first(Fact::Rules as usize).is_some() {
        out.push(b' ');
        line.word(Fact::Rules, out);
    }
    match health {
        Health::Sound => {}
        Health::Broken(_) => out.extend_from_slice(b" (broken)"),
        Health::Foreign => out.extend_from_slice(b" (no event)"),
    }
}

/// Appends a cell and the blanks behind it. Of a longer one, both ends are
/// shown: that of a name says as much as its beginning.
fn pad(cell: &str, width: usize, out: &mut Vec<u8>) {
    let length = cell.chars().count();
    if width == 0 || length <= width {
        out.extend_from_slice(cell.as_bytes());
    } else {
        let (left, right) = ((width - 1) / 2, width / 2);
        let part = |from, count| -> String {
            cell.chars().skip(from).take(count).collect()
        };
        out.extend_from_slice(part(0, left).as_bytes());
        out.extend_from_slice(text::DOTS.as_bytes());
        out.extend_from_slice(part(length - right, right).as_bytes());
    }
    if width > 0 {
        let blanks = width.saturating_sub(length) + 2;
        out.extend(std::iter::repeat_n(b' ', blanks));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_long_cell_are_shown() {
        for (cell, expected) in [
            ("short", "short  "),
            ("12345", "12345  "),
            ("123456", "12…56  "),
            ("äöüäöü", "äö…öü  "),
        ] {
            let mut out = Vec::new();
            pad(cell, 5, &mut out);
            assert_eq!(str::from_utf8(&out), Ok(expected));
        }
    }
}
