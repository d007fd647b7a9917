//! Writes an event as one flat JSON object: its metadata, under the names of
//! the language.

use super::cells::{Cells, Health, Kind};
use super::fact::{FACTS, Fact};
use super::label::{BROKEN, Labels};
use super::text;

/// How many bytes of a value there are at most. Few of an id are of no use.
pub(super) fn limit(fact: Fact, most: usize) -> usize {
    if fact == Fact::Id { most.max(64) } else { most }
}

/// An object under way.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    /// Where it begins.
    from: usize,
    /// How many bytes it may have.
    room: usize,
}

impl Object<'_> {
    /// Adds a member, unless there is no room for it.
    fn add(&mut self, name: &str, value: impl FnOnce(&mut Vec<u8>)) {
        let before = self.out.len();
        self.out.push(if before == self.from { b'{' } else { b',' });
        text::json(name.as_bytes(), usize::MAX, self.out);
        self.out.push(b':');
        value(self.out);
        // One byte is for the brace.
        if self.out.len() - self.from >= self.room {
            self.out.truncate(before);
        }
    }

    fn end(self) {
        if self.out.len() == self.from {
            self.out.push(b'{');
        }
        self.out.push(b'}');
    }
}

/// Appends the object.
///
/// * `most` is how many bytes of a value there are, `room` how many of all:
///   members that would be too much are left out.
pub(super) fn write(
    cells: &Cells,
    health: Health,
    labels: &Labels,
    (most, room): (usize, usize),
    out: &mut Vec<u8>,
) {
    let mut object = Object { from: out.len(), out, room };
    for (at, (fact, name)) in FACTS.iter().enumerate() {
        let most = limit(*fact, most);
        let count = cells.count(at);
        if fact.is_list() && count > 0 || count > 1 {
            object.add(name, |out| list(cells, at, most, out));
        } else if let Some((kind, value)) = cells.values(at).next() {
            object.add(name, |out| scalar(kind, value, most, out));
        }
    }
    if let Some(note) = broken(health) {
        let text = note.as_bytes();
        object.add(BROKEN, |out| text::json(text, most, out));
    }
    for (key, value) in labels.iter() {
        let value = value.as_bytes();
        object.add(key, |out| text::json(value, usize::MAX, out));
    }
    object.end();
}

/// Says what is wrong with the line.
pub(super) fn broken(health: Health) -> Option<String> {
    match health {
        Health::Sound => None,
        Health::Broken(defect) => {
            Some(format!("byte {}: {}", defect.at, defect.kind))
        }
        Health::Foreign => Some("no event".to_owned()),
    }
}

fn scalar(kind: Kind, value: &[u8], most: usize, out: &mut Vec<u8>) {
    match kind {
        Kind::Text => text::json(value, most, out),
        Kind::Word => out.extend_from_slice(value),
    }
}

/// Appends the values of a field. Of more than are held, the last element
/// says how many: `"+7"`.
fn list(cells: &Cells, at: usize, most: usize, out: &mut Vec<u8>) {
    let (mut comma, mut shown) = (b'[', 0);
    for (kind, value) in cells.values(at) {
        out.push(comma);
        scalar(kind, value, most, out);
        (comma, shown) = (b',', shown + 1);
    }
    if cells.count(at) > shown {
        let more = format!(",\"+{}\"", cells.count(at) - shown);
        out.extend_from_slice(more.as_bytes());
    }
    out.push(b']');
}
