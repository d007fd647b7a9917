//! Walks the items of a list of events, and gives them what the log backend
//! would have written in front.

use std::ops::Range;

use super::{
    decode::Room,
    member::{find, word},
    survey::{Shape, survey},
};
use crate::scan::{
    End, Finder, Scanner, Wanted, before_blanks, behind_blanks, last_object,
    value_end, walk,
};

/// A walk over the items of an array.
#[derive(Clone, Debug)]
pub(super) struct Items {
    /// Where the next item begins, or what is there instead.
    at: usize,
    /// Whether they are items of a list of events, whose version, if it has
    /// one, stands there.
    events: Option<Option<Range<usize>>>,
    /// Whether one of them broke, and others were found behind it.
    is_recovered: bool,
}

/// An item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Where it stands; to the end of the text where it is cut.
    pub range: Range<usize>,
    /// What it lacks of an event of the log.
    pub lacks: Lacks,
}

/// What has to be written in front of the members of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lacks {
    Nothing,
    Kind,
    Version,
    Both,
}

/// The keys that an event of the log begins with.
pub(super) const HEAD: [&str; 2] = ["kind", "apiVersion"];

/// Whether those were seen.
struct Head<'w> {
    wanted: &'w Wanted,
    seen: [bool; 2],
}

impl Finder for Head<'_> {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    #[inline(always)]
    fn found(&mut self, key: usize, _: usize) -> bool {
        self.seen[key] = true;
        false
    }
}

impl Items {
    /// Begins with the array whose `[` is the byte at `start`.
    pub(super) fn new(text: &[u8], start: usize) -> Items {
        let at = behind_blanks(text, start + 1);
        Items { at, events: None, is_recovered: false }
    }

    /// Begins with the items of a list of events with this version.
    pub(super) fn events(
        text: &[u8],
        start: usize,
        version: Option<Range<usize>>,
    ) -> Items {
        Items { events: Some(version), ..Items::new(text, start) }
    }

    /// Returns the version of the list, if these are events of one.
    pub(super) fn version(&self) -> Option<Option<Range<usize>>> {
        self.events.clone()
    }

    /// Returns whether there is an item, and one that events can be in.
    pub(super) fn may_hold(&self, text: &[u8]) -> bool {
        matches!(text.get(self.at), Some(b'{' | b'[' | b'"'))
    }

    /// Returns the next item.
    pub(super) fn next(
        &mut self,
        scanner: Scanner,
        head: &Wanted,
        text: &[u8],
    ) -> Option<Item> {
        let begin = self.at;
        if matches!(text.get(begin), None | Some(b']')) {
            return None;
        }
        let (end, lacks) = match text[begin] {
            b'{' if self.events.is_some() => event(scanner, head, text, begin),
            _ => (value_end(scanner, text, begin).ok(), Lacks::Nothing),
        };
        let Some(end) = end else {
            // Nothing is added to what is cut: who knows what it lacks.
            return Some(self.broken(scanner, text, begin, Lacks::Nothing));
        };
        let at = behind_blanks(text, end);
        match text.get(at) {
            Some(b',') => self.at = behind_blanks(text, at + 1),
            Some(b']') => self.at = at,
            // What cannot be followed leaves with the item in front of it.
            Some(_) | None => {
                return Some(self.broken(scanner, text, begin, lacks));
            }
        }
        Some(Item { range: begin..end, lacks })
    }

    /// Returns the item at `begin`, which breaks, with all that stands in
    /// front of the items that are found again behind it.
    #[cold]
    fn broken(
        &mut self,
        scanner: Scanner,
        text: &[u8],
        begin: usize,
        lacks: Lacks,
    ) -> Item {
        let (end, next) = match self.is_recovered {
            true => (text.len(), text.len()),
            false => self.last(scanner, text, begin),
        };
        (self.at, self.is_recovered) = (next, true);
        Item { range: begin..end, lacks }
    }

