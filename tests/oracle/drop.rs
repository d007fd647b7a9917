//! Steps that drop fields, held against what should be left.

use kaudit_filter::pipeline::{Depth, Judgement, Verdict};
use proptest::{collection, prelude::*, sample::Index};

use super::{
    Choices, cases, choices, compile,
    json::{Inside, Json, read},
    judge,
    pen::Pen,
};

/// One step of a target.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Key(&'static str),
    Nth(i64),
    Every,
    AnyDepth,
}

/// A target as one writes it, and its steps.
#[derive(Clone, Debug)]
pub(super) struct Target {
    text: String,
    pub(super) ways: Vec<Vec<Step>>,
}

/// Where an element is: its number in each thing around it.
type Place = Vec<usize>;

/// Adds the places that `way` leads to from `value`, which is at `here`.
fn find(value: &Json, way: &[Step], here: &Place, found: &mut Vec<Place>) {
    let Some((step, rest)) = way.split_first() else {
        found.push(here.clone());
        return;
    };
    if matches!(step, Step::AnyDepth) {
        find(value, rest, here, found);
    }
    let children: Vec<(Option<&str>, &Json)> = match value {
        Json::Object(object) => {
            object.items.iter().map(|(key, v)| (Some(&**key), v)).collect()
        }
        Json::Array(array) => array.items.iter().map(|v| (None, v)).collect(),
        _ => return,
    };
    let count = children.len() as i64;
    for (n, (key, child)) in children.into_iter().enumerate() {
        let there = [&here[..], &[n]].concat();
        match (step, key) {
            // Arrays on the way to a key are walked through.
            (Step::Key(_), None) | (Step::AnyDepth, _) => {
                find(child, way, &there, found);
            }
            (Step::Key(name), Some(key)) if *name == key => {
                find(child, rest, &there, found);
            }
            (Step::Nth(nth), None)
                if *nth == n as i64 || *nth == n as i64 - count =>
            {
                find(child, rest, &there, found);
            }
            (Step::Every, _) => find(child, rest, &there, found),
            (Step::Key(_) | Step::Nth(_), _) => {}
        }
    }
}

/// Returns `value`, which is at `here`, without what is at `places`.
fn without(value: &Json, here: &Place, places: &[Place]) -> Json {
    fn left<T>(
        inside: &Inside<T>,
        here: &Place,
        places: &[Place],
        keep: impl Fn(&T, Place) -> T,
    ) -> Inside<T> {
        let there = |n| [&here[..], &[n]].concat();
        let items: Vec<T> = inside
            .items
            .iter()
            .enumerate()
            .filter(|(n, _)| !places.contains(&there(*n)))
            .map(|(n, item)| keep(item, there(n)))
            .collect();
        Inside { begun: !items.is_empty(), items, whole: true }
    }
    match value {
        Json::Object(object) => {
            Json::Object(left(object, here, places, |(key, value), there| {
                (key.clone(), without(value, &there, places))
            }))
        }
        Json::Array(array) => {
            Json::Array(left(array, here, places, |value, there| {
                without(value, &there, places)
            }))
        }
        _ => value.clone(),
    }
}

pub(super) fn target() -> impl Strategy<Value = Target> {
    prop_oneof![1 => known(), 2 => open()]
}

/// Targets in the closed part of the schema, and sets.
fn known() -> impl Strategy<Value = Target> {
    use Step::{AnyDepth, Every, Key, Nth};
    let body = |key| vec![Key(key)];
    let all = vec![
        (
            "managedFields",
            vec![vec![AnyDepth, Key("metadata"), Key("managedFields")]],
        ),
        ("bodies", vec![body("requestObject"), body("responseObject")]),
        ("verb", vec![body("verb")]),
        ("objectRef", vec![body("objectRef")]),
        ("user[*]", vec![vec![Key("user"), Every]]),
        ("user.groups", vec![vec![Key("user"), Key("groups")]]),
        ("user.extra[*]", vec![vec![Key("user"), Key("extra"), Every]]),
        ("annotations[\"k\"]", vec![vec![Key("annotations"), Key("k")]]),
        ("sourceIPs[0]", vec![vec![Key("sourceIPs"), Nth(0)]]),
        ("peer", vec![vec![Key("sourceIPs"), Nth(-1)]]),
        ("responseStatus", vec![body("responseStatus")]),
        ("code", vec![vec![Key("responseStatus"), Key("code")]]),
    ];
    proptest::sample::select(all)
        .prop_map(|(text, ways)| Target { text: text.into(), ways })
}

