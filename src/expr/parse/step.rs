//! Steps: what a pipeline does, between its bars.

use crate::diag::Diagnostic;
use crate::expr::ast::{Expr, Later, Name, Place, Step};
use crate::expr::lex::Kind;

use super::slip::WORDS_FOR_COMPARE;
use super::{Parsed, Parser};

/// The words a step begins with.
pub(super) const STEPS: [&str; 16] = [
    "where", "skip", "drop", "keep", "mask", "truncate", "detect", "tag",
    "label", "dedup", "first", "sample", "head", "limit", "count", "policy",
];

/// What a step takes besides its keyword: fields, and a condition.
type Parts<'a> = (Vec<Place>, Option<Expr<'a>>);

impl<'a> Parser<'a, '_> {
    pub(super) fn step(&mut self) -> Parsed<Step<'a>> {
        let step = self.step_itself()?;
        match self.peek().kind {
            Kind::Pipe | Kind::LineEnd | Kind::End => Ok(step),
            _ => Err(self.unexpected()),
        }
    }

    fn step_itself(&mut self) -> Parsed<Step<'a>> {
        let token = self.peek();
        let ends = [Kind::Pipe, Kind::LineEnd, Kind::End];
        if ends.contains(&token.kind) {
            return Err(Diagnostic::error(token.span, "a step is missing")
                .help("a bar `|` stands between two steps"));
        }
        let keyword = Name { text: token.text, span: token.span };
        let function = self.peek_second().kind == Kind::Open;
        match keyword.text {
            "count" if function => Ok(Step::Where(self.expr()?)),
            word if STEPS.contains(&word) => {
                self.at += 1;
                self.known_step(keyword)
            }
            _ => match self.misspelt_step() {
                Some(error) => Err(error),
                None => Ok(Step::Where(self.expr()?)),
            },
        }
    }

    fn known_step(&mut self, keyword: Name<'a>) -> Parsed<Step<'a>> {
        match keyword.text {
            "where" => return Ok(Step::Where(self.expr()?)),
            "skip" => return Ok(Step::Skip(self.expr()?)),
            "drop" => return Ok(Step::Drop(self.targets()?)),
            "head" => return Ok(Step::Head(self.number()?)),
            _ => (),
        }
        let (places, when) = self.later_step(keyword.text)?;
        let span = self.since(keyword.span);
        let keyword = Name { text: keyword.text, span };
        Ok(Step::Later(Later { keyword, places, when }))
    }

    /// Takes the rest of a step that is read but not built.
    fn later_step(&mut self, keyword: &str) -> Parsed<Parts<'a>> {
        match keyword {
            "keep" => Ok((self.targets()?, None)),
            "mask" => self.mask(),
            "truncate" => self.truncate(),
            "detect" => self.detect(),
            "tag" => self.tag(),
            "label" => self.label(),
            "dedup" | "first" => self.by_keys(keyword),
            "sample" => self.word("a share such as 1/100"),
            "limit" => self.limit(),
            "count" => self.count(),
            _ => {
                self.text("a file name in quotes")?;
                Ok((Vec::new(), None))
            }
        }
    }

    /// Takes `target, target`.
    fn targets(&mut self) -> Parsed<Vec<Place>> {
        let mut targets = vec![self.target()?];
        while self.took(&Kind::Comma) {
            targets.push(self.target()?);
        }
        Ok(targets)
    }

    fn target(&mut self) -> Parsed<Place> {
        if !self.is(&Kind::Word) {
            let error = self.expected("a field");
            return Err(error.help("fields are separated by commas"));
        }
        self.path()
    }

    fn mask(&mut self) -> Parsed<Parts<'a>> {
        let targets = self.targets()?;
        if self.took_word("with") {
            self.text("text in quotes")?;
        }
        Ok((targets, None))
    }

    fn truncate(&mut self) -> Parsed<Parts<'a>> {
        let targets = self.targets()?;
        if !self.took_word("to") {
            return Err(self.expected("`to` and a size"));
        }
        self.word("a size such as 1KiB")?;
        Ok((targets, None))
    }

    fn detect(&mut self) -> Parsed<Parts<'a>> {
        if self.is(&Kind::Word) {
            self.name("the name of a rule")?;
            while self.took(&Kind::Comma) {
                self.name("the name of a rule")?;
            }
        }
        Ok((Vec::new(), None))
    }

    fn tag(&mut self) -> Parsed<Parts<'a>> {
        self.name("a name for the tag")?;
        let when = match self.took_word("if") {
            true => Some(self.expr()?),
            false => None,
        };
        Ok((Vec::new(), when))
    }

    fn label(&mut self) -> Parsed<Parts<'a>> {
        self.name("a name for the label")?;
        if !(self.is(&Kind::Compare) && self.take().text == "=") {
            return Err(self.expected("`=`"));
        }
        self.text("text in quotes")?;
        Ok((Vec::new(), None))
    }

    /// `dedup [by keys] [within DURATION]`; `first` needs its keys.
    fn by_keys(&mut self, keyword: &str) -> Parsed<Parts<'a>> {
        let keys = match self.took_word("by") {
            true => self.targets()?,
            false if keyword == "first" => {
                return Err(self.expected("`by` and fields"));
            }
            false => Vec::new(),
        };
        if self.took_word("within") {
            self.word("a duration such as 5m")?;
        }
        Ok((keys, None))
    }

    /// `limit 50/s [by keys]`.
    fn limit(&mut self) -> Parsed<Parts<'a>> {
        self.word("a rate such as 50/s")?;
        match self.took_word("by") {
            true => Ok((self.targets()?, None)),
            false => Ok((Vec::new(), None)),
        }
    }

    /// `count [distinct path] [by keys] [every D] [having CMP N] [top N]`.
    fn count(&mut self) -> Parsed<Parts<'a>> {
        let mut places = Vec::new();
        if self.took_word("distinct") {
            places.push(self.target()?);
        }
        if self.took_word("by") {
            places.extend(self.targets()?);
        }
        if self.took_word("every") || self.took_word("within") {
            self.word("a duration such as 5m")?;
        }
        if self.took_word("having") {
            let word = WORDS_FOR_COMPARE.contains(&self.peek().text);
            if !word && !self.is(&Kind::Compare) {
                return Err(self.expected("a comparison such as `>= 10`"));
            }
            self.at += 1;
            self.number()?;
        }
        if self.took_word("top") {
            self.number()?;
        }
        Ok((places, None))
    }

    /// Takes any one word.
    fn word(&mut self, what: &str) -> Parsed<Parts<'a>> {
        self.need(&Kind::Word, what)?;
        Ok((Vec::new(), None))
    }

    /// Takes text in quotes.
    pub(super) fn text(&mut self, what: &str) -> Parsed<()> {
        match self.peek().kind {
            Kind::Text(..) => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.expected(what)),
        }
    }
}
