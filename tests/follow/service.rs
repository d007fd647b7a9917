//! The follower is started by a service manager and talks to it.

use std::{
    os::unix::net::UnixDatagram,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use super::{follower::Follower, site::Site};
use crate::tool::command;

/// What a service manager hears.
struct Manager {
    socket: UnixDatagram,
    path: String,
}

impl Manager {
    fn new(site: &Site) -> Manager {
        let path = site.place.folder.path("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let wait = Some(Duration::from_secs(20));
        socket.set_read_timeout(wait).unwrap();
        Manager { socket, path }
    }

    /// Starts a follower as a service, with a watchdog.
    fn start(&self, mut command: Command) -> Follower {
        command
            .env("NOTIFY_SOCKET", &self.path)
            .env("WATCHDOG_USEC", "3000000");
        Follower::serve(command)
    }

    /// Listens until something is said; returns the whole line.
    fn hear(&self, wanted: &str) -> String {
        loop {
            let mut room = [0; 4096];
            let length = self.socket.recv(&mut room).unwrap();
            let text = String::from_utf8(room[..length].to_vec()).unwrap();
            let mut lines = text.lines();
            if let Some(line) = lines.find(|line| line.starts_with(wanted)) {
                return line.to_owned();
            }
        }
    }
}

#[test]
fn a_service_says_when_it_is_ready_alive_and_over() {
    let mut site = Site::new();
    site.writer.events(20);
    let manager = Manager::new(&site);
    let file = command(&site.place.file_args(&["-F"]));
    let mut follower = manager.start(file);
    manager.hear("READY=1");
    // It is ready only when a crash would not make it begin elsewhere.
    assert!(std::fs::metadata(site.place.checkpoint()).unwrap().len() > 0);
    let begun = Instant::now();
    for _ in 0..3 {
        manager.hear("WATCHDOG=1");
    }
    assert!(begun.elapsed() < Duration::from_secs(3 * 3));
    let status = manager.hear("STATUS=");
    assert!(status.contains("lag"), "{status}");
    site.until_caught_up(&mut follower);
    follower.signal(Signal::TERM);
    manager.hear("STOPPING=1");
    let ran = follower.end();
    // An end that was asked for is a success.
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    site.check(&ran);
}

#[test]
fn a_service_whose_reader_sleeps_is_alive_and_says_what_holds_it_up() {
    let mut site = Site::new();
    site.writer.events(1_000);
    let manager = Manager::new(&site);
    let follower = manager.start(site.place.to_pipe());
    manager.hear("READY=1");
    thread::sleep(Duration::from_millis(500));
    for _ in 0..3 {
        manager.hear("WATCHDOG=1");
    }
    let status = manager.hear("STATUS=");
    assert!(status.contains("blocked"), "{status}");
    // It ends although nobody reads, and what was not read comes again.
    follower.signal(Signal::TERM);
    manager.hear("STOPPING=1");
    let ran = follower.end();
    assert_eq!(ran.code, Some(74), "{}", ran.err);
    site.finish_stream(site.place.stream());
}
