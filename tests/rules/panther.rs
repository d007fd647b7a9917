//! Compares verdicts with Panther's own tests of its rules.

use std::fs;

use serde_json::Value;

use super::{data, hits, overview, table};

#[test]
fn each_case_of_panther_is_claimed_or_not() {
    let Some(cases) = cases() else { return };
    let claims = claims();
    let claimed = cases.iter().filter(|case| claim(&claims, case).rule != "-");
    let counted = [cases.len(), claimed.count()].map(|n| n.to_string());
    let [_, _, all, same] = overview("panther");
    assert_eq!(counted, [all, same]);
    for wanted in &claims {
        let used = cases.iter().any(|case| claim(&claims, case) == wanted);
        assert!(used, "no case for {wanted:?}");
    }
}

#[test]
fn verdicts_are_as_panthers() {
    let Some(cases) = cases() else { return };
    let claims = claims();
    for case in &cases {
        match claim(&claims, case).rule {
            "-" => (),
            rule => check(rule, case),
        }
    }
}

/// A line of `panther.tsv`.
#[derive(Debug, PartialEq)]
struct Claim {
    original: &'static str,
    form: &'static str,
    test: &'static str,
    rule: &'static str,
}

#[track_caller]
fn check(rule: &str, case: &Value) {
    let hits = hits("panther", None, &format!("{}\n", case["log"]));
    let found = hits.iter().any(|hit| hit.names(rule));
    let (original, test) = (text(case, "rule"), text(case, "test"));
    let expected = case["expected"].as_bool().unwrap();
    assert_eq!(found, expected, "{original}, {test}: {hits:?}");
}

/// Returns the one line of the table that speaks of `case`.
#[track_caller]
fn claim<'c>(claims: &'c [Claim], case: &Value) -> &'c Claim {
    let [rule, form, test] = ["rule", "form", "test"].map(|k| text(case, k));
    let of_form = claims.iter().filter(|claim| {
        claim.form == form && (claim.original == rule || claim.original == "*")
    });
    let (by_name, rest): (Vec<_>, Vec<_>) = of_form
        .filter(|claim| claim.test == test || claim.test == "*")
        .partition(|claim| claim.test != "*");
    let found = if by_name.is_empty() { rest } else { by_name };
    let [claim] = found[..] else {
        panic!("{} lines for {rule}, {form}, {test}", found.len())
    };
    claim
}

fn claims() -> Vec<Claim> {
    let rows = table(include_str!("panther.tsv")).into_iter();
    let claim = |[original, form, test, rule, _]: [&'static str; 5]| Claim {
        original,
        form,
        test,
        rule,
    };
    rows.map(claim).collect()
}

fn cases() -> Option<Vec<Value>> {
    let file = data("panther")?.join("tests.jsonl");
    let lines = fs::read_to_string(file).unwrap();
    let case = |line| serde_json::from_str(line).unwrap();
    Some(lines.lines().map(case).collect())
}

fn text<'v>(case: &'v Value, key: &str) -> &'v str {
    case[key].as_str().unwrap()
}
