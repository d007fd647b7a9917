//! What every log promises.

use serde_json::Value;

use super::{Shape, Summary, write};

const SHAPES: [Shape; 3] = [Shape::Mixed, Shape::Metadata, Shape::Tour];

fn log(shape: Shape, seed: u64, bytes: u64) -> (Vec<u8>, Summary) {
    let mut log = Vec::new();
    let summary = write(shape, seed, bytes, &mut log).unwrap();
    (log, summary)
}

fn events(log: &[u8]) -> Vec<Value> {
    log.split_inclusive(|&byte| byte == b'\n')
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// Counts the bytes of all members `managedFields`, a comma with each.
fn managed_bytes(value: &Value) -> u64 {
    match value {
        Value::Array(items) => items.iter().map(managed_bytes).sum(),
        Value::Object(members) => members.iter().map(member_bytes).sum(),
        _ => 0,
    }
}

fn member_bytes((key, value): (&String, &Value)) -> u64 {
    match key.as_str() {
        "managedFields" => {
            (r#","managedFields":"#.len() + value.to_string().len()) as u64
        }
        _ => managed_bytes(value),
    }
}

#[test]
fn the_same_seed_gives_the_same_log() {
    for shape in SHAPES {
        assert_eq!(log(shape, 7, 100_000), log(shape, 7, 100_000));
        assert_ne!(log(shape, 7, 100_000).0, log(shape, 8, 100_000).0);
    }
}

#[test]
fn a_longer_log_begins_with_a_shorter_one() {
    for shape in SHAPES {
        let (long, _) = log(shape, 3, 2_000_000);
        for bytes in [0, 1, 5_000, 300_000, 1_999_999] {
            let (short, summary) = log(shape, 3, bytes);
            assert!(short.len() as u64 <= bytes);
            assert_eq!(short.len() as u64, summary.bytes);
            assert!(long.starts_with(&short));
        }
    }
}

#[test]
fn every_line_is_an_event_and_no_hole_is_left() {
    for shape in SHAPES {
        let (log, _) = log(shape, 1, 5_000_000);
        assert_eq!(log.last(), Some(&b'\n'));
        for event in events(&log) {
            assert_eq!(event["kind"], "Event");
            assert!(event["auditID"].as_str().unwrap().len() == 36);
        }
        let text = String::from_utf8(log).unwrap();
        assert_eq!(text.matches('~').count(), text.matches("~1phase").count());
        assert!(!text.contains(['<', '>', '&']), "Go escapes these");
    }
}

#[test]
fn the_summary_is_what_the_lines_say() {
    for shape in SHAPES {
        let (log, summary) = log(shape, 5, 3_000_000);
        let events = events(&log);
        let count = |test: fn(&Value) -> bool| {
            events.iter().filter(|event| test(event)).count() as u64
        };
        let code = |event: &Value| event["responseStatus"]["code"].as_u64();
        assert_eq!(summary.lines, events.len() as u64);
        assert_eq!(summary.metadata, count(|e| e["level"] == "Metadata"));
        assert_eq!(
            summary.exec,
            count(|e| e["objectRef"]["subresource"] == "exec")
        );
        let codes: Vec<u64> = events.iter().filter_map(code).collect();
        let failed = codes.iter().filter(|&&code| code >= 400).count();
        let denied = codes.iter().filter(|&&c| c == 401 || c == 403).count();
        let managed: u64 = events.iter().map(managed_bytes).sum();
        assert_eq!(summary.managed_bytes, managed);
        assert_eq!(summary.failed, failed as u64);
        assert_eq!(summary.denied, denied as u64);
    }
}

#[test]
fn lines_come_in_the_order_of_their_stages() {
    for shape in SHAPES {
        let events = events(&log(shape, 2, 1_000_000).0);
        let times: Vec<&str> = events
            .iter()
            .map(|event| event["stageTimestamp"].as_str().unwrap())
            .collect();
        assert!(times.is_sorted());
        assert!(times[0].starts_with("2026-03-02T06:00:0"));
    }
}

#[test]
fn the_metadata_shape_has_no_bodies() {
    for event in events(&log(Shape::Metadata, 4, 1_000_000).0) {
        assert_eq!(event["level"], "Metadata");
        assert!(event.get("requestObject").is_none());
        assert!(event.get("responseObject").is_none());
    }
}

#[test]
fn a_tour_shows_what_an_auditor_looks_for() {
    let (log, summary) = log(Shape::Tour, 104, 400 << 10);
    let text = String::from_utf8(log).unwrap();
    for sight in [
        r#""user":{},"#,
        r#""username":"system:anonymous""#,
        r#""verb":"get","user":{"username":"alice@example.com""#,
        r#"exec?command=sh\u0026"#,
        r#"exec?command=%2Fbin%2Fbash\u0026"#,
        r#""kind":"ClusterRole","name":"cluster-admin""#,
        r#""securityContext":{"privileged":true}"#,
        r#""impersonatedUser""#,
    ] {
        assert!(text.contains(sight), "{sight}");
    }
    assert!(summary.failed > 0 && summary.denied > 0 && summary.exec > 2);
}
