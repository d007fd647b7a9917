//! Any line is judged alike by every backend. The first byte chooses the
//! expression.

#![no_main]

use std::sync::LazyLock;

use kaudit_filter::{
    pipeline::{Pipeline, Reading, Verdict},
    scan::{Backend, Scanner},
};
use libfuzzer_sys::fuzz_target;

const TEXTS: [&str; 12] = [
    "true",
    "code >= 400",
    "not (verb in (get, list))",
    "empty(user)",
    "groups = \"system:masters\"",
    "decision != allow",
    "peer in 10.0.0.0/8",
    "kind = Event and level >= Request",
    "requestObject.spec.containers.securityContext.privileged == true",
    "requestObject.metadata.labels[*] = x",
    "requestObject.items[-2].verb = get",
    "has(user.extra[*]) or requestObject[0][*].a == null",
];

static PIPELINES: LazyLock<Vec<Pipeline>> = LazyLock::new(|| {
    let compiled = TEXTS.map(Pipeline::compile);
    compiled.into_iter().map(|pipeline| pipeline.expect("right")).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, line)) = bytes.split_first() else { return };
    let pipeline = &PIPELINES[usize::from(*choice) % TEXTS.len()];
    let judge = |backend, strict| {
        let scanner = Scanner::at_most(backend);
        pipeline
            .judge(Reading { scanner, strict, ..Reading::default() })
            .judge(line, &mut Vec::new())
    };
    for strict in [false, true] {
        let expected = judge(Backend::Scalar, strict);
        for backend in Backend::ALL {
            assert_eq!(judge(backend, strict), expected, "{backend}");
        }
    }
    // On a line without defects both readings say the same.
    let (lazy, strict) =
        (judge(Backend::Avx512, false), judge(Backend::Avx512, true));
    if strict.defect.is_none() && strict.verdict != Verdict::Foreign {
        assert_eq!(lazy, strict);
    }
});
