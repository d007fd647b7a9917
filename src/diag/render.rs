//! Turns a [`Diagnostic`] into lines with carets, as rustc draws them.
//!
//! Only the lines a span touches are handed on, and nothing in them that a
//! terminal would obey: the text may come from a file that we do not know.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::escape::{is_unsafe, push};
use super::{Diagnostic, Severity};

/// How many lines of a long span are shown.
const LINES: usize = 12;

/// How many bytes of a long span are underlined.
const UNDERLINED: usize = 1000;

/// How many characters of a long message are shown.
const LETTERS: usize = 600;

/// Whether messages are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    Never,
    /// With the escape sequences of a terminal.
    Always,
}

/// Draws `found` under the lines of `text` it is about, with a newline at
/// the end. `origin` is the name of the text: a file, or `<expression>`.
///
/// ```
/// use kaudit_filter::diag::{Color, Diagnostic, render};
/// let found = Diagnostic::error(0..3, "unknown field `cod`")
///     .help("did you mean `code`?");
/// let drawn = render(&found, "<expression>", "cod >= 400", Color::Never);
/// assert_eq!(drawn, "\
/// error: unknown field `cod`
///  --> <expression>:1:1
///   |
/// 1 | cod >= 400
///   | ^^^
///   |
///   = help: did you mean `code`?
/// ");
/// ```
pub fn render(
    found: &Diagnostic,
    origin: &str,
    text: &str,
    color: Color,
) -> String {
    let shown = Shown::new(text, &found.span);
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let snippet = Snippet::source(shown.text)
        .path(clean(origin))
        .line_start(shown.first_line)
        .annotation(AnnotationKind::Primary.span(shown.span));
    let help = found.help.iter().map(|text| Level::HELP.message(clean(text)));
    let group = level.primary_title(clean(&found.message)).element(snippet);
    let mut drawn = renderer(color).render(&[group.elements(help)]);
    drawn.push('\n');
    drawn
}

fn renderer(color: Color) -> Renderer {
    match color {
        Color::Never => Renderer::plain(),
        Color::Always => Renderer::styled(),
    }
    .decor_style(DecorStyle::Ascii)
}

/// The lines that a span touches, safe to show.
struct Shown {
    text: String,
    first_line: usize,
    span: Range<usize>,
}

impl Shown {
    fn new(text: &str, span: &Range<usize>) -> Shown {
        let start = floor(text, span.start);
        let end = floor(text, span.end).max(start);
        let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let to = end_of_lines(text, from, end);
        let end = floor(text, end.min(to).min(start + UNDERLINED));
        let mut shown = Shown {
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

/// Makes a message safe to show, and bearable: names in it can be long.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, char) in text.chars().enumerate() {
        match char {
            _ if at == LETTERS => {
                out.push_str("...");
                break;
            }
            '\n' => out.push('\n'),
            _ if is_unsafe(char) => push(&mut out, char),
            _ => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, span: Range<usize>, expected: &str) {
        let found = Diagnostic::error(span, "here");
        let drawn = render(&found, "a.kaf", text, Color::Never);
        assert_eq!(drawn, expected, "{drawn}");
    }

    #[test]
    fn the_line_of_a_later_span_is_shown_with_its_number() {
        check(
            "one\ntwo\r\nthree\n",
            8 + 1..8 + 3,
            "\
error: here
 --> a.kaf:3:1
  |
3 | three
  | ^^
",
        );
    }

    #[test]
    fn the_end_of_the_text_can_be_pointed_at() {
        check(
            "code >=",
            7..7,
            "\
error: here
 --> a.kaf:1:8
  |
1 | code >=
  |        ^
",
        );
    }

    #[test]
    fn a_terminal_is_not_obeyed() {
        check(
            "\u{1b}[2J\u{202e} cod",
            8..11,
            "\
error: here
 --> a.kaf:1:19
  |
1 | \\u{1b}[2J\\u{202e} cod
  |                   ^^^
",
        );
    }
}
