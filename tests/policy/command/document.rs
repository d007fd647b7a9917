//! What `docs/policy.md` shows is what happens.

use kaudit_filter::policy::Lint;

use crate::console::{check_samples, document};

const NAME: &str = "docs/policy.md";

#[test]
fn every_command_prints_what_the_document_shows() {
    check_samples(NAME, 8);
}

#[test]
fn every_finding_is_named() {
    let text = document(NAME);
    for lint in Lint::ALL {
        let row = format!("| `{}` |", lint.name());
        assert!(text.contains(&row), "{row}");
    }
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    // And four commands.
    assert_eq!(rows.count(), Lint::ALL.len() + 4);
}
