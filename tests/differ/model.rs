//! Compares the plain reading and ours with the language model, pair by pair.
//!
//! The model is slow Python that lives with the data and is reached through
//! `driver.py`. What it cannot do is not asked of it: see [`Reader::Model`].

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use kaudit_filter::pipeline::Reading;
use serde_json::{Value, json};

use super::{
    Case, Line, PRELUDE, compile, grow::Reader, judged, names, plain,
    plain::Fate,
};
use crate::{
    dice::Dice,
    tool::{self, Folder, skip},
};

/// Programs and lines that the model is asked about at once.
struct Round {
    seed: u64,
    cases: Vec<Case>,
    lines: Vec<Line>,
}

/// Predicates that are younger than the model.
const LATER: [&str; 2] = ["webhook-failed-open", "admission-denied"];

/// Leaves out what the model takes for something else: in Python a number
/// can be an address, and the model compares numbers with times.
fn tamed(mut event: Value) -> Value {
    for key in ["stageTimestamp", "requestReceivedTimestamp"] {
        if event[key].is_number() {
            event[key] = Value::Null;
        }
    }
    let addresses = event["sourceIPs"].as_array();
    if !addresses.is_some_and(|all| all.iter().all(Value::is_string)) {
        event["sourceIPs"] = Value::Null;
    }
    if event["requestURI"] == "" {
        event["requestURI"] = Value::Null;
    }
    // The model takes a Status that the client sent for one of the server's.
    if event["requestObject"]["kind"] == "Status" {
        event["requestObject"]["kind"] = Value::Null;
    }
    for body in ["requestObject", "responseObject"] {
        if has_two_pods(&event[body]) {
            event[body] = Value::Null;
        }
    }
    plain_lists(&mut event);
    event
}

/// Returns whether an object has several places for a pod, of which the model
/// takes the first only.
fn has_two_pods(object: &Value) -> bool {
    let places = [
        "/spec/jobTemplate/spec/template/spec",
        "/spec/template/spec",
        "/template/spec",
        "/spec/containers",
        "/spec/initContainers",
        "/spec/ephemeralContainers",
    ];
    let found: Vec<&str> = places
        .into_iter()
        .filter(|place| object.pointer(place).is_some())
        .collect();
    found.len() > 1 && !found[0].starts_with("/spec/c")
}

/// Leaves out what the model counts in its own way, where it computes a list
/// that is a path: images that are no text, elements that are null or arrays.
fn plain_lists(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("image").is_some_and(|image| !image.is_string()) {
                object.remove("image");
            }
            object.retain(|key, value| match key.as_str() {
                "path" | "name" => !value.is_null() && !value.is_array(),
                "add" => value.as_array().is_some_and(|all| !all.is_empty()),
                _ => true,
            });
            object.values_mut().for_each(plain_lists);
        }
        Value::Array(array) => {
            array.retain(|value| !value.is_null() && !value.is_array());
            array.iter_mut().for_each(plain_lists);
        }
        Value::Null | Value::Bool(_) => (),
        Value::Number(_) | Value::String(_) => (),
    }
}

impl Round {
    fn new(seed: u64) -> Round {
        let mut dice = Dice::new(seed);
        let mut names = names();
        names.retain(|name| !LATER.contains(&name.as_str()));
        let lines = (0..super::EVENTS).map(|_| {
            let event = tamed(super::event(&mut dice));
            Line::new(event, &mut dice)
        });
        let lines: Vec<Line> = lines.collect();
        let cases = (0..super::PROGRAMS)
            .map(|_| Case::new(&mut dice, &names, &lines, Reader::Model));
        Round { seed, cases: cases.collect(), lines }
    }

    fn asked(&self) -> String {
        let texts: Vec<&str> = self.cases.iter().map(|c| &*c.text).collect();
        let lines: Vec<&str> = self.lines.iter().map(|l| &*l.plain).collect();
        format!("{}\n", json!({"programs": texts, "lines": lines}))
    }
}

