//! Conditions: which names are predicates, and what is above the tests.

use crate::diag::{Diagnostic, nearest};
use crate::event::{ALIASES, DERIVED, EVENT, Type};
use crate::expr::ast::{
    Comparison, Expr, ExprKind, Op, Operand, Place, ValueKind,
};
use crate::expr::plan::{Matcher, NodeId};

use super::Checker;
use super::place::Found;

impl Checker<'_> {
    /// Checks a condition and adds it to the plan. Where it is wrong, the
    /// finding is reported and some node stands in for it.
    pub(super) fn condition(&mut self, expr: &Expr<'_>) -> NodeId {
        if self.has_enough() {
            return self.builder.constant(false);
        }
        let checked = match &expr.kind {
            ExprKind::Const(value) => Ok(self.builder.constant(*value)),
            ExprKind::Group(inner) => return self.condition(inner),
            ExprKind::All(parts) => {
                let parts = self.parts(parts);
                Ok(self.builder.all(parts))
            }
            ExprKind::Any(parts) => {
                let parts = self.alternatives(parts);
                Ok(self.builder.any(parts))
            }
            ExprKind::Not(inner) => {
                let skip = self.skip.take();
                let inner = self.condition(inner);
                self.skip = skip;
                Ok(self.builder.not(inner))
            }
            ExprKind::Has(place) => self.presence(place, Matcher::Has),
            ExprKind::Empty(place) => self.presence(place, Matcher::Empty),
            ExprKind::Bare(place) => self.bare(place),
            ExprKind::Test(comparison) => self.comparison(comparison),
            ExprKind::Each(name, place, body) => self.each(*name, place, body),
        };
        checked.unwrap_or_else(|error| {
            self.found.push(error);
            self.builder.constant(false)
        })
    }

    fn parts(&mut self, parts: &[Expr<'_>]) -> Vec<NodeId> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    /// Checks the operands of `or`. An unknown word behind a comparison was
    /// probably meant as one more value for it.
    fn alternatives(&mut self, parts: &[Expr<'_>]) -> Vec<NodeId> {
        let mut before = None;
        let mut nodes = Vec::new();
        for part in parts {
            let count = self.found.len();
            nodes.push(self.condition(part));
            match (&part.kind, before) {
                (ExprKind::Bare(place), Some(comparison)) => {
                    if let Some(error) = self.found.get_mut(count) {
                        help_one_of(error, place, comparison);
                    }
                }
                (ExprKind::Test(comparison), _) => before = Some(comparison),
                _ => before = None,
            }
        }
        nodes
    }

    fn presence(
        &mut self,
        place: &Place,
        matcher: Matcher,
    ) -> Result<NodeId, Diagnostic> {
        let found = self.whole(place)?;
        if let (Matcher::Has, Some(skip)) = (&matcher, &mut self.skip) {
            skip.present.push(found.path.clone());
        }
        Ok(self.builder.test(found.subject, matcher))
    }

    /// Finds what `has` and `empty` are asked of.
    fn whole(&mut self, place: &Place) -> Result<Found, Diagnostic> {
        if let Some(name) = place.name()
            && self.scope.is_predicate(name)
        {
            let message = format!("`{name}` is a predicate, not a field");
            return Err(Diagnostic::error(place.span, message)
                .help(format!("write `{name}` alone")));
        }
        self.place(place)
    }

    /// A name or path alone: a predicate, or half of a comparison.
    fn bare(&mut self, place: &Place) -> Result<NodeId, Diagnostic> {
        let Some(name) = place.name() else {
            let found = self.place(place)?;
            return Err(self.no_condition(
                place,
                &found.path.to_string(),
                found.ty,
            ));
        };
        if let Some(node) = self.named(name) {
            self.check_not_dropped(node, place)?;
            return Ok(node);
        }
        if self.scope.is_list(name) {
            let message = format!("`{name}` is a list, not a condition");
            return Err(Diagnostic::error(place.span, message)
                .help(format!("write `FIELD in @{name}`")));
        }
        if self.scope.rule(name).is_some() {
            let message = format!("`{name}` is a rule, not a predicate");
            return Err(Diagnostic::error(place.span, message).help(format!(
                "`detect {name}` keeps its events; what several conditions \
                 share is defined with `let`"
            )));
        }
        match self.find(place) {
            Ok(found) => Err(self.no_condition(place, name, found.ty)),
            Err(_) => Err(self.unknown_predicate(place, name)),
        }
    }

    /// Refuses a predicate that reads what an earlier step has cut.
    fn check_not_dropped(
        &mut self,
        node: NodeId,
        place: &Place,
    ) -> Result<(), Diagnostic> {
        if self.dropped.is_sound(node) {
            return Ok(());
        }
        let mut subjects = self.builder.looks_at(node).into_iter();
        subjects.try_for_each(|it| self.dropped.check(it, place.span))?;
        self.dropped.found_sound(node);
        Ok(())
    }

    /// Returns the node of a predicate. A built-in one is checked the first
    /// time; nothing is wrong with it, a test sees to that.
    fn named(&mut self, name: &str) -> Option<NodeId> {
        if let Some(node) = self.scope.checked(name) {
            return Some(node);
        }
        let body = self.scope.body(name)?;
        let mut found = Vec::new();
        let mut checker = Checker::new(self.scope, self.builder, &mut found);
        checker.is_built_in = true;
        let node = checker.condition(body);
        debug_assert!(found.is_empty(), "{name}: {found:?}");
        self.scope.add_predicate(name, node);
        Some(node)
    }

    /// The error for a field where a condition is wanted.
    fn no_condition(&self, place: &Place, name: &str, ty: Type) -> Diagnostic {
        let message = format!("`{name}` is a field, not a condition");
        let error = Diagnostic::error(place.span, message);
        let (example, lost) = match ty {
            Type::Int => (format!("{name} >= 400"), ">=400"),
            Type::Level(_) => (format!("{name} >= Request"), ">=Request"),
            Type::Time => (format!("{name} >= 2026-11-21"), ">=2026-11-21"),
            Type::Duration => (format!("{name} > 1s"), ">1s"),
            Type::Size => (format!("{name} > 100K"), ">100K"),
            Type::Open => (format!("{name} == true"), ""),
            Type::Object(_) | Type::Map(..) => {
                return error.help(format!("write `has({name})`"));
            }
            _ => (format!("{name} = ..."), ""),
        };
        let error = error.help(format!(
            "write `has({name})` or compare it, e.g. `{example}`"
        ));
        if !self.alone || lost.is_empty() {
            return error;
        }
        error.help(format!(
            "if the shell took `{lost}` for a redirection, quote the whole \
             expression: '{name}{lost}'"
        ))
    }

    fn unknown_predicate(&self, place: &Place, name: &str) -> Diagnostic {
        let message = format!("unknown predicate `{name}`");
        let error = Diagnostic::error(place.span, message);
        if self.defined.contains(name) {
            return error
                .help("its `let` has to stand above, and cannot name itself");
        }
        let predicates = self.scope.predicates();
        let fields = ALIASES.iter().map(|alias| alias.name);
        let made = DERIVED.iter().map(|derived| derived.name);
        let keys = EVENT.iter().map(|field| field.key);
        let known = predicates.chain(fields).chain(made).chain(keys);
        match nearest(name, known) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help("`--predicates` lists them all"),
        }
    }
}

/// Adds the help for `verb = get or list`.
fn help_one_of(
    error: &mut Diagnostic,
    place: &Place,
    before: &Comparison<'_>,
) {
    let (Some(word), Operand::Place(field)) = (place.name(), &before.operand)
    else {
        return;
    };
    let value = match before.values.first().map(|value| &value.kind) {
        Some(ValueKind::Word(word)) => (*word).to_owned(),
        Some(ValueKind::Text { text, .. }) => format!("{text:?}"),
        Some(ValueKind::List(_) | ValueKind::Field(_)) | None => return,
    };
    if before.op == Op::Eq && !before.negated {
        let path = field.path();
        error.help.retain(|help| !help.contains("--predicates"));
        let list = format!("{path} in ({value}, {word})");
        error
            .help
            .push(format!("to compare with several values write `{list}`"));
    }
}
