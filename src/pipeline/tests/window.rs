//! What `--since` and `--until` keep.

use super::*;
use crate::expr::{Window, compile, instant};

fn verdict(line: &str) -> Verdict {
    let given = Source::expression("verb = get | drop userAgent");
    let mut plan = compile(&[given]).unwrap().plan;
    plan.keep_within(Window {
        since: instant("2026-03-02T06:00:00Z"),
        until: instant("2026-03-02T07:00:00Z"),
    });
    let mut judge = Pipeline::new(plan).unwrap().judge(Reading::default());
    judge.judge(line.as_bytes(), &mut Vec::new()).verdict
}

#[test]
fn the_first_moment_belongs_to_a_window_and_the_last_does_not() {
    for (time, expected) in [
        ("\"2026-03-02T05:59:59.999999Z\"", Verdict::Skip),
        ("\"2026-03-02T06:00:00.000000Z\"", Verdict::Keep),
        ("\"2026-03-02T06:59:59.999999Z\"", Verdict::Keep),
        ("\"2026-03-02T07:00:00.000000Z\"", Verdict::Skip),
        ("\"2026-03-02T08:30:00+02:00\"", Verdict::Keep),
        ("\"2026-03-02\"", Verdict::Unknown),
        ("\"soon\"", Verdict::Unknown),
        ("1772431200", Verdict::Unknown),
        ("null", Verdict::Unknown),
    ] {
        let line = format!(r#"{{"verb":"get","stageTimestamp":{time}}}"#);
        assert_eq!(verdict(&line), expected, "{time}");
    }
}

#[test]
fn an_event_without_a_time_may_be_of_any() {
    assert_eq!(verdict(r#"{"verb":"get"}"#), Verdict::Unknown);
    assert_eq!(verdict(r#"{"verb":"get","user":{"us"#), Verdict::Unknown);
    assert_eq!(verdict(r#"{"verb":"list"}"#), Verdict::Skip);
}
