//! A service manager hears when we are ready, alive, how far behind, and
//! stopping.

use std::{
    env, fs,
    io::ErrorKind,
    os::unix::net::UnixDatagram,
    path::PathBuf,
    process::id,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    follow::follower::Follower,
    tool::{event, run},
};

use super::{
    ends::with,
    log::{ALL, Log, lines},
};

/// Far more than anything that is waited for takes.
const LONG: Duration = Duration::from_secs(30);

/// What a service manager listens to.
struct Manager {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Drop for Manager {
    fn drop(&mut self) {
        fs::remove_file(&self.path).unwrap();
    }
}

impl Manager {
    fn new() -> Manager {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // The path of a socket has to be short.
        let name = format!("kaudit-{}-{number}", id());
        let path = env::temp_dir().join(name);
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(LONG)).unwrap();
        Manager { socket, path }
    }

    /// Starts to follow a log as its service.
    fn start(&self, log: &Log, flags: &[&str], watchdog: &str) -> Follower {
        let mut follower = self.start_deaf(log, flags, watchdog);
        follower.listen();
        follower
    }

    fn start_deaf(
        &self,
        log: &Log,
        flags: &[&str],
        watchdog: &str,
    ) -> Follower {
        let variables = [
            format!("NOTIFY_SOCKET={}", self.path.display()),
            format!("WATCHDOG_USEC={watchdog}"),
        ];
        Follower::deaf(with(&log.command(flags, ALL), &variables))
    }

    /// Returns the next word.
    #[track_caller]
    fn hear(&self) -> String {
        let mut room = [0; 1000];
        let length = loop {
            match self.socket.recv(&mut room) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                heard => break heard.unwrap(),
            }
        };
        str::from_utf8(&room[..length]).unwrap().to_owned()
    }

    /// Waits for a word; returns what came before.
    #[track_caller]
    fn until(&self, word: &str) -> Vec<String> {
        let begun = Instant::now();
        let mut before = Vec::new();
        loop {
            let heard = self.hear();
            if heard.starts_with(word) {
                return before;
            }
            before.push(heard);
            assert!(begun.elapsed() < LONG, "no {word}: {before:?}");
        }
    }
}

#[test]
fn ready_comes_when_a_crash_would_be_survived() {
    let log = Log::of(&[401, 402]);
    let manager = Manager::new();
    // A line is held up until the first commit: nobody reads it.
    let flags = [&log.kept()[..], "-n1"];
    let follower = manager.start_deaf(&log, &flags, "");
    assert_eq!(manager.until("READY=1\n"), [""; 0]);
    let path = log.checkpoint();
    let ran = run(&["checkpoint", "show", &path], "");
    let place = format!("byte {}, behind line 1\n", event(401).len());
    let text = String::from_utf8(ran.out).unwrap();
    assert!(text.contains(&place), "{text}{}", ran.err);
    follower.kill();
    log.news(&[], ALL).check(0, &lines(&[402]));
}

#[test]
fn it_is_told_how_far_behind_we_are_and_that_we_stop() {
    let log = Log::of(&[401]);
    let manager = Manager::new();
    let mut follower = manager.start(&log, &["-n1"], "");
    manager.until("READY=1\n");
    assert_eq!(manager.until("STATUS=lag 0 bytes\n"), [""; 0]);
    follower.until_said(event(401).len());
    follower.signal(Signal::TERM);
    let before = manager.until("STOPPING=1\n");
    let is_status = |word: &String| word.starts_with("STATUS=");
    assert!(before.iter().all(is_status), "{before:?}");
    follower.end().check(0, &lines(&[401]));
}

#[test]
fn nobody_is_told_that_we_live_who_does_not_ask() {
    let log = Log::of(&[401]);
    let manager = Manager::new();
    let follower = manager.start(&log, &[], "");
    manager.until("READY=1\n");
    thread::sleep(Duration::from_millis(2_200));
    follower.signal(Signal::TERM);
    let heard = manager.until("STOPPING=1\n");
    assert!(!heard.contains(&"WATCHDOG=1\n".to_owned()), "{heard:?}");
    follower.end().check(0, "");
}

/// Waits for three signs of life, one within each time that a watchdog of
/// six seconds allows.
#[track_caller]
fn check_alive(manager: &Manager) {
    for _ in 0..3 {
        let begun = Instant::now();
        manager.until("WATCHDOG=1\n");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_quiet_log_is_no_dead_service() {
    let log = Log::of(&[401]);
    let manager = Manager::new();
    let follower = manager.start(&log, &[], "6000000");
    manager.until("READY=1\n");
    check_alive(&manager);
    follower.term().check(0, "");
}

#[test]
fn who_waits_for_a_reader_is_alive_and_says_so() {
    let log = Log::of(&[]);
    log.add(event(401).repeat(2_000));
    let manager = Manager::new();
    let flags = ["--from=begin", &log.kept()];
    let mut follower = manager.start_deaf(&log, &flags, "6000000");
    manager.until("READY=1\n");
    check_alive(&manager);
    let begun = Instant::now();
    let is_blocked = |word: &str| {
        word.starts_with("STATUS=") && word.contains(", output blocked ")
    };
    while !is_blocked(&manager.hear()) {
        assert!(begun.elapsed() < LONG, "it does not say what holds it up");
    }
    follower.listen();
    follower.until_said(2_000 * event(401).len());
    follower.term().check(0, &event(401).repeat(2_000));
}
