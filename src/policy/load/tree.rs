//! A tree of values, each with its place: what YAML and JSON become.

use crate::policy::model::Span;
use crate::policy::problem::{Kind, Problem};

/// How many values there may be, those of aliases counted each time.
const MOST: usize = 100_000;

/// How deep they may be nested. The parser of YAML has a limit of its own,
/// which is higher.
const DEPTH: usize = 250;

/// A value, and where it stands.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Node {
    pub(in crate::policy) value: Value,
    pub(in crate::policy) span: Span,
}

#[derive(Clone, Debug)]
pub(in crate::policy) enum Value {
    Null,
    Bool(bool),
    /// The whole number that it is, if it is one and has 64 bits.
    Number(Option<i64>),
    Text(Box<str>),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A member of a map.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Entry {
    pub(in crate::policy) key: Box<str>,
    pub(in crate::policy) at: Span,
    pub(in crate::policy) value: Node,
}

/// The first document of a text.
pub(in crate::policy) struct Tree {
    pub(in crate::policy) root: Node,
    pub(in crate::policy) form: Form,
    /// Where a second one begins, if there is one.
    pub(in crate::policy) second: Option<usize>,
}

/// What a text is written in: keys that it repeats differ by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Form {
    /// The last one counts.
    Yaml,
    /// Each is read into what the ones before have left.
    Json,
}

impl Node {
    /// Returns a list, whose place is that of its elements.
    pub(super) fn list(nodes: Vec<Node>, whole: Span) -> Node {
        let span = match (nodes.first(), nodes.last()) {
            (Some(first), Some(last)) => cover(&first.span, &last.span),
            (None, _) | (_, None) => whole,
        };
        Node { value: Value::List(nodes), span }
    }

    /// Returns a map, whose place is that of its members.
    pub(super) fn map(entries: Vec<Entry>, whole: Span) -> Node {
        let span = match (entries.first(), entries.last()) {
            (Some(first), Some(last)) => cover(&first.at, &last.value.span),
            (None, _) | (_, None) => whole,
        };
        Node { value: Value::Map(entries), span }
    }
}

/// Returns all from one place to another. What was merged may stand
/// elsewhere.
fn cover(first: &Span, last: &Span) -> Span {
    first.start..last.end.max(first.start)
}

/// Checks that one more level is not too deep.
pub(super) fn check_depth(depth: usize, span: &Span) -> Result<(), Problem> {
    match depth < DEPTH {
        true => Ok(()),
        false => Err(too_deep(span.clone())),
    }
}

/// Says that something is nested too deep.
pub(super) fn too_deep(span: Span) -> Problem {
    let message = format!("nested deeper than {DEPTH}");
    Problem::new(Kind::Limit, "", span, message).help(LIMIT)
}

/// Checks that so many values are not too many.
pub(super) fn check_count(count: usize, span: &Span) -> Result<(), Problem> {
    if count <= MOST {
        return Ok(());
    }
    let message = format!("more than {MOST} values");
    Err(Problem::new(Kind::Limit, "", span.clone(), message).help(LIMIT))
}

/// What is said of each limit.
pub(super) const LIMIT: &str =
    "that is a limit of ours, not one of an apiserver";
