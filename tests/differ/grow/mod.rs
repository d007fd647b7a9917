//! Makes programs of every construct that the language has.

mod test;
mod text;

use serde_json::Value;

use super::plain::field;
use super::read;
use super::tree::{Each, Expr, Part, Path, Program, Step, Term};
use super::words::{BODY, DROPS, FIELDS, INNER_LISTS, LISTS, OBJECTS, Sort};
use crate::dice::Dice;

/// Who is to understand the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The slow definition beside.
    Plain,
    /// The language model, which lacks a few things.
    Model,
}

/// Makes a program about `events`, with some of the predicates in `names`.
pub(crate) fn program(
    dice: &mut Dice,
    names: &[String],
    events: &[&Value],
    reader: Reader,
) -> Program {
    let mut maker = Maker {
        dice,
        names: names.to_vec(),
        events,
        program: Program::default(),
        reader,
    };
    maker.definitions();
    let count = *maker.dice.pick(&[1, 1, 1, 1, 2, 3]);
    for _ in 0..count {
        let step = maker.step();
        maker.program.steps.push(step);
    }
    if maker.dice.percent(10) {
        let step = maker.drop();
        maker.program.steps.push(step);
        if maker.dice.percent(30) {
            let step = maker.step();
            maker.program.steps.push(step);
        }
    }
    maker.program
}

/// Makes one expression, without definitions.
pub(crate) fn expr(dice: &mut Dice, names: &[String]) -> Expr {
    let mut maker = Maker {
        dice,
        names: names.to_vec(),
        events: &[],
        program: Program::default(),
        reader: Reader::Plain,
    };
    maker.expr(3, None)
}

struct Maker<'d> {
    dice: &'d mut Dice,
    /// The predicates that are defined.
    names: Vec<String>,
    /// What the program will be about; it asks for values of theirs.
    events: &'d [&'d Value],
    program: Program,
    reader: Reader,
}

/// What an element that is looked at has, and the pool it is from.
type Element = Option<(&'static [&'static str], &'static str)>;

/// A field that an expression may be about.
struct Field {
    path: Path,
    sort: Sort,
    pool: &'static str,
}

