//! What the language means, once more: slow, plain, and over whole values.
//!
//! Turns a tree and an event into a truth by the words of the language's
//! definition. Nothing here is shared with the program under test.

mod computed;
mod edit;
pub(crate) mod field;
mod term;
mod time;

use std::fmt;

use serde_json::Value;

use self::field::Kind;
use self::term::{Meaning, passes};
use super::tree::{Each, Expr, Op, Part, Path, Program, Step, Subject, Test};

/// What becomes of an event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fate {
    /// It leaves, and this is what is left of it.
    Kept(Value),
    Skipped,
    /// It is no audit event.
    Foreign,
}

impl fmt::Display for Fate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fate::Kept(left) => write!(out, "kept as {left}"),
            Fate::Skipped => out.write_str("skipped"),
            Fate::Foreign => out.write_str("foreign"),
        }
    }
}

/// Runs all steps on one event. Names that `program` does not define are
/// looked up in `prelude`.
pub(crate) fn run(
    program: &Program,
    prelude: &Program,
    event: &Value,
) -> Fate {
    if !is_event(event) {
        return Fate::Foreign;
    }
    let mut event = event.clone();
    for step in &program.steps {
        let names = Names { program, prelude };
        let keep = match step {
            Step::Where(expr) => names.holds(expr, &event),
            Step::Skip(expr) => !names.holds(expr, &event),
            Step::Drop(paths) => {
                paths.iter().for_each(|path| edit::drop(&mut event, path));
                true
            }
        };
        if !keep {
            return Fate::Skipped;
        }
    }
    Fate::Kept(event)
}

/// Returns what stands at a path of an event, arrays taken apart.
pub(crate) fn leaves(event: &Value, path: &Path) -> Vec<Value> {
    let nothing = Program::default();
    let names = Names { program: &nothing, prelude: &nothing };
    Place { names, event, element: None }.leaves(path)
}

fn is_event(value: &Value) -> bool {
    let Value::Object(event) = value else { return false };
    let kind = event.get("kind").unwrap_or(&Value::Null);
    let markers = ["level", "auditID", "stage", "verb", "requestURI"];
    (kind.is_null() || kind == "Event")
        && markers.iter().any(|key| event.contains_key(*key))
}

/// Where names are looked up.
#[derive(Clone, Copy)]
struct Names<'p> {
    program: &'p Program,
    prelude: &'p Program,
}

impl Names<'_> {
    fn holds(self, expr: &Expr, event: &Value) -> bool {
        Place { names: self, event, element: None }.holds(expr)
    }

    fn body(&self, name: &str) -> &Expr {
        let all = self.program.lets.iter().chain(&self.prelude.lets);
        let found = all.into_iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("no predicate {name}")).1
    }
}

/// What an expression is about: an event, and inside of `any(...)` one
/// element of it.
#[derive(Clone, Copy)]
struct Place<'p> {
    names: Names<'p>,
    event: &'p Value,
    /// The element, and the path in full by which it was reached.
    element: Option<(&'p Value, &'p [Part])>,
}

