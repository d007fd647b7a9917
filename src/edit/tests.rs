//! What each edit does to a line, and that lines which mean harm cost no
//! more than their length.

use std::{
    fmt::Write,
    thread,
    time::{Duration, Instant},
};

use super::{Action, Annotation, Automaton, cuts, quoted, splice};
use crate::event::{self, Event, Path, Roots, Segment};
use crate::scan::{Defect, DefectKind, Scanner};

/// Reads a path as one writes it, but with a dot in front of each step:
/// `a.b.-1.*.**`.
fn path(text: &str) -> Path {
    let segments = text.split('.').map(|word| match word {
        "**" => Segment::AnyDepth,
        "*" => Segment::Every,
        word => match word.parse() {
            Ok(index) => Segment::Index(index),
            Err(_) => Segment::Key(word.replace('~', ".").into()),
        },
    });
    Path(segments.collect())
}

fn edit(action: Action, targets: &str, line: &str) -> Result<String, Defect> {
    let paths: Vec<Path> = targets.split_whitespace().map(path).collect();
    let automaton = Automaton::new(&paths).unwrap();
    let roots = Roots::new(&[], None);
    let line = line.as_bytes();
    let start = event::start(line).unwrap();
    let event = Event::new(Scanner::best(), line, start, &roots);
    let (mut found, mut out) = (Vec::new(), Vec::new());
    cuts(&event, &automaton, action, &mut found)?;
    let text = match action {
        Action::Mask => quoted("***"),
        Action::Drop | Action::Truncate(_) | Action::Keep => String::new(),
    };
    splice(line, &found, &text, &mut out);
    Ok(String::from_utf8(out).unwrap())
}

#[track_caller]
fn check(action: Action, targets: &str, line: &str, expected: &str) {
    let edited = edit(action, targets, line);
    assert_eq!(edited.as_deref(), Ok(expected), "{action:?} {targets}");
}

