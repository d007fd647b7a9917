//! Which rule decides, on policies and requests that chance makes, and on
//! some that we make.

use kaudit_filter::policy::{
    Answer, Asker, Doubt, Facts, Level, Mismatch, Program, Request,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{attributes, naive, policy};

const USERS: &[&str] = &["jane", "system:node:n1", "system:anonymous"];
const GROUPS: &[&str] = &["dev", "system:nodes", "system:authenticated"];
const VERBS: &[&str] = &["get", "list", "create", ""];
const NAMESPACES: &[&str] = &["", "shop", "kube-system"];
const API_GROUPS: &[&str] = &["", "apps", "*"];
const RESOURCES: &[&str] =
    &["*", "pods", "pods/*", "pods/exec", "*/exec", "*/*", "secrets", "exec"];
const NAMES: &[&str] = &["", "db", "web"];
const URLS: &[&str] = &["*", "/healthz", "/healthz*", "/api*", "/"];
const PATHS: &[&str] = &["/healthz", "/healthz/etcd", "/api", "/", ""];

fn some(words: &'static [&'static str]) -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(prop::sample::select(words), 0..3)
        .prop_map(|words| words.into_iter().map(Value::from).collect())
}

fn entry() -> impl Strategy<Value = Value> {
    let group = prop::sample::select(API_GROUPS);
    (group, some(RESOURCES), some(NAMES)).prop_map(
        |(group, resources, names)| {
            let names = if resources.is_empty() { vec![] } else { names };
            json!({"group": group, "resources": resources,
                "resourceNames": names})
        },
    )
}

fn rule() -> impl Strategy<Value = Value> {
    let resources = prop::collection::vec(entry(), 0..3);
    let lists = (some(USERS), some(GROUPS), some(VERBS), some(NAMESPACES));
    (lists, resources, some(URLS)).prop_map(|(lists, resources, urls)| {
        let (users, groups, verbs, namespaces) = lists;
        let is_for_resources = !resources.is_empty() || !namespaces.is_empty();
        let urls = if is_for_resources { vec![] } else { urls };
        json!({"level": "Metadata", "users": users, "userGroups": groups,
            "verbs": verbs, "namespaces": namespaces,
            "resources": resources, "nonResourceURLs": urls})
    })
}

