//! All that can be done with fields, held against a slow definition of it.

use kaudit_filter::{
    edit::{Action, Annotation, Automaton, cuts, quoted, splice},
    event::{self, Event, Path, Roots, Segment},
    scan::{Backend, Defect, Scanner},
};
use proptest::{collection, prelude::*};

use super::{
    Choices, cases, choices,
    drop::{Step, is_left_of, target},
    json::{Inside, Json, read},
    pen::Pen,
};

/// What is left of the ways to targets. A `**` has been taken both ways: it
/// stays, and what follows it is there as well.
type Ways<'w> = Vec<&'w [Step]>;

/// A member or an element.
struct Child<'j> {
    key: Option<&'j str>,
    /// Its number among how many.
    number: i64,
    count: i64,
    /// Whether it is a member of the event's annotations.
    is_annotation: bool,
}

fn take<'w>(mut way: &'w [Step], ways: &mut Ways<'w>) {
    ways.push(way);
    while let [Step::AnyDepth, rest @ ..] = way {
        ways.push(rest);
        way = rest;
    }
}

/// Returns where the ways lead to at a child.
fn onward<'w>(ways: &Ways<'w>, child: &Child<'_>) -> Ways<'w> {
    let mut onward = Ways::new();
    for way in ways {
        let Some((first, rest)) = way.split_first() else { continue };
        match (first, child.key) {
            (Step::AnyDepth, _) => take(way, &mut onward),
            (Step::Key(name), Some(key)) => {
                let is_glob = child.is_annotation && name.contains('*');
                if *name == key || is_glob && is_like(name, key) {
                    take(rest, &mut onward);
                }
            }
            (Step::Key(name), None) if !name.contains('*') => {
                onward.push(way);
            }
            (Step::Nth(n), None) => {
                if *n == child.number || *n == child.number - child.count {
                    take(rest, &mut onward);
                }
            }
            (Step::Every, _) => take(rest, &mut onward),
            (Step::Key(_), None) | (Step::Nth(_), Some(_)) => {}
        }
    }
    onward
}

/// Returns whether `key` is `glob` with any runs for its stars.
fn is_like(glob: &str, key: &str) -> bool {
    match glob.split_at_checked(1) {
        None => key.is_empty(),
        Some(("*", rest)) => (0..=key.len())
            .any(|at| key.get(at..).is_some_and(|tail| is_like(rest, tail))),
        Some((first, rest)) => {
            key.strip_prefix(first).is_some_and(|behind| is_like(rest, behind))
        }
    }
}

/// Where in the event a value is, as far as it matters.
#[derive(Clone, Copy, PartialEq)]
enum Site {
    Top,
    Annotations,
    Else,
}

/// Returns what is left of a value that `ways` have led to.
fn left(
    value: &Json,
    ways: &Ways<'_>,
    action: Action,
    site: Site,
) -> Option<Json> {
    let is_end = ways.iter().any(|way| way.is_empty());
    let leads = |way: &&[Step]| match (way.first(), value) {
        // A key with stars is not looked for in arrays.
        (Some(Step::Key(name)), Json::Array(_)) => !name.contains('*'),
        (Some(Step::Nth(_)), Json::Array(_)) => true,
        (Some(Step::Key(_)), Json::Object(_)) => true,
        (Some(Step::Every | Step::AnyDepth), value) => {
            matches!(value, Json::Object(_) | Json::Array(_))
        }
        (Some(Step::Key(_) | Step::Nth(_)) | None, _) => false,
    };
    match (action, value) {
        (Action::Drop, _) if is_end => return None,
        (Action::Mask, _) if is_end => return Some(Json::Text("***".into())),
        (Action::Truncate(most), Json::Text(text)) if is_end => {
            let end = text.floor_char_boundary(most);
            return Some(Json::Text(text[..end].into()));
        }
        (Action::Keep, _) if is_end => return Some(value.clone()),
        (Action::Keep, _) if site != Site::Top && !ways.iter().any(leads) => {
            return None;
        }
        (
            Action::Drop | Action::Mask | Action::Truncate(_) | Action::Keep,
            _,
        ) => {}
    }
    Some(inside(value, ways, action, site))
}

