//! Files of definitions: lists that a later one defines anew, and rules.

use crate::tool::{FAILED, Folder, Ran, event, failed, fine, run};

/// Runs with these texts, each in a file of its own, and an expression.
fn with(texts: &[&str], expression: Option<&str>, input: &str) -> Ran {
    let folder = Folder::new();
    let mut args = Vec::new();
    for (n, text) in texts.iter().enumerate() {
        args.push("-f".to_owned());
        args.push(folder.file(&format!("{n}.kaf"), text));
    }
    args.extend(
        expression.iter().flat_map(|text| ["-x", text]).map(Into::into),
    );
    run(&args, input)
}

#[test]
fn the_last_definition_of_a_list_counts_everywhere() {
    let both = format!("{}{}", failed(), event(404));
    let rules = "list bad = (403)\nrule refused = code in @bad\n";
    let named = |ran: &Ran| {
        let out = String::from_utf8(ran.out.clone()).unwrap();
        let code = |line: &str| {
            line.split_once("\"code\":").unwrap().1[..3].to_owned()
        };
        out.lines().map(code).collect::<Vec<_>>()
    };
    for (more, expression, codes) in [
        (&[][..], None, &["403"][..]),
        (&["list bad = (404)"], None, &["404"]),
        (
            &["list bad = (500)", "list bad = (403, 404)"],
            None,
            &["403", "404"],
        ),
        (&["list bad = ()"], None, &[]),
        (&["list bad = (500)"], Some("list bad = (404)\ndetect"), &["404"]),
        // Lists that are made of it change as well.
        (
            &["list worse = (@bad, 500)", "list bad = (404)"],
            Some("code in @worse | detect"),
            &["404"],
        ),
    ] {
        let texts = [&[rules], more].concat();
        let ran = with(&texts, expression, &both);
        assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{texts:?}");
        assert_eq!(named(&ran), codes, "{texts:?}");
    }
}

