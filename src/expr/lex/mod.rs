//! Turns text into tokens.
//!
//! One kind of token serves names, paths, keywords and bare values: a *word*.
//! What a word means depends on its side of a comparison, which is the
//! parser's business. So is the order of things; here only a character or a
//! quote can be wrong.

mod quote;

use crate::diag::{Diagnostic, escape};

use super::ast::Span;

/// A piece of the text.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// The text of the token, quotes included.
    pub(super) text: &'a str,
    pub(super) span: Span,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a path, a keyword or a bare value: `code`, `400..499`.
    Word,
    /// Text in quotes, unescaped, and whether the suffix `i` follows.
    Text(Box<str>, bool),
    /// A run of `=`, `!`, `<`, `>`, `~`: a comparison, or a slip for one.
    Compare,
    /// `!` alone.
    Bang,
    /// `&&`.
    AndAnd,
    /// `||`.
    OrOr,
    /// `|`.
    Pipe,
    /// `,`.
    Comma,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `[`.
    OpenSquare,
    /// `]`.
    CloseSquare,
    /// The end of a line at which a definition ends, or `;`.
    LineEnd,
    /// The end of the text.
    End,
}

/// Cuts `text` into tokens, an [`Kind::End`] last; what cannot be one is
/// reported to `found`.
pub(super) fn lex<'a>(
    text: &'a str,
    found: &mut Vec<Diagnostic>,
) -> Vec<Token<'a>> {
    let mut lexer = Lexer { text, at: 0, found };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token() {
        tokens.push(token);
    }
    let span = Span { start: text.len(), end: text.len() };
    tokens.push(Token { kind: Kind::End, text: "", span });
    join_lines(tokens)
}

struct Lexer<'a, 'f> {
    text: &'a str,
    at: usize,
    found: &'f mut Vec<Diagnostic>,
}

impl<'a> Lexer<'a, '_> {
    fn token(&mut self) -> Option<Token<'a>> {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let kind = match rest.bytes().next()? {
            b'\n' | b';' => Kind::LineEnd,
            b'(' => Kind::Open,
            b')' => Kind::Close,
            b'[' => Kind::OpenSquare,
            b']' => Kind::CloseSquare,
            b',' => Kind::Comma,
            b'|' if rest.starts_with("||") => Kind::OrOr,
            b'|' => Kind::Pipe,
            b'&' => return Some(self.ampersand()),
            b'"' | b'\'' => return Some(self.quoted()),
            b'=' | b'!' | b'<' | b'>' | b'~' => return Some(self.compare()),
            b'r' if rest[1..].starts_with('"') => return Some(self.quoted()),
            _ => return Some(self.word()),
        };
        let length = if kind == Kind::OrOr { 2 } else { 1 };
        Some(self.take(length, kind))
    }

    /// Makes the next `length` bytes a token.
    fn take(&mut self, length: usize, kind: Kind) -> Token<'a> {
        let span = Span { start: self.at, end: self.at + length };
        self.at = span.end;
        Token { kind, text: &self.text[span.start..span.end], span }
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let blank =
                rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
            let before = self.text[..self.at + blank].bytes().last();
            self.at += blank;
            let apart = before.is_none_or(|b| b" \t\r\n;".contains(&b));
            if !(apart && rest[blank..].starts_with('#')) {
                return;
            }
            let rest = &self.text[self.at..];
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    fn ampersand(&mut self) -> Token<'a> {
        if self.text[self.at..].starts_with("&&") {
            return self.take(2, Kind::AndAnd);
        }
        let token = self.take(1, Kind::AndAnd);
        let message = "`&` is no operator";
        self.found.push(
            Diagnostic::error(token.span, message).help("write `and` or `&&`"),
        );
        token
    }

    /// Takes a run of operator characters; `!` does not stick to another.
    fn compare(&mut self) -> Token<'a> {
        let rest = &self.text[self.at..];
        let run = rest.len() - rest.trim_start_matches(OPERATOR).len();
        let bang = rest.starts_with('!') && !rest[1..].starts_with(['=', '~']);
        match bang {
            true => self.take(1, Kind::Bang),
            false => self.take(run, Kind::Compare),
        }
    }

    fn word(&mut self) -> Token<'a> {
        let rest = &self.text[self.at..];
        let length = rest.find(ends_word).unwrap_or(rest.len());
        let token = self.take(length.max(1), Kind::Word);
        let odd = token.text.chars().find(|char| !in_word(*char));
        if let Some(odd) = odd {
            self.found.push(odd_character(odd, token.span));
        }
        token
    }
}

const OPERATOR: [char; 5] = ['=', '!', '<', '>', '~'];

fn ends_word(char: char) -> bool {
    char.is_ascii_whitespace()
        || OPERATOR.contains(&char)
        || "()[],;|&\"'".contains(char)
}

fn in_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || "_.:/@*?+-".contains(char)
}

fn odd_character(odd: char, span: Span) -> Diagnostic {
    let mut buffer = [0; 4];
    let shown = escape(odd.encode_utf8(&mut buffer).as_bytes()).into_owned();
    let message = format!("`{shown}` can stand inside quotes only");
    let help = match odd {
        '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => {
            "these are typographic quotes: write \" or '"
        }
        '$' | '%' | '`' => {
            "names and values never need it; was it meant for the shell?"
        }
        '{' | '}' => "a list of values stands in ( )",
        _ => "put the value into quotes: \"...\"",
    };
    Diagnostic::error(span, message).help(help)
}

/// Removes the line ends at which nothing ends: those inside brackets and
/// those before or after a word that needs more. A definition begins anew
/// even where a bracket was left open.
fn join_lines(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let mut joined: Vec<Token<'_>> = Vec::with_capacity(tokens.len());
    let mut open = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open | Kind::OpenSquare => open += 1,
            Kind::Close | Kind::CloseSquare => open = open.saturating_sub(1),
            _ => (),
        }
        let rest = &tokens[at + 1..];
        let real = token.kind == Kind::LineEnd && token.text == "\n";
        if real && begins_definition(rest) {
            open = 0;
        } else if real && (open > 0 || continues(joined.last(), rest)) {
            continue;
        }
        joined.push(token.clone());
    }
    joined
}

/// Returns whether the line goes on behind its end.
fn continues(last: Option<&Token<'_>>, rest: &[Token<'_>]) -> bool {
    let wants_more = last.is_some_and(|token| match token.kind {
        Kind::Compare | Kind::Bang | Kind::AndAnd | Kind::OrOr => true,
        Kind::Pipe | Kind::Comma => true,
        Kind::Word => matches!(token.text, "and" | "or" | "not"),
        _ => false,
    });
    let next = rest.iter().find(|t| t.kind != Kind::LineEnd);
    wants_more
        || next.is_some_and(|token| match token.kind {
            Kind::AndAnd | Kind::OrOr | Kind::Pipe => true,
            Kind::Word => matches!(token.text, "and" | "or"),
            _ => false,
        })
}

/// Returns whether a definition begins here: `let NAME`. In `list and ...`
/// the verb `list` has come to the start of a line.
fn begins_definition(rest: &[Token<'_>]) -> bool {
    let [first, second, ..] = rest else { return false };
    first.kind == Kind::Word
        && second.kind == Kind::Word
        && matches!(first.text, "let" | "list" | "rule")
        && !matches!(second.text, "and" | "or")
}

#[cfg(test)]
mod tests;
