//! Files: definitions, and at most one pipeline.

use crate::diag::{Diagnostic, nearest};
use crate::expr::ast::{File, Item, ListItems, Name, Rule, Span};
use crate::expr::lex::Kind;
use crate::expr::step::Level;

use super::{Parsed, Parser};

impl<'a> Parser<'a, '_> {
    pub(super) fn file(&mut self) -> File<'a> {
        let mut file = File::default();
        loop {
            while self.took(&Kind::LineEnd) {}
            if self.is(&Kind::End) || self.has_enough() {
                return file;
            }
            self.depth = 0;
            let start = self.at;
            match self.item() {
                Ok(item) => file.items.push(item),
                Err(error) => {
                    self.found.push(error);
                    file.items.extend(self.broken(start));
                    self.skip_line();
                }
            }
        }
    }

    /// Returns the name of the definition that began at `start`: it is
    /// known, whatever it was to mean.
    fn broken(&self, start: usize) -> Option<Item<'a>> {
        let [keyword, name, ..] = &self.tokens[start..] else { return None };
        let defines = ["let", "list", "rule"].contains(&keyword.text);
        let name = Name { text: name.text, span: name.span };
        defines.then_some(Item::Broken(name))
    }

    /// Goes to where the next definition may begin.
    fn skip_line(&mut self) {
        while !self.is(&Kind::LineEnd) && !self.is(&Kind::End) {
            self.at += 1;
        }
    }

    fn item(&mut self) -> Parsed<Item<'a>> {
        let start = self.peek().span;
        match self.peek().text {
            "let" => self.predicate(start),
            "list" => self.list(start),
            "rule" => self.rule(),
            _ => self.pipeline(start),
        }
    }

    fn predicate(&mut self, start: Span) -> Parsed<Item<'a>> {
        self.at += 1;
        let name = self.name("a name for the predicate")?;
        self.equals(name)?;
        let body = self.expr()?;
        self.ends_definition()?;
        Ok(Item::Let { name, body, span: self.since(start) })
    }

    fn list(&mut self, start: Span) -> Parsed<Item<'a>> {
        self.at += 1;
        let name = self.name("a name for the list")?;
        self.equals(name)?;
        let items = self.list_items()?;
        self.ends_definition()?;
        Ok(Item::List { name, items, span: self.since(start) })
    }

    fn list_items(&mut self) -> Parsed<ListItems<'a>> {
        if self.took_word("from") {
            let span = self.peek().span;
            let file = self.text("a file name in quotes")?;
            return Ok(ListItems::From { file, span });
        }
        if !self.is(&Kind::Open) {
            let error = self.expected("`(`");
            return Err(error.help("a list is written (one, two, three)"));
        }
        Ok(ListItems::Inline(self.bracketed_values()?))
    }

    fn rule(&mut self) -> Parsed<Item<'a>> {
        self.at += 1;
        let name = self.name("a name for the rule")?;
        let level = self.level()?;
        let text = match self.peek().kind {
            Kind::Text(..) => Some(self.text("a text")?),
            _ => None,
        };
        self.equals(name)?;
        let body = self.expr()?;
        self.ends_definition()?;
        Ok(Item::Rule(Rule { name, level, text, body }))
    }

    /// Takes the level of a rule, if one is given.
    fn level(&mut self) -> Parsed<Level> {
        if !self.is(&Kind::Word) {
            return Ok(Level::default());
        }
        let token = self.take();
        let found = Level::ALL.iter().find(|level| level.word() == token.text);
        found.copied().ok_or_else(|| {
            let message = format!("a rule has no level `{}`", token.text);
            let words = Level::ALL.map(Level::word);
            let error = Diagnostic::error(token.span, message);
            match level(token.text).or_else(|| nearest(token.text, words)) {
                Some(meant) => error.help(format!("did you mean `{meant}`?")),
                None => error.help(format!("there are {}", words.join(", "))),
            }
        })
    }

    /// Takes the `=` behind the name of a definition.
    fn equals(&mut self, name: Name<'_>) -> Parsed<()> {
        if self.is(&Kind::Compare) && self.peek().text == "=" {
            self.at += 1;
            return Ok(());
        }
        let what = format!("`=` after `{}`", name.text);
        Err(self.expected(&what))
    }

    fn ends_definition(&mut self) -> Parsed<()> {
        match self.peek().kind {
            Kind::LineEnd | Kind::End => Ok(()),
            Kind::Pipe => Err(Diagnostic::error(
                self.peek().span,
                "a definition is one condition, without steps",
            )
            .help("end the line before the pipeline begins")),
            _ => Err(self.unexpected()),
        }
    }

    /// Takes steps between bars; one that fails does not hide the others.
    fn pipeline(&mut self, start: Span) -> Parsed<Item<'a>> {
        let mut steps = Vec::new();
        loop {
            match self.step() {
                Ok(step) => steps.push(step),
                Err(error) => {
                    self.found.push(error);
                    self.skip_step();
                }
            }
            if self.has_enough() || !self.took(&Kind::Pipe) {
                break;
            }
        }
        Ok(Item::Pipeline { steps, span: self.since(start) })
    }

    fn skip_step(&mut self) {
        self.depth = 0;
        let ends = [Kind::Pipe, Kind::LineEnd, Kind::End];
        while !ends.contains(&self.peek().kind) {
            self.at += 1;
        }
    }
}

/// Returns the level that other languages call so.
fn level(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "warn" | "medium" => "warning",
        "err" | "high" => "error",
        "crit" | "fatal" => "critical",
        "emerg" | "panic" => "emergency",
        "low" => "notice",
        "informational" | "information" => "info",
        _ => return None,
    })
}
