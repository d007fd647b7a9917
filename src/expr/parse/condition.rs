//! Conditions: `and`, `or`, `not`, brackets, predicates, functions.

use crate::diag::Diagnostic;
use crate::expr::ast::{Expr, ExprKind, Name, Operand, Span};
use crate::expr::lex::Kind;

use super::{Parsed, Parser};

/// The functions whose value is compared.
const MEASURES: [&str; 5] = ["count", "len", "keys", "hour", "weekday"];

impl<'a> Parser<'a, '_> {
    pub(super) fn expr(&mut self) -> Parsed<Expr<'a>> {
        let first = self.conjunction()?;
        let mut any = vec![first];
        while self.took_word("or") || self.took(&Kind::OrOr) {
            any.push(self.conjunction()?);
        }
        self.warn_of_mixture(&any);
        Ok(joined(any, ExprKind::Any))
    }

    fn conjunction(&mut self) -> Parsed<Expr<'a>> {
        let mut all = vec![self.negation()?];
        while self.took_word("and") || self.took(&Kind::AndAnd) {
            all.push(self.negation()?);
        }
        Ok(joined(all, ExprKind::All))
    }

    fn negation(&mut self) -> Parsed<Expr<'a>> {
        let start = self.peek().span;
        if !(self.took_word("not") || self.took(&Kind::Bang)) {
            return self.primary();
        }
        let inner = self.nested(Self::negation)?;
        let span = start.to(inner.span);
        Ok(Expr { kind: ExprKind::Not(Box::new(inner)), span })
    }

    fn primary(&mut self) -> Parsed<Expr<'a>> {
        let token = self.peek();
        let start = token.span;
        match token.kind {
            Kind::Open => self.group(start),
            Kind::Word if self.peek_second().kind == Kind::Open => self.call(),
            Kind::Word => self.word_condition(start),
            _ => Err(self.no_condition()),
        }
    }

    fn group(&mut self, start: Span) -> Parsed<Expr<'a>> {
        self.at += 1;
        let inner = self.nested(Self::expr)?;
        self.close(start)?;
        let span = self.since(start);
        Ok(Expr { kind: ExprKind::Group(Box::new(inner)), span })
    }

    /// `true`, a predicate, or a field and its test.
    fn word_condition(&mut self, start: Span) -> Parsed<Expr<'a>> {
        let constant = match self.peek().text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        if let Some(value) = constant {
            self.at += 1;
            return Ok(Expr { kind: ExprKind::Const(value), span: start });
        }
        self.no_keyword()?;
        if let (Some(help), true) = (self.one_of(), self.is_number()) {
            return Err(self.expected("a condition").help(help));
        }
        let place = self.path()?;
        if !self.at_comparison()? {
            let span = place.span;
            return Ok(Expr { kind: ExprKind::Bare(place), span });
        }
        self.comparison(Operand::Place(place), start)
    }

    /// `name(...)`: a function, a predicate in front of a bracket, a slip.
    fn call(&mut self) -> Parsed<Expr<'a>> {
        let token = self.peek();
        let name = Name { text: token.text, span: token.span };
        match name.text {
            "has" | "empty" => self.presence(name),
            "any" | "all" | "none" => self.each(name),
            word if MEASURES.contains(&word) => self.measure(name),
            word if Self::is_word_for_compare(word) => {
                Err(self.no_condition())
            }
            _ => Err(self.unknown_function(name)),
        }
    }

    fn presence(&mut self, name: Name<'a>) -> Parsed<Expr<'a>> {
        let open = self.open_call();
        let place = self.path()?;
        self.close(open)?;
        let kind = match name.text {
            "has" => ExprKind::Has(place),
            _ => ExprKind::Empty(place),
        };
        Ok(Expr { kind, span: self.since(name.span) })
    }

    fn each(&mut self, name: Name<'a>) -> Parsed<Expr<'a>> {
        let open = self.open_call();
        let place = self.path()?;
        self.need(&Kind::Comma, "`,` and a condition")?;
        let body = self.nested(Self::expr)?;
        self.close(open)?;
        let kind = ExprKind::Each(name, place, Box::new(body));
        Ok(Expr { kind, span: self.since(name.span) })
    }

    fn measure(&mut self, name: Name<'a>) -> Parsed<Expr<'a>> {
        let open = self.open_call();
        let place = self.path()?;
        let when = match name.text == "count" && self.took(&Kind::Comma) {
            true => Some(Box::new(self.nested(Self::expr)?)),
            false => None,
        };
        self.close(open)?;
        let operand = Operand::Function(name, place, when);
        if !self.at_comparison()? {
            let what = format!("a comparison after `{}(...)`", name.text);
            return Err(self.expected(&what));
        }
        self.comparison(operand, name.span)
    }

    /// Takes a name and its bracket; returns where that stands.
    fn open_call(&mut self) -> Span {
        self.at += 1;
        self.take().span
    }

    /// Takes the bracket that closes the one at `open`.
    pub(super) fn close(&mut self, open: Span) -> Parsed<()> {
        if self.took(&Kind::Close) {
            return Ok(());
        }
        match self.peek().kind {
            Kind::End | Kind::LineEnd => {
                Err(Diagnostic::error(open, "this `(` is never closed"))
            }
            _ => Err(self.unexpected_in_brackets()),
        }
    }

    fn warn_of_mixture(&mut self, any: &[Expr<'a>]) {
        let is_all = |e: &Expr<'_>| matches!(e.kind, ExprKind::All(_));
        let (Some(first), Some(last)) = (any.first(), any.last()) else {
            return;
        };
        if any.len() < 2 || !any.iter().any(is_all) || self.has_enough() {
            return;
        }
        let grouped = any.iter().map(|part| {
            let text = &self.text[part.span.start..part.span.end];
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if is_all(part) { format!("({text})") } else { text }
        });
        let grouped = grouped.collect::<Vec<_>>().join(" or ");
        let message = "`and` and `or` are mixed without brackets; \
                       `and` binds tighter";
        let span = first.span.to(last.span);
        let help = format!("this is read as `{grouped}`");
        self.found.push(
            Diagnostic::warning(span, message)
                .help_if(Some(help).filter(|help| help.len() < 500)),
        );
    }
}

/// Joins operands into one condition; one alone stays itself.
fn joined<'a>(
    mut parts: Vec<Expr<'a>>,
    kind: fn(Vec<Expr<'a>>) -> ExprKind<'a>,
) -> Expr<'a> {
    match (parts.len(), parts.first(), parts.last()) {
        (2.., Some(first), Some(last)) => {
            let span = first.span.to(last.span);
            Expr { kind: kind(parts), span }
        }
        _ => parts.remove(0),
    }
}
