//! HUP and USR1 ask something of a run that goes on.

use std::{fs, thread, time::Duration};

use rustix::process::Signal;

use crate::{
    follow::follower::Follower,
    tool::{command, event},
};

use super::log::{ALL, Log, lines, until_out, until_told};

/// Checks that a signal has a file opened anew.
#[track_caller]
fn check_reopened(signal: Signal, flags: &[&str]) {
    let log = Log::of(&[401]);
    let (out, old) = (log.folder.path("out"), log.folder.path("out.1"));
    let to = format!("--to=file:{out}");
    let kept = log.kept();
    let flags = [&[&to, &kept, "--from=begin"], flags].concat();
    let mut follower = log.follow(&flags, ALL);
    let holds = |path: &str, codes: &[u16]| {
        fs::read_to_string(path).is_ok_and(|text| text == lines(codes))
    };
    follower.until("it came out", || holds(&out, &[401]));
    fs::rename(&out, &old).unwrap();
    follower.signal(signal);
    follower.until("it is opened anew", || fs::exists(&out).unwrap());
    log.add(lines(&[402]));
    follower.until("the next one came out", || holds(&out, &[402]));
    assert!(holds(&old, &[401]));
    let ran = follower.term();
    ran.check(143, "");
    let says_numbers = ran.err.contains("statistics\n");
    assert_eq!(says_numbers, signal == Signal::USR1, "{}", ran.err);
}

#[test]
fn hup_and_usr1_open_the_output_anew() {
    check_reopened(Signal::HUP, &[]);
    check_reopened(Signal::USR1, &[]);
    check_reopened(Signal::HUP, &["--poll"]);
}

#[test]
fn lines_set_aside_go_to_a_new_file_as_well() {
    let log = Log::absent();
    log.add("one\n");
    let (odd, old) = (log.folder.path("odd"), log.folder.path("odd.1"));
    let aside = format!("--on-invalid=file:{odd}");
    let mut follower = log.follow(&[&aside, "--from=begin"], ALL);
    let holds = |path: &str, text: &str| {
        fs::read_to_string(path).is_ok_and(|found| found == text)
    };
    follower.until("it was set aside", || holds(&odd, "one\n"));
    fs::rename(&odd, &old).unwrap();
    follower.signal(Signal::HUP);
    follower.until("it is opened anew", || fs::exists(&odd).unwrap());
    log.add("two\n");
    follower.until("so was the next", || holds(&odd, "two\n"));
    follower.term().check(143, "");
}

#[test]
fn usr1_says_how_things_stand() {
    for flags in [&[][..], &["--checkpoint"]] {
        let log = Log::of(&[401, 200]);
        let kept = log.kept();
        let has_one = !flags.is_empty();
        let flags = if has_one { &[&kept[..], "-n2"][..] } else { &["-n2"] };
        let mut follower = log.follow(flags, "code>=400");
        until_out(&mut follower, &lines(&[401]));
        follower.signal(Signal::USR1);
        until_told(&mut follower, "lag seconds");
        log.add(lines(&[402]));
        until_out(&mut follower, &lines(&[401, 402]));
        let ran = follower.term();
        ran.check(143, &lines(&[401, 402]));
        for (name, number) in [
            ("read", 2),
            ("kept", 1),
            ("skipped", 1),
            ("set aside", 0),
            ("bytes", 2 * event(401).len()),
        ] {
            assert_eq!(ran.number(name), number as u64, "{name}");
        }
        let source = format!("source {}\n", log.path());
        assert!(ran.err.contains(&source), "{}", ran.err);
        let says_age = ran.err.contains("\ncheckpoint age ");
        assert_eq!(says_age, has_one, "{}", ran.err);
    }
}

#[test]
fn usr1_says_what_each_route_made_of_it() {
    let log = Log::of(&[401, 200]);
    let routes = "\
        [[route]]\nname = \"errors\"\nsteps = \"code >= 400\"\nto = [\"stdout\"]\n\
        [[route]]\nname = \"none\"\nsteps = \"code > 900\"\nto = [\"stdout\"]\n";
    let source =
        format!("[source]\npath = \"{}\"\nfollow = true\n", log.path());
    let file = log.folder.file("two.toml", source + routes);
    let mut follower =
        Follower::start(command(&["-p", &file, "--from=begin"]));
    until_out(&mut follower, &lines(&[401]));
    follower.signal(Signal::USR1);
    until_told(&mut follower, "route none\n");
    let told = follower.talk();
    follower.term().check(143, &lines(&[401]));
    for (route, kept) in [("errors", 1), ("none", 0)] {
        let row = format!("route {route}\n  kept      {kept:>14}\n");
        assert!(told.contains(&row), "{told}");
    }
}

#[test]
fn usr1_is_answered_while_nobody_reads() {
    let log = Log::of(&[]);
    log.add(event(401).repeat(2_000));
    let flags = ["--from=begin"];
    let mut follower = Follower::deaf(log.command(&flags, ALL));
    until_told(&mut follower, "following");
    thread::sleep(Duration::from_millis(300));
    follower.signal(Signal::USR1);
    until_told(&mut follower, "\noutput blocked ");
    follower.listen();
    follower.until_said(2_000 * event(401).len());
    follower.term().check(143, &event(401).repeat(2_000));
}

#[test]
fn hup_leaves_standard_output_alone() {
    let log = Log::of(&[401]);
    let mut follower = log.follow(&["-n1"], ALL);
    until_out(&mut follower, &lines(&[401]));
    for _ in 0..3 {
        follower.signal(Signal::HUP);
        follower.signal(Signal::USR1);
    }
    until_told(&mut follower, "statistics");
    log.add(lines(&[402]));
    until_out(&mut follower, &lines(&[401, 402]));
    follower.term().check(143, &lines(&[401, 402]));
}
