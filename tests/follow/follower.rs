//! Starts a program that follows a log, listens to it, holds it up, and ends
//! it in every way that a program can end.

use std::{
    fs,
    io::Read,
    os::unix::process::CommandExt,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::tool::Ran;

/// Far more than anything that is waited for takes.
const LONG: Duration = Duration::from_secs(60);

/// What came through a pipe so far, and when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Arc<Mutex<Said>>);

#[derive(Debug, Default)]
struct Said {
    text: Vec<u8>,
    /// How long the text was at which times.
    lengths: Vec<(Instant, usize)>,
}

impl Heard {
    /// Listens until the other side closes the pipe.
    fn listen(&self, mut pipe: impl Read + Send + 'static) -> JoinHandle<()> {
        let heard = self.clone();
        thread::spawn(move || {
            let mut piece = vec![0; 1 << 16];
            while let Ok(read @ 1..) = pipe.read(&mut piece) {
                let mut said = heard.0.lock().unwrap();
                said.text.extend(&piece[..read]);
                let length = said.text.len();
                said.lengths.push((Instant::now(), length));
            }
        })
    }

    pub(crate) fn text(&self) -> Vec<u8> {
        self.0.lock().unwrap().text.clone()
    }

    pub(crate) fn length(&self) -> usize {
        self.0.lock().unwrap().text.len()
    }

    pub(crate) fn ends_with(&self, line: &[u8]) -> bool {
        self.0.lock().unwrap().text.ends_with(line)
    }

    /// Returns how much had come at a time.
    pub(crate) fn length_at(&self, when: Instant) -> usize {
        let said = self.0.lock().unwrap();
        let behind = said.lengths.partition_point(|(at, _)| *at <= when);
        behind.checked_sub(1).map_or(0, |last| said.lengths[last].1)
    }
}

/// A running program, and whatever it starts itself.
#[derive(Debug)]
pub(crate) struct Follower {
    child: Child,
    pub(crate) out: Heard,
    pub(crate) err: Heard,
    ears: Vec<JoinHandle<()>>,
}

impl Follower {
    /// Starts `command` and listens to it.
    pub(crate) fn start(command: Command) -> Follower {
        let mut follower = Follower::deaf(command);
        follower.listen();
        follower
    }

    /// Starts `command` and does not read what it writes for the time being.
    pub(crate) fn deaf(mut command: Command) -> Follower {
        // What tells a service from a program that is run by hand.
        command.env_remove("NOTIFY_SOCKET").env_remove("INVOCATION_ID");
        Follower::serve(command)
    }

    /// Starts `command` as a service manager does; nobody reads what it
    /// writes for the time being.
    pub(crate) fn serve(mut command: Command) -> Follower {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let mut child = command.spawn().unwrap();
        let err = Heard::default();
        let ears = vec![err.listen(child.stderr.take().unwrap())];
        Follower { child, out: Heard::default(), err, ears }
    }

    /// Begins to read what the program writes.
    pub(crate) fn listen(&mut self) {
        let pipe = self.pipe();
        self.ears.push(self.out.listen(pipe));
    }

    /// Hands out what the program writes to, for somebody else to read.
    pub(crate) fn pipe(&mut self) -> ChildStdout {
        self.child.stdout.take().unwrap()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns what it said so far.
    pub(crate) fn talk(&self) -> String {
        String::from_utf8(self.err.text()).unwrap()
    }

    /// Waits until something is so; returns whether it has come about.
    pub(crate) fn wait(&mut self, is_so: impl Fn() -> bool) -> bool {
        let begun = Instant::now();
        while !is_so() {
            let has_ended = self.child.try_wait().unwrap().is_some();
            if has_ended || begun.elapsed() > LONG {
                return is_so();
            }
            thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// Waits until something is so.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn() -> bool) {
        if !self.wait(is_so) {
            let ended = self.child.try_wait().unwrap();
            panic!("{what}: not so; {ended:?}, it said:\n{}", self.talk());
        }
    }

    /// Waits until it holds the file at `path` open.
    #[track_caller]
    pub(crate) fn until_open(&mut self, path: &str) {
        let folder = format!("/proc/{}/fd", self.id());
        self.until("the log is open", || {
            // Amid a rotation there is no log.
            let (Ok(open), Ok(path)) =
                (fs::read_dir(&folder), fs::canonicalize(path))
            else {
                return false;
            };
            open.flatten()
                .any(|fd| fs::read_link(fd.path()).is_ok_and(|to| to == path))
        });
    }

    /// Waits until it has written so much.
    #[track_caller]
    pub(crate) fn until_said(&mut self, length: usize) {
        let out = self.out.clone();
        self.until("all came out", || out.length() >= length);
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process_group(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Holds it up; returns when it stands still.
    pub(crate) fn stall(&mut self) {
        self.signal(Signal::STOP);
        let path = format!("/proc/{}/stat", self.id());
        self.until("it stands still", || {
            let stat = fs::read_to_string(&path).unwrap();
            let (_, state) = stat.rsplit_once(") ").unwrap();
            state.starts_with('T')
        });
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    /// Ends it as a crash does; returns what it came to.
    pub(crate) fn kill(self) -> Ran {
        self.signal(Signal::KILL);
        self.end()
    }

    /// Ends it as its owner does.
    pub(crate) fn term(self) -> Ran {
        self.signal(Signal::TERM);
        self.end()
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        let status = self.ended();
        for ear in self.ears.drain(..) {
            ear.join().unwrap();
        }
        Ran { code: status.code(), out: self.out.text(), err: self.talk() }
    }

    fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            let is_over = begun.elapsed() > LONG;
            assert!(!is_over, "it does not end; it said:\n{}", self.talk());
            thread::sleep(Duration::from_micros(500));
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // It has ended, unless a test fails.
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.signal(Signal::KILL);
            self.child.wait().ok();
        }
    }
}

/// Returns the lines of `talk` that tell of a loss.
pub(crate) fn gaps(talk: &str) -> Vec<String> {
    let told = talk.lines().filter(|line| line.contains("gap source="));
    told.map(str::to_owned).collect()
}

/// Returns how many files it holds open.
pub(crate) fn files(follower: &Follower) -> usize {
    fs::read_dir(format!("/proc/{}/fd", follower.id())).unwrap().count()
}

/// Returns a number that the system keeps about it.
pub(crate) fn status(follower: &Follower, name: &str) -> u64 {
    let status = format!("/proc/{}/status", follower.id());
    let status = fs::read_to_string(status).unwrap();
    let row = status.lines().find_map(|row| row.strip_prefix(name));
    row.unwrap().trim().trim_end_matches(" kB").parse().unwrap()
}

/// The most memory that it ever held, in KiB.
pub(crate) const PEAK: &str = "VmHWM:";
