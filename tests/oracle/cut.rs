//! Lines that break: cut, glued, and with bytes that do not belong there.

use kaudit_filter::{
    pipeline::{Depth, Reading, Verdict},
    scan::{DefectKind, Validator},
};
use proptest::{collection, prelude::*, sample::Index};

use serde_json::value::RawValue;

use super::{
    CASES, Case,
    ask::{Answer, answer},
    cases, choices, compile,
    json::read,
    judge,
    pen::Pen,
    said,
};

/// Checks that what is said of a broken line is what can be known from the
/// bytes in front of its break, or that nothing is known.
#[track_caller]
fn check_no_more_than_known<'c>(
    line: &[u8],
    cases: impl Iterator<Item = &'c Case>,
) {
    let known = read(line);
    for Case { text, ask, pipeline } in cases {
        let known = answer(ask, known.as_ref());
        let whole = Reading { depth: Depth::Whole, ..Reading::default() };
        let in_full = pipeline.judge(whole).judge(line, &mut Vec::new());
        for judgement in [judge(pipeline, line, Depth::Needed).0, in_full] {
            let said = said(judgement);
            assert!(
                said == known || said == Answer::Unknown,
                "{text}: {said:?} for {known:?} on {}",
                line.escape_ascii()
            );
        }
    }
}

/// Checks that in a strict reading exactly what stands in front of the first
/// defect decides.
#[track_caller]
fn check_strict(line: &[u8]) {
    let sound = read(line).is_none_or(|read| read.sound);
    for Case { text, ask, pipeline } in CASES.iter() {
        let (judgement, _) = judge(pipeline, line, Depth::Strict);
        let shown = line.escape_ascii();
        let defect = judgement.defect;
        if judgement.verdict != Verdict::Foreign {
            let broken =
                defect.filter(|defect| defect.kind != DefectKind::Repeated);
            assert_eq!(broken.is_none(), sound, "{text} on {shown}");
        }
        let readable = defect.map_or(line, |defect| defect.readable(line));
        let known = answer(ask, read(readable).as_ref());
        assert_eq!(said(judgement), known, "{text} on {shown}");
    }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn a_cut_line_is_judged_as_the_whole_or_not_at_all(choices in choices()) {
        let line = Pen::event(&choices.0, true);
        let whole = read(&line);
        for at in 0..line.len() {
            let cut = &line[..at];
            let known = read(cut);
            for Case { text, ask, pipeline } in CASES.iter() {
                let said = said(judge(pipeline, cut, Depth::Needed).0);
                let (in_full, _) = judge(pipeline, cut, Depth::Whole);
                let is_told = in_full.defect.is_some()
                    || in_full.verdict == Verdict::Foreign
                    || known.as_ref().is_some_and(|read| read.sound);
                let shown = cut.escape_ascii();
                prop_assert!(is_told, "{}", shown);
                prop_assert_eq!(super::said(in_full), said, "{}", shown);
                let whole = answer(ask, whole.as_ref());
                let known = answer(ask, known.as_ref());
                let fits = said == known
                    && (said == whole
                        || said == Answer::Unknown
                        || whole == Answer::Foreign
                        || known == Answer::Foreign && cut.len() < 80);
                prop_assert!(
                    fits,
                    "{}: {:?} cut, {:?} known, {:?} whole of {}",
                    text, said, known, whole, cut.escape_ascii(),
                );
            }
        }
    }

    #[test]
    fn nothing_is_taken_from_an_event_glued_on(
        first in choices(),
        second in choices(),
    ) {
        let first = Pen::event(&first.0, false);
        let calm = Pen::calm_event(&second.0);
        let second = Pen::event(&second.0, false);
        for at in 0..=first.len() {
            let line = [&first[..at], &calm].concat();
            check_no_more_than_known(&line, CASES.iter());
            // A cut string goes on into the second line, whose texts are
            // then read as structure, brackets and all.
            let line = [&first[..at], &second].concat();
            check_no_more_than_known(&line, CASES.iter());
        }
    }

    #[test]
    fn odd_bytes_anywhere_are_read_alike_by_all(
        choices in choices(),
        odd in collection::vec((any::<Index>(), odd_byte()), 1..4),
        shift in 1..200_usize,
    ) {
        let line = Pen::event(&choices.0, true);
        for round in 0..40 {
            let mut line = line.clone();
            for (at, odd) in &odd {
                let at = (at.index(line.len()) + round * shift) % line.len();
                odd.put(&mut line, at);
            }
            for Case { pipeline, .. } in CASES.iter() {
                judge(pipeline, &line, Depth::Needed);
                judge(pipeline, &line, Depth::Whole);
            }
            check_strict(&line);
            check_strict_is_json(&line);
        }
    }
}

/// Checks that a strict reading refuses what serde_json refuses.
#[track_caller]
fn check_strict_is_json(line: &[u8]) {
    let Some(start) = kaudit_filter::event::start(line) else { return };
    // Raw values have no limits of depth and no range of numbers.
    let read: Result<&RawValue, _> = serde_json::from_slice(&line[start..]);
    let defect = Validator::default().check(line, start);
    let shown = line.escape_ascii();
    assert_eq!(defect.is_none(), read.is_ok(), "{defect:?} {read:?} {shown}");
}