impl Maker<'_> {
    fn definitions(&mut self) {
        if self.dice.percent(15) {
            let count = self.dice.below(4);
            let words = (0..count).map(|_| self.quoted_term("namespace"));
            let words: Vec<Term> = words.collect();
            self.program.lists.push(("my-words".into(), words));
        }
        if self.dice.percent(15) {
            let count = self.dice.below(4);
            let words = (0..count).map(|_| self.network());
            let words: Vec<Term> = words.collect();
            self.program.lists.push(("my_nets".into(), words));
        }
        for name in ["mine", "my-own"] {
            if self.dice.percent(20) {
                let body = self.expr(2, None);
                self.program.lets.push((name.into(), body));
                self.names.push(name.into());
            }
        }
    }

    fn step(&mut self) -> Step {
        let expr = self.expr(3, None);
        match self.dice.percent(25) {
            true => Step::Skip(expr),
            false => Step::Where(expr),
        }
    }

    fn drop(&mut self) -> Step {
        let count = 1 + self.dice.below(2);
        let mut paths: Vec<Path> =
            (0..count).map(|_| read::path(self.dice.word(&DROPS))).collect();
        paths.dedup();
        Step::Drop(paths)
    }

    fn expr(&mut self, depth: usize, element: Element) -> Expr {
        let choice = if depth == 0 { 0 } else { self.dice.below(100) };
        match choice {
            0..45 => self.leaf(element),
            45..60 => Expr::All(self.several(depth, element)),
            60..75 => Expr::Any(self.several(depth, element)),
            75..85 => Expr::Not(Box::new(self.expr(depth - 1, element))),
            _ => self.each(depth, element),
        }
    }

    fn several(&mut self, depth: usize, element: Element) -> Vec<Expr> {
        let count = *self.dice.pick(&[2, 2, 2, 3, 4]);
        (0..count).map(|_| self.expr(depth - 1, element)).collect()
    }

    fn each(&mut self, depth: usize, element: Element) -> Expr {
        let (path, inner) = self.list(element);
        let body = self.expr(depth.min(2) - 1, Some(inner));
        let each = *self.dice.pick(&[Each::Any, Each::All, Each::None]);
        Expr::Each(each, path, Box::new(body))
    }

    /// Chooses a list, and what its elements have.
    fn list(
        &mut self,
        element: Element,
    ) -> (Path, (&'static [&'static str], &'static str)) {
        let open = element.is_some_and(|(fields, pool)| {
            let typed = fields.is_empty() && itself(pool).sort != Sort::Open;
            !typed && fields.first() != Some(&".reason")
        });
        let inner = open && self.dice.percent(60);
        let all = if inner { &INNER_LISTS[..] } else { &LISTS[..] };
        let (path, fields, pool) = *self.dice.pick(all);
        let open = ["responseStatus.details.causes", "annotations[*]"];
        if self.reader == Reader::Model && open.contains(&path) {
            return self.list(element);
        }
        (read::path(path), (fields, pool))
    }

    fn leaf(&mut self, element: Element) -> Expr {
        match self.dice.below(100) {
            0..4 => Expr::Has(self.place(element)),
            4..9 => Expr::Empty(self.place(element)),
            9..19 => Expr::Named(self.dice.pick(&self.names).clone()),
            19..20 => Expr::Const(self.dice.percent(50)),
            20..27 => self.count(element),
            27..31 => self.len(element),
            31..35 => self.keys(),
            35..39 => self.clock(),
            _ => self.comparison(element),
        }
    }

    /// Chooses a field; inside of `any(...)` often one of the element.
    fn field(&mut self, element: Element) -> Field {
        if let Some((fields, pool)) = element
            && self.dice.percent(85)
        {
            return match fields {
                [_, ..] if pool.is_empty() || self.dice.percent(50) => {
                    below(self.dice.word(fields))
                }
                [] | [..] => itself(pool),
            };
        }
        if self.dice.percent(40) {
            let path = read::path(self.dice.word(&BODY));
            let pool = last_key(&path);
            return Field { path, sort: Sort::Open, pool };
        }
        let (path, sort, pool) = *self.dice.pick(&FIELDS);
        // The model takes details for open, so words in them for numbers.
        let path = match (self.reader, sort) {
            (Reader::Model, Sort::Int) => "code",
            (Reader::Model, _) if path.contains("details") => "reason",
            (Reader::Model | Reader::Plain, _) => path,
        };
        Field { path: read::path(path), sort, pool }
    }

    /// Chooses something that may be there or not: objects and lists too.
    fn place(&mut self, element: Element) -> Path {
        let mut path = match self.dice.below(4) {
            0 => self.list(element).0,
            // Without parameters, the model's `query` is empty, but there.
            1 if self.reader == Reader::Model => read::path("annotations"),
            1 => read::path(self.dice.word(&OBJECTS)),
            _ => self.field(element).path,
        };
        let open =
            !path.relative && field::kind(&path.parts) == field::Kind::Open;
        if open && path.parts.len() > 2 && self.dice.percent(30) {
            path.parts.pop();
        }
        path
    }
}

/// Returns the pool of a path into a body.
fn last_key(path: &Path) -> &'static str {
    let last = path.parts.iter().rev().find_map(|part| match part {
        Part::Key(key) => Some(key.as_str()),
        Part::Nth(_) | Part::Every | Part::Deep => None,
    });
    let keys = [
        "name",
        "image",
        "privileged",
        "runAsUser",
        "command",
        "verbs",
        "op",
        "containerPort",
        "kind",
        "replicas",
        "weight",
        "hostNetwork",
        "app",
        "k/x",
        "labels",
        "data",
        "path",
        "resources",
        "apiGroups",
        "namespace",
        "code",
        "reason",
        "message",
    ];
    let known = keys.into_iter().find(|key| last == Some(key));
    known.unwrap_or("password")
}

fn below(text: &'static str) -> Field {
    let path = read::path(text);
    let pool = last_key(&path);
    let sort = match text {
        ".reason" | ".message" => Sort::Text,
        _ => Sort::Open,
    };
    Field { path, sort, pool }
}

/// The element itself.
fn itself(pool: &'static str) -> Field {
    let path = Path { relative: true, parts: Vec::new() };
    let sort = match pool {
        "sourceIPs" => Sort::Address,
        "groups" | "reason" | "image" | "repo" | "add" | "path" | "cmd" => {
            Sort::Text
        }
        _ => Sort::Open,
    };
    Field { path, sort, pool }
}
