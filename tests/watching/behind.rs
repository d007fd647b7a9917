//! A sink that takes nothing does not hold the others: it is set aside, goes
//! on from its own place, and joins them again, whatever happens meanwhile.

use std::{
    fs::{self, File},
    io::Read,
    net::TcpListener,
    process::Command,
    thread,
    time::Duration,
};

use crate::{
    dice::Dice,
    follow::follower::Follower,
    tool::{Ran, command, event, run},
};

use super::log::{ALL, Log, until_told};

/// What is told of standard output.
const SET_ASIDE: &str = "standard output: has taken nothing for 1 s";
const CAUGHT_UP: &str = "standard output: has caught up with the others";

/// Far more lines than a pipe holds.
const MANY: u16 = 3000;

/// Events that can be told apart, from the one of number `begin` on.
fn events(begin: u16, count: u16) -> String {
    (begin..begin + count).map(event).collect()
}

/// A log that is followed into a file, and into a pipe that nobody reads.
struct Scene {
    log: Log,
}

impl Scene {
    fn new() -> Scene {
        Scene { log: Log::of(&[]) }
    }

    fn out(&self) -> String {
        self.log.folder.path("out")
    }

    fn written(&self) -> String {
        fs::read_to_string(self.out()).unwrap_or_default()
    }

    /// Starts, and reads nothing of what is printed.
    fn follow(&self) -> Follower {
        let to = format!("--to=file:{}", self.out());
        let flags = ["-F", "--from=begin", "--to=stdout,stall=1s"];
        let kept = self.log.kept();
        let path = self.log.path();
        let args = [&flags[..], &[&kept, &to, ALL, &path]].concat();
        Follower::deaf(command(&args))
    }

    /// Has the pipe stall, and the file be written all the same.
    fn stall(&self, follower: &mut Follower) {
        self.log.add(events(1, MANY));
        until_told(follower, SET_ASIDE);
        self.log.add(events(MANY + 1, MANY));
        self.until_written(follower, &events(1, 2 * MANY));
    }

    fn until_written(&self, follower: &mut Follower, text: &str) {
        follower.until("the file is written", || {
            self.written().len() >= text.len()
        });
        assert!(self.written() == text, "the file has other lines");
    }
}

/// Checks that what came of a second run goes on where the first was read up
/// to, or before that: contiguous, in order, and to the end.
#[track_caller]
fn goes_on(first: &[u8], second: &[u8], all: &str) {
    let whole = first.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    assert!(all.as_bytes().starts_with(first), "the first is not the begin");
    assert!(all.as_bytes().ends_with(second), "the second is not the end");
    assert!(whole + second.len() >= all.len(), "lines are missing");
}

#[test]
fn a_reader_that_stalls_does_not_hold_a_file() {
    let scene = Scene::new();
    let mut follower = scene.follow();
    scene.stall(&mut follower);
    follower.listen();
    // The log goes on growing, and they meet all the same.
    let mut all = events(1, 2 * MANY);
    for number in 2 * MANY + 1.. {
        if follower.talk().contains(CAUGHT_UP) {
            break;
        }
        assert!(number < 60_000, "they do not meet:\n{}", follower.talk());
        scene.log.add(event(number));
        all += &event(number);
        thread::sleep(Duration::from_millis(1));
    }
    scene.log.add(event(999));
    all += &event(999);
    follower.until_said(all.len());
    scene.until_written(&mut follower, &all);
    let ran = follower.term();
    assert!(ran.out == all.as_bytes(), "other lines came: {}", ran.err);
    assert!(scene.written() == all, "the file has other lines");
    // Nothing is left to come.
    let mut follower = scene.follow();
    follower.listen();
    until_told(&mut follower, "resuming");
    let ran = follower.term();
    assert_eq!((ran.out.len(), ran.code), (0, Some(143)), "{}", ran.err);
}

