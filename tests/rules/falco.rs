//! Compares verdicts with Falco's own tests of its rules.

use std::{collections::BTreeSet, fs, path::Path};

use super::{data, hits, overview, table};

#[test]
fn each_case_of_falco_is_claimed_or_not() {
    let Some(data) = data("falco") else { return };
    let claims = claims();
    let known: BTreeSet<_> =
        claims.iter().map(|c| (c.suite, c.case)).collect();
    let text = expected(&data);
    let cases = cases(&text);
    let there: BTreeSet<_> = cases.iter().map(|c| (c.suite, c.case)).collect();
    assert_eq!(known, there);
    assert_eq!(known.len(), claims.len(), "a case is there twice");
    for (suite, file) in SUITES {
        let of_suite = claims.iter().filter(|claim| claim.suite == suite);
        let claimed = of_suite.clone().filter(|claim| claim.rule != "-");
        let counted = [of_suite.count(), claimed.count()];
        let [_, _, cases, same] = overview(file);
        assert_eq!(counted.map(|n| n.to_string()), [cases, same], "{file}");
    }
}

#[test]
fn verdicts_are_as_falcos() {
    let Some(data) = data("falco") else { return };
    let text = expected(&data);
    let claims = claims();
    for case in cases(&text) {
        let claim = claims.iter().find(|claim| {
            (claim.suite, claim.case) == (case.suite, case.case)
        });
        if let Some(claim) = claim.filter(|claim| claim.rule != "-") {
            check(&data, &case, claim);
        }
    }
}

/// Falco's suites, and our files for them.
const SUITES: [(&str, &str); 2] =
    [("falco-k8s_audit", "falco"), ("falco-psp", "falco-psp")];

/// A line of `expected.tsv`.
struct Case<'t> {
    suite: &'t str,
    case: &'t str,
    trace: &'t str,
    /// How often the rule that it is about has to match.
    count: usize,
}

/// A line of `falco.tsv`.
struct Claim {
    suite: &'static str,
    case: &'static str,
    rule: &'static str,
    lists: &'static str,
}

#[track_caller]
fn check(data: &Path, case: &Case<'_>, claim: &Claim) {
    let suite = SUITES.iter().find(|(suite, _)| *suite == case.suite);
    let (_, file) = suite.expect("a suite that we know");
    let prefix = if *file == "falco-psp" { "psp-" } else { "" };
    let trace = data.join("traces").join(format!("{prefix}{}", case.trace));
    let lists = (claim.lists != "-").then(|| {
        let root = env!("CARGO_MANIFEST_DIR");
        format!("{root}/tests/rules/{}.kaf", claim.lists)
    });
    let events = fs::read_to_string(trace).unwrap();
    let hits = hits(file, lists.as_deref(), &events);
    let named = hits.iter().filter(|hit| match claim.rule {
        "*" => true,
        rule => hit.names(rule),
    });
    let name = case.case;
    assert_eq!(named.count(), case.count, "{name}: {} {hits:?}", claim.rule);
}

fn claims() -> Vec<Claim> {
    let rows = table(include_str!("falco.tsv")).into_iter();
    let claim = |[suite, case, rule, lists]: [&'static str; 4]| Claim {
        suite,
        case,
        rule,
        lists,
    };
    rows.map(claim).collect()
}

fn expected(data: &Path) -> String {
    fs::read_to_string(data.join("expected.tsv")).unwrap()
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let rows = table(text).into_iter().skip(1);
    let case = |[suite, case, trace, expect]: [_; 4]| {
        let (_, count) = str::rsplit_once(expect, '=').unwrap();
        Case { suite, case, trace, count: count.parse().unwrap() }
    };
    rows.map(case).collect()
}
