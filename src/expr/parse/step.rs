//! Steps: what a pipeline does, between its bars.

use crate::diag::Diagnostic;
use crate::expr::ast::{Count, Key, Later, Name, Place, Span, Step};
use crate::expr::lex::Kind;

use super::slip::WORDS_FOR_COMPARE;
use super::{Parsed, Parser};

/// The words a step begins with.
pub(super) const STEPS: [&str; 16] = [
    "where", "skip", "drop", "keep", "mask", "truncate", "detect", "tag",
    "label", "dedup", "first", "sample", "head", "limit", "count", "policy",
];

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
            "where" => Ok(Step::Where(self.expr()?)),
            "skip" => Ok(Step::Skip(self.expr()?)),
            "drop" => Ok(Step::Drop(self.targets()?)),
            "keep" => Ok(Step::Keep(self.targets()?)),
            "mask" => self.mask(),
            "truncate" => self.truncate(),
            "detect" => self.detect(keyword),
            "tag" => self.tag(),
            "label" => self.label(),
            "sample" => self.sample(),
            "head" => Ok(Step::Head(self.number()?)),
            "count" => self.count(keyword.span),
            "limit" => self.limit(keyword),
            "policy" => {
                let file = self.text("a file name in quotes")?;
                Ok(Step::Policy { file, span: self.since(keyword.span) })
            }
            _ => self.by_keys(keyword),
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
        let joins = ["with", "to", "by", "top", "within", "every"];
        let word = self.peek().text;
        if !self.is(&Kind::Word) || joins.contains(&word) {
            let error = self.expected("a field");
            return Err(error.help("fields are separated by commas"));
        }
        self.path()
    }

    fn mask(&mut self) -> Parsed<Step<'a>> {
        let targets = self.targets()?;
        let with = match self.took_word("with") {
            true => Some(self.text("text in quotes")?),
            false => None,
        };
        Ok(Step::Mask { targets, with })
    }

    fn truncate(&mut self) -> Parsed<Step<'a>> {
        let targets = self.targets()?;
        if !self.took_word("to") {
            return Err(self.expected("`to` and a size"));
        }
        let size = self.word("a size such as 1KiB")?;
        Ok(Step::Truncate { targets, size })
    }

    fn detect(&mut self, keyword: Name<'a>) -> Parsed<Step<'a>> {
        let mut rules = Vec::new();
        if self.is(&Kind::Word) {
            rules.push(self.name("the name of a rule")?);
            while self.took(&Kind::Comma) {
                rules.push(self.name("the name of a rule")?);
            }
        }
        Ok(Step::Detect { keyword, rules })
    }

    fn tag(&mut self) -> Parsed<Step<'a>> {
        let what = "a name for the tag";
        if self.is_word("if") {
            return Err(self.expected(what));
        }
        let name = self.name(what)?;
        let when = match self.took_word("if") {
            true => Some(self.expr()?),
            false => None,
        };
        Ok(Step::Tag { name, when })
    }

    fn label(&mut self) -> Parsed<Step<'a>> {
        let name = self.name("a name for the label")?;
        if !(self.is(&Kind::Compare) && self.take().text == "=") {
            return Err(self.expected("`=`"));
        }
        let text = self.text("text in quotes")?;
        Ok(Step::Label { name, text })
    }

    /// `sample 1/100`, with or without blanks.
    fn sample(&mut self) -> Parsed<Step<'a>> {
        let (from, what) = (self.at, "a share such as 1/100");
        let mut share = self.word(what)?.text.to_owned();
        while self.is(&Kind::Word)
            && (share.ends_with('/') || self.peek().text.starts_with('/'))
        {
            share.push_str(self.take().text);
        }
        let span = self.since(self.tokens[from].span);
        let parts = share.split_once('/');
        let parts = parts.map(|(keep, of)| (keep.parse(), of.parse()));
        let Some((Ok(keep), Ok(of))) = parts else {
            self.at = from;
            return Err(self.expected(what));
        };
        Ok(Step::Sample { keep, of, span })
    }

    /// Takes `key, key`.
    fn count_keys(&mut self) -> Parsed<Vec<Key<'a>>> {
        let mut keys = vec![self.key()?];
        while self.took(&Kind::Comma) {
            keys.push(self.key()?);
        }
        Ok(keys)
    }

    /// Takes a field, and remembers how it was written.
    pub(super) fn key(&mut self) -> Parsed<Key<'a>> {
        let place = self.target()?;
        let text = &self.text[place.span.start..place.span.end];
        Ok(Key { place, text })
    }

    /// `dedup [by keys] [within DURATION]`; `first` needs its keys.
    fn by_keys(&mut self, keyword: Name<'a>) -> Parsed<Step<'a>> {
        let keys = match self.took_word("by") {
            true => self.count_keys()?,
            false if keyword.text == "first" => {
                return Err(self.expected("`by` and fields"));
            }
            false => Vec::new(),
        };
        if self.took_word("within") {
            self.word("a duration such as 5m")?;
        }
        Ok(self.later(keyword, keys))
    }

    /// `limit 50/s [by keys]`.
    fn limit(&mut self, keyword: Name<'a>) -> Parsed<Step<'a>> {
        self.word("a rate such as 50/s")?;
        let keys = match self.took_word("by") {
            true => self.count_keys()?,
            false => Vec::new(),
        };
        Ok(self.later(keyword, keys))
    }

    /// Returns a step that is read and not built.
    fn later(&self, keyword: Name<'_>, keys: Vec<Key<'a>>) -> Step<'a> {
        let construct = format!("the step `{}`", keyword.text).into();
        Step::Later(Later { construct, span: self.since(keyword.span), keys })
    }

    /// `count [distinct path] [by keys] [every D] [having CMP N] [top N]`.
    fn count(&mut self, start: Span) -> Parsed<Step<'a>> {
        let distinct = match self.took_word("distinct") {
            true => Some(self.key()?),
            false => None,
        };
        let by = match self.took_word("by") {
            true => self.count_keys()?,
            false => Vec::new(),
        };
        let later = self.count_later()?;
        let top = match self.took_word("top") {
            true => Some(self.number()?),
            false => None,
        };
        if let Some(Name { text, span }) = later {
            let construct = format!("`count ... {text}`").into();
            let keys = distinct.into_iter().chain(by).collect();
            return Ok(Step::Later(Later { construct, span, keys }));
        }
        Ok(Step::Count(Count { span: self.since(start), distinct, by, top }))
    }

    /// Takes the parts of `count` that are not built, and returns the word
    /// of the first.
    fn count_later(&mut self) -> Parsed<Option<Name<'a>>> {
        let token = self.peek();
        let first = Name { text: token.text, span: token.span };
        let from = self.at;
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
        let span = self.since(first.span);
        Ok((self.at > from).then_some(Name { span, ..first }))
    }

    /// Takes any one word.
    fn word(&mut self, what: &str) -> Parsed<Name<'a>> {
        if !self.is(&Kind::Word) {
            return Err(self.expected(what));
        }
        let token = self.take();
        Ok(Name { text: token.text, span: token.span })
    }

    /// Takes text in quotes.
    pub(super) fn text(&mut self, what: &str) -> Parsed<Box<str>> {
        let token = self.peek();
        let (span, kind) = (token.span, token.kind.clone());
        match kind {
            Kind::Text(_, true) => {
                let message = "the suffix `i` is for comparisons";
                Err(Diagnostic::error(span, message))
            }
            Kind::Text(text, false) => {
                self.at += 1;
                Ok(text)
            }
            Kind::Word => Err(self
                .expected(what)
                .help(format!("write \"{}\"", self.peek().text))),
            _ => Err(self.expected(what)),
        }
    }
}
