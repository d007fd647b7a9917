//! Any text is a format, and where lines go, or is refused with a place that
//! lies in it; whatever a line holds, a record is one line that fits, and
//! nothing in it is obeyed by a terminal. A line with `%%` stands between the
//! two.

#![no_main]

use std::ops::Range;

use kaudit_filter::{
    diag::is_unsafe,
    format::{Entries, Format, Letters, Severities},
    sink::address,
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let Some(at) = input.windows(4).position(|it| it == b"\n%%\n") else {
        return;
    };
    let Ok(text) = str::from_utf8(&input[..at]) else { return };
    let line = input[at + 4..].split(|byte| *byte == b'\n').next();
    let pointed = |span: Range<usize>| drop(text[span].to_owned());
    if let Err(error) = address::parse(text) {
        pointed(error.span);
    }
    match Format::parse(text) {
        Ok(format) => press(text, &format, line.unwrap_or_default()),
        Err(error) => pointed(error.span),
    }
});

fn press(text: &str, format: &Format, line: &[u8]) {
    record(text, format, line, usize::MAX);
    let least = Format::LEAST;
    record(text, &format.clone().at_most(least), line, least);
    let grave = Severities::default();
    let mut out = Vec::new();
    match Letters::new(format, grave.clone()) {
        Ok(mut letters) => letters.write(line, &mut out),
        Err(error) => panic!("{}", error.message),
    }
    match Entries::new(format, grave) {
        Ok(mut entries) => entries.write(line, &mut out),
        Err(error) => panic!("{}", error.message),
    }
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 2);
}

fn record(text: &str, format: &Format, line: &[u8], most: usize) {
    let mut out = Vec::new();
    format.shaper().shape(line, &mut out);
    assert_eq!(out.pop(), Some(b'\n'));
    assert!(out.len() <= most);
    if text == "raw" {
        assert!(!out.contains(&b'\n'));
        return;
    }
    let out = str::from_utf8(&out).expect("a record is text");
    assert!(!out.chars().any(|c| is_unsafe(c) && c != '\t'));
    if text == "json" {
        assert!(
            serde_json::from_str(out).is_ok_and(|it: Value| it.is_object())
        );
    }
}
