//! Files: definitions, and at most one pipeline.

use crate::diag::Diagnostic;
use crate::expr::ast::{File, Item, ListItems, Name, Span};
use crate::expr::lex::Kind;

use super::{Parsed, Parser};

/// How grave a rule is: the words of syslog.
const LEVELS: [&str; 8] = [
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
];

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
        let defines = ["let", "list"].contains(&keyword.text);
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
        let start = self.peek().span;
        if self.took_word("from") {
            self.text("a file name in quotes")?;
            return Ok(ListItems::From(self.since(start)));
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
        if LEVELS.contains(&self.peek().text) {
            self.at += 1;
        }
        if let Kind::Text(..) = self.peek().kind {
            self.at += 1;
        }
        self.equals(name)?;
        let body = self.expr()?;
        self.ends_definition()?;
        Ok(Item::Rule { name, body })
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
