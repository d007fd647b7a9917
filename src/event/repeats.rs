//! Looks for repeated keys at the event's own levels.

use std::ops::Range;

use crate::scan::{
    Defect, DefectKind, Next, Scanner, Text, Visitor, Wanted, tour, value_end,
};

/// Keys whose values are the client's and the server's objects, where a
/// repeat is no defect: the last one wins, as everywhere in Kubernetes.
pub const BODIES: [&str; 2] = ["requestObject", "responseObject"];

/// Returns the first key that is repeated in one object of the event, the
/// bodies left out.
///
/// The line has to be sound JSON; its object begins at `start`. Every key is
/// passed once, however deep it is.
pub fn repeated_key(
    scanner: Scanner,
    line: &[u8],
    start: usize,
) -> Option<Defect> {
    let mut search = Search {
        scanner,
        open: Vec::new(),
        objects: 0,
        keys: Vec::new(),
        unescaped: Vec::new(),
    };
    if let Err(defect) = tour(scanner, line, start, &mut search) {
        return Some(defect);
    }
    let colon = search.first_repeat(line)?;
    Some(Defect { at: colon, kind: DefectKind::Repeated })
}

/// Collects the keys of all objects.
struct Search {
    scanner: Scanner,
    /// The number of each bracket that is open.
    open: Vec<usize>,
    /// How many brackets there were so far.
    objects: usize,
    keys: Vec<Key>,
    /// Keys that are written with escapes, as they read.
    unescaped: Vec<u8>,
}

/// A key, and where it was met.
struct Key {
    /// The number of its object.
    object: usize,
    /// Its bytes, in the line or among those unescaped.
    place: Range<usize>,
    is_unescaped: bool,
    colon: usize,
}

impl Search {
    fn bytes<'a>(&'a self, line: &'a [u8], key: &Key) -> &'a [u8] {
        let text = if key.is_unescaped { &self.unescaped } else { line };
        &text[key.place.clone()]
    }

    /// Returns the colon of the first key that its object had before.
    fn first_repeat(&self, line: &[u8]) -> Option<usize> {
        let name = |key: &Key| (key.object, self.bytes(line, key));
        let mut keys: Vec<&Key> = self.keys.iter().collect();
        keys.sort_unstable_by(|a, b| {
            name(a).cmp(&name(b)).then(a.colon.cmp(&b.colon))
        });
        let repeats =
            keys.windows(2).filter(|two| name(two[0]) == name(two[1]));
        repeats.map(|two| two[1].colon).min()
    }

    /// Notes a key of the object that is open.
    fn note(&mut self, line: &[u8], key: Range<usize>, colon: usize) {
        let object = self.open.last().copied().unwrap_or_default();
        let raw = &line[key.clone()];
        let is_unescaped = raw.contains(&b'\\');
        let mut place = key;
        if is_unescaped {
            let mut scratch = Vec::new();
            let text = Text::new(raw).read(&mut scratch);
            let from = self.unescaped.len();
            self.unescaped.extend_from_slice(text.map_or(raw, str::as_bytes));
            place = from..self.unescaped.len();
        }
        self.keys.push(Key { object, place, is_unescaped, colon });
    }
}

impl Visitor for Search {
    fn open(&mut self, _: &[u8], _: usize, _: u32) -> Next {
        self.objects += 1;
        self.open.push(self.objects);
        Next::On
    }

    fn close(&mut self, _: usize, _: u32) -> Next {
        self.open.pop();
        if self.open.is_empty() { Next::Stop } else { Next::On }
    }

    fn key(
        &mut self,
        line: &[u8],
        key: Range<usize>,
        colon: usize,
        depth: u32,
    ) -> Next {
        self.note(line, key, colon);
        let is_body = |key: &Key| {
            let name = self.bytes(line, key);
            BODIES.iter().any(|body| body.as_bytes() == name)
        };
        if depth > 1 || !self.keys.last().is_some_and(is_body) {
            return Next::On;
        }
        match value_end(self.scanner, line, colon + 1) {
            Ok(end) => Next::Jump(end),
            Err(defect) => Next::Break(defect),
        }
    }

    fn comma(&mut self, _: &[u8], _: usize) -> Next {
        Next::On
    }

    fn wants_all(&self) -> bool {
        true
    }

    fn wanted(&self) -> &Wanted {
        const { &Wanted::every() }
    }

    fn floor(&self) -> u32 {
        u32::MAX
    }
}
