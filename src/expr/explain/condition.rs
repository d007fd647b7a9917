//! Conditions as one would write them: over several lines, or in one where
//! they stand inside of `any(...)`.

use std::fmt::{self, Formatter};

use super::INDENT;
use crate::event::{Computed, Parameter, Path, Segment};
use crate::expr::plan::{
    Bound, Matcher, Matcher1, Measure, Node, NodeId, Plan, Quantifier,
    Relation, Route, Subject, Test, TestId,
};

impl Plan {
    /// Writes a condition, its operands on lines of their own.
    pub(super) fn node(
        &self,
        out: &mut Formatter<'_>,
        id: NodeId,
        indent: usize,
    ) -> fmt::Result {
        match &self.nodes[id.0 as usize] {
            Node::Const(_) | Node::Test(_) | Node::Each(..) => {
                writeln!(out, "{}", self.inline(id))
            }
            Node::Not(inner) => match &self.nodes[inner.0 as usize] {
                Node::All(_) | Node::Any(_) => {
                    out.write_str("not ")?;
                    self.node(out, *inner, indent)
                }
                _ => writeln!(out, "{}", self.inline(id)),
            },
            Node::All(parts) => self.parts(out, "all of", parts, indent),
            Node::Any(parts) => self.parts(out, "any of", parts, indent),
        }
    }

    fn parts(
        &self,
        out: &mut Formatter<'_>,
        title: &str,
        parts: &[NodeId],
        indent: usize,
    ) -> fmt::Result {
        writeln!(out, "{title}")?;
        let indent = indent + INDENT;
        for part in parts {
            write!(out, "{:indent$}", "")?;
            self.node(out, *part, indent)?;
        }
        Ok(())
    }

    /// Returns a condition in one line.
    fn inline(&self, id: NodeId) -> String {
        match &self.nodes[id.0 as usize] {
            Node::Const(value) => value.to_string(),
            Node::Test(test) => self.shown(*test),
            Node::Not(inner) => format!("not {}", self.bracketed(*inner)),
            Node::All(parts) => self.joined(parts, " and "),
            Node::Any(parts) => self.joined(parts, " or "),
            Node::Each(quantifier, subject, body) => {
                let name = match quantifier {
                    Quantifier::Any => "any",
                    Quantifier::All => "all",
                };
                let subject = self.shown_subject(self.subject(*subject));
                format!("{name}({subject}, {})", self.inline(*body))
            }
        }
    }

    fn joined(&self, parts: &[NodeId], word: &str) -> String {
        let parts: Vec<String> =
            parts.iter().map(|part| self.bracketed(*part)).collect();
        parts.join(word)
    }

    fn bracketed(&self, id: NodeId) -> String {
        let text = self.inline(id);
        let several = match &self.nodes[id.0 as usize] {
            Node::All(_) | Node::Any(_) => true,
            Node::Test(test) => match &self.test(*test).matcher {
                Matcher::AnyOf(tests) => tests.len() > 1,
                Matcher::During(..) => true,
                Matcher::Has | Matcher::Empty | Matcher::Field(..) => false,
            },
            Node::Const(_) | Node::Not(_) | Node::Each(..) => false,
        };
        if several { format!("({text})") } else { text }
    }

    /// Returns a test as one would write it.
    pub(in crate::expr) fn shown(&self, id: TestId) -> String {
        let Test { subject, matcher } = self.test(id);
        let subject = self.shown_subject(self.subject(*subject));
        match matcher {
            Matcher::Has => format!("has({subject})"),
            Matcher::Empty => format!("empty({subject})"),
            Matcher::AnyOf(matchers) => {
                let tests = matchers.iter().map(ToString::to_string);
                let tests: Vec<String> =
                    tests.map(|test| format!("{subject} {test}")).collect();
                tests.join(" or ")
            }
            Matcher::During(low, high) => {
                let bounds =
                    [(*low, Bound::Open), (Bound::Open, *high)].into_iter();
                let bounds = bounds
                    .filter(|bound| *bound != (Bound::Open, Bound::Open))
                    .map(|(low, high)| Matcher1::Time { low, high });
                let tests: Vec<String> =
                    bounds.map(|test| format!("{subject} {test}")).collect();
                tests.join(" and ")
            }
            Matcher::Field(relation, other) => {
                let other = self.shown_subject(self.subject(*other));
                format!("{subject} {} field({other})", word(*relation))
            }
        }
    }

    fn shown_subject(&self, subject: &Subject) -> String {
        let Subject::Measure(measure, inner) = subject else {
            return self.shown_field(subject);
        };
        let inner = self.shown_subject(inner);
        match measure {
            Measure::Count => format!("count({inner})"),
            Measure::CountIf(node) => {
                format!("count({inner}, {})", self.inline(*node))
            }
            Measure::Length => format!("len({inner})"),
            Measure::Keys => format!("keys({inner})"),
            Measure::Hour => format!("hour({inner})"),
            Measure::Weekday => format!("weekday({inner})"),
        }
    }

    /// Returns what a subject reads, without functions of it.
    pub(super) fn shown_field(&self, subject: &Subject) -> String {
        match subject {
            Subject::Place(route) => shown_route(route),
            Subject::Computed(computed) => shown_computed(computed),
            Subject::Measure(_, inner) => self.shown_field(inner),
        }
    }
}

fn word(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "=",
        Relation::Less => "<",
        Relation::AtMost => "<=",
        Relation::More => ">",
        Relation::AtLeast => ">=",
        Relation::Contains => "contains",
        Relation::Starts => "starts",
        Relation::Ends => "ends",
    }
}

fn shown_route(route: &Route) -> String {
    let rest = Path(route.rest.clone()).to_string();
    let origin = route.origin.to_string();
    match rest.starts_with('[') || rest.is_empty() {
        true => format!("{origin}{rest}"),
        false => format!("{}.{rest}", origin.trim_end_matches('.')),
    }
}

fn shown_computed(computed: &Computed) -> String {
    let below = |segments: Vec<Segment>| {
        let all = [Segment::Key("query".into())].into_iter().chain(segments);
        Path(all.collect()).to_string()
    };
    match computed {
        Computed::Path => "path".into(),
        Computed::Query(parameter) => below(match parameter {
            Parameter::Names => Vec::new(),
            Parameter::Every => vec![Segment::Every],
            Parameter::Named(name) => vec![Segment::Key(name.clone())],
            Parameter::Nth(name, n) => {
                vec![Segment::Key(name.clone()), Segment::Index(*n)]
            }
        }),
        Computed::Command => "cmd".into(),
        Computed::Latency => "latency".into(),
        Computed::Age => "age".into(),
        Computed::Size => "size".into(),
        Computed::Repository => "image-repos".into(),
        Computed::Actor => "actor".into(),
        Computed::AccountNamespace => "sa-ns".into(),
        Computed::Resource => "res".into(),
    }
}