impl Place<'_> {
    fn holds(self, expr: &Expr) -> bool {
        match expr {
            Expr::Const(value) => *value,
            Expr::Not(inner) => !self.holds(inner),
            Expr::All(parts) => parts.iter().all(|part| self.holds(part)),
            Expr::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Expr::Named(name) => {
                let body = self.names.body(name);
                Place { element: None, ..self }.holds(body)
            }
            Expr::Has(path) => {
                self.nodes(path).iter().any(|value| !value.is_null())
            }
            Expr::Empty(path) => self.nodes(path).iter().all(is_empty),
            Expr::Each(each, path, body) => {
                let elements = self.elements(path);
                let mut truths = self.each(path, &elements, body).into_iter();
                match each {
                    Each::Any => truths.any(|truth| truth),
                    Each::None => !truths.any(|truth| truth),
                    Each::All => {
                        !elements.is_empty() && truths.all(|truth| truth)
                    }
                }
            }
            Expr::Test(test) => self.test(test) != test.negated,
        }
    }

    /// Returns what an expression says of each element.
    fn each(self, path: &Path, elements: &[Value], body: &Expr) -> Vec<bool> {
        let whole = self.whole(path);
        let truths = elements.iter().map(|element| {
            let element = Some((element, &whole[..]));
            Place { element, ..self }.holds(body)
        });
        truths.collect()
    }

    /// Returns whether one of the values passes one of the terms.
    fn test(self, test: &Test) -> bool {
        let kind = self.kind(&test.subject);
        let terms = test.values.iter();
        let meanings: Vec<Meaning> = terms
            .flat_map(|term| self.meanings(test.op, kind, term))
            .collect();
        let values = self.values(&test.subject);
        values.iter().any(|value| {
            meanings.iter().any(|term| passes(test.op, kind, value, term))
        })
    }

    fn kind(self, subject: &Subject) -> Kind {
        match subject {
            Subject::Path(path) => field::kind(&self.whole(path)),
            Subject::Count(..) | Subject::Len(_) => Kind::Int,
            Subject::Hour(_) | Subject::Weekday(_) => Kind::Int,
            Subject::Keys(_) => Kind::Text,
        }
    }

    /// Returns the values that are compared.
    fn values(self, subject: &Subject) -> Vec<Value> {
        match subject {
            Subject::Path(path) => self.leaves(path),
            Subject::Count(path, when) => {
                let elements = self.elements(path);
                let count = match when {
                    None => elements.len(),
                    Some(when) => {
                        let truths = self.each(path, &elements, when);
                        truths.into_iter().filter(|truth| *truth).count()
                    }
                };
                vec![Value::from(count)]
            }
            Subject::Len(path) => {
                let texts = self.leaves(path).into_iter();
                texts.filter_map(|v| Some(v.as_str()?.len().into())).collect()
            }
            Subject::Keys(path) => {
                let nodes = self.nodes(path);
                let objects = nodes.iter().filter_map(Value::as_object);
                let keys = objects.flat_map(|object| object.keys().cloned());
                keys.map(Value::String).collect()
            }
            Subject::Hour(path) => {
                let nanos = self.times(path).into_iter();
                nanos.map(|nanos| time::hour(nanos).into()).collect()
            }
            Subject::Weekday(path) => {
                let nanos = self.times(path).into_iter();
                nanos.map(|nanos| time::weekday(nanos).into()).collect()
            }
        }
    }

    fn times(self, path: &Path) -> Vec<i128> {
        let texts = self.leaves(path).into_iter();
        texts.filter_map(|value| time::instant(value.as_str()?)).collect()
    }

    /// Returns the path from the top of the event, aliases resolved.
    fn whole(self, path: &Path) -> Vec<Part> {
        match self.element {
            Some((_, above)) if path.relative => [above, &path.parts].concat(),
            Some(_) | None => field::resolved(path),
        }
    }

    /// Returns what stands at a path, arrays as they are.
    fn nodes(self, path: &Path) -> Vec<Value> {
        let mut nodes = Vec::new();
        if path.relative {
            let (element, _) = self.element.expect("it is inside of any()");
            follow(element, &path.parts, &mut nodes);
            return nodes;
        }
        let parts = field::resolved(path);
        match computed::values(self.event, path.head()) {
            None => follow(self.event, &parts, &mut nodes),
            Some(starts) => {
                let rest = &parts[1..];
                starts.iter().for_each(|v| follow(v, rest, &mut nodes));
            }
        }
        nodes
    }

    /// Returns what stands at a path; arrays are taken apart.
    fn leaves(self, path: &Path) -> Vec<Value> {
        let mut leaves = Vec::new();
        for node in self.nodes(path) {
            take_apart(node, &mut leaves);
        }
        leaves
    }

    /// Returns what `any(path, ...)` looks at, one by one.
    fn elements(self, path: &Path) -> Vec<Value> {
        let nodes = self.nodes(path).into_iter();
        let elements = nodes.flat_map(|node| match node {
            Value::Array(elements) => elements,
            Value::Null => Vec::new(),
            other => vec![other],
        });
        elements.collect()
    }
}

/// Follows a path: keys go through arrays.
fn follow(value: &Value, parts: &[Part], found: &mut Vec<Value>) {
    let Some((part, rest)) = parts.split_first() else {
        return found.push(value.clone());
    };
    match (value, part) {
        (Value::Array(array), Part::Nth(index)) => {
            let at = match usize::try_from(*index) {
                Ok(at) => Some(at),
                Err(_) => {
                    array.len().checked_sub(index.unsigned_abs() as usize)
                }
            };
            if let Some(element) = at.and_then(|at| array.get(at)) {
                follow(element, rest, found);
            }
        }
        (Value::Array(array), Part::Every) => {
            array.iter().for_each(|element| follow(element, rest, found));
        }
        (Value::Array(array), Part::Key(_)) => {
            array.iter().for_each(|element| follow(element, parts, found));
        }
        (Value::Object(object), Part::Key(key)) => {
            if let Some(value) = object.get(key) {
                follow(value, rest, found);
            }
        }
        (Value::Object(object), Part::Every) => {
            object.values().for_each(|value| follow(value, rest, found));
        }
        (_, Part::Key(_) | Part::Nth(_) | Part::Every | Part::Deep) => (),
    }
}

fn take_apart(value: Value, leaves: &mut Vec<Value>) {
    match value {
        Value::Array(array) => {
            array.into_iter().for_each(|value| take_apart(value, leaves));
        }
        other => leaves.push(other),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => text.is_empty(),
        Value::Array(array) => array.is_empty(),
        Value::Object(object) => object.is_empty(),
    }
}
