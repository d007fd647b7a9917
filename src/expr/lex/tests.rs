use super::*;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let mut found = Vec::new();
    let tokens = lex(text, &mut found);
    let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let (last, texts) = texts.split_last().unwrap();
    assert_eq!(texts, expected, "{text}");
    assert_eq!(*last, "");
    assert!(found.is_empty(), "{text}: {found:?}");
    for token in tokens {
        assert_eq!(&text[token.span.start..token.span.end], token.text);
    }
}

#[test]
fn text_is_cut_where_its_kind_changes() {
    check("code>=400", &["code", ">=", "400"]);
    check("code in 400..499", &["code", "in", "400..499"]);
    check("!(a)&&b||!c", &["!", "(", "a", ")", "&&", "b", "||", "!", "c"]);
    check("a!=b", &["a", "!=", "b"]);
    check("a =~ r\"x|y\" | b", &["a", "=~", "r\"x|y\"", "|", "b"]);
    check(
        "x[\"a.b\"][-1][*].c",
        &["x", "[", "\"a.b\"", "]", "[", "-1", "]", "[", "*", "]", ".c"],
    );
    check("peer=10.0.0.0/8,::1", &["peer", "=", "10.0.0.0/8", ",", "::1"]);
    check("**.metadata.managedFields", &["**.metadata.managedFields"]);
    check("a = 'it''s'", &["a", "=", "'it'", "'s'"]);
    check("'a'i \"b\"i in", &["'a'i", "\"b\"i", "in"]);
    check("'a'in", &["'a'", "in"]);
}

#[test]
fn a_comment_begins_behind_a_blank() {
    check("# all\na # b | c\n", &["\n", "a", "\n"]);
    check("a=b;#c", &["a", "=", "b", ";"]);
    let mut found = Vec::new();
    lex("a = b#c", &mut found);
    assert_eq!(found.len(), 1);
}

#[test]
fn a_line_goes_on_where_something_is_missing() {
    check("a and\nb", &["a", "and", "b"]);
    check("a\n  or b", &["a", "or", "b"]);
    check("a # x\n\n| b", &["a", "|", "b"]);
    check("let a =\n b", &["let", "a", "=", "b"]);
    check("(a,\n b\n)", &["(", "a", ",", "b", ")"]);
    check("a\nb", &["a", "\n", "b"]);
    check("a ;\n b", &["a", ";", "\n", "b"]);
    check("(a\nlet b = c", &["(", "a", "\n", "let", "b", "=", "c"]);
}

#[test]
fn quotes_give_the_text_they_stand_for() {
    for (text, expected) in [
        (r#""a\"\u0041\n""#, "a\"A\n"),
        (r#"r"\d+\""#, r"\d+\"),
        (r#"'a"\n'"#, r#"a"\n"#),
        ("\"tab\t\"", "tab\t"),
        (r#""\ud83d\ude00""#, "😀"),
        ("\"\"", ""),
    ] {
        let mut found = Vec::new();
        let tokens = lex(text, &mut found);
        let expected = Kind::Text(expected.into(), false);
        assert_eq!(tokens[0].kind, expected, "{text}");
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn a_wrong_character_is_reported_once() {
    for text in [
        "\"open",
        "'open",
        "r\"open",
        r#""\d""#,
        r#""\ud800""#,
        r#""\u12""#,
        "$x",
        "a&b",
        "“x”",
        "{}",
        "x\u{a0}y",
        "`a`",
        "\"a\\",
        "é\n",
    ] {
        let mut found = Vec::new();
        lex(text, &mut found);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
    }
}
