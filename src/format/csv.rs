//! Writes an event as a line of comma-separated values (RFC 4180, but for
//! its line ends): the metadata that `json` has, a column for each.

use super::cells::{Cells, Health};
use super::fact::FACTS;
use super::json::{broken, limit};
use super::label::{BROKEN, Labels};
use super::text;

/// Returns the line with the names of the columns.
pub(super) fn header(labels: &Labels) -> String {
    let names = FACTS.iter().map(|(_, name)| *name).chain([BROKEN]);
    let keys = labels.iter().map(|(key, _)| key);
    let names: Vec<&str> = names.chain(keys).collect();
    format!("{}\n", names.join(","))
}

/// A line under way.
struct Row<'o> {
    out: &'o mut Vec<u8>,
    from: usize,
    /// How many bytes it may have.
    room: usize,
    /// How many cells are still to come.
    left: usize,
}

impl Row<'_> {
    /// Adds a cell; an empty one, if there is no room for it.
    fn add(&mut self, cell: &[u8]) {
        self.left = self.left.saturating_sub(1);
        let before = self.out.len();
        text::csv(cell, self.out);
        // Those to come take a comma each.
        if self.out.len() - self.from + self.left > self.room {
            self.out.truncate(before);
        }
        if self.left > 0 {
            self.out.push(b',');
        }
    }
}

/// Appends the line, without its end.
///
/// * `most` is how many bytes of a value there are, `room` how many of all:
///   cells that would be too much are left empty.
/// * The values of a list stand in one cell, with blanks between them.
pub(super) fn write(
    cells: &Cells,
    health: Health,
    labels: &Labels,
    (most, room): (usize, usize),
    out: &mut Vec<u8>,
) {
    let left = FACTS.len() + 1 + labels.iter().count();
    let mut row = Row { from: out.len(), out, room, left };
    let mut cell = Vec::new();
    for (at, (fact, _)) in FACTS.iter().enumerate() {
        cell.clear();
        join(cells, at, limit(*fact, most), b' ', &mut cell);
        row.add(&cell);
    }
    row.add(broken(health).unwrap_or_default().as_bytes());
    for (_, value) in labels.iter() {
        cell.clear();
        text::plain(value.as_bytes(), usize::MAX, &mut cell);
        row.add(&cell);
    }
}

/// Appends the values of a field, with `between` between them. Of more than
/// are held, it is said how many: `+7`.
pub(super) fn join(
    cells: &Cells,
    at: usize,
    most: usize,
    between: u8,
    out: &mut Vec<u8>,
) {
    let mut shown = 0;
    for (_, value) in cells.values(at) {
        if shown > 0 {
            out.push(between);
        }
        text::plain(value, most, out);
        shown += 1;
    }
    if cells.count(at) > shown {
        let more = format!("+{}", cells.count(at) - shown);
        out.push(between);
        out.extend_from_slice(more.as_bytes());
    }
}
