//! Decides how the events of an input are wrapped, from its first bytes.

use crate::{
    frame::first_line,
    scan::Scanner,
    unwrap::{Choice, Cutter, Form},
};

/// First bytes that are looked at: enough for a few lines.
pub(super) const HEAD: usize = if cfg!(test) { 512 } else { 64 << 10 };

/// What is unwrapped.
#[derive(Clone, Debug)]
pub struct Wrapping {
    /// What the user wants.
    pub choice: Choice,
    /// What scans lines.
    pub scanner: Scanner,
}

impl Default for Wrapping {
    /// Whatever is found.
    fn default() -> Wrapping {
        Wrapping { choice: Choice::Auto, scanner: Scanner::best() }
    }
}

impl Wrapping {
    /// Returns how an input is wrapped that begins with `head`.
    pub(super) fn form(&self, head: &[u8]) -> Form {
        match &self.choice {
            Choice::Auto => Form::detect(self.scanner, head),
            Choice::None | Choice::At(_) => Form::Event,
            Choice::Form(form) => *form,
        }
    }

    /// Returns how a file is wrapped that grows. More of it may be there when
    /// this is asked again, so that only its first line counts.
    pub(super) fn form_of_growing(&self, head: &[u8]) -> Form {
        let length = first_line(head).unwrap_or(head.len());
        self.form(&head[..length])
    }

    /// Returns what finds the ends of records in an input of this form, none
    /// of which is longer than `most` bytes.
    pub(super) fn cutter(&self, form: Form, most: usize) -> Cutter {
        Cutter::new(self.scanner, form, most)
    }
}
