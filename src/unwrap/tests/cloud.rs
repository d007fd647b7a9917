//! What stores and clouds make of events.

use super::*;

#[test]
fn clouds_and_stores_are_opened() {
    let text = quoted(&format!("{EVENT}\n"));
    for (form, line) in [
        (
            Form::Azure,
            format!(r#"{{"properties":{{"log":{text},"pod":"p"}}}}"#),
        ),
        (Form::Azure, format!(r#"{{"properties":{{"log":{EVENT}}}}}"#)),
        (
            Form::Azure,
            format!(
                r#"{{"a":{{}},"properties":{}}}"#,
                quoted(&format!("{{\"log\":{text}}}"))
            ),
        ),
        (
            Form::Azure,
            format!(r#"{{"records":[{{"properties":{{"log":{text}}}}}]}}"#),
        ),
        (
            Form::Azure,
            format!(r#"{{"log_s":{text},"Category":"kube-audit"}}"#),
        ),
        (Form::Source, format!(r#"{{"_index":"i","_source":{EVENT}}}"#)),
        (
            Form::Source,
            format!(
                r#"{{"_source":{{"log":{{"file":{{}}}},"message":{text}}}}}"#
            ),
        ),
        (
            Form::Source,
            format!(
                r#"{{"took":1,"hits":{{"total":{{}},"hits":[{{"_source":{{"log":{text}}}}}]}}}}"#
            ),
        ),
        (
            Form::Cloudwatch,
            format!(
                r#"{{"events":[{{"timestamp":1,"message":{text}}}],"x":[]}}"#
            ),
        ),
        (
            Form::Cloudwatch,
            format!(
                r#"{{"messageType":"DATA_MESSAGE","logEvents":[{{"id":"1","message":{text}}}]}}"#
            ),
        ),
        (
            Form::Cloudwatch,
            format!(
                r#"{{"results":[[{{"field":"@message","value":{text}}}]]}}"#
            ),
        ),
        (
            Form::Cloudwatch,
            format!(r#"{{"@timestamp":"T","@message":{EVENT}}}"#),
        ),
    ] {
        check(form, &line, EVENT);
    }
    left(r#"{"properties":{"log":"I0101 klog {}\n","pod":"p"}}"#);
    left(r#"{"records":[]}"#);
}

#[test]
fn an_event_of_the_collector_gets_its_level_back() {
    let line = r#"{"@timestamp":"T","auditID":"a","k8s_audit_level":"Request","kind":"Event","level":"default","log_type":"audit","openshift":{}}"#;
    let event = r#"{"auditID":"a","kind":"Event","level":"Request"}"#;
    check(Form::Viaq, line, event);
    let source = format!(r#"{{"_source":{line}}}"#);
    check(Form::Source, &source, event);
}

#[test]
fn what_pods_and_nodes_write_is_no_event_of_the_apiserver() {
    let text = quoted(EVENT);
    let line = |log: &str| {
        format!(r#"{{"log_type":"{log}","message":{text},"openshift":{{}}}}"#)
    };
    for log in ["application", "infrastructure"] {
        left(&line(log));
        left(&format!(r#"{{"_source":{}}}"#, line(log)));
        let choice = Choice::Form(Form::Message);
        let asked = chosen(&choice, Form::Message, &line(log), 1000);
        assert_eq!(asked, [(Form::Message, 1, EVENT.to_owned())]);
    }
    check(Form::Message, &line("audit"), EVENT);
}

#[test]
fn google_is_known_and_left() {
    for line in [
        r#"{"protoPayload":{"@type":"x","methodName":"io.k8s.core.v1.pods.create"},"insertId":"a"}"#,
        r#"{"Entry":{"Payload":{}},"AuditPayload":"{}"}"#,
    ] {
        check(Form::Google, line, line);
    }
}
