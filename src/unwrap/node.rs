//! What is left to open of a record, and what was found.

use std::ops::Range;

use super::{document::Documents, form::Form, list::Items};

/// A text: where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// 0 for the batch; else one more than the number of its room.
    pub layer: usize,
    pub range: Range<usize>,
}

/// A text that may be wrapped.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub text: Text,
    /// What leaves if nothing comes of it.
    pub outer: Text,
    /// How it was wrapped so far.
    pub form: Form,
    /// In how many others it is.
    pub depth: usize,
}

/// What is in more values and texts than these is not opened: each takes a
/// walk over all that is in it.
const DEEPEST: usize = 16;

/// How many lines a text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    One,
    Many,
}

impl Lines {
    pub(super) fn of(text: &[u8]) -> Lines {
        match memchr::memchr(b'\n', text) {
            None => Lines::One,
            Some(_) => Lines::Many,
        }
    }
}

/// Something left to do.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// To open a text.
    Open(Node),
    /// To take a step, of this number, to the place that was asked for.
    Step(usize, Node),
    /// To open the items of a list that are left in a text, or to take a step
    /// from each.
    Items(Items, Option<usize>, Node),
    /// To open the documents and lines that are left of a text.
    Documents(Documents, Node),
}

/// What is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// What stands there.
    Text(Text),
    /// What was made last.
    Made,
}

impl Task {
    /// Returns what it is about.
    pub(super) fn node(&self) -> &Node {
        match self {
            Task::Open(node)
            | Task::Step(_, node)
            | Task::Items(_, _, node)
            | Task::Documents(_, node) => node,
        }
    }
}

impl Node {
    /// Returns a text that leaves by itself if nothing comes of it.
    pub(super) fn new(text: Text, form: Form) -> Node {
        Node { outer: text.clone(), text, form, depth: 0 }
    }

    /// Returns whether it is in too many others.
    pub(super) fn is_deep(&self) -> bool {
        self.depth > DEEPEST
    }

    /// Returns a part of the same text, which was wrapped in `form`.
    pub(super) fn inside(&self, range: Range<usize>, form: Form) -> Node {
        self.wrapped(self.text.layer, range, form)
    }

    /// Returns a text that was made of a part of this one.
    pub(super) fn above(&self, range: Range<usize>, form: Form) -> Node {
        self.wrapped(self.text.layer + 1, range, form)
    }

    fn wrapped(&self, layer: usize, range: Range<usize>, form: Form) -> Node {
        let (outer, form) = (self.outer.clone(), self.form.or(form));
        let text = Text { layer, range };
        Node { text, outer, form, depth: self.depth + 1 }
    }

    /// Returns a part of the same text that leaves by itself if nothing comes
    /// of it.
    pub(super) fn apart(&self, range: Range<usize>) -> Node {
        let text = Text { layer: self.text.layer, range };
        Node { depth: self.depth + 1, ..Node::new(text, self.form) }
    }

    /// Takes off what begins at `at`, which stands beside this.
    pub(super) fn split_off(&mut self, at: usize) -> Node {
        let range = at..self.text.range.end;
        if self.outer.layer == self.text.layer {
            self.outer.range.end = self.outer.range.end.min(at);
        }
        Node { depth: self.depth, ..self.apart(range) }
    }

    /// Returns what is to be done with the text, which may have several
    /// lines.
    pub(super) fn task(self, lines: Lines) -> Task {
        match lines {
            Lines::One => Task::Open(self),
            Lines::Many => Task::Documents(Documents::new(usize::MAX), self),
        }
    }

    /// Returns the text as a piece.
    pub(super) fn piece(self) -> (Found, Form) {
        (Found::Text(self.text), self.form)
    }

    /// Returns what leaves if nothing comes of it.
    pub(super) fn nothing(self) -> (Found, Form) {
        (Found::Text(self.outer), Form::Event)
    }
}
