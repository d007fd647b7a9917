mod broken;
mod count;
mod policy;
mod window;

use super::*;
use crate::diag::Color;
use crate::edit::Automaton;
use crate::expr::plan::MOST_SEGMENTS;
use crate::expr::render;

#[track_caller]
fn judge(text: &str) -> Judge {
    match Pipeline::compile(text) {
        Ok(pipeline) => pipeline.judge(Reading::default()),
        Err(found) => {
            let sources = [Source::expression(text)];
            panic!("{}", render(&found, &sources, Color::Never))
        }
    }
}

/// Returns what becomes of a line: itself, what it was changed into, or the
/// name of another verdict.
fn sent(judge: &mut Judge, line: &str) -> String {
    let mut edited = Vec::new();
    let verdict = judge.judge(line.as_bytes(), &mut edited).verdict;
    let edited = String::from_utf8(edited).unwrap();
    assert!(verdict == Verdict::Changed || edited.is_empty(), "{edited}");
    match verdict {
        Verdict::Keep => line.to_owned(),
        Verdict::Changed => edited,
        Verdict::Skip | Verdict::Unknown | Verdict::Foreign => {
            format!("{verdict:?}")
        }
    }
}

/// Checks what a pipeline makes of a line.
#[track_caller]
fn check(text: &str, line: &str, expected: &str) {
    assert_eq!(sent(&mut judge(text), line), expected, "{text}");
}

/// Checks that a pipeline leaves a line alone.
#[track_caller]
fn check_kept(text: &str, line: &str) {
    let (mut judge, mut edited) = (judge(text), Vec::new());
    let verdict = judge.judge(line.as_bytes(), &mut edited).verdict;
    assert_eq!(verdict, Verdict::Keep, "{text}: {line}");
}

const GET: &str = r#"{"verb":"get","user":{"username":"u"}}"#;

#[test]
fn a_drop_that_cannot_be_followed_is_refused() {
    assert_eq!(MOST_SEGMENTS, Automaton::MOST);
    let step = |targets: usize| {
        let names = (0..targets).map(|n| format!("requestObject.a{n}"));
        let names = names.collect::<Vec<_>>().join(", ");
        Pipeline::compile(&format!("drop {names}"))
    };
    assert!(step(42).is_ok());
    assert!(step(43).is_err());
}

#[test]
fn a_mask_writes_a_text_in_place_of_any_value() {
    check(
        "mask user, code",
        r#"{"verb":"get","user":{"username": "u" },"responseStatus":{"code":7}}"#,
        r#"{"verb":"get","user":{"username": "***" },"responseStatus":{"code":"***"}}"#,
    );
    check(
        r#"mask userAgent with "a \"b\"""#,
        r#"{"verb":"get","userAgent":null}"#,
        r#"{"verb":"get","userAgent":"a \"b\""}"#,
    );
    check_kept("mask ua", GET);
}

#[test]
fn annotations_are_masked_by_what_their_keys_look_like() {
    let line = r#"{"verb":"get","annotations":{"mutation.webhook.admission.k8s.io/a":"1","patch.webhook.admission.k8s.io/b":"2","c":"3"}}"#;
    check(
        "drop webhookAnnotations",
        line,
        r#"{"verb":"get","annotations":{"c":"3"}}"#,
    );
    check(
        r#"mask annotations["patch.*"] with """#,
        line,
        r#"{"verb":"get","annotations":{"mutation.webhook.admission.k8s.io/a":"1","patch.webhook.admission.k8s.io/b":"","c":"3"}}"#,
    );
}

#[test]
fn truncate_cuts_text_between_characters() {
    check(
        "truncate message, requestObject.a to 3",
        r#"{"verb":"get","responseStatus":{"message":"abcd"},"requestObject":{"a":["xyé",1,"\u0041BCD"]}}"#,
        r#"{"verb":"get","responseStatus":{"message":"abc"},"requestObject":{"a":["xy",1,"\u0041BC"]}}"#,
    );
    check_kept("truncate verb to 3", GET);
    check("truncate verb to 0", GET, &GET.replace("get", ""));
}

#[test]
fn keep_leaves_what_is_named_and_what_makes_it_an_event() {
    check(
        "keep code, user",
        r#"{"kind":"Event","apiVersion":"v1","level":"Request","auditID":"a","stage":"Panic","verb":"get","user":{"username":"u","uid":"1"},"userAgent":"x","responseStatus":{"metadata":{},"code":200}}"#,
        r#"{"kind":"Event","apiVersion":"v1","level":"Request","auditID":"a","stage":"Panic","user":{"username":"u"},"responseStatus":{"code":200}}"#,
    );
    check_kept("keep verb, user[*]", GET);
}

/// An event about a resource, with these bodies.
fn with_bodies(resource: &str, request: &str, response: &str) -> String {
    format!(
        r#"{{"verb":"get","objectRef":{{"resource":"{resource}"}},"requestObject":{request},"responseObject":{response}}}"#
    )
}

