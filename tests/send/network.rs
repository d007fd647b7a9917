//! Records to a syslog daemon over the network.

use std::io::{ErrorKind, IoSlice};

use kaudit_filter::sink::{Courier, Pace, Sink, address};

use super::{
    drive::{
        check_order, deliver, numbered, numbers, open, refusal, settle, write,
    },
    rsyslog::Rsyslog,
};

#[test]
fn counted_messages_arrive_whole() {
    let large = Rsyslog::with("maxMessageSize=\"64k\"", "");
    let Some(mut rsyslog) = large else { return };
    let spec = "facility=local0,tag=audit,commit-lag=0s";
    let mut sink =
        open(&format!("syslog+tcp://localhost:{},{spec}", rsyslog.tcp));
    let long = "\u{fc}".repeat(15_000);
    write(&mut sink, &format!("<1>one\n12 two\nlong {long}\nlast\n"));
    deliver(&mut sink);
    settle(&mut sink);
    rsyslog.text_with("last");
    rsyslog.end();
    let text = rsyslog.text();
    let lines: Vec<_> = text.lines().collect();
    let pid = std::process::id();
    assert!(lines[0].starts_with(&format!("129 audit {pid} ")), "{text}");
    assert!(lines[0].ends_with(" one"), "{text}");
    assert!(lines[1].ends_with(" 12 two"), "{text}");
    assert!(lines[2].ends_with(&long), "{text}");
    assert!(lines[3].ends_with(" last"), "{text}");
}

#[test]
fn a_server_restarted_ten_times_misses_nothing() {
    let Some(mut rsyslog) = Rsyslog::start() else { return };
    let mut sink = open(&format!(
        "syslog+tcp://127.0.0.1:{},commit-lag=100ms",
        rsyslog.tcp
    ));
    let (rounds, many) = (10, 300);
    for round in 0..rounds {
        write(&mut sink, &numbered(round * many..(round + 1) * many));
        deliver(&mut sink);
        if round % 2 == 0 {
            settle(&mut sink);
        }
        // Otherwise some are in the system of the other side, or in ours.
        rsyslog.restart();
    }
    settle(&mut sink);
    rsyslog.end();
    check_order(&numbers(&rsyslog.text()), rounds * many);
}

#[test]
fn datagrams_arrive_where_somebody_listens() {
    let Some(rsyslog) = Rsyslog::start() else { return };
    // That it listens nobody hears, so somebody asks.
    let mut probe = open(&format!("syslog+tcp://127.0.0.1:{}", rsyslog.tcp));
    write(&mut probe, "probe\n");
    deliver(&mut probe);
    rsyslog.text_with("probe");
    let mut sink = open(&format!("syslog+udp://127.0.0.1:{}", rsyslog.udp));
    let long = "x".repeat(3000);
    write(&mut sink, &format!("<3>{long}\nlast\n"));
    deliver(&mut sink);
    settle(&mut sink);
    let text = rsyslog.text_with("last");
    let cut = text.lines().find(|line| line.contains("xxx")).unwrap();
    assert!(cut.starts_with("83 kaudit-filter "), "{text}");
    assert!(cut.ends_with("x...") && cut.len() < 1180, "{text}");
}

#[test]
fn a_host_that_is_not_there_is_named() {
    let mut sink = open("syslog+tcp://127.0.0.1:1,commit-lag=0s");
    write(&mut sink, "text\n");
    let refusal = refusal(&mut sink);
    assert!(refusal.starts_with("127.0.0.1:1: "), "{refusal}");
    assert!(refusal.contains("refused"), "{refusal}");
    let mut sink = open("tcp://nobody.invalid:1");
    write(&mut sink, "text\n");
    let refusal = super::drive::refusal(&mut sink);
    assert!(refusal.starts_with("nobody.invalid:1: "), "{refusal}");
}

#[test]
fn a_plain_run_does_not_wait_for_ever() {
    let spec = address::parse("syslog+tcp://127.0.0.1:1").unwrap();
    let mut sink = Courier::open(&spec, Pace::Waits).unwrap();
    let error = sink.write(&mut [IoSlice::new(b"text\n")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert!(error.to_string().starts_with("127.0.0.1:1: "), "{error}");
}