/// Targets in bodies and at any depth.
fn open() -> impl Strategy<Value = Target> {
    let head = prop_oneof![
        Just(("**", Step::AnyDepth)),
        Just(("requestObject", Step::Key("requestObject"))),
        Just(("responseObject", Step::Key("responseObject"))),
    ];
    let key = |text, key| Just((text, Step::Key(key)));
    let step = prop_oneof![
        3 => key(".metadata", "metadata"),
        3 => key(".items", "items"),
        2 => key(".spec.containers", "spec"),
        1 => key(".labels", "labels"),
        1 => key(".verb", "verb"),
        1 => key(".code", "code"),
        1 => key(".n", "n"),
        1 => key("[\"k/x\"]", "k/x"),
        2 => Just(("[*]", Step::Every)),
        1 => Just(("[0]", Step::Nth(0))),
        1 => Just(("[1]", Step::Nth(1))),
        1 => Just(("[-1]", Step::Nth(-1))),
        1 => Just(("[-2]", Step::Nth(-2))),
        1 => Just((".**", Step::AnyDepth)),
    ];
    (head, collection::vec(step, 1..4)).prop_filter_map(
        "no such target",
        |(head, steps)| {
            let last = steps.last()?;
            let deep = matches!(head.1, Step::AnyDepth)
                || steps.iter().any(|s| matches!(s.1, Step::AnyDepth));
            let back = |s: &(&str, Step)| matches!(s.1, Step::Nth(..0));
            let refused = deep && steps.iter().any(back)
                || matches!(last.1, Step::AnyDepth);
            if refused {
                return None;
            }
            let mut target =
                Target { text: head.0.into(), ways: vec![vec![head.1]] };
            for (text, step) in steps {
                target.text.push_str(text);
                target.ways[0].push(step);
                if text == ".spec.containers" {
                    target.ways[0].push(Step::Key("containers"));
                }
            }
            Some(target)
        },
    )
}

/// Steps, each of them with its targets.
fn steps() -> impl Strategy<Value = Vec<Vec<Target>>> {
    collection::vec(collection::vec(target(), 1..4), 1..3)
}

fn text(steps: &[Vec<Target>]) -> String {
    let step = |targets: &Vec<Target>| {
        let texts: Vec<_> = targets.iter().map(|t| &*t.text).collect();
        format!("drop {}", texts.join(", "))
    };
    steps.iter().map(step).collect::<Vec<_>>().join(" | ")
}

/// Returns whether `less` is `more` with bytes left out.
pub(super) fn is_left_of(less: &[u8], more: &[u8]) -> bool {
    let mut rest = more.iter();
    less.iter().all(|byte| rest.any(|other| other == byte))
}

