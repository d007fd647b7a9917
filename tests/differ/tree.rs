//! Programs as trees: what is generated, written as text, and evaluated.

/// Definitions and the steps that use them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Program {
    pub(crate) lists: Vec<(String, Vec<Term>)>,
    pub(crate) lets: Vec<(String, Expr)>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Where(Expr),
    Skip(Expr),
    Drop(Vec<Path>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Const(bool),
    /// A predicate of this name.
    Named(String),
    Not(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    /// `any(path, expr)` and its like.
    Each(Each, Path, Box<Expr>),
    Has(Path),
    Empty(Path),
    Test(Box<Test>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Each {
    Any,
    All,
    None,
}

/// A comparison; several values mean any of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Test {
    pub(crate) subject: Subject,
    pub(crate) op: Op,
    pub(crate) negated: bool,
    pub(crate) values: Vec<Term>,
    /// Whether the values stand in brackets.
    pub(crate) listed: bool,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Subject {
    Path(Path),
    Count(Path, Option<Box<Expr>>),
    Len(Path),
    Keys(Path),
    Hour(Path),
    Weekday(Path),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    In,
    Less,
    AtMost,
    More,
    AtLeast,
    Contains,
    Starts,
    Ends,
    Like,
    Matches,
}

/// A value on the right.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    /// As it stands; the field says how it is read.
    Word(String),
    /// In quotes; with `fold`, upper and lower case are the same.
    Text {
        text: String,
        fold: bool,
    },
    List(String),
    Field(Path),
}

/// A way through the event, or from the element that is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) relative: bool,
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Key(String),
    Nth(i64),
    Every,
    /// `**`, which only edits know.
    Deep,
}

impl Path {
    /// Returns the name the path begins with, if it is no relative one.
    pub(crate) fn head(&self) -> Option<&str> {
        match self.parts.first() {
            Some(Part::Key(key)) if !self.relative => Some(key),
            Some(Part::Key(_) | Part::Nth(_) | Part::Every | Part::Deep)
            | None => None,
        }
    }

    /// Returns whether the path is one name and nothing else.
    pub(crate) fn is_alone(&self) -> bool {
        self.parts.len() == 1 && !self.relative
    }
}
