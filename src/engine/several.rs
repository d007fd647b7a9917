//! Several routes over one pass give what each gives alone, on sound lines and
//! on lines that break.

use super::{
    desk::Desk,
    form::Form,
    output::Output,
    route::Route,
    rules::{Glued, OnInvalid, Rules, Threads, Wanted},
};
use crate::{
    frame::Batch,
    pipeline::{Depth, Pipeline, Reading},
    unwrap::{self, Choice},
};

/// Expressions that read different keys, in different orders.
const STEPS: [&str; 6] = [
    "code >= 400",
    "verb = list and user = bob",
    "requestObject.spec.hostNetwork = true",
    "skip verb = get | drop annotations, userAgent",
    "reason = Forbidden | label seen = \"yes\"",
    "len(sourceip) > 1 or ua contains curl",
];

fn route(number: usize, stream: usize) -> Route {
    let pipeline = Pipeline::compile(STEPS[number]).unwrap();
    Route { name: String::new(), pipeline, streams: vec![stream] }
}

fn rules(depth: Depth) -> Rules {
    Rules {
        reading: Reading { depth, ..Reading::default() },
        glued: Glued::Leave,
        on_invalid: OnInvalid::Pass,
        max_line: 10_000,
        wanted: Wanted::Lines,
        threads: Threads::Exactly(1),
        max_groups: 10,
    }
}

/// Returns what flows into each stream.
fn judge(routes: &[Route], depth: Depth, text: &str) -> Vec<String> {
    let forms = vec![Form::Verbatim; routes.len()];
    let bytes = text.to_owned().into_bytes().into();
    let batch = Batch { bytes, ..Batch::default() };
    let mut desk = Desk::new(routes, &forms, rules(depth), &Choice::Auto);
    let output = desk.judge(&batch, unwrap::Form::Event, Output::default());
    for score in &output.scores {
        let sum = score.kept + score.skipped + score.set_aside;
        assert_eq!(sum, output.tally.read);
    }
    assert!(output.tally.is_balanced());
    let stream = |slices: &Vec<_>| {
        let parts =
            slices.iter().flat_map(|slice| output.part(slice).to_vec());
        String::from_utf8(parts.collect()).unwrap()
    };
    output.streams.iter().map(stream).collect()
}

/// Events in which every expression finds something, whole and cut.
fn text() -> String {
    let mut text = String::from("klog\n[1]\n\n");
    for code in [200, 403] {
        for verb in ["get", "list"] {
            let event = format!(
                r#"{{"kind":"Event","level":"Request","auditID":"a","verb":"{verb}","user":{{"username":"bob"}},"sourceIPs":["1.1.1.1","10.0.0.1"],"userAgent":"curl","responseStatus":{{"reason":"Forbidden","code":{code}}},"requestObject":{{"spec":{{"hostNetwork":true}}}},"annotations":{{"a":"b"}}}}"#
            );
            for cut in (1..event.len()).step_by(7) {
                text.push_str(&event[..cut]);
                text.push('\n');
            }
            text.push_str(&event);
            text.push('\n');
        }
    }
    text
}

#[test]
fn several_routes_give_what_each_gives_alone() {
    let text = text();
    for depth in [Depth::Whole, Depth::Strict] {
        let alone: Vec<String> = (0..STEPS.len())
            .flat_map(|number| judge(&[route(number, 0)], depth, &text))
            .collect();
        assert!(alone.iter().all(|kept| !kept.is_empty()));
        let together: Vec<Route> =
            (0..STEPS.len()).map(|number| route(number, number)).collect();
        assert_eq!(judge(&together, depth, &text), alone);
    }
}

#[test]
fn sound_lines_do_not_depend_on_who_else_reads_them() {
    let text: String = text()
        .split_inclusive('\n')
        .filter(|line| line.ends_with("}\n") && line.contains("annotations"))
        .collect();
    for first in 0..STEPS.len() {
        for second in 0..STEPS.len() {
            let pair = [route(first, 0), route(second, 1)];
            let both = judge(&pair, Depth::Needed, &text);
            let alone = [first, second].map(|number| {
                judge(&[route(number, 0)], Depth::Needed, &text).remove(0)
            });
            assert_eq!(both, alone);
        }
    }
}
