//! What an attacker writes hides nothing from the predicates that we ship.

use serde_json::{Value, json};

use crate::tool::run;

/// Checks which of these expressions keep the event.
#[track_caller]
fn check(line: &str, kept: &[&str], skipped: &[&str]) {
    assert!(!line.contains('\n'), "an event is one line");
    let all = kept.iter().map(|text| (text, 0));
    for (text, code) in all.chain(skipped.iter().map(|text| (text, 1))) {
        let ran = run(&["-q", text], format!("{line}\n"));
        assert_eq!(ran.code, Some(code), "{text} of {line}\n{}", ran.err);
    }
}

/// Writes an event with these members beside the usual ones.
fn event(members: &Value) -> String {
    let mut event = json!({
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
        "auditID": "0f3b1c2d-1111-4222-8333-0123456789ab",
        "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/prod/pods",
        "verb": "create",
        "user": {"username": "mallory", "groups": ["system:authenticated"]},
        "sourceIPs": ["10.1.2.3"],
        "userAgent": "kubectl/v1.36",
        "objectRef": {"resource": "pods", "namespace": "prod"},
        "responseStatus": {"metadata": {}, "code": 201},
    });
    for (key, value) in members.as_object().unwrap() {
        event[key] = value.clone();
    }
    event.to_string()
}

/// Writes the creation of a pod whose body is this text.
fn creation(body: &str) -> String {
    event(&json!({"requestObject": "BODY"})).replace("\"BODY\"", body)
}

