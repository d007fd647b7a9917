//! Times the parts of the way of a line, one core, bytes in memory.
//!
//! ```text
//! cargo bench --bench micro
//! cargo bench --bench micro -- scan/mixed
//! cargo bench --bench micro -- --test     # only checks the answers
//! ```
//!
//! Every benchmark first checks its answer with what the corpus says of
//! itself: a wrong answer has no speed. The program as a whole, beside other
//! programs, is measured by `compare.py`.

#![allow(missing_docs, reason = "criterion's macro makes a public function")]

use std::hint::black_box;

use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main,
    measurement::WallTime,
};
use kaudit_filter::{
    frame::Lines,
    pipeline::{Pipeline, Reading, Verdict},
    scan::{Backend, Scanner},
};

use corpus::{Shape, Summary};

#[path = "corpus/mod.rs"]
#[allow(dead_code, reason = "its tests are run by the example `generate`")]
mod corpus;

criterion_group!(benches, scan, judge, drop_fields, compile);
criterion_main!(benches);

/// More than the caches nearest to a core hold, and quickly made.
const SIZE: u64 = 16 << 20;

const SEED: u64 = 1;

struct Log {
    name: &'static str,
    bytes: Vec<u8>,
    holds: Summary,
}

impl Log {
    fn new(name: &'static str, shape: Shape) -> Log {
        let mut bytes = Vec::new();
        let holds = corpus::write(shape, SEED, SIZE, &mut bytes)
            .expect("memory takes all that is written");
        Log { name, bytes, holds }
    }

    fn both() -> [Log; 2] {
        [
            Log::new("metadata", Shape::Metadata),
            Log::new("mixed", Shape::Mixed),
        ]
    }
}

/// What a run came to.
#[derive(Debug, Default, PartialEq)]
struct Ran {
    kept: u64,
    /// Bytes of the kept lines as they leave.
    bytes: u64,
}

/// Judges every line of a log, as one thread of the program does.
fn run(pipeline: &Pipeline, scanner: Scanner, log: &[u8]) -> Ran {
    let mut judge = pipeline.judge(Reading { scanner, ..Reading::default() });
    let (mut ran, mut edited) = (Ran::default(), Vec::new());
    for line in Lines::new(log) {
        let line = &log[line.start..line.end];
        let leaves = match judge.judge(line, &mut edited).verdict {
            Verdict::Keep => line.len(),
            Verdict::Changed => edited.len(),
            Verdict::Skip | Verdict::Unknown | Verdict::Foreign => continue,
        };
        ran.kept += 1;
        ran.bytes += leaves as u64 + 1;
        edited.clear();
    }
    ran
}

/// Times `expression` on `log`, once it is seen to keep `kept` lines.
fn time(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    expression: &str,
    scanner: Scanner,
    log: &Log,
    kept: u64,
) {
    let pipeline = Pipeline::compile(expression).expect("it is right");
    let ran = run(&pipeline, scanner, &log.bytes);
    assert_eq!(ran.kept, kept, "{expression} on {}", log.name);
    group.throughput(Throughput::Bytes(log.holds.bytes));
    group.bench_function(name, |bencher| {
        bencher.iter(|| run(&pipeline, scanner, black_box(&log.bytes)));
    });
}

/// The same expression with each classifier that this CPU has.
fn scan(criterion: &mut Criterion) {
    for log in Log::both() {
        let mut group =
            criterion.benchmark_group(format!("scan/{}", log.name));
        for backend in Backend::ALL {
            let scanner = Scanner::at_most(backend);
            if scanner.backend() == backend {
                let kept = log.holds.failed;
                let name = backend.name();
                time(&mut group, name, "code>=400", scanner, &log, kept);
            }
        }
        group.finish();
    }
}

/// Expressions that read more or less of a line.
fn judge(criterion: &mut Criterion) {
    for log in Log::both() {
        let holds = log.holds;
        let mut group =
            criterion.benchmark_group(format!("judge/{}", log.name));
        for (expression, kept) in [
            ("true", holds.lines),
            ("level = Metadata", holds.metadata),
            ("code>=400", holds.failed),
            ("exec", holds.exec),
            ("denied", holds.denied),
            ("code>=400 and not attack-tool or denied", holds.failed),
        ] {
            let scanner = Scanner::best();
            time(&mut group, expression, expression, scanner, &log, kept);
        }
        group.finish();
    }
}

/// Cuts and splices.
fn drop_fields(criterion: &mut Criterion) {
    let log = Log::new("mixed", Shape::Mixed);
    let mut group = criterion.benchmark_group("drop/mixed");
    let expression = "drop managedFields";
    let pipeline = Pipeline::compile(expression).expect("it is right");
    let ran = run(&pipeline, Scanner::best(), &log.bytes);
    assert_eq!(ran.bytes, log.holds.bytes - log.holds.managed_bytes);
    let kept = log.holds.lines;
    time(&mut group, expression, expression, Scanner::best(), &log, kept);
    group.finish();
}

/// From the text of an expression to a pipeline: what a start costs.
fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    for (expression, steps) in [
        ("code>=400", 1),
        ("outcome and denied and not system-user | drop managedFields", 2),
    ] {
        let pipeline = Pipeline::compile(expression).expect("it is right");
        assert_eq!(pipeline.plan().steps.len(), steps, "{expression}");
        group.bench_function(expression, |bencher| {
            bencher.iter(|| Pipeline::compile(black_box(expression)));
        });
    }
    group.finish();
}
