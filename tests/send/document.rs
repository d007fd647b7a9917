//! `docs/sinks.md` names all places and options, and its example is right.

use std::fs;

use kaudit_filter::sink::address::{self, Kind};

#[test]
fn the_document_names_every_option() {
    let text = fs::read_to_string("docs/sinks.md").unwrap();
    let kinds = [
        "stdout",
        "file:x",
        "syslog:",
        "syslog+udp://x",
        "syslog+tcp://x",
        "syslog+tls://x",
        "journald:",
        "tcp://x:1",
    ];
    for place in kinds {
        let begin = place.trim_end_matches(['x', '1', ':']);
        assert!(text.contains(&format!("`{begin}")), "{place}");
        for option in Kind::parse(place).unwrap().options() {
            let is_there = text.contains(&format!("`{option}=")) || {
                text.contains(&format!("`{option}`"))
            };
            assert!(is_there, "{option} of {place}");
        }
    }
}

#[test]
fn the_example_of_the_document_is_sound() {
    let text = fs::read_to_string("docs/sinks.md").unwrap();
    let specs = text.lines().filter_map(|line| {
        let (_, spec) = line.trim().split_once("--to '")?;
        spec.split_once('\'').map(|(spec, _)| spec)
    });
    let parsed = specs.map(|spec| address::parse(spec).unwrap());
    assert_eq!(parsed.count(), 3);
}