#[test]
fn secret_data_is_that_of_secrets_only() {
    let text = "mask secretData, lastApplied";
    let body = r#"{"data":{"a":"b"},"stringData":{"c":"d"}}"#;
    let masked = r#"{"data":"***","stringData":"***"}"#;
    for (resource, request, response, expected) in [
        ("secrets", body, body, (masked, masked)),
        ("secrets", "null", r#"{"items":[{"data":1},2,{"data":{}}]}"#, {
            ("null", r#"{"items":[{"data":"***"},2,{"data":"***"}]}"#)
        }),
        ("secrets", "{}", r#"{"rows":[{"object":{"data":1}}]}"#, {
            ("{}", r#"{"rows":[{"object":{"data":"***"}}]}"#)
        }),
        (
            "secrets",
            r#"[{"op":"add","path":"/data/a","value":"b"}]"#,
            "{}",
            (r#"[{"op":"add","path":"/data/a","value":"***"}]"#, "{}"),
        ),
        (
            "x",
            r#"{"kind":"Secret","data":1}"#,
            r#"{"kind":"ConfigMap","data":1}"#,
            (
                r#"{"kind":"Secret","data":"***"}"#,
                r#"{"kind":"ConfigMap","data":1}"#,
            ),
        ),
        ("x", "{}", r#"{"kind":"SecretList","items":[{"data":1}]}"#, {
            ("{}", r#"{"kind":"SecretList","items":[{"data":"***"}]}"#)
        }),
        ("configmaps", body, body, (body, body)),
    ] {
        let line = with_bodies(resource, request, response);
        let expected = with_bodies(resource, expected.0, expected.1);
        check(text, &line, &expected);
    }
}

#[test]
fn keeping_secret_data_keeps_it_of_secrets_only() {
    let body = r#"{"data":1}"#;
    let secret = with_bodies("secrets", body, body);
    check_kept("keep secretData, verb, resource", &secret);
    check(
        "keep secretData, verb",
        &with_bodies("configmaps", body, body),
        r#"{"verb":"get"}"#,
    );
}

#[test]
fn steps_see_what_those_before_them_have_left() {
    check("mask verb | verb = get", GET, "Skip");
    let masked = GET.replace("get", "***");
    check("verb = get | mask verb", GET, &masked);
    check(r#"mask verb | verb = "***" | head 1"#, GET, &masked);
    check("truncate verb to 1 | verb = g | drop ua", GET, &{
        GET.replace("get", "g")
    });
}

#[test]
fn a_pipeline_may_have_many_steps() {
    let steps = vec!["mask ua | drop uid"; 512].join(" | ");
    let line = r#"{"verb":"get","userAgent":"a","user":{"uid":"1"}}"#;
    let expected = r#"{"verb":"get","userAgent":"***","user":{}}"#;
    check(&steps, line, expected);
    assert!(Pipeline::compile(&format!("{steps} | tag x")).is_err());
}

const RULES: &str = "rule gone warning \"not there\" = code = 404\n\
                     rule get = verb = get\n\
                     rule other = verb = watch\n";

#[test]
fn detect_keeps_what_a_rule_holds_for_and_names_it() {
    let both = r#"{"verb":"get","responseStatus":{"code":404}}"#;
    let marked = |names: &str| {
        format!(
            r#"{{"verb":"get","responseStatus":{{"code":404}},"annotations":{{"kaudit-filter/rules":"{names}"}}}}"#
        )
    };
    let detect = |names: &str| format!("{RULES}detect {names}");
    check(&detect(""), both, &marked("gone,get"));
    check(RULES, both, &marked("gone,get"));
    check(&detect("get, gone"), both, &marked("get,gone"));
    check(&detect("gone"), both, &marked("gone"));
    check(&detect("other"), both, "Skip");
    check(&detect(""), r#"{"verb":"list"}"#, "Skip");
    check(&detect(""), &marked("forged"), &marked("gone,get"));
}

#[test]
fn a_judge_says_which_rules_held() {
    let pipeline = Pipeline::compile(&format!("{RULES}detect other, get"));
    let pipeline = pipeline.unwrap();
    let rules = &pipeline.plan().rules;
    let names: Vec<&str> = rules.iter().map(|rule| &*rule.name).collect();
    assert_eq!(names, ["get", "other"], "in the order of definitions");
    let mut judge = pipeline.judge(Reading::default());
    sent(&mut judge, GET);
    assert_eq!(judge.matched().len(), 1);
    assert_eq!(&*rules[judge.matched()[0].0 as usize].name, "get");
    sent(&mut judge, r#"{"verb":"list"}"#);
    assert_eq!(judge.matched(), []);
}

#[test]
fn tags_gather_and_labels_are_written() {
    let with = |annotations: &str| {
        format!(
            r#"{{"verb":"get","user":{{"username":"u"}},"annotations":{{{annotations}}}}}"#
        )
    };
    let tags =
        |names: &str| with(&format!(r#""kaudit-filter/tags":"{names}""#));
    check("tag a", GET, &tags("a"));
    check("tag a | tag b | tag c", GET, &tags("a,b,c"));
    check("tag a if verb = get | tag b if verb = list", GET, &tags("a"));
    check_kept("tag a if verb = list", GET);
    check("tag a if verb = get | tag a if user = u", GET, &tags("a"));
    check("tag b", &tags("a"), &tags("b"));
    check_kept("tag b if verb = list", &tags("a"));
    let site = with(r#""kaudit-filter/site":"a\"b""#);
    check(r#"label site = "a\"b""#, GET, &site);
    let both = with(r#""kaudit-filter/site":"n","kaudit-filter/tags":"x""#);
    check("label site = \"n\" | tag x", GET, &both);
    let text = r#"tag x | annotations["kaudit-filter/tags"] = x | head 9"#;
    check(text, GET, &tags("x"));
}

#[test]
fn a_judge_forgets_the_tags_of_the_event_before() {
    let mut judge = judge("tag a if verb = get | tag b if user = u");
    for line in [GET, r#"{"verb":"list","user":{"username":"u"}}"#, GET] {
        let tags = if line == GET { "a,b" } else { "b" };
        let tags =
            format!(r#""annotations":{{"kaudit-filter/tags":"{tags}"}}"#);
        let expected = format!("{},{tags}}}", &line[..line.len() - 1]);
        assert_eq!(sent(&mut judge, line), expected);
    }
}

#[test]
fn a_sample_is_exact_and_even() {
    for (keep, of) in [(1, 2), (1, 10), (3, 7), (6, 7), (99, 100)] {
        let mut judge = judge(&format!("sample {keep}/{of}"));
        let kept: Vec<bool> =
            (0..4 * of).map(|_| sent(&mut judge, GET) == GET).collect();
        assert!(kept[0], "{keep}/{of}");
        for window in kept.windows(of) {
            let count = window.iter().filter(|kept| **kept).count();
            assert_eq!(count, keep, "{keep}/{of}");
        }
        let longest = kept.split(|kept| *kept).map(<[bool]>::len).max();
        let most = of.div_ceil(keep) - 1;
        assert_eq!(longest, Some(most), "{keep}/{of}");
    }
}

#[test]
fn a_sample_counts_what_comes_to_it() {
    let mut judge = judge("verb = get | sample 1/2");
    let list = r#"{"verb":"list"}"#;
    for (line, expected) in
        [(GET, GET), (list, "Skip"), (GET, "Skip"), (list, "Skip"), (GET, GET)]
    {
        assert_eq!(sent(&mut judge, line), expected);
    }
}

#[test]
fn a_long_event_loses_its_bodies_or_is_skipped() {
    let line = |level: &str, bodies: &str, annotations: &str| {
        format!(r#"{{"level":"{level}","verb":"get"{bodies}{annotations}}}"#)
    };
    let bodies = format!(r#","requestObject":"{}""#, "x".repeat(100));
    let mark = r#","annotations":{"audit.k8s.io/truncated":"true"}"#;
    let long = line("Request", &bodies, "");
    let short = line("Request", "", mark);
    let size = |line: &str| line.len() + 1;
    let fit = |bytes: usize| format!("truncate event to {bytes}");
    check_kept(&fit(size(&long)), &long);
    check(&fit(size(&long) - 1), &long, &short);
    check(&fit(size(&short)), &long, &short);
    check(&fit(size(&short) - 1), &long, "Skip");
    check(&format!("{} | drop ua", fit(100)), &long, &short);
    check(&format!("tag a | {}", fit(10)), &long, "Skip");
    check(&fit(100), &line("Metadata", &bodies, ""), "Skip");
    check(&fit(100), &line("", &bodies, ""), "Skip");
    let wordy =
        line("RequestResponse", "", &mark.replace("true", &"y".repeat(99)));
    check(&fit(120), &wordy, &line("RequestResponse", "", mark));
}

#[test]
fn lists_are_read_from_where_the_caller_says() {
    let text = "list them = from \"them.txt\"\nuser in @them | mask user";
    let compiled = expr::compile_with(
        &[Source::file("x", "let y = verb = get"), Source::expression(text)],
        &mut |file, source, _| {
            assert_eq!((file, source), ("them.txt", 1));
            Ok("# us\nu\n\"v\"".to_owned().into())
        },
    );
    let pipeline = Pipeline::new(compiled.unwrap().plan).unwrap();
    let mut judge = pipeline.judge(Reading::default());
    let masked = GET.replace(r#""u""#, r#""***""#);
    assert_eq!(sent(&mut judge, GET), masked);
    assert_eq!(sent(&mut judge, &GET.replace("\"u\"", "\"w\"")), "Skip");
}