#[derive(Clone, Copy, Debug)]
enum Odd {
    Insert(u8),
    Replace(u8),
    Flip(u8),
    Remove,
}

impl Odd {
    fn put(self, line: &mut Vec<u8>, at: usize) {
        match self {
            Odd::Insert(byte) => line.insert(at, byte),
            Odd::Replace(byte) => line[at] = byte,
            Odd::Flip(bit) => line[at] ^= 1 << bit,
            Odd::Remove => {
                line.remove(at);
            }
        }
    }
}

fn odd_byte() -> impl Strategy<Value = Odd> {
    let byte = prop_oneof![
        Just(0),
        Just(0xff),
        Just(b'"'),
        Just(b'\\'),
        Just(b'{'),
        Just(b'}'),
        Just(b'['),
        Just(b']'),
        Just(b','),
        Just(b':'),
        Just(b' '),
        any::<u8>(),
    ];
    prop_oneof![
        byte.clone().prop_map(Odd::Insert),
        byte.prop_map(Odd::Replace),
        (0..8_u8).prop_map(Odd::Flip),
        Just(Odd::Remove),
    ]
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn an_expression_and_its_opposite_divide_all_lines(
        choices in choices(),
        at in any::<Index>(),
        odd in odd_byte(),
        (p, q) in (any::<Index>(), any::<Index>()),
    ) {
        let sound = Pen::event(&choices.0, true);
        let mut odd_line = sound.clone();
        odd.put(&mut odd_line, at.index(sound.len()));
        let cut = sound[..at.index(sound.len())].to_vec();
        let texts = [p, q].map(|n| CASES[n.index(CASES.len())].text);
        let [p, q] = texts;
        let law = |text: String| compile(&text);
        let (yes, no) = (law(p.into()), law(format!("not ({p})")));
        let skip = law(format!("skip {p}"));
        let one = law(format!("not (({p}) or ({q}))"));
        let other = law(format!("(not ({p})) and (not ({q}))"));
        for line in [sound, odd_line, cut] {
            let said = |pipeline| said(judge(pipeline, &line, Depth::Needed).0);
            let opposite = match said(&yes) {
                Answer::Keep => Answer::Skip,
                Answer::Skip => Answer::Keep,
                Answer::Unknown => Answer::Unknown,
                Answer::Foreign => Answer::Foreign,
            };
            let shown = line.escape_ascii().to_string();
            prop_assert_eq!(said(&no), opposite, "{} on {}", p, &shown);
            prop_assert_eq!(said(&skip), opposite, "{} on {}", p, &shown);
            prop_assert_eq!(said(&one), said(&other), "{} {} {}", p, q, shown);
        }
    }
}

/// Checks what is said of one line.
#[track_caller]
fn check(text: &str, line: &str, expected: Verdict) {
    let (judgement, _) = judge(&compile(text), line.as_bytes(), Depth::Needed);
    assert_eq!(judgement.verdict, expected, "{text} on {line}");
}

#[test]
fn a_bracket_at_the_cut_is_not_an_empty_object() {
    check("empty(user.extra)", r#"{"verb":"get","user":{"#, Verdict::Unknown);
    let line = r#"{"verb":"get","user":{"extra":{ "#;
    check("empty(user.extra)", line, Verdict::Unknown);
    check("has(user.extra)", line, Verdict::Keep);
}

#[test]
fn a_value_that_may_be_overridden_behind_the_cut_decides_nothing() {
    let line = r#"{"verb":"get","requestObject":{"k":"x","#;
    check("requestObject[*] = x", line, Verdict::Unknown);
    check("requestObject.k = x", line, Verdict::Unknown);
    let line = r#"{"verb":"get","user":{"extra":{"k":["x"],"#;
    check("user.extra[*] = x", line, Verdict::Keep);
}

#[test]
fn brackets_in_the_texts_of_a_line_glued_on_end_nothing() {
    let second = r#"{"level":"Request","userAgent":"}","verb":"get"}"#;
    for first in [r#"{"k":"cut"#, r#"{"verb":"get","requestURI":"/cut"#] {
        let line = [first, second].concat();
        check("true", &line, Verdict::Keep);
        check("has(annotations)", &line, Verdict::Unknown);
    }
    let line = format!("{}{second}", r#"{"verb":"get"}"#);
    check("has(annotations)", &line, Verdict::Skip);
}

#[test]
fn brackets_glued_on_do_not_end_a_nested_object_either() {
    let first = r#"{"verb":"get","responseStatus":{"message":"cut"#;
    let second =
        r#"{"level":"Request","userAgent":"M (x) {y}} z","verb":"get"}"#;
    let line = [first, second].concat();
    check("code >= 400", &line, Verdict::Unknown);
    check("verb = get", &line, Verdict::Keep);
}
