//! Wrapped events are judged, kept and counted as if they were not.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::tool::{FAILED, Folder, Ran, event, failed, fine, run};

/// Longer than what Docker leaves in one line, in bytes.
const LONG: usize = 40_000;

/// Event number `n`, without a newline; each third is kept.
pub(super) fn event_of(n: u32) -> String {
    let code = if n.is_multiple_of(3) { 400 + n as u16 % 100 } else { 200 };
    let pad = if n % 200 == 6 { LONG } else { 0 };
    let pad = "xy\\n".repeat(pad / 4);
    let id = format!("\"auditID\":\"{n} é \\\" \\\\ {{\\n{pad}\"");
    event(code).trim_end().replace("\"auditID\":\"a\"", &id)
}

fn events(many: u32) -> Vec<String> {
    (0..many).map(event_of).collect()
}

const TIME: &str = "2026-03-02T06:00:00.123456789Z";

/// A way of wrapping, with the number of events.
pub(super) type Wrap = fn(&[String]) -> String;

/// The time of an event: no two lines of a log begin alike.
fn time(event: &str) -> String {
    let id = event.split("auditID\":\"").nth(1).unwrap();
    let id: u32 = id.split(' ').next().unwrap().parse().unwrap();
    format!("2026-03-02T06:00:00.{id:09}Z")
}

pub(super) fn cri(events: &[String]) -> String {
    let mut text = String::new();
    for (n, event) in events.iter().enumerate() {
        let time = time(event);
        // Each fourth in three parts, with the other stream between.
        let (a, b) = event.split_at(n % 4 * 10);
        if n % 4 > 0 {
            let klog = "I0302 06:00:00.000000 1 main.go:1] hi";
            writeln!(text, "{time} stdout P {a}").unwrap();
            writeln!(text, "{time} stderr F {klog}").unwrap();
            writeln!(text, "{time} stdout P ").unwrap();
        }
        writeln!(text, "{time} stdout F {b}").unwrap();
    }
    text
}

pub(super) fn docker(events: &[String]) -> String {
    let mut text = String::new();
    let mut add = |log: String, time: &str| {
        let line = json!({"log": log, "stream": "stdout", "time": time});
        writeln!(text, "{line}").unwrap();
    };
    for event in events {
        let line = format!("{event}\n");
        let mut rest = &line[..];
        while rest.len() > 16 << 10 {
            let (part, behind) = rest.split_at(16 << 10);
            add(part.to_owned(), &time(event));
            rest = behind;
        }
        add(rest.to_owned(), &time(event));
    }
    text
}

pub(super) fn log(events: &[String]) -> String {
    let line = |event: &String| format!("{}\n", json!({"log": event}));
    events.iter().map(line).collect()
}

fn list(events: &[String]) -> String {
    let list = |part: &[String]| {
        let items = part.join(",");
        format!(
            r#"{{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{{}},"items":[{items}]}}"#
        ) + "\n"
    };
    events.chunks(7).map(list).collect()
}

fn lines(events: &[String]) -> String {
    events.join("\n") + "\n"
}

const WRAPS: [(&str, Wrap); 5] = [
    ("event", lines),
    ("cri", cri),
    ("docker", docker),
    ("log", log),
    ("list", list),
];

/// What [`FAILED`] keeps of them.
fn kept(events: &[String]) -> String {
    let kept = events.iter().filter(|event| is_kept(event));
    kept.map(|event| format!("{event}\n")).collect()
}

pub(super) fn is_kept(event: &str) -> bool {
    event.contains("\"code\":4")
}

/// Returns the rows that say what came of the events.
#[track_caller]
fn numbers(ran: &Ran) -> [u64; 4] {
    ["kept", "skipped", "defective", "unknown"].map(|name| ran.number(name))
}

#[test]
fn every_kind_of_input_and_any_number_of_threads_give_the_same() {
    let folder = Folder::new();
    let events = events(6000);
    let kept = kept(&events);
    for (name, wrap) in WRAPS {
        let text = wrap(&events);
        let file = folder.file(name, &text);
        for threads in ["1", "2", "8"] {
            let flags = ["-s", "--threads", threads, FAILED];
            for ran in
                [run(&[&flags[..], &[&file]].concat(), ""), run(&flags, &text)]
            {
                assert!(ran.out == kept.as_bytes(), "{name} {threads}");
                assert_eq!(numbers(&ran), [2000, 4000, 0, 0], "{name}");
                let lines = text.lines().count() as u64;
                let pieces = ran.number("read") - ran.number("unfolded")
                    + ran.number("joined");
                assert_eq!(pieces, lines, "{name}");
                assert_eq!(ran.number("bytes"), text.len() as u64);
            }
        }
        let flags = ["-c", "--threads", "8", FAILED, &file];
        run(&flags, "").check(0, "2000\n");
    }
}

#[test]
fn statistics_say_how_events_were_wrapped() {
    for (name, wrap) in &WRAPS[1..] {
        let ran = run(&["-s", FAILED], wrap(&events(20)));
        let is_row = |row: &&str| row.starts_with("  unwrapped ");
        let row = ran.err.lines().find(is_row);
        let row = row.unwrap().trim();
        assert!(row.contains(&format!(" {name}")), "{row}");
    }
    let ran = run(&["-s", FAILED], lines(&events(20)));
    assert_eq!(ran.number("unwrapped"), 0);
}

#[test]
fn a_form_can_be_asked_for_and_refused() {
    let text = log(&events(3));
    run(&["-c", "--unwrap", "log", FAILED], &text).check(0, "1\n");
    run(&["-c", "--unwrap", "at:log", FAILED], &text).check(0, "1\n");
    run(&["-c", "--unwrap", "none", FAILED], &text).check(65, "0\n");
    let ran = run(&["--unwrap", "lgo", FAILED], &text);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("did you mean `log`?"), "{}", ran.err);
}

