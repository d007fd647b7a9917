//! Files that expressions name: lists and audit policies. Whoever compiles
//! opens them.

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The items of a list: `list mine = from "FILE"`.
    List,
    /// An audit policy: the step `policy "FILE"`.
    Policy,
}

/// What was read of a file.
///
/// ```
/// use kaudit_filter::expr::Read;
/// let read = Read::from("prod\nstaging\n".to_owned());
/// assert!(read.remarks.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// What it holds.
    pub text: String,
    /// What should be said of it: a warning each, a sentence without a dot.
    pub remarks: Vec<String>,
}

impl From<String> for Read {
    fn from(text: String) -> Read {
        Read { text, remarks: Vec::new() }
    }
}
