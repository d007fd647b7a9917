//! Runs the program under test and makes events for it.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

/// Keeps what [`failed`] makes and skips what [`fine`] makes.
pub(crate) const FAILED: &str = "code>=400";

/// An event of a request that was answered with `code`, with its newline.
pub(crate) fn event(code: u16) -> String {
    format!(
        concat!(
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","#,
            r#""level":"Metadata","auditID":"a","stage":"ResponseComplete","#,
            r#""requestURI":"/","verb":"get","user":{{"username":"u"}},"#,
            r#""responseStatus":{{"metadata":{{}},"code":{}}}}}"#,
            "\n"
        ),
        code
    )
}

/// An event that [`FAILED`] keeps.
pub(crate) fn failed() -> String {
    event(403)
}

/// An event that [`FAILED`] does not keep.
pub(crate) fn fine() -> String {
    event(200)
}

/// Says what a test leaves out, past the harness, which would swallow it.
pub(crate) fn skip(missing: &str) {
    writeln!(io::stderr(), "skipped: {missing}").expect("stderr is open");
}

/// Returns whether another program can be run. With
/// `KAUDIT_FILTER_REQUIRE_ALL=1` it must be.
#[track_caller]
pub(crate) fn has(program: &str) -> bool {
    let version = Command::new(program).arg("--version").output();
    let required = wants("KAUDIT_FILTER_REQUIRE_ALL", "1");
    assert!(version.is_ok() || !required, "{program} is missing");
    version.is_ok()
}

/// Returns whether the environment sets `name` to `value`.
pub(crate) fn wants(name: &str, value: &str) -> bool {
    env::var_os(name).is_some_and(|set| set == value)
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Ran {
    /// Returns a number of the block that `--stats` prints.
    #[track_caller]
    pub(crate) fn number(&self, name: &str) -> u64 {
        let row = self.err.lines().find_map(|line| {
            line.strip_prefix("  ")?.strip_prefix(name)?.trim().parse().ok()
        });
        row.unwrap_or_else(|| panic!("no `{name}` in:\n{}", self.err))
    }

    #[track_caller]
    pub(crate) fn check(&self, code: i32, out: &str) {
        let found = self.out.escape_ascii().to_string();
        let expected = out.as_bytes().escape_ascii().to_string();
        assert_eq!(found, expected, "stderr:\n{}", self.err);
        assert_eq!(self.code, Some(code), "stderr:\n{}", self.err);
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let err = String::from_utf8(output.stderr).unwrap();
        Ran { code: output.status.code(), out: output.stdout, err }
    }
}

pub(crate) fn command<S: AsRef<OsStr>>(args: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaudit-filter"));
    command
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs with `input` on standard input.
pub(crate) fn run<S: AsRef<OsStr>>(
    args: &[S],
    input: impl AsRef<[u8]>,
) -> Ran {
    feed(command(args).spawn().unwrap(), input.as_ref())
}

/// Writes `input` to a running program and waits for its end.
pub(crate) fn feed(mut child: Child, input: &[u8]) -> Ran {
    let mut stdin = child.stdin.take().unwrap();
    thread::scope(|scope| {
        // The program may have enough before the end.
        scope.spawn(move || stdin.write_all(input).ok());
        child.wait_with_output().unwrap().into()
    })
}

/// A folder of files for one test, removed at its end. What a failed test
/// leaves can be looked at.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file and returns its path.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !thread::panicking() {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }
}
