//! Any line is judged alike by every backend. The first byte chooses the
//! expression.

#![no_main]

use std::sync::LazyLock;

use kaudit_filter::{
    event::{first_break, pieces, start},
    pipeline::{Depth, Pipeline, Reading, Verdict},
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

/// Checks that a line is taken apart without a gap, alike by every backend,
/// and only if it breaks.
fn check_pieces(line: &[u8]) {
    let taken = |backend| {
        let scanner = Scanner::at_most(backend);
        pieces(scanner, line).collect::<Vec<_>>()
    };
    let expected = taken(Backend::Scalar);
    for backend in Backend::ALL {
        assert_eq!(taken(backend), expected, "{backend}");
    }
    let bounds = expected.iter().map(|piece| piece.end);
    let begins = expected.iter().map(|piece| piece.start);
    assert!(expected.iter().all(|piece| !piece.is_empty()));
    assert!([0].into_iter().chain(bounds).eq(begins.chain([line.len()])));
    let Some(start) = start(line) else { return };
    if first_break(Scanner::best(), line, start).is_none() {
        assert_eq!(expected.len(), 1);
    }
    for piece in expected.iter().skip(1) {
        assert_eq!(line[piece.start], b'{');
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, line)) = bytes.split_first() else { return };
    let pipeline = &PIPELINES[usize::from(*choice) % TEXTS.len()];
    let judge = |backend, depth| {
        let scanner = Scanner::at_most(backend);
        pipeline
            .judge(Reading { scanner, depth, ..Reading::default() })
            .judge(line, &mut Vec::new())
    };
    for depth in [Depth::Needed, Depth::Whole, Depth::Strict] {
        let expected = judge(Backend::Scalar, depth);
        for backend in Backend::ALL {
            assert_eq!(judge(backend, depth), expected, "{backend}");
        }
    }
    // On a line without defects all readings say the same.
    let strict = judge(Backend::Avx512, Depth::Strict);
    if strict.defect.is_none() && strict.verdict != Verdict::Foreign {
        assert_eq!(judge(Backend::Avx512, Depth::Needed), strict);
        assert_eq!(judge(Backend::Avx512, Depth::Whole), strict);
    }
    check_pieces(line);
});
