//! Deep and long lines: walked without recursion, and in linear time.

use std::{
    iter, thread,
    time::{Duration, Instant},
};

use kaudit_filter::{
    event::pieces,
    pipeline::{Depth, Judgement, Pipeline, Reading, Verdict},
    scan::Scanner,
};

use crate::oracle::{compile, judge};

/// Far more than the slowest machine needs for linear work, far less than
/// work that grows with the square would take.
const LONG: Duration = Duration::from_secs(20);

/// Every way of reading a line.
const DEPTHS: [Depth; 3] = [Depth::Needed, Depth::Whole, Depth::Strict];

fn depth() -> usize {
    if is_full() { 1_000_000 } else { 100_000 }
}

fn is_full() -> bool {
    std::env::var_os("KAUDIT_FILTER_PROOF").is_some_and(|way| way == "full")
}

/// Runs `check` on a stack on which no recursion gets far.
#[track_caller]
fn on_a_small_stack(check: impl FnOnce() + Send + 'static) {
    let begun = Instant::now();
    let thread = thread::Builder::new().stack_size(256 << 10).spawn(check);
    thread.unwrap().join().unwrap();
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
}

/// Checks what `text` says of `line`, read in every way.
#[track_caller]
fn check(text: &str, line: &str, expected: Verdict) {
    let pipeline = compile(text);
    for depth in DEPTHS {
        let (Judgement { verdict, defect, .. }, _) =
            judge(&pipeline, line.as_bytes(), depth);
        assert_eq!(verdict, expected, "{text}");
        assert_eq!(defect, None, "{text}");
    }
}

/// An event with `deep` in its request and in a key nobody knows.
fn event(deep: &str) -> String {
    format!(
        r#"{{"verb":"get","unknown":{deep},"requestObject":{{"a":{deep},"metadata":{{"managedFields":{deep},"b":"x"}}}},"annotations":{{"k":"v"}}}}"#
    )
}

fn check_deep(deep: &str) {
    let line = event(deep);
    check("verb = get", &line, Verdict::Keep);
    check("annotations[\"k\"] = v", &line, Verdict::Keep);
    check("requestObject.metadata.b = x", &line, Verdict::Keep);
    check("requestObject.a = x", &line, Verdict::Skip);
    check("requestObject.a.k = x", &line, Verdict::Skip);
    check("requestObject.a[*].k = x", &line, Verdict::Skip);
    check("requestObject.a[-1][0] = x", &line, Verdict::Skip);
    check("has(requestObject.a)", &line, Verdict::Keep);
    for targets in ["managedFields", "**.nothing", "requestObject.a[0][*]"] {
        let pipeline = compile(&format!("drop {targets}"));
        let (judgement, edited) =
            judge(&pipeline, line.as_bytes(), Depth::Needed);
        if targets == "managedFields" {
            let left = line.replace(&format!("\"managedFields\":{deep},"), "");
            assert_eq!(judgement.verdict, Verdict::Changed);
            assert!(edited == left.as_bytes());
        }
        assert_eq!(judgement.defect, None);
    }
}

#[test]
fn arrays_can_be_as_deep_as_they_like() {
    on_a_small_stack(|| {
        let depth = depth();
        check_deep(&["[".repeat(depth), "]".repeat(depth)].concat());
    });
}

#[test]
fn objects_can_be_as_deep_as_they_like() {
    on_a_small_stack(|| {
        let depth = depth();
        let open = r#"{"k":"#.repeat(depth);
        check_deep(&[&open, "1", &"}".repeat(depth)].concat());
    });
}

#[test]
fn both_can_be_as_deep_as_they_like() {
    on_a_small_stack(|| {
        let depth = depth() / 2;
        let open = r#"[0,{"metadata":"#.repeat(depth);
        check_deep(&[&open, "1", &"}]".repeat(depth)].concat());
    });
}

#[test]
fn a_deep_line_that_breaks_is_left_open() {
    on_a_small_stack(|| {
        let depth = depth();
        for deep in ["[", r#"{"k":"#, r#"[{"metadata":"#] {
            let line = format!(
                r#"{{"verb":"get","requestObject":{}"#,
                deep.repeat(depth)
            );
            for (text, verdict) in [
                ("verb = get", Verdict::Keep),
                ("requestObject.k = x", Verdict::Unknown),
                ("requestObject[*] = x", Verdict::Unknown),
                ("requestObject[-1] = x", Verdict::Unknown),
                ("has(annotations)", Verdict::Unknown),
                ("drop managedFields", Verdict::Keep),
            ] {
                // Brackets without an end show at once that no way leads
                // through them.
                let (judgement, _) =
                    judge(&compile(text), line.as_bytes(), Depth::Needed);
                let got = judgement.verdict;
                let no_way = got == Verdict::Skip && text.contains("-1");
                assert!(got == verdict || no_way, "{text}: {got:?}");
            }
        }
    });
}

