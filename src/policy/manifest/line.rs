//! Turns the words that a container is started with into flags, as pflag
//! does.

use super::kind::{self, Kind};
use crate::policy::Span;

/// A flag of the apiserver.
#[derive(Clone, Debug)]
pub(super) struct Flag {
    /// Without the two hyphens, and with `-` for each `_`.
    pub(super) name: String,
    /// What it is set to; that of a switch may be left out, and is `true`.
    pub(super) value: String,
    /// What is wrong with how it is written: it is not set then.
    pub(super) slip: Option<Slip>,
    pub(super) span: Span,
}

impl Flag {
    /// Returns whether its value is that of a variable, at least in part.
    pub(super) fn is_open(&self) -> bool {
        self.value.contains('$')
    }
}

/// How a value went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// There is none.
    Missing,
    /// It stands behind a switch as a word of its own, which no apiserver
    /// takes.
    Apart(String),
}

/// Returns the flags among words, those of a shell's one line too.
pub(super) fn flags(words: &[(String, Span)]) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    let mut rest = split(words);
    let mut next = rest.next();
    while let Some((word, span)) = next {
        next = rest.next();
        let Some(text) = word.strip_prefix("--").filter(|it| !it.is_empty())
        else {
            continue;
        };
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let name = name.replace('_', "-");
        let ahead = next.as_ref().map(|(word, _)| word.as_str());
        let kind = kind::kind(&name);
        let (value, slip) = match value {
            Some(value) => (value.to_owned(), None),
            None => behind(kind, ahead),
        };
        let is_taken = kind.is_some_and(|it| it != Kind::Switch);
        if is_taken && !text.contains('=') {
            next = rest.next();
        }
        flags.push(Flag { name, value, slip, span });
    }
    flags
}

/// Returns the value of a flag without a `=`, before the word `ahead`.
fn behind(kind: Option<Kind>, ahead: Option<&str>) -> (String, Option<Slip>) {
    let bare = ahead.filter(|word| !word.starts_with('-'));
    match (kind, bare, ahead) {
        (Some(Kind::Switch), Some(word), _) => {
            ("true".to_owned(), Some(Slip::Apart(word.to_owned())))
        }
        (Some(Kind::Switch), None, _) => ("true".to_owned(), None),
        (Some(_), _, Some(word)) => (word.to_owned(), None),
        (Some(_), _, None) => (String::new(), Some(Slip::Missing)),
        // Of a flag that we do not know nobody can say whether it takes the
        // next word.
        (None, bare, _) => (bare.unwrap_or_default().to_owned(), None),
    }
}

/// Returns the words among words: several of a line for a shell.
pub(super) fn split(
    words: &[(String, Span)],
) -> impl Iterator<Item = (String, Span)> {
    words.iter().flat_map(|(word, span)| parts(word, span))
}

/// Returns the words of a word: several if it is lines for a shell, which may
/// have comments.
fn parts(word: &str, span: &Span) -> Vec<(String, Span)> {
    if word.starts_with('-') || !word.contains(char::is_whitespace) {
        return vec![(word.to_owned(), span.clone())];
    }
    let lines = word.lines().flat_map(|line| {
        line.split_whitespace().take_while(|part| !part.starts_with('#'))
    });
    let parts = lines.filter(|part| *part != "\\");
    let bare = parts.map(|part| part.replace(['"', '\''], ""));
    bare.map(|part| (part, span.clone())).collect()
}
