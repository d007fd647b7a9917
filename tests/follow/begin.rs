//! Where following begins, and with how many files.

use std::fs;

use super::{
    follower::Follower,
    oracle::{check, one_pass},
    place::{News, Place},
    site::{Site, no_gap},
    times,
    writer::Writer,
};
use crate::{dice::Dice, tool::command};

/// Follows into a pipe without a checkpoint, with flags of its own.
fn follow(flags: &[&str], files: &[&str]) -> Follower {
    let args = [&["-F"], flags, &[super::event::FAILED], files].concat();
    Follower::start(command(&args))
}

/// Checks what of thirty lines comes out, before one that is new.
#[track_caller]
fn begins(flags: &[&str], lines: usize) {
    let mut site = Site::new();
    site.writer.events(30);
    let log = site.place.log();
    let mut follower = follow(flags, &[&log]);
    follower.until_open(&log);
    let heard = follower.err.clone();
    follower.until("it says where it begins", || heard.length() > 0);
    site.writer.fence();
    let all = site.writer.generations()[0].clone();
    let all: Vec<_> = all.split_inclusive(|&byte| byte == b'\n').collect();
    let newest = all[30 - lines..].concat();
    let expected = one_pass(&[newest]);
    follower.until_said(expected.len());
    check(&follower.term().out, &expected, &format!("{flags:?}"));
}

#[test]
fn it_begins_where_it_is_told_to() {
    begins(&[], 0);
    begins(&["--from=end"], 0);
    begins(&["--from=begin"], 30);
    begins(&["-n", "0"], 0);
    begins(&["-n", "7"], 7);
    begins(&["-n", "30"], 30);
    begins(&["-n", "99"], 30);
}

#[test]
fn a_file_that_comes_later_is_read_from_its_begin() {
    let place = Place::new(News::Told);
    let mut follower = follow(&["--from=end"], &[&place.log()]);
    let heard = follower.err.clone();
    follower.until("it waits", || heard.length() > 0);
    fs::create_dir(place.folder.path("log")).unwrap();
    let mut writer = Writer::new(place.folder.path("log"));
    writer.events(30);
    let expected = one_pass(writer.generations());
    follower.until_said(expected.len());
    let ran = follower.term();
    check(&ran.out, &expected, &ran.err);
}

#[test]
fn what_is_half_a_line_at_the_begin_comes_out_when_it_is_whole() {
    let mut site = Site::new();
    site.writer.events(3);
    let line = site.writer.fence();
    site.writer.put(&line[..100]);
    let log = site.place.log();
    let mut follower = follow(&["--from=end"], &[&log]);
    follower.until_open(&log);
    let heard = follower.err.clone();
    follower.until("it says where it begins", || heard.length() > 0);
    site.writer.put(&line[100..]);
    follower.until_said(line.len());
    check(&follower.term().out, &line, "");
}

#[test]
fn what_is_new_is_read_once() {
    let mut dice = Dice::new(6);
    let mut site = Site::new();
    let mut all = Vec::new();
    for _ in 0..times(30, 500) {
        site.writer.events(dice.below(20));
        if dice.percent(30) {
            site.writer.rotate();
        }
        let new = command(&site.place.args(&["--new"]));
        let ran = Follower::start(new).end();
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        no_gap(&ran);
        all.extend(ran.out);
    }
    site.writer.fence();
    let new = command(&site.place.args(&["--new"]));
    all.extend(Follower::start(new).end().out);
    check(&all, &site.expected(), "");
}

/// Several logs, one checkpoint, one output: each in its own order.
#[test]
fn several_logs_are_followed_at_once_through_crashes() {
    let place = Place::new(News::Told);
    let mut writers: Vec<_> = (0..3)
        .map(|number| {
            let folder = place.folder.path(&format!("log-{number}"));
            fs::create_dir(&folder).unwrap();
            Writer::from(folder, 1 + number * 1_000_000)
        })
        .collect();
    let logs: Vec<String> = writers
        .iter()
        .map(|writer| writer.log().to_str().unwrap().to_owned())
        .collect();
    let mut args = place.file_args(&["-F"]);
    args.pop();
    args.extend(logs);
    let mut dice = Dice::new(11);
    writers.iter_mut().for_each(|writer| writer.events(20));
    for _ in 0..times(20, 500) {
        let mut follower = Follower::start(command(&args));
        follower.until("it has begun", || place.length() > 0);
        for _ in 0..dice.below(60) {
            let writer = &mut writers[dice.below(3)];
            writer.events(dice.below(10));
            if dice.percent(5) {
                writer.rotate();
            }
        }
        no_gap(&follower.kill());
    }
    let mut follower = Follower::start(command(&args));
    let all = writers.iter().map(|writer| one_pass(writer.generations()));
    let all: Vec<Vec<u8>> = all.collect();
    place.until_out(&mut follower, all.concat().len() as u64);
    let ran = follower.term();
    let found = place.found();
    for (number, expected) in all.iter().enumerate() {
        check(&of_log(&found, number as u64), expected, &ran.err);
    }
}

/// Returns the lines of one of the logs.
fn of_log(found: &[u8], log: u64) -> Vec<u8> {
    let lines = found.split_inclusive(|&byte| byte == b'\n');
    let numbers = super::event::numbers(found).map(Option::unwrap);
    let lines = lines.zip(numbers);
    let mine = lines.filter(|(_, number)| number / 1_000_000 == log);
    mine.flat_map(|(line, _)| line).copied().collect()
}
