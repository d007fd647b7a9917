//! Turns text into a tree, by the grammar and for sound text only: the
//! predicates that we ship, the tables beside, and what a bug report shows.

mod test;

use super::tree::{Each, Expr, Path, Program, Step};

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
}