/// Returns what is left inside of a value.
fn inside(value: &Json, ways: &Ways<'_>, action: Action, site: Site) -> Json {
    let child = |key, number: usize, count: usize| Child {
        key,
        number: number as i64,
        count: count as i64,
        is_annotation: site == Site::Annotations,
    };
    match value {
        Json::Object(object) => {
            let count = object.items.len();
            let items = object.items.iter().enumerate();
            Json::Object(whole(items.filter_map(|(n, (key, value))| {
                let ways = onward(ways, &child(Some(key), n, count));
                let site = match (site, &**key) {
                    (Site::Top, "annotations") => Site::Annotations,
                    _ => Site::Else,
                };
                let value = left(value, &ways, action, site)?;
                Some((key.clone(), value))
            })))
        }
        Json::Array(array) => {
            let count = array.items.len();
            let items = array.items.iter().enumerate();
            Json::Array(whole(items.filter_map(|(n, value)| {
                let mut there = onward(ways, &child(None, n, count));
                let is_end = ways.iter().any(|way| way.is_empty());
                if matches!(action, Action::Truncate(_)) && is_end {
                    there.push(&[]);
                }
                left(value, &there, action, Site::Else)
            })))
        }
        Json::Torn
        | Json::Null
        | Json::Bool(_)
        | Json::Number(_)
        | Json::Text(_) => value.clone(),
    }
}

fn whole<T>(items: impl Iterator<Item = T>) -> Inside<T> {
    let items: Vec<T> = items.collect();
    Inside { begun: !items.is_empty(), items, whole: true }
}

/// Returns the value with `annotations[key]` set to `text`.
fn annotated(mut value: Json, key: &str, text: &str) -> Json {
    let Json::Object(event) = &mut value else { return value };
    let member = (key.to_owned(), Json::Text(text.into()));
    let mut found = false;
    for (name, value) in &mut event.items {
        if name != "annotations" {
            continue;
        }
        found = true;
        let mut items = match value {
            Json::Object(object) => std::mem::take(&mut object.items),
            _ => Vec::new(),
        };
        items.retain(|(name, _)| name != key);
        items.push(member.clone());
        *value = Json::Object(whole(items.into_iter()));
    }
    if !found {
        let object = Json::Object(whole([member].into_iter()));
        event.items.push(("annotations".into(), object));
        event.begun = true;
    }
    value
}

/// Targets, and now and then a key with stars among them.
fn targets() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let globs = ["*", "k*", "*.k8s.io/*", "k8s.io/x*", "*ut*e*/d*n", "*x"];
    let glob = proptest::sample::select(globs.to_vec()).prop_map(|glob| {
        vec![vec![Step::Key("annotations"), Step::Key(glob)]]
    });
    let ways = prop_oneof![5 => target().prop_map(|t| t.ways), 1 => glob];
    collection::vec(ways, 1..4).prop_map(|all| all.concat())
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(Action::Drop),
        Just(Action::Mask),
        Just(Action::Keep),
        (0..12_usize).prop_map(Action::Truncate),
        (12..150_usize).prop_map(Action::Truncate),
    ]
}

fn path(way: &[Step]) -> Path {
    let segments = way.iter().map(|step| match step {
        Step::Key(key) => Segment::Key((*key).into()),
        Step::Nth(n) => Segment::Index(*n),
        Step::Every => Segment::Every,
        Step::AnyDepth => Segment::AnyDepth,
    });
    Path(segments.collect())
}

/// Runs `edit` with every backend, which have to agree.
#[track_caller]
fn with_each<T: PartialEq + std::fmt::Debug>(
    line: &[u8],
    edit: impl Fn(&Event<'_, '_>) -> T,
) -> T {
    let start = event::start(line).unwrap();
    let roots = Roots::new(&[], None);
    let all = Backend::ALL.map(|backend| {
        let scanner = Scanner::at_most(backend);
        edit(&Event::new(scanner, line, start, &roots))
    });
    for (backend, other) in Backend::ALL.into_iter().zip(&all) {
        let line = line.escape_ascii();
        assert_eq!(*other, all[0], "{backend} of {line}");
    }
    let [first, ..] = all;
    first
}

/// Makes the cuts and puts `text` in their places.
#[track_caller]
fn edit(
    line: &[u8],
    targets: &[Vec<Step>],
    action: Action,
    text: &str,
) -> Result<Vec<u8>, Defect> {
    let paths: Vec<Path> = targets.iter().map(|way| path(way)).collect();
    let automaton = Automaton::new(&paths).unwrap();
    with_each(line, |event| {
        let (mut found, mut edited) = (Vec::new(), Vec::new());
        cuts(event, &automaton, action, &mut found)?;
        splice(line, &found, text, &mut edited);
        Ok(edited)
    })
}

/// Returns what takes the place of cuts.
fn filling(action: Action) -> String {
    match action {
        Action::Mask => quoted("***"),
        Action::Drop | Action::Truncate(_) | Action::Keep => String::new(),
    }
}

