//! Any expression on any line: every backend says the same, `P` and `not P`
//! are opposites, and what was counted for coverage adds up. The input is an
//! expression, a line end, and a line.

#![no_main]

use kaudit_filter::{
    pipeline::{Judgement, Pipeline, Reading, Verdict},
    scan::{Backend, Scanner},
};
use libfuzzer_sys::fuzz_target;

/// An event that is judged where the input has none.
const EVENT: &str = r#"{"kind":"Event","verb":"create","requestURI":"/api/v1/namespaces/a/pods/b/exec?command=sh\u0026command=-c","user":{"username":"system:serviceaccount:a:b","groups":["x"]},"sourceIPs":["1.2.3.4","10.0.0.1"],"objectRef":{"resource":"pods","namespace":"a"},"responseStatus":{"code":"403"},"requestObject":{"spec":{"containers":[{"image":"a:b","securityContext":{"privileged":true}}]},"rules":[{"verbs":["*"]}]},"requestReceivedTimestamp":"2026-01-01T00:00:00Z","stageTimestamp":"2026-01-01T00:00:01Z","annotations":{"a":"b"}}"#;

fn judge(pipeline: &Pipeline, backend: Backend, line: &str) -> Judgement {
    let scanner = Scanner::at_most(backend);
    let reading = Reading { scanner, ..Reading::default() };
    pipeline.judge(reading).judge(line.as_bytes(), &mut Vec::new())
}

fuzz_target!(|text: &str| {
    let (expression, line) = text.split_once('\n').unwrap_or((text, EVENT));
    let Ok(pipeline) = Pipeline::compile(expression) else { return };
    // The clock goes on between two judgements.
    if expression.contains("age") {
        return;
    }
    let expected = judge(&pipeline, Backend::Scalar, line);
    for backend in Backend::ALL {
        assert_eq!(judge(&pipeline, backend, line), expected, "{backend}");
    }
    let counted = Reading { coverage: true, ..Reading::default() };
    let mut counting = pipeline.judge(counted);
    let verdict = counting.judge(line.as_bytes(), &mut Vec::new()).verdict;
    assert_eq!(verdict, expected.verdict, "counted");
    let coverage = counting.coverage().expect("it was asked for");
    for met in &coverage.tests {
        assert!(met.mismatched <= met.valued && met.valued <= met.evaluated);
        assert!(met.matched <= met.evaluated);
    }
    let Ok(not) = Pipeline::compile(&format!("not ({expression})")) else {
        return;
    };
    let opposite = match expected.verdict {
        Verdict::Keep => Verdict::Skip,
        Verdict::Skip => Verdict::Keep,
        // A pipeline in brackets would not have compiled.
        same => same,
    };
    assert_eq!(judge(&not, Backend::Scalar, line).verdict, opposite, "not");
});
