//! Comparisons, for each sort of field its own.

use super::super::pool::pool;
use super::super::tree::{Expr, Op, Subject, Term, Test};
use super::super::words::{OBJECTS, Sort};
use super::{Element, Field, Maker, Reader, read};

impl Maker<'_> {
    pub(super) fn test(subject: Subject, op: Op, values: Vec<Term>) -> Test {
        let listed = values.len() != 1;
        Test { subject, op, negated: false, values, listed }
    }

    pub(super) fn count(&mut self, element: Element) -> Expr {
        let (path, inner) = self.list(element);
        let when = self.dice.percent(40);
        let when = when.then(|| Box::new(self.expr(1, Some(inner))));
        let numbers = ["0", "1", "1", "2", "3"];
        self.number_test(Subject::Count(path, when), &numbers)
    }

    pub(super) fn len(&mut self, element: Element) -> Expr {
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

    pub(super) fn keys(&mut self) -> Expr {
        let path = read::path(self.dice.word(&OBJECTS));
        let keys = ["password", "kind", "spec", "k/x", "app", "a", "command"];
        let key = self.dice.word(&keys);
        let subject = Subject::Keys(path);
        let test = self.text_test(subject, Sort::Text, "", Some(key));
        self.negated(test)
    }

    pub(super) fn clock(&mut self) -> Expr {
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

    pub(super) fn comparison(&mut self, element: Element) -> Expr {
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
        let words = (0..count).map(|_| self.word_term(pool_name));
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

    pub(super) fn network(&mut self) -> Term {
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
