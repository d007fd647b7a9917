//! Turns text into a tree, by the grammar and for sound text only: the
//! predicates that we ship, the tables beside, and what a bug report shows.

use super::tree::{Each, Expr, Op, Part, Path, Program, Step, Subject};
use super::tree::{Term, Test};

/// Reads definitions and at most one pipeline.
pub(crate) fn program(text: &str) -> Program {
    let mut reader = Reader { rest: text, open: 0 };
    let mut program = Program::default();
    loop {
        reader.blanks(true);
        if reader.rest.is_empty() {
            return program;
        }
        if reader.took(";") {
        } else if reader.took_word("let") {
            let name = reader.defined();
            program.lets.push((name, reader.any_of()));
        } else if reader.took_word("list") {
            let name = reader.defined();
            program.lists.push((name, reader.values()));
        } else {
            program.steps = reader.pipeline();
        }
    }
}

pub(crate) fn path(text: &str) -> Path {
    Reader { rest: text, open: 0 }.path()
}

struct Reader<'t> {
    rest: &'t str,
    /// How many brackets are open: inside of them a line end is a blank.
    open: usize,
}

/// The words that go between a subject and its values, longer ones first.
const OPS: [(&str, Op, bool); 19] = [
    ("==", Op::Eq, false),
    ("=~", Op::Matches, false),
    ("!=", Op::Eq, true),
    ("!~", Op::Matches, true),
    ("<=", Op::AtMost, false),
    (">=", Op::AtLeast, false),
    ("=", Op::Eq, false),
    ("<", Op::Less, false),
    (">", Op::More, false),
    ("eq", Op::Eq, false),
    ("ne", Op::Eq, true),
    ("lt", Op::Less, false),
    ("le", Op::AtMost, false),
    ("gt", Op::More, false),
    ("ge", Op::AtLeast, false),
    ("in", Op::In, false),
    ("contains", Op::Contains, false),
    ("starts", Op::Starts, false),
    ("ends", Op::Ends, false),
];
const LATE_OPS: [(&str, Op, bool); 2] =
    [("like", Op::Like, false), ("matches", Op::Matches, false)];

fn in_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || "_-".contains(char)
}

fn in_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || "_.:/@*?+-".contains(char)
}

