//! Values that can be right but hardly ever are: each draws a warning.

use jiff::civil::Date;

use crate::diag::{Diagnostic, nearest};
use crate::event::word::{self, RESOURCES};
use crate::event::{ANNOTATIONS, EXTRA, Field, Path, Segment, Type};
use crate::expr::ast::{Comparison, Op, Place, Span, ValueKind};

use super::Checker;
use super::place::Found;

/// What a `skip` has met on its way.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    /// The places of tests with `!=` and `not in`.
    pub(super) negated: Vec<(Found, Span)>,
    /// The places of `has(...)`.
    pub(super) present: Vec<Path>,
}

/// Keys that every event has.
const ALWAYS: [&str; 7] = [
    "level",
    "auditID",
    "stage",
    "requestURI",
    "verb",
    "requestReceivedTimestamp",
    "stageTimestamp",
];

impl Checker<'_> {
    /// Warns of values that do not mean what they seem to.
    pub(super) fn lint(
        &mut self,
        ty: Type,
        test: &Comparison<'_>,
        place: &Place,
    ) {
        let field = place.path().to_string();
        for value in &test.values {
            let (text, quoted) = match &value.kind {
                ValueKind::Word(text) => (*text, false),
                ValueKind::Text { text, fold: false } => (&**text, true),
                ValueKind::Text { .. } => continue,
                ValueKind::List(_) | ValueKind::Field(_) => continue,
            };
            let warning = star(ty, test, &field, text, quoted)
                .or_else(|| odd_subresource(&field, test.op, text))
                .or_else(|| odd_word(ty, test.op, text));
            if let Some((message, help)) = warning {
                self.found.push(
                    Diagnostic::warning(value.span, message).help_if(help),
                );
            }
        }
    }

    /// Warns of a free key that is almost a well-known one.
    pub(super) fn lint_key(&mut self, path: &Path, span: Span) {
        let known: &[Field] = match path.0.as_slice() {
            [Segment::Key(root), Segment::Key(_)]
                if &**root == "annotations" =>
            {
                ANNOTATIONS
            }
            [_, Segment::Key(extra), Segment::Key(_)]
                if &**extra == "extra" =>
            {
                EXTRA
            }
            _ => return,
        };
        let Some(Segment::Key(key)) = path.0.last() else { return };
        let meant = nearest(key, known.iter().map(|field| field.key));
        if let Some(meant) = meant.filter(|meant| **meant != **key) {
            let message = format!("Kubernetes writes no `{key}` here");
            self.found.push(
                Diagnostic::warning(span, message)
                    .help(format!("did you mean `{meant}`?")),
            );
        }
    }

    /// Warns of `skip x != y`, which discards events without any x.
    pub(super) fn lint_skip(&mut self) {
        let Some(skip) = self.skip.take() else { return };
        for (Found { subject, path, .. }, span) in skip.negated {
            let roots = subject.roots();
            let always = roots.iter().all(|root| ALWAYS.contains(root));
            if always || skip.present.contains(&path) {
                continue;
            }
            let message =
                format!("this also skips every event without `{path}`");
            self.found.push(Diagnostic::warning(span, message).help(format!(
                "to keep those, write `skip has({path}) and ...`"
            )));
        }
    }
}

type Warning = (String, Option<String>);

/// `=` does not interpret `*`.
fn star(
    ty: Type,
    test: &Comparison<'_>,
    field: &str,
    text: &str,
    quoted: bool,
) -> Option<Warning> {
    let equal = matches!(test.op, Op::Eq | Op::In);
    let name = matches!(ty, Type::User | Type::Group | Type::Resource);
    if !equal || !is_text(ty) || !text.contains('*') || (quoted && !name) {
        return None;
    }
    let op = test.spelt.text;
    let not = if test.negated { "not " } else { "" };
    Some((
        format!("`{op}` takes `*` literally"),
        Some(match text {
            "*" => format!("write `{not}has({field})` for any value"),
            _ => format!("write `{field} {not}like \"{text}\"`"),
        }),
    ))
}

/// Of other types, a word with a star is an error.
fn is_text(ty: Type) -> bool {
    !matches!(
        ty,
        Type::Int | Type::Time | Type::Duration | Type::Size | Type::Address
    )
}

