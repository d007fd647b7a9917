//! Reads some fields of one event into memory that is used again.

use crate::event::{self, Event, Seen};
use crate::expr::{Scratch, Selection, Spelled};
use crate::scan::{Defect, Scanner};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, UTF-8 or not.
    Text,
    /// A number, `true` or `false`: as JSON spells it.
    Word,
}

/// What is known of a line beside its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    Sound,
    /// It breaks, or goes on behind its event.
    Broken(Defect),
    /// It is no JSON object.
    Foreign,
}

/// The values of one field.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// Its values are those from this number on
    from: usize,
    /// up to this one.
    to: usize,
    /// How many there are, all in all.
    count: usize,
    /// Whether it was not found because the line breaks.
    unknown: bool,
}

/// The fields of one event.
#[derive(Debug, Default)]
pub(super) struct Cells {
    bytes: Vec<u8>,
    /// What each value is, and where it ends in `bytes`.
    values: Vec<(Kind, usize)>,
    cells: Vec<Cell>,
    scratch: Scratch,
}

/// How many bytes of a value are held: nobody reads more of it.
pub(super) const MOST_BYTES: usize = 4096;

/// How many values of a field are held; of more, these and the number.
pub(super) const MOST_VALUES: usize = 64;

impl Cells {
    /// Reads those fields of the line that `wanted` names, by their numbers,
    /// asking it again behind each.
    pub(super) fn fill(
        &mut self,
        selection: &Selection,
        scanner: Scanner,
        line: &[u8],
        wanted: impl Fn(usize, &Cells) -> bool,
    ) -> Health {
        self.bytes.clear();
        self.values.clear();
        self.cells.clear();
        let columns = selection.columns().len();
        let Some(start) = event::start(line) else {
            let unknown = Cell { unknown: true, ..Cell::default() };
            self.cells.resize(columns, unknown);
            return Health::Foreign;
        };
        let line = &line[..line.len().min(Event::MOST)];
        let defect = event::first_break(scanner, line, start);
        // Nothing is known behind a break.
        let line = defect.map_or(line, |defect| defect.readable(line));
        let mut event = Event::new(scanner, line, start, selection.roots());
        for column in 0..columns {
            match wanted(column, self) {
                true => self.read(selection, column, &mut event),
                false => self.cells.push(Cell::default()),
            }
        }
        match defect.or(event.defect()) {
            Some(defect) => Health::Broken(defect),
            None => Health::Sound,
        }
    }

    fn read(
        &mut self,
        selection: &Selection,
        column: usize,
        event: &mut Event<'_, '_>,
    ) {
        let mut cell = Cell { from: self.values.len(), ..Cell::default() };
        let is_duration = selection.columns()[column].holds_durations;
        let Cells { bytes, values, scratch, .. } = self;
        let take = &mut |value: Spelled<'_>| {
            if value == Spelled::Null {
                return;
            }
            cell.count += 1;
            if cell.count <= MOST_VALUES {
                let kind = push(value, is_duration, bytes);
                values.push((kind, bytes.len()));
            }
        };
        let seen = selection.read(column, event, scratch, take);
        cell.to = self.values.len();
        cell.unknown = seen == Seen::Part && cell.count == 0;
        self.cells.push(cell);
    }

    /// Returns the values of a field that are held.
    pub(super) fn values(
        &self,
        column: usize,
    ) -> impl Iterator<Item = (Kind, &[u8])> {
        let Cell { from, to, .. } = self.cells[column];
        (from..to).map(|at| {
            let start = match at {
                0 => 0,
                _ => self.values[at - 1].1,
            };
            let (kind, end) = self.values[at];
            (kind, &self.bytes[start..end])
        })
    }

    /// Returns the first value of a field, if there is one and it is not
    /// empty.
    pub(super) fn first(&self, column: usize) -> Option<&[u8]> {
        let first = self.values(column).next().map(|(_, bytes)| bytes);
        first.filter(|bytes| !bytes.is_empty())
    }

    /// Returns how many values a field has.
    pub(super) fn count(&self, column: usize) -> usize {
        self.cells[column].count
    }

    /// Returns whether a field was not found because the line breaks.
    pub(super) fn is_unknown(&self, column: usize) -> bool {
        self.cells[column].unknown
    }
}

/// Appends a value, its beginning if it is long.
fn push(value: Spelled<'_>, is_duration: bool, bytes: &mut Vec<u8>) -> Kind {
    let (kind, text) = match value {
        Spelled::Null => (Kind::Text, &b""[..]),
        Spelled::Bool(true) => (Kind::Word, &b"true"[..]),
        Spelled::Bool(false) => (Kind::Word, &b"false"[..]),
        Spelled::Number(number) if number.len() <= MOST_BYTES => {
            (Kind::Word, number.as_bytes())
        }
        Spelled::Number(number) => (Kind::Text, number.as_bytes()),
        Spelled::Text(text) => (Kind::Text, text.as_bytes()),
        Spelled::Raw(text) => (Kind::Text, text),
        Spelled::Object => (Kind::Text, &b"{...}"[..]),
        Spelled::Computed(number) => {
            let text = match is_duration {
                true => duration(number),
                false => number.to_string(),
            };
            bytes.extend_from_slice(text.as_bytes());
            return if is_duration { Kind::Text } else { Kind::Word };
        }
    };
    bytes.extend_from_slice(super::text::beginning(text, MOST_BYTES));
    kind
}

/// Spells a duration as the language reads it: `1.5s`, `250ms`, `12.3us`.
fn duration(nanos: i128) -> String {
    let (unit, name) = match nanos.unsigned_abs() {
        0..1_000 => (1, "ns"),
        1_000..1_000_000 => (1_000, "us"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        1_000_000_000.. => (1_000_000_000, "s"),
    };
    let whole = nanos.unsigned_abs() / unit;
    let part = (nanos.unsigned_abs() % unit) * 1000 / unit;
    let sign = if nanos < 0 { "-" } else { "" };
    let part = format!(".{part:03}");
    let part = part.trim_end_matches('0').trim_end_matches('.');
    format!("{sign}{whole}{part}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_spelled_for_people() {
        for (nanos, expected) in [
            (0, "0ns"),
            (999, "999ns"),
            (1_500, "1.5us"),
            (250_000_000, "250ms"),
            (61_002_999_000, "61.002s"),
            (-3_000_000, "-3ms"),
        ] {
            assert_eq!(duration(nanos), expected);
        }
    }
}
