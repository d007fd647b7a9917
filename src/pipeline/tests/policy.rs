//! What a policy does as a step.

use super::*;
use crate::policy::Doubt;

/// Makes a pipeline with a policy of these rules.
fn with_policy(steps: &str, rules: &str) -> Result<Pipeline, Refused> {
    let text = format!("apiVersion: audit.k8s.io/v1\nrules: {rules}");
    let compiled =
        expr::compile_with(&[Source::expression(steps)], &mut |_, _, _| {
            Ok(text.clone().into())
        });
    Pipeline::new(compiled.unwrap().plan)
}

#[test]
fn a_policy_is_a_step_among_others() {
    let steps =
        "verb = get | policy \"p\" | level = Metadata | label a = \"b\"";
    let pipeline = with_policy(steps, "[{level: Metadata}]").unwrap();
    let mut judge = pipeline.judge(Reading::default());
    let event = r#"{"level":"Request","verb":"get","requestObject":{}}"#;
    let left = r#"{"level":"Metadata","verb":"get","annotations":{"kaudit-filter/a":"b"}}"#;
    assert_eq!(sent(&mut judge, event), left);
    assert_eq!(sent(&mut judge, &event.replace("get", "put")), "Skip");
    // It stands on what earlier steps have left.
    let steps = "label a = \"b\" | policy \"p\" | policy \"p\"";
    let pipeline = with_policy(steps, "[{level: Metadata}]").unwrap();
    assert_eq!(sent(&mut pipeline.judge(Reading::default()), event), left);
}

#[test]
fn a_policy_in_doubt_passes_the_event_and_says_why() {
    let rules = "[{level: None, verbs: [get]}, {level: Metadata}]";
    let pipeline = with_policy("policy \"p\"", rules).unwrap();
    let mut judge = pipeline.judge(Reading::default());
    let event = br#"{"auditID":"a","requestObject":{}}"#;
    let judgement = judge.judge(event, &mut Vec::new());
    assert_eq!(judgement.verdict, Verdict::Keep);
    assert_eq!(judgement.doubt, Some(Doubt::Verb));
    let judgement = judge.judge(br#"{"verb":"get"}"#, &mut Vec::new());
    assert_eq!((judgement.verdict, judgement.doubt), (Verdict::Skip, None));
    // In doubt whether it passes at all, nothing is changed.
    let cut = br#"{"level":"Request","verb":"put","user":{},"objectRef":{},"requestObject":{},"a":"#;
    let pipeline = with_policy("code = 1 | policy \"p\"", rules).unwrap();
    let judgement =
        pipeline.judge(Reading::default()).judge(cut, &mut Vec::new());
    assert_eq!(judgement.verdict, Verdict::Unknown);
}

#[test]
fn a_policy_that_no_apiserver_takes_is_refused() {
    let refused = with_policy("policy \"p\"", "[]").unwrap_err();
    assert_eq!(refused.to_string(), "`p` is no audit policy: no rules");
}