/// Judges a line with the best scanner, in every way.
fn read_in_every_way(pipeline: &Pipeline, line: &str) {
    for depth in DEPTHS {
        let reading = Reading { depth, ..Reading::default() };
        pipeline.judge(reading).judge(line.as_bytes(), &mut Vec::new());
    }
}

#[test]
fn long_lines_take_their_length_and_no_more() {
    let size = if is_full() { 4_000_000 } else { 300_000 };
    let many = |part: &str| part.repeat(size / part.len());
    let keys: String = (0..size / 20)
        .map(|n| format!(r#""k{n}":{n},"#))
        .chain(iter::once(r#""z":0"#.into()))
        .collect();
    let bodies = [
        format!(r#"{{"a":"{}"}}"#, many(r"\\")),
        format!(r#"{{"a":"{}"}}"#, many("\\\"")),
        format!(r#"{{"{}":1}}"#, many("k")),
        format!(r#"{{"{}":1}}"#, many(r"\\")),
        format!(r#"{{"{}":1}}"#, many(r"\u006b")),
        format!(r#"{{"a":"{}"}}"#, many(":")),
        format!(r#"{{"a":"{}"}}"#, many("{[")),
        format!("[{}\"\"]", many("\"\",")),
        format!("[{}{{}}]", many("{},")),
        format!("{{{}\"a\":1}}", many(r#""a":1,"#)),
        format!("{{{}\"a\":1}}", many(r#""\u0061":1,"#)),
        format!("{{{}\"a\":1}}", many(r#""a"  :  1 , "#)),
        format!("{{{keys}}}"),
        format!("{{\"a\":{}1}}", many(" ")),
        format!("{{\"a\"{}:1}}", many(" ")),
        format!("{{{}\"a\":1}}", many(" ")),
        format!("{{\"a\":1{}}}", many("0")),
    ];
    let texts = [
        "verb = get",
        "has(annotations)",
        "requestObject.z = x",
        "requestObject[*] = x",
        "requestObject[-1] = x",
        "annotations[\"a\"] = x",
        "drop managedFields",
        "drop requestObject[*]",
        "drop requestObject.a",
    ];
    for (n, body) in bodies.iter().enumerate() {
        for key in ["requestObject", "unknown", "annotations"] {
            let line = format!(r#"{{"verb":"get","{key}":{body}}}"#);
            for text in texts {
                let begun = Instant::now();
                let pipeline = compile(text);
                read_in_every_way(&pipeline, &line);
                let took = begun.elapsed();
                assert!(took < LONG / 4, "{n} {key} {text}: {took:?}");
            }
        }
    }
}

#[test]
fn lines_of_nothing_but_one_byte_take_their_length_and_no_more() {
    let size = if is_full() { 4_000_000 } else { 300_000 };
    for byte in [":", "\\", "\"", "{", "}", "[", ",", " ", "\0", "a", "\":"] {
        for head in ["", "{", r#"{"verb":"get","#, r#"{"requestObject":"#] {
            let line = [head, &byte.repeat(size)].concat();
            for text in
                ["requestObject[*].k = x", "drop requestObject[*].k, bodies"]
            {
                let begun = Instant::now();
                let pipeline = compile(text);
                read_in_every_way(&pipeline, &line);
                let took = begun.elapsed();
                assert!(took < LONG / 4, "{head}{byte}: {text} {took:?}");
            }
        }
    }
}

#[test]
fn lines_glued_of_many_events_take_their_length_and_no_more() {
    let size = if is_full() { 4_000_000 } else { 300_000 };
    let event = r#"{"kind":"Event","verb":"get"}"#;
    let parts = [
        r#"{"kind":"Event""#,
        r#"{"kind":"Event","a":"#,
        r#"{"kind":"Event","verb":"get""#,
        r#"{"kind":"Event","a":"cut"#,
        r#"{"kind":"Event","a":"cut{"kind":"Event","verb":"get"}"#,
        r#"{"kind":"Event","a":{"kind":"Event","verb":"get"}"#,
        r#"{"kind":"Event","a":{"kind":"Pod","verb":"get"}"#,
        r#"{"verb":"get"}"#,
        r#"{\"kind\":\"Event\""#,
        r#"[{"kind":"Event","verb":"get"},"#,
        "{} ",
        "}",
        "]}",
        "\"",
        "\\",
        "\\\"}",
        event,
    ];
    let pipeline = compile("verb = get");
    let reading = Reading { depth: Depth::Whole, ..Reading::default() };
    let mut judge = pipeline.judge(reading);
    for part in parts {
        let many = part.repeat(size / part.len());
        for line in [
            many.clone(),
            format!("{{{many}"),
            format!("{{{many}{event}"),
            format!("{event}{many}{event}"),
            format!("{{\"a\":{many}{event}{}", "}".repeat(size / part.len())),
        ] {
            let begun = Instant::now();
            for piece in pieces(Scanner::best(), line.as_bytes()) {
                judge.judge(&line.as_bytes()[piece], &mut Vec::new());
            }
            let took = begun.elapsed();
            assert!(took < LONG / 4, "{part}: {took:?}");
        }
    }
}

#[test]
fn what_is_the_same_for_all_elements_is_asked_once() {
    let containers = vec![r#"{"name":"a"}"#; 3000].join(",");
    let line = format!(
        r#"{{"verb":"create","requestObject":{{"spec":{{"containers":[{containers}]}}}}}}"#
    );
    let each = "any(containers, ".repeat(10) + ".name = b" + &")".repeat(10);
    let counts =
        "count(containers, ".repeat(10) + ".name = b" + &") > 1".repeat(10);
    let mixed = "none(containers, .name = b or all(containers, .name = a \
                 and not any(containers, .name = b)))";
    on_a_small_stack(move || {
        for (text, expected) in [
            (&*each, Verdict::Skip),
            (&*counts, Verdict::Skip),
            (mixed, Verdict::Skip),
        ] {
            check(text, &line, expected);
            let reading = Reading { coverage: true, ..Reading::default() };
            let mut judge = compile(text).judge(reading);
            let judgement = judge.judge(line.as_bytes(), &mut Vec::new());
            assert_eq!(judgement.verdict, expected, "{text}");
        }
    });
}

/// Compiles a text and says whether it is right, in good time.
#[track_caller]
fn check_text(text: &str, expected: bool) {
    let begun = Instant::now();
    let compiled = Pipeline::compile(text);
    let shown = &text[text.len().saturating_sub(60)..];
    assert_eq!(compiled.is_ok(), expected, "{shown}");
    assert!(begun.elapsed() < LONG, "{shown}: {:?}", begun.elapsed());
}

/// Joins what `part` makes of numbers, up to the largest text there can be.
fn long(part: impl Fn(usize) -> String, between: &str) -> String {
    let mut text = part(0);
    for n in 1.. {
        let more = part(n);
        if text.len() + between.len() + more.len() > 1_000_000 {
            break;
        }
        text.push_str(between);
        text.push_str(&more);
    }
    text
}

#[test]
fn lists_of_lists_do_not_grow_without_end() {
    let lists = (1..40).map(|n| {
        let before = n - 1;
        format!("list l{n} = (a{n}, @l{before}, @l{before})\n")
    });
    let lists: String = lists.collect();
    check_text(&format!("list l0 = (a)\n{lists}ns in @l39"), false);
}

#[test]
fn a_list_can_be_asked_for_often() {
    let items: Vec<_> = (0..40_000).map(|n| format!("n{n}")).collect();
    let list = format!("list mine = ({})\n", items.join(","));
    let uses = (0..5_000).map(|n| format!("rule r{n} = ns in @mine\n"));
    check_text(&format!("{list}{}", uses.collect::<String>()), true);
}

#[test]
fn a_text_full_of_mistakes_is_refused_at_once() {
    let unknown = long(|n| format!("unknown{n}"), " or ");
    check_text(&unknown, false);
    let predicates = (0..10_000).map(|n| format!("let known{n} = verb=get\n"));
    let predicates: String = predicates.collect();
    check_text(&format!("{predicates}{}", &unknown[..700_000]), false);
    let targets = long(|n| format!("annotations.a{n}"), ", ");
    check_text(&format!("drop {targets}"), false);
}

#[test]
fn a_condition_can_be_asked_often_behind_an_edit() {
    let names = (0..20_000).map(|n| format!("ns = n{n}"));
    let names = names.collect::<Vec<_>>().join(" or ");
    let uses = "z and ".repeat(50_000);
    check_text(&format!("let z = {names}\ndrop annotations | {uses}z"), true);
}
