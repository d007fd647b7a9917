//! Reports by mail: a real mail program, a real SMTP server.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use super::{Desk, requests};
use crate::tool;

/// A server that takes mail, and puts it into a folder.
struct Server {
    child: Child,
    port: String,
}

impl Server {
    /// Starts it, if there is one.
    fn start(folder: &str) -> Option<Server> {
        let known = Command::new("python3")
            .args(["-c", "import aiosmtpd"])
            .stderr(Stdio::null())
            .status();
        if !known.is_ok_and(|status| status.success()) {
            let required = tool::wants("KAUDIT_FILTER_REQUIRE_ALL", "1");
            assert!(!required, "aiosmtpd is missing");
            return None;
        }
        let root = env!("CARGO_MANIFEST_DIR");
        let mut child = Command::new("python3")
            .arg(format!("{root}/tests/report/mail.py"))
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut port).unwrap();
        Some(Server { child, port: port.trim().to_owned() })
    }

    /// The command that sends its standard input as a mail.
    fn command(&self) -> String {
        let port = &self.port;
        format!(
            "MAILRC=/dev/null s-nail -n -S v15-compat -S nosave \
             -S mta=smtp://127.0.0.1:{port} -S smtp-auth=none -S sendwait \
             -S ttycharset=utf-8 -S sendcharsets=utf-8 -S from=filter@localhost \
             -S hostname=localhost \
             -s \"$KAUDIT_REQUESTS failed requests ($KAUDIT_LABELS)\" \
             root@localhost"
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its standard input.
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

/// Returns the subject of a mail and its text.
fn opened(mail: &str) -> (String, String) {
    const OPEN: &str = "import email, email.policy, sys\n\
        mail = email.message_from_binary_file(sys.stdin.buffer, \
        policy=email.policy.default)\n\
        sys.stdout.buffer.write((mail['Subject'] + '\\n' + \
        mail.get_content()).encode())";
    let output = Command::new("python3")
        .args(["-c", OPEN])
        .stdin(fs::File::open(mail).unwrap())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (subject, text) = text.split_once('\n').unwrap();
    (subject.to_owned(), text.replace('\r', ""))
}

#[test]
fn a_mail_arrives_once_and_one_that_was_refused_comes_again() {
    let mut desk = Desk::new();
    if !tool::has("s-nail") {
        return tool::skip("s-nail is missing: reports by mail");
    }
    let Some(server) = Server::start(&desk.path("")) else {
        return tool::skip("aiosmtpd is missing: reports by mail");
    };
    let command = server.command();
    let send = ["--label", "cluster=prod", "--width=240", "--pipe", &command];
    desk.fail("jürgen", 2);
    fs::write(desk.path("refuse"), "").unwrap();
    for round in 1..=3 {
        let ran = desk.news(&send);
        assert_eq!(ran.code, Some(74), "{}", ran.err);
        assert!(ran.err.contains("451"), "{}", ran.err);
        assert_eq!(desk.read("refused").lines().count(), round);
        desk.fail(&format!("user-{round}"), 1);
    }
    fs::remove_file(desk.path("refuse")).unwrap();
    let ran = desk.news(&send);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let (subject, text) = opened(&desk.path("mail-1"));
    assert_eq!(subject, "5 failed requests (cluster=prod)");
    assert_eq!(requests(&text), ["s1", "s2", "s3", "s4", "s5"]);
    assert!(text.contains(" by jürgen from 10.0.0.5+1 "), "{text}");
    assert!(!text.contains("canary"));
    // Nothing is new.
    assert_eq!(desk.news(&send).code, Some(0));
    assert!(!fs::exists(desk.path("mail-2")).unwrap());
    desk.fail("jane", 1);
    assert_eq!(desk.news(&send).code, Some(0));
    let (subject, text) = opened(&desk.path("mail-2"));
    assert_eq!(subject, "1 failed requests (cluster=prod)");
    assert_eq!(requests(&text), ["s6"]);
}
