//! Cuts out of a text the lines that something is about.

use std::ops::Range;

use super::escape::push;

/// How many lines of a long span are shown.
const LINES: usize = 12;

/// How many bytes of a long span are underlined.
const UNDERLINED: usize = 1000;

/// The lines that a span touches, safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// What the text is called.
    pub(super) origin: String,
    pub(super) text: String,
    pub(super) first_line: usize,
    pub(super) span: Range<usize>,
}

impl Excerpt {
    /// Returns the lines of `text` that `span` touches. `origin` is the name
    /// of the text.
    ///
    /// ```
    /// use kaudit_filter::diag::{Color, Diagnostic, Excerpt, render};
    /// let found = Diagnostic::error(0..1, "`b` is wrong")
    ///     .caused_by(Excerpt::new("b", "one\ntwo\n", &(4..7)));
    /// let drawn = render(&found, "a", "b", Color::Never);
    /// assert!(drawn.contains("::: b:2:1"));
    /// ```
    pub fn new(origin: &str, text: &str, span: &Range<usize>) -> Excerpt {
        let start = floor(text, span.start);
        let end = floor(text, span.end).max(start);
        let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let to = end_of_lines(text, from, end);
        let end = floor(text, end.min(to).min(start + UNDERLINED));
        let mut shown = Excerpt {
            origin: origin.to_owned(),
            text: String::new(),
            first_line: 1 + text[..from].matches('\n').count(),
            span: 0..0,
        };
        let lines = &text[from..to];
        shown.push(&lines[..start - from]);
        shown.span.start = shown.text.len();
        shown.push(&lines[start - from..end - from]);
        shown.span.end = shown.text.len();
        shown.push(&lines[end - from..]);
        shown
    }

    /// Appends what may be seen of `part`; a tab and a line end stay.
    fn push(&mut self, part: &str) {
        for char in part.chars() {
            match char {
                '\r' => (),
                '\n' | '\t' => self.text.push(char),
                _ => push(&mut self.text, char),
            }
        }
    }
}

/// Returns where the line ends that holds `end`, or the last line shown.
fn end_of_lines(text: &str, from: usize, end: usize) -> usize {
    let ends = text[from..].match_indices('\n').map(|(at, _)| from + at);
    let mut last = text.len();
    for (count, at) in ends.enumerate() {
        last = at;
        if at >= end || count + 1 == LINES {
            return at;
        }
        last = text.len().max(last);
    }
    last
}

/// Returns `at`, or the start of the character it is inside of.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}
