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

use std::{hint::black_box, ops::ControlFlow};

use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main,
    measurement::WallTime,
};
use kaudit_filter::{
    expr::{self, Source},
    format::Format,
    frame::Lines,
    pipeline::{Depth, Pipeline, Reading, Verdict},
    scan::{Backend, Scanner},
    unwrap::{Choice, Form, Unwrapper},
};

use serde_json::Value;

use corpus::{Shape, Summary};

#[path = "corpus/mod.rs"]
#[allow(dead_code, reason = "its tests are run by the example `generate`")]
mod corpus;

criterion_group!(
    benches,
    scan,
    depth,
    judge,
    bodies,
    detect,
    drop_fields,
    shape,
    unwrapping,
    compile
);
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
fn run(pipeline: &Pipeline, reading: Reading, log: &[u8]) -> Ran {
    let mut judge = pipeline.judge(reading);
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
    reading: Reading,
    log: &Log,
    kept: u64,
) {
    let pipeline = Pipeline::compile(expression).expect("it is right");
    let ran = run(&pipeline, reading, &log.bytes);
    assert_eq!(ran.kept, kept, "{expression} on {}", log.name);
    group.throughput(Throughput::Bytes(log.holds.bytes));
    group.bench_function(name, |bencher| {
        bencher.iter(|| run(&pipeline, reading, black_box(&log.bytes)));
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
                let reading = Reading { scanner, ..Reading::default() };
                time(&mut group, name, "code>=400", reading, &log, kept);
            }
        }
        group.finish();
    }
}

/// The same expression, with lines read as far as it needs and to their end.
fn depth(criterion: &mut Criterion) {
    for log in Log::both() {
        let mut group =
            criterion.benchmark_group(format!("depth/{}", log.name));
        for (name, depth) in [
            ("needed", Depth::Needed),
            ("whole", Depth::Whole),
            ("strict", Depth::Strict),
        ] {
            let reading = Reading { depth, ..Reading::default() };
            let kept = log.holds.failed;
            time(&mut group, name, "code>=400", reading, &log, kept);
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
            let reading = Reading::default();
            time(&mut group, expression, expression, reading, &log, kept);
        }
        group.finish();
    }
}

/// A condition that needs bodies, of those events that may have them.
fn bodies(criterion: &mut Criterion) {
    let log = Log::new("mixed", Shape::Mixed);
    let mut group = criterion.benchmark_group("bodies/mixed");
    let lines = log.bytes.split(|byte| *byte == b'\n');
    let kept = lines.filter(|line| is_privileged(line)).count() as u64;
    assert!(kept > 0, "the log has such pods");
    let expression = "privileged-pod";
    time(&mut group, expression, expression, Reading::default(), &log, kept);
    group.finish();
}

/// Says the slow way whether an event writes a privileged pod. Bare pods are
/// all that the corpus has of them.
fn is_privileged(line: &[u8]) -> bool {
    let Ok(event) = serde_json::from_slice::<Value>(line) else {
        return false;
    };
    let writes = ["create", "update", "patch"].map(Value::from);
    let resource = &event["objectRef"];
    let pod = resource["resource"] == "pods"
        && resource["subresource"].is_null()
        && writes.contains(&event["verb"]);
    let bodies = [&event["requestObject"], &event["responseObject"]];
    let mut containers = bodies
        .into_iter()
        .filter_map(|body| body["spec"]["containers"].as_array())
        .flatten();
    pod && containers.any(|it| it["securityContext"]["privileged"] == true)
}

/// Every predicate as a rule of one `detect`.
fn detect(criterion: &mut Criterion) {
    let names: Vec<&str> = expr::predicates()
        .iter()
        .filter(|known| known.source.starts_with("let "))
        .map(|known| known.name)
        .collect();
    let any = Pipeline::compile(&names.join(" or ")).expect("it is right");
    for log in Log::both() {
        let mut group =
            criterion.benchmark_group(format!("detect/{}", log.name));
        let kept = run(&any, Reading::default(), &log.bytes).kept;
        let name = format!("{} predicates", names.len());
        let rules = every_rule(&names);
        time(&mut group, &name, &rules, Reading::default(), &log, kept);
        group.finish();
    }
}

fn every_rule(names: &[&str]) -> String {
    let rules = names.iter().map(|name| format!("rule x-{name} = {name}\n"));
    rules.chain(["detect".to_owned()]).collect()
}

