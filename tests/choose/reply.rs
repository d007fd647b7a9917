use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixDatagram,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{at, names};
use crate::{
    send::daemon::{Daemon, until},
    tool::{self, FAILED, Folder, command, event, fine, run},
};

/// A program that answers.
struct Partner {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Partner {
    fn new(args: &[&str]) -> Partner {
        let mut child = command(args).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Partner { child, input, output }
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    /// Gives a line and waits for its answer.
    fn ask(&mut self, line: &str) -> String {
        self.input.write_all(line.as_bytes()).unwrap();
        self.hear()
    }

    /// Gives nothing more; returns the rest, stderr and the exit code.
    fn end(self) -> (String, String, Option<i32>) {
        let Partner { child, input, mut output } = self;
        drop(input);
        let mut rest = String::new();
        while output.read_line(&mut rest).unwrap() > 0 {}
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        (rest, err, output.status.code())
    }
}

/// Lines of all kinds, and what `blank` answers to `FAILED | drop userAgent`.
fn lines() -> Vec<(String, String)> {
    let long =
        event(403).replace("\"u\"", &format!("\"{}\"", "u".repeat(999)));
    let agent =
        event(500).replace("\"auditID\"", "\"userAgent\":\"x\",\"auditID\"");
    let cut = format!("{}\n", &event(403)[..90]);
    vec![
        (event(403), event(403)),
        (fine(), "\n".into()),
        ("klog\n".into(), "\n".into()),
        ("\n".into(), "\n".into()),
        (agent, event(500)),
        (cut.clone(), cut),
        (long, "\n".into()),
        (event(404), event(404)),
    ]
}

const FLAGS: [&str; 3] = ["--max-line", "900", "code>=400 | drop userAgent"];

#[test]
fn blank_answers_each_line_with_the_event_or_an_empty_line() {
    for threads in ["1", "4"] {
        let flags = ["--reply", "blank", "--threads", threads];
        let mut partner = Partner::new(&[&flags[..], &FLAGS].concat());
        for (line, answer) in lines() {
            assert_eq!(partner.ask(&line), answer, "{line}");
        }
        // What is said on stderr would be taken for an answer.
        let (rest, err, code) = partner.end();
        assert_eq!((&*rest, code), ("", Some(0)));
        assert!(err.lines().all(|line| !line.contains("byte")), "{err}");
    }
    // Many at once, and one without an end, have as many answers.
    let (given, answers): (Vec<_>, Vec<_>) = lines().into_iter().unzip();
    let given = given.concat().repeat(2000) + event(403).trim_end();
    let flags = ["--reply", "blank", "--threads", "3"];
    let ran = run(&[&flags[..], &FLAGS].concat(), given);
    let expected = answers.concat().repeat(2000) + &event(403);
    assert!(ran.out == expected.as_bytes());
}

#[test]
fn json_answers_with_the_verdict_and_with_what_was_changed() {
    let flags = ["--reply", "json"];
    let mut partner = Partner::new(&[&flags[..], &FLAGS].concat());
    let verdicts = [
        "kept", "skipped", "foreign", "foreign", "kept", "kept", "oversize",
        "kept",
    ];
    for ((line, kept), verdict) in lines().into_iter().zip(verdicts) {
        let answer = partner.ask(&line);
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["$!"]["kaudit"]["verdict"], verdict, "{line}");
        let changed =
            (kept != line && verdict == "kept").then(|| kept.trim_end());
        assert_eq!(answer.get("msg").and_then(|it| it.as_str()), changed);
    }
    assert_eq!(partner.end().2, Some(0));
}

#[test]
fn ok_is_said_when_the_sinks_have_taken_a_line() {
    let folder = Folder::new();
    let out = folder.path("out");
    let to = format!("file:{out}");
    let flags = ["--reply", "ok", "--to", &to];
    let mut partner = Partner::new(&[&flags[..], &FLAGS].concat());
    assert_eq!(partner.hear(), "OK\n");
    let mut kept = String::new();
    for (line, answer) in lines() {
        assert_eq!(partner.ask(&line), "OK\n", "{line}");
        kept.extend((answer != "\n").then_some(answer));
        assert_eq!(fs::read_to_string(&out).unwrap(), kept);
    }
    assert_eq!(partner.end().2, Some(0));
}

#[test]
fn what_a_sink_does_not_take_is_no_ok() {
    let flags = ["--reply", "ok", "--to", "file:/dev/full", FAILED];
    let mut partner = Partner::new(&flags);
    assert_eq!(partner.hear(), "OK\n");
    assert_eq!(partner.ask(&fine()), "OK\n");
    let answer = partner.ask(&event(403));
    assert!(answer.starts_with("ERROR file:/dev/full: No space"), "{answer}");
    let (rest, _, code) = partner.end();
    assert_eq!((&*rest, code), ("", Some(74)));
    // Where a sink cannot even be opened, we are not ready.
    let flags = ["--reply", "ok", "--to", "file:/nowhere/x", FAILED];
    let ran = run(&flags, "");
    assert_eq!((ran.out, ran.code), (Vec::new(), Some(74)));
}

#[test]
fn what_cannot_answer_each_line_once_is_refused() {
    let folder = Folder::new();
    let two = folder.file(
        "two.toml",
        "[[route]]\nname = \"a\"\nsteps = \"exec\"\n\n\
         [[route]]\nname = \"b\"\nsteps = \"denied\"\n",
    );
    for (args, why) in [
        (&["--reply", "blank", "-c", FAILED][..], "-c prints one number"),
        (&["--reply", "blank", "-q", FAILED], "-q ends with"),
        (&["--reply", "ok", "-F", FAILED, "a"], "-F reads"),
        (&["--reply", "blank", "--merge", FAILED, "a"], "--merge changes"),
        (&["--reply", "json", "--on-invalid", "fail", FAILED], "again"),
        (&["--reply", "blank", "true | count by user"], "prints a table"),
        (&["--reply", "blank", "true | head 3"], "`head` ends the run"),
        (&["--reply", "blank", "-o", "csv", FAILED], "a line of its own"),
        (&["--reply", "blank", "--to", "file:x", FAILED], "leave out --to"),
        (&["--reply", "ok", FAILED], "name where kept lines go"),
        (&["--reply", "ok", "--to", "stdout", FAILED], "name where"),
        (&["--reply", "json", "-p", &two], "each would answer"),
    ] {
        let ran = run(args, "");
        assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(why), "{args:?}: {}", ran.err);
    }
}

