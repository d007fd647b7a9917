use proptest::prelude::*;

use super::*;

/// What each slip is told: lines after `> ` are the source, the others the
/// messages, word for word.
const SLIPS: &str = include_str!("slips.txt");

fn drawn(text: &str) -> String {
    let sources = [Source::expression(text)];
    let findings = match compile(&sources) {
        Ok(compiled) => compiled.warnings,
        Err(findings) => findings,
    };
    render(&findings, &sources, Color::Never)
}

/// Cuts the file into sources and what they are told.
fn slips() -> Vec<(String, String)> {
    let mut slips: Vec<(String, String)> = Vec::new();
    for line in SLIPS.lines() {
        match (line.strip_prefix("> "), slips.last_mut()) {
            (Some(text), Some((source, told))) if told.is_empty() => {
                source.push('\n');
                source.push_str(text);
            }
            (Some(text), _) => slips.push((text.to_owned(), String::new())),
            (None, Some((_, told))) => {
                told.push_str(line);
                told.push('\n');
            }
            (None, None) => panic!("the file begins with a source"),
        }
    }
    slips
}

#[test]
fn a_slip_is_told_what_was_meant() {
    let slips = slips();
    assert!(slips.len() > 100, "{}", slips.len());
    for (source, told) in slips {
        let drawn = drawn(&source);
        assert_eq!(drawn.trim_end(), told.trim_end(), "{source}\n{drawn}");
    }
}

#[track_caller]
fn check(text: &str, severity: Severity) {
    let found = match compile(&[Source::expression(text)]) {
        Ok(compiled) => compiled.warnings,
        Err(findings) => findings,
    };
    let worst = found.iter().map(|found| found.diagnostic.severity);
    let worst = worst.min_by_key(|found| *found == Severity::Warning);
    assert_eq!(worst, Some(severity), "{text}");
}

#[test]
fn what_can_never_match_is_refused() {
    for text in [
        r#"code = "FORBID""#,
        r#"volumes = "*""#,
        r#"privileged = true"#,
        "namespaces = prod",
        "level = ResponseComplete",
        "stage in (Request, Panic)",
        "status = Ok",
        "user.name = alice",
        "peer = gateway",
        "objectRef.kind = Pod",
        "apiGroup = apps",
    ] {
        check(text, Severity::Error);
    }
}

#[test]
fn what_hardly_ever_matches_is_warned_of() {
    for text in [
        "verb in (get, replace)",
        r#"user = "system:authenticated""#,
        "resource in (pods, clusterrole)",
        "resource = Pods",
        r#"uri starts "healthz""#,
        r#"uri like "apis/apps/*""#,
        "name = web-*",
        "skip ns not in (prod)",
    ] {
        check(text, Severity::Warning);
    }
}

#[test]
fn definitions_of_earlier_sources_are_known() {
    let sources = [
        Source::file("a.kaf", "list mine = (prod, staging)"),
        Source::file("b.kaf", "let ours = ns in @mine\n\nskip ours"),
        Source::file("c.kaf", "let unused = ours"),
    ];
    let plan = compile(&sources).unwrap().plan;
    let text = plan.to_string();
    assert!(text.contains(r#"objectRef.namespace in ("prod", "staging")"#));
}

#[test]
fn one_of_the_sources_may_hold_a_pipeline() {
    let sources =
        [Source::file("a.kaf", "code>=400"), Source::expression("exec")];
    let findings = compile(&sources).unwrap_err();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].source, 1);
    assert_eq!(
        render(&findings, &sources, Color::Never),
        "\
error: a second pipeline; an earlier source has one
 --> <expression>:1:1
  |
1 | exec
  | ^^^^
  |
  = help: join steps with `|`
"
    );
}

#[test]
fn without_a_pipeline_every_event_is_kept() {
    let plan = compile(&[Source::file("a.kaf", "# nothing yet\n")]);
    assert_eq!(plan.unwrap().plan.steps, []);
    assert!(compile(&[Source::expression(" ")]).is_err());
}

