//! Compares the values of one field with those of another.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::item::{Held, Item};
use super::matching::Scratch;
use crate::expr::plan::Relation;
use crate::scan::DefectKind;

/// Returns whether `item` is in this relation to one of `others`.
///
/// * Values of different types are in none; a time in text is compared as a
///   time where an order is asked for.
pub(super) fn holds(
    relation: Relation,
    item: Item<'_>,
    others: &[Held],
    scratch: &mut Scratch,
) -> Result<bool, DefectKind> {
    let Some(value) = item.held(&mut scratch.text)? else {
        return Ok(false);
    };
    Ok(others.iter().any(|other| are(relation, &value, other)))
}

fn are(relation: Relation, value: &Held, other: &Held) -> bool {
    let order = || order(value, other);
    let texts = match (value, other) {
        (Held::Text(value), Held::Text(other)) => Some((value, other)),
        _ => None,
    };
    match relation {
        Relation::Equal => is_equal(value, other),
        Relation::Less => order() == Some(Ordering::Less),
        Relation::AtMost => order().is_some_and(Ordering::is_le),
        Relation::More => order() == Some(Ordering::Greater),
        Relation::AtLeast => order().is_some_and(Ordering::is_ge),
        Relation::Contains => texts.is_some_and(|(a, b)| a.contains(&**b)),
        Relation::Starts => texts.is_some_and(|(a, b)| a.starts_with(&**b)),
        Relation::Ends => texts.is_some_and(|(a, b)| a.ends_with(&**b)),
    }
}

fn is_equal(value: &Held, other: &Held) -> bool {
    match (value, other) {
        (Held::Number(a), Held::Number(b)) => {
            a.partial_cmp(b) == Some(Ordering::Equal)
        }
        _ => value == other,
    }
}

fn order(value: &Held, other: &Held) -> Option<Ordering> {
    match (value, other) {
        (Held::Number(a), Held::Number(b)) => a.partial_cmp(b),
        (Held::Text(a), Held::Text(b)) => {
            let (a, b): (Timestamp, Timestamp) =
                (a.parse().ok()?, b.parse().ok()?);
            Some(a.cmp(&b))
        }
        _ => None,
    }
}
