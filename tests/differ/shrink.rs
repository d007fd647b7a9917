//! Makes a difference that was found as plain as it can be.

use kaudit_filter::pipeline::Reading;
use serde_json::Value;

use super::tree::{Expr, Program, Step};
use super::{Case, Difference, Line, PRELUDE, compile, judged, plain, write};
use crate::dice::Dice;

/// Returns the difference after leaving out what it does not need.
pub(super) fn plainest(seed: u64, case: Case, line: &Line) -> Difference {
    let mut found = Found {
        program: case.program,
        event: line.event.clone(),
        spelling: (case.text, line.odd.clone()),
    };
    while let Some(plainer) = found.plainer() {
        found = plainer;
    }
    let Found { program, event, spelling: (text, line) } = found;
    let ours = ours(&text, &line);
    let theirs = plain::run(&program, &PRELUDE, &event);
    Difference { seed, text, line, ours, theirs }
}

#[derive(Clone)]
struct Found {
    program: Program,
    event: Value,
    /// The program and the event as text.
    spelling: (String, String),
}

fn ours(text: &str, line: &str) -> Result<plain::Fate, String> {
    match compile(text)? {
        Some(pipeline) => {
            judged(&mut pipeline.judge(Reading::default()), line)
        }
        None => Err("refused".to_owned()),
    }
}

impl Found {
    /// Returns the first simplification that still differs.
    fn plainer(&self) -> Option<Found> {
        self.respelt().or_else(|| {
            let programs =
                programs(&self.program).into_iter().map(|program| {
                    let text = write::program(&program, &mut Dice::new(1));
                    let spelling = (text, self.spelling.1.clone());
                    Found { program, spelling, ..self.clone() }
                });
            let events = events(&self.event).into_iter().map(|event| {
                let line = serde_json::to_string(&event).unwrap();
                let spelling = (self.spelling.0.clone(), line);
                Found { event, spelling, ..self.clone() }
            });
            programs.chain(events).find(Found::differs)
        })
    }

    /// Returns the difference in the plainest spelling, if that is another.
    fn respelt(&self) -> Option<Found> {
        let line = serde_json::to_string(&self.event).unwrap();
        let text = write::program(&self.program, &mut Dice::new(1));
        let other = Found { spelling: (text, line), ..self.clone() };
        (other.spelling != self.spelling && other.differs()).then_some(other)
    }

    fn differs(&self) -> bool {
        let (text, line) = &self.spelling;
        let drops = Case { program: self.program.clone(), text: text.clone() };
        let ours = ours(text, line);
        if matches!(&ours, Err(said) if !said.starts_with("unknown")) {
            return false;
        }
        let theirs = plain::run(&self.program, &PRELUDE, &self.event);
        !super::same(&ours, &theirs, drops.drops())
    }
}

/// Returns programs with less in them.
fn programs(program: &Program) -> Vec<Program> {
    let mut all = undefined(program);
    for at in 0..program.steps.len() {
        let mut fewer = program.clone();
        let step = fewer.steps.remove(at);
        if !fewer.steps.is_empty() {
            all.push(fewer);
        }
        let (Step::Where(expr) | Step::Skip(expr)) = &step else { continue };
        for plainer in exprs(expr) {
            let mut other = program.clone();
            other.steps[at] = match &step {
                Step::Skip(_) => Step::Skip(plainer),
                Step::Where(_) | Step::Drop(_) => Step::Where(plainer),
            };
            all.push(other);
        }
    }
    all
}

/// Returns the program without a definition that it does not use.
fn undefined(program: &Program) -> Vec<Program> {
    let mut all = Vec::new();
    for at in 0..program.lets.len() {
        let mut fewer = program.clone();
        let (name, _) = fewer.lets.remove(at);
        if !write::program(&fewer, &mut Dice::new(1)).contains(&name) {
            all.push(fewer);
        }
    }
    for at in 0..program.lists.len() {
        let mut fewer = program.clone();
        let (name, _) = fewer.lists.remove(at);
        if !write::program(&fewer, &mut Dice::new(1)).contains(&name) {
            all.push(fewer);
        }
    }
    all
}

/// Returns expressions with less in them.
fn exprs(expr: &Expr) -> Vec<Expr> {
    match expr {
        Expr::Not(inner) => {
            let inner = inner.as_ref().clone();
            let all = exprs(&inner).into_iter();
            let all = all.map(|expr| Expr::Not(Box::new(expr)));
            std::iter::once(inner).chain(all).collect()
        }
        Expr::All(parts) => fewer(parts, Expr::All),
        Expr::Any(parts) => fewer(parts, Expr::Any),
        Expr::Each(each, path, body) => exprs(body)
            .into_iter()
            .map(|expr| Expr::Each(*each, path.clone(), Box::new(expr)))
            .collect(),
        Expr::Named(name) => {
            let body = PRELUDE.lets.iter().find(|(known, _)| known == name);
            body.map(|(_, body)| body.clone()).into_iter().collect()
        }
        Expr::Test(test) => {
            let values = 0..test.values.len();
            let fewer = values.filter(|_| test.values.len() > 1).map(|at| {
                let mut test = test.clone();
                test.values.remove(at);
                test.listed |= test.values.len() > 1;
                Expr::Test(test)
            });
            fewer.collect()
        }
        Expr::Const(_) | Expr::Has(_) | Expr::Empty(_) => Vec::new(),
    }
}

fn fewer(parts: &[Expr], kind: fn(Vec<Expr>) -> Expr) -> Vec<Expr> {
    let mut all = parts.to_vec();
    for (at, part) in parts.iter().enumerate() {
        let mut rest = parts.to_vec();
        rest.remove(at);
        if rest.len() > 1 {
            all.push(kind(rest));
        }
        for plainer in exprs(part) {
            let mut parts = parts.to_vec();
            parts[at] = plainer;
            all.push(kind(parts));
        }
    }
    all
}

/// Returns values with less in them.
fn events(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(object) => {
            for (key, below) in object {
                let mut fewer = object.clone();
                fewer.remove(key);
                all.push(Value::Object(fewer));
                for below in events(below) {
                    let mut other = object.clone();
                    other.insert(key.clone(), below);
                    all.push(Value::Object(other));
                }
            }
        }
        Value::Array(array) => {
            for (at, below) in array.iter().enumerate() {
                let mut fewer = array.clone();
                fewer.remove(at);
                all.push(Value::Array(fewer));
                for below in events(below) {
                    let mut other = array.clone();
                    other[at] = below;
                    all.push(Value::Array(other));
                }
            }
        }
        Value::Null | Value::Bool(_) => (),
        Value::Number(_) | Value::String(_) => (),
    }
    all
}