#[test]
fn keys_are_known_behind_their_escapes() {
    let spec = r#"{"spec":{"containers":[{"securityContext":{"KEY":true}}]}}"#;
    for key in [
        "privileged",
        r"privi\u006ceged",
        r"\u0070\u0072ivileged",
        r"privile\u0067\u0065\u0064",
    ] {
        let line = creation(&spec.replace("KEY", key));
        check(&line, &["privileged-pod"], &["not privileged-pod"]);
    }
    let line = event(&json!({"verb": "list", "objectRef": {"X": "secrets"}}));
    let line = line.replace("\"X\"", r#""resour\u0063e""#);
    check(&line, &["secret-list", "secret-dump"], &["not secret-read"]);
    let line = event(&json!({"verb": "V"}));
    let line = line.replace("\"V\"", r#""d\u0065lete""#);
    check(&line, &["verb = delete", "write"], &["pod-create"]);
}

#[test]
fn of_repeated_keys_in_a_body_the_last_counts() {
    let body = |flags: &str| {
        let context = format!(r#"{{"securityContext":{{{flags}}}}}"#);
        creation(&format!(r#"{{"spec":{{"containers":[{context}]}}}}"#))
    };
    let hidden = body(r#""privileged":false,"privileged":true"#);
    check(&hidden, &["privileged-pod"], &[]);
    let escaped = body(r#""privileged":false,"\u0070rivileged":true"#);
    check(&escaped, &["privileged-pod"], &[]);
    let harmless = body(r#""privileged":true,"privileged":false"#);
    check(&harmless, &[], &["privileged-pod"]);
    let lists = creation(concat!(
        r#"{"spec":{"containers":[]},"spec":{"hostPID":true,"#,
        r#""containers":[{"image":"x","image":"evil:1"}]}}"#
    ));
    check(&lists, &["host-pid", "images = \"evil:1\""], &["images = x"]);
}

#[test]
fn of_repeated_keys_of_the_event_the_first_counts() {
    let line = event(&json!({"responseStatus": {"code": 403}}));
    let line = line.replace("\"code\":403", "\"code\":403,\"code\":200");
    check(&line, &["failed", "forbidden"], &["succeeded"]);
}

#[test]
fn text_in_values_is_no_structure() {
    let forged = concat!(
        r#""},"objectRef":{"resource":"secrets"},"verb":"get","#,
        r#""user":{"username":"system:anonymous"},"code":403,"x":{"y":""#
    );
    for place in ["userAgent", "requestURI", "auditID"] {
        let line = event(&json!({place: forged}));
        let not = ["secret-read", "failed", "anonymous-user", "verb = get"];
        check(&line, &["pod-create", "succeeded"], &not);
    }
    let body = json!({"data": {"x": forged, forged: "x"}, "code": 403,
        "verb": "get", "objectRef": {"resource": "secrets"}});
    let line = event(&json!({"requestObject": body, "responseObject": body}));
    check(&line, &["pod-create"], &["secret-read", "failed"]);
    let line = event(&json!({"userAgent": "curl/8\",\"code\":200,\"x\":\"",
        "responseStatus": {"code": 403}}));
    check(&line, &["failed", "scripted-client"], &["succeeded"]);
}

#[test]
fn of_forwarded_addresses_the_last_is_the_peer() {
    let line =
        event(&json!({"sourceIPs": ["10.0.0.1", "127.0.0.1", "8.8.8.8"]}));
    let kept = [
        "public-source",
        "forwarded",
        "spoofed-source-ip",
        "peer = 8.8.8.8",
        "sourceip in @loopback",
    ];
    let skipped = [
        "peer in @private",
        "peer in @loopback",
        "all(sourceip, . in (@private, @loopback))",
    ];
    check(&line, &kept, &skipped);
    let line = event(&json!({"sourceIPs": ["8.8.8.8", "10.0.0.1"]}));
    check(&line, &["peer in @private"], &["public-source"]);
    let line = event(&json!({"sourceIPs": ["::ffff:10.0.0.1"]}));
    check(&line, &["has(peer)"], &["forwarded"]);
}

#[test]
fn a_failed_login_has_no_user_and_is_seen() {
    let line = event(&json!({
        "user": {}, "stage": "ResponseStarted", "objectRef": null,
        "responseStatus": {"code": 401},
    }));
    let kept = [
        "outcome",
        "unauthorized",
        "denied",
        "no-identity",
        "unauthenticated",
        "user != alice",
        "user not in (alice, bob)",
        "not system-user",
        "not user starts \"system:\"",
    ];
    check(&line, &kept, &["human-user", "has(user)", "anonymous-user"]);
}

#[test]
fn json_patches_are_looked_into() {
    let patch = json!([
        {"op": "test", "path": "/metadata/name", "value": "web"},
        {"op": "replace", "path": "/spec/containers/0/securityContext",
         "value": {"privileged": true}},
    ]);
    let line = event(&json!({"verb": "patch", "requestObject": patch}));
    let kept = [
        "opaque-patch",
        "count(patch) = 2",
        "patch.value.privileged = true",
        "any(patch, .op = replace and .path starts \"/spec/\")",
        "any(patch, .op = test and .value = web)",
    ];
    let skipped = [
        "any(patch, .op = test and .path starts \"/spec/\")",
        "privileged-pod",
        "has(object)",
    ];
    check(&line, &kept, &skipped);
    let pod = json!({"kind": "Pod", "spec": {"containers": [
        {"securityContext": {"privileged": true}}]}});
    let line = event(&json!({"verb": "patch", "requestObject": patch,
        "responseObject": pod}));
    check(&line, &["privileged-pod"], &["opaque-patch"]);
}

#[test]
fn lists_and_tables_are_looked_into() {
    let items = json!([{"metadata": {"name": "a"}},
        {"metadata": {"name": "token", "managedFields": [{}]}}]);
    let list = json!({"kind": "SecretList", "items": items});
    let rows = json!([{"cells": ["a"], "object": items[0]},
        {"cells": ["token"], "object": items[1]}]);
    let table = json!({"kind": "Table", "rows": rows});
    for body in [list, table] {
        let line = event(&json!({"verb": "list", "responseObject": body,
            "objectRef": {"resource": "secrets"}}));
        let names = "responseObject.items.metadata.name = token \
                     or responseObject.rows.object.metadata.name = token";
        check(&line, &["secret-dump", names], &["secret-write"]);
        let ran = run(&["drop managedFields"], format!("{line}\n"));
        let expected = line.replace(r#""managedFields":[{}],"#, "");
        ran.check(0, &format!("{expected}\n"));
    }
}

#[test]
fn depth_hides_nothing() {
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let objects =
        format!("{}1{}", r#"{"spec":"#.repeat(20_000), "}".repeat(20_000));
    for junk in [deep, objects] {
        let line = creation(&format!(
            r#"{{"a":{junk},"spec":{{"x":{junk},"containers":[{junk},
            {{"securityContext":{{"y":{junk},"privileged":true}}}}]}}}}"#
        ));
        let line = line.replace('\n', " ");
        check(&line, &["privileged-pod"], &["runs-as-root"]);
    }
}

#[test]
fn exec_is_exec_by_any_verb() {
    // WebSocket clients come with GET, SPDY ones with POST.
    for (verb, code) in [("get", 101), ("create", 101), ("create", 200)] {
        let uri = "/api/v1/namespaces/prod/pods/web/exec?tty=true&\
                   command=%2Fbin%2Fb%61sh&command=-c&\
                   command=cat+%2Fvar%2Frun%2Fsecrets%2Fx";
        let line = event(&json!({"verb": verb, "requestURI": uri,
            "objectRef": {"resource": "pods", "subresource": "exec",
                "name": "web", "namespace": "prod"},
            "responseStatus": {"code": code}}));
        let kept = [
            "exec",
            "pod-access",
            "interactive",
            "exec-shell",
            "exec-token-theft",
            "succeeded",
            "res = pods/exec",
            "cmd starts \"/bin/bash -c cat /var\"",
        ];
        check(&line, &kept, &["pod-create", "kubectl-cp", "attach"]);
    }
}

#[test]
fn pods_are_found_in_every_kind_of_workload() {
    let pod = json!({"initContainers": [{"image": "a"},
        {"image": "b", "securityContext": {"privileged": true}}]});
    let template = json!({"spec": pod});
    for (resource, body) in [
        ("pods", json!({"spec": pod})),
        ("deployments", json!({"spec": {"template": template}})),
        (
            "cronjobs",
            json!({"spec": {"jobTemplate": {"spec": {"template": template}}}}),
        ),
        ("podtemplates", json!({"template": template})),
    ] {
        let line = event(&json!({"requestObject": body,
            "objectRef": {"resource": resource}}));
        check(&line, &["privileged-pod", "images = b"], &["host-network"]);
    }
    let body = json!({"spec": {"ephemeralContainers": [
        {"securityContext": {"privileged": true}}]}});
    let line = event(&json!({"requestObject": body, "verb": "patch",
        "objectRef": {"resource": "pods",
            "subresource": "ephemeralcontainers"}}));
    check(&line, &["privileged-pod", "ephemeral-container"], &[]);
}

#[test]
fn rights_of_two_rules_are_not_mixed() {
    let rules = json!([{"verbs": ["get"], "resources": ["pods"]},
        {"verbs": ["create"], "resources": ["events"]}]);
    let one =
        json!([{"verbs": ["get", "create"], "resources": ["pods/exec"]}]);
    let role = |rules: &Value| {
        event(&json!({"requestObject": {"rules": rules},
            "objectRef": {"resource": "roles"}}))
    };
    let mixed = ["any(rbac, .verbs = create and .resources = pods)"];
    check(&role(&rules), &["write-role"], &mixed);
    check(&role(&rules), &[], &["exec-role", "escalating-role"]);
    check(&role(&one), &["exec-role", "escalating-role"], &[]);
}

#[test]
fn a_patch_that_calls_itself_a_status_is_looked_at() {
    let patch = json!({"kind": "Status", "spec": {"template": {"spec": {
        "containers": [{"name": "c", "securityContext": {"privileged": true}}]
    }}}});
    let line = event(&json!({
        "verb": "patch",
        "objectRef": {"resource": "deployments", "apiGroup": "apps"},
        "level": "Request",
        "requestObject": patch,
    }));
    check(&line, &["privileged-pod"], &[]);
}

#[test]
fn a_template_that_is_ignored_hides_none_that_is_not() {
    let privileged = json!({"containers": [
        {"name": "c", "securityContext": {"privileged": true}}
    ]});
    let junk = json!({"spec": {"containers": [{"name": "harmless"}]}});
    for (resource, spec) in [
        (
            "deployments",
            json!({
                "template": {"spec": privileged},
                "jobTemplate": {"spec": {"template": junk}},
            }),
        ),
        (
            "pods",
            json!({
                "containers": privileged["containers"],
                "template": junk,
            }),
        ),
    ] {
        let line = event(&json!({
            "verb": "patch",
            "objectRef": {"resource": resource},
            "level": "Request",
            "requestObject": {"spec": spec},
        }));
        check(&line, &["privileged-pod"], &[]);
    }
}
