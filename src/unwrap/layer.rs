//! Opens the layers around the events of one record.

use std::ops::{ControlFlow, Range};

use super::{
    cri::Head,
    decode::Room,
    form::Form,
    list::{Items, Lacks, dress},
    member::Close,
    node::{Found, Node, Task, Text},
    piece::{Body, Piece},
    survey::{Shape, Survey, survey},
};
use crate::{
    frame::Line,
    scan::{Scanner, behind_blanks},
};

/// More texts in texts than these are not opened.
const MOST: usize = 6;

/// How kube-apiserver begins an event, up to its level.
const HEAD: &[u8] =
    br#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":""#;

/// What takes pieces.
pub(super) type Take<'t> = dyn FnMut(Piece<'_>) -> ControlFlow<()> + 't;

/// Opens layers, reusing its memory.
#[derive(Debug)]
pub(super) struct Layers {
    scanner: Scanner,
    /// The texts that were made, each from the one below it.
    rooms: [Room; MOST],
    /// What is left to do, the next thing last.
    left: Vec<Task>,
    /// The piece that was made last.
    made: Vec<u8>,
}

/// The record whose layers are opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'b> {
    pub batch: &'b [u8],
    pub line: Line,
    /// How many lines it ends, as far as that was not told.
    pub lines: u64,
}

/// A text, and where that goes what is made of it.
struct Desk<'d> {
    scanner: Scanner,
    /// From its beginning to the end of the node.
    text: &'d [u8],
    room: &'d mut Room,
    left: &'d mut Vec<Task>,
    made: &'d mut Vec<u8>,
}

impl Layers {
    pub(super) fn new(scanner: Scanner) -> Layers {
        let (left, made) = (Vec::new(), Vec::new());
        Layers { scanner, rooms: Default::default(), left, made }
    }

    /// Returns the room for a text that is made of several lines.
    pub(super) fn joined(&mut self) -> &mut Room {
        &mut self.rooms[0]
    }

    /// Opens the layers of a text in the batch.
    #[inline]
    pub(super) fn open(
        &mut self,
        record: Record<'_>,
        range: Range<usize>,
        form: Form,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let Line { start, end, .. } = record.line;
        let outer = Text { layer: 0, range: start..end };
        let text = Text { layer: 0, range };
        self.run(record, Node { text, outer, form }, take)
    }

    /// Opens the layers of what is in [`Layers::joined`].
    pub(super) fn open_joined(
        &mut self,
        record: Record<'_>,
        form: Form,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let range = 0..self.rooms[0].text().len();
        let text = Text { layer: 1, range };
        let node = Node { outer: text.clone(), text, form };
        self.run(record, node, take)
    }

    #[inline]
    fn run(
        &mut self,
        mut record: Record<'_>,
        node: Node,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        self.left.clear();
        self.left.push(Task::Open(node));
        while let Some(task) = self.left.pop() {
            if let Some((found, form)) = self.go_on(record.batch, task) {
                self.give(record, found, form, take)?;
                record.lines = 0;
            }
        }
        ControlFlow::Continue(())
    }

    fn give(
        &self,
        record: Record<'_>,
        found: Found,
        form: Form,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let body = match found {
            Found::Text(Text { layer: 0, range }) => Body::Slice(range),
            Found::Text(Text { layer, range }) => {
                Body::Made(&self.rooms[layer - 1].text()[range])
            }
            Found::Made => Body::Made(&self.made),
        };
        let Record { line, lines, .. } = record;
        take(Piece { line, lines, body, form })
    }

    /// Does what is left to do; returns what is a piece.
    fn go_on(&mut self, batch: &[u8], task: Task) -> Option<(Found, Form)> {
        let (Task::Open(node) | Task::Items(_, node) | Task::Lines(node)) =
            &task;
        let Text { layer, ref range } = node.text;
        let (below, above) = self.rooms.split_at_mut(layer);
        let text =
            &below.last().map_or(batch, |room| room.text())[..range.end];
        let Some(room) = above.first_mut() else {
            return Some((Found::Text(node.outer.clone()), Form::Event));
        };
        let Layers { scanner, left, made, .. } = self;
        let mut desk = Desk { scanner: *scanner, text, room, left, made };
        match task {
            Task::Open(node) => desk.open(node),
            Task::Items(items, node) => desk.item(items, node),
            Task::Lines(node) => desk.line(node),
        }
    }
}

