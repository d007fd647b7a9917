//! Runs a command of the user's, with a text on its standard input.

use std::{
    ffi::OsString,
    io::{self, Write},
    process::{Command, Stdio},
};

/// A command for the shell, such as `mail -s "failed requests" root`.
///
/// It is the user's own text: nothing of a log is ever put into it, nor into
/// its environment.
#[derive(Clone, Debug)]
pub struct Errand {
    command: OsString,
    environment: Vec<(String, String)>,
}

impl Errand {
    /// Makes one of a command.
    pub fn new(command: impl Into<OsString>) -> Errand {
        Errand { command: command.into(), environment: Vec::new() }
    }

    /// Has the command find `text` under this name in its environment.
    pub fn tell(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.environment.push((name.into(), text.into()));
    }

    /// Runs the command with `text` on its standard input, and waits for its
    /// end. What it prints is seen where our own messages are.
    ///
    /// ```
    /// use kaudit_filter::report::Errand;
    /// assert!(Errand::new("grep -q one").run("one\ntwo\n").is_ok());
    /// let error = Errand::new("exit 3").run("").unwrap_err();
    /// assert_eq!(error.to_string(), "the command failed: exit status: 3");
    /// ```
    ///
    /// # Errors
    ///
    /// When it cannot be run, or does not end with 0. Who ends with 0 has
    /// taken the text, be it to its end or not.
    pub fn run(&self, text: &str) -> io::Result<()> {
        let told = self.environment.iter().map(|(name, text)| (name, text));
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(&self.command)
            .envs(told)
            .stdin(Stdio::piped())
            .stdout(rustix::stdio::stderr().try_clone_to_owned()?)
            .spawn()?;
        let written = match child.stdin.take() {
            Some(mut stdin) => stdin.write_all(text.as_bytes()),
            None => Ok(()),
        };
        let status = child.wait()?;
        if !status.success() {
            let why = format!("the command failed: {status}");
            return Err(io::Error::other(why));
        }
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(error)
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
