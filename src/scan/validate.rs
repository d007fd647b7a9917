//! Checks a whole line against JSON's grammar (RFC 8259), to its last byte.
//!
//! simd-json answers for nearly every line. Where it refuses, because of
//! nesting or of a number beyond its range as much as for a real defect, a
//! checker without recursion and without limits says what is wrong, and where.

use super::defect::{Defect, DefectKind};
use super::text::Text;
use super::value::{self, behind_blanks};

/// Checks lines, reusing its memory.
#[derive(Default)]
pub struct Validator {
    copy: Vec<u8>,
    buffers: simd_json::Buffers,
}

impl std::fmt::Debug for Validator {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Validator")
    }
}

impl Validator {
    /// Returns the first defect of the value that begins at `start`, which
    /// has to end with the line, blanks aside.
    pub fn check(&mut self, line: &[u8], start: usize) -> Option<Defect> {
        self.copy.clear();
        self.copy.extend_from_slice(line.get(start..)?);
        let tape =
            simd_json::to_tape_with_buffers(&mut self.copy, &mut self.buffers);
        match tape {
            Ok(_) => None,
            Err(_) => first_defect(line, start),
        }
    }
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// A value, or the end of an array that has just begun.
    ValueOrEnd,
    Key,
    /// A key, or the end of an object that has just begun.
    KeyOrEnd,
    CommaOrEnd,
}

/// Returns the first defect of the value that begins at `start`, which has to
/// end with the line, blanks aside.
///
/// Without recursion: the open brackets are kept in a list, one byte each.
pub fn first_defect(line: &[u8], start: usize) -> Option<Defect> {
    let mut open: Vec<u8> = Vec::new();
    let mut expect = Expect::Value;
    let mut at = start;
    loop {
        at = behind_blanks(line, at);
        let Some(byte) = line.get(at) else {
            return Some(Defect::new(at, DefectKind::Cut));
        };
        let step = match (expect, byte) {
            (Expect::ValueOrEnd, b']') | (Expect::KeyOrEnd, b'}') => {
                open.pop();
                Ok((at + 1, Expect::CommaOrEnd))
            }
            (Expect::CommaOrEnd, byte) => comma_or_end(*byte, at, &mut open),
            (Expect::Key | Expect::KeyOrEnd, _) => key(line, at),
            (Expect::Value | Expect::ValueOrEnd, b'{' | b'[') => {
                open.push(*byte);
                let inside = match byte {
                    b'{' => Expect::KeyOrEnd,
                    _ => Expect::ValueOrEnd,
                };
                Ok((at + 1, inside))
            }
            (Expect::Value | Expect::ValueOrEnd, _) => scalar(line, at),
        };
        (at, expect) = match step {
            Ok(step) => step,
            Err(defect) => return Some(defect),
        };
        if open.is_empty() {
            at = behind_blanks(line, at);
            let rest = at < line.len();
            return rest.then(|| Defect::new(at, DefectKind::Trailing));
        }
    }
}

type Walked = Result<(usize, Expect), Defect>;

fn comma_or_end(byte: u8, at: usize, open: &mut Vec<u8>) -> Walked {
    match (byte, open.last()) {
        (b',', Some(b'{')) => Ok((at + 1, Expect::Key)),
        (b',', _) => Ok((at + 1, Expect::Value)),
        (b'}', Some(b'{')) | (b']', Some(b'[')) => {
            open.pop();
            Ok((at + 1, Expect::CommaOrEnd))
        }
        _ => Err(Defect::new(at, DefectKind::Value)),
    }
}

/// Checks a key and its colon.
fn key(line: &[u8], at: usize) -> Walked {
    if line[at] != b'"' {
        return Err(Defect::new(at, DefectKind::Key));
    }
    let colon = behind_blanks(line, text(line, at)?);
    match line.get(colon) {
        Some(b':') => Ok((colon + 1, Expect::Value)),
        Some(_) => Err(Defect::new(colon, DefectKind::Key)),
        None => Err(Defect::new(colon, DefectKind::Cut)),
    }
}

/// Checks a string, a number or a literal.
fn scalar(line: &[u8], at: usize) -> Walked {
    if line[at] == b'"' {
        return Ok((text(line, at)?, Expect::CommaOrEnd));
    }
    let end = value::scalar_end(line, at);
    match value::is_scalar(&line[at..end]) {
        true => Ok((end, Expect::CommaOrEnd)),
        false => Err(Defect::new(at, DefectKind::Value)),
    }
}

/// Checks the string at `at`, and returns the offset behind it.
fn text(line: &[u8], at: usize) -> Result<usize, Defect> {
    let end = value::string_end(line, at)?;
    let text = Text::new(&line[at + 1..end - 1]);
    match text.check() {
        Ok(()) => Ok(end),
        Err(kind) => Err(Defect::new(at, kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(usize, DefectKind)>) {
        let defect = expected.map(|(at, kind)| Defect::new(at, kind));
        assert_eq!(first_defect(line.as_bytes(), 0), defect, "{line}");
        let fast = Validator::default().check(line.as_bytes(), 0);
        assert_eq!(fast, defect, "{line}");
    }

    #[test]
    fn sound_lines_have_no_defect() {
        for line in [
            "{}",
            " { } \r",
            r#"{"a":[1,-0,1.5e3,[],{}],"b":"\u00e9","":null}"#,
            r#"{"a":123456789012345678901234567890}"#,
            r#"{"a":1e999}"#,
        ] {
            check(line, None);
        }
        let deep =
            format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        check(&deep, None);
    }

    #[test]
    fn a_defect_is_where_the_grammar_stops() {
        use DefectKind::*;
        check("{", Some((1, Cut)));
        check(r#"{"a":1"#, Some((6, Cut)));
        check(r#"{"a":"b"#, Some((7, Cut)));
        check("{1:2}", Some((1, Key)));
        check(r#"{"a" 1}"#, Some((5, Key)));
        check(r#"{"a":01}"#, Some((5, Value)));
        check(r#"{"a":nul}"#, Some((5, Value)));
        check(r#"{"a":[1}"#, Some((7, Value)));
        check(r#"{"a":1,}"#, Some((7, Key)));
        check(r#"{"a":"\x"}"#, Some((5, Text)));
        check("{\"a\":\"\t\"}", Some((5, Text)));
        check("{}{}", Some((2, Trailing)));
    }
}
