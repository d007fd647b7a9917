//! Opens the layers around the events of one record.

use std::ops::{ControlFlow, Range};

use super::{
    choice::Choice,
    compact::compact,
    decode::Room,
    desk::{Desk, without_newline},
    form::Form,
    list::HEAD,
    node::{Found, Lines, Node, Task, Text},
    piece::{Body, Piece},
};
use crate::{
    frame::Line,
    scan::{Scanner, Wanted},
};

/// More texts in texts than these are not opened.
const MOST: usize = 6;

/// What takes pieces.
pub(super) type Take<'t> = dyn FnMut(Piece<'_>) -> ControlFlow<()> + 't;

/// Opens layers, reusing its memory.
#[derive(Debug)]
pub(super) struct Layers {
    scanner: Scanner,
    choice: Choice,
    /// What an event of the log begins with.
    head: Wanted,
    /// The texts that were made, each from the one below it.
    rooms: [Room; MOST],
    /// What is left to do, the next thing last.
    left: Vec<Task>,
    /// The piece that was made last,
    made: Vec<u8>,
    /// and on one line.
    flat: Vec<u8>,
}

/// The record whose layers are opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'b> {
    pub batch: &'b [u8],
    pub line: Line,
    /// How many lines it ends, as far as that was not told.
    pub lines: u64,
    /// Its lines, if others may be between them.
    pub parts: &'b [Line],
}

impl Layers {
    pub(super) fn new(scanner: Scanner, choice: &Choice) -> Layers {
        Layers {
            scanner,
            choice: choice.clone(),
            head: Wanted::new(HEAD),
            rooms: Default::default(),
            left: Vec::new(),
            made: Vec::new(),
            flat: Vec::new(),
        }
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
        let node = Node { outer, ..Node::new(text, form) };
        let task = match self.choice {
            Choice::At(_) => Task::Step(0, node),
            Choice::Auto | Choice::None | Choice::Form(_) => Task::Open(node),
        };
        self.run(record, task, take)
    }

    /// Opens the layers of what is in [`Layers::joined`].
    pub(super) fn open_joined(
        &mut self,
        record: Record<'_>,
        form: Form,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let text = self.rooms[0].text();
        let end = without_newline(text);
        let lines = Lines::of(&text[..end]);
        let text = Text { layer: 1, range: 0..end };
        let node = Node::new(text, form);
        self.run(record, node.task(lines), take)
    }

    #[inline]
    fn run(
        &mut self,
        mut record: Record<'_>,
        task: Task,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        self.left.clear();
        self.left.push(task);
        while let Some(task) = self.left.pop() {
            if let Some((found, form)) = self.go_on(record.batch, task) {
                self.give(record, found, form, take)?;
                record.lines = 0;
            }
        }
        ControlFlow::Continue(())
    }

    fn give(
        &mut self,
        record: Record<'_>,
        found: Found,
        form: Form,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let bytes = match &found {
            Found::Text(Text { layer: 0, range }) => {
                &record.batch[range.clone()]
            }
            Found::Text(Text { layer, range }) => {
                &self.rooms[layer - 1].text()[range.clone()]
            }
            Found::Made => &self.made,
        };
        let body = match found {
            _ if memchr::memchr(b'\n', bytes).is_some() => {
                self.flat.clear();
                compact(bytes, &mut self.flat);
                Body::Made(&self.flat)
            }
            Found::Text(Text { layer: 0, range }) => Body::Slice(range),
            Found::Text(_) | Found::Made => Body::Made(bytes),
        };
        let Record { line, lines, parts, .. } = record;
        take(Piece { line, lines, parts, body, form })
    }

    /// Does what is left to do; returns what is a piece.
    fn go_on(&mut self, batch: &[u8], task: Task) -> Option<(Found, Form)> {
        let node = task.node();
        let Text { layer, ref range } = node.text;
        let (below, above) = self.rooms.split_at_mut(layer);
        let text =
            &below.last().map_or(batch, |room| room.text())[..range.end];
        let Some(room) = above.first_mut() else {
            return Some((Found::Text(node.outer.clone()), Form::Event));
        };
        let Layers { scanner, choice, head, left, made, .. } = self;
        let (wish, steps) = match choice {
            Choice::Auto | Choice::None => (None, &[][..]),
            Choice::Form(form) => (Some(*form), &[][..]),
            Choice::At(place) => (None, &place.steps[..]),
        };
        let scanner = *scanner;
        let mut desk =
            Desk { scanner, wish, steps, head, text, room, left, made };
        match task {
            Task::Open(node) => desk.open(node),
            Task::Step(n, node) => desk.step(n, node),
            Task::Items(items, next, node) => desk.item(items, next, node),
            Task::Documents(documents, node) => desk.document(documents, node),
        }
    }
}
