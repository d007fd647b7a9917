//! Opens one text, or takes one step on: what is inside is left for later.

use std::ops::Range;

use super::{
    choice::Step,
    cri::Head,
    decode::Room,
    document::{Documents, More},
    form::Form,
    legacy,
    list::{Items, Lacks, dress, message},
    member::{Close, find},
    node::{Found, Lines, Node, Task},
    prefix,
    survey::{Shape, Survey, survey},
    viaq,
};
use crate::{
    frame::Line,
    scan::{Scanner, Wanted, behind_blanks},
};

/// How kube-apiserver begins an event, up to its level.
const HEAD: &[u8] =
    br#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":""#;

/// A text, and where that goes what is made of it.
pub(super) struct Desk<'d> {
    pub scanner: Scanner,
    /// The form that was asked for.
    pub wish: Option<Form>,
    /// The steps to the place that was asked for.
    pub steps: &'d [Step],
    /// What an event of the log begins with.
    pub head: &'d Wanted,
    /// From its beginning to the end of the node.
    pub text: &'d [u8],
    pub room: &'d mut Room,
    pub left: &'d mut Vec<Task>,
    pub made: &'d mut Vec<u8>,
}

impl Desk<'_> {
    /// Opens a text, or returns it if it is a piece.
    pub(super) fn open(&mut self, node: Node) -> Option<(Found, Form)> {
        if node.is_deep() {
            return Some(node.nothing());
        }
        let from = node.text.range.start;
        if shows_event(&self.text[from..]) && self.wish.is_none() {
            return Some(node.piece());
        }
        let start = begin(self.text, from);
        match self.text.get(start) {
            Some(b'{') => self.object(node, start),
            Some(b'[') if Items::new(self.text, start).may_hold(self.text) => {
                if let Some(range) = message(self.scanner, self.text, start) {
                    self.value(node.inside(range, Form::Cloudwatch));
                    return None;
                }
                let items = Items::new(self.text, start);
                self.array(node, Form::List, items)
            }
            Some(_) | None => self.words(node),
        }
    }

    /// Opens what has words in front.
    fn words(&mut self, node: Node) -> Option<(Found, Form)> {
        if let Some(node) = self.behind_words(&node) {
            self.left.push(Task::Open(node));
            return None;
        }
        let text = &self.text[node.text.range.start..];
        match legacy::event(text, self.made) {
            true => Some((Found::Made, node.form.or(Form::Legacy))),
            false => Some(node.nothing()),
        }
    }

    /// Returns what is behind words that are in front.
    fn behind_words(&self, node: &Node) -> Option<Node> {
        let from = node.text.range.start;
        let text = &self.text[from..];
        let (at, form) = match Head::of(text) {
            Some(head) => (head.text, Form::Cri),
            None => (prefix::object(text)?, Form::Prefix),
        };
        Some(node.inside(from + at..self.text.len(), form))
    }

    /// Opens the object at `start`.
    fn object(
        &mut self,
        mut node: Node,
        start: usize,
    ) -> Option<(Found, Form)> {
        // What was asked for is what the outermost layer is, if it can be.
        let wish = self.wish.filter(|_| node.form.is_plain());
        let Survey { shape, close } =
            survey(self.scanner, self.text, start, wish, self.room);
        match shape {
            Shape::Event => return Some(node.piece()),
            Shape::Viaq => {
                viaq::event(self.scanner, self.text, start, self.made);
                return Some((Found::Made, node.form.or(Form::Viaq)));
            }
            Shape::Google => {
                return Some((Found::Text(node.outer), Form::Google));
            }
            Shape::Foreign | Shape::Unknown => return Some(node.nothing()),
            Shape::Object(form, range) => {
                self.rest(&mut node, close);
                self.left.push(Task::Open(node.inside(range, form)));
            }
            Shape::Text(form) => {
                self.rest(&mut node, close);
                self.inner(node, form);
            }
            Shape::Array(form, at) => {
                let items = Items::new(self.text, at);
                return self.shut(node, close, form, items);
            }
            Shape::List(at, version) => {
                if !self.is_audit(version.as_ref()) {
                    return Some(node.nothing());
                }
                let items = Items::events(self.text, at, version);
                return self.shut(node, close, Form::List, items);
            }
        }
        None
    }

    /// Returns whether a list with this version has audit events.
    fn is_audit(&self, version: Option<&Range<usize>>) -> bool {
        version.is_none_or(|range| {
            self.text[range.clone()].starts_with(b"\"audit.k8s.io/")
        })
    }

    /// Leaves the items of an array for later, in front of what follows the
    /// object that they are in.
    fn shut(
        &mut self,
        mut node: Node,
        close: Close,
        form: Form,
        items: Items,
    ) -> Option<(Found, Form)> {
        if items.may_hold(self.text) {
            self.rest(&mut node, close);
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
        let node = node.inside(range, form);
        self.left.push(Task::Items(items, None, node));
        None
    }

    /// Leaves the text that was read into the room for later.
    fn inner(&mut self, node: Node, form: Form) {
        let text = self.room.text();
        let end = without_newline(text);
        let node = node.above(0..end, form);
        let lines = Lines::of(&text[..end]);
        self.left.push(node.task(lines));
    }

    /// Leaves what follows an object for later.
    fn rest(&mut self, node: &mut Node, close: Close) {
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
            self.left.push(Task::Open(node.split_off(at)));
        }
    }

    /// Takes the next item of a list; with it, goes on with step `next` to
    /// the place that was asked for, if there is one.
    pub(super) fn item(
        &mut self,
        mut items: Items,
        next: Option<usize>,
        node: Node,
    ) -> Option<(Found, Form)> {
        let item = items.next(self.scanner, self.head, self.text)?;
        let version = items.version();
        self.left.push(Task::Items(items, next, node.clone()));
        if let Some(next) = next {
            let node = node.apart(item.range);
            self.left.push(Task::Step(next, node));
            return None;
        }
        let is_object = self.text[item.range.start] == b'{';
        let Some(version) = version.filter(|_| is_object) else {
            self.value(node.apart(item.range));
            return None;
        };
        if item.lacks == Lacks::Nothing {
            return Some(node.apart(item.range).piece());
        }
        let version = version.map(|range| &self.text[range]);
        dress(&self.text[item.range], item.lacks, version, self.made);
        Some((Found::Made, node.form))
    }

    /// Leaves a value for later: a string is read.
    fn value(&mut self, node: Node) {
        let start = node.text.range.start;
        if self.text.get(start) == Some(&b'"') {
            self.room.clear();
            self.room.decode(self.text, start + 1);
            let form = node.form;
            self.inner(node, form);
        } else {
            self.left.push(Task::Open(node));
        }
    }

    /// Takes step number `n` to the place that was asked for. Where it leads
    /// nowhere, what is there is opened as it shows itself.
    pub(super) fn step(
        &mut self,
        n: usize,
        node: Node,
    ) -> Option<(Found, Form)> {
        let start = begin(self.text, node.text.range.start);
        let Some(step) = self.steps.get(n) else {
            let range = start..self.text.len();
            self.value(node.inside(range, Form::At));
            return None;
        };
        match (step, self.text.get(start)) {
            (Step::Key(key), Some(b'{')) => {
                let found = find(self.scanner, self.text, start, key);
                if let Some(range) = found {
                    let node = node.inside(range, Form::Event);
                    self.left.push(Task::Step(n + 1, node));
                    return None;
                }
            }
            (Step::Each, Some(b'[')) => {
                let items = Items::new(self.text, start);
                if items.may_hold(self.text) {
                    self.left.push(Task::Items(items, Some(n + 1), node));
                    return None;
                }
            }
            (Step::Key(_) | Step::Each, _) if n == 0 => {
                if let Some(node) = self.behind_words(&node) {
                    self.left.push(Task::Step(0, node));
                    return None;
                }
            }
            (Step::Key(_) | Step::Each, _) => {}
        }
        let text = node.outer.clone();
        self.left.push(Task::Open(Node { text, ..node }));
        None
    }

    /// Takes the next document or line of a text.
    pub(super) fn document(
        &mut self,
        mut documents: Documents,
        node: Node,
    ) -> Option<(Found, Form)> {
        let (Line { start, mut end, .. }, _) =
            documents.next(self.text, More::Never)?;
        self.left.push(Task::Documents(documents, node.clone()));
        end -= usize::from(self.text[start..end].ends_with(b"\r"));
        if behind_blanks(self.text, start) < end {
            self.left.push(Task::Open(node.apart(start..end)));
        }
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
pub(super) fn without_newline(text: &[u8]) -> usize {
    let line = text.strip_suffix(b"\n").unwrap_or(text);
    line.strip_suffix(b"\r").unwrap_or(line).len()
}
