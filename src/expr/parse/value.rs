//! Values: what stands on the right side, and in lists.

use crate::diag::Diagnostic;
use crate::expr::ast::{Name, Value, ValueKind};
use crate::expr::lex::Kind;

use super::{Parsed, Parser, path};

/// Words that are values only in quotes: they say that a value is missing.
const NO_VALUES: [&str; 6] = ["and", "or", "not", "where", "skip", "drop"];

impl<'a> Parser<'a, '_> {
    /// Takes `(value, value)`; a comma may stand behind the last.
    pub(super) fn bracketed_values(&mut self) -> Parsed<Vec<Value<'a>>> {
        let open = self.take();
        let inside = Name { text: "(", span: open.span };
        let mut values = Vec::new();
        while !self.is(&Kind::Close) {
            values.push(self.value(&inside)?);
            if !self.took(&Kind::Comma) {
                break;
            }
        }
        if matches!(self.peek().kind, Kind::Word | Kind::Text(..)) {
            let error = self.expected("`,` or `)`");
            return Err(error.help("values are separated by commas"));
        }
        self.close(open.span)?;
        Ok(values)
    }

    /// Takes one value; `before` is what it belongs to.
    pub(super) fn value(&mut self, before: &Name<'_>) -> Parsed<Value<'a>> {
        let token = self.peek().clone();
        match token.kind {
            Kind::Text(text, fold) => {
                self.at += 1;
                let kind = ValueKind::Text { text, fold };
                Ok(Value { kind, span: token.span })
            }
            Kind::Word if NO_VALUES.contains(&token.text) => {
                let message = format!(
                    "expected a value after `{}`, found the keyword `{}`",
                    before.text, token.text
                );
                Err(Diagnostic::error(token.span, message).help(format!(
                    "to use it as text, write \"{}\"",
                    token.text
                )))
            }
            Kind::Word => self.word_value(),
            _ => Err(self.no_value(before)),
        }
    }

    fn word_value(&mut self) -> Parsed<Value<'a>> {
        let call = self.peek_second().kind == Kind::Open;
        if call && self.is_word("field") {
            return self.field_value();
        }
        let token = self.take();
        let kind = match token.text.strip_prefix('@') {
            Some(name) if path::is_name(name) => ValueKind::List(name),
            Some(_) => {
                let message = format!("`{}` names no list", token.text);
                return Err(Diagnostic::error(token.span, message)
                    .help("a list is written @name; quote other values"));
            }
            None => ValueKind::Word(token.text),
        };
        Ok(Value { kind, span: token.span })
    }

    /// Takes `field(path)`.
    fn field_value(&mut self) -> Parsed<Value<'a>> {
        let start = self.take().span;
        let open = self.take().span;
        let place = self.path()?;
        self.close(open)?;
        let span = self.since(start);
        Ok(Value { kind: ValueKind::Field(place), span })
    }

    fn no_value(&self, before: &Name<'_>) -> Diagnostic {
        let what = match before.text {
            "(" => "a value".to_owned(),
            op => format!("a value after `{op}`"),
        };
        let error = self.expected(&what);
        match self.peek().kind {
            Kind::OpenSquare => error.help("a list of values stands in ( )"),
            Kind::End => error.help(
                "if the shell took the rest, quote the whole expression: \
                 '...'",
            ),
            _ => error
                .help("quote values that hold spaces or punctuation: \"...\""),
        }
    }
}
