//! Records to the socket of a syslog daemon.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use kaudit_filter::sink::{Sink, Stall};

use super::{
    daemon::until,
    drive::{check_order, deliver, numbered, numbers, open, settle, write},
    rsyslog::Rsyslog,
};

#[test]
fn a_message_arrives_with_what_it_says_of_itself() {
    let Some(rsyslog) = Rsyslog::start() else { return };
    let socket = rsyslog.folder.path("log");
    let spec = format!("syslog:{socket},facility=local3,tag=audit");
    let mut sink = open(&spec);
    write(&mut sink, "<4>get /api/v1/secrets 403\nlist pods 200\n");
    deliver(&mut sink);
    settle(&mut sink);
    let text = rsyslog.text_with("200");
    let pid = std::process::id();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with(&format!("156 audit {pid} ")), "{text}");
    assert!(lines[0].ends_with("  get /api/v1/secrets 403"), "{text}");
    assert!(lines[1].starts_with(&format!("157 audit {pid} ")), "{text}");
}

#[test]
fn a_daemon_restarted_twenty_times_under_load_misses_nothing() {
    let Some(mut rsyslog) = Rsyslog::start() else { return };
    let mut sink = open(&format!("syslog:{}", rsyslog.folder.path("log")));
    let (is_over, mut all) = (AtomicBool::new(false), 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..20 {
                let before = rsyslog.length();
                until("growth", || rsyslog.length() > before);
                rsyslog.restart();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        while !is_over.load(Ordering::Relaxed) {
            write(&mut sink, &numbered(all..all + BATCH));
            all += BATCH;
            deliver(&mut sink);
            sink.settle().unwrap();
            // A very busy cluster: 20,000 events a second.
            thread::sleep(Duration::from_millis(1));
        }
    });
    settle(&mut sink);
    rsyslog.end();
    let again = check_order(&numbers(&rsyslog.text()), all);
    // Each time what was in the queue, which is not much longer than this.
    assert!(again <= 20 * 2 * BATCH, "{again} came twice");
}

/// Records that are written at once.
const BATCH: usize = 20;

#[test]
fn a_daemon_that_stands_still_holds_up_and_then_gets_all() {
    let Some(mut rsyslog) = Rsyslog::start() else { return };
    let mut sink = open(&format!("syslog:{}", rsyslog.folder.path("log")));
    write(&mut sink, &numbered(0..10));
    deliver(&mut sink);
    settle(&mut sink);
    rsyslog.halt();
    for batch in 1..100 {
        write(&mut sink, &numbered(batch * 10..batch * 10 + 10));
        assert!(!matches!(sink.drain(), Err(Stall::Refused(_))));
    }
    assert!(matches!(sink.drain(), Err(Stall::Slow)));
    assert!(sink.bottleneck().is_some());
    let settled = sink.settle().unwrap();
    assert!(settled.taken < settled.given);
    rsyslog.go_on();
    deliver(&mut sink);
    settle(&mut sink);
    rsyslog.end();
    let found = numbers(&rsyslog.text());
    assert_eq!(check_order(&found, 1000), 0);
}

#[test]
fn a_message_too_long_loses_its_end_and_no_more() {
    let Some(rsyslog) = Rsyslog::start() else { return };
    let mut sink = open(&format!("syslog:{}", rsyslog.folder.path("log")));
    let long = "\u{fc}".repeat(9000);
    write(&mut sink, &format!("long {long}\nnext\n"));
    deliver(&mut sink);
    settle(&mut sink);
    let text = rsyslog.text_with("  next");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].ends_with("\u{fc}..."), "{text}");
    assert!(lines[0].len() > 7900, "{text}");
    assert!(lines[1].ends_with("  next"), "{text}");
}