#[test]
fn findings_have_the_place_in_the_file() {
    let (good, bad) = (failed(), failed().trim_end()[..80].to_owned());
    let text = format!(
        "{TIME} stdout P {}\n{TIME} stdout F {}{TIME} stdout F {bad}\n",
        &good[..50],
        &good[50..]
    );
    let ran = run(&["-s", FAILED], &text);
    let at = text.len() - 1;
    let told = format!("standard input:3: byte {at}: the line ends inside");
    assert!(ran.err.contains(&told), "{}", ran.err);
    assert_eq!([ran.number("joined"), ran.number("defective")], [1, 1]);
    // Of what was made, the record's place is told.
    let list = list(&[bad]);
    let ran = run(&[FAILED], format!("\n{list}"));
    assert!(ran.err.contains("standard input:2: byte "), "{}", ran.err);
}

#[test]
fn a_record_is_set_aside_once_and_as_it_came() {
    let folder = Folder::new();
    let aside = folder.path("aside");
    let flag = format!("--on-invalid=file:{aside}");
    let odd = r#"{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[{"kind":"Pod"},{"kind":"Node"},"#;
    let list = format!("{odd}{}]}}\n", failed().trim_end());
    let text = format!("{list}klog\n{}", fine());
    let ran = run(&["-s", &flag, FAILED], &text);
    ran.check(0, &failed());
    assert_eq!(
        std::fs::read_to_string(&aside).unwrap(),
        format!("{list}klog\n")
    );
    assert_eq!(ran.number("set aside"), 3);
}

#[test]
fn steps_see_pieces() {
    for (name, wrap) in WRAPS {
        let events = events(30);
        let text = wrap(&events);
        let ran = run(&["code >= 400 | head 2"], &text);
        ran.check(0, &kept(&events[..4]));
        let ran = run(&["code >= 400 | drop user, responseStatus"], &text);
        assert_eq!(ran.out.iter().filter(|&&b| b == b'\n').count(), 10);
        assert!(!ran.out.windows(6).any(|part| part == b"\"code\""));
        let ran = run(&["count by code"], &text);
        let first = ran.out.split(|&byte| byte == b'\n').next().unwrap();
        let row: Value = serde_json::from_slice(first).unwrap();
        assert_eq!(row["count"], 20, "{name}");
        let ran = run(&["--coverage", FAILED], &text);
        assert!(ran.err.contains("10"), "{}", ran.err);
        let ran = run(&["-o", "json", "code = 403"], &text);
        assert_eq!(ran.out.iter().filter(|&&b| b == b'\n').count(), 1);
    }
}

#[test]
fn strict_reads_pieces_to_their_end() {
    for (name, wrap) in WRAPS {
        let mut events = events(6);
        run(&["--strict", "-c", "true"], wrap(&events)).check(0, "6\n");
        let length = events[2].len() - 2;
        events[2].truncate(length);
        let ran = run(&["--strict", "-c", "true"], wrap(&events));
        assert_eq!(ran.code, Some(65), "{name}: {}", ran.err);
    }
}

#[test]
fn no_wrong_file_looks_like_a_quiet_cluster() {
    let check = |text: &str, word: &str| {
        let ran = run(&[FAILED], text);
        ran.check(65, "");
        let last = ran.err.lines().last().unwrap();
        let told = format!("audit event; the lines look like {word}");
        assert!(last.contains(&told), "{}", ran.err);
    };
    let klog = "I0302 06:00:00.000000       1 main.go:1] hi\n";
    check(&klog.repeat(30), "klog text");
    check(&format!("{TIME} stderr F {klog}"), "klog text");
    check(
        &format!("{}\n", json!({"log": klog, "stream": "stderr"})),
        "klog text",
    );
    check("{\"kind\":\"EventList\",\"items\":[]}\n", "lists of events");
    check(
        "{\"involvedObject\":{},\"kind\":\"Event\"}\n",
        "events of the core",
    );
    check("BZh91AY\n", "data packed by bzip2");
    let entry = json!({
        "insertId": "x",
        "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "methodName": "io.k8s.core.v1.pods.create",
            "serviceName": "k8s.io",
        },
        "resource": {"type": "k8s_cluster"},
        "timestamp": TIME,
    });
    check(&format!("{entry}\n"), "entries of Google Cloud Logging (GKE)");
    let ran = run(&[FAILED], format!("{entry}\n{}", failed()));
    ran.check(0, &failed());
    let told = "1 lines are entries of Google Cloud Logging (GKE)";
    assert!(ran.err.contains(told), "{}", ran.err);
}

#[test]
fn a_pipeline_can_say_what_is_unwrapped() {
    let folder = Folder::new();
    let log = folder.file("audit.log", log(&events(9)));
    let text = |form: &str| {
        format!(
            "[source]\npath = \"{log}\"\nunwrap = \"{form}\"\n[[route]]\n\
             steps = \"code >= 400\"\n"
        )
    };
    let good = folder.file("good.toml", text("auto"));
    run(&["-p", &good], "").check(0, &kept(&events(9)));
    let none = folder.file("none.toml", text("none"));
    run(&["-p", &none], "").check(65, "");
    let wrong = folder.file("wrong.toml", text("lgo"));
    let ran = run(&["-p", &wrong], "");
    assert_eq!(ran.code, Some(78), "{}", ran.err);
    assert!(ran.err.contains("did you mean `log`?"), "{}", ran.err);
}