/// rsyslogd, which gives us what comes to its socket.
struct Rsyslog {
    folder: Folder,
    daemon: Option<Daemon>,
}

impl Rsyslog {
    /// Starts it with these rules, in which `PROGRAM` and `FOLDER` are named.
    fn new(rules: &str) -> Option<Rsyslog> {
        let is_there = Command::new("rsyslogd").arg("-v").output().is_ok();
        let required = tool::wants("KAUDIT_FILTER_REQUIRE_ALL", "1");
        assert!(is_there || !required, "rsyslogd is missing");
        if !is_there {
            tool::skip("rsyslogd is missing: what we answer it");
            return None;
        }
        let folder = Folder::new();
        let head = "global(workDirectory=\"FOLDER\" maxMessageSize=\"1m\")\n\
            main_queue(queue.timeoutShutdown=\"20000\" \
            queue.timeoutActionCompletion=\"20000\")\n\
            module(load=\"imuxsock\" SysSock.Use=\"off\")\n\
            input(type=\"imuxsock\" Socket=\"FOLDER/socket\" \
            RateLimit.Interval=\"0\" CreatePath=\"off\")\n\
            template(name=\"line\" type=\"string\" \
            string=\"%msg:R,ERE,1,DFLT:(\\\\{.*)--end%\\n\")\n";
        let rules = format!("{head}{rules}")
            .replace("FOLDER", folder.path("").trim_end_matches('/'))
            .replace("PROGRAM", env!("CARGO_BIN_EXE_kaudit-filter"));
        folder.file("rules", rules);
        folder.file("failed.kaf", "code>=400 | drop userAgent\n");
        let mut rsyslog = Rsyslog { folder, daemon: None };
        rsyslog.begin();
        Some(rsyslog)
    }

    fn begin(&mut self) {
        let mut command = Command::new("rsyslogd");
        command.args(["-n", "-f", &self.folder.path("rules")]);
        command.args(["-i", &self.folder.path("pid")]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.daemon = Some(Daemon::spawn(&mut command));
    }

    fn restart(&mut self) {
        self.daemon.take().unwrap().end();
        self.begin();
    }

    /// Sends one message; waits for the socket to be there.
    fn send(&self, text: &str) {
        let socket = UnixDatagram::unbound().unwrap();
        let path = self.folder.path("socket");
        let text = format!("<13>Mar  2 06:00:00 audit: {}", text.trim_end());
        until("message", || socket.send_to(text.as_bytes(), &path).is_ok());
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path(name)).unwrap_or_default()
    }

