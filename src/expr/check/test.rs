//! Comparisons: which operator fits which field, and what a list means.

use crate::diag::Diagnostic;
use crate::event::Type;
use crate::expr::ast::{
    Comparison, Name, Op, Operand, Place, Span, Value, ValueKind,
};
use crate::expr::later::later;
use crate::expr::plan::{Matcher, Matcher1, NodeId};

use super::Checker;
use super::literal::{Literal, matcher};
use super::text::merged;

impl Checker<'_> {
    pub(super) fn comparison(
        &mut self,
        test: &Comparison<'_>,
    ) -> Result<NodeId, Diagnostic> {
        let place = match &test.operand {
            Operand::Place(place) => place,
            Operand::Function(name, place, _) => {
                return Err(self.call(*name, place));
            }
        };
        let found = self.place(place)?;
        let ty = found.ty.element();
        fits(ty, test, place)?;
        self.check_shape(ty, test)?;
        let mut matchers = Vec::new();
        for value in &test.values {
            match self.value(ty, test.op, value) {
                Ok(more) => matchers.extend(more),
                Err(error) => self.found.push(error),
            }
        }
        self.lint(ty, test, place);
        if let (true, Some(skip)) = (test.negated, &mut self.skip) {
            skip.negated.push((found.path.clone(), place.span));
        }
        let matcher = Matcher::AnyOf(merged(matchers));
        let node = self.builder.test(&found.path, matcher);
        match test.negated {
            true => Ok(self.builder.not(node)),
            false => Ok(node),
        }
    }

    /// Returns what one value asks for; a list asks for any of its items.
    fn value(
        &mut self,
        ty: Type,
        op: Op,
        value: &Value<'_>,
    ) -> Result<Vec<Matcher1>, Diagnostic> {
        let span = value.span;
        let literal = match &value.kind {
            ValueKind::Word(text) => {
                Literal { text, quoted: false, fold: false, span }
            }
            ValueKind::Text { text, fold } => {
                Literal { text, quoted: true, fold: *fold, span }
            }
            ValueKind::List(name) => return self.list_value(ty, name, span),
            ValueKind::Field(place) => {
                self.find(place)?;
                return Err(later(span, "`field(...)`"));
            }
        };
        Ok(vec![matcher(ty, op, literal)?])
    }

    fn list_value(
        &self,
        ty: Type,
        name: &str,
        span: Span,
    ) -> Result<Vec<Matcher1>, Diagnostic> {
        let items = self.scope.list(name, span)?;
        let networks =
            items.iter().filter(|item| !item.quoted && is_network(&item.text));
        let networks = networks.count();
        if is_text(ty) && networks > 0 && networks == items.len() {
            let message = format!("`@{name}` holds networks");
            return Err(Diagnostic::error(span, message)
                .help("compare an address with it: `peer in @...`"));
        }
        let wrong = |error: Diagnostic, line: u32| {
            let line = match line {
                0 => String::new(),
                line => format!(", line {line}"),
            };
            let message = format!("in `@{name}`{line}: {}", error.message);
            Diagnostic { message, ..error }
        };
        items
            .iter()
            .map(|item| {
                let (quoted, fold) = (item.quoted, item.fold);
                let text = &item.text;
                let open = matches!(ty, Type::Open);
                let ty = match open && !quoted && is_network(text) {
                    true => Type::Address,
                    false => ty,
                };
                let literal = Literal { text, quoted, fold, span };
                matcher(ty, Op::In, literal)
                    .map_err(|error| wrong(error, item.line))
            })
            .collect()
    }

    /// Checks how many values there are, and whether they stand in a list.
    fn check_shape(
        &self,
        ty: Type,
        test: &Comparison<'_>,
    ) -> Result<(), Diagnostic> {
        let Name { text: op, span } = test.spelt;
        match (test.op, test.values.as_slice()) {
            (Op::In, _) if test.listed => Ok(()),
            (_, []) => {
                let message = format!("the list after `{op}` is empty");
                Err(Diagnostic::error(span, message))
            }
            (Op::In, [value]) => self.check_in(ty, test, value),
            (
                Op::Less | Op::AtMost | Op::More | Op::AtLeast,
                [_, second, ..],
            ) => {
                let message = format!("`{op}` compares with one value");
                Err(Diagnostic::error(second.span, message))
            }
            (_, values) => {
                let list = values
                    .iter()
                    .find(|v| matches!(v.kind, ValueKind::List(_)));
                let Some(list) = list else { return Ok(()) };
                let message = "a list works with `in` only";
                let not = if test.negated { "not in" } else { "in" };
                Err(Diagnostic::error(list.span, message)
                    .help(format!("write `{not}` instead of `{op}`")))
            }
        }
    }

    /// Refuses `in` with a single value that is no range and no network.
    fn check_in(
        &self,
        ty: Type,
        test: &Comparison<'_>,
        value: &Value<'_>,
    ) -> Result<(), Diagnostic> {
        let text = match &value.kind {
            ValueKind::List(_) | ValueKind::Field(_) => return Ok(()),
            ValueKind::Word(text) => *text,
            ValueKind::Text { text, .. } => text,
        };
        let several = match ty {
            Type::Int => text.contains("..") || text.ends_with("xx"),
            Type::Address => text.contains('/'),
            Type::Open => text.contains(".."),
            _ => false,
        };
        if several {
            return Ok(());
        }
        let message = "`in` needs a list, a range or a network";
        let help = if self.scope.is_list(text) {
            format!("did you mean `@{text}`?")
        } else {
            let shown = match value.kind {
                ValueKind::Text { .. } => format!("{text:?}"),
                _ => text.to_owned(),
            };
            let op = if test.negated { "!=" } else { "=" };
            let not = if test.negated { "not in" } else { "in" };
            format!("write `{not} ({shown})` or `{op} {shown}`")
        };
        Err(Diagnostic::error(value.span, message).help(help))
    }
}

