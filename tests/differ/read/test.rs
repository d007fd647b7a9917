//! Comparisons: what is compared, how, and with what.

use super::super::tree::{Expr, Op, Part, Path, Subject, Term, Test};
use super::{Reader, in_name, in_word};

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

impl Reader<'_> {
    pub(super) fn subject(&mut self) -> Subject {
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
    pub(super) fn test(&mut self, subject: Subject) -> Expr {
        let before = self.rest;
        let not = self.took_word("not");
        let Some((op, negated)) = self.op() else {
            self.rest = before;
            return Expr::Named(named(&subject));
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

    pub(super) fn values(&mut self) -> Vec<Term> {
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

    pub(super) fn path(&mut self) -> Path {
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

/// Returns the name that stands alone.
fn named(subject: &Subject) -> String {
    match subject {
        Subject::Path(path) if path.is_alone() => {
            path.head().map(str::to_owned)
        }
        Subject::Path(_) | Subject::Count(..) | Subject::Len(_) => None,
        Subject::Keys(_) | Subject::Hour(_) | Subject::Weekday(_) => None,
    }
    .unwrap_or_else(|| panic!("no condition: {subject:?}"))
}
