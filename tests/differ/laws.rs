//! Laws that hold for every expression and every line, broken ones too.

use kaudit_filter::pipeline::{Pipeline, Reading, Verdict};

use super::tree::{Expr, Program, Step};
use super::{grow, made, names, spell, write};
use crate::dice::Dice;
use crate::tool::wants;

/// How often each law is looked at.
fn times() -> u64 {
    if wants("KAUDIT_FILTER_PROOF", "full") { 40_000 } else { 1000 }
}

fn pipeline(step: Step, dice: &mut Dice) -> (Pipeline, String) {
    let program = Program { steps: vec![step], ..Program::default() };
    let text = write::program(&program, dice);
    match Pipeline::compile(&text) {
        Ok(pipeline) => (pipeline, text),
        Err(found) => panic!("{text} {found:?}"),
    }
}

/// Writes a line that is whole, or one that breaks somewhere.
fn line(dice: &mut Dice) -> Vec<u8> {
    let mut line = spell::line(&made::event(dice), dice).into_bytes();
    let at = dice.below(line.len());
    match dice.below(4) {
        0 => line.truncate(at),
        1 => line[at] = *dice.pick(b"\"{}[],:\\ \x00\xff1"),
        2 => {
            let second = spell::line(&made::event(dice), dice);
            line.truncate(at);
            line.extend_from_slice(second.as_bytes());
        }
        _ => (),
    }
    line
}

fn verdict(pipeline: &Pipeline, line: &[u8]) -> Verdict {
    let mut judge = pipeline.judge(Reading::default());
    judge.judge(line, &mut Vec::new()).verdict
}

fn opposite(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Keep => Verdict::Skip,
        Verdict::Skip => Verdict::Keep,
        Verdict::Changed => panic!("nothing is edited"),
        Verdict::Unknown | Verdict::Foreign => verdict,
    }
}

/// Holds two steps, made of two expressions, beside each other on some lines.
#[track_caller]
fn compare(
    seed: u64,
    steps: impl Fn(Expr, Expr) -> [Step; 2],
    expected: fn(Verdict) -> Verdict,
) {
    let names = names();
    for time in 0..times() {
        let mut dice = Dice::new((seed << 32) + time);
        let [one, other] = [(); 2].map(|()| grow::expr(&mut dice, &names));
        let [(one, text), (other, same)] =
            steps(one, other).map(|step| pipeline(step, &mut dice));
        for _ in 0..10 {
            let line = line(&mut dice);
            let found = verdict(&other, &line);
            let expected = expected(verdict(&one, &line));
            let line = line.escape_ascii();
            assert_eq!(found, expected, "\n{text}\n{same}\n{line}");
        }
    }
}

fn not(expr: Expr) -> Expr {
    Expr::Not(Box::new(expr))
}

#[test]
fn an_expression_and_its_negation_part_the_lines() {
    let steps = |p: Expr, _| [Step::Where(p.clone()), Step::Where(not(p))];
    compare(1, steps, opposite);
}

#[test]
fn negating_twice_changes_nothing() {
    let steps = |p: Expr, _| [p.clone(), not(not(p))].map(Step::Where);
    compare(2, steps, |same| same);
}

#[test]
fn de_morgan_holds() {
    let steps = |p: Expr, q: Expr| {
        let all = Expr::All(vec![p.clone(), q.clone()]);
        [not(all), Expr::Any(vec![not(p), not(q)])].map(Step::Where)
    };
    compare(3, steps, |same| same);
    let steps = |p: Expr, q: Expr| {
        let any = Expr::Any(vec![p.clone(), q.clone()]);
        [not(any), Expr::All(vec![not(p), not(q)])].map(Step::Where)
    };
    compare(4, steps, |same| same);
}

#[test]
fn operands_come_in_any_order() {
    let steps = |p: Expr, q: Expr| {
        let [one, other] = [vec![p.clone(), q.clone()], vec![q, p]];
        [Expr::All(one), Expr::All(other)].map(Step::Where)
    };
    compare(5, steps, |same| same);
    let steps = |p: Expr, q: Expr| {
        let [one, other] = [vec![p.clone(), q.clone()], vec![q, p]];
        [Expr::Any(one), Expr::Any(other)].map(Step::Where)
    };
    compare(6, steps, |same| same);
}

#[test]
fn where_is_skip_not() {
    let steps = |p: Expr, _| [Step::Where(p.clone()), Step::Skip(not(p))];
    compare(7, steps, |same| same);
}

/// Edits, one of which each event meets at times.
const EDITS: [&str; 17] = [
    "drop managedFields",
    "drop lastApplied, bodies",
    "drop user, ua, annotations[\"k/x\"]",
    "drop **.name, requestObject.spec.containers.image",
    "drop sourceIPs, user.groups[*]",
    "drop requestObject.metadata.labels[*]",
    "drop **.metadata",
    "drop objectRef, code",
    "drop responseObject.items, responseObject.rows",
    "mask user, ua with \"\"",
    "mask **.name, annotations[\"k/x\"]",
    "mask requestObject.spec.containers[*], sourceIPs[0]",
    "mask secretData with \"gone\"",
    "keep verb, user, requestObject.metadata.labels",
    "keep **.name, sourceIPs",
    "truncate ua, uri, requestObject.spec to 3",
    "truncate **.name, responseObject.data[*] to 1",
];

#[test]
fn editing_twice_is_editing_once() {
    for text in EDITS {
        let pipeline = Pipeline::compile(text).unwrap();
        let mut judge = pipeline.judge(Reading::default());
        let mut changed = 0;
        for time in 0..times() {
            let mut dice = Dice::new((8 << 32) + time);
            let line = line(&mut dice);
            let mut once = Vec::new();
            let first = judge.judge(&line, &mut once).verdict;
            if first != Verdict::Changed {
                continue;
            }
            changed += 1;
            let mut twice = Vec::new();
            let second = judge.judge(&once, &mut twice).verdict;
            let result =
                if second == Verdict::Changed { &twice } else { &once };
            let line = line.escape_ascii();
            assert_eq!(*result, once, "{text} of {line}");
        }
        assert!(changed >= 10, "{text} changed {changed}");
    }
}
