//! Runs rsyslogd with a socket and ports of its own.

use std::{
    fs,
    net::{TcpListener, UdpSocket},
    process::{Command, Stdio},
};

use rustix::process::Signal;

use super::daemon::{Daemon, until};
use crate::tool::{self, Folder};

/// rsyslogd, and what it writes.
pub(crate) struct Rsyslog {
    pub(crate) folder: Folder,
    pub(crate) tcp: u16,
    pub(crate) udp: u16,
    daemon: Option<Daemon>,
}

impl Rsyslog {
    /// Starts it, if it is there.
    pub(crate) fn start() -> Option<Rsyslog> {
        Rsyslog::with("", "")
    }

    /// Starts it with more settings, globally and for its TCP.
    pub(crate) fn with(global: &str, tcp: &str) -> Option<Rsyslog> {
        if !has_rsyslog() {
            return None;
        }
        let mut rsyslog = Rsyslog {
            folder: Folder::new(),
            tcp: free_port(),
            udp: UdpSocket::bind("127.0.0.1:0")
                .and_then(|socket| socket.local_addr())
                .unwrap()
                .port(),
            daemon: None,
        };
        rsyslog.configure(global, tcp);
        rsyslog.begin();
        Some(rsyslog)
    }

    fn configure(&self, global: &str, tcp: &str) {
        let path = |name: &str| self.folder.path(name);
        let (socket, out) = (path("log"), path("out"));
        let (work, port, udp) = (path("."), self.tcp, self.udp);
        let text = format!(
            r#"global(workDirectory="{work}" {global})
main_queue(queue.timeoutShutdown="20000"
  queue.timeoutActionCompletion="20000")
module(load="imuxsock" SysSock.Use="off")
module(load="imudp")
module(load="imtcp" {tcp})
input(type="imuxsock" Socket="{socket}" RateLimit.Interval="0")
input(type="imudp" address="127.0.0.1" port="{udp}")
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="t" type="string"
  string="%pri% %app-name% %procid% %hostname% %timestamp% %msg%\n")
action(type="omfile" file="{out}" template="t")
"#
        );
        self.folder.file("conf", text);
    }

    pub(crate) fn begin(&mut self) {
        let mut command = Command::new("rsyslogd");
        command.args(["-n", "-f", &self.folder.path("conf")]);
        command.args(["-i", &self.folder.path("pid")]);
        // What it says of those who leave is not for the eyes of testers.
        command.stderr(Stdio::null());
        self.daemon = Some(Daemon::spawn(&mut command));
    }

    /// Ends it and starts it again.
    pub(crate) fn restart(&mut self) {
        self.end();
        self.begin();
    }

    pub(crate) fn end(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            daemon.end();
        }
    }

    /// Has it stand still.
    pub(crate) fn halt(&self) {
        self.daemon.as_ref().unwrap().halt();
    }

    /// Has it go on.
    pub(crate) fn go_on(&self) {
        self.daemon.as_ref().unwrap().signal(Signal::CONT);
    }

    /// What it has written.
    pub(crate) fn text(&self) -> String {
        fs::read_to_string(self.folder.path("out")).unwrap_or_default()
    }

    /// How much it has written.
    pub(crate) fn length(&self) -> u64 {
        let out = fs::metadata(self.folder.path("out"));
        out.map_or(0, |out| out.len())
    }

    /// What it has written when it has written `end`.
    #[track_caller]
    pub(crate) fn text_with(&self, end: &str) -> String {
        until(end, || self.text().contains(end));
        self.text()
    }
}

fn has_rsyslog() -> bool {
    let version = Command::new("rsyslogd").arg("-v").output();
    let required = tool::wants("KAUDIT_FILTER_REQUIRE_ALL", "1");
    assert!(version.is_ok() || !required, "rsyslogd is missing");
    if version.is_err() {
        tool::skip("real syslog; rsyslogd is missing");
    }
    version.is_ok()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
