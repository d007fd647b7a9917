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
        let laid_out = |form: Form| match Form::detect(self.scanner, head) {
            Form::Documents => Form::Documents,
            _ => form,
        };
        match &self.choice {
            Choice::Auto => Form::detect(self.scanner, head),
            Choice::None => Form::Event,
            Choice::At(_) => laid_out(Form::Event),
            Choice::Form(form) if form.is_object() => laid_out(*form),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_may_be_laid_out_over_lines() {
        let form = |choice: &str, head: &str| {
            let choice = Choice::parse(choice).unwrap();
            Wrapping { choice, ..Wrapping::default() }.form(head.as_bytes())
        };
        let pretty = "{\n  \"events\": [\n";
        for choice in ["cloudwatch", "list", "source", "at:events[*]"] {
            assert_eq!(form(choice, pretty), Form::Documents, "{choice}");
        }
        assert_eq!(form("cloudwatch", "{\"events\":[]}\n"), Form::Cloudwatch);
        assert_eq!(form("at:a", "{\"a\":{}}\n"), Form::Event);
        assert_eq!(form("cri", pretty), Form::Cri);
        assert_eq!(form("none", pretty), Form::Event);
    }
}