    /// Kills our program once it has written so many lines, and runs.
    fn kill_ours(&self, lines: usize) {
        until("lines", || self.read("out").lines().count() >= lines);
        until("a program of ours", || self.children().any(kill));
    }

    /// The programs that it has started; any thread of it may have.
    fn children(&self) -> impl Iterator<Item = i32> {
        let id = self.daemon.as_ref().unwrap().id();
        let tasks = fs::read_dir(format!("/proc/{id}/task")).unwrap();
        tasks.flat_map(|task| {
            let path = task.unwrap().path().join("children");
            let children = fs::read_to_string(path).unwrap_or_default();
            let ids = children.split_ascii_whitespace();
            ids.map(|id| id.parse().unwrap()).collect::<Vec<i32>>()
        })
    }
}

fn kill(id: i32) -> bool {
    kill_process(Pid::from_raw(id).unwrap(), Signal::KILL).is_ok()
}

#[test]
fn omprog_loses_nothing_whoever_is_restarted() {
    // Of a disk-assisted queue, a second worker would have a program of its
    // own, which would find the file locked. Of a batch, rsyslog loses what
    // comes behind the message at which the program ended.
    let rules = "module(load=\"imfile\")\n\
        input(type=\"imfile\" File=\"FOLDER/in\" Tag=\"audit\")\n\
        module(load=\"omprog\")\n\
        action(type=\"omprog\" name=\"kaudit\" template=\"line\" \
        binary=\"PROGRAM --reply ok --to file:FOLDER/out -f FOLDER/failed.kaf\" \
        confirmMessages=\"on\" queue.type=\"Disk\" queue.filename=\"kaudit\" \
        queue.dequeueBatchSize=\"1\" \
        queue.saveOnShutdown=\"on\" \
        action.resumeRetryCount=\"-1\" action.resumeInterval=\"1\")\n";
    let Some(mut rsyslog) = Rsyslog::new(rules) else { return };
    let path = rsyslog.folder.path("in");
    let mut log = File::options().append(true).create(true).open(path);
    let log = log.as_mut().unwrap();
    for number in 0..300 {
        let line = at("06:00:00", &number.to_string()) + &fine();
        log.write_all(line.as_bytes()).unwrap();
        match number {
            99 | 249 => rsyslog.kill_ours(number / 2),
            199 => rsyslog.restart(),
            _ => {}
        }
    }
    let expected: Vec<String> = (0..300).map(|it| it.to_string()).collect();
    until("all events", || {
        let mut found = names(rsyslog.read("out").as_bytes());
        // What was not confirmed came again.
        found.dedup();
        found == expected
    });
}

#[test]
fn mmexternal_has_each_message_judged_and_changed() {
    let rules = "module(load=\"mmexternal\")\n\
        action(type=\"mmexternal\" interface.input=\"msg\" \
        binary=\"PROGRAM --reply json -f FOLDER/failed.kaf\")\n\
        template(name=\"text\" type=\"string\" \
        string=\"%$!kaudit!verdict% %msg%\\n\")\n\
        if $!kaudit!verdict == \"kept\" then \
        action(type=\"omfile\" file=\"FOLDER/kept\" template=\"line\")\n\
        action(type=\"omfile\" file=\"FOLDER/all\" template=\"text\")\n";
    let Some(rsyslog) = Rsyslog::new(rules) else { return };
    let agent =
        event(500).replace("\"auditID\"", "\"userAgent\":\"x\",\"auditID\"");
    let all = [event(403), fine(), "klog\n".into(), agent, event(404)];
    all.iter().for_each(|line| rsyslog.send(line));
    until("all messages", || rsyslog.read("all").lines().count() == all.len());
    let kept = event(403) + &event(500) + &event(404);
    until("kept events", || rsyslog.read("kept") == kept);
    let text = rsyslog.read("all");
    let verdict = |line: &str| line.split(' ').next().map(str::to_owned);
    let verdicts: Vec<String> = text.lines().filter_map(verdict).collect();
    assert_eq!(verdicts, ["kept", "skipped", "foreign", "kept", "kept"]);
}
