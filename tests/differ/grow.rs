//! Makes programs of every construct that the language has.

use serde_json::Value;

use super::dice::Dice;
use super::plain;
use super::plain::field;
use super::read;
use super::tree::{Each, Expr, Op, Part, Path, Program, Step, Subject};
use super::tree::{Term, Test};
use super::words::{
    BODY, DROPS, FIELDS, INNER_LISTS, LISTS, OBJECTS, Sort, pool,
};

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
            let words = (0..count).map(|_| self.text_term("namespace", false));
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
            4..9 => match self.place(element) {
                // Whether a parameter without a value is an empty list, or a
                // list of one empty text, is not settled.
                path if path.head() == Some("query") => Expr::Has(path),
                path => Expr::Empty(path),
            },
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

    fn test(subject: Subject, op: Op, values: Vec<Term>) -> Test {
        let listed = values.len() != 1;
        Test { subject, op, negated: false, values, listed }
    }

    fn count(&mut self, element: Element) -> Expr {
        let (path, inner) = self.list(element);
        let when = self.dice.percent(40);
        let when = when.then(|| Box::new(self.expr(1, Some(inner))));
        let numbers = ["0", "1", "1", "2", "3"];
        self.number_test(Subject::Count(path, when), &numbers)
    }

    fn len(&mut self, element: Element) -> Expr {
        let field = loop {
            let field = self.field(element);
            match field.sort {
                Sort::Text | Sort::Open => break field,
                Sort::Enum | Sort::Level | Sort::Int => (),
                Sort::Time | Sort::Span | Sort::Address => (),
            }
        };
        let numbers = ["0", "1", "3", "5", "8", "13"];
        self.number_test(Subject::Len(field.path), &numbers)
    }

    fn keys(&mut self) -> Expr {
        let path = read::path(self.dice.word(&OBJECTS));
        let keys = ["password", "kind", "spec", "k/x", "app", "a", "command"];
        let key = self.dice.word(&keys);
        let subject = Subject::Keys(path);
        let test = self.text_test(subject, Sort::Text, "", Some(key));
        self.negated(test)
    }

    fn clock(&mut self) -> Expr {
        let name = self.dice.word(&["time", "received", "stageTimestamp"]);
        let path = read::path(name);
        match self.dice.percent(50) {
            true => self.number_test(Subject::Hour(path), &["9", "10", "11"]),
            false => {
                self.number_test(Subject::Weekday(path), &["5", "6", "7"])
            }
        }
    }

    fn number_test(
        &mut self,
        subject: Subject,
        numbers: &[&'static str],
    ) -> Expr {
        let [one, two] = [(); 2].map(|()| self.dice.word(numbers));
        let word = |text: &str| Term::Word(text.to_owned());
        let (op, values) = match self.dice.below(6) {
            0 => (Op::In, vec![word(one), word(two)]),
            1 => (Op::In, vec![range(one, two)]),
            2 => (Op::Eq, vec![word(one)]),
            _ => (self.order(), vec![word(one)]),
        };
        let test = Self::test(subject, op, values);
        self.negated(test)
    }

    fn order(&mut self) -> Op {
        *self.dice.pick(&[Op::Less, Op::AtMost, Op::More, Op::AtLeast])
    }

    /// Negates some tests, where the operator can be negated.
    fn negated(&mut self, mut test: Test) -> Expr {
        let can = match test.op {
            Op::Less | Op::AtMost | Op::More | Op::AtLeast => false,
            Op::Eq | Op::In | Op::Contains | Op::Starts => true,
            Op::Ends | Op::Like | Op::Matches => true,
        };
        test.negated = can && self.dice.percent(20);
        Expr::Test(Box::new(test))
    }

    fn comparison(&mut self, element: Element) -> Expr {
        let Field { path, sort, pool } = self.field(element);
        let subject = Subject::Path(path);
        let test = match sort {
            Sort::Text => self.text_test(subject, sort, pool, None),
            Sort::Enum => self.word_test(subject, pool),
            Sort::Level => self.level_test(subject),
            Sort::Int => self.int_test(subject),
            Sort::Time => self.time_test(subject),
            Sort::Span => {
                let spans = ["0s", "250ms", "1s", "1.5s", "2s", "1m", "0.5s"];
                return self.ordered(subject, &spans);
            }
            Sort::Address => self.address_test(subject),
            Sort::Open => self.open_test(subject, pool),
        };
        self.negated(test)
    }

    fn ordered(&mut self, subject: Subject, words: &[&'static str]) -> Expr {
        let word = Term::Word(self.dice.word(words).to_owned());
        let op = match self.dice.percent(15) {
            true => Op::Eq,
            false => self.order(),
        };
        let test = Self::test(subject, op, vec![word]);
        self.negated(test)
    }

    /// Chooses words out of a closed set.
    fn word_test(
        &mut self,
        subject: Subject,
        pool_name: &'static str,
    ) -> Test {
        let count = 1 + self.dice.below(2);
        let words = (0..count).map(|_| self.text_term(pool_name, true));
        let words = words.collect();
        match self.dice.percent(50) {
            true => {
                Test { listed: true, ..Self::test(subject, Op::In, words) }
            }
            false => Self::test(subject, Op::Eq, words),
        }
    }

    fn level_test(&mut self, subject: Subject) -> Test {
        if self.reader == Reader::Model || self.dice.percent(40) {
            return self.word_test(subject, "level");
        }
        let level = Term::Word(self.dice.word(pool("level")).to_owned());
        let op = self.order();
        Self::test(subject, op, vec![level])
    }

    fn int_test(&mut self, subject: Subject) -> Test {
        let codes = ["200", "201", "400", "403", "404", "500"];
        let [one, two] = [(); 2].map(|()| self.dice.word(&codes));
        let word = |text: &str| Term::Word(text.to_owned());
        let family = self.dice.word(&["2xx", "4xx", "5xx"]);
        match self.dice.below(9) {
            0 => Self::test(subject, Op::In, vec![word(family)]),
            1 => Self::test(subject, Op::Eq, vec![word(family)]),
            2 => Self::test(subject, Op::In, vec![range(one, two)]),
            3 => Self::test(subject, Op::In, vec![word(one), word(family)]),
            4 => Self::test(subject, Op::Eq, vec![word(one), range(one, two)]),
            5 => Self::test(subject, Op::Eq, vec![word(one)]),
            6 => Self::test(subject, Op::Eq, vec![word("null"), word(one)]),
            _ => Self::test(subject, self.order(), vec![word(one)]),
        }
    }

    fn time_test(&mut self, subject: Subject) -> Test {
        let seconds = self.dice.below(120);
        let (minute, second) = (seconds / 60, seconds % 60);
        let time = match self.dice.below(6) {
            0 => "2026-11-21".to_owned(),
            1 => format!("2026-11-21T12:{minute:02}:{second:02}+02:00"),
            _ => format!("2026-11-21T10:{minute:02}:{second:02}.500Z"),
        };
        let op = match self.reader {
            Reader::Plain if self.dice.percent(20) => Op::Eq,
            Reader::Plain | Reader::Model => self.order(),
        };
        let quoted = self.dice.percent(20) || time.contains('+');
        let term = match quoted {
            true => Term::Text { text: time, fold: false },
            false => Term::Word(time),
        };
        Self::test(subject, op, vec![term])
    }

    fn network(&mut self) -> Term {
        let pool = pool(self.dice.word(&["sourceIPs", "network"]));
        let word = self.dice.word(pool).to_owned();
        // A word may not begin with `:`; quoted it may stand anywhere.
        match self.dice.percent(70) && !word.starts_with(':') {
            true => Term::Word(word),
            false => Term::Text { text: word, fold: false },
        }
    }

    fn address_test(&mut self, subject: Subject) -> Test {
        let list = |name: &str| vec![Term::List(name.to_owned())];
        let nets = |maker: &mut Self| {
            let all = [(); 2].map(|()| maker.network());
            Test {
                listed: true,
                ..Self::test(subject.clone(), Op::In, all.into())
            }
        };
        let mine =
            self.program.lists.iter().any(|(name, _)| name == "my_nets");
        match self.dice.below(10) {
            0..4 => {
                let lists = ["private", "loopback", "linklocal", "public"];
                let name = match mine && self.dice.percent(50) {
                    true => "my_nets",
                    false => self.dice.word(&lists),
                };
                Self::test(subject, Op::In, list(name))
            }
            4..7 => nets(self),
            7 => {
                let net =
                    self.dice.word(&["10.0.0.0/8", "8.8.8.8/32", "::/0"]);
                let net = Term::Text { text: net.into(), fold: false };
                Self::test(subject, Op::In, vec![net])
            }
            8 => Self::test(subject, Op::Eq, vec![self.network_address()]),
            _ if self.reader == Reader::Model => nets(self),
            _ => {
                let part = self.dice.word(&["10.", "2", ".1", "::1"]);
                let part = Term::Text { text: part.into(), fold: false };
                let op =
                    *self.dice.pick(&[Op::Starts, Op::Ends, Op::Contains]);
                Self::test(subject, op, vec![part])
            }
        }
    }

    fn network_address(&mut self) -> Term {
        let text = self.dice.word(pool("sourceIPs")).to_owned();
        Term::Text { text, fold: false }
    }

    /// Compares text with what is, or with what is nearly, in the pool.
    fn text_test(
        &mut self,
        subject: Subject,
        sort: Sort,
        pool_name: &'static str,
        given: Option<&str>,
    ) -> Test {
        let open = sort == Sort::Open;
        let count = *self.dice.pick(&[1, 1, 1, 2, 3]);
        let op = match self.dice.below(20) {
            0..8 => Op::Eq,
            8..12 => Op::In,
            12 | 13 => Op::Starts,
            14 | 15 => Op::Ends,
            16 | 17 => Op::Contains,
            18 => Op::Like,
            _ => Op::Matches,
        };
        let equal = matches!(op, Op::Eq | Op::In);
        if equal && let Some(term) = self.other(open, op) {
            return Self::test(subject, op, vec![term]);
        }
        let mut values: Vec<Term> = (0..count)
            .map(|_| {
                let met = self.met(&subject);
                let word = match (given, &met) {
                    (Some(word), _) => word,
                    (None, Some(word)) => word,
                    (None, None) => self.dice.word(pool(pool_name)),
                };
                self.text_for(op, word)
            })
            .collect();
        if equal && self.dice.percent(4) {
            values.push(Term::Word("null".into()));
        }
        let listed = op == Op::In || values.len() > 1;
        Test { listed, ..Self::test(subject, op, values) }
    }

    /// Returns a short text that is found there in one of the events.
    fn met(&mut self, subject: &Subject) -> Option<String> {
        let Subject::Path(path) = subject else { return None };
        if path.relative || self.events.is_empty() || self.dice.percent(30) {
            return None;
        }
        let event = *self.dice.pick(self.events);
        let leaves = plain::leaves(event, path);
        let texts = leaves.iter().filter_map(Value::as_str);
        let texts: Vec<&str> = texts.filter(|t| t.len() < 80).collect();
        match texts[..] {
            [] => None,
            [..] => Some((*self.dice.pick(&texts)).to_owned()),
        }
    }

    /// Chooses a list, or another field, in some cases.
    fn other(&mut self, open: bool, op: Op) -> Option<Term> {
        if op == Op::In && self.dice.percent(30) {
            let mine =
                self.program.lists.iter().any(|(name, _)| name == "my-words");
            let name = if mine { "my-words" } else { "system-namespaces" };
            return Some(Term::List(name.into()));
        }
        if op != Op::Eq || !self.dice.percent(8) {
            return None;
        }
        let fields = ["ns", "sa-ns", "name", "user", "groups", "actor", "uid"];
        let text = read::path(self.dice.word(&fields));
        let body = read::path(self.dice.word(&BODY));
        let both = open && self.reader == Reader::Plain;
        let path = if both && self.dice.percent(50) { body } else { text };
        Some(Term::Field(path))
    }

    /// Turns a word of a pool into text that `op` may find in it.
    fn text_for(&mut self, op: Op, word: &str) -> Term {
        let chars: Vec<char> = word.chars().collect();
        let [one, two] = [(); 2].map(|()| self.dice.below(chars.len() + 1));
        let part: String = chars[one.min(two)..one.max(two)].iter().collect();
        let text = match op {
            Op::Starts => chars[..one].iter().collect(),
            Op::Ends => chars[one..].iter().collect(),
            Op::Contains => part,
            Op::Like => self.like(&chars),
            Op::Matches => return self.pattern(word, &part),
            Op::Eq | Op::In => return self.spelt(word),
            Op::Less | Op::AtMost | Op::More | Op::AtLeast => word.to_owned(),
        };
        self.spelt(&text)
    }

    fn like(&mut self, chars: &[char]) -> String {
        let mut text = String::new();
        for char in chars {
            match self.dice.below(8) {
                0 => text.push('?'),
                1 => text.push('*'),
                2 if text.ends_with('*') => (),
                _ => text.push(*char),
            }
        }
        text
    }

    fn pattern(&mut self, word: &str, part: &str) -> Term {
        let [word, part] = [word, part].map(regex::escape);
        let text = match self.dice.below(8) {
            0 => format!("^{part}"),
            1 => format!("{part}$"),
            2 => format!("^{word}$"),
            3 => format!("({part}|sys)"),
            4 => format!("{part}.*[a-e]"),
            5 => r"^[a-z]+(-[0-9])?$".to_owned(),
            6 => r"\d+".to_owned(),
            _ => part,
        };
        // `$` and backslashes have no place in a bare word.
        Term::Text { text, fold: self.dice.percent(20) }
    }

    /// Chooses how a text is written, and whether its case counts.
    fn spelt(&mut self, text: &str) -> Term {
        if text.is_ascii() && self.dice.percent(8) {
            let text = match self.dice.percent(50) {
                true => text.to_uppercase(),
                false => text.to_lowercase(),
            };
            return Term::Text { text, fold: true };
        }
        match is_word(text) && self.dice.percent(60) {
            true => Term::Word(text.to_owned()),
            false => Term::Text { text: text.to_owned(), fold: false },
        }
    }

    fn text_term(&mut self, pool_name: &str, plain: bool) -> Term {
        let word = self.dice.word(pool(pool_name));
        match plain {
            true if is_word(word) => Term::Word(word.to_owned()),
            true | false => Term::Text { text: word.to_owned(), fold: false },
        }
    }

    fn open_test(
        &mut self,
        subject: Subject,
        pool_name: &'static str,
    ) -> Test {
        let numbers: Vec<&str> = pool(pool_name)
            .iter()
            .copied()
            .filter(|word| word.parse::<f64>().is_ok())
            .collect();
        if numbers.is_empty() || self.dice.percent(20) {
            return self.text_test(subject, Sort::Open, pool_name, None);
        }
        let [one, two] = [(); 2].map(|()| *self.dice.pick(&numbers));
        let word = Term::Word(one.to_owned());
        let whole = !one.contains('.') && !two.contains('.');
        match self.dice.below(6) {
            0 => Self::test(subject, Op::Eq, vec![word]),
            1 if whole => Self::test(subject, Op::In, vec![range(one, two)]),
            2 => {
                let text = Term::Text { text: two.to_owned(), fold: false };
                Self::test(subject, Op::Eq, vec![word, text])
            }
            _ => Self::test(subject, self.order(), vec![word]),
        }
    }
}

/// Returns the range between two whole numbers.
fn range(one: &str, two: &str) -> Term {
    let [one, two] = [one, two].map(|text| text.parse::<i128>().unwrap());
    Term::Word(format!("{}..{}", one.min(two), one.max(two)))
}

/// Returns whether a text can stand without quotes, and means itself.
fn is_word(text: &str) -> bool {
    let keyword = ["and", "or", "not", "where", "skip", "drop", "null"];
    !text.is_empty()
        && !keyword.contains(&text)
        && !text.starts_with(['@', '.', ':', '*', '?'])
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.:/@*?+-".contains(c))
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
