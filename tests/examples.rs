//! Runs the library uses of `examples/` on the example log.

use std::fs;

use crate::tool::run;

#[path = "../examples/failed.rs"]
#[expect(dead_code, reason = "its main prints")]
mod failed;
#[path = "../examples/fields.rs"]
#[expect(dead_code, reason = "its main prints")]
mod fields;
#[path = "../examples/slim.rs"]
#[expect(dead_code, reason = "its main reads standard input")]
mod slim;

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/audit.log");

/// Checks that `found` is what the program prints for `expression`.
#[track_caller]
fn check(expression: &str, found: &[u8]) {
    let ran = run(&["-x", expression, LOG], "");
    let same = ran.out == found;
    assert!(same, "not what the program prints for `{expression}`");
}

#[test]
fn failed_prints_failed_requests() {
    let mut out = Vec::new();
    failed::write_failed(&fs::read(LOG).unwrap(), &mut out).unwrap();
    check("outcome and code >= 400", &out);
}

#[test]
fn slim_takes_managed_fields_out() {
    let mut out = Vec::new();
    slim::slim(&fs::read(LOG).unwrap()[..], &mut out).unwrap();
    check("drop managedFields", &out);
}

#[test]
fn fields_prints_who_did_what() {
    let mut out = Vec::new();
    fields::write_who_did_what(&fs::read(LOG).unwrap(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 289);
    assert!(text.contains("create jürgen.weiß@example.com\n"));
    assert!(text.contains("list -\n"), "a failed login has no name");
}
