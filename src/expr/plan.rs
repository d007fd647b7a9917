//! A compiled expression as data: what is read, tested and done, in order.
//!
//! The plan is what `--explain` prints and what the evaluator walks. Nothing
//! in it is a closure, so that it can be compared, cloned and shown.

use ipnet::IpNet;

use super::pattern::Pattern;
use crate::event::{Computed, Origin, Repeats, Segment};

pub use super::step::{
    Action, Column, Count, Level, MOST_SEGMENTS, POLICY_READS, PREFIX, RULES,
    Rule, RuleId, Step, TAGS, Target,
};

/// An index into [`Plan::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub u32);

/// An index into [`Plan::subjects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubjectId(pub u32);

/// An index into [`Plan::tests`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TestId(pub u32);

/// A compiled pipeline.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The top-level keys that are read, in the order of the apiserver.
    pub roots: Vec<Box<str>>,
    /// Everything that is looked at, once.
    pub subjects: Vec<Subject>,
    /// Every distinct test, once.
    pub tests: Vec<Test>,
    /// The boolean expressions; children stand before their parents.
    pub nodes: Vec<Node>,
    /// The rules that steps look for, in the order of their definitions.
    pub rules: Vec<Rule>,
    /// What happens to an event, in the order written.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Returns the root of the test that is made first, if there is one.
    pub fn first_root(&self) -> Option<usize> {
        let step = self.steps.first()?;
        let (Step::Where(node) | Step::Skip(node)) = step else {
            return None;
        };
        let first = self.first_subject(*node)?;
        let root = *self.subject(first).roots().first()?;
        self.roots.iter().position(|known| **known == *root)
    }

    fn first_subject(&self, node: NodeId) -> Option<SubjectId> {
        match &self.nodes[node.0 as usize] {
            Node::Const(_) => None,
            Node::Test(test) => Some(self.tests[test.0 as usize].subject),
            Node::Each(_, subject, _) => Some(*subject),
            Node::Not(inner) => self.first_subject(*inner),
            Node::All(nodes) | Node::Any(nodes) => {
                self.first_subject(*nodes.first()?)
            }
        }
    }

    /// Has one more top-level key read, for those who want to know more.
    pub fn read_also(&mut self, key: &str) {
        if !self.roots.iter().any(|root| **root == *key) {
            self.roots.push(key.into());
        }
    }

    /// Returns a subject.
    pub fn subject(&self, id: SubjectId) -> &Subject {
        &self.subjects[id.0 as usize]
    }
}

/// How much of a line a plan needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent<'p> {
    /// Nothing: every line has the same verdict.
    Nothing,
    /// All up to the value of this top-level key.
    Key(&'p str),
    /// All of it.
    Line,
}

/// One node of a boolean expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// `true` or `false`.
    Const(bool),
    /// A test of a field.
    Test(TestId),
    /// `not`.
    Not(NodeId),
    /// `and`, any number of operands, cheapest first.
    All(Vec<NodeId>),
    /// `or`, any number of operands, cheapest first.
    Any(Vec<NodeId>),
    /// `any(...)` and `all(...)`: a condition of elements.
    Each(Quantifier, SubjectId, NodeId),
}

/// How many elements have to fulfil a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// At least one.
    Any,
    /// Every one, and there is one.
    All,
}

/// What is looked at: a stream of values, often of one or none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The values at a place.
    Place(Route),
    /// Values that do not stand in the line.
    Computed(Computed),
    /// A function of such values.
    Measure(Measure, Box<Subject>),
}

impl Subject {
    /// Returns the top-level keys that have to be read for it, those of
    /// conditions inside of it left out.
    pub fn roots(&self) -> Vec<&str> {
        match self {
            Subject::Place(route) => route.origin.roots(),
            Subject::Computed(computed) => computed.roots().to_vec(),
            Subject::Measure(_, inner) => inner.roots(),
        }
    }
}

