//! Turns tokens into the [`ast`](super::ast), by recursive descent.
//!
//! A mistake ends the step or the definition it stands in and no more: the
//! parser goes on behind the next bar or line end and reports all mistakes
//! of one text at once.

mod comparison;
mod condition;
mod definition;
mod path;
mod slip;
mod step;
mod value;

use crate::diag::{Diagnostic, escape};

use super::ast::{File, Key, Name, Span};
use super::lex::{Kind, Token, lex};

/// How deep brackets and `not` may nest.
pub(super) const MAX_DEPTH: usize = 128;

/// How many bytes one source may have.
pub(super) const MAX_SOURCE: usize = 1 << 20;

/// How many mistakes are reported; behind them is mostly their noise.
pub(super) const MAX_FOUND: usize = 20;

/// What a part of the grammar returns: itself, or why it is not there.
type Parsed<T> = Result<T, Diagnostic>;

/// Parses one source. What is wrong with it goes to `found`.
pub(super) fn parse<'a>(
    text: &'a str,
    found: &mut Vec<Diagnostic>,
) -> File<'a> {
    if text.len() > MAX_SOURCE {
        let message = "an expression has at most 1 MiB of text";
        found.push(Diagnostic::error(0..0, message));
        return File::default();
    }
    let tokens = lex(text, found);
    let mut parser = Parser { text, tokens, at: 0, depth: 0, found };
    parser.file()
}

/// Parses the name of one field, which is all of the text. What is wrong with
/// it goes to `found`.
pub(super) fn parse_key<'a>(
    text: &'a str,
    found: &mut Vec<Diagnostic>,
) -> Option<Key<'a>> {
    let tokens = lex(text, found);
    let mut parser = Parser { text, tokens, at: 0, depth: 0, found };
    let key = parser.key().and_then(|key| match parser.peek().kind {
        Kind::End => Ok(key),
        _ => Err(parser.expected("nothing behind the field")),
    });
    match key {
        Ok(key) => Some(key),
        Err(error) => {
            found.push(error);
            None
        }
    }
}

/// A place in the tokens. `at` is at most the index of the last one, which
/// is [`Kind::End`].
struct Parser<'a, 'f> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    found: &'f mut Vec<Diagnostic>,
}

impl<'a> Parser<'a, '_> {
    /// Returns the next token.
    fn peek(&self) -> &Token<'a> {
        &self.tokens[self.at]
    }

    /// Returns the token behind the next one.
    fn peek_second(&self) -> &Token<'a> {
        &self.tokens[(self.at + 1).min(self.tokens.len() - 1)]
    }

    /// Returns where the last token taken ended.
    fn end(&self) -> usize {
        match self.at {
            0 => 0,
            at => self.tokens[at - 1].span.end,
        }
    }

    /// Returns what was taken since the token that began at `start`.
    fn since(&self, start: Span) -> Span {
        Span { start: start.start, end: self.end().max(start.start) }
    }

    /// Takes the next token.
    fn take(&mut self) -> Token<'a> {
        let token = self.tokens[self.at].clone();
        if token.kind != Kind::End {
            self.at += 1;
        }
        token
    }

    /// Returns whether enough is wrong to stop looking for more.
    fn has_enough(&self) -> bool {
        self.found.len() >= MAX_FOUND
    }

    fn is(&self, kind: &Kind) -> bool {
        self.peek().kind == *kind
    }

    /// Returns whether the next word begins with a digit.
    fn is_number(&self) -> bool {
        self.peek().text.starts_with(|c: char| c.is_ascii_digit())
    }

    /// Takes the next token if it is of this kind.
    fn took(&mut self, kind: &Kind) -> bool {
        let is = self.is(kind);
        if is {
            self.at += 1;
        }
        is
    }

    fn is_word(&self, word: &str) -> bool {
        self.is(&Kind::Word) && self.peek().text == word
    }

    /// Takes the next token if it is this word.
    fn took_word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        if is {
            self.at += 1;
        }
        is
    }

    /// Takes a token of this kind or says that it is missing.
    fn need(&mut self, kind: &Kind, shown: &str) -> Parsed<Span> {
        if self.is(kind) {
            return Ok(self.take().span);
        }
        Err(self.expected(shown))
    }

    /// Takes a name such as a definition has.
    fn name(&mut self, what: &str) -> Parsed<Name<'a>> {
        let token = self.peek();
        if token.kind != Kind::Word || !path::is_name(token.text) {
            return Err(self.expected(what));
        }
        let token = self.take();
        Ok(Name { text: token.text, span: token.span })
    }

    /// Takes a whole number.
    fn number(&mut self) -> Parsed<u64> {
        let token = self.peek();
        match token.text.parse() {
            Ok(number) if token.kind == Kind::Word => {
                self.at += 1;
                Ok(number)
            }
            Ok(_) | Err(_) => Err(self.expected("a whole number")),
        }
    }

    /// Returns the error that something else stands here.
    fn expected(&self, what: &str) -> Diagnostic {
        let token = self.peek();
        let message = format!("expected {what}, found {}", shown(token));
        Diagnostic::error(token.span, message)
    }

    /// Goes on in a deeper level of `inner`, or refuses to.
    fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            let message = format!("nested more than {MAX_DEPTH} deep");
            return Err(Diagnostic::error(self.peek().span, message)
                .help("name a part of it: `let NAME = ...`"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }
}

/// Returns how a message calls a token.
fn shown(token: &Token<'_>) -> String {
    match &token.kind {
        Kind::End => "the end".to_owned(),
        Kind::LineEnd if token.text == "\n" => {
            "the end of the line".to_owned()
        }
        _ => {
            let short: String = token.text.chars().take(40).collect();
            let dots = if short.len() < token.text.len() { "..." } else { "" };
            format!("`{}{dots}`", escape(short.as_bytes()))
        }
    }
}

#[cfg(test)]
mod tests;