impl Reader<'_> {
    /// Passes over blanks and comments; line ends too if `lines`, or inside
    /// of brackets, or if the next line goes on.
    fn blanks(&mut self, lines: bool) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r']);
            if self.rest.starts_with('#') {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.rest = &self.rest[end..];
            } else if self.rest.starts_with('\n')
                && (lines || self.open > 0 || self.goes_on())
            {
                self.rest = &self.rest[1..];
            } else {
                return;
            }
        }
    }

    fn goes_on(&self) -> bool {
        let mut next = Reader { rest: self.rest, open: 1 };
        next.blanks(true);
        next.rest.starts_with('|') || next.at_word("and") || next.at_word("or")
    }

    fn took(&mut self, mark: &str) -> bool {
        self.blanks(false);
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    #[track_caller]
    fn need(&mut self, mark: &str) {
        assert!(self.took(mark), "{mark} at {}", self.rest);
    }

    fn at_word(&self, word: &str) -> bool {
        let after = self.rest.strip_prefix(word);
        after.is_some_and(|after| !after.starts_with(in_name))
    }

    fn took_word(&mut self, word: &str) -> bool {
        self.blanks(false);
        self.at_word(word) && self.took(word)
    }

    fn run(&mut self, allowed: fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !allowed(c)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        run.to_owned()
    }

    /// Takes `NAME =`.
    fn defined(&mut self) -> String {
        self.blanks(false);
        let name = self.run(in_name);
        self.need("=");
        name
    }

    fn pipeline(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        loop {
            steps.push(self.step());
            if !self.took("|") {
                return steps;
            }
            self.blanks(true);
        }
    }

    fn step(&mut self) -> Step {
        if self.took_word("drop") {
            let mut paths = vec![self.path()];
            while self.took(",") {
                self.blanks(true);
                paths.push(self.path());
            }
            return Step::Drop(paths);
        }
        if self.took_word("skip") {
            return Step::Skip(self.any_of());
        }
        self.took_word("where");
        Step::Where(self.any_of())
    }

    fn any_of(&mut self) -> Expr {
        let mut parts = vec![self.all_of()];
        while self.took_word("or") || self.took("||") {
            self.blanks(true);
            parts.push(self.all_of());
        }
        if parts.len() == 1 { parts.remove(0) } else { Expr::Any(parts) }
    }

    fn all_of(&mut self) -> Expr {
        let mut parts = vec![self.negation()];
        while self.took_word("and") || self.took("&&") {
            self.blanks(true);
            parts.push(self.negation());
        }
        if parts.len() == 1 { parts.remove(0) } else { Expr::All(parts) }
    }

    fn negation(&mut self) -> Expr {
        if self.took_word("not") || self.took("!") {
            return Expr::Not(Box::new(self.negation()));
        }
        self.condition()
    }

    fn condition(&mut self) -> Expr {
        if self.bracket("(") {
            let inner = self.any_of();
            self.close();
            return inner;
        }
        for value in [true, false] {
            if self.took_word(if value { "true" } else { "false" }) {
                return Expr::Const(value);
            }
        }
        for (name, each) in
            [("any", Each::Any), ("all", Each::All), ("none", Each::None)]
        {
            if self.call(name) {
                let path = self.path();
                self.need(",");
                let body = self.any_of();
                self.close();
                return Expr::Each(each, path, Box::new(body));
            }
        }
        for (name, kind) in
            [("has", Expr::Has as fn(Path) -> Expr), ("empty", Expr::Empty)]
        {
            if self.call(name) {
                let path = self.path();
                self.close();
                return kind(path);
            }
        }
        let subject = self.subject();
        self.test(subject)
    }

    fn bracket(&mut self, mark: &str) -> bool {
        let took = self.took(mark);
        self.open += usize::from(took);
        took
    }

    #[track_caller]
    fn close(&mut self) {
        self.need(")");
        self.open -= 1;
    }

    /// Takes `NAME(`.
    fn call(&mut self, name: &str) -> bool {
        self.blanks(false);
        let after = self.rest.strip_prefix(name).map(str::trim_start);
        let Some(after) = after.and_then(|after| after.strip_prefix('('))
        else {
            return false;
        };
        self.rest = after;
        self.open += 1;
        true
    }

    fn subject(&mut self) -> Subject {
        if self.call("count") {
            let path = self.path();
            let when = self.took(",").then(|| Box::new(self.any_of()));
            self.close();
            return Subject::Count(path, when);
        }
        for (name, kind) in [
            ("len", Subject::Len as fn(Path) -> Subject),
            ("keys", Subject::Keys),
            ("hour", Subject::Hour),
            ("weekday", Subject::Weekday),
        ] {
            if self.call(name) {
                let path = self.path();
                self.close();
                return kind(path);
            }
        }
        Subject::Path(self.path())
    }

    /// Takes the rest of a comparison; without one, the path is a name.
    fn test(&mut self, subject: Subject) -> Expr {
        let before = self.rest;
        let not = self.took_word("not");
        let Some((op, negated)) = self.op() else {
            self.rest = before;
            return match &subject {
                Subject::Path(Path { parts, .. }) => match &parts[..] {
                    [Part::Key(name)] => Expr::Named(name.clone()),
                    _ => panic!("no condition: {subject:?}"),
                },
                _ => panic!("no condition: {subject:?}"),
            };
        };
        self.blanks(true);
        let listed = self.rest.starts_with('(');
        let values = match listed {
            true => self.values(),
            false => vec![self.value()],
        };
        let negated = negated || not;
        Expr::Test(Box::new(Test { subject, op, negated, values, listed }))
    }

    fn op(&mut self) -> Option<(Op, bool)> {
        let all = OPS.iter().chain(&LATE_OPS);
        for (text, op, negated) in all {
            let is_word = text.starts_with(in_name);
            if is_word && self.took_word(text) || !is_word && self.took(text) {
                return Some((*op, *negated));
            }
        }
        None
    }

    fn values(&mut self) -> Vec<Term> {
        assert!(self.bracket("("), "{}", self.rest);
        let mut values = Vec::new();
        while !self.took(")") {
            values.push(self.value());
            self.took(",");
        }
        self.open -= 1;
        values
    }

    fn value(&mut self) -> Term {
        self.blanks(false);
        if let Some(text) = self.quoted() {
            let after = self.rest.strip_prefix('i');
            let fold = after.filter(|after| !after.starts_with(in_name));
            self.rest = fold.unwrap_or(self.rest);
            return Term::Text { text, fold: fold.is_some() };
        }
        if self.call("field") {
            let path = self.path();
            self.close();
            return Term::Field(path);
        }
        let word = self.run(in_word);
        assert!(!word.is_empty(), "a value at {}", self.rest);
        match word.strip_prefix('@') {
            Some(name) => Term::List(name.to_owned()),
            None => Term::Word(word),
        }
    }

    /// Takes text in quotes of any kind.
    fn quoted(&mut self) -> Option<String> {
        let (raw, quote) = match self.rest.as_bytes() {
            [b'r', b'"', ..] => (true, '"'),
            [b'\'', ..] => (true, '\''),
            [b'"', ..] => (false, '"'),
            _ => return None,
        };
        let start = self.rest.find(quote)? + 1;
        let inside = &self.rest[start..];
        let mut end = 0;
        while !inside[end..].starts_with(quote) {
            let escape = !raw && inside[end..].starts_with('\\');
            let chars = if escape { 2 } else { 1 };
            end += inside[end..]
                .chars()
                .take(chars)
                .map(char::len_utf8)
                .sum::<usize>();
        }
        self.rest = &inside[end + 1..];
        let text = &inside[..end];
        Some(match raw {
            true => text.to_owned(),
            false => serde_json::from_str(&format!("\"{text}\"")).unwrap(),
        })
    }

    fn path(&mut self) -> Path {
        self.blanks(false);
        let relative = self.rest.starts_with('.');
        let mut parts = Vec::new();
        let mut first = !relative;
        loop {
            let dotted = self.rest.strip_prefix('.');
            let rest = if first { Some(self.rest) } else { dotted };
            if let Some(rest) = rest.filter(|r| r.starts_with("**")) {
                self.rest = &rest[2..];
                parts.push(Part::Deep);
            } else if let Some(rest) = rest.filter(|r| r.starts_with(in_name))
            {
                self.rest = rest;
                parts.push(Part::Key(self.run(in_name)));
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                parts.push(self.indexed());
                self.need("]");
            } else {
                self.rest =
                    dotted.filter(|_| parts.is_empty()).unwrap_or(self.rest);
                return Path { relative, parts };
            }
            first = false;
        }
    }

    fn indexed(&mut self) -> Part {
        if let Some(key) = self.quoted() {
            return Part::Key(key);
        }
        match self.run(in_word).as_str() {
            "*" => Part::Every,
            number => Part::Nth(number.parse().unwrap()),
        }
    }
}
