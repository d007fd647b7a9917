//! Comparisons: which operator fits which field, and what a list means.

use crate::diag::Diagnostic;
use crate::event::Type;
use crate::expr::ast::{
    Comparison, Name, Op, Operand, Place, Span, Value, ValueKind,
};
use crate::expr::plan::{Matcher, Matcher1, NodeId, Relation};

use super::Checker;
use super::function::on_clock;
use super::literal::{Literal, matcher};
use super::place::Found;
use super::text::merged;

impl Checker<'_> {
    pub(super) fn comparison(
        &mut self,
        test: &Comparison<'_>,
    ) -> Result<NodeId, Diagnostic> {
        let (place, found) = match &test.operand {
            Operand::Place(place) => (place, self.place(place)?),
            Operand::Function(name, place, when) => {
                let found = self.measured(*name, place, when.as_deref())?;
                (place, found)
            }
        };
        let ty = found.ty.element();
        fits(ty, test, place)?;
        self.check_shape(ty, test)?;
        if let (true, Some(skip)) = (test.negated, &mut self.skip) {
            skip.negated.push((found.clone(), place.span));
        }
        let node = match list(test) {
            Some(name) => self.listed(name, ty, &found, test),
            None => self.compared(ty, &found, test),
        };
        if let Operand::Place(place) = &test.operand {
            self.lint(ty, test, place);
        }
        match test.negated {
            true => Ok(self.builder.not(node)),
            false => Ok(node),
        }
    }

    /// `in @name`. A long list takes its time: it is made a test of this
    /// field once, however often it is asked for.
    fn listed(
        &mut self,
        name: &str,
        ty: Type,
        found: &Found,
        test: &Comparison<'_>,
    ) -> NodeId {
        let key = (found.subject.clone(), name.into());
        match self.scope.in_lists.get(&key) {
            Some((known, node)) if *known == ty => return *node,
            Some(_) | None => (),
        }
        let before = self.found.len();
        let node = self.compared(ty, found, test);
        // What was found is told wherever it is asked for.
        if self.found.len() == before {
            self.scope.in_lists.insert(key, (ty, node));
        }
        node
    }

    /// Returns the test for any of the values.
    fn compared(
        &mut self,
        ty: Type,
        found: &Found,
        test: &Comparison<'_>,
    ) -> NodeId {
        let (mut matchers, mut nodes) = (Vec::new(), Vec::new());
        for value in &test.values {
            let asked = match &value.kind {
                ValueKind::Field(other) => {
                    let node = self.field(found, test, other, value.span);
                    node.map(|node| nodes.push(node))
                }
                _ => {
                    let more = self.value(ty, test.op, value);
                    let more = more.and_then(|more| {
                        on_clock(&test.operand, &more, value.span)?;
                        Ok(more)
                    });
                    more.map(|more| {
                        self.lint_worth(found, test, value, &more);
                        matchers.extend(more);
                    })
                }
            };
            self.found.extend(asked.err());
        }
        let matcher = Matcher::AnyOf(merged(matchers));
        nodes.push(self.builder.test(found.subject.clone(), matcher));
        self.builder.any(nodes)
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
            // Fields are asked for by themselves.
            ValueKind::Field(_) => return Ok(Vec::new()),
        };
        Ok(vec![matcher(ty, op, literal)?])
    }

    /// Compares with the values of another field.
    fn field(
        &mut self,
        found: &Found,
        test: &Comparison<'_>,
        other: &Place,
        span: Span,
    ) -> Result<NodeId, Diagnostic> {
        let Some(relation) = relation(test.op) else {
            let op = test.spelt.text;
            let message = format!("`{op}` needs a pattern that is written");
            return Err(Diagnostic::error(span, message)
                .help("compare fields with = or contains"));
        };
        let right = self.place(other)?;
        if !comparable(found.ty.element(), right.ty.element()) {
            let (left, right) = (found.ty.words(), right.ty.words());
            let message =
                format!("{left} on the left is never {right} on the right");
            return Err(Diagnostic::error(span, message));
        }
        let other = self.builder.subject(right.subject);
        let matcher = Matcher::Field(relation, other);
        Ok(self.builder.test(found.subject.clone(), matcher))
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
            Type::Int | Type::Duration | Type::Size => {
                text.contains("..") || text.ends_with("xx")
            }
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
            match hyphened(text) {
                Some((from, to)) => format!("write `{not} {from}..{to}`"),
                None => format!("write `{not} ({shown})` or `{op} {shown}`"),
            }
        };
        Err(Diagnostic::error(value.span, message).help(help))
    }
}

/// Reads `400-499`, which was meant to be a range.
fn hyphened(text: &str) -> Option<(u64, u64)> {
    let (from, to) = text.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

/// Returns the list of `in @name`.
fn list<'t>(test: &'t Comparison<'_>) -> Option<&'t str> {
    match test.values.as_slice() {
        [Value { kind: ValueKind::List(name), .. }] => Some(name),
        [] | [_] | [_, _, ..] => None,
    }
}

/// Returns how two fields are compared, if they can be.
fn relation(op: Op) -> Option<Relation> {
    Some(match op {
        Op::Eq | Op::In => Relation::Equal,
        Op::Less => Relation::Less,
        Op::AtMost => Relation::AtMost,
        Op::More => Relation::More,
        Op::AtLeast => Relation::AtLeast,
        Op::Contains => Relation::Contains,
        Op::Starts => Relation::Starts,
        Op::Ends => Relation::Ends,
        Op::Like | Op::Matches => return None,
    })
}

/// Returns whether values of these types can be equal at all.
fn comparable(left: Type, right: Type) -> bool {
    let open = [left, right].contains(&Type::Open);
    let text = |ty| is_text(ty) || ty == Type::Address;
    open || left == right || (text(left) && text(right))
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
        (Type::Duration | Type::Size, Kind::Text) => (
            format!("`{op}` needs text, and this field holds {}", ty.words()),
            "compare it with < and >=: `latency > 1s`, `size > 100K`",
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
        Type::Duration | Type::Size => false,
        Type::Object(_) | Type::Map(..) | Type::List(_) => false,
    }
}