/// Cuts and splices.
fn drop_fields(criterion: &mut Criterion) {
    let log = Log::new("mixed", Shape::Mixed);
    let mut group = criterion.benchmark_group("drop/mixed");
    let expression = "drop managedFields";
    let pipeline = Pipeline::compile(expression).expect("it is right");
    let ran = run(&pipeline, Reading::default(), &log.bytes);
    assert_eq!(ran.bytes, log.holds.bytes - log.holds.managed_bytes);
    let kept = log.holds.lines;
    time(&mut group, expression, expression, Reading::default(), &log, kept);
    group.finish();
}

/// Records of kept lines.
fn shape(criterion: &mut Criterion) {
    for log in Log::both() {
        let mut group =
            criterion.benchmark_group(format!("shape/{}", log.name));
        group.throughput(Throughput::Elements(log.holds.lines));
        for text in ["short", "json", "csv", "table", "template:{code}"] {
            let mut shaper = Format::parse(text).expect("it is one").shaper();
            let mut out = Vec::new();
            let mut all = |bytes: &[u8]| {
                out.clear();
                for line in Lines::new(bytes) {
                    shaper.shape(&bytes[line.start..line.end], &mut out);
                }
                out.split_inclusive(|byte| *byte == b'\n').count() as u64
            };
            assert_eq!(all(&log.bytes), log.holds.lines, "{text}");
            group.bench_function(text, |bencher| {
                bencher.iter(|| all(black_box(&log.bytes)));
            });
        }
        group.finish();
    }
}

/// Letting events out of what they are wrapped in.
fn unwrapping(criterion: &mut Criterion) {
    let log = Log::new("mixed", Shape::Mixed);
    let mut group = criterion.benchmark_group("unwrap");
    for (name, form, wrap) in [
        ("event", Form::Event, (|event| event) as fn(String) -> String),
        ("cri", Form::Cri, |event| {
            format!("2024-01-02T03:04:05.678901234Z stdout F {event}")
        }),
        ("log", Form::Log, |event| {
            format!("{{\"log\":{}}}", Value::from(event + "\n"))
        }),
        ("docker", Form::Docker, |event| {
            let text = Value::from(event + "\n");
            format!("{{\"log\":{text},\"stream\":\"stdout\",\"time\":\"T\"}}")
        }),
        ("list", Form::List, |event| {
            let end = event.find("\"level\"").expect("each has one");
            format!(
                "{{\"kind\":\"EventList\",\"apiVersion\":\
                 \"audit.k8s.io/v1\",\"items\":[{{{}]}}",
                &event[end..]
            )
        }),
        ("documents", Form::Documents, |event| event),
    ] {
        let text = String::from_utf8(log.bytes.clone()).expect("it is");
        let wrapped = text.lines().map(|line| wrap(line.into()) + "\n");
        let wrapped: String = wrapped.collect();
        let scanner = Scanner::best();
        let mut unwrapper =
            Unwrapper::new(scanner, &Choice::Auto, form, 1 << 27);
        let mut all = |bytes: &[u8]| {
            let mut length = 0;
            let walked = unwrapper.each(bytes, &mut |piece| {
                length += piece.bytes(bytes).len() as u64 + 1;
                ControlFlow::Continue(())
            });
            assert!(walked.is_continue());
            length
        };
        assert_eq!(all(wrapped.as_bytes()), log.holds.bytes, "{name}");
        group.throughput(Throughput::Bytes(wrapped.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| all(black_box(wrapped.as_bytes())));
        });
    }
    group.finish();
}

/// From the text of an expression to a pipeline: what a start costs.
fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    let predicates = expr::predicates();
    let names: Vec<&str> = predicates
        .iter()
        .filter(|known| known.source.starts_with("let "))
        .map(|known| known.name)
        .collect();
    let every = every_rule(&names);
    let shipped = [
        include_str!("../pipelines/rules/falco.kaf"),
        include_str!("../pipelines/rules/falco-psp.kaf"),
        include_str!("../pipelines/rules/sigma.kaf"),
        include_str!("../pipelines/rules/panther.kaf"),
        include_str!("../pipelines/rules/elastic.kaf"),
    ];
    for (name, sources, steps) in [
        ("code>=400", &["code>=400"][..], 1),
        (
            "denied and drop",
            &["outcome and denied and not system-user | drop managedFields"],
            2,
        ),
        ("every predicate", &[&every], 1),
        ("every rule file", &shipped, 1),
    ] {
        let sources: Vec<Source<'_>> =
            sources.iter().map(|text| Source::file("x", text)).collect();
        let compiled = expr::compile(&sources).expect("they are right");
        assert_eq!(compiled.plan.steps.len(), steps, "{name}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| expr::compile(black_box(&sources)));
        });
    }
    group.finish();
}
