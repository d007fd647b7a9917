//! Counts texts: exactly, as long as there is room for them.

use std::collections::HashMap;

/// A time to the second, as RFC 3339 writes it, without its zone: UTC.
pub(super) type Second = [u8; 19];

/// From when to when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) ends: Option<(Second, Second)>,
}

impl Span {
    /// Has it reach to `time` as well.
    pub(super) fn add(&mut self, time: Option<Second>) {
        let Some(time) = time else { return };
        self.ends = Some(match self.ends {
            None => (time, time),
            Some((first, last)) => (first.min(time), last.max(time)),
        });
    }
}

/// How often a text came, and from when to when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) count: u64,
    pub(super) span: Span,
}

/// Texts with their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Tops {
    entries: HashMap<Box<[u8]>, Entry>,
    /// What came when there was no room for its text any more.
    other: Entry,
}

impl Tops {
    /// Counts a text; one of the first `most` different ones by itself.
    pub(super) fn add(
        &mut self,
        text: &[u8],
        time: Option<Second>,
        most: usize,
    ) {
        let is_full = self.entries.len() >= most;
        let entry = match self.entries.get_mut(text) {
            Some(entry) => entry,
            None if is_full => &mut self.other,
            None => self.entries.entry(text.into()).or_default(),
        };
        entry.count += 1;
        entry.span.add(time);
    }

    /// Returns the `most` most frequent ones, ties in the order of the
    /// alphabet, and what the others come to: how many texts, how often.
    pub(super) fn top(&self, most: usize) -> Vec<(&[u8], &Entry)> {
        let mut all: Vec<(&[u8], &Entry)> =
            self.entries.iter().map(|(text, it)| (&**text, it)).collect();
        all.sort_unstable_by(|(a, one), (b, other)| {
            other.count.cmp(&one.count).then(a.cmp(b))
        });
        all.truncate(most);
        all
    }

    /// Returns how many texts were told apart.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns what found no room.
    pub(super) fn other(&self) -> &Entry {
        &self.other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_counted_together() {
        let mut tops = Tops::default();
        for text in ["b", "a", "c", "a", "c", "b", "d"] {
            tops.add(text.as_bytes(), None, 2);
        }
        let top: Vec<_> =
            tops.top(9).iter().map(|(text, it)| (*text, it.count)).collect();
        assert_eq!(top, [(&b"a"[..], 2), (b"b", 2)]);
        assert_eq!(tops.other().count, 3);
        assert_eq!(tops.top(1).len(), 1);
        assert_eq!(tops.len(), 2);
    }

    #[test]
    fn a_span_reaches_from_the_first_to_the_last() {
        let mut span = Span::default();
        for time in ["2026-11-22T10:00:02", "2026-11-22T10:00:01"] {
            span.add(time.as_bytes().try_into().ok());
        }
        span.add(None);
        let (first, last) = span.ends.unwrap();
        assert!(first.ends_with(b":01") && last.ends_with(b":02"));
    }
}