/// Whether doing it again is sure to change nothing: elements that go give
/// their numbers to others.
fn is_final(targets: &[Vec<Step>], action: Action) -> bool {
    match action {
        Action::Mask | Action::Truncate(_) => true,
        Action::Drop | Action::Keep => {
            let mut steps = targets.iter().flatten();
            !steps.any(|step| matches!(step, Step::Nth(_)))
        }
    }
}

#[track_caller]
fn check(line: &[u8], targets: &[Vec<Step>], action: Action) {
    let said = format!("{action:?} {targets:?} of {}", line.escape_ascii());
    let text = filling(action);
    let edited = edit(line, targets, action, &text).unwrap();
    let shown = edited.escape_ascii();
    let found = read(&edited).unwrap();
    assert!(found.sound, "{said} left {shown}");
    let mut ways = Ways::new();
    for way in targets {
        take(way, &mut ways);
    }
    let value = read(line).unwrap().value;
    let expected = left(&value, &ways, action, Site::Top);
    assert_eq!(Some(found.value), expected, "{said} left {shown}");
    let bare = edit(line, targets, action, "").unwrap();
    assert!(is_left_of(&bare, line), "{said} left {shown}");
    if is_final(targets, action) {
        let again = edit(&edited, targets, action, &text).unwrap();
        assert!(again == edited, "{said} left {shown}");
    }
}

fn annotate(line: &[u8], key: &str, text: &str) -> Result<Vec<u8>, Defect> {
    let annotation = Annotation::new(key);
    let (written, out) = with_each(line, |event| {
        let mut out = b"before".to_vec();
        (annotation.write(event, text, &mut out), out)
    });
    check_added(&out, written.is_ok());
    written.map(|()| out[b"before".len()..].to_vec())
}

/// Checks that what was there before still is, and that no more is there if
/// nothing was written.
#[track_caller]
fn check_added(out: &[u8], written: bool) {
    let added = out.strip_prefix(b"before").unwrap();
    assert_eq!(written, !added.is_empty(), "{}", out.escape_ascii());
}

proptest! {
    #![proptest_config(cases(6000))]

    #[test]
    fn every_action_does_what_it_should(
        Choices(choices) in choices(),
        targets in targets(),
        action in action(),
    ) {
        check(&Pen::event(&choices, true), &targets, action);
    }

    #[test]
    fn an_annotation_is_written_once_and_nothing_else_changes(
        Choices(choices) in choices(),
        key in proptest::sample::select(vec!["k", "k8s.io/x", "a\"b/n"]),
        text in proptest::sample::select(vec!["", "a,b", "\"\n\u{1f600}"]),
    ) {
        let line = Pen::event(&choices, true);
        let edited = annotate(&line, key, text).unwrap();
        let shown = edited.escape_ascii();
        let found = read(&edited).unwrap();
        prop_assert!(found.sound, "{}", shown);
        let value = read(&line).unwrap().value;
        let expected = annotated(value, key, text);
        prop_assert_eq!(&found.value, &expected, "{}", shown);
        let again = annotate(&edited, key, text).unwrap();
        prop_assert_eq!(&again, &edited, "{}", shown);
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn a_line_that_is_cut_anywhere_is_not_edited(
        Choices(choices) in choices(),
        targets in targets(),
        action in action(),
    ) {
        let line = Pen::event(&choices, true);
        let line = line.trim_ascii_end();
        let start = event::start(line).unwrap();
        for end in start + 1..line.len() {
            let cut = &line[..end];
            let shown = cut.escape_ascii();
            let edited = edit(cut, &targets, action, "");
            prop_assert!(edited.is_err(), "{:?} {}", action, shown);
            let annotated = annotate(cut, "k", "v");
            prop_assert!(annotated.is_err(), "{}", shown);
        }
    }

    #[test]
    fn a_line_glued_to_another_is_not_edited(
        Choices(first) in choices(),
        Choices(second) in choices(),
        targets in targets(),
        action in action(),
    ) {
        let first = Pen::event(&first, true);
        let first = first.trim_ascii_end();
        let start = event::start(first).unwrap();
        let second = Pen::event(&second, true);
        for end in start + 1..first.len() {
            let glued = [&first[..end], &second].concat();
            let shown = glued.escape_ascii();
            let left = edit(&glued, &targets, action, "");
            let same = left.is_err() || left.as_ref() == Ok(&glued);
            prop_assert!(same, "{:?} {}", action, shown);
        }
    }
}
