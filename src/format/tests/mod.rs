//! What records look like.

mod property;

use serde_json::Value;

use super::*;
use crate::expr::plan::{Level, NodeId, Rule};

fn format(text: &str) -> Format {
    Format::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn shaped(format: &Format, line: &[u8]) -> String {
    let mut out = Vec::new();
    format.shaper().shape(line, &mut out);
    String::from_utf8(out).unwrap_or_else(|_| panic!("{line:?}"))
}

#[track_caller]
fn check(text: &str, line: &str, expected: &str) {
    let found = shaped(&format(text), line.as_bytes());
    assert_eq!(found, format!("{expected}\n"), "{text}: {line}");
}

/// An event with all that formats show, and bodies.
const EVENT: &str = concat!(
    r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","#,
    r#""auditID":"5c7e","stage":"ResponseComplete","requestURI":"#,
    r#""/api/v1/namespaces/a/secrets?dryRun=All","verb":"create","user":"#,
    r#"{"username":"jane","groups":["dev","ops"]},"impersonatedUser":"#,
    r#"{"username":"the boss"},"sourceIPs":["1.1.1.1","2.2.2.2","10.0.0.5"],"#,
    r#""userAgent":"kubectl/v1.30","objectRef":{"resource":"secrets","#,
    r#""namespace":"a","name":"key","apiGroup":"g","subresource":"status"},"#,
    r#""responseStatus":{"metadata":{},"status":"Failure","message":"#,
    r#""no \"x\" <\u0000>","reason":"Forbidden","code":403},"#,
    r#""requestObject":{"data":{"k":"canary"}},"responseObject":"canary","#,
    r#""requestReceivedTimestamp":"2026-11-22T10:00:00.000000Z","#,
    r#""stageTimestamp":"2026-11-22T10:00:00.250000Z","#,
    r#""annotations":{"authorization.k8s.io/decision":"allow","#,
    r#""kaudit-filter/rules":"loud,quiet"}}"#,
);

#[test]
fn short_says_who_did_what_and_why_it_failed() {
    check(
        "short",
        EVENT,
        "2026-11-22T10:00:00.250000Z 403(allowed) create secrets/status \
         a/key by jane as \"the boss\" from 10.0.0.5+2 Forbidden \
         \"no \\\"x\\\" <\\u{0}>\" rules=loud,quiet",
    );
    for (line, expected) in [
        (
            r#"{"stage":"RequestReceived","requestURI":"/healthz?x","verb":"get","user":{}}"#,
            "- - get /healthz by - from - stage=RequestReceived",
        ),
        (
            r#"{"verb":"list","objectRef":{"resource":"pods","namespace":"a"},"user":{"username":"-"},"responseStatus":{"code":200}}"#,
            "- 200 list pods a/ by \"-\" from -",
        ),
        (
            r#"{"verb":"get","user":{"username":"a by root from 1.1.1.1"},"objectRef":{"resource":"nodes"}}"#,
            "- - get nodes by \"a by root from 1.1.1.1\" from -",
        ),
    ] {
        check("short", line, expected);
    }
}

#[test]
fn what_cannot_be_read_is_marked() {
    for (line, expected) in [
        (
            r#"{"verb":"get","user":{"username":"jane"},"respo"#,
            "? ? get ? by jane from ? (broken at byte 47)",
        ),
        ("", "? ? ? ? by ? from ? (no event)"),
        ("I1122 klog", "? ? ? ? by ? from ? (no event)"),
    ] {
        check("short", line, expected);
    }
    check(
        "json",
        r#"{"verb":"get","#,
        r#"{"verb":"get","broken":"byte 14: the line ends inside of the event"}"#,
    );
    check("template:{verb} {code}", r#"{"verb":"get","#, "get ?");
    let two = r#"{"verb":"get"}{"verb":"list"}"#;
    let broken =
        r#"{"verb":"get","broken":"byte 14: something follows the event"}"#;
    check("json", two, broken);
    let line = b"{\"verb\":\"get\",\"user\":{\"username\":\"a\xff\\q\"}}";
    let found = shaped(&format("short"), line);
    assert_eq!(found, "- - get - by \"a\\xff\\\\q\" from -\n");
}

#[test]
fn json_has_the_metadata_and_no_bodies() {
    let found = shaped(&format("json"), EVENT.as_bytes());
    let found: Value = serde_json::from_str(&found).unwrap();
    let expected = serde_json::json!({
        "id": "5c7e", "stage": "ResponseComplete",
        "time": "2026-11-22T10:00:00.250000Z",
        "received": "2026-11-22T10:00:00.000000Z",
        "level": "Request", "verb": "create", "code": 403,
        "reason": "Forbidden", "message": "no \"x\" <\u{0}>",
        "user": "jane", "groups": ["dev", "ops"],
        "impersonated": "the boss", "peer": "10.0.0.5",
        "sourceip": ["1.1.1.1", "2.2.2.2", "10.0.0.5"],
        "ua": "kubectl/v1.30", "resource": "secrets",
        "subresource": "status", "group": "g", "ns": "a", "name": "key",
        "path": "/api/v1/namespaces/a/secrets", "decision": "allow",
        "rules": "loud,quiet",
    });
    assert_eq!(found, expected);
}

#[test]
fn csv_reads_back() {
    let csv = format("csv");
    let text = csv.header().unwrap() + &shaped(&csv, EVENT.as_bytes());
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let of = |name: &str| {
        let at = names.iter().position(|known| known == name).unwrap();
        row[at].to_owned()
    };
    assert_eq!(of("impersonated"), "the boss");
    assert_eq!(of("groups"), "dev ops");
    assert_eq!(of("message"), r#"no "x" <\u{0}>"#);
    assert_eq!(of("broken"), "");
}

#[test]
fn a_table_has_its_columns_under_their_names() {
    let table = format("table");
    let row = shaped(&table, EVENT.as_bytes());
    let header = table.header().unwrap();
    let at = header.find("USER").unwrap();
    let column: String = row.chars().skip(at).take(18).collect();
    assert_eq!(column, "jane as \"the boss\"");
    assert!(row.starts_with("2026-11-22T10:00:00Z  403   create "));
    assert!(row.ends_with(" Forbidden (allowed) loud,quiet\n"));
}

#[test]
fn a_template_says_what_it_is_asked_for() {
    for (text, line, expected) in [
        ("{verb}", r#"{"verb":"a\tb"}"#, "a\\tb"),
        ("{{{verb}}}\t{ns}", r#"{"verb":"get"}"#, "{get}\t-"),
        ("{groups}", r#"{"verb":"x","user":{"groups":["a","b"]}}"#, "a,b"),
        ("{request}", r#"{"verb":"x","requestObject":{"a":1}}"#, "{...}"),
        ("{latency}", EVENT, "250ms"),
        (r#"{annotations["kaudit-filter/rules"]}"#, EVENT, "loud,quiet"),
        ("", r#"{"verb":"x"}"#, ""),
    ] {
        check(&format!("template:{text}"), line, expected);
    }
}

#[test]
fn slips_are_pointed_at() {
    for (text, message, part) in [
        ("jsn", "there is no format `jsn`", "jsn"),
        ("{verb}", "there is no format `{verb}`", "{verb}"),
        ("template:a {verb", "this brace is not closed", "{"),
        ("template:a} b", "this brace closes nothing", "}"),
        ("template:{}", "a field is missing between the braces", "{}"),
        ("template:{é}", "`é` is no name of a field", "é"),
        ("template:{verb} {cod}", "unknown field `cod`", "cod"),
        ("template:{user x}", "expected nothing behind the field", "x"),
        ("template:{objectRef}", "`objectRef` is an object", "objectRef"),
        ("template:a\nb", "a record is one line of text", "\n"),
    ] {
        let error = Format::parse(text).unwrap_err();
        assert!(error.message.starts_with(message), "{}", error.message);
        assert_eq!(&text[error.span], part, "{text}");
    }
}

fn labels(texts: &[&str]) -> Labels {
    let mut labels = Labels::default();
    for text in texts {
        labels.add(text).unwrap();
    }
    labels
}

#[test]
fn labels_are_on_every_record() {
    let labels = labels(&["cluster=prod eu", "node=n1"]);
    let line = r#"{"verb":"get"}"#;
    for (text, expected) in [
        (
            "raw",
            r#"{"verb":"get","annotations":{"kaudit-filter/cluster":"prod eu","kaudit-filter/node":"n1"}}"#,
        ),
        ("json", r#"{"verb":"get","cluster":"prod eu","node":"n1"}"#),
        ("short", "- - get - by - from - cluster=\"prod eu\" node=n1"),
        ("template:{verb}", "get cluster=\"prod eu\" node=n1"),
        ("template:{labels}: {verb}", "cluster=\"prod eu\" node=n1: get"),
    ] {
        let format = format(text).with_labels(&labels);
        let found = shaped(&format, line.as_bytes());
        assert_eq!(found, format!("{expected}\n"));
    }
    let csv = format("csv").with_labels(&labels);
    assert!(csv.header().unwrap().ends_with(",broken,cluster,node\n"));
    assert!(shaped(&csv, line.as_bytes()).ends_with(",,prod eu,n1\n"));
    for slip in ["user=x", "broken=x", "=x", "1a=x", "a b=x", "a"] {
        assert!(Labels::default().add(slip).is_err(), "{slip}");
    }
}

#[test]
fn an_event_that_is_too_long_is_shaped_and_never_split() {
    let long = "x\\u0001".repeat(2000);
    let bodies = EVENT.replace("canary", &long);
    let user = EVENT.replace("jane", &long).replace("kubectl", &long);
    let many = EVENT.replace("\"dev\"", &["\"dev\""; 5000].join(","));
    for line in [bodies, user, many] {
        for text in
            ["raw", "json", "csv", "short", "table", "template:{id} {user}"]
        {
            for most in [480, 600, 1180, 8000] {
                let format = format(text).at_most(most);
                let record = shaped(&format, line.as_bytes());
                assert!(record.len() <= most + 1, "{text} {most}");
                if text == "raw" || text == "json" {
                    let read: Value = serde_json::from_str(&record).unwrap();
                    let id = read.get("auditID").or(read.get("id"));
                    assert_eq!(id, Some(&Value::from("5c7e")), "{text}");
                    assert_eq!(read["stage"], "ResponseComplete");
                }
                if text == "raw" {
                    let read: Value = serde_json::from_str(&record).unwrap();
                    let mark = &read["annotations"][raw::TRUNCATED];
                    assert_eq!(mark, "true");
                }
            }
        }
    }
}

#[test]
fn raw_is_the_line_as_long_as_nobody_asks_for_less() {
    assert!(format("raw").is_verbatim());
    assert_eq!(shaped(&format("raw"), EVENT.as_bytes()), format!("{EVENT}\n"));
    let short = format("raw").at_most(10_000);
    assert!(!short.is_verbatim());
    assert_eq!(shaped(&short, EVENT.as_bytes()), format!("{EVENT}\n"));
    let less =
        shaped(&format("raw").at_most(EVENT.len() - 1), EVENT.as_bytes());
    assert!(less.contains("audit.k8s.io/truncated"));
    assert!(!less.contains("canary"));
    assert!(less.contains("\"the boss\""));
}

#[test]
fn a_letter_carries_the_level_of_the_gravest_rule() {
    let rule = |name: &str, level| Rule {
        name: name.into(),
        level,
        text: None,
        node: NodeId(0),
    };
    let rules = [rule("quiet", Level::Info), rule("loud", Level::Critical)];
    let template = format("template:{id}");
    let write = |line: &str| {
        let severities = Severities::new(&rules);
        let mut letters = Letters::new(&template, severities).unwrap();
        let mut out = Vec::new();
        letters.write(line.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(write(EVENT), "<2>5c7e\n");
    assert_eq!(write(&EVENT.replace("loud,", "")), "<6>5c7e\n");
    assert_eq!(write(&EVENT.replace("loud,quiet", "other")), "5c7e\n");
    assert_eq!(write(r#"{"auditID":"<0>x"}"#), " <0>x\n");
}

#[test]
fn an_entry_is_fields_without_gaps() {
    let severities = Severities::new(&[Rule {
        name: "loud".into(),
        level: Level::Warning,
        text: None,
        node: NodeId(0),
    }]);
    let format = format("template:{id}").with_labels(&labels(&["a-b=c\nd"]));
    let mut entries = Entries::new(&format, severities).unwrap();
    let mut out = Vec::new();
    entries.write(EVENT.as_bytes(), &mut out);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(
        text.trim_end().split('\0').collect::<Vec<_>>(),
        [
            "MESSAGE=5c7e a-b=\"c\\nd\"",
            "PRIORITY=4",
            "CODE=403",
            "AUDIT_RESOURCE=secrets/status",
            "AUDIT_ID=5c7e",
            "AUDIT_STAGE=ResponseComplete",
            "AUDIT_TIME=2026-11-22T10:00:00.250000Z",
            "AUDIT_VERB=create",
            "AUDIT_USER=jane",
            "AUDIT_IMPERSONATED=the boss",
            "AUDIT_NAMESPACE=a",
            "AUDIT_NAME=key",
            "AUDIT_URI=/api/v1/namespaces/a/secrets",
            "AUDIT_PEER=10.0.0.5",
            "AUDIT_REASON=Forbidden",
            "AUDIT_RULES=loud,quiet",
            "LABEL_A_B=c\\nd",
        ]
    );
}
