//! Runs every line of `model/expressions.txt` beside the language model.
//!
//! Turns a file of events into two answers, the model's (slow Python that
//! lives with the data, reached through `model/driver.py`) and ours, and
//! compares them: kept lines byte for byte, trimmed ones as JSON. Ours must
//! not depend on the classifier, the number of threads or the kind of input.
//! `KAUDIT_FILTER_PROOF=full` reads all events in all ways; otherwise a third
//! of the longest file, as usual and in one other way that rotates.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
    thread,
};

use serde_json::Value;

use crate::tool::{self, skip, wants};

#[test]
fn a_mixed_log_is_judged_as_by_the_model() {
    compare_each(|data| data.join("events/cluster-mixed.jsonl"), 3);
}

#[test]
fn events_with_bodies_are_judged_as_by_the_model() {
    compare_each(|data| data.join("events/cluster-bodies.jsonl"), 1);
}

#[test]
fn events_of_2017_are_judged_as_by_the_model() {
    compare_each(|data| data.join("events/audit2rbac-demo.jsonl"), 1);
}

#[test]
fn events_of_openshift_are_judged_as_by_the_model() {
    compare_each(|data| data.join("events/openshift-5.jsonl"), 1);
}

#[test]
fn the_models_own_events_are_judged_as_by_the_model() {
    compare_each(|data| data.join("language/ev.jsonl"), 1);
}

#[test]
fn odd_events_are_judged_as_by_the_model() {
    compare_each(|_| ours("events.jsonl"), 1);
}

