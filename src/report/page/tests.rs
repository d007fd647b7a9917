//! What a report says, and how it looks.

use super::*;
use crate::report::Bounds;

fn page(width: usize) -> Page {
    let mut labels = Labels::default();
    labels.add("cluster=prod").unwrap();
    Page {
        title: "Failed requests".into(),
        expression: "code>=400".into(),
        labels,
        width,
        top: 2,
    }
}

fn event(n: usize, user: &str, code: u16) -> String {
    format!(
        concat!(
            r#"{{"stage":"ResponseComplete","verb":"get","user":"#,
            r#"{{"username":"{}"}},"sourceIPs":["10.0.0.5"],"#,
            r#""objectRef":{{"resource":"pods","name":"p{}"}},"#,
            r#""responseStatus":{{"code":{}}},"#,
            r#""stageTimestamp":"2026-11-22T10:00:{:02}.000000Z"}}"#,
        ),
        user, n, code, n
    )
}

fn digest(requests: usize, groups: usize) -> Digest {
    Digest::outcomes(Bounds { requests, groups }).unwrap()
}

#[test]
fn a_report_says_what_happened() {
    let mut digest = digest(2, 2);
    for (n, user) in ["jane", "joe", "jane", "max"].iter().enumerate() {
        digest.add(event(n, user, 403).as_bytes());
    }
    digest.add(br#"{"stage":"RequestReceived","verb":"get"}"#);
    digest.add_gap("gap source=a reason=pruned".into());
    let numbers = Numbers { read: 9, defective: 1, foreign: 0, oversize: 2 };
    let expected = "\
Failed requests
cluster=prod

Expression  code>=400
Period      2026-11-22T10:00:00Z to 2026-11-22T10:00:03Z
Requests    4, of 9 lines read
Lost        1 gap, see the end
            1 line: broken, read as far as they go
            2 lines: too long to be read, left out
            1 line: of other stages, not counted

Codes
  4  2026-11-22T10:00:00 to 10:00:03  403

Who
  2  2026-11-22T10:00:00 to 10:00:02  jane
  1  2026-11-22T10:00:01              joe
  1  2026-11-22T10:00:03              (other)

Addresses
  4  2026-11-22T10:00:00 to 10:00:03  10.0.0.5

Resources
  4  2026-11-22T10:00:00 to 10:00:03  pods

Verbs
  4  2026-11-22T10:00:00 to 10:00:03  get

Requests, the first 2 of 4
  2026-11-22T10:00:00.000000Z 403 get pods p0 by jane from 10.0.0.5  cluster=prod
  2026-11-22T10:00:01.000000Z 403 get pods p1 by joe from 10.0.0.5  cluster=prod
  and 2 more, not shown

Lost before it could be read
  gap source=a reason=pruned
";
    assert_eq!(page(160).write(&digest, &numbers), expected);
}

#[test]
fn a_report_of_nothing_says_so() {
    let numbers = Numbers { read: 5, ..Numbers::default() };
    let text = page(60).write(&digest(1, 1), &numbers);
    assert!(text.contains("\nRequests    none, of 5 lines read\n"));
    assert!(text.contains("\nPeriod      unknown\n"));
    assert!(text.contains("\nLost        nothing that was noticed\n"));
}

#[test]
fn no_line_is_wider_than_asked_or_begins_as_a_mail_would_understand() {
    for user in ["From me", "~!sh", ".", "ä".repeat(300).as_str(), "\u{202e}"]
    {
        let mut digest = digest(9, 9);
        digest.add(event(1, user, 401).as_bytes());
        digest.add_gap("From here ".repeat(50));
        for width in [60, 100, 240] {
            let text = page(width).write(&digest, &Numbers::default());
            for line in text.lines() {
                assert!(line.chars().count() <= width, "{line}");
                assert!(line.len() < 998);
                assert!(!line.starts_with(['.', '~']), "{line}");
                assert!(!line.starts_with("From "), "{line}");
                assert!(!line.contains(diag::is_unsafe), "{line}");
            }
        }
    }
}
