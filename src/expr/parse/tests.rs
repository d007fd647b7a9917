use super::*;
use crate::expr::ast::{ExprKind, Item, Step};

#[track_caller]
fn check(text: &str) {
    let mut found = Vec::new();
    let file = parse(text, &mut found);
    assert!(found.is_empty(), "{text}: {found:?}");
    assert!(!file.items.is_empty(), "{text}");
}

#[test]
fn every_step_of_the_grammar_is_read() {
    for step in [
        "where code >= 400",
        "skip exec or attach",
        "drop managedFields, user.extra[\"a/b\"], **.metadata.uid",
        "keep code, verb, requestObject.spec[*].x",
        "mask annotations[\"x\"], ua",
        "mask ua with \"-\"",
        "truncate message, requestObject to 1KiB",
        "detect",
        "detect one, two",
        "tag odd",
        "tag odd if code = 500 and not exec",
        "label site = \"north\"",
        "dedup",
        "dedup by auditID, stage within 5m",
        "first by sourceip, user within 14d",
        "sample 1/100",
        "head 10",
        "limit 50/s",
        "limit 50/s by user",
        "count",
        "count by user, resource top 10",
        "count distinct name by user every 1h",
        "count by peer within 30m having >= 10 top 3",
        "count having ge 10",
        "policy \"audit-policy.yaml\"",
        "count(sourceip) > 1 | head 1",
        "a | b | c | drop d | e",
    ] {
        check(step);
    }
}

#[test]
fn every_condition_of_the_grammar_is_read() {
    for condition in [
        "true or false",
        "not not !a && (b || !(c))",
        "any(rbac, .verbs = \"*\" or .resources in (a, b))",
        "not all(sourceip, . in @loopback) and none(x, .y[0].z == 1)",
        "has(user.extra[\"a/b\"]) and empty(objectRef)",
        "count(subjects, .kind = User) >= 2",
        "len(name) > 63 and keys(requestObject.data) contains \"key\"",
        "hour(time) < 6 or weekday(time) in (6, 7)",
        "ns != field(sa-ns)",
        "code eq 1 or code ne 1 or code lt 1 or code le 1",
        "code gt 1 or code ge 1",
        "a in (x, \"y\", 'z'i, r\"w\"i, @list, 1..2, 4xx, null,)",
        "a not in () and a not contains b and a not like \"*\"",
        "a not starts (b) and a not ends c and a not matches d",
        "a =~ r\"^x\" and a !~ r\"y$\" and a matches \"z\"",
        "requestObject.a[*].b[-1][\"c\"].d-e == true",
        "peer in 10.0.0.0/8 or peer = ::1",
        "latency > 1.5s or size > 100KiB or time >= 2026-11-21T09:30:00Z",
        "uri = /api/v1/pods?limit",
        "user = system:serviceaccount:ns:name or x = a@b.c or y = -1",
    ] {
        check(condition);
    }
}

#[test]
fn definitions_are_read_up_to_where_they_end() {
    let text = "
        # a comment
        let a = b and # another
            c
        list d = (e,
                  f); list g = from \"file\"
        rule h critical \"text\" = a
            or b
        rule i = a; let j =
            not
            a
        skip a
        | head 3
    ";
    let mut found = Vec::new();
    let file = parse(text, &mut found);
    assert!(found.is_empty(), "{found:?}");
    let kinds: String = file
        .items
        .iter()
        .map(|item| match item {
            Item::Let { .. } => 'l',
            Item::List { .. } => 'i',
            Item::Rule(_) => 'r',
            Item::Broken(_) => 'b',
            Item::Pipeline { .. } => 'p',
        })
        .collect();
    assert_eq!(kinds, "liirrlp");
}

#[test]
fn and_binds_tighter_than_or() {
    let mut found = Vec::new();
    let file = parse("a or b and c", &mut found);
    let [Item::Pipeline { steps, .. }] = file.items.as_slice() else {
        panic!("{file:?}");
    };
    let [Step::Where(condition)] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    let ExprKind::Any(parts) = &condition.kind else {
        panic!("{condition:?}");
    };
    assert!(matches!(parts[0].kind, ExprKind::Bare(_)));
    assert!(matches!(parts[1].kind, ExprKind::All(_)));
    assert_eq!(found.len(), 1, "the mixture is warned of");
}

#[test]
fn one_mistake_does_not_hide_another() {
    for (text, expected) in [
        ("code => 4 | drop | head x", 3),
        ("let a = \nlet b = (\nlet c = a\n) | b", 3),
        ("a b\nc d\n", 2),
        ("let = 1; list = 2; rule = 3", 3),
    ] {
        let mut found = Vec::new();
        parse(text, &mut found);
        assert_eq!(found.len(), expected, "{text}: {found:#?}");
    }
}
