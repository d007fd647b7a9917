//! A compiled expression as data: what is read, tested and done, in order.
//!
//! The plan is what `--explain` prints and what the evaluator walks. Nothing
//! in it is a closure, so that it can be compared, cloned and shown.

use ipnet::IpNet;

use crate::event::Segment;

pub use super::step::{
    Action, Level, MOST_SEGMENTS, PREFIX, RULES, Rule, RuleId, Step, TAGS,
    Target,
};

/// An index into [`Plan::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(pub u32);

/// An index into [`Plan::tests`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TestId(pub u32);

/// A compiled pipeline.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The top-level keys that tests read. A [`Route`] begins with an index
    /// into this list.
    pub roots: Vec<Box<str>>,
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
        self.first_root_of(*node)
    }

    fn first_root_of(&self, node: NodeId) -> Option<usize> {
        match &self.nodes[node.0 as usize] {
            Node::Const(_) => None,
            Node::Test(test) => Some(self.tests[test.0 as usize].route.root),
            Node::Not(inner) => self.first_root_of(*inner),
            Node::All(nodes) | Node::Any(nodes) => {
                self.first_root_of(*nodes.first()?)
            }
        }
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
}

/// Where a test finds its values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Route {
    /// Index into [`Plan::roots`].
    pub root: usize,
    /// The way below that key. `AnyDepth` does not occur here.
    pub rest: Vec<Segment>,
}

/// One question about the values at one place.
#[derive(Clone, Debug)]
pub struct Test {
    /// Where the values are.
    pub route: Route,
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
}

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
    Pattern(regex::Regex),
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

/// A JSON number: exact up to 64 bits, else the nearest double.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Within `i64` or `u64`.
    Int(i128),
    /// Anything else.
    Float(f64),
}
