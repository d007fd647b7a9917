use proptest::{collection::vec, prelude::*};

use super::{super::super::address, *};

fn form(spec: &str) -> Form {
    Form::of(&address::parse(spec).unwrap()).unwrap()
}

fn framed(form: &Form, record: &[u8]) -> (String, Fit) {
    let mut out = Vec::new();
    let fit = form.frame(record, &form.stamp(), &mut out);
    (String::from_utf8(out).unwrap(), fit)
}

#[test]
fn a_local_message_is_what_the_c_library_sends() {
    let form = form("syslog:,facility=local3,severity=warning,tag=audit");
    let (text, fit) = framed(&form, b"get /api 403");
    let pid = std::process::id();
    assert!(text.starts_with("<156>"), "{text}");
    let time = &text[5..20];
    assert!(time.is_ascii() && time.as_bytes()[3] == b' ', "{text}");
    assert_eq!(time.matches(':').count(), 2, "{text}");
    assert_eq!(&text[20..], format!(" audit[{pid}]: get /api 403\0"));
    assert_eq!(fit, Fit::Whole);
}

#[test]
fn a_record_may_say_its_severity() {
    let form = form("syslog:,facility=local0");
    for (record, expected) in [
        ("text", "<133>"),
        ("<0>text", "<128>"),
        ("<7>text", "<135>"),
        ("<8>text", "<133>"),
        ("<>text", "<133>"),
    ] {
        let (text, _) = framed(&form, record.as_bytes());
        assert!(text.starts_with(expected), "{record}: {text}");
        let end = if expected == "<133>" { record } else { "text" };
        assert!(text.ends_with(&format!(": {end}\0")), "{record}: {text}");
    }
}

#[test]
fn a_message_on_the_wire_is_counted() {
    let form = form("syslog+tcp://h,facility=local0");
    let (text, _) = framed(&form, "gr\u{fc}n\u{1f980}".as_bytes());
    let (count, message) = text.split_once(' ').unwrap();
    assert_eq!(count.parse::<usize>().unwrap(), message.len());
    let parts: Vec<_> = message.splitn(8, ' ').collect();
    assert_eq!(parts[0], "<133>1");
    assert!(parts[1].ends_with('Z') && parts[1].len() == 27, "{message}");
    assert_eq!(parts[3], "kaudit-filter");
    assert_eq!(parts[4], std::process::id().to_string());
    assert_eq!(&parts[5..], ["-", "-", "gr\u{fc}n\u{1f980}"]);
}

#[test]
fn no_frame_is_longer_than_its_limit() {
    let record: Vec<u8> = b"MESSAGE="
        .iter()
        .copied()
        .chain("gr\u{fc}n ".bytes().cycle().take(200_000))
        .collect();
    for spec in [
        "syslog:",
        "syslog+udp://h",
        "syslog+udp://h,max-event=480",
        "syslog+tcp://h,max-event=1000",
        "journald:,max-event=10K",
        "tcp://h:1,max-event=500",
    ] {
        let form = form(spec);
        let limit = address::parse(spec).unwrap().max_event.unwrap();
        let mut out = Vec::new();
        let fit = form.frame(&record, &form.stamp(), &mut out);
        assert_eq!(fit, Fit::Cut, "{spec}");
        let beside = match form.kind {
            Kind::Counted(_) => format!("{limit} ").len(),
            Kind::Local(_) => 1,
            Kind::Wire(_) | Kind::Journal(_) | Kind::Lines => 0,
        };
        assert!(out.len() <= limit + beside, "{spec}: {}", out.len());
        assert!(out.len() + 8 > limit, "{spec}: {}", out.len());
        let cut = out.windows(3).any(|three| three == b"...");
        assert!(cut, "{spec}");
        std::str::from_utf8(&out).unwrap();
    }
}

proptest! {
    /// Whatever is in a record, it is one frame, and none is too long.
    #[test]
    fn any_record_is_one_frame(
        record in vec(any::<u8>().prop_filter("a line", |b| *b != b'\n'), 0..2000),
        limit in 480_usize..1500,
    ) {
        for place in ["syslog:", "syslog+udp://h", "syslog+tcp://h", "tcp://h:1"] {
            let form = form(&format!("{place},max-event={limit}"));
            let mut out = Vec::new();
            let fit = form.frame(&record, &form.stamp(), &mut out);
            let message = match &form.kind {
                Kind::Counted(_) => {
                    let blank = out.iter().position(|b| *b == b' ').unwrap();
                    let count = std::str::from_utf8(&out[..blank]).unwrap();
                    let message = &out[blank + 1..];
                    prop_assert_eq!(count, message.len().to_string());
                    message
                }
                Kind::Local(_) => &out[..out.len() - 1],
                Kind::Wire(_) | Kind::Journal(_) | Kind::Lines => &out,
            };
            prop_assert!(message.len() <= limit);
            let begin = record.get(..record.len().min(50)).unwrap();
            let begin = head::split(begin).1;
            prop_assert!(memchr::memmem::find(message, begin).is_some());
            let is_cut = message.len() + 3 >= limit;
            prop_assert!(fit == Fit::Whole || is_cut);
        }
    }
}

#[test]
fn what_has_room_goes_uncut() {
    for spec in [
        "syslog:",
        "syslog+udp://h",
        "syslog+tcp://h",
        "tcp://h:1,max-event=1K",
        "journald:,max-event=4K",
    ] {
        let form = form(spec);
        let record = vec![b'x'; form.room()];
        let mut out = Vec::new();
        let fit = form.frame(&record, &form.stamp(), &mut out);
        assert_eq!(fit, Fit::Whole, "{spec}");
    }
}

#[test]
fn an_entry_has_its_fields_and_ours() {
    let form = form("journald:,severity=warning,tag=audit");
    let (text, _) = framed(&form, b"MESSAGE=a=b\0AUDIT_USER=u\0CODE=403\0");
    assert_eq!(
        text,
        "MESSAGE=a=b\nAUDIT_USER=u\nCODE=403\nPRIORITY=4\n\
         SYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=audit\n"
    );
    let (text, _) = framed(&form, b"PRIORITY=2\0SYSLOG_IDENTIFIER=x\0");
    assert_eq!(text, "PRIORITY=2\nSYSLOG_IDENTIFIER=x\nSYSLOG_FACILITY=10\n");
}

#[test]
fn text_without_fields_is_a_message() {
    let form = form("journald:,tag=audit");
    for (record, message, priority) in [
        (r#"{"a":"B=c"}"#, r#"{"a":"B=c"}"#, 5),
        ("<3>get x=y", "get x=y", 3),
        ("_HIDDEN=x", "_HIDDEN=x", 5),
    ] {
        let (text, _) = framed(&form, record.as_bytes());
        let head = format!("MESSAGE={message}\nPRIORITY={priority}\n");
        assert!(text.starts_with(&head), "{record}: {text}");
    }
}

#[test]
fn lines_stay_as_they_are() {
    let (text, fit) = framed(&form("tcp://h:1"), br#"{"kind":"Event"}"#);
    assert_eq!((&text[..], fit), ("{\"kind\":\"Event\"}\n", Fit::Whole));
}