/// Checks that the operator can be asked of such a field.
fn fits(
    ty: Type,
    test: &Comparison<'_>,
    place: &Place,
) -> Result<(), Diagnostic> {
    let Name { text: op, span } = test.spelt;
    let (message, help) = match (ty, kind(test.op)) {
        (Type::Object(_) | Type::Map(..), _) => {
            let error =
                Diagnostic::error(place.span, "this field is an object");
            return Err(error.help("name a key inside it, or use has(...)"));
        }
        (Type::Int, Kind::Text) => (
            format!("`{op}` needs text, and this field holds a whole number"),
            "compare numbers with = < > or a range: `in 400..499`, `= 4xx`",
        ),
        (Type::Time, Kind::Text) => (
            format!("`{op}` needs text, and this field holds a time"),
            "compare times with < and >=",
        ),
        (Type::Address, Kind::Order) => (
            format!("addresses cannot be ordered with `{op}`"),
            "write `in 10.0.0.0/8`",
        ),
        (ty, Kind::Order) if is_text(ty) && !matches!(ty, Type::Level(_)) => (
            format!("text cannot be ordered with `{op}`"),
            "this field holds text: use =, in, starts, like",
        ),
        (_, Kind::Equal | Kind::Order | Kind::Text) => return Ok(()),
    };
    Err(Diagnostic::error(span, message).help(help))
}

/// What an operator asks of a value.
enum Kind {
    Equal,
    Order,
    Text,
}

fn kind(op: Op) -> Kind {
    match op {
        Op::Eq | Op::In => Kind::Equal,
        Op::Less | Op::AtMost | Op::More | Op::AtLeast => Kind::Order,
        Op::Contains | Op::Starts | Op::Ends => Kind::Text,
        Op::Like | Op::Matches => Kind::Text,
    }
}

fn is_network(text: &str) -> bool {
    super::literal::network(text).is_some()
}

fn is_text(ty: Type) -> bool {
    match ty {
        Type::Text | Type::User | Type::Group | Type::Resource => true,
        Type::Uri | Type::Enum(_) | Type::Level(_) | Type::Known(_) => true,
        Type::Int | Type::Time | Type::Address | Type::Open => false,
        Type::Object(_) | Type::Map(..) | Type::List(_) => false,
    }
}