#[test]
fn after_a_crash_each_sink_goes_on_at_its_own_place() {
    let scene = Scene::new();
    let mut follower = scene.follow();
    scene.stall(&mut follower);
    let checkpoint = scene.log.checkpoint();
    // What the file has is final, and the pipe's place is kept as well.
    let show = ["checkpoint", "show", &checkpoint];
    follower.until("the file is final", || {
        let shown = run(&show, "").out;
        let shown = String::from_utf8(shown).unwrap();
        let length = format!("{} bytes", scene.written().len());
        shown.contains("behind       stdout") && shown.contains(&length)
    });
    follower.listen();
    let first = follower.kill().out;
    scene.log.add(events(2 * MANY + 1, 10));
    let all = events(1, 2 * MANY + 10);
    let mut follower = scene.follow();
    until_told(&mut follower, "standard output: is behind the others");
    follower.listen();
    until_told(&mut follower, CAUGHT_UP);
    scene.until_written(&mut follower, &all);
    let ran = follower.term();
    goes_on(&first, &ran.out, &all);
    assert!(scene.written() == all, "the file has other lines");
}

#[test]
fn a_server_that_is_away_does_not_hold_a_file() {
    let scene = Scene::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let name = format!("tcp://{address},stall=1s,commit-lag=100ms");
    let to = [format!("--to=file:{}", scene.out()), format!("--to={name}")];
    let kept = scene.log.kept();
    let flags = [&to[0], &to[1], &*kept, "--from=begin"];
    let mut follower = scene.log.follow(&flags, ALL);
    scene.log.add(events(1, 50));
    until_told(&mut follower, &format!("{name}: has taken nothing for 1 s"));
    scene.log.add(events(51, 50));
    let all = events(1, 100);
    scene.until_written(&mut follower, &all);
    let server = TcpListener::bind(address).unwrap();
    let (mut peer, _) = server.accept().unwrap();
    let mut came = vec![0; all.len()];
    peer.read_exact(&mut came).unwrap();
    assert!(came == all.as_bytes(), "other lines came");
    until_told(&mut follower, &format!("{name}: has caught up"));
    let ran = follower.term();
    assert_eq!(ran.code, Some(143), "{}", ran.err);
}

#[test]
fn what_is_new_waits_for_nobody_who_is_away_for_ever() {
    let scene = Scene::new();
    scene.log.add(events(1, 50));
    let away = "--to=tcp://127.0.0.1:1,stall=1s";
    let to = [format!("--to=file:{}", scene.out()), away.to_owned()];
    let check = |ran: Ran| {
        assert_eq!(ran.code, Some(74), "{}", ran.err);
        assert!(ran.err.contains("Connection refused"), "{}", ran.err);
    };
    check(scene.log.news(&[&to[0], &to[1]], ALL));
    // One that is behind already is waited for as long, and no longer.
    let kept = scene.log.kept();
    let flags = [&to[0], &to[1], &*kept, "--from=begin"];
    let mut follower = scene.log.follow(&flags, ALL);
    until_told(&mut follower, "has taken nothing for 1 s");
    scene.log.add(events(51, 50));
    scene.until_written(&mut follower, &events(1, 100));
    follower.term();
    check(scene.log.news(&[&to[0], &to[1]], ALL));
    assert!(scene.written() == events(1, 100), "the file has other lines");
}

#[test]
fn what_is_rotated_meanwhile_is_held() {
    let scene = Scene::new();
    let mut follower = scene.follow();
    scene.stall(&mut follower);
    for number in 1..4 {
        let backup = scene.log.folder.path(&format!("audit.log.{number}"));
        fs::rename(scene.log.path(), &backup).unwrap();
        scene.log.add(events(2 * MANY + number * 10, 10));
        let so_far = 2 * MANY + number * 10;
        follower.until("it was read", || {
            scene.written().ends_with(&event(so_far + 9))
        });
        // Nothing but the open files has it any more.
        fs::remove_file(&backup).unwrap();
    }
    let all = events(1, 2 * MANY)
        + &events(2 * MANY + 10, 10)
        + &events(2 * MANY + 20, 10)
        + &events(2 * MANY + 30, 10);
    follower.listen();
    follower.until_said(all.len());
    until_told(&mut follower, CAUGHT_UP);
    let ran = follower.term();
    assert!(ran.out == all.as_bytes(), "other lines came: {}", ran.err);
    assert!(scene.written() == all, "the file has other lines");
    assert!(!ran.err.contains("gap"), "{}", ran.err);
}

