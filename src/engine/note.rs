//! What is worth telling while a run goes on.

use std::{io, path::Path, time::Duration};

use super::{guise::Guise, state::State, summary::Summary};
use crate::{
    scan::Defect,
    sink,
    source::{self, Name, follow},
};

/// How many flaws of a kind are told one by one; the rest is a number.
pub(super) const TOLD: u64 = 5;

/// Something worth telling.
#[derive(Debug)]
pub enum Note<'a> {
    /// An input was passed over.
    NotOpened {
        /// Which one.
        input: &'a Name,
        /// Why.
        error: &'a source::Error,
    },
    /// An input broke off.
    Unreadable {
        /// Which one.
        input: &'a Name,
        /// Why.
        error: &'a source::Error,
    },
    /// NUL bytes behind a compressed input were passed over.
    Padded {
        /// Which one.
        input: &'a Name,
        /// How many.
        bytes: u64,
    },
    /// So much was judged, of lines in their order.
    Went {
        /// The number of the input.
        input: usize,
        /// How many bytes of it were read for that, compressed ones if they
        /// are.
        bytes: u64,
        /// How many lines were kept so far, of all inputs.
        kept: u64,
    },
    /// A line is not as it should be. Only the first few of a kind are told.
    Flawed {
        /// The input that the line is of.
        input: &'a Name,
        /// The line's number in that input, from 1.
        line: u64,
        /// Offset in that input of the flaw.
        offset: u64,
        /// What is wrong.
        flaw: Flaw,
    },
    /// A line ended the run, for it cannot be decided.
    Undecided {
        /// The input that the line is of.
        input: &'a Name,
        /// The line's number in that input, from 1.
        line: u64,
        /// Offset in that input of the defect, or of the line.
        offset: u64,
        /// What is wrong, where that is known.
        defect: Option<Defect>,
    },
    /// Something about a followed file.
    Followed {
        /// Its path, as it was given.
        path: &'a Path,
        /// What there is to tell.
        remark: &'a follow::Remark,
    },
    /// Something about a file that is written.
    Written {
        /// How the command line calls it.
        name: &'a str,
        /// What there is to tell.
        remark: &'a sink::Remark,
    },
    /// The reader of a sink has left; the run goes on for the others.
    Left {
        /// How the command line calls the sink.
        name: &'a str,
    },
    /// A sink has taken nothing for so long that the others go on without
    /// it; it catches up from the files.
    Behind {
        /// How the command line calls the sink.
        name: &'a str,
        /// How long it took nothing; none if it was so when the run began.
        stall: Option<Duration>,
    },
    /// A sink that was behind is where the others are.
    Level {
        /// How the command line calls the sink.
        name: &'a str,
    },
    /// A sink was behind when the last run ended, and is none of this run's.
    Forsaken {
        /// How the checkpoint calls the sink.
        name: &'a str,
    },
    /// A sink takes nothing for the time being; it is tried again.
    Refused {
        /// How the command line calls the sink.
        name: &'a str,
        /// Why.
        error: &'a io::Error,
    },
    /// What was to be opened is open, and following has begun.
    Ready,
    /// Nothing more is read; what was read is made final.
    Ending,
    /// How a run that follows stands, about once a second.
    State(&'a State),
    /// A user has asked how the run stands.
    Asked {
        /// How it stands.
        state: &'a State,
        /// What it came to so far; not known while a sink takes nothing.
        summary: Option<&'a Summary>,
    },
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It begins as an event and breaks.
    Defective(Defect),
    /// It is no audit event, and this is what it looks like.
    Foreign(Guise),
    /// It is longer than the cap.
    Oversize,
}

/// A flaw with its place in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// Lines of the batch before this one.
    pub line: u64,
    /// Offset in the input.
    pub offset: u64,
    pub flaw: Flaw,
}