/// Compares all expressions on the events of the file that `locate` finds
/// below the data folder, or on every `stride`-th of them.
#[track_caller]
fn compare_each(locate: impl Fn(&Path) -> PathBuf, stride: usize) {
    let Some(data) = env::var_os("KAUDIT_FILTER_DATA").map(PathBuf::from)
    else {
        return skip("KAUDIT_FILTER_DATA names no folder with the model");
    };
    if !tool::has("python3") {
        return skip("python3, which runs the model, does not start");
    }
    let full = wants("KAUDIT_FILTER_PROOF", "full");
    let log = Log::sampled(&locate(&data), if full { 1 } else { stride });
    let said = ask_model(&data, &log);
    assert!(said.len() >= 140, "only {} expressions", said.len());
    let wrong: Vec<String> = said
        .iter()
        .enumerate()
        .filter_map(|(at, said)| difference(said, &log, at, full))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} expressions differ from the model on {}\n{}",
        wrong.len(),
        said.len(),
        log.path.display(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

/// A file beside this one.
pub(crate) fn ours(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/model").join(name)
}

/// Events on disk and in memory.
struct Log {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Log {
    /// Takes every `stride`-th line of `path`. If that is not all of them,
    /// they go to a file of their own, so that both sides read the same.
    fn sampled(path: &Path, stride: usize) -> Log {
        let bytes = fs::read(path).expect("the data folder is whole");
        if stride == 1 {
            return Log { path: path.into(), bytes };
        }
        let lines = bytes.split_inclusive(|&byte| byte == b'\n');
        let bytes = lines.step_by(stride).collect::<Vec<_>>().concat();
        let name = path.file_name().expect("events are in a file");
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, &bytes).expect("the target folder is ours");
        Log { path, bytes }
    }

    /// The lines without their ends.
    fn lines(&self) -> Vec<&[u8]> {
        lines(&self.bytes)
    }
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes
        .split_inclusive(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\n").unwrap_or(line))
        .collect()
}

/// What the model says of one expression.
struct Said {
    expression: String,
    /// Places in the log of the lines it keeps, from 0.
    kept: Vec<usize>,
    /// The kept events as they leave, if a step may have changed them.
    values: Option<Vec<Value>>,
}

fn ask_model(data: &Path, log: &Log) -> Vec<Said> {
    let output = Command::new("python3")
        .arg(ours("driver.py"))
        .args([&ours("expressions.txt"), &log.path])
        .env("KAUDIT_FILTER_DATA", data)
        .output()
        .expect("python3 started a moment ago");
    let problem = output.stderr.escape_ascii();
    assert!(output.status.success(), "the model failed: {problem}");
    lines(&output.stdout).into_iter().map(read_said).collect()
}

fn read_said(line: &[u8]) -> Said {
    let mut said: Value =
        serde_json::from_slice(line).expect("the driver writes JSON");
    let expression = said["expression"].as_str().unwrap_or_default().into();
    let kept = said["kept"]
        .as_array()
        .unwrap_or_else(|| panic!("the model refuses: {}", said["refused"]))
        .iter()
        .map(|number| number.as_u64().expect("a line number") as usize - 1)
        .collect();
    let values = match said["values"].take() {
        Value::Array(values) => Some(values),
        _ => None,
    };
    Said { expression, kept, values }
}

/// One way to run our program on a log.
#[derive(Clone, Copy, Debug)]
struct Way {
    simd: &'static str,
    threads: &'static str,
    piped: bool,
}

const SIMD: [&str; 4] = ["scalar", "sse2", "avx2", "avx512"];
const THREADS: [&str; 3] = ["1", "2", "8"];

/// The ways beside the usual one: all, or the one whose turn it is.
fn ways(at: usize, full: bool) -> impl Iterator<Item = Way> {
    let all = SIMD.len() * THREADS.len() * 2;
    let turns = if full { 0..all } else { at % all..at % all + 1 };
    turns.map(|turn| Way {
        simd: SIMD[turn % 4],
        threads: THREADS[turn / 4 % 3],
        piped: turn / 12 == 1,
    })
}

/// Says how our answer differs from the model's, in any way of asking.
fn difference(
    said: &Said,
    log: &Log,
    at: usize,
    full: bool,
) -> Option<String> {
    let expression = &said.expression;
    let usual = match printed(run(expression, log, None)) {
        Ok(usual) => usual,
        Err(problem) => return Some(format!("{expression}\n  {problem}")),
    };
    if let Some(problem) = disagreement(said, &log.lines(), &usual) {
        return Some(format!("{expression}\n  {problem}"));
    }
    ways(at, full)
        .filter(|&way| {
            printed(run(expression, log, Some(way))) != Ok(usual.clone())
        })
        .map(|way| format!("{expression}\n  other output with {way:?}"))
        .next()
}

fn run(expression: &str, log: &Log, way: Option<Way>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaudit-filter"));
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(way) = way {
        command.env("KAUDIT_FILTER_SIMD", way.simd);
        command.args(["--threads", way.threads]);
    }
    command.arg(expression);
    if !way.is_some_and(|way| way.piped) {
        return command.arg(&log.path).output().expect("our program starts");
    }
    let mut child =
        command.stdin(Stdio::piped()).spawn().expect("our program starts");
    let mut pipe = child.stdin.take().expect("a pipe was asked for");
    thread::scope(|scope| {
        // After `head` nobody reads the rest, so a failed write is no news.
        scope.spawn(move || pipe.write_all(&log.bytes).ok());
        child.wait_with_output().expect("our program ends")
    })
}

/// Returns what a run printed, or its complaint.
fn printed(output: Output) -> Result<Vec<u8>, String> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let complaint = output.stderr.escape_ascii();
    Err(format!("ended with {}: {complaint}", output.status))
}

/// Compares the lines `printed` with what the model says, up to the first
/// that differs.
fn disagreement(said: &Said, log: &[&[u8]], printed: &[u8]) -> Option<String> {
    let printed = lines(printed);
    for (at, &from) in said.kept.iter().enumerate() {
        let Some(line) = printed.get(at) else {
            return Some(format!("log line {} is missing", from + 1));
        };
        let value = said.values.as_ref().map(|values| &values[at]);
        if let Some(problem) = line_problem(line, log[from], value) {
            return Some(format!("log line {}: {problem}", from + 1));
        }
    }
    let more = printed.get(said.kept.len())?;
    Some(format!("a line too many: {}", excerpt(more)))
}

/// Says why `printed` is not `line`, or not `line` cut down to `value`.
fn line_problem(
    printed: &[u8],
    line: &[u8],
    value: Option<&Value>,
) -> Option<String> {
    let Some(value) = value else {
        let other = format!("another line stands there: {}", excerpt(printed));
        return (printed != line).then_some(other);
    };
    let Ok(ours) = serde_json::from_slice(printed) else {
        return Some(format!("no JSON: {}", excerpt(printed)));
    };
    let mut rest = line.iter();
    if !printed.iter().all(|byte| rest.any(|from| from == byte)) {
        return Some(format!("more than cuts: {}", excerpt(printed)));
    }
    parting(&ours, value, "event")
}

/// Finds the first place where two values differ.
pub(crate) fn parting(
    ours: &Value,
    model: &Value,
    place: &str,
) -> Option<String> {
    match (ours, model) {
        (Value::Object(ours), Value::Object(model)) => {
            ours.keys().chain(model.keys()).find_map(|key| {
                let [ours, model] =
                    [ours, model].map(|map| map.get(key).unwrap_or(&ABSENT));
                parting(ours, model, &format!("{place}.{key}"))
            })
        }
        (Value::Array(ours), Value::Array(model))
            if ours.len() == model.len() =>
        {
            (0..ours.len()).find_map(|at| {
                parting(&ours[at], &model[at], &format!("{place}[{at}]"))
            })
        }
        _ => (ours != model)
            .then(|| format!("{place} is {ours}, the model says {model}")),
    }
}

/// Stands in for a key that one side does not have. No event holds it.
static ABSENT: LazyLock<Value> = LazyLock::new(|| "(absent)".into());

fn excerpt(line: &[u8]) -> String {
    line[..line.len().min(400)].escape_ascii().to_string()
}