/// Checks that `out` goes on where `covered` bytes of `all` had come, or
/// before that; returns how many have come then.
#[track_caller]
fn covers(covered: usize, ran: &Ran, all: &str) -> usize {
    let Ran { out, err, .. } = ran;
    let Some(first) = out.iter().position(|&b| b == b'\n') else {
        return covered;
    };
    let line = str::from_utf8(&out[..=first]).unwrap();
    let begin = all.find(line).unwrap();
    assert!(begin <= covered, "lines are missing: {begin} > {covered}\n{err}");
    let end = out.iter().rposition(|&b| b == b'\n').unwrap() + 1;
    let expected = &all.as_bytes()[begin..begin + end];
    assert!(out[..end] == *expected, "lines are missing\n{err}");
    covered.max(begin + end)
}

#[test]
fn kills_at_any_moment_cost_no_sink_a_line() {
    let scene = Scene::new();
    let mut dice = Dice::new(5);
    let (mut all, mut next, mut covered) = (String::new(), 1, 0);
    let mut rotations = 0;
    for _ in 0..12 {
        let mut follower = scene.follow();
        if dice.percent(50) {
            follower.listen();
        }
        for _ in 0..dice.below(4) {
            let count = 1 + dice.below(700) as u16;
            scene.log.add(events(next, count));
            all += &events(next, count);
            next += count;
            if dice.percent(30) {
                rotations += 1;
                let backup =
                    format!("audit-2026-11-22T10-00-{rotations:02}.000.log");
                let backup = scene.log.folder.path(&backup);
                fs::rename(scene.log.path(), backup).unwrap();
            }
            thread::sleep(Duration::from_millis(dice.below(700) as u64));
        }
        let ran = follower.kill();
        assert!(!ran.err.contains("gap"), "{}", ran.err);
        covered = covers(covered, &ran, &all);
    }
    scene.log.add(event(999));
    all += &event(999);
    let mut follower = scene.follow();
    follower.listen();
    let out = follower.out.clone();
    follower.until("the last line came", || {
        out.text().ends_with(event(999).as_bytes())
    });
    scene.until_written(&mut follower, &all);
    let ran = follower.term();
    assert_eq!(covers(covered, &ran, &all), all.len(), "{}", ran.err);
    assert!(!ran.err.contains("gap"), "{}", ran.err);
}

#[test]
fn where_all_of_them_stall_each_goes_on_when_it_is_read() {
    let log = Log::of(&[]);
    let fifo = log.folder.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    // With both ends open, nothing waits for the other one.
    let mut pipe = File::options().read(true).write(true).open(&fifo).unwrap();
    let to = format!("--to=file:{fifo},stall=1s");
    let kept = log.kept();
    let path = log.path();
    let flags = ["-F", "--from=begin", "--to=stdout,stall=1s"];
    let args = [&flags[..], &[&to, &kept, ALL, &path]].concat();
    let follow = || Follower::deaf(command(&args));
    let all = events(1, MANY);
    log.add(&all);
    let mut follower = follow();
    until_told(&mut follower, SET_ASIDE);
    until_told(&mut follower, &format!("{fifo}: has taken nothing for 1 s"));
    let checkpoint = log.checkpoint();
    let show = ["checkpoint", "show", &checkpoint];
    follower.until("both have a place of their own", || {
        let shown = String::from_utf8(run(&show, "").out).unwrap();
        ["stdout", &format!("file:{fifo}")]
            .iter()
            .all(|name| shown.contains(&format!("behind       {name}\n")))
    });
    // What neither has taken comes again.
    follower.kill();
    let mut follower = follow();
    until_told(&mut follower, "is behind the others");
    follower.listen();
    follower.until_said(all.len());
    read_all(&mut pipe, &all);
    let ran = follower.term();
    assert!(ran.out == all.as_bytes(), "other lines came: {}", ran.err);
}

/// Reads what a pipe held before a crash, and then `all` once more.
fn read_all(pipe: &mut File, all: &str) {
    let mut text = Vec::new();
    let mut piece = vec![0; 1 << 16];
    while !text.ends_with(all.as_bytes()) {
        let read = pipe.read(&mut piece).unwrap();
        text.extend_from_slice(&piece[..read]);
        assert!(text.len() < 3 * all.len(), "more came than there is");
    }
}
