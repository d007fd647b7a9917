//! Tests of text: equality, parts, `like`, patterns, folded case.

use std::collections::HashSet;
use std::hash::Hash;

use ipnet::IpNet;

use crate::diag::Diagnostic;
use crate::expr::ast::Op;
use crate::expr::pattern::Pattern;
use crate::expr::plan::{LONG, Matcher1};

use super::literal::Literal;

/// Returns the test of text that `op` and this value ask for.
pub(super) fn matcher(
    op: Op,
    value: Literal<'_>,
) -> Result<Matcher1, Diagnostic> {
    let text = value.text;
    if op == Op::Matches {
        return pattern(value);
    }
    if value.fold {
        return folded(op, value);
    }
    let one = || vec![text.into()];
    Ok(match op {
        Op::Starts => Matcher1::Starts(one()),
        Op::Ends => Matcher1::Ends(one()),
        Op::Contains => Matcher1::Contains(one()),
        Op::Like => return like(value),
        _ => Matcher1::Is(one()),
    })
}

/// `*` is any run of characters and `?` is one; the simple forms become
/// simple tests.
fn like(value: Literal<'_>) -> Result<Matcher1, Diagnostic> {
    let text = value.text;
    let inner = text.trim_matches('*');
    if inner.contains(['*', '?']) {
        return regex(value, &format!("(?s)^{}$", glob(text)));
    }
    let one = vec![inner.into()];
    Ok(match (text.starts_with('*'), text.ends_with('*')) {
        _ if inner.len() == text.len() => Matcher1::Is(one),
        (true, true) if inner.is_empty() => Matcher1::Starts(one),
        (true, true) => Matcher1::Contains(one),
        (true, false) => Matcher1::Ends(one),
        (false, true) | (false, false) => Matcher1::Starts(one),
    })
}

/// Returns the regular expression of what `like` compares with.
fn glob(text: &str) -> String {
    let mut pattern = String::new();
    for char in text.chars() {
        match char {
            '*' if pattern.ends_with(".*") => (),
            '*' => pattern.push_str(".*"),
            '?' => pattern.push('.'),
            _ => {
                pattern.push_str(&regex::escape(char.encode_utf8(&mut [0; 4])))
            }
        }
    }
    pattern
}

/// A test that takes upper and lower case for the same.
fn folded(op: Op, value: Literal<'_>) -> Result<Matcher1, Diagnostic> {
    let plain = regex::escape(value.text);
    let source = match op {
        Op::Starts => format!("(?is)^{plain}"),
        Op::Ends => format!("(?is){plain}$"),
        Op::Contains => format!("(?is){plain}"),
        Op::Like => format!("(?is)^{}$", glob(value.text)),
        _ => format!("(?is)^{plain}$"),
    };
    regex(value, &source)
}

fn pattern(value: Literal<'_>) -> Result<Matcher1, Diagnostic> {
    match value.fold {
        true => regex(value, &format!("(?i){}", value.text)),
        false => regex(value, value.text),
    }
}

fn regex(value: Literal<'_>, source: &str) -> Result<Matcher1, Diagnostic> {
    Pattern::new(source).map(Matcher1::Pattern).map_err(|reason| {
        let message = format!("bad regular expression: {reason}");
        let error = value.error(message);
        match reason.contains("look-around") || reason.contains("backref") {
            true => error.help("write two tests and join them with `and`"),
            false => error.help("text with . * ( [ as it is: use contains"),
        }
    })
}

/// Joins tests of one kind into one test, each value once.
pub(super) fn merged(matchers: Vec<Matcher1>) -> Vec<Matcher1> {
    let mut merged: Vec<Matcher1> = Vec::new();
    let mut patterns = Vec::new();
    for next in matchers {
        if let Matcher1::Pattern(regex) = next {
            patterns.push(regex);
        } else if !merged.iter_mut().any(|before| join(before, &next)) {
            merged.push(next);
        }
    }
    for matcher in &mut merged {
        match matcher {
            Matcher1::Is(all) => {
                once(all);
                if all.len() > LONG {
                    all.sort_unstable();
                }
            }
            Matcher1::Starts(all) => once(all),
            Matcher1::Ends(all) | Matcher1::Contains(all) => once(all),
            Matcher1::Network(all) => {
                once(all);
                if all.len() > LONG {
                    // No network inside of another is left, and all are in
                    // order.
                    *all = IpNet::aggregate(all);
                    all.sort_unstable();
                }
            }
            Matcher1::Null | Matcher1::Bool(_) | Matcher1::Pattern(_) => (),
            Matcher1::Number { .. } | Matcher1::Time { .. } => (),
            Matcher1::Duration { .. } => (),
        }
    }
    merged.retain(|test| !matches!(test, Matcher1::Is(all) if all.is_empty()));
    if !patterns.is_empty() {
        merged.extend(joined(patterns).into_iter().map(Matcher1::Pattern));
    }
    merged
}

/// Adds `next` to `before` if both are of one kind.
fn join(before: &mut Matcher1, next: &Matcher1) -> bool {
    match (before, next) {
        (Matcher1::Is(all), Matcher1::Is(more))
        | (Matcher1::Starts(all), Matcher1::Starts(more))
        | (Matcher1::Ends(all), Matcher1::Ends(more))
        | (Matcher1::Contains(all), Matcher1::Contains(more)) => {
            all.extend_from_slice(more);
            true
        }
        (Matcher1::Network(all), Matcher1::Network(more)) => {
            all.extend_from_slice(more);
            true
        }
        (Matcher1::Null, Matcher1::Null) => true,
        (Matcher1::Bool(one), Matcher1::Bool(same)) => one == same,
        _ => false,
    }
}

/// Makes one pattern of several, unless that would be too large.
fn joined(patterns: Vec<Pattern>) -> Vec<Pattern> {
    match Pattern::any_of(&patterns) {
        Some(all) => vec![all],
        None => patterns,
    }
}

/// Removes values that were there before.
fn once<T: Clone + Eq + Hash>(all: &mut Vec<T>) {
    let mut seen = HashSet::new();
    all.retain(|one| seen.insert(one.clone()));
}