#[track_caller]
fn check(line: &[u8], steps: &[Vec<Target>]) {
    let text = text(steps);
    let pipeline = compile(&text);
    let (Judgement { verdict, .. }, edited) =
        judge(&pipeline, line, Depth::Needed);
    if verdict == Verdict::Foreign {
        return;
    }
    let mut value = read(line).unwrap().value;
    let mut places = 0;
    for targets in steps {
        let mut found = Vec::new();
        for way in targets.iter().flat_map(|target| &target.ways) {
            find(&value, way, &Place::new(), &mut found);
        }
        places += found.len();
        value = without(&value, &Place::new(), &found);
    }
    let shown = line.escape_ascii();
    if places == 0 {
        assert_eq!(verdict, Verdict::Keep, "{text} of {shown}");
        assert!(edited.is_empty(), "{text} of {shown}");
        return;
    }
    let left = edited.escape_ascii();
    assert_eq!(verdict, Verdict::Changed, "{text} of {shown}");
    let from = kaudit_filter::event::start(&edited).unwrap();
    let json: Result<serde_json::Value, _> =
        serde_json::from_slice(&edited[from..]);
    let is_json = json.is_ok_and(|json| json.is_object())
        || edited.escape_ascii().to_string().contains("1e999");
    assert!(is_json, "{text} of {shown} left {left}");
    let read = read(&edited).unwrap();
    assert!(read.sound, "{text} of {shown} left {left}");
    assert_eq!(read.value, value, "{text} of {shown} left {left}");
    assert!(is_left_of(&edited, line), "{text} of {shown} left {left}");
    let by_key = steps.iter().flatten().flat_map(|target| &target.ways);
    let by_key = by_key
        .flatten()
        .all(|step| matches!(step, Step::Key(_) | Step::AnyDepth));
    if by_key {
        let (again, _) = judge(&pipeline, &edited, Depth::Needed);
        let done = matches!(again.verdict, Verdict::Keep | Verdict::Foreign);
        assert!(done, "{text} of {left}");
    }
}

proptest! {
    #![proptest_config(cases(6000))]

    #[test]
    fn what_is_left_is_what_should_be(
        Choices(choices) in choices(),
        steps in steps(),
    ) {
        check(&Pen::event(&choices, true), &steps);
    }

    #[test]
    fn a_line_that_breaks_leaves_as_it_came(
        Choices(choices) in choices(),
        Choices(second) in choices(),
        steps in steps(),
        at in any::<Index>(),
    ) {
        let line = Pen::event(&choices, true);
        let cut = &line[..at.index(line.trim_ascii_end().len())];
        let glued = [cut, &Pen::event(&second, true)].concat();
        for line in [cut, &glued] {
            let (judgement, edited) =
                judge(&compile(&text(&steps)), line, Depth::Needed);
            let changed = judgement.verdict == Verdict::Changed;
            let whole = line.len() > cut.len() && cut.len() < 80;
            let shown = line.escape_ascii();
            prop_assert!(!changed || whole, "{} of {}", text(&steps), shown);
            prop_assert!(changed || edited.is_empty());
        }
    }
}

#[test]
fn an_edited_line_keeps_its_spelling() {
    let line = r#" { "verb" : "g\u0065t", "code":4.030e2 ,"requestObject"
        : {"metadata":{ "managedFields" : [1e999] , "a":"\/"}} } "#
        .replace('\n', " ");
    let (judgement, edited) =
        judge(&compile("drop managedFields"), line.as_bytes(), Depth::Needed);
    let expected = line.replace(r#""managedFields" : [1e999] , "#, "");
    assert_eq!(judgement.verdict, Verdict::Changed);
    assert_eq!(
        edited.escape_ascii().to_string(),
        expected.as_bytes().escape_ascii().to_string()
    );
}

#[test]
fn blanks_behind_the_last_dropped_element_are_no_element() {
    let line = br#"{"verb":"get","sourceIPs":[ "a" , "b" ]}"#;
    for (target, left) in [
        ("sourceIPs[*]", "[ ]"),
        ("sourceIPs[1]", "[ \"a\" ]"),
        ("sourceIPs[0], peer", "[ ]"),
    ] {
        let pipeline = compile(&format!("drop {target}"));
        let (_, edited) = judge(&pipeline, line, Depth::Needed);
        let edited = String::from_utf8(edited).unwrap();
        let expected = format!("{{\"verb\":\"get\",\"sourceIPs\":{left}}}");
        let close: String =
            edited.split_whitespace().collect::<Vec<_>>().concat();
        let expected: String =
            expected.split_whitespace().collect::<Vec<_>>().concat();
        assert_eq!(close, expected, "{target} left {edited}");
    }
}

#[test]
fn a_word_with_a_bracket_in_it_is_not_dropped() {
    let line = br#"{"verb":"get","objectRef":nul{"k":1,"verb":"x"}"#;
    let (judgement, edited) =
        judge(&compile("drop objectRef"), line, Depth::Needed);
    assert_eq!((judgement.verdict, edited), (Verdict::Keep, Vec::new()));
}