#[test]
fn some_lists_may_be_defined_anew() {
    let text = "list trusted-proxies = (10.0.0.1)\npeer in @trusted-proxies";
    let plan = compile(&[Source::expression(text)]).unwrap().plan;
    assert!(plan.to_string().contains("sourceIPs[-1] = 10.0.0.1"));
    let text = "list private = (10.0.0.1)\npeer in @private";
    assert!(compile(&[Source::expression(text)]).is_err());
    let twice = "list trusted-proxies = ()\nlist trusted-proxies = ()";
    assert!(compile(&[Source::expression(twice)]).is_err());
}

#[test]
fn no_nesting_is_too_deep_to_refuse() {
    for (open, close) in [("(", ")"), ("!", ""), ("not ", ""), ("has(", ")")] {
        let deep = 10_000;
        let text = format!("{}exec{}", open.repeat(deep), close.repeat(deep));
        let findings = compile(&[Source::expression(&text)]).unwrap_err();
        assert!(!findings.is_empty(), "{open}");
    }
    let most = format!("{}exec{}", "(".repeat(128), ")".repeat(128));
    assert!(compile(&[Source::expression(&most)]).is_ok());
}

#[test]
fn a_long_chain_of_definitions_is_cut_off() {
    let mut text = "let p0 = verb = get\n".to_owned();
    for at in 1..5000 {
        let before = at - 1;
        text += &format!("let p{at} = not (p{before} and code = {at})\n");
    }
    let findings = compile(&[Source::file("a.kaf", &text)]).unwrap_err();
    let message = &findings[0].diagnostic.message;
    assert_eq!(message, "predicates use each other too deeply");
}

#[test]
fn a_source_has_a_largest_size() {
    let long = format!("name = {}", "x".repeat(1 << 20));
    let findings = compile(&[Source::expression(&long)]).unwrap_err();
    let message = &findings[0].diagnostic.message;
    assert_eq!(message, "an expression has at most 1 MiB of text");
}

#[test]
fn a_megabyte_of_mistakes_is_told_briefly() {
    for line in
        ["a b | ", "verb = get skip ", "x\n", "(((", "\"", "code=", "$"]
    {
        let text = line.repeat((1 << 20) / line.len());
        let sources = [Source::file("a.kaf", &text)];
        let findings = compile(&sources).unwrap_err();
        assert!(findings.len() <= 2 * MAX_FOUND, "{line}");
        let drawn = render(&findings, &sources, Color::Always);
        assert!(drawn.len() < 1 << 20, "{line} {}", drawn.len());
    }
}

#[test]
fn plans_are_cheap_to_copy_and_show() {
    let plan = compile(&[Source::expression("exec and failed")]).unwrap().plan;
    let copy = plan.clone();
    drop(plan);
    assert!(copy.to_string().contains("responseStatus.code >= 400"));
}

/// Pieces of expressions, so that random text gets beyond the first token.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "code",
        "user",
        "verb",
        "=",
        ">=",
        "!=",
        "in",
        "(",
        ")",
        ",",
        "|",
        "and",
        "or",
        "not",
        "has",
        "drop",
        "skip",
        "let",
        "list",
        "x",
        "400",
        "4xx",
        "\"a\"",
        "r\"(",
        "'",
        "@private",
        "[",
        "]",
        "[*]",
        "**.",
        ".",
        "\n",
        ";",
        "#",
        "null",
        "\u{202e}",
        "count",
        "by",
        "any",
        "field",
        "head",
        "9",
        "!",
        "~",
        "&&",
        "\\",
        "é",
        "2026-11-21",
        "10.0.0.0/8",
    ]);
    prop::collection::vec((piece, prop::bool::ANY), 0..40).prop_map(|pieces| {
        let spaced = pieces.into_iter().map(|(piece, space)| {
            format!("{piece}{}", if space { " " } else { "" })
        });
        spaced.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_makes_the_compiler_panic(text in ".{0,60}") {
        drawn(&text);
    }

    #[test]
    fn no_expression_makes_the_compiler_panic(text in pieces()) {
        let told = drawn(&text);
        let compiled = compile(&[Source::expression(&text)]);
        prop_assert!(compiled.is_ok() || !told.is_empty());
    }
}
