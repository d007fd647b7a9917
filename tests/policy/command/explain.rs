//! `policy explain` says which rule decides, and why the others do not.

use super::policy;
use crate::tool::{Folder, run};

const RULES: &str = "\
- level: None
  users: [system:kube-proxy]
- level: None
  verbs: [watch]
- level: None
  nonResourceURLs: ['/healthz*']
- level: None
  namespaces: [kube-system]
- level: Metadata
  resources:
  - resources: [secrets]
- level: RequestResponse
  omitManagedFields: true
  omitStages: [Panic]
";

#[track_caller]
fn check(args: &[&str], input: &str, expected: &str) {
    let folder = Folder::new();
    let file = folder.file("a.yaml", policy(RULES));
    let args = [&["policy", "explain", &file], args].concat();
    run(&args, input).check(0, expected);
}

#[test]
fn a_request_is_explained_rule_by_rule() {
    check(
        &[
            "GET /api/v1/namespaces/x/secrets/y",
            "--user",
            "jane",
            "--group",
            "dev",
        ],
        "",
        "\
get: secrets of the core group, name y, namespace x; by jane of dev, \
system:authenticated
  rule 1   line 5    no: the user jane is none of system:kube-proxy
  rule 2   line 7    no: the verb get is none of watch
  rule 3   line 9    no: it is for paths only
  rule 4   line 11   no: the namespace is none of kube-system
  rule 5   line 13   decides
  level     Metadata
  stages    ResponseStarted, ResponseComplete, Panic
  bodies    none
",
    );
    check(
        &["put /apis/apps/v1/namespaces/x/deployments/y/scale"],
        "",
        "\
update: deployments/scale of apps, name y, namespace x; by nobody (not \
authenticated)
  rule 1   line 5    no: it asks for users, and there is none
  rule 2   line 7    no: the verb update is none of watch
  rule 3   line 9    no: it is for paths only
  rule 4   line 11   no: the namespace is none of kube-system
  rule 5   line 13   no: the API group is none of its
  rule 6   line 16   decides
  level     RequestResponse
  stages    ResponseStarted, ResponseComplete
  bodies    what is sent and what is answered, without managedFields
",
    );
}

#[test]
fn a_user_is_in_the_groups_that_an_apiserver_adds() {
    let account = "system:serviceaccount:shop:web";
    for (user, group, expected) in [
        ("jane", "system:authenticated", "jane of system:authenticated"),
        ("system:anonymous", "a", "system:anonymous of a, system:unauthent"),
        (
            account,
            "a",
            "web of a, system:serviceaccounts, system:serviceaccounts:shop, \
             system:authenticated",
        ),
    ] {
        let folder = Folder::new();
        let file = folder.file("a.yaml", policy(RULES));
        let request = ["policy", "explain", &file, "GET /version", "--user"];
        let args = [&request[..], &[user, "--group", group]].concat();
        let out = String::from_utf8(run(&args, "").out).unwrap();
        assert!(out.contains(expected), "{out}");
    }
}

#[test]
fn events_are_explained_by_what_was_known_when_they_were_decided_on() {
    let event = r#"{"kind":"Event","level":"Metadata","stage":"ResponseComplete","requestURI":"/healthz/etcd","verb":"get","user":{"username":"a\u001b"}}"#;
    check(
        &[],
        &format!("{event}\n"),
        "\
get: the path /healthz/etcd; by a\\u{1b}
  rule 1   line 5    no: the user a\\u{1b} is none of system:kube-proxy
  rule 2   line 7    no: the verb get is none of watch
  rule 3   line 9    decides
  level     None
  recorded  nothing
",
    );
}

#[test]
fn an_event_that_has_lost_its_user_is_explained_up_to_the_rule_that_asks() {
    let event = r#"{"kind":"Event","level":"Metadata","stage":"ResponseComplete","requestURI":"/version","verb":"get","user":"admin"}"#;
    check(
        &[],
        event,
        "\
get: the path /version; by an unknown user
  rule 1   line 5    cannot be told: no readable user
",
    );
    check(
        &[],
        &event.replace(r#""admin""#, "{}"),
        "\
get: the path /version; by nobody (not authenticated)
  rule 1   line 5    no: it asks for users, and there is none
  rule 2   line 7    no: the verb get is none of watch
  rule 3   line 9    no: the path is none of /healthz*
  rule 4   line 11   no: it is for resources only
  rule 5   line 13   no: it is for resources only
  rule 6   line 16   decides
  level     RequestResponse
  stages    ResponseStarted, ResponseComplete
  bodies    what is answered, without managedFields
",
    );
}

#[test]
fn what_an_apiserver_would_ignore_is_told() {
    let folder = Folder::new();
    let odd = folder.file("a.yaml", policy(&format!("{RULES}  verb: [x]\n")));
    let plain = folder.file("b.yaml", policy(RULES));
    let explain =
        |file: &str| run(&["policy", "explain", file, "GET /api"], "");
    let (plain, ran) = (explain(&plain), explain(&odd));
    assert_eq!((ran.code, ran.out == plain.out), (Some(0), true));
    assert_eq!(plain.err, "");
    let words = "unknown field `verb`, which is ignored";
    assert!(ran.err.contains(words), "{}", ran.err);
}

#[test]
fn a_policy_comes_on_standard_input_where_no_event_does() {
    let args = ["policy", "explain", "-", "GET /healthz"];
    let ran = run(&args, policy(RULES));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let ran = run(&args[..3], policy(RULES));
    ran.check(2, "");
    let said = "standard input cannot have both the policy and the events";
    assert!(ran.err.contains(said), "{}", ran.err);
}

#[test]
fn what_is_no_request_is_said() {
    let folder = Folder::new();
    let file = folder.file("a.yaml", policy(RULES));
    for request in ["/healthz", "GET healthz", "GET /healthz HTTP/1.1"] {
        let ran = run(&["policy", "explain", &file, request], "");
        assert_eq!(ran.code, Some(2), "{request}");
        assert!(ran.err.contains("REQUEST"), "{}", ran.err);
    }
    let ran = run(&["policy", "explain", &file], "hello\n");
    assert_eq!(ran.code, Some(65));
    assert!(ran.err.contains("no audit event"), "{}", ran.err);
}