    /// Returns where the last items of the list begin, which are sound and
    /// stand behind `from`, and where what is in front of them ends: looked
    /// for from the end, where no string is open.
    fn last(
        &self,
        scanner: Scanner,
        text: &[u8],
        from: usize,
    ) -> (usize, usize) {
        let (mut last, mut next) = (text.len(), text.len());
        let is_end = |end: &usize| {
            text[from..before_blanks(text, *end)].ends_with(b"}")
        };
        let brackets = memchr::memrchr_iter(b']', &text[from..]);
        let Some(mut end) = brackets.map(|at| from + at).find(is_end) else {
            return (last, next);
        };
        while let Some(length) = last_object(&text[from..end])
            && let begin = from + length
            && let Some(front) = before_comma(&text[from..begin])
            && self.is_sound(scanner, &text[..end], begin)
        {
            end = from + front;
            (last, next) = (end, begin);
        }
        (last, next)
    }

    /// Returns whether what begins at `begin` is an item, whole to the end of
    /// the text.
    fn is_sound(&self, scanner: Scanner, text: &[u8], begin: usize) -> bool {
        match value_end(scanner, text, begin) {
            Ok(end) if behind_blanks(text, end) == text.len() => {}
            Ok(_) | Err(_) => return false,
        }
        let mut room = Room::default();
        match survey(scanner, text, begin, None, &mut room).shape {
            Shape::Event => true,
            Shape::Foreign | Shape::Unknown => false,
            Shape::Viaq
            | Shape::Google
            | Shape::Object(..)
            | Shape::Text(_)
            | Shape::Array(..)
            | Shape::List(..) => self.events.is_none(),
        }
    }
}

/// Returns the offset of the comma that a text ends with, blanks aside.
fn before_comma(text: &[u8]) -> Option<usize> {
    let end = before_blanks(text, text.len());
    text[..end].ends_with(b",").then(|| end - 1)
}

/// Returns where an event ends, and what it lacks.
fn event(
    scanner: Scanner,
    head: &Wanted,
    text: &[u8],
    begin: usize,
) -> (Option<usize>, Lacks) {
    let mut head = Head { wanted: head, seen: [false; 2] };
    let end = match walk(scanner, text, begin, &mut head) {
        End::Closed(end) => Some(end),
        End::Stopped | End::Broken(_) => None,
    };
    let lacks = match head.seen {
        [true, true] => Lacks::Nothing,
        [false, true] => Lacks::Kind,
        [true, false] => Lacks::Version,
        [false, false] => Lacks::Both,
    };
    (end, lacks)
}

/// Returns where the message stands in a row of an answer of CloudWatch, which
/// is an array of fields: `[{"field":"@message","value":"TEXT"},...]`.
pub(super) fn message(
    scanner: Scanner,
    text: &[u8],
    start: usize,
) -> Option<Range<usize>> {
    let mut items = Items::new(text, start);
    while text.get(items.at) == Some(&b'{') {
        let begin = items.at;
        let name = find(scanner, text, begin, "field")?;
        if word(text, &name, &mut Vec::new()) == b"@message" {
            return find(scanner, text, begin, "value");
        }
        items.next(scanner, &Wanted::nothing(), text)?;
    }
    None
}

/// Writes an event of a list as the log backend does.
///
/// * `version` is that of the list, quotes included.
pub(super) fn dress(
    event: &[u8],
    lacks: Lacks,
    version: Option<&[u8]>,
    out: &mut Vec<u8>,
) {
    out.clear();
    out.push(b'{');
    if matches!(lacks, Lacks::Kind | Lacks::Both) {
        out.extend_from_slice(br#""kind":"Event","#);
    }
    if let Some(version) = version
        && matches!(lacks, Lacks::Version | Lacks::Both)
    {
        out.extend_from_slice(br#""apiVersion":"#);
        out.extend_from_slice(version);
        out.push(b',');
    }
    let rest = &event[1..];
    if rest.get(behind_blanks(rest, 0)) == Some(&b'}') {
        out.pop();
    }
    out.extend_from_slice(rest);
}