#[test]
fn a_list_is_defined_once_in_a_file() {
    let ran = with(&["list a = (b)\nlist a = (c)\n"], None, &fine());
    ran.check(2, "");
    assert!(ran.err.contains("`a` is defined already"), "{}", ran.err);
    assert!(ran.err.contains("0.kaf:2:6"), "{}", ran.err);
    for (twice, words) in [
        ("let a = exec", "`a` is defined already"),
        ("rule a = exec", "`a` is defined already"),
        ("let exec = denied", "`exec` is a built-in predicate"),
    ] {
        let ran = with(&["let a = exec", twice], None, &fine());
        ran.check(2, "");
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let ran = with(&["list private = (10.0.0.0/8)"], None, &fine());
    ran.check(2, "");
    assert!(ran.err.contains("`private` is defined"), "{}", ran.err);
}

#[test]
fn what_does_not_fit_in_a_list_anew_is_said_where_it_is_used() {
    let texts =
        ["list a = (10.0.0.0/8)\npeer in @a", "list a = (10.0.0.0/99)"];
    let ran = with(&texts, None, &fine());
    ran.check(2, "");
    let words = "error: in `@a`: `10.0.0.0/99` is not an IP address";
    assert!(ran.err.starts_with(words), "{}", ran.err);
    assert!(ran.err.contains("0.kaf:2:9"), "{}", ran.err);
}

/// An event of a client behind these addresses.
fn from(addresses: &str) -> String {
    let ips = format!(r#""verb":"get","sourceIPs":[{addresses}]"#);
    fine().replace(r#""verb":"get""#, &ips)
}

#[test]
fn built_in_predicates_go_by_lists_anew() {
    let input = from(r#""8.8.8.8","10.0.0.1""#);
    let forwarded = "spoofed-source-ip";
    run(&[forwarded], &input).check(0, &input);
    for list in ["10.0.0.0/8", "10.0.0.1"] {
        let list = format!("list trusted-proxies = ({list})");
        with(&[&list], Some(forwarded), &input).check(0, "");
        run(&[&format!("{list}\n{forwarded}")], &input).check(0, "");
    }
    let other = "list trusted-proxies = (10.9.0.0/16)";
    with(&[other], Some(forwarded), &input).check(0, &input);
    // The last one counts here too.
    let texts = ["list trusted-proxies = (10.0.0.0/8)", other];
    with(&texts, Some(forwarded), &input).check(0, &input);
}

#[test]
fn a_list_from_a_folder_is_refused() {
    let folder = Folder::new();
    let rules = folder.file("a.kaf", "list l = from \".\"\nuser in @l\n");
    let ran = run(&["-f", &rules], fine());
    ran.check(2, "");
    assert!(ran.err.contains("Is a directory"), "{}", ran.err);
    assert!(ran.err.contains("a.kaf:1:15"), "{}", ran.err);
}

#[test]
fn a_list_anew_may_come_from_a_file() {
    let folder = Folder::new();
    folder.file("users.txt", "# us\nu\n");
    let rules = folder.file("a.kaf", "list us = (nobody)\nuser in @us\n");
    let ours = folder.file("b.kaf", "list us = from \"users.txt\"\n");
    run(&["-f", &rules], fine()).check(0, "");
    run(&["-f", &rules, "-f", &ours], fine()).check(0, &fine());
}

/// The annotation that `detect` writes.
const RULES: &str = r#""kaudit-filter/rules":"#;

#[test]
fn files_of_rules_alone_detect() {
    let texts = ["rule a = code = 403", "rule b = verb = get"];
    let marked = |line: String, names: &str| {
        let mark = format!(r#"}},"annotations":{{{RULES}"{names}"}}}}"#);
        line.replace("}}\n", &format!("{mark}\n"))
    };
    let input = format!("{}{}", failed(), fine());
    let both = format!("{}{}", marked(failed(), "a,b"), marked(fine(), "b"));
    with(&texts, None, &input).check(0, &both);
    with(&texts[..1], None, &input).check(0, &marked(failed(), "a"));
}

#[test]
fn a_forged_mark_is_replaced() {
    let annotated = |annotations: &str| {
        let end = format!(r#"}},"annotations":{{{annotations}}}}}"#);
        failed().replace("}}\n", &format!("{end}\n"))
    };
    let rules = ["rule a = code = 403"];
    let (key, ours) = (r#""k":"v""#, format!(r#"{RULES}"a""#));
    for forged in [
        format!(r#"{RULES}"clean""#),
        format!(r#"{RULES}["clean",{{"a":1}}]"#),
        r#""kaudit\u002dfilter/rules":"clean""#.to_owned(),
    ] {
        let ran = with(&rules, None, &annotated(&format!("{key},{forged}")));
        let out = String::from_utf8(ran.out).unwrap();
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let event: serde_json::Value = serde_json::from_str(&out).unwrap();
        let expected = serde_json::json!({
            "k": "v", "kaudit-filter/rules": "a"
        });
        assert_eq!(event["annotations"], expected, "{out}");
        assert!(!out.contains("clean"), "{out}");
    }
    let ran = with(&rules, None, &annotated(&format!("{key},{ours}")));
    ran.check(0, &annotated(&format!("{key},{ours}")));
    // Where no rule holds, the event is skipped with its forgery.
    let forged = annotated(&ours).replace("403", "200");
    with(&rules, None, &forged).check(0, "");
    with(&rules, Some(FAILED), &annotated(&ours)).check(0, &annotated(&ours));
}

#[test]
fn a_byte_order_mark_and_windows_newlines_do_no_harm() {
    let rule = "\u{feff}let refused =\r\n  code = 403\r\nrefused\r\n";
    let ran = with(&[rule], None, &format!("{}{}", fine(), failed()));
    assert_eq!((ran.code, &*ran.err), (Some(0), ""));
    assert_eq!(ran.out, failed().as_bytes());
}

#[test]
fn an_expression_among_the_files_is_told_where_it_belongs() {
    let folder = Folder::new();
    let rules = folder.file("rules.kaf", "rule refused = code = 403\n");
    for (word, told) in [
        ("detect refused | head 1", true),
        ("code=403", true),
        ("no-such.log", false),
    ] {
        let ran = run(&["-f", &rules, word], "");
        ran.check(66, "");
        let hint = "EXPR is given with -x";
        assert_eq!(ran.err.contains(hint), told, "{}", ran.err);
    }
}
