//! What `kaudit-filter report` says, to whom, and that nothing is forgotten
//! before somebody has it.

mod mail; // What a mail program has taken,
mod kept; // or another command, or a file.

use std::fs;

use crate::tool::{self, Folder, Ran};

/// A log, its checkpoint, and what is run on them.
struct Desk {
    folder: Folder,
    log: String,
    checkpoint: String,
    /// Events written so far.
    events: usize,
}

impl Desk {
    fn new() -> Desk {
        let folder = Folder::new();
        let (log, checkpoint) = (folder.path("log"), folder.path("c"));
        fs::write(&log, "").unwrap();
        Desk { folder, log, checkpoint, events: 0 }
    }

    /// Adds events of failed requests by this user.
    fn fail(&mut self, user: &str, count: usize) {
        let mut text = fs::read_to_string(&self.log).unwrap();
        for _ in 0..count {
            self.events += 1;
            text.push_str(&request(self.events, user, "ResponseComplete"));
        }
        fs::write(&self.log, text).unwrap();
    }

    /// Reports what is new.
    fn news(&self, args: &[&str]) -> Ran {
        let own = ["report", "--new", "--checkpoint", &self.checkpoint];
        tool::run(&[&own[..], args, &[&self.log]].concat(), "")
    }

    fn path(&self, name: &str) -> String {
        self.folder.path(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }
}

/// An event of a failed request, with its newline and a secret in its body.
fn request(number: usize, user: &str, stage: &str) -> String {
    format!(
        concat!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","#,
            r#""level":"Request","auditID":"id-{n}","stage":"{stage}","#,
            r#""requestURI":"/api/v1/secrets?canary","verb":"create","#,
            r#""user":{{"username":"{user}"}},"sourceIPs":["6.6.6.6","#,
            r#""10.0.0.5"],"objectRef":{{"resource":"secrets","#,
            r#""namespace":"prod","name":"s{n}"}},"responseStatus":"#,
            r#"{{"metadata":{{}},"reason":"Forbidden","code":403}},"#,
            r#""requestObject":{{"data":"canary"}},"stageTimestamp":"#,
            r#""2026-11-22T10:00:{sec:02}.000000Z"}}"#,
            "\n"
        ),
        n = number,
        stage = stage,
        user = user,
        sec = number % 60
    )
}

/// The names of the objects that requests in a report are about.
fn requests(report: &str) -> Vec<String> {
    let lines = report.lines().filter(|line| line.contains(" 403 create "));
    let name = |line: &str| {
        let (_, rest) = line.split_once("prod/").unwrap();
        rest.split(' ').next().unwrap().to_owned()
    };
    lines.map(name).collect()
}

#[test]
fn a_request_is_one_row_whatever_stages_it_has() {
    let stages = ["RequestReceived", "ResponseStarted", "ResponseComplete"];
    let log = stages.map(|stage| request(1, "jane", stage)).concat();
    let ran = tool::run(&["report", "verb=create"], &log);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let text = String::from_utf8(ran.out).unwrap();
    assert!(text.contains("\nRequests    1, of 3 lines read\n"), "{text}");
    assert!(text.contains("2 lines: of other stages, not counted"));
    assert!(!text.contains("canary"));
    let expression = "stage = ResponseStarted";
    let ran = tool::run(&["report", expression], &log);
    let text = String::from_utf8(ran.out).unwrap();
    assert!(text.contains("\nRequests    1, of 3 lines read\n"), "{text}");
    assert!(text.contains("stage=ResponseStarted"), "{text}");
}

#[test]
fn without_an_expression_failed_requests_are_reported() {
    let log = [request(1, "jane", "ResponseComplete"), tool::fine()].concat();
    let ran = tool::run(&["report"], &log);
    assert_eq!((ran.code, &*ran.err), (Some(0), ""));
    let text = String::from_utf8(ran.out).unwrap();
    assert!(text.starts_with("Failed requests\n"), "{text}");
    assert_eq!(requests(&text), ["s1"]);
    let ran = tool::run(&["report"], tool::fine());
    let text = String::from_utf8(ran.out).unwrap();
    assert!(text.contains("\nRequests    none, of 1 lines read\n"), "{text}");
}

#[test]
fn what_clients_wrote_does_nothing_in_a_report() {
    let user = r"\u001b[2J\u009b\u202e\nFrom root";
    let log = request(1, user, "ResponseComplete");
    let ran = tool::run(&["report"], log);
    let text = String::from_utf8(ran.out).unwrap();
    let harmful = |c: char| c != '\n' && kaudit_filter::diag::is_unsafe(c);
    assert!(!text.contains(harmful), "{text:?}");
    assert!(text.lines().all(|line| !line.starts_with("From ")));
    assert!(text.contains(r#"by "\u{1b}[2J\u{9b}\u{202e}\nFrom root""#));
}

#[test]
fn more_than_can_be_shown_is_a_number() {
    let mut desk = Desk::new();
    for user in ["a", "b", "c", "d"] {
        desk.fail(user, 2);
    }
    let flags = ["report", "--limit=3", "--top=1", "--max-groups=3"];
    let ran = tool::run(&[&flags[..], &["code>=400", &desk.log]].concat(), "");
    let text = String::from_utf8(ran.out).unwrap();
    assert_eq!(requests(&text), ["s1", "s2", "s3"]);
    assert!(text.contains("\n  and 5 more, not shown\n"), "{text}");
    assert!(text.contains("\nWho, 1 of 3\n"), "{text}");
    assert!(text.contains("(other)\n"), "{text}");
}

#[test]
fn slips_are_told_before_anything_is_read() {
    for (args, expected) in [
        (&["--width=20"][..], "--width takes a number from 60 to 240"),
        (&["count by user"], "a report counts by itself"),
        (&["--label", "x"], "--label: a label is KEY=TEXT, and `x` is not"),
        (&["--label", "user=x"], "a label cannot be called `user`"),
        (&["--new"], "--new needs --checkpoint PATH"),
        (&["cod>=400"], "did you mean `code`?"),
        (&["--pipe=x", "--to=y"], "cannot be used with"),
    ] {
        let ran = tool::run(&[&["report"], args].concat(), "");
        assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(expected), "{args:?}: {}", ran.err);
        assert_eq!(ran.out, b"");
    }
}
