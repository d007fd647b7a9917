//! What is worth telling while a run goes on.

use crate::{scan::Defect, source, source::Name};

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
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It begins as an event and breaks.
    Defective(Defect),
    /// It is no audit event.
    Foreign,
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
