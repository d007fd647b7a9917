//! Comparisons: an operator and the values on its right.

use crate::diag::{Diagnostic, nearest};
use crate::expr::ast::{Comparison, Expr, ExprKind, Name, Op, Operand, Span};
use crate::expr::lex::Kind;

use super::slip::{self, WORDS_FOR_COMPARE};
use super::{Parsed, Parser};

impl<'a> Parser<'a, '_> {
    pub(super) fn is_word_for_compare(word: &str) -> bool {
        WORDS_FOR_COMPARE.contains(&word)
    }

    /// Returns whether an operator follows. A word that was meant as one is
    /// an error.
    pub(super) fn at_comparison(&self) -> Parsed<bool> {
        let token = self.peek();
        match token.kind {
            Kind::Compare => Ok(true),
            Kind::Bang if self.peek_second().kind == Kind::Compare => Ok(true),
            Kind::Word if Self::is_word_for_compare(token.text) => Ok(true),
            Kind::Word if token.text == "not" => Ok(true),
            Kind::Word => match self.misspelt_comparison() {
                Some(error) => Err(error),
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    /// Takes the rest of a comparison whose left side began at `start`.
    pub(super) fn comparison(
        &mut self,
        operand: Operand<'a>,
        start: Span,
    ) -> Parsed<Expr<'a>> {
        let before = self.peek().span;
        let not = self.took_word("not");
        let (op, negated) = self.operator()?;
        let word = before.to(self.since(before));
        let text = &self.text[word.start..word.end];
        let spelt = Name { text, span: word };
        if not && !is_word_negatable(op, &spelt) {
            let left = &self.text[start.start..before.start];
            return Err(self.not_before(left.trim_end(), spelt));
        }
        let listed = self.is(&Kind::Open);
        let values = match listed {
            true => self.bracketed_values()?,
            false => vec![self.value(&spelt)?],
        };
        let negated = negated || not;
        let comparison =
            Comparison { operand, op, negated, spelt, values, listed };
        let kind = ExprKind::Test(Box::new(comparison));
        Ok(Expr { kind, span: self.since(start) })
    }

    fn operator(&mut self) -> Parsed<(Op, bool)> {
        let token = self.peek();
        let found = match token.kind {
            Kind::Compare | Kind::Word => operator(token.text),
            _ => None,
        };
        match found {
            Some(found) => {
                self.at += 1;
                Ok(found)
            }
            None => Err(self.no_operator()),
        }
    }

    fn no_operator(&self) -> Diagnostic {
        let token = self.peek();
        if token.kind != Kind::Compare {
            return self.expected("a comparison");
        }
        let message = format!("`{}` is no comparison", token.text);
        let meant = slip::operator(token.text);
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "there are = != < <= > >= =~ !~".to_owned(),
        };
        Diagnostic::error(token.span, message).help(help)
    }

    /// The error for `code not = 400`.
    fn not_before(&self, left: &str, spelt: Name<'_>) -> Diagnostic {
        let op = spelt.text.trim_start_matches("not").trim_start();
        let rest = &self.text[spelt.span.end..];
        let right: String = rest.split_whitespace().take(1).collect();
        let message = format!("`not` cannot stand before `{op}`");
        let help = match operator(op) {
            Some((Op::Eq, false)) => format!("write `{left} != {right}`"),
            _ => format!("write `not {left} {op} {right}`"),
        };
        Diagnostic::error(spelt.span, message).help(help)
    }

    /// The error for `user startswith x`, where `startswith` comes next.
    fn misspelt_comparison(&self) -> Option<Diagnostic> {
        let token = self.peek();
        let value = self.peek_second();
        let has_value =
            matches!(value.kind, Kind::Word | Kind::Text(..) | Kind::Open);
        let joins = ["and", "or"].contains(&value.text);
        let reserved = slip::joins_or_begins_step(token.text);
        if !has_value || joins || reserved {
            return None;
        }
        let meant = slip::comparison(token.text)
            .or_else(|| nearest(token.text, WORDS_FOR_COMPARE))?;
        let message = format!("`{}` is no comparison", token.text);
        let help = format!("did you mean `{meant}`?");
        Some(Diagnostic::error(token.span, message).help(help))
    }
}

/// Returns whether `not` may stand before this operator.
fn is_word_negatable(op: Op, spelt: &Name<'_>) -> bool {
    match op {
        Op::In | Op::Contains | Op::Starts | Op::Ends | Op::Like => true,
        Op::Matches => spelt.text.ends_with("matches"),
        Op::Eq | Op::Less | Op::AtMost | Op::More | Op::AtLeast => false,
    }
}

/// Returns the operator of this spelling, and whether it is a negation.
fn operator(text: &str) -> Option<(Op, bool)> {
    Some(match text {
        "=" | "==" | "eq" => (Op::Eq, false),
        "!=" | "ne" => (Op::Eq, true),
        "<" | "lt" => (Op::Less, false),
        "<=" | "le" => (Op::AtMost, false),
        ">" | "gt" => (Op::More, false),
        ">=" | "ge" => (Op::AtLeast, false),
        "=~" | "matches" => (Op::Matches, false),
        "!~" => (Op::Matches, true),
        "in" => (Op::In, false),
        "contains" => (Op::Contains, false),
        "starts" => (Op::Starts, false),
        "ends" => (Op::Ends, false),
        "like" => (Op::Like, false),
        _ => return None,
    })
}
