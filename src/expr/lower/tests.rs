use super::*;
use crate::expr::{Source, compile};

fn plan(text: &str) -> Plan {
    compile(&[Source::expression(text)]).unwrap().plan
}

#[track_caller]
fn check(text: &str, same_as: &str) {
    let (one, other) = (plan(text), plan(same_as));
    assert_eq!(one.to_string(), other.to_string(), "{text}");
}

#[test]
fn constants_leave_no_trace() {
    check("exec and true", "exec");
    check("exec or false", "exec");
    check("not false", "true");
    check("(exec or true) and not (attach and false)", "true");
    check("skip exec and false", "true");
    check("code in ()", "false");
    check("not (not exec)", "exec");
    check("!!!exec", "not exec");
}

#[test]
fn equal_parts_are_one() {
    check("exec and exec", "exec");
    check("exec and (exec and failed)", "exec and failed");
    let plan = plan("code = 403 or forbidden or denied | skip denied");
    let code = plan.tests.iter().filter(|test| {
        plan.subject(test.subject).roots() == ["responseStatus"]
    });
    assert_eq!(code.count(), 2, "{plan}");
}

#[test]
fn the_cheapest_operand_is_first() {
    check(
        "requestObject.x = 1 and decision = allow and code = 1 and verb = get",
        "verb = get and code = 1 and decision = allow and requestObject.x = 1",
    );
    check(
        "(exec or verb = get) and user = x",
        "user = x and (exec or verb = get)",
    );
    check("name = b and name = a", "name = b and name = a");
}

#[test]
fn roots_are_in_the_order_of_the_apiserver() {
    let plan = plan(
        "decision = allow and requestObject.x = 1 and code = 1 \
                     and verb = get | where user = x",
    );
    let roots: Vec<&str> = plan.roots.iter().map(|root| &**root).collect();
    assert_eq!(
        roots,
        ["verb", "user", "responseStatus", "requestObject", "annotations",]
    );
}

#[test]
fn children_stand_before_their_parents() {
    let plan = plan("denied and not (exec or secret-read) | skip outcome");
    for (at, node) in plan.nodes.iter().enumerate() {
        let below = match node {
            Node::Const(_) | Node::Test(_) => continue,
            Node::Not(inner) => std::slice::from_ref(inner),
            Node::All(parts) | Node::Any(parts) => parts,
            Node::Each(_, _, body) => std::slice::from_ref(body),
        };
        assert!(below.iter().all(|id| (id.0 as usize) < at));
    }
}

#[test]
fn what_is_not_used_is_not_in_the_plan() {
    let plan = plan("let mine = uri = \"/x\"\ncode >= 400");
    assert_eq!(plan.tests.len(), 1);
    assert_eq!(plan.nodes.len(), 1);
    assert_eq!(plan.roots.len(), 1);
}
