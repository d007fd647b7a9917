//! Exit codes, in one table, and what ends the program before it runs.

use std::{io, path::PathBuf, process::ExitCode};

use super::text::Text;
use crate::{checkpoint, expr::Finding, sink};

/// What the exit code says. The worst wins, and the worst is the last here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// The program ran.
    Ran = 0,
    /// With `-e`: nothing was kept.
    Nothing = 1,
    /// The command line or the expression is wrong.
    Usage = 2,
    /// The input holds no event, or a defect that was not allowed.
    Data = 65,
    /// An input could not be opened; the others were read.
    NoInput = 66,
    /// A read or a write failed.
    Io = 74,
    /// Another instance is at work.
    Locked = 75,
    /// A pipeline file or a checkpoint cannot be used.
    Config = 78,
}

impl Exit {
    /// Returns the worse of two.
    pub fn worst(self, other: Exit) -> Exit {
        self.max(other)
    }

    /// Returns the code of a run that a signal ended, as shells count it.
    pub fn signal(number: u8) -> ExitCode {
        ExitCode::from(128 + number)
    }
}

impl From<&checkpoint::Error> for Exit {
    fn from(error: &checkpoint::Error) -> Exit {
        match error {
            checkpoint::Error::Locked => Exit::Locked,
            checkpoint::Error::Open(_)
            | checkpoint::Error::Unusable(_)
            | checkpoint::Error::TooLong(_) => Exit::Config,
            checkpoint::Error::Io(_) | checkpoint::Error::Doubtful => Exit::Io,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why the program does not even begin.
#[derive(Debug)]
pub(super) enum Complaint {
    /// Help or the version is asked for, and printed instead.
    Asked(String),
    /// The command line is wrong; the sentence says how to put it right.
    Usage(String),
    /// The expression is wrong.
    Expression { text: Text, findings: Vec<Finding> },
    /// It draws warnings, which `-W error` does not let pass.
    Warned { text: Text, warnings: Vec<Finding> },
    /// A file of expressions cannot be read.
    Unreadable(PathBuf, io::Error),
    /// A file to write to cannot be opened.
    Unwritable(PathBuf, sink::Error),
    /// A sink that sends cannot be made ready.
    Unsent(String, io::Error),
    /// The checkpoint cannot be used.
    Checkpoint(PathBuf, checkpoint::Error),
    /// No checkpoint can be kept there.
    NoCheckpoint(PathBuf, io::Error),
    /// A value of the command line is wrong; what is, is drawn.
    Drawn(String),
    /// A pipeline file is wrong; what is, is drawn at its place.
    Pipeline { drawn: Vec<String> },
    /// A pipeline file cannot be read.
    NoPipeline(PathBuf, io::Error),
    /// What a pipeline file asks for cannot be.
    Config(String),
    /// The system lacks something.
    Start(io::Error),
}

impl Complaint {
    pub(super) fn usage(sentence: impl Into<String>) -> Complaint {
        Complaint::Usage(sentence.into())
    }

    pub(super) fn config(sentence: impl Into<String>) -> Complaint {
        Complaint::Config(sentence.into())
    }

    /// Returns the exit code.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Complaint::Asked(_) => Exit::Ran,
            Complaint::Usage(_)
            | Complaint::Expression { .. }
            | Complaint::Warned { .. }
            | Complaint::Unreadable(..)
            | Complaint::Drawn(_) => Exit::Usage,
            Complaint::Unwritable(_, sink::Error::Locked) => Exit::Locked,
            Complaint::Unwritable(
                _,
                sink::Error::Io(_) | sink::Error::Irregular,
            )
            | Complaint::Unsent(..)
            | Complaint::Start(_) => Exit::Io,
            Complaint::Checkpoint(_, error) => Exit::from(error),
            Complaint::NoCheckpoint(..)
            | Complaint::Pipeline { .. }
            | Complaint::NoPipeline(..)
            | Complaint::Config(_) => Exit::Config,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_wins() {
        assert_eq!(Exit::NoInput.worst(Exit::Data), Exit::NoInput);
        assert_eq!(Exit::Ran.worst(Exit::Nothing), Exit::Nothing);
        assert_eq!(Exit::Io.worst(Exit::NoInput), Exit::Io);
    }
}
