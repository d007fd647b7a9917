use std::time::Duration;

use super::{Address, Kind, Transport, parse};

#[track_caller]
fn refused(text: &str, span: &str, message: &str, help: &str) {
    let found = parse(text).map(|_| ()).unwrap_err();
    assert_eq!(found.message, message, "{text}");
    assert_eq!(&text[found.span.clone()], span, "{text}");
    assert_eq!(found.help.first().map_or("", |help| help), help, "{text}");
}

fn host(text: &str) -> String {
    match parse(text).unwrap().address {
        Address::Tcp { host, .. } => host.to_string(),
        Address::Syslog { transport, .. } => match transport {
            Transport::Udp { host }
            | Transport::Tcp { host, .. }
            | Transport::Tls { host, .. } => host.to_string(),
            Transport::Local { path } => path.display().to_string(),
        },
        Address::Journal { path, .. } => path.display().to_string(),
        Address::File(plan) => plan.path.display().to_string(),
        Address::Stdout => "stdout".into(),
    }
}

#[test]
fn each_place_is_named_in_its_way() {
    for (text, expected) in [
        ("stdout", "stdout"),
        ("stdout,format=short", "stdout"),
        ("file:a.log", "a.log"),
        ("file:/var/log/a\\,b.log,compress", "/var/log/a,b.log"),
        ("syslog:", "/dev/log"),
        ("syslog:/run/log,tag=x", "/run/log"),
        ("syslog+udp://h", "h:514"),
        ("syslog+tcp://10.0.0.1:601", "10.0.0.1:601"),
        ("syslog+tls://logs.example", "logs.example:6514"),
        ("syslog+tls://[fe80::1]", "[fe80::1]:6514"),
        ("tcp://[::1]:9000", "[::1]:9000"),
        ("journald:", "/run/systemd/journal/socket"),
    ] {
        assert_eq!(host(text), expected, "{text}");
    }
}

#[test]
fn files_have_the_options_of_rotation() {
    let text = "file:a,max-size=100M,max-age=30,max-backups=10,compress,\
                mode=0640,format=json,stall=1m";
    let spec = parse(text).unwrap();
    let Address::File(plan) = spec.address else { panic!() };
    assert_eq!(plan.max_size, Some(100 << 20));
    assert_eq!((plan.max_age, plan.max_backups), (Some(30), Some(10)));
    assert_eq!((plan.compress, plan.mode), (true, Some(0o640)));
    assert_eq!(spec.format.unwrap().text, "json");
    assert_eq!(spec.stall, Duration::from_secs(60));
}

#[test]
fn what_is_not_said_has_a_default() {
    let spec = parse("syslog+tls://h").unwrap();
    let Address::Syslog { transport, letterhead } = spec.address else {
        panic!()
    };
    assert_eq!(letterhead.facility as u8, 80);
    assert_eq!(letterhead.severity as u8, 5);
    assert_eq!(letterhead.tag, "kaudit-filter");
    let Transport::Tls { commit_lag, papers, .. } = transport else {
        panic!()
    };
    assert_eq!(commit_lag, Duration::from_secs(5));
    assert_eq!(papers, Default::default());
    assert_eq!(spec.max_event, Some(65_536));
}

#[test]
fn a_template_may_hold_commas() {
    let spec = parse("stdout,stall=5s,format=template:{code},{user}").unwrap();
    let format = spec.format.unwrap();
    assert_eq!(format.text, "template:{code},{user}");
    assert_eq!(format.span, 23..45);
}

#[test]
fn a_slip_in_the_place_is_pointed_at() {
    for (text, span, message, help) in [
        (
            "/var/log/a.log",
            "/var/log/a.log",
            "`/var/log/a.log` is no place to write to",
            "a file is written `file:/var/log/a.log`",
        ),
        (
            "udp://h:514,tag=x",
            "udp://h:514",
            "`udp://h:514` is no place to write to",
            "did you mean `syslog+udp://`?",
        ),
        (
            "syslog",
            "syslog",
            "`syslog` is no place to write to",
            "did you mean `syslog:`?",
        ),
        (
            "syslog+ssl://h",
            "syslog+ssl://h",
            "`syslog+ssl://h` is no place to write to",
            "did you mean `syslog+tls://`?",
        ),
        (
            "journal",
            "journal",
            "`journal` is no place to write to",
            "did you mean `journald:`?",
        ),
        ("file:", "file:", "the path is missing", "write `file:PATH`"),
        (
            "tcp://h",
            "",
            "the port is missing",
            "a port is a number from 1 to 65535",
        ),
        (
            "syslog+tcp://h:99999",
            ":99999",
            "`99999` is no port",
            "a port is a number from 1 to 65535",
        ),
        (
            "syslog+tcp://::1",
            "::1",
            "an address without brackets",
            "write `[::1]`, and `:PORT` behind it",
        ),
        (
            "syslog+tcp://a b",
            "a b",
            "` ` cannot be in the name of a host",
            "write `HOST:PORT`, such as `logs.example:6514`",
        ),
    ] {
        refused(text, span, message, help);
    }
}

#[test]
fn a_slip_in_an_option_is_pointed_at() {
    for (text, span, message, help) in [
        (
            "syslog:,severty=crit",
            "severty",
            "`syslog:` has no option `severty`",
            "did you mean `severity`?",
        ),
        (
            "syslog:,severity=warn",
            "warn",
            "`warn` is no severity",
            "did you mean `warning`?",
        ),
        (
            "syslog:,facility=local9",
            "local9",
            "`local9` is no facility",
            "did you mean `local0`?",
        ),
        (
            "syslog:,ca=x",
            "ca",
            "`syslog:` has no option `ca`",
            "it has format, facility, severity, tag, max-event, stall",
        ),
        (
            "file:a,max-size=100",
            "100",
            "`100` is no max-size",
            "write a size with its unit, such as 100M or 1GiB",
        ),
        (
            "file:a,mode=0666",
            "0666",
            "`0666` is no mode",
            "write permissions such as 0640; never writable for all",
        ),
        (
            "file:a,compress=yes",
            "compress=yes",
            "`compress` has no value",
            "write it alone, or leave it out",
        ),
        (
            "file:a,max-age",
            "max-age",
            "the value is missing",
            "write `max-age=...`",
        ),
        ("file:a,mode=0600,mode=0640", "mode", "`mode` is given twice", ""),
        (
            "syslog+tls://h,cert=c.pem",
            "cert=c.pem",
            "`cert` without `key`",
            "`key=FILE` goes with it",
        ),
        (
            "syslog+udp://h,max-event=1M",
            "1M",
            "`1M` is no max-event",
            "write a size from 480 to 65507 bytes",
        ),
        (
            "syslog:,tag=a b",
            "a b",
            "`a b` is no tag",
            "a tag has at most 32 letters, digits and `-._/`",
        ),
    ] {
        refused(text, span, message, help);
    }
}

#[test]
fn any_text_is_answered() {
    for text in
        ["", ",", ",,", "\\,", "stdout,", "file:\\,", "tcp://[", "é,=é"]
    {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let found = parse(&text[..end]).map(|_| ());
            let span = found.map_or_else(|slip| slip.span, |()| 0..0);
            assert!(span.end <= text.len(), "{text}");
        }
    }
}

#[test]
fn each_kind_has_a_format() {
    for text in ["stdout", "file:a", "syslog:", "tcp://h:1", "journald:"] {
        let kind = Kind::of(text, text.len()).unwrap();
        assert!(kind.options().contains(&"format"));
    }
}
