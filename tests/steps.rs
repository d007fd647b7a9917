//! Steps and expressions through the whole program.

use serde_json::{Value, json};

use crate::tool::{
    FAILED, Folder, command, event, failed, feed, fine, run, skip,
};

#[test]
fn changed_lines_are_counted() {
    let input = format!("{}{}", failed(), "{\"verb\":\"get\"}\n");
    let ran = run(&["-s", "drop user"], &input);
    let expected = input.replace(r#""user":{"username":"u"}"#, r#""user":{}"#);
    ran.check(0, &expected);
    assert_eq!(ran.number("changed"), 1);
    assert_eq!(ran.number("kept"), 2);
    let ran = run(&["-s", "-c", "drop user"], &input);
    ran.check(0, "2\n");
    assert_eq!(ran.number("changed"), 1);
}

#[test]
fn head_is_exact() {
    let (folder, mut text) = (Folder::new(), String::new());
    let mut kept = Vec::new();
    for n in 0..20_000 {
        let line = event(if n % 3 == 0 { 403 } else { 200 });
        let id = format!(r#""auditID":"{n}""#);
        let line = line.replace(r#""auditID":"a""#, &id);
        if n % 3 == 0 {
            kept.push(line.clone());
        }
        text.push_str(&line);
    }
    let file = folder.file("a.log", &text);
    for count in [0, 1, 7, 6000, 99_999] {
        let expected = kept[..kept.len().min(count)].concat();
        let steps = format!("{FAILED} | head {count}");
        for threads in ["1", "2", "8"] {
            for operands in [vec![], vec![&file[..]]] {
                let flags = ["--threads", threads, &steps];
                let ran = run(&[&flags[..], &operands].concat(), &text);
                assert_eq!(ran.code, Some(0), "{steps} {}", ran.err);
                assert!(ran.out == expected.as_bytes(), "{steps} {threads}");
            }
        }
    }
}

#[test]
fn head_ends_although_the_input_does_not() {
    let mut child = command(&["head 1"]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, failed().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    drop(stdin);
}

#[test]
fn a_file_that_is_no_expression_is_read() {
    let folder = Folder::new();
    folder.file("audit.log", format!("{}{}", fine(), failed()));
    let mut command = command(&["audit.log"]);
    command.current_dir(folder.path(""));
    let ran = feed(command.spawn().unwrap(), b"");
    ran.check(0, &failed());
    assert!(ran.err.contains("`audit.log` is a file"), "{}", ran.err);
}

#[test]
fn any_instruction_set_gives_the_same() {
    let input = format!("{}{}", failed().repeat(50), fine().repeat(50));
    for name in ["scalar", "sse2", "avx2", "avx512"] {
        let mut command = command(&[FAILED]);
        command.env("KAUDIT_FILTER_SIMD", name);
        let ran = feed(command.spawn().unwrap(), input.as_bytes());
        ran.check(0, &failed().repeat(50));
    }
    let mut explained = command(&["--explain", FAILED]);
    explained.env("KAUDIT_FILTER_SIMD", "scalar");
    let ran = feed(explained.spawn().unwrap(), b"");
    assert!(ran.out.ends_with(b"scanner  scalar\n"));
    for wrong in ["mmx", ""] {
        let mut command = command(&[FAILED]);
        command.env("KAUDIT_FILTER_SIMD", wrong);
        let ran = feed(command.spawn().unwrap(), input.as_bytes());
        ran.check(2, "");
        assert!(ran.err.contains("scalar, sse2, avx2"), "{}", ran.err);
    }
}

#[test]
fn definitions_come_from_files() {
    let folder = Folder::new();
    let rules = folder.file("rules.kaf", "let mine = code in (403, 404)\n");
    let log = folder.file("a.log", format!("{}{}", event(500), failed()));
    run(&["-f", &rules, "-x", "mine", &log], "").check(0, &failed());
    // Definitions alone keep everything.
    run(&["-f", &rules, &log], "")
        .check(0, &format!("{}{}", event(500), failed()));
    let ran = run(&["-f", &rules, "-x", "mien", &log], "");
    ran.check(2, "");
    assert!(ran.err.contains("did you mean `mine`?"), "{}", ran.err);
    let more = folder.file("more.kaf", "code >= 400");
    let ran = run(&["-f", &more, "-x", "mine", &log], "");
    ran.check(2, "");
}

#[test]
fn warnings_are_errors_on_demand() {
    let odd = "verb = gett";
    let ran = run(&[odd], fine());
    ran.check(0, "");
    assert!(ran.err.contains("warning"), "{}", ran.err);
    let ran = run(&["-W", "error", odd], fine());
    ran.check(2, "");
    assert!(ran.err.contains("gett"), "{}", ran.err);
    run(&["-W", "error", FAILED], failed()).check(0, &failed());
}

/// Checks that `args` print something with `words` in it, and nothing else.
#[track_caller]
fn check_printed(args: &[&str], words: &[&str]) {
    let ran = run(args, "");
    let out = String::from_utf8(ran.out).unwrap();
    assert_eq!((ran.code, &ran.err[..]), (Some(0), ""), "{args:?}");
    for word in words {
        assert!(out.contains(word), "{args:?}: no `{word}` in\n{out}");
    }
}

#[test]
fn questions_are_answered() {
    check_printed(
        &["--explain", "code >= 400 | drop managedFields | head 3"],
        &["responseStatus.code", "metadata.managedFields", "head", "scanner"],
    );
    check_printed(&["--fields"], &["objectRef.resource", "code", "peer"]);
    check_printed(&["--fields"], &["query.command", "latency", "image-repos"]);
    check_printed(&["--predicates"], &["exec", "anonymous-user", "failed"]);
    check_printed(&["--show", "exec"], &["exec", "subresource"]);
    let ran = run(&["--show", "exce"], "");
    ran.check(2, "");
    assert!(ran.err.contains("did you mean `exec`?"), "{}", ran.err);
}

#[test]
fn slips_of_the_shell_are_named() {
    // The shell has taken `>=400` for a redirection, `|` for a pipe.
    let ran = run(&["code"], fine());
    ran.check(2, "");
    assert!(ran.err.contains("quote"), "{}", ran.err);
    let ran = run(&["code>=400 drop managedFields"], fine());
    ran.check(2, "");
    let right = "code>=400 | drop managedFields";
    assert!(ran.err.contains(right), "{}", ran.err);
    let ran = run(&[""], fine());
    ran.check(2, "");
    assert!(ran.err.contains("empty"), "{}", ran.err);
}

#[test]
fn a_byte_order_mark_is_no_obstacle_and_stays() {
    let input = format!("\u{feff}{}{}", failed(), failed());
    run(&["--strict", FAILED], &input).check(0, &input);
}

/// An event about a Secret, with its data in both bodies.
const SECRET: &str = concat!(
    r#"{"kind":"Event","level":"RequestResponse","auditID":"a","#,
    r#""stage":"ResponseComplete","verb":"get","#,
    r#""user":{"username":"u"},"objectRef":{"resource":"secrets"},"#,
    r#""responseStatus":{"code":200},"#,
    r#""responseObject":{"kind":"Secret","data":{"a":"c2VjcmV0"}}}"#,
    "\n"
);

#[test]
fn edits_change_what_they_name_and_nothing_else() {
    let code = r#""responseStatus":{"code":200},"#;
    let body =
        r#","responseObject":{"kind":"Secret","data":{"a":"c2VjcmV0"}}"#;
    for (steps, from, to) in [
        ("mask secretData, lastApplied", r#"{"a":"c2VjcmV0"}"#, "\"***\""),
        ("mask secretData, lastApplied with \"\"", r#"{"a":"c2VjcmV0"}"#, {
            "\"\""
        }),
        ("drop code", r#""code":200"#, ""),
        ("keep verb, user, resource, response", code, ""),
        ("truncate verb to 1", "get", "g"),
        ("drop bodies", body, ""),
        ("truncate event to 244", body, {
            r#","annotations":{"audit.k8s.io/truncated":"true"}"#
        }),
        ("tag seen", "}}}\n", {
            "}},\"annotations\":{\"kaudit-filter/tags\":\"seen\"}}\n"
        }),
        ("label site = \"north\"", "}}}\n", {
            "}},\"annotations\":{\"kaudit-filter/site\":\"north\"}}\n"
        }),
    ] {
        let ran = run(&["-s", steps], SECRET);
        ran.check(0, &SECRET.replace(from, to));
        assert_eq!(ran.number("changed"), 1, "{steps}");
    }
}

#[test]
fn rules_in_files_are_detected() {
    let folder = Folder::new();
    let rules = folder.file(
        "rules.kaf",
        "rule gone warning \"not there\" = code = 404\n\
         rule refused = denied\n",
    );
    let input = format!("{}{}{}", event(404), failed(), fine());
    let mark = |line: String, rule: &str| {
        let mark = format!(
            r#"}},"annotations":{{"kaudit-filter/rules":"{rule}"}}}}"#
        );
        line.replace("}}\n", &format!("{mark}\n"))
    };
    let gone = mark(event(404), "gone");
    let both = format!("{gone}{}", mark(failed(), "refused"));
    run(&["-f", &rules], &input).check(0, &both);
    let ran = run(&["-f", &rules, "-x", "detect gone"], &input);
    ran.check(0, &gone);
    assert_eq!(ran.err, "", "rules of another file may be left out");
    let ran = run(&["-f", &rules, "-x", "code = 200"], &input);
    ran.check(0, &fine());
    assert!(ran.err.contains("`gone` and 1 more never run"), "{}", ran.err);
    let ran = run(&["-f", &rules, "-x", "gone"], &input);
    ran.check(2, "");
    assert!(ran.err.contains("`gone` is a rule"), "{}", ran.err);
}

#[test]
fn a_list_is_read_from_beside_the_file_that_names_it() {
    let folder = Folder::new();
    let rules = "list bad = from \"bad.txt\"\nuser in @bad\n";
    let rules = folder.file("rules.kaf", rules);
    let list =
        folder.file("bad.txt", "# all of them\n  u # here\n\n\"v w\"\n");
    run(&["-f", &rules], fine()).check(0, &fine());
    let named = format!("list bad = from \"{list}\"\nuser not in @bad");
    run(&[named], fine()).check(0, "");
    folder.file("bad.txt", "u\n\"v");
    let ran = run(&["-f", &rules], fine());
    ran.check(2, "");
    assert!(ran.err.contains("`bad.txt`, line 2: these"), "{}", ran.err);
    let addresses = "list bad = from \"bad.txt\"\npeer in @bad\n";
    let addresses = folder.file("addresses.kaf", addresses);
    folder.file("bad.txt", "10.0.0.0/8\n\n::g\n");
    let ran = run(&["-f", &addresses], fine());
    ran.check(2, "");
    assert!(ran.err.contains("in `@bad`, line 3: "), "{}", ran.err);
    let ran = run(&["list x = from \"no/such\"\nuser in @x"], fine());
    ran.check(2, "");
    assert!(ran.err.contains("`no/such`: No such file"), "{}", ran.err);
}

#[test]
fn a_sample_is_the_same_for_any_number_of_threads() {
    let (folder, mut text, mut expected) =
        (Folder::new(), String::new(), String::new());
    for n in 0..20_000_u32 {
        let id = format!(r#""auditID":"{n}""#);
        let line = fine().replace(r#""auditID":"a""#, &id);
        if n % 5 == 0 || n % 5 == 3 {
            expected += &line;
        }
        text += &line;
    }
    let file = folder.file("a.log", &text);
    for threads in ["1", "8"] {
        let ran = run(&["--threads", threads, "sample 2/5", &file], "");
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert!(ran.out == expected.as_bytes(), "{threads}");
    }
}

#[test]
fn every_step_is_explained() {
    check_printed(
        &[
            "--explain",
            "rule gone warning = code = 404\n\
             skip health | detect | keep code, user | sample 1/2 | head 3 \
             | mask user with \"x\" | truncate id to 9 \
             | tag odd if code = 500 | label site = \"n\" \
             | truncate event to 1K",
        ],
        &[
            "keep events for which a rule holds, and name it",
            "gone warning: responseStatus.code = 404",
            "keep kind, apiVersion, level, auditID, stage, \
             responseStatus.code, user.username",
            "keep 1 of every 2 events",
            "end after 3 events",
            "mask user.username with \"x\"",
            "truncate auditID to 9 bytes",
            "tag events as odd where responseStatus.code = 500",
            "label events with kaudit-filter/site = \"n\"",
            "drop both bodies of events over 1024 bytes",
            "goes on to the end of the line",
            "one thread",
        ],
    );
    check_printed(
        &["--explain", "drop ua, secretData, lastApplied"],
        &[
            "drop userAgent\n",
            "drop requestObject.data, requestObject.stringData",
            " where any of\n",
            "objectRef.resource = \"secrets\"",
            "requestObject.kind in (\"Secret\", \"SecretList\")",
            "drop **.metadata.annotations[\"kubectl",
        ],
    );
    check_printed(
        &["--explain", "count distinct name by user, peer top 3"],
        &["count the values of objectRef.name by user.username, \
             sourceIPs[-1], show the 3 greatest"],
    );
}

/// Returns an event as kube-apiserver writes it, with these fields set.
fn written(fields: &Value) -> String {
    let text = |key: &str| {
        let given = fields.get(key).and_then(Value::as_str);
        given.unwrap_or_default().to_owned()
    };
    let body = match fields.get("requestObject") {
        Some(body) => format!(r#","requestObject":{body}"#),
        None => String::new(),
    };
    let annotations = match fields.get("annotations") {
        Some(annotations) => format!(r#","annotations":{annotations}"#),
        None => String::new(),
    };
    let level = text("level");
    format!(
        concat!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","#,
            r#""level":"{}","auditID":"","stage":"","requestURI":"","#,
            r#""verb":"","user":{{}}{},"requestReceivedTimestamp":null,"#,
            r#""stageTimestamp":null{}}}"#,
            "\n"
        ),
        level, body, annotations
    )
}

#[test]
fn long_events_are_truncated_as_kube_apiserver_does() {
    let Some(data) = std::env::var_os("KAUDIT_FILTER_DATA") else {
        return skip("truncate: KAUDIT_FILTER_DATA is not set");
    };
    let path = std::path::Path::new(&data).join("policy/cases.json");
    let cases = std::fs::read_to_string(path).unwrap();
    // `A*102400` in the cases is so many letters.
    let cases = cases.replace("A*102400", &"A".repeat(102_400));
    let cases: Value = serde_json::from_str(&cases).unwrap();
    let truncate = &cases["truncate"];
    let step =
        format!("truncate event to {}", truncate["config"]["maxEventSize"]);
    let mark = json!("true");
    for case in truncate["events"].as_array().unwrap() {
        let line = written(&case["event"]);
        let ran = run(&[&step], &line);
        let kept = case["dropped"] == json!(false);
        assert_eq!(!ran.out.is_empty(), kept, "{}", case["desc"]);
        if !kept {
            continue;
        }
        let event: Value = serde_json::from_slice(&ran.out).unwrap();
        let marked = event["annotations"]["audit.k8s.io/truncated"] == mark;
        assert_eq!(json!(marked), case["truncated"], "{}", case["desc"]);
        let has_body = event.get("requestObject").is_some();
        let had_body = line.contains("requestObject");
        assert_eq!(has_body, had_body && !marked, "{}", case["desc"]);
    }
}
