//! The expression as it was written: the whole grammar, nothing checked.
//!
//! Names are not resolved and values not typed; each piece knows where it
//! stood, so that whoever finds fault with it can point.

use std::ops::Range;

use crate::event::{Path, Segment};

use super::step::Level;

/// Where something stands in its source, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    /// Returns the span from the start of this to the end of `other`.
    pub(super) fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end.max(self.end) }
    }
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Range<usize> {
        span.start..span.end
    }
}

/// A source: definitions, and perhaps a pipeline.
#[derive(Debug, Default)]
pub(super) struct File<'a> {
    pub(super) items: Vec<Item<'a>>,
}

/// A definition or a pipeline.
#[derive(Debug)]
pub(super) enum Item<'a> {
    /// `let NAME = expr`.
    Let { name: Name<'a>, body: Expr<'a>, span: Span },
    /// `list NAME = (values)`.
    List { name: Name<'a>, items: ListItems<'a>, span: Span },
    /// `rule NAME level "text" = expr`.
    Rule(Rule<'a>),
    /// A definition with a mistake in it, which is reported.
    Broken(Name<'a>),
    /// The steps between the bars.
    Pipeline { steps: Vec<Step<'a>>, span: Span },
}

/// A rule, which `detect` looks for.
#[derive(Debug)]
pub(super) struct Rule<'a> {
    pub(super) name: Name<'a>,
    pub(super) level: Level,
    /// What it is about, for people.
    pub(super) text: Option<Box<str>>,
    pub(super) body: Expr<'a>,
}

/// What a list holds.
#[derive(Debug)]
pub(super) enum ListItems<'a> {
    /// `("a", b, @c)`.
    Inline(Vec<Value<'a>>),
    /// `from "file"`: the name of the file, and where it stands.
    From { file: Box<str>, span: Span },
}

/// A name, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    pub(super) span: Span,
}

/// A step of a pipeline.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// `[where] expr`.
    Where(Expr<'a>),
    /// `skip expr`.
    Skip(Expr<'a>),
    /// `drop targets`.
    Drop(Vec<Place>),
    /// `keep targets`.
    Keep(Vec<Place>),
    /// `mask targets [with "text"]`.
    Mask { targets: Vec<Place>, with: Option<Box<str>> },
    /// `truncate targets to SIZE`.
    Truncate { targets: Vec<Place>, size: Name<'a> },
    /// `detect [names]`.
    Detect { keyword: Name<'a>, rules: Vec<Name<'a>> },
    /// `tag NAME [if expr]`.
    Tag { name: Name<'a>, when: Option<Expr<'a>> },
    /// `label NAME = "text"`.
    Label { name: Name<'a>, text: Box<str> },
    /// `sample N/M`, and where the share stands.
    Sample { keep: u64, of: u64, span: Span },
    /// `head N`.
    Head(u64),
    /// `count [distinct path] [by keys] [top N]`.
    Count(Count<'a>),
    /// `policy "FILE"`, and where it stands.
    Policy { file: Box<str>, span: Span },
    /// `dedup`, `first`, `limit`, and `count` over time: read in full, not
    /// yet built.
    Later(Later<'a>),
}

/// What is counted, and how.
#[derive(Debug)]
pub(super) struct Count<'a> {
    /// The whole step.
    pub(super) span: Span,
    pub(super) distinct: Option<Key<'a>>,
    pub(super) by: Vec<Key<'a>>,
    pub(super) top: Option<u64>,
}

/// A field to count by, and how it was written.
#[derive(Debug)]
pub(super) struct Key<'a> {
    pub(super) place: Place,
    pub(super) text: &'a str,
}

/// A step that this version only reads: the parts that can be checked.
#[derive(Debug)]
pub(super) struct Later<'a> {
    /// What is refused: `dedup`, `count ... within`.
    pub(super) construct: Box<str>,
    /// Where it stands.
    pub(super) span: Span,
    /// The keys and fields that it names.
    pub(super) keys: Vec<Key<'a>>,
}

/// A condition.
#[derive(Debug)]
pub(super) struct Expr<'a> {
    pub(super) kind: ExprKind<'a>,
    pub(super) span: Span,
}

/// The kinds of conditions.
#[derive(Debug)]
pub(super) enum ExprKind<'a> {
    /// `true`, `false`.
    Const(bool),
    /// `a and b and c`.
    All(Vec<Expr<'a>>),
    /// `a or b or c`.
    Any(Vec<Expr<'a>>),
    /// `not a`.
    Not(Box<Expr<'a>>),
    /// `(a)`.
    Group(Box<Expr<'a>>),
    /// `any(path, expr)`, `all(...)`, `none(...)`.
    Each(Name<'a>, Place, Box<Expr<'a>>),
    /// `has(path)`.
    Has(Place),
    /// `empty(path)`.
    Empty(Place),
    /// A name or path alone: a predicate, if anything.
    Bare(Place),
    /// `operand op rhs`.
    Test(Box<Comparison<'a>>),
}

/// A comparison of a field with values.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) operand: Operand<'a>,
    pub(super) op: Op,
    /// `!=`, `!~`, `not in`.
    pub(super) negated: bool,
    /// Where the operator stands, and how it is spelt.
    pub(super) spelt: Name<'a>,
    pub(super) values: Vec<Value<'a>>,
    /// Whether the values stood in brackets.
    pub(super) listed: bool,
}

/// The left side of a comparison.
#[derive(Debug)]
pub(super) enum Operand<'a> {
    /// A field.
    Place(Place),
    /// `count(path)`, `len(path)`, `keys`, `hour`, `weekday`.
    Function(Name<'a>, Place, Option<Box<Expr<'a>>>),
}

/// A comparison, positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// `=`, `==`, `eq`.
    Eq,
    /// `<`, `lt`.
    Less,
    /// `<=`, `le`.
    AtMost,
    /// `>`, `gt`.
    More,
    /// `>=`, `ge`.
    AtLeast,
    /// `in`.
    In,
    /// `contains`.
    Contains,
    /// `starts`.
    Starts,
    /// `ends`.
    Ends,
    /// `like`.
    Like,
    /// `matches`, `=~`.
    Matches,
}

/// A value on the right side.
#[derive(Clone, Debug)]
pub(super) struct Value<'a> {
    pub(super) kind: ValueKind<'a>,
    pub(super) span: Span,
}

/// The kinds of values.
#[derive(Clone, Debug)]
pub(super) enum ValueKind<'a> {
    /// In quotes; `fold` is the suffix `i`.
    Text { text: Box<str>, fold: bool },
    /// Bare; its meaning depends on the field.
    Word(&'a str),
    /// `@name`.
    List(&'a str),
    /// `field(path)`.
    Field(Place),
}

/// A path as written, before names are looked up.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Whether it began with a dot: the element of `any(...)`.
    pub(super) relative: bool,
    pub(super) segments: Vec<(Segment, Span)>,
    pub(super) span: Span,
}

impl Place {
    /// Returns the path as it was written, without its dot.
    pub(super) fn path(&self) -> Path {
        let parts = self.segments.iter().map(|(part, _)| part.clone());
        Path(parts.collect())
    }

    /// Returns the name, if the path is nothing but one.
    pub(super) fn name(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [(Segment::Key(key), _)] if !self.relative => Some(key),
            _ => None,
        }
    }
}