/// What the comparison of some rounds came to.
#[derive(Default)]
struct Tally {
    pairs: usize,
    /// Pairs at which the model itself failed.
    failed: usize,
    /// Programs that use what they dropped.
    refused: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn compare(&mut self, round: &Round, said: &Value) {
        for (at, case) in round.cases.iter().enumerate() {
            match &said[at] {
                Value::Array(fates) => self.fates(round, case, fates),
                refusal => {
                    let Case { text, .. } = case;
                    self.wrong.push(format!("{text}\nrefused: {refusal}"));
                }
            }
        }
    }

    fn fates(&mut self, round: &Round, case: &Case, fates: &[Value]) {
        let mut judge = match compile(&case.text) {
            Ok(Some(pipeline)) => pipeline.judge(Reading::default()),
            Ok(None) => return self.refused += 1,
            Err(said) => return self.wrong.push(said),
        };
        for (line, model) in round.lines.iter().zip(fates) {
            self.pairs += 1;
            self.failed += usize::from(*model == Value::Bool(false));
            let plain = plain::run(&case.program, &PRELUDE, &line.event);
            let Line { plain: text, .. } = line;
            let ours = judged(&mut judge, text);
            let agree = agrees(&plain, model);
            if !agree || !super::same(&ours, &plain, case.drops()) {
                let Case { text: program, .. } = case;
                let seed = round.seed;
                return self.wrong.push(format!(
                    "seed {seed}\n  {program}\n  {text}\n  plain: {plain}\n  \
                     model: {model}\n  ours:  {ours:?}"
                ));
            }
        }
    }

    fn add(&mut self, other: Tally) {
        self.pairs += other.pairs;
        self.failed += other.failed;
        self.refused += other.refused;
        self.wrong.extend(other.wrong);
    }
}

/// Returns whether the model says the same, or nothing.
fn agrees(plain: &Fate, model: &Value) -> bool {
    match (plain, model) {
        (_, Value::Bool(false)) | (Fate::Foreign, _) => true,
        (Fate::Kept(_), Value::Bool(true)) => true,
        (Fate::Kept(left), model) => left == model,
        (Fate::Skipped, model) => model.is_null(),
    }
}

fn ask(data: &Path, rounds: &[Round]) -> Vec<Value> {
    let folder = Folder::new();
    let asked: String = rounds.iter().map(Round::asked).collect();
    let file = folder.file("rounds.jsonl", asked);
    let driver = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("python3")
        .arg(driver.join("tests/differ/driver.py"))
        .arg(file)
        .env("KAUDIT_FILTER_DATA", data)
        .output()
        .expect("python3 started a moment ago");
    let problem = output.stderr.escape_ascii();
    assert!(output.status.success(), "the model failed: {problem}");
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// Rounds that one run of the model is asked about.
const AT_ONCE: u64 = 10;

fn compared(data: &Path, first: u64, count: u64) -> Tally {
    let mut tally = Tally::default();
    for from in (0..count).step_by(2 * AT_ONCE as usize) {
        let to = count.min(from + AT_ONCE);
        let rounds: Vec<Round> =
            (from..to).map(|seed| Round::new(first + seed)).collect();
        for (round, said) in rounds.iter().zip(ask(data, &rounds)) {
            tally.compare(round, &said);
        }
    }
    tally
}

#[test]
fn the_model_and_the_plain_reading_and_we_agree() {
    let Some(data) = env::var_os("KAUDIT_FILTER_DATA").map(PathBuf::from)
    else {
        return skip("KAUDIT_FILTER_DATA names no folder with the model");
    };
    if !tool::has("python3") || fs::metadata(&data).is_err() {
        return skip("python3, which runs the model, does not start");
    }
    let rounds = super::rounds() as u64;
    let mut tally = thread::scope(|scope| {
        let other = scope
            .spawn(|| compared(&data, (1 << 33) + AT_ONCE, rounds - AT_ONCE));
        let mut tally = compared(&data, 1 << 33, rounds);
        tally.add(other.join().unwrap());
        tally
    });
    tally.wrong.truncate(12);
    let wrong = tally.wrong.join("\n");
    assert!(tally.wrong.is_empty(), "{wrong}");
    let Tally { pairs, failed, refused, .. } = tally;
    assert!(
        (failed + refused * super::EVENTS) * 100 < pairs,
        "the model fails at {failed} of {pairs}"
    );
}
