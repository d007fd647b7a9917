//! Records to syslog-ng, which listens for streams as well.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

use super::{
    daemon::{Daemon, until},
    drive::{check_order, deliver, numbered, numbers, open, settle, write},
};
use crate::tool::{self, Folder};

/// syslog-ng with a stream socket and a port of its own.
struct Other {
    folder: Folder,
    port: u16,
    daemon: Option<Daemon>,
}

impl Other {
    fn start() -> Option<Other> {
        program()?;
        let folder = Folder::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (socket, out) = (folder.path("log"), folder.path("out"));
        let text = format!(
            r#"@version: 3.38
options {{ stats-freq(0); log-msg-size(65536); keep-hostname(yes); }};
source s {{
  unix-stream("{socket}");
  syslog(ip("127.0.0.1") port({port}) transport("tcp"));
}};
destination d {{
  file("{out}" template("$PRI $PROGRAM $PID $HOST $MSG\n"));
}};
log {{ source(s); destination(d); }};
"#
        );
        folder.file("conf", text);
        let mut other = Other { folder, port, daemon: None };
        other.begin();
        Some(other)
    }

    fn begin(&mut self) {
        let path = |name: &str| self.folder.path(name);
        let Some(mut command) = program() else { return };
        command.args(["-F", "--no-caps", "-f", &path("conf")]);
        command.args(["-R", &path("persist"), "-p", &path("pid")]);
        command.args(["-c", &path("control")]);
        command.stderr(Stdio::null());
        self.daemon = Some(Daemon::spawn(&mut command));
    }

    fn restart(&mut self) {
        self.daemon.take().unwrap().end();
        self.begin();
    }

    #[track_caller]
    fn text_with(&self, end: &str) -> String {
        let out = self.folder.path("out");
        let read = || fs::read_to_string(&out).unwrap_or_default();
        until(end, || read().contains(end));
        read()
    }
}

/// Where the stage `tools` of `.ci/run` unpacks it: the packages of two syslog
/// daemons do not suffer each other on one system.
const UNPACKED: &str = "target/tools/syslog-ng";

/// Returns how it is called, if it is there.
fn program() -> Option<Command> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(UNPACKED);
    let libraries = folder.join("usr/lib/syslog-ng");
    let unpacked = folder.join("usr/sbin/syslog-ng");
    if unpacked.exists() {
        let mut command = Command::new(unpacked);
        command.env("LD_LIBRARY_PATH", &libraries);
        command.arg("--module-path").arg(libraries.join("3.38"));
        return Some(command);
    }
    if !tool::has("syslog-ng") {
        tool::skip("another syslog; syslog-ng is missing");
        return None;
    }
    Some(Command::new("syslog-ng"))
}

#[test]
fn a_stream_on_this_machine_is_cut_into_messages() {
    let Some(mut other) = Other::start() else { return };
    let spec = format!("syslog:{},tag=audit", other.folder.path("log"));
    let mut sink = open(&spec);
    write(&mut sink, "<3>one\n");
    write(&mut sink, &numbered(0..500));
    deliver(&mut sink);
    settle(&mut sink);
    // What it has taken and not yet written is its own to lose.
    other.text_with("record 499 ");
    other.restart();
    write(&mut sink, &numbered(500..1000));
    deliver(&mut sink);
    settle(&mut sink);
    let text = other.text_with("record 999 ");
    let pid = std::process::id();
    assert!(text.starts_with(&format!("83 audit {pid} ")), "{text}");
    assert!(text.lines().next().unwrap().ends_with(" one"), "{text}");
    check_order(&numbers(&text), 1000);
}

#[test]
fn a_counted_stream_is_cut_into_messages() {
    let Some(other) = Other::start() else { return };
    let port = other.port;
    let spec = format!("syslog+tcp://127.0.0.1:{port},commit-lag=0s");
    let mut sink = open(&spec);
    let long = "\u{fc}".repeat(20_000);
    write(&mut sink, &format!("<4>one\nlong {long}\n"));
    write(&mut sink, &numbered(0..500));
    deliver(&mut sink);
    settle(&mut sink);
    let text = other.text_with("record 499 ");
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("84 kaudit-filter "), "{}", lines[0]);
    assert!(lines[0].ends_with(" one"), "{}", lines[0]);
    assert!(lines[1].ends_with(&format!(" long {long}")));
    check_order(&numbers(&text), 500);
}
