//! Turns `,key=value,flag` into options that the kind of place has.

use std::ops::Range;

use super::{Kind, Wording};
use crate::diag::{Diagnostic, nearest};

/// The beginning of a format that may hold commas: it goes on to the end.
const TEMPLATE: &str = "template:";

/// Options as they were typed.
pub(super) struct Options<'t> {
    pub(super) text: &'t str,
    typed: Vec<Typed>,
}

/// One of them.
struct Typed {
    key: &'static str,
    /// Where the value is, if there is one.
    value: Option<Range<usize>>,
    span: Range<usize>,
}

/// Returns where the place ends that options follow.
pub(super) fn place(text: &str) -> usize {
    end(text, 0)
}

/// Returns where what begins at `from` ends: at a comma that no backslash
/// stands in front of.
fn end(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let is_end =
        |&at: &usize| bytes[at] == b',' && (at == 0 || bytes[at - 1] != b'\\');
    (from..text.len()).find(is_end).unwrap_or(text.len())
}

impl<'t> Options<'t> {
    /// Reads those behind `text[..place]`, which is of some kind.
    pub(super) fn read(
        text: &'t str,
        place: usize,
        kind: Kind,
    ) -> Result<Options<'t>, Diagnostic> {
        let mut options = Options { text, typed: Vec::new() };
        let mut at = place;
        while at < text.len() {
            at = options.one(at + 1, kind)?;
        }
        Ok(options)
    }

    /// Reads the one that begins at `from`; returns where it ends.
    fn one(&mut self, from: usize, kind: Kind) -> Result<usize, Diagnostic> {
        let mut end = end(self.text, from);
        let equals = self.text[from..end].find('=').map(|at| from + at);
        let name = from..equals.unwrap_or(end);
        let key = known(self.text, name.clone(), kind)?;
        let value = equals.map(|at| at + 1);
        if let Some(value) = value
            && key == "format"
            && self.text[value..].starts_with(TEMPLATE)
        {
            end = self.text.len();
        }
        if self.typed.iter().any(|typed| typed.key == key) {
            let message = format!("`{key}` is given twice");
            return Err(Diagnostic::error(name, message));
        }
        let value = value.map(|value| value..end);
        fits(key, value.as_ref(), from..end)?;
        self.typed.push(Typed { key, value, span: from..end });
        Ok(end)
    }

    /// Returns the value of an option, and where it stands.
    pub(super) fn value(&self, key: &str) -> Option<(&'t str, Range<usize>)> {
        let span = self.typed(key)?.value.clone()?;
        Some((&self.text[span.clone()], span))
    }

    /// Returns the value of an option as it was typed.
    pub(super) fn wording(&self, key: &str) -> Option<Wording> {
        let (text, span) = self.value(key)?;
        Some(Wording { text: text.to_owned(), span })
    }

    /// Returns whether an option without a value is given.
    pub(super) fn has(&self, key: &str) -> bool {
        self.typed(key).is_some()
    }

    /// Says that one of two options that go together is missing.
    pub(super) fn lonely(&self, key: &str, missing: &str) -> Diagnostic {
        let span = self.typed(key).map_or(0..0, |typed| typed.span.clone());
        let message = format!("`{key}` without `{missing}`");
        let help = format!("`{missing}=FILE` goes with it");
        Diagnostic::error(span, message).help(help)
    }

    fn typed(&self, key: &str) -> Option<&Typed> {
        self.typed.iter().find(|typed| typed.key == key)
    }
}

/// Checks that an option has a value if it needs one.
fn fits(
    key: &str,
    value: Option<&Range<usize>>,
    span: Range<usize>,
) -> Result<(), Diagnostic> {
    let has_value = value.is_some_and(|value| !value.is_empty());
    let (message, help) = match (key, value) {
        ("compress", None) => return Ok(()),
        ("compress", Some(_)) => (
            "`compress` has no value",
            "write it alone, or leave it out".into(),
        ),
        (_, _) if has_value => return Ok(()),
        (_, _) => ("the value is missing", format!("write `{key}=...`")),
    };
    Err(Diagnostic::error(span, message).help(help))
}

/// Returns the option that `text[span]` names.
fn known(
    text: &str,
    span: Range<usize>,
    kind: Kind,
) -> Result<&'static str, Diagnostic> {
    let name = &text[span.clone()];
    let options = kind.options();
    if let Some(key) = options.iter().find(|key| **key == name) {
        return Ok(key);
    }
    let message = match name {
        "" => "an option is missing here".into(),
        _ => format!("`{}` has no option `{name}`", kind.prefix()),
    };
    let error = Diagnostic::error(span, message);
    let meant = nearest(name, options.iter().copied());
    Err(match meant {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None if kind == Kind::File && !name.contains('-') => error
            .help(format!("it has {}", options.join(", ")))
            .help("a comma that belongs to the path is written `\\,`"),
        None => error.help(format!("it has {}", options.join(", "))),
    })
}
