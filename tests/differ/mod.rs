//! Holds random programs on random events against two other readings.
//!
//! `grow` makes programs, `made` events, both out of `words` and `pool`s; `write` and
//! `spell` turn them into text of many spellings. `plain` says what they
//! mean, by the words of the language's definition; `model` asks the
//! language model where there is one. `KAUDIT_FILTER_PROOF=full` compares
//! five million pairs instead of a hundred thousand.

mod found;
mod grow;
mod laws;
mod made;
mod model;
mod plain;
mod pool;
mod read;
mod shrink;
mod spell;
mod tree;
mod words;
mod write;

use std::{fmt, fs, path::Path, sync::LazyLock, thread};

use kaudit_filter::pipeline::{Judge, Pipeline, Reading, Verdict};
use serde_json::Value;

use self::{
    grow::Reader,
    plain::Fate,
    tree::{Program, Step},
};
use crate::{
    dice::Dice,
    tool::{skip, wants},
};

/// Programs of one round; each meets all events of the round.
const PROGRAMS: usize = 20;

/// Events of one round.
const EVENTS: usize = 100;

/// The definitions that we ship, read by the reader beside.
static PRELUDE: LazyLock<Program> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/expr/prelude.kaf");
    read::program(&fs::read_to_string(path).unwrap())
});

/// Returns the predicates that programs may name.
fn names() -> Vec<String> {
    PRELUDE.lets.iter().map(|(name, _)| name.clone()).collect()
}

/// Returns how many rounds make the pairs that are asked for.
fn rounds() -> usize {
    let pairs = match wants("KAUDIT_FILTER_PROOF", "full") {
        true => 5_000_000,
        false => 100_000,
    };
    pairs / PROGRAMS / EVENTS
}

/// A program and how it is spelt.
struct Case {
    program: Program,
    text: String,
}

impl Case {
    fn new(
        dice: &mut Dice,
        names: &[String],
        lines: &[Line],
        reader: Reader,
    ) -> Case {
        let events: Vec<&Value> =
            lines.iter().map(|line| &line.event).collect();
        let program = grow::program(dice, names, &events, reader);
        let text = write::program(&program, dice);
        Case { program, text }
    }

    fn drops(&self) -> bool {
        let mut steps = self.program.steps.iter();
        steps.any(|step| matches!(step, Step::Drop(_)))
    }
}

/// A line, and what it means.
struct Line {
    event: Value,
    odd: String,
    plain: String,
}

impl Line {
    fn new(event: Value, dice: &mut Dice) -> Line {
        let odd = spell::line(&event, dice);
        let plain = serde_json::to_string(&event).unwrap();
        Line { event, odd, plain }
    }
}

/// Compiles, or says why not; what was dropped before cannot be used.
fn compile(text: &str) -> Result<Option<Pipeline>, String> {
    match Pipeline::compile(text) {
        Ok(pipeline) => Ok(Some(pipeline)),
        Err(found) => {
            let said = format!("{found:?}");
            let dropped = said.contains("by an earlier `drop");
            if dropped { Ok(None) } else { Err(format!("{text}\n{said}")) }
        }
    }
}

/// Returns what becomes of a line.
fn judged(judge: &mut Judge, line: &str) -> Result<Fate, String> {
    let mut edited = Vec::new();
    let judgement = judge.judge(line.as_bytes(), &mut edited);
    match judgement.verdict {
        Verdict::Keep => Ok(Fate::Kept(serde_json::from_str(line).unwrap())),
        Verdict::Changed => serde_json::from_slice(&edited)
            .map(Fate::Kept)
            .map_err(|error| format!("{error}: {}", edited.escape_ascii())),
        Verdict::Skip => Ok(Fate::Skipped),
        Verdict::Foreign => Ok(Fate::Foreign),
        Verdict::Unknown => Err(format!("unknown: {:?}", judgement.defect)),
    }
}

/// Returns whether two fates are the same. Repeated keys are read in two
/// ways, so what is left of an event is compared where there are none.
fn same(ours: &Result<Fate, String>, theirs: &Fate, drops: bool) -> bool {
    match (ours, theirs) {
        (Ok(Fate::Kept(_)), Fate::Kept(_)) if !drops => true,
        (Ok(ours), theirs) => ours == theirs,
        (Err(_), _) => false,
    }
}