/// Words that a field of this type hardly ever holds.
fn odd_word(ty: Type, op: Op, text: &str) -> Option<Warning> {
    let equal = matches!(op, Op::Eq | Op::In);
    if equal && text == "null" {
        return None;
    }
    match ty {
        Type::Known(verbs) if equal => odd_verb(verbs, text),
        Type::Resource if equal => odd_resource(text),
        Type::User if equal || op == Op::Starts || op == Op::Like => {
            odd_user(text)
        }
        Type::Group if equal => odd_group(text),
        Type::Uri if equal || op == Op::Starts || op == Op::Like => {
            odd_uri(op, text)
        }
        Type::Time if op == Op::Eq => odd_date(text),
        _ => None,
    }
}

fn odd_verb(verbs: &'static [&'static str], text: &str) -> Option<Warning> {
    if verbs.contains(&text) {
        return None;
    }
    let message = format!("`{text}` is not a verb that the apiserver logs");
    let help = match text {
        "replace" => Some("updates are logged as `update`".to_owned()),
        "exec" | "attach" | "portforward" | "log" => {
            Some(format!("it is a subresource: `subresource = {text}`"))
        }
        "read" | "write" => {
            Some(format!("the predicate is written alone: `{text}`"))
        }
        _ => nearest(text, verbs.iter().copied())
            .map(|meant| format!("did you mean `{meant}`?")),
    };
    Some((message, help))
}

fn odd_resource(text: &str) -> Option<Warning> {
    if let Some((resource, sub)) = text.split_once('/') {
        return Some((
            "the resource does not hold the subresource".to_owned(),
            Some(format!(
                "write `resource = {resource} and subresource = {sub}`"
            )),
        ));
    }
    if let Some((resource, group)) = text.split_once('.') {
        return Some((
            "the resource does not hold the API group".to_owned(),
            Some(format!("write `resource = {resource} and group = {group}`")),
        ));
    }
    let plurals = || RESOURCES.iter().map(|(plural, ..)| *plural);
    if plurals().any(|plural| plural == text) {
        return None;
    }
    let other = RESOURCES.iter().find(|(_, singular, short)| {
        text.eq_ignore_ascii_case(singular) || text == *short
    });
    let meant = match other {
        Some((plural, ..)) => Some(*plural),
        None => nearest(text, plurals()).filter(|plural| {
            let same = plural.eq_ignore_ascii_case(text);
            same || text.len() > 5 && plural.len().abs_diff(text.len()) < 2
        }),
    };
    let message = format!("`{text}` is not a resource that Kubernetes has");
    meant.map(|meant| {
        (message, Some(format!("resources are plural: `{meant}`")))
    })
}

fn odd_subresource(field: &str, op: Op, text: &str) -> Option<Warning> {
    let equal = matches!(op, Op::Eq | Op::In);
    let (resource, sub) = text.split_once('/')?;
    let known = RESOURCES.iter().any(|(plural, ..)| *plural == resource);
    let here = ["subresource", "objectRef.subresource"].contains(&field);
    (equal && known && here).then(|| {
        (
            "the subresource does not hold the resource".to_owned(),
            Some(format!("write `subresource = {sub}` or `res = {text}`")),
        )
    })
}

fn odd_user(text: &str) -> Option<Warning> {
    let serviceaccounts = text.starts_with("system:serviceaccounts");
    (word::is_group(text) || serviceaccounts).then(|| {
        (
            format!("`{text}` is a group, never a user name"),
            Some(format!("write `groups = \"{text}\"`")),
        )
    })
}

fn odd_group(text: &str) -> Option<Warning> {
    word::is_user(text).then(|| {
        (
            format!("`{text}` is a user, never a group"),
            Some(format!("write `user = \"{text}\"`")),
        )
    })
}

fn odd_date(text: &str) -> Option<Warning> {
    let next = text.parse::<Date>().ok()?.tomorrow().ok()?;
    (!text.contains(['T', 't'])).then(|| {
        (
            "a date is the one instant of midnight UTC".to_owned(),
            Some(format!("a day is `>= {text}` and `< {next}`")),
        )
    })
}

fn odd_uri(op: Op, text: &str) -> Option<Warning> {
    let wild = op == Op::Like && text.starts_with(['*', '?']);
    (!wild && !text.starts_with('/')).then(|| {
        (
            "a request URI always begins with `/`".to_owned(),
            Some(format!("write \"/{text}\"")),
        )
    })
}