fn request() -> impl Strategy<Value = Value> {
    let one = |words| prop::sample::select::<&str>(words);
    let user = prop::option::of((one(USERS), some(GROUPS)));
    let resource = one(&["pods", "secrets", "deployments"]);
    let object = (
        one(NAMESPACES),
        one(&["", "apps", "batch"]),
        resource,
        one(&["", "exec", "status"]),
        one(NAMES),
    );
    (user, one(VERBS), prop::option::of(object), one(PATHS)).prop_map(
        |(user, verb, object, path)| {
            let user = user
                .map(|(name, groups)| json!({"name": name, "groups": groups}));
            match object {
                None => json!({"user": user, "verb": verb, "path": path,
                    "resourceRequest": false}),
                Some((namespace, group, resource, sub, name)) => {
                    json!({"user": user, "verb": verb,
                    "resourceRequest": true, "namespace": namespace,
                    "apiGroup": group, "resource": resource,
                    "subresource": sub, "name": name})
                }
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// More than 64 rules, so that sets of them have more than one word.
    #[test]
    fn every_way_to_decide_comes_to_the_same(
        rules in prop::collection::vec(rule(), 1..150),
        requests in prop::collection::vec(request(), 1..20),
    ) {
        let text = json!({"rules": rules});
        let read = policy(&text);
        let program = Program::new(read.clone());
        for request in &requests {
            let attributes = attributes(request);
            let expected = naive::decide(&text, request);
            let decision = read.decide(&attributes).unwrap();
            prop_assert_eq!(decision.rule, expected, "{} {}", text, request);
            prop_assert_eq!(program.decide(&attributes), Ok(decision));
            let why = read.why(&attributes);
            let first = why.iter().position(|it| *it == Answer::Matches);
            prop_assert_eq!(first, expected);
        }
    }

    /// Whom a rule asks for is not guessed either, and no rule is in doubt
    /// that does not ask, or is not reached.
    #[test]
    fn without_a_user_the_first_rule_in_doubt_is_the_one_that_asks(
        rules in prop::collection::vec(rule(), 1..150),
        requests in prop::collection::vec(request(), 1..20),
    ) {
        let text = json!({"rules": rules});
        let read = policy(&text);
        let program = Program::new(read.clone());
        for request in &requests {
            let mut attributes = attributes(request);
            attributes.user = Asker::Unknown;
            let expected = naive::decide_without_user(&text, request);
            let decision = read.decide(&attributes);
            prop_assert_eq!(program.decide(&attributes), decision);
            let why = read.why(&attributes);
            let answer = |at: usize| why.get(at).copied();
            match expected {
                Ok(rule) => {
                    prop_assert_eq!(decision.map(|it| it.rule), Ok(rule));
                }
                Err(at) => {
                    let doubt = Doubt::User;
                    prop_assert_eq!(decision, Err(doubt), "{}", request);
                    let expected = Some(Answer::Doubtful(doubt));
                    prop_assert_eq!(answer(at), expected);
                }
            }
        }
    }

    /// What is not known must not decide: whatever it turns out to be, the
    /// rule that decided still does.
    #[test]
    fn a_decision_without_a_fact_holds_whatever_the_fact_is(
        rules in prop::collection::vec(rule(), 1..20),
        requests in prop::collection::vec(request(), 1..20),
    ) {
        let read = policy(&json!({"rules": rules}));
        let program = Program::new(read.clone());
        for request in &requests {
            let whole = attributes(request);
            let mut no_verb = whole.clone();
            no_verb.verb = None;
            let mut no_request = whole.clone();
            no_request.request = Request::Unknown;
            let mut no_user = whole.clone();
            no_user.user = Asker::Unknown;
            let mut nothing = no_user.clone();
            (nothing.verb, nothing.request) = (None, Request::Unknown);
            for part in [no_verb, no_request, no_user, nothing] {
                let decision = read.decide(&part);
                prop_assert_eq!(program.decide(&part), decision);
                if let Ok(decision) = decision {
                    prop_assert_eq!(read.decide(&whole), Ok(decision));
                }
            }
        }
    }
}

/// Checks the rule that decides on a request, given as `METHOD URI`, of jane,
/// who is in `dev`.
#[track_caller]
fn check(rules: &str, request: &str, expected: Option<usize>) {
    let rules: Value = serde_json::from_str(rules).unwrap();
    let (method, uri) = request.split_once(' ').unwrap();
    let facts = Facts::of_request(method, uri, Some(("jane", &["dev"])));
    let decision =
        policy(&json!({"rules": rules})).decide(&facts.attributes()).unwrap();
    assert_eq!(decision.rule, expected, "{rules} {request}");
}

#[test]
fn rules_match_as_they_are_described() {
    let pod = "GET /api/v1/namespaces/shop/pods/web";
    let exec = "POST /api/v1/namespaces/shop/pods/web/exec?command=sh";
    let all = r#"{"level":"None"}"#;
    for (rule, request, is_match) in [
        (r#""users":["jane"]"#, pod, true),
        (r#""users":["Jane"]"#, pod, false),
        (r#""userGroups":["x","dev"]"#, pod, true),
        (r#""users":["jane"],"userGroups":["ops"]"#, pod, false),
        (r#""verbs":["get"]"#, pod, true),
        (r#""verbs":["*"]"#, pod, false),
        (r#""verbs":["get"]"#, exec, false),
        (r#""verbs":["create"]"#, exec, true),
        (r#""namespaces":["shop"]"#, pod, true),
        (r#""namespaces":[""]"#, pod, false),
        (r#""namespaces":[""]"#, "GET /api/v1/pods", true),
        (r#""namespaces":["shop"]"#, "GET /api/v1/namespaces/shop", true),
        (r#""resources":[{}]"#, exec, true),
        (r#""resources":[{"group":"apps"}]"#, pod, false),
        (r#""resources":[{"group":"*"}]"#, pod, true),
        (r#""resources":[{"resources":["pods"]}]"#, exec, false),
        (r#""resources":[{"resources":["pods/*"]}]"#, exec, true),
        (r#""resources":[{"resources":["pods/*"]}]"#, pod, true),
        (r#""resources":[{"resources":["*/exec"]}]"#, exec, true),
        (r#""resources":[{"resources":["*/*"]}]"#, exec, false),
        (r#""resources":[{"resources":["*"]}]"#, exec, true),
        (
            r#""resources":[{"resources":["pods"],"resourceNames":["web"]}]"#,
            pod,
            true,
        ),
        (
            r#""resources":[{"resources":["pods"],"resourceNames":["web"]}]"#,
            "POST /api/v1/namespaces/shop/pods",
            false,
        ),
        (
            r#""resources":[{"resources":["pods"],"resourceNames":["web"]}]"#,
            "GET /api/v1/pods?fieldSelector=metadata.name%3Dweb",
            true,
        ),
        (r#""resources":[{}]"#, "GET /healthz", false),
        (r#""nonResourceURLs":["*"]"#, pod, false),
        (r#""nonResourceURLs":["/healthz"]"#, "GET /healthz?x=1", true),
        (r#""nonResourceURLs":["/healthz"]"#, "GET /healthz/etcd", false),
        (r#""nonResourceURLs":["/healthz*"]"#, "GET /healthz/etcd", true),
        (r#""nonResourceURLs":["/api*"]"#, "GET /apis/apps/v1", true),
        ("", pod, true),
        ("", "GET /healthz", true),
    ] {
        let comma = if rule.is_empty() { "" } else { "," };
        let rules = format!(r#"[{{"level":"Request"{comma}{rule}}},{all}]"#);
        check(&rules, request, Some(usize::from(!is_match)));
    }
    check(r#"[{"level":"None","verbs":["x"]}]"#, pod, None);
}

#[test]
fn a_rule_that_does_not_match_says_why() {
    let rules = json!([
        {"level": "None", "users": ["bob"]},
        {"level": "None", "userGroups": ["ops"]},
        {"level": "None", "verbs": ["list"]},
        {"level": "None", "namespaces": ["x"]},
        {"level": "None", "resources": [{"group": "apps"}]},
        {"level": "None", "resources": [{"resources": ["secrets"]}]},
        {"level": "None", "resources":
            [{"resources": ["pods"], "resourceNames": ["x"]}]},
        {"level": "None", "nonResourceURLs": ["/"]},
        {"level": "None"},
    ]);
    let read = policy(&json!({"rules": rules}));
    let uri = "/api/v1/namespaces/shop/pods/web";
    let facts = Facts::of_request("GET", uri, Some(("jane", &["dev"])));
    let expected = [
        Mismatch::User,
        Mismatch::UserGroup,
        Mismatch::Verb,
        Mismatch::Namespace,
        Mismatch::Group,
        Mismatch::Resource,
        Mismatch::Name,
        Mismatch::NoPath,
    ];
    let mut expected = expected.map(Answer::Fails).to_vec();
    expected.push(Answer::Matches);
    assert_eq!(read.why(&facts.attributes()), expected);

    let facts = Facts::of_request("GET", "/metrics", None);
    let why = read.why(&facts.attributes());
    assert_eq!(why[0], Answer::Fails(Mismatch::Nobody));
    assert_eq!(why[3], Answer::Fails(Mismatch::NoResource));
    assert_eq!(why[7], Answer::Fails(Mismatch::Path));
    let mut unknown = facts.attributes();
    unknown.request = Request::Unknown;
    assert_eq!(read.why(&unknown)[3], Answer::Doubtful(Doubt::Request));
}

#[test]
fn what_a_rule_does_not_say_the_policy_says() {
    let read = policy(&json!({
        "omitStages": ["RequestReceived"],
        "omitManagedFields": true,
        "rules": [
            {"level": "Request", "verbs": ["get"], "omitStages": ["Panic"]},
            {"level": "Request", "verbs": ["put"], "omitManagedFields": false},
        ],
    }));
    let decided = |method: &str| {
        let facts = Facts::of_request(method, "/x", None);
        let decision = read.decide(&facts.attributes()).unwrap();
        let stages = decision.omit_stages.iter().count();
        (decision.rule, decision.level, stages, decision.omit_managed_fields)
    };
    assert_eq!(decided("GET"), (Some(0), Level::Request, 2, true));
    assert_eq!(decided("PUT"), (Some(1), Level::Request, 1, false));
    assert_eq!(decided("POST"), (None, Level::None, 1, true));
}