/// A program and a line that are read in two ways.
struct Difference {
    seed: u64,
    text: String,
    line: String,
    ours: Result<Fate, String>,
    theirs: Fate,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { seed, text, line, ours, theirs } = self;
        writeln!(out, "seed {seed}\n  {text}\n  {line}")?;
        match ours {
            Ok(ours) => writeln!(out, "  ours:   {ours}")?,
            Err(said) => writeln!(out, "  ours:   {said}")?,
        }
        writeln!(out, "  theirs: {theirs}")
    }
}

/// Compares our answer with the plain one.
fn differs(case: &Case, judge: &mut Judge, line: &Line) -> bool {
    let drops = case.drops();
    let text = if drops { &line.plain } else { &line.odd };
    let theirs = plain::run(&case.program, &PRELUDE, &line.event);
    !same(&judged(judge, text), &theirs, drops)
}

/// What a number of rounds came to.
#[derive(Default)]
struct Tally {
    programs: usize,
    /// Programs that keep some events and skip some.
    mixed: usize,
    /// Programs that use what they dropped.
    refused: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.programs += other.programs;
        self.mixed += other.mixed;
        self.refused += other.refused;
        self.wrong.extend(other.wrong);
    }
}

/// Events that a real kube-apiserver wrote, where the data folder is.
static REAL: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let Some(data) = std::env::var_os("KAUDIT_FILTER_DATA") else {
        skip("KAUDIT_FILTER_DATA names no folder with real events");
        return Vec::new();
    };
    let files = ["cluster-mixed", "cluster-bodies", "audit2rbac-demo"];
    let texts = files.map(|name| {
        let path = Path::new(&data).join("events").join(name);
        fs::read_to_string(path.with_extension("jsonl")).unwrap()
    });
    let lines = texts.iter().flat_map(|text| text.lines());
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
});

/// Makes an event, or takes a real one.
fn event(dice: &mut Dice) -> Value {
    match !REAL.is_empty() && dice.percent(35) {
        true => dice.pick(&REAL).clone(),
        false => made::event(dice),
    }
}

fn round(seed: u64) -> Tally {
    let mut dice = Dice::new(seed);
    let names = names();
    let lines: Vec<Line> = (0..EVENTS)
        .map(|_| {
            let event = event(&mut dice);
            Line::new(event, &mut dice)
        })
        .collect();
    let mut tally = Tally::default();
    for _ in 0..PROGRAMS {
        let case = Case::new(&mut dice, &names, &lines, Reader::Plain);
        tally.programs += 1;
        match compile(&case.text) {
            Ok(None) => tally.refused += 1,
            Err(said) => tally.wrong.push(format!("seed {seed}\n{said}")),
            Ok(Some(pipeline)) => {
                compare(seed, case, &pipeline, &lines, &mut tally);
            }
        }
    }
    tally
}

fn compare(
    seed: u64,
    case: Case,
    pipeline: &Pipeline,
    lines: &[Line],
    tally: &mut Tally,
) {
    let mut judge = pipeline.judge(Reading::default());
    let wrong = lines.iter().find(|line| differs(&case, &mut judge, line));
    let kept = lines.iter().filter(|line| {
        let fate = plain::run(&case.program, &PRELUDE, &line.event);
        matches!(fate, Fate::Kept(_))
    });
    let kept = kept.count();
    tally.mixed += usize::from(0 < kept && kept < lines.len());
    if let Some(line) = wrong {
        tally.wrong.push(shrink::plainest(seed, case, line).to_string());
    }
}

#[test]
fn random_programs_mean_what_the_language_says() {
    let rounds = rounds() as u64;
    let run = |from: u64| {
        let mut tally = Tally::default();
        for seed in (from..rounds).step_by(2) {
            tally.add(round((1 << 32) + seed));
        }
        tally
    };
    let mut tally = thread::scope(|scope| {
        let other = scope.spawn(|| run(1));
        let mut tally = run(0);
        tally.add(other.join().unwrap());
        tally
    });
    let Tally { programs, mixed, refused, .. } = tally;
    tally.wrong.truncate(12);
    let wrong = tally.wrong.join("\n");
    assert!(tally.wrong.is_empty(), "{wrong}");
    assert!(mixed * 10 > programs * 4, "only {mixed} of {programs} decide");
    assert!(refused * 50 < programs, "{refused} of {programs} are refused");
}

#[test]
fn what_is_written_is_read_as_it_was_meant() {
    let names = names();
    for seed in 0..2000 {
        let mut dice = Dice::new(seed);
        let program = grow::program(&mut dice, &names, &[], Reader::Plain);
        let text = write::program(&program, &mut dice);
        assert_eq!(read::program(&text), program, "{text}");
    }
}
