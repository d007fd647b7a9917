//! Runs the expression files of `pipelines/` on the example log.

use std::{fs, path::Path};

use crate::tool::run;

/// A file, how many events of the log it keeps, and the audit ids of one
/// that it keeps and of one that it does not.
struct Promise {
    file: &'static str,
    kept: usize,
    keeps: &'static str,
    skips: Option<&'static str>,
}

/// An anonymous request for secrets, refused.
const REFUSED: &str = "942a7c30-e5ae-44d3-9a8c-be6a53f39706";

/// A shell in a pod.
const SHELL: &str = "2266ae47-4b0d-411a-9ab1-089e6926b702";

/// All secrets, read by a person.
const DUMP: &str = "1916c3da-5c5f-4e38-90e9-51131f252a7f";

/// A deployment changed by a person.
const ROLLOUT: &str = "8d708fb8-ca5b-4adc-97cf-fa91d30febd4";

/// An anonymous request for the version, answered.
const PROBE: &str = "a31472c2-23db-45ba-950a-6a1857b295c0";

const PROMISES: [Promise; 5] = [
    promise("changes", 9, ROLLOUT, Some(DUMP)),
    promise("denied", 7, REFUSED, Some(PROBE)),
    promise("exec", 6, SHELL, Some(REFUSED)),
    promise("secrets", 3, DUMP, Some(SHELL)),
    promise("slim", 289, PROBE, None),
];

const fn promise(
    file: &'static str,
    kept: usize,
    keeps: &'static str,
    skips: Option<&'static str>,
) -> Promise {
    Promise { file, kept, keeps, skips }
}

#[test]
fn each_file_keeps_what_it_is_for() {
    for Promise { file, kept, keeps, skips } in PROMISES {
        let ran = run(&["-W", "error", "-f", &path(file), LOG], "");
        let text = String::from_utf8(ran.out).unwrap();
        assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{file}");
        assert_eq!(text.lines().count(), kept, "{file}");
        assert!(text.contains(keeps), "{file}");
        assert!(!skips.is_some_and(|id| text.contains(id)), "{file}");
    }
}

#[test]
fn slim_events_have_no_managed_fields() {
    let ran = run(&["-f", &path("slim"), LOG], "");
    let before = fs::read(LOG).unwrap();
    let after = String::from_utf8(ran.out).unwrap();
    assert!(after.len() < before.len());
    assert!(!after.contains("managedFields\":"));
    assert!(!after.contains("last-applied-configuration\":"));
}

#[test]
fn each_file_is_tried_and_says_what_it_is_for() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines");
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    for file in entries.filter(is_expression) {
        let path = file.path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let tried = PROMISES.iter().any(|promise| promise.file == name);
        assert!(tried, "{name} is not among PROMISES");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# "), "{name} begins without a comment");
    }
}

/// Pipelines, and the folder of rules, have their own tests.
fn is_expression(entry: &fs::DirEntry) -> bool {
    entry.path().extension().is_some_and(|end| end == "kaf")
}

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/audit.log");

fn path(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("pipelines").join(name).with_extension("kaf");
    path.to_str().unwrap().to_owned()
}
