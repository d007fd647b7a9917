//! Looks for repeated keys at the event's own levels.

use std::collections::HashSet;

use crate::scan::{
    Defect, DefectKind, Next, Scanner, Text, Visitor, tour, value_end,
};

/// Keys whose values are the client's and the server's objects, where a
/// repeat is no defect: the last one wins, as everywhere in Kubernetes.
pub const BODIES: [&str; 2] = ["requestObject", "responseObject"];

/// Returns the first key that is repeated in one object of the event, the
/// bodies left out.
///
/// The line has to be sound JSON; its object begins at `start`.
pub fn repeated_key(
    scanner: Scanner,
    line: &[u8],
    start: usize,
) -> Option<Defect> {
    let (open, keys) = (Vec::new(), HashSet::new());
    let mut search = Search { scanner, open, objects: 0, keys };
    tour(scanner, line, start, &mut search).err()
}

/// Goes over all keys once, however deep they are.
struct Search {
    scanner: Scanner,
    /// The number of each bracket that is open.
    open: Vec<usize>,
    /// How many brackets there were so far.
    objects: usize,
    /// The keys met, each with the number of its object.
    keys: HashSet<(usize, Box<[u8]>)>,
}

impl Visitor for Search {
    fn open(&mut self, _: &[u8], _: usize) -> Next {
        self.objects += 1;
        self.open.push(self.objects);
        Next::On
    }

    fn close(&mut self, _: &[u8], _: usize) -> Next {
        self.open.pop();
        if self.open.is_empty() { Next::Stop } else { Next::On }
    }

    fn key(&mut self, line: &[u8], key: &[u8], colon: usize) -> Next {
        let object = self.open.last().copied().unwrap_or_default();
        let mut scratch = Vec::new();
        let text = Text::new(key).read(&mut scratch);
        let key = text.map_or(key, str::as_bytes);
        let body = BODIES.iter().any(|body| body.as_bytes() == key);
        if !self.keys.insert((object, key.into())) {
            return Next::Break(Defect {
                at: colon,
                kind: DefectKind::Repeated,
            });
        }
        if !body || self.open.len() > 1 {
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

    fn wants_commas(&self) -> bool {
        false
    }
}
