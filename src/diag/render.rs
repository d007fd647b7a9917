//! Turns a [`Diagnostic`] into lines with carets, as rustc draws them.
//!
//! Only the lines a span touches are handed on, and nothing in them that a
//! terminal would obey: the text may come from a file that we do not know.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    Annotation, AnnotationKind, Level, Renderer, Snippet,
};

use super::escape::{is_unsafe, push};
use super::{Diagnostic, Excerpt, Severity};

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
    let own = Excerpt::new(origin, text, &found.span);
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let excerpts = [Some(&own), found.cause.as_deref()];
    let snippets = excerpts.into_iter().flatten().map(snippet);
    let help = found.help.iter().map(|text| Level::HELP.message(clean(text)));
    let group = level.primary_title(clean(&found.message)).elements(snippets);
    let mut drawn = renderer(color).render(&[group.elements(help)]);
    drawn.push('\n');
    drawn
}

fn snippet(excerpt: &Excerpt) -> Snippet<'_, Annotation<'_>> {
    Snippet::source(&excerpt.text)
        .path(clean(&excerpt.origin))
        .line_start(excerpt.first_line)
        .annotation(AnnotationKind::Primary.span(excerpt.span.clone()))
}

fn renderer(color: Color) -> Renderer {
    match color {
        Color::Never => Renderer::plain(),
        Color::Always => Renderer::styled(),
    }
    .decor_style(DecorStyle::Ascii)
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
    use std::ops::Range;

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

    #[test]
    fn a_cause_in_another_text_is_shown_below() {
        let rules = "rules:\n- level: All\n";
        let found = Diagnostic::error(0..10, "no policy: `All` is no level")
            .caused_by(Excerpt::new("a.yaml", rules, &(16..19)))
            .help("write one");
        let drawn = render(&found, "x", "policy \"a\"", Color::Never);
        let expected = "\
error: no policy: `All` is no level
 --> x:1:1
  |
1 | policy \"a\"
  | ^^^^^^^^^^
  |
 ::: a.yaml:2:10
  |
2 | - level: All
  |          ^^^
  |
  = help: write one
";
        assert_eq!(drawn, expected, "{drawn}");
    }
}
