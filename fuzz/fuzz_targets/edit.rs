//! What a drop leaves of JSON is JSON, and nothing is added. The first byte
//! chooses the targets.

#![no_main]

use std::sync::LazyLock;

use kaudit_filter::{
    pipeline::{Pipeline, Reading, Verdict},
    scan::{Backend, Scanner},
};
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

const TEXTS: [&str; 8] = [
    "drop managedFields",
    "drop requestObject[*]",
    "drop user[*], sourceIPs[0], peer",
    "drop **.a, **.b.c",
    "drop **[0]",
    "drop requestObject.items[-1].a, requestObject.items[0]",
    "drop **.a[*] | drop **.b",
    "drop verb, requestObject.**.a[1]",
];

static PIPELINES: LazyLock<Vec<Pipeline>> = LazyLock::new(|| {
    let compiled = TEXTS.map(Pipeline::compile);
    compiled.into_iter().map(|pipeline| pipeline.expect("right")).collect()
});

fn is_json(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    serde_json::from_slice::<&RawValue>(line).is_ok()
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, line)) = bytes.split_first() else { return };
    let pipeline = &PIPELINES[usize::from(*choice) % TEXTS.len()];
    let judge = |backend| {
        let scanner = Scanner::at_most(backend);
        let mut edited = Vec::new();
        let judgement = pipeline
            .judge(Reading { scanner, ..Reading::default() })
            .judge(line, &mut edited);
        (judgement, edited)
    };
    let (judgement, edited) = judge(Backend::Scalar);
    for backend in Backend::ALL {
        assert_eq!(judge(backend), (judgement, edited.clone()), "{backend}");
    }
    assert_eq!(judgement.verdict == Verdict::Changed, !edited.is_empty());
    if judgement.verdict == Verdict::Changed {
        let mut rest = line.iter();
        assert!(edited.iter().all(|byte| rest.any(|other| other == byte)));
        assert!(is_json(&edited) || !is_json(line));
    }
});
