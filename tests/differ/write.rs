//! Turns a tree into text, in one of the many spellings that mean the same.

use super::tree::{Each, Expr, Op, Part, Path, Program, Step, Subject};
use super::tree::{Term, Test};
use crate::dice::Dice;

/// Writes a program; the dice choose the spelling.
pub(crate) fn program(program: &Program, dice: &mut Dice) -> String {
    let mut pen = Pen { out: String::new(), dice, open: 0 };
    for (name, terms) in &program.lists {
        pen.word("list");
        pen.word(name);
        pen.mark("=");
        pen.terms(terms);
        pen.end();
    }
    for (name, body) in &program.lets {
        pen.word("let");
        pen.word(name);
        pen.mark("= ");
        pen.expr(body, Around::Nothing);
        pen.end();
    }
    for (at, step) in program.steps.iter().enumerate() {
        if at > 0 {
            pen.blank();
            pen.mark("|");
        }
        pen.step(step);
    }
    pen.out
}

struct Pen<'d> {
    out: String,
    dice: &'d mut Dice,
    /// How many brackets are open: a line may end inside of them.
    open: usize,
}

/// What an expression stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Nothing,
    And,
    Not,
}

fn in_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || "_.:/@*?+-".contains(char)
}

impl Pen<'_> {
    /// Writes white space, or none.
    fn blank(&mut self) {
        let blank = match self.dice.below(40) {
            0 => "\t",
            1 => "   ",
            2 if self.open > 0 => "\n",
            3 if self.open > 0 => " # a comment )\n  ",
            4..12 => "",
            _ => " ",
        };
        self.out.push_str(blank);
    }

    fn mark(&mut self, mark: &str) {
        self.out.push_str(mark);
        self.blank();
    }

    /// Writes a word, apart from one before.
    fn word(&mut self, word: &str) {
        if self.out.ends_with(|c| in_word(c) || "\"'".contains(c)) {
            self.out.push(' ');
        }
        self.out.push_str(word);
    }

    fn end(&mut self) {
        let end = self.dice.word(&["\n", ";", " ; ", "\n\n# a comment\n"]);
        self.out.push_str(end);
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Where(expr) => {
                if self.dice.percent(30) {
                    self.word("where");
                }
                self.expr(expr, Around::Nothing);
            }
            Step::Skip(expr) => {
                self.word("skip");
                self.expr(expr, Around::Nothing);
            }
            Step::Drop(paths) => {
                self.word("drop");
                self.between(paths, ",", Pen::path);
            }
        }
    }

    fn between<T>(
        &mut self,
        all: &[T],
        mark: &str,
        write: impl Fn(&mut Self, &T),
    ) {
        for (at, one) in all.iter().enumerate() {
            if at > 0 {
                self.blank();
                self.mark(mark);
            }
            write(self, one);
        }
    }

    fn expr(&mut self, expr: &Expr, around: Around) {
        if self.dice.percent(8) {
            return self.grouped(expr);
        }
        match expr {
            Expr::Const(true) => self.word("true"),
            Expr::Const(false) => self.word("false"),
            Expr::Named(name) => self.word(name),
            Expr::Not(inner) => {
                match self.dice.percent(30) {
                    true => self.mark("!"),
                    false => self.word("not"),
                }
                self.expr(inner, Around::Not);
            }
            Expr::All(parts) => match around {
                Around::Nothing => self.joined(parts, ["and", "&&"]),
                Around::And | Around::Not => self.grouped(expr),
            },
            Expr::Any(parts) => match around {
                Around::Nothing => self.joined(parts, ["or", "||"]),
                Around::And | Around::Not => self.grouped(expr),
            },
            Expr::Each(each, path, body) => self.each(*each, path, body),
            Expr::Has(path) => self.call("has", |pen| pen.path(path)),
            Expr::Empty(path) => self.call("empty", |pen| pen.path(path)),
            Expr::Test(test) => self.test(test),
        }
    }

    fn joined(&mut self, parts: &[Expr], spellings: [&'static str; 2]) {
        let and = spellings[0] == "and";
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.blank();
                let line = self.open == 0 && self.dice.percent(3);
                self.out.push_str(if line { "\n" } else { "" });
                // A line may begin with `and` and `or`, not with `&&`.
                match !line && self.dice.percent(20) {
                    true => self.mark(spellings[1]),
                    false => self.word(spellings[0]),
                }
            }
            // Brackets around an `and` inside of an `or` are left out at
            // times: it binds tighter.
            let loose = !and && self.dice.percent(30);
            let nested = matches!(part, Expr::Any(_) | Expr::All(_));
            match part {
                Expr::All(_) if loose => self.expr(part, Around::Nothing),
                part if nested => self.grouped(part),
                part => self.expr(part, Around::And),
            }
        }
    }

    fn grouped(&mut self, expr: &Expr) {
        if self.out.ends_with(in_word) {
            self.out.push(' ');
        }
        self.bracketed(|pen| pen.expr(expr, Around::Nothing));
    }

    fn bracketed(&mut self, inside: impl FnOnce(&mut Self)) {
        self.open += 1;
        self.mark("(");
        inside(self);
        self.blank();
        self.out.push(')');
        self.open -= 1;
    }

    fn call(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.word(name);
        self.bracketed(inside);
    }

    fn each(&mut self, each: Each, path: &Path, body: &Expr) {
        let name = match each {
            Each::Any => "any",
            Each::All => "all",
            Each::None => "none",
        };
        self.call(name, |pen| {
            pen.path(path);
            pen.mark(",");
            pen.expr(body, Around::Nothing);
        });
    }

    fn test(&mut self, test: &Test) {
        match &test.subject {
            Subject::Path(path) => self.path(path),
            Subject::Len(path) => self.call("len", |pen| pen.path(path)),
            Subject::Keys(path) => self.call("keys", |pen| pen.path(path)),
            Subject::Hour(path) => self.call("hour", |pen| pen.path(path)),
            Subject::Weekday(path) => {
                self.call("weekday", |pen| pen.path(path));
            }
            Subject::Count(path, when) => self.call("count", |pen| {
                pen.path(path);
                if let Some(when) = when {
                    pen.mark(",");
                    pen.expr(when, Around::Nothing);
                }
            }),
        }
        self.op(test.op, test.negated);
        match test.listed {
            true => self.terms(&test.values),
            false => self.between(&test.values, ",", Pen::term),
        }
    }

    fn op(&mut self, op: Op, negated: bool) {
        let marks: &[&'static str] = match (op, negated) {
            (Op::Eq, false) => &["=", "=", "==", "eq"],
            (Op::Eq, true) => &["!=", "!=", "ne"],
            (Op::Less, _) => &["<", "lt"],
            (Op::AtMost, _) => &["<=", "le"],
            (Op::More, _) => &[">", "gt"],
            (Op::AtLeast, _) => &[">=", "ge"],
            (Op::Matches, false) => &["matches", "=~"],
            (Op::Matches, true) => &["not matches", "!~"],
            (Op::In, false) => &["in"],
            (Op::In, true) => &["not in"],
            (Op::Contains, false) => &["contains"],
            (Op::Contains, true) => &["not contains"],
            (Op::Starts, false) => &["starts"],
            (Op::Starts, true) => &["not starts"],
            (Op::Ends, false) => &["ends"],
            (Op::Ends, true) => &["not ends"],
            (Op::Like, false) => &["like"],
            (Op::Like, true) => &["not like"],
        };
        let mark = self.dice.word(marks);
        if mark.ends_with(in_word) {
            self.out.push(' ');
            self.out.push_str(mark);
            return self.out.push(' ');
        }
        self.blank();
        self.mark(mark);
    }

    fn terms(&mut self, terms: &[Term]) {
        let comma = !terms.is_empty() && self.dice.percent(5);
        self.bracketed(|pen| {
            pen.between(terms, ",", Pen::term);
            if comma {
                pen.out.push(',');
            }
        });
    }

    fn term(&mut self, term: &Term) {
        match term {
            Term::Word(word) => self.out.push_str(word),
            Term::Text { text, fold } => {
                self.quoted(text);
                self.out.push_str(if *fold { "i" } else { "" });
            }
            Term::List(name) => {
                self.out.push('@');
                self.out.push_str(name);
            }
            Term::Field(path) => {
                // The model lets no line end in these brackets.
                let open = std::mem::take(&mut self.open);
                self.word("field(");
                self.path(path);
                self.blank();
                self.out.push(')');
                self.open = open;
            }
        }
    }

    fn quoted(&mut self, text: &str) {
        let plain = !text.contains(['"', '\\', '\n', '\r', '\t']);
        let quoted = match self.dice.below(4) {
            0 if !text.contains(['\'', '\n']) => format!("'{text}'"),
            1 if !text.contains(['"', '\n']) => format!("r\"{text}\""),
            2 if plain && text.is_ascii() => escaped(text, self.dice),
            _ => serde_json::to_string(text).unwrap(),
        };
        self.out.push_str(&quoted);
    }

    fn path(&mut self, path: &Path) {
        self.word("");
        let start = self.out.len();
        self.plain_path(path);
        // A key may always stand in brackets, but for the first.
        if self.dice.percent(10)
            && let Some(at) = self.out[start..].rfind('.')
        {
            let key = self.out.split_off(start + at);
            let keyed = at > 0 && key[1..].chars().all(in_key);
            match keyed && key.len() > 1 {
                true => self.out.push_str(&format!("[\"{}\"]", &key[1..])),
                false => self.out.push_str(&key),
            }
        }
    }

    fn plain_path(&mut self, path: &Path) {
        if path.relative {
            self.out.push('.');
        }
        for (at, part) in path.parts.iter().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            match part {
                Part::Key(key) if is_name(key) => {
                    self.out.push_str(&format!("{dot}{key}"));
                }
                Part::Key(key) => {
                    let key = serde_json::to_string(key).unwrap();
                    self.out.push_str(&format!("[{key}]"));
                }
                Part::Nth(index) => self.out.push_str(&format!("[{index}]")),
                Part::Every => self.out.push_str("[*]"),
                Part::Deep => self.out.push_str(&format!("{dot}**")),
            }
        }
    }
}

fn in_key(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_' || char == '-'
}

fn is_name(key: &str) -> bool {
    let starts = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    !key.starts_with(|c: char| c.is_ascii_digit())
        && key.split('-').all(starts)
}

/// Writes text with one character as an escape.
fn escaped(text: &str, dice: &mut Dice) -> String {
    let chosen = dice.below(text.len().max(1));
    let chars = text.char_indices().map(|(at, char)| match at == chosen {
        true => format!("\\u{:04x}", u32::from(char)),
        false => char.to_string(),
    });
    format!("\"{}\"", chars.collect::<String>())
}