/// A function of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// `count(x)`: how many elements there are.
    Count,
    /// `count(x, condition)`: how many fulfil it.
    CountIf(NodeId),
    /// `len(x)`: the bytes of each text.
    Length,
    /// `keys(x)`: the keys of each object.
    Keys,
    /// `hour(x)`: 0 to 23, in UTC, of each time.
    Hour,
    /// `weekday(x)`: 1 to 7, Monday first, in UTC, of each time.
    Weekday,
}

/// A way to values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Route {
    /// Where it begins.
    pub origin: Origin,
    /// The way from there. `AnyDepth` does not occur here.
    pub rest: Vec<Segment>,
    /// Which of repeated keys answers.
    pub repeats: Repeats,
}

/// One question about a subject.
#[derive(Clone, Debug)]
pub struct Test {
    /// Whose values are asked.
    pub subject: SubjectId,
    /// What is asked of them.
    pub matcher: Matcher,
}

/// What is asked of the values at a place. Positive always: `!=` and
/// `not in` are a [`Node::Not`] around the test.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// `has(x)`: some value there is not null; arrays and objects count
    /// as themselves.
    Has,
    /// `empty(x)`: nothing there, or only null, `""`, `[]`, `{}`.
    Empty,
    /// One of the values, arrays flattened, passes one of these.
    AnyOf(Vec<Matcher1>),
    /// One of the values is in this relation to one of another subject.
    Field(Relation, SubjectId),
    /// The time there is within these bounds, in nanoseconds since 1970.
    /// Where there is none that can be read, this is unknown.
    During(Bound<i128>, Bound<i128>),
}

/// How the value of one field stands to that of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same text, number or truth.
    Equal,
    /// A number or time below the other.
    Less,
    /// A number or time not above the other.
    AtMost,
    /// A number or time above the other.
    More,
    /// A number or time not below the other.
    AtLeast,
    /// Text with the other in it.
    Contains,
    /// Text that begins with the other.
    Starts,
    /// Text that ends with the other.
    Ends,
}

/// Longer lists of texts and networks are in order, to be searched by halves.
pub const LONG: usize = 16;

/// A test of one scalar value.
#[derive(Clone, Debug)]
pub enum Matcher1 {
    /// `== null`.
    Null,
    /// `== true`, `== false`.
    Bool(bool),
    /// A number within these bounds. Every comparison of numbers is one.
    Number {
        /// The lower bound.
        low: Bound<Number>,
        /// The upper bound.
        high: Bound<Number>,
        /// Whether a numeral in quotes counts as its number.
        numerals: bool,
    },
    /// A time within these bounds, in nanoseconds since 1970.
    Time {
        /// The lower bound.
        low: Bound<i128>,
        /// The upper bound.
        high: Bound<i128>,
    },
    /// A duration within these bounds, in nanoseconds.
    Duration {
        /// The lower bound.
        low: Bound<i128>,
        /// The upper bound.
        high: Bound<i128>,
    },
    /// Text that is exactly one of these.
    Is(Vec<Box<str>>),
    /// Text that begins with one of these.
    Starts(Vec<Box<str>>),
    /// Text that ends with one of these.
    Ends(Vec<Box<str>>),
    /// Text that holds one of these.
    Contains(Vec<Box<str>>),
    /// Text that matches: `matches`, `like`, and everything with the suffix
    /// `i`, which folds case.
    Pattern(Pattern),
    /// Text that is an address in one of these networks.
    Network(Vec<IpNet>),
}

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound<T> {
    /// The value itself belongs to the range.
    Included(T),
    /// The value itself does not.
    Excluded(T),
    /// No bound on this side.
    Open,
}

impl<T> Bound<T> {
    /// Returns the bound at what `to` makes of its value.
    pub(super) fn map<U>(self, to: impl FnOnce(T) -> U) -> Bound<U> {
        match self {
            Bound::Included(value) => Bound::Included(to(value)),
            Bound::Excluded(value) => Bound::Excluded(to(value)),
            Bound::Open => Bound::Open,
        }
    }
}

/// A JSON number: exact up to 64 bits, else the nearest double.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Within `i64` or `u64`.
    Int(i128),
    /// Anything else.
    Float(f64),
}