impl Desk<'_> {
    /// Opens a text, or returns it if it is a piece.
    fn open(&mut self, node: Node) -> Option<(Found, Form)> {
        let from = node.text.range.start;
        if shows_event(&self.text[from..]) {
            return Some(node.piece());
        }
        let start = begin(self.text, from);
        match self.text.get(start) {
            Some(b'{') => self.object(node, start),
            Some(b'[') => {
                let items = Items::new(self.text, start);
                self.array(node, Form::List, items)
            }
            Some(_) | None => self.words(node),
        }
    }

    /// Opens what has words in front.
    fn words(&mut self, node: Node) -> Option<(Found, Form)> {
        let from = node.text.range.start;
        let Some(head) = Head::of(&self.text[from..]) else {
            return Some(node.nothing());
        };
        let range = from + head.text..self.text.len();
        self.left.push(Task::Open(node.inside(range, Form::Cri)));
        None
    }

    /// Opens the object at `start`.
    fn object(&mut self, node: Node, start: usize) -> Option<(Found, Form)> {
        let Survey { shape, close } =
            survey(self.scanner, self.text, start, self.room);
        match shape {
            Shape::Event | Shape::Viaq => return Some(node.piece()),
            Shape::Google => {
                return Some((Found::Text(node.outer), Form::Google));
            }
            Shape::Foreign | Shape::Unknown => return Some(node.nothing()),
            Shape::Object(form, range) => {
                self.rest(&node, close);
                self.left.push(Task::Open(node.inside(range, form)));
            }
            Shape::Text(form) => {
                self.rest(&node, close);
                self.inner(node, form);
            }
            Shape::Array(form, at) => {
                let items = Items::new(self.text, at);
                return self.shut(node, close, form, items);
            }
            Shape::List(at, version) => {
                let items = Items::events(self.text, at, version);
                return self.shut(node, close, Form::List, items);
            }
        }
        None
    }

    /// Leaves the items of an array for later, in front of what follows the
    /// object that they are in.
    fn shut(
        &mut self,
        node: Node,
        close: Close,
        form: Form,
        items: Items,
    ) -> Option<(Found, Form)> {
        if items.may_hold(self.text) {
            self.rest(&node, close);
        }
        self.array(node, form, items)
    }

    /// Leaves the items of an array for later, if events can be in them.
    fn array(
        &mut self,
        node: Node,
        form: Form,
        items: Items,
    ) -> Option<(Found, Form)> {
        if !items.may_hold(self.text) {
            return Some(node.nothing());
        }
        let range = node.text.range.clone();
        self.left.push(Task::Items(items, node.inside(range, form)));
        None
    }

    /// Leaves the text that was read into the room for later.
    fn inner(&mut self, node: Node, form: Form) {
        let text = self.room.text();
        let end = without_newline(text);
        let node = node.above(0..end, form);
        self.left.push(match memchr::memchr(b'\n', &text[..end]) {
            None => Task::Open(node),
            Some(_) => Task::Lines(node),
        });
    }

    /// Leaves what follows an object for later.
    fn rest(&mut self, node: &Node, close: Close) {
        let at = match close {
            Close::Closed(end) => behind_blanks(self.text, end),
            Close::Broken(at) => {
                let behind = self.text.get(at + 1..).unwrap_or_default();
                match memchr::memmem::find(behind, b"{\"") {
                    Some(found) => at + 1 + found,
                    None => return,
                }
            }
            Close::Open | Close::Cut => return,
        };
        if at < self.text.len() {
            self.left.push(Task::Open(node.apart(at..self.text.len())));
        }
    }

    /// Takes the next item of a list.
    fn item(&mut self, mut items: Items, node: Node) -> Option<(Found, Form)> {
        let item = items.next(self.scanner, self.text)?;
        let version = items.version();
        self.left.push(Task::Items(items, node.clone()));
        let is_object = self.text[item.range.start] == b'{';
        let Some(version) = version.filter(|_| is_object) else {
            self.left.push(Task::Open(node.apart(item.range)));
            return None;
        };
        if item.lacks == Lacks::Nothing {
            return Some(node.apart(item.range).piece());
        }
        let version = version.map(|range| &self.text[range]);
        dress(&self.text[item.range], item.lacks, version, self.made);
        Some((Found::Made, node.form))
    }

    /// Takes the next line of a text.
    fn line(&mut self, node: Node) -> Option<(Found, Form)> {
        let start = behind_blanks(self.text, node.text.range.start);
        if start == self.text.len() {
            return None;
        }
        let newline = memchr::memchr(b'\n', &self.text[start..]);
        let end = newline.map_or(self.text.len(), |length| start + length);
        self.left.push(Task::Lines(node.apart(end..self.text.len())));
        let end = end - usize::from(self.text[..end].ends_with(b"\r"));
        self.left.push(Task::Open(node.apart(start..end)));
        None
    }
}

/// Returns whether a text is an event by the way it begins: as none of a
/// collector does.
#[inline]
fn shows_event(text: &[u8]) -> bool {
    text.strip_prefix(HEAD)
        .is_some_and(|level| matches!(level.first(), Some(b'M' | b'R' | b'N')))
}

/// Returns where a text begins, behind blanks and a byte order mark.
fn begin(text: &[u8], from: usize) -> usize {
    let mark: &[u8] = b"\xef\xbb\xbf";
    let is_marked = text[from..].starts_with(mark);
    behind_blanks(text, from + if is_marked { mark.len() } else { 0 })
}

/// Returns the length of a text without the newline at its end.
fn without_newline(text: &[u8]) -> usize {
    let line = text.strip_suffix(b"\n").unwrap_or(text);
    line.strip_suffix(b"\r").unwrap_or(line).len()
}
