//! What is left to open of a record, and what was found.

use std::ops::Range;

use super::{form::Form, list::Items};

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
}

/// Something left to do.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// To open a text.
    Open(Node),
    /// To open the items of a list that are left in a text.
    Items(Items, Node),
    /// To open the lines that are left of a text.
    Lines(Node),
}

/// What is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// What stands there.
    Text(Text),
    /// What was made last.
    Made,
}

impl Node {
    /// Returns a part of the same text, which was wrapped in `form`.
    pub(super) fn inside(&self, range: Range<usize>, form: Form) -> Node {
        let text = Text { layer: self.text.layer, range };
        Node { text, outer: self.outer.clone(), form: self.form.or(form) }
    }

    /// Returns a part of the same text that leaves by itself if nothing comes
    /// of it.
    pub(super) fn apart(&self, range: Range<usize>) -> Node {
        let text = Text { layer: self.text.layer, range };
        Node { outer: text.clone(), text, form: self.form }
    }

    /// Returns a text that was made of a part of this one.
    pub(super) fn above(&self, range: Range<usize>, form: Form) -> Node {
        let text = Text { layer: self.text.layer + 1, range };
        Node { text, outer: self.outer.clone(), form: self.form.or(form) }
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