#[test]
fn any_value_can_be_masked() {
    for value in ["null", "1e999", "true", r#""x\"y""#, "{}", r#"[{"a":1}]"#] {
        let line = format!(r#"{{"a" : {value} ,"b":1}}"#);
        check(Action::Mask, "a", &line, r#"{"a" : "***" ,"b":1}"#);
    }
}

#[test]
fn a_mask_covers_every_repetition_and_what_is_below() {
    let line = r#"{"a":{"b":1},"\u0061":2,"c":{"a":3}}"#;
    let all = r#"{"a":"***","\u0061":"***","c":{"a":"***"}}"#;
    check(Action::Mask, "**.a a.b", line, all);
    check(
        Action::Mask,
        "a.b",
        line,
        r#"{"a":{"b":"***"},"\u0061":2,"c":{"a":3}}"#,
    );
}

#[test]
fn elements_are_masked_where_they_stand() {
    let line = r#"{"a":[ 1 , [2,3],{"b":4} ]}"#;
    check(Action::Mask, "a.*", line, r#"{"a":[ "***" , "***","***" ]}"#);
    check(Action::Mask, "a.0", line, r#"{"a":[ "***" , [2,3],{"b":4} ]}"#);
    check(Action::Mask, "a.-1", line, r#"{"a":[ 1 , [2,3],"***" ]}"#);
    check(Action::Mask, "a.b", line, r#"{"a":[ 1 , [2,3],{"b":"***"} ]}"#);
    check(Action::Mask, "a.1.0", line, r#"{"a":[ 1 , ["***",3],{"b":4} ]}"#);
}

#[test]
fn elements_behind_a_long_object_are_counted() {
    for length in 0..200 {
        let long = "x".repeat(length);
        let line = format!(r#"{{"a":[{{"k":"{long}"}},1,2],"b":1}}"#);
        let masked = line.replace(",1,", r#","***","#);
        check(Action::Mask, "a.1 a.z", &line, &masked);
        let left = line.replace(",1,", ",");
        check(Action::Drop, "a.1 a.z", &line, &left);
    }
}

#[test]
fn strings_are_truncated_between_characters() {
    for (text, most, expected) in [
        ("abc", 3, "abc"),
        ("abc", 2, "ab"),
        ("abc", 0, ""),
        ("é", 1, ""),
        (r"\u00e9\n", 2, r"\u00e9"),
        (r"\ud83d\ude00!", 3, ""),
        (r"\ud83d\ude00!", 4, r"\ud83d\ude00"),
        (r#"\"\"\""#, 2, r#"\"\""#),
        (r"\\\\", 1, r"\\"),
    ] {
        let line = format!(r#"{{"a":"{text}","b":"{text}"}}"#);
        let expected = format!(r#"{{"a":"{expected}","b":"{text}"}}"#);
        check(Action::Truncate(most), "a", &line, &expected);
    }
}

#[test]
fn arrays_are_truncated_string_by_string() {
    let line =
        r#"{"a":["abc",["ab",[ "abc" ],{"a":"abc"}],1, "a"],"b":"abc"}"#;
    let cut = r#"{"a":["ab",["ab",[ "ab" ],{"a":"abc"}],1, "a"],"b":"abc"}"#;
    check(Action::Truncate(2), "a", line, cut);
    let cut = r#"{"a":["ab",["ab",[ "ab" ],{"a":"ab"}],1, "a"],"b":"abc"}"#;
    check(Action::Truncate(2), "a **.a", line, cut);
    let cut = r#"{"a":["abc",["",[ "" ],{"a":"abc"}],1, "a"],"b":"abc"}"#;
    check(Action::Truncate(0), "a.1", line, cut);
}

#[test]
fn what_is_no_string_is_not_truncated() {
    let line = r#"{"a":{"b":"abc"},"n":12345,"x":null,"t":true}"#;
    check(Action::Truncate(0), "a n x t", line, line);
    let cut = r#"{"a":{"b":""},"n":12345,"x":null,"t":true}"#;
    check(Action::Truncate(0), "a a.b", line, cut);
}

#[test]
fn what_is_not_kept_goes_with_its_comma() {
    let line = r#"{"a":1, "b":{"c":2 , "d":3,"e":{}} ,"f":[4]}"#;
    check(Action::Keep, "a", line, r#"{"a":1}"#);
    check(Action::Keep, "f", line, r#"{"f":[4]}"#);
    check(Action::Keep, "a f", line, r#"{"a":1, "f":[4]}"#);
    check(Action::Keep, "b.d", line, r#"{"b":{"d":3} }"#);
    check(Action::Keep, "b", line, r#"{"b":{"c":2 , "d":3,"e":{}} }"#);
    check(Action::Keep, "x", line, "{}");
    check(Action::Keep, "x.y", "{ }", "{ }");
}

#[test]
fn the_way_to_what_is_kept_stays() {
    let line = r#"{"a":[1,{"b":2,"c":3},[{"b":4}],{"c":5}],"b":6}"#;
    check(Action::Keep, "a.b", line, r#"{"a":[{"b":2},[{"b":4}],{}]}"#);
    check(Action::Keep, "a.0", line, r#"{"a":[1]}"#);
    check(Action::Keep, "a.-1.c", line, r#"{"a":[{"c":5}]}"#);
    check(Action::Keep, "a.*.b", line, r#"{"a":[{"b":2},[{"b":4}],{}]}"#);
    check(Action::Keep, "a.1.*", line, r#"{"a":[{"b":2,"c":3}]}"#);
    let all = r#"{"a":[{"b":2},[{"b":4}],{}],"b":6}"#;
    check(Action::Keep, "**.b", line, all);
    check(Action::Keep, "b.c", line, "{}");
    check(Action::Keep, "b.*", line, "{}");
    check(Action::Keep, "a.b a.c.d", line, r#"{"a":[{"b":2},[{"b":4}],{}]}"#);
}

#[test]
fn an_index_leads_into_no_object() {
    let line = r#"{"a":{"b":1},"c":[1,2]}"#;
    check(Action::Keep, "a.0 c.1", line, r#"{"c":[2]}"#);
}

#[test]
fn stars_stand_for_keys_of_annotations_only() {
    let line = r#"{"annotations":{"m.io/a":"x","n":{"m.io/b":"y"},"m\u002eio/c":"z"},"m.io/d":1,"o":{"annotations":{"m.io/e":2}}}"#;
    let left = r#"{"annotations":{"n":{"m.io/b":"y"}},"m.io/d":1,"o":{"annotations":{"m.io/e":2}}}"#;
    check(Action::Drop, "annotations.m~io/*", line, left);
    check(Action::Drop, "**.m~io/* o.m~io/*", line, line);
    let kept = r#"{"annotations":{"m.io/a":"x","m\u002eio/c":"z"}}"#;
    check(Action::Keep, "annotations.m~io/*", line, kept);
    let both = r#"{"annotations":{"m.io/a":"***","n":"***","m\u002eio/c":"***"},"m.io/d":1,"o":{"annotations":{"m.io/e":2}}}"#;
    check(Action::Mask, "annotations.m~io/* annotations.n", line, both);
}

#[test]
fn an_edit_that_finds_nothing_changes_nothing() {
    let line = " {\"a\" :[ ] , \"b\":{ } }\r";
    for action in [Action::Drop, Action::Mask, Action::Truncate(0)] {
        check(action, "c a.b b.* a.0 **.d", line, line);
    }
    check(Action::Keep, "a b", line, line);
}

#[test]
fn a_line_that_breaks_at_a_target_is_not_edited() {
    for (line, kind) in [
        (r#"{"a":"x"#, DefectKind::Cut),
        (r#"{"a":nul,"b":1}"#, DefectKind::Value),
        (r#"{"a":"x" "b":1}"#, DefectKind::Value),
        (r#"{"a":"x","b":1"#, DefectKind::Cut),
    ] {
        for action in [Action::Drop, Action::Mask] {
            let found = edit(action, "a", line).map_err(|defect| defect.kind);
            assert_eq!(found, Err(kind), "{action:?} {line}");
        }
    }
    let bad = edit(Action::Truncate(1), "a", r#"{"a":"\x12"}"#);
    assert_eq!(bad.map_err(|defect| defect.kind), Err(DefectKind::Text));
}

#[track_caller]
fn check_annotation(line: &str, expected: &str) {
    let roots = Roots::new(&[], None);
    let event = Event::new(Scanner::best(), line.as_bytes(), 0, &roots);
    let mut out = Vec::new();
    let written = Annotation::new("k").write(&event, "v", &mut out);
    assert_eq!(written, Ok(()), "{line}");
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn an_annotation_comes_last() {
    for (line, expected) in [
        ("{}", r#"{"annotations":{"k":"v"}}"#),
        ("{ }", r#"{ "annotations":{"k":"v"}}"#),
        ("{\"a\":1}\r", "{\"a\":1,\"annotations\":{\"k\":\"v\"}}\r"),
        (r#"{"annotations":{}}"#, r#"{"annotations":{"k":"v"}}"#),
        (
            r#"{"annotations":{"a":"b"},"z":1}"#,
            r#"{"annotations":{"a":"b","k":"v"},"z":1}"#,
        ),
        (r#"{"annotations":null}"#, r#"{"annotations":{"k":"v"}}"#),
        (r#"{"annotations":[{"k":1}]}"#, r#"{"annotations":{"k":"v"}}"#),
        (
            r#"{"a":{"annotations":1}}"#,
            r#"{"a":{"annotations":1},"annotations":{"k":"v"}}"#,
        ),
    ] {
        check_annotation(line, expected);
    }
}

#[test]
fn an_annotation_takes_the_place_of_those_with_its_key() {
    for (line, expected) in [
        (r#"{"annotations":{"k":"old"}}"#, r#"{"annotations":{"k":"v"}}"#),
        (
            r#"{"annotations":{"k":{"k":1},"a":"b","\u006b":null}}"#,
            r#"{"annotations":{"a":"b","k":"v"}}"#,
        ),
        (
            r#"{"annotations":{"a":{"k":1} , "k" : 2 }}"#,
            r#"{"annotations":{"a":{"k":1}  ,"k":"v"}}"#,
        ),
        (
            r#"{"annotations":{"k":1},"annotations":null}"#,
            r#"{"annotations":{"k":"v"},"annotations":{"k":"v"}}"#,
        ),
    ] {
        check_annotation(line, expected);
    }
}

/// Runs all edits on a line, on a stack on which no recursion gets far.
#[track_caller]
fn check_cost(line: String) {
    const LONG: Duration = Duration::from_secs(5);
    let targets = "**.a.-1 **.b **.0.c requestObject.a annotations.x*y*";
    let all = [Action::Drop, Action::Mask, Action::Truncate(1), Action::Keep];
    let head = line[..line.len().min(60)].to_owned();
    let run = move || {
        for action in all {
            let begun = Instant::now();
            let edited = edit(action, targets, &line);
            assert!(edited.is_ok(), "{edited:?}");
            let took = begun.elapsed();
            assert!(took < LONG, "{action:?} took {took:?}");
        }
        let roots = Roots::new(&[], None);
        let event = Event::new(Scanner::best(), line.as_bytes(), 0, &roots);
        let annotation = Annotation::new("xy");
        annotation.write(&event, "v", &mut Vec::new()).unwrap();
    };
    let thread = thread::Builder::new().stack_size(256 << 10).spawn(run);
    assert!(thread.unwrap().join().is_ok(), "{head}");
}

#[test]
fn deep_lines_take_their_length_and_no_more() {
    for (open, close) in [
        ("[", "]"),
        (r#"{"a":"#, "}"),
        (r#"{"a":["#, "]}"),
        (r#"[0,{"a":["b","#, "]},1]"),
        (r#"{"b":"x","a":[[{"a":"#, "}]]}"),
        (r#"{"c":[{"b":"#, "}]}"),
    ] {
        let depth = 100_000;
        let deep = [&open.repeat(depth), "1", &close.repeat(depth)].concat();
        for key in ["requestObject", "a"] {
            check_cost(format!(r#"{{"{key}":{deep}}}"#));
        }
    }
}

#[test]
fn long_lines_take_their_length_and_no_more() {
    let many = |part: &str| part.repeat(300_000 / part.len());
    let mut keys = String::new();
    for n in 0..20_000 {
        write!(keys, r#""x{n}":{n},"#).unwrap();
    }
    for object in [
        format!(r#"{{{keys}"a":1}}"#),
        format!(r#"{{{}"a":1}}"#, many(r#""a":"xy","#)),
        format!(r#"{{{}"a":1}}"#, many(r#""b":1  ,  "#)),
        format!(r#"{{{}"a":1}}"#, many(r#""\u0078y":[],"#)),
        format!(r#"{{"a":[{}1]}}"#, many(r#"[["b"]],"#)),
        format!(r#"{{"a":[{}1]}}"#, many(r#""xy" , "#)),
        format!(r#"{{"a":[{}1]}}"#, many(r#"{"b":1},"#)),
        format!(r#"{{"a":"{}"}}"#, many(r"\ud83d")),
        format!(r#"{{"{}":1}}"#, many("xy")),
        format!(r#"{{"a":[1{}]}}"#, many(" ")),
    ] {
        for key in ["requestObject", "annotations", "a"] {
            check_cost(format!(r#"{{"{key}":{object}}}"#));
        }
    }
}

#[test]
fn a_form_feed_is_no_blank() {
    // Once, the second cut began in front of the end of the first.
    for targets in ["**.*", "a b", "**.a **.b"] {
        for line in ["{\"a\":1,\x0c\"b\":2}", "{\"a\":1,\x0c\x0c\"b\" :2 }"] {
            if let Ok(left) = edit(Action::Drop, targets, line) {
                assert!(!left.contains(['1', '2']), "{targets}: {left}");
            }
        }
    }
}
