//! Reads one value: what it is, where it ends, what it holds.

use super::backend::Scanner;
use super::defect::{Defect, DefectKind};
use super::text::Text;
use super::walk;

/// A JSON value in a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'l> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is spelled.
    Number(&'l str),
    /// A string.
    Text(Text<'l>),
    /// An array, whose `[` is the byte at this offset.
    Array(usize),
    /// An object, whose `{` is the byte at this offset.
    Object(usize),
}

impl Value<'_> {
    /// Returns whether nothing is in it: null, `""`, `[]` and `{}` of the
    /// given line.
    ///
    /// # Errors
    ///
    /// [`DefectKind::Cut`] if the line ends right behind an opening bracket.
    pub fn is_empty(self, line: &[u8]) -> Result<bool, DefectKind> {
        match self {
            Value::Null => Ok(true),
            Value::Bool(_) | Value::Number(_) => Ok(false),
            Value::Text(text) => Ok(text.raw().is_empty()),
            Value::Array(at) | Value::Object(at) => {
                match line.get(behind_blanks(line, at + 1)) {
                    Some(byte) => Ok(matches!(byte, b']' | b'}')),
                    None => Err(DefectKind::Cut),
                }
            }
        }
    }
}

/// Reads the value that begins at `at`, or behind blanks from there.
///
/// * Strings are not unescaped, arrays and objects not entered.
/// * A string, number or literal counts only if a comma or a closing bracket
///   follows: what a cut or glued line leaves over is no value.
///
/// # Errors
///
/// [`DefectKind::Value`], or [`DefectKind::Cut`] at the end of the line.
#[inline]
pub fn value_at(line: &[u8], at: usize) -> Result<Value<'_>, Defect> {
    let at = behind_blanks(line, at);
    match line.get(at) {
        Some(b'{') => Ok(Value::Object(at)),
        Some(b'[') => Ok(Value::Array(at)),
        Some(b'"') => {
            let end = string_end(line, at)?;
            ends_well(line, end)?;
            Ok(Value::Text(Text::new(&line[at + 1..end - 1])))
        }
        Some(_) => scalar(line, at),
        None => Err(Defect::new(at, DefectKind::Cut)),
    }
}

/// Returns the offset behind the value that begins at `at`.
///
/// # Errors
///
/// As [`value_at`], and [`DefectKind::Cut`] for an array or object that is
/// not closed. What follows the value is not looked at.
pub fn value_end(
    scanner: Scanner,
    line: &[u8],
    at: usize,
) -> Result<usize, Defect> {
    let at = behind_blanks(line, at);
    match line.get(at) {
        Some(b'{' | b'[') => walk::closing(scanner, line, at),
        Some(b'"') => string_end(line, at),
        Some(_) => match scalar_end(line, at) {
            // A bracket in it would go unseen.
            end if is_scalar(&line[at..end]) => Ok(end),
            _ => Err(Defect::new(at, DefectKind::Value)),
        },
        None => Err(Defect::new(at, DefectKind::Cut)),
    }
}

/// Walks the elements of one array.
#[derive(Clone, Debug)]
pub struct Elements {
    /// Offset of the last element given out, or of the `[`.
    at: usize,
    /// Whether `at` is still the bracket.
    fresh: bool,
}

impl Elements {
    /// Begins a walk over the array whose `[` is the byte at `start`.
    pub fn new(start: usize) -> Elements {
        Elements { at: start, fresh: true }
    }

    /// Returns where the next element begins, or nothing behind the last.
    ///
    /// # Errors
    ///
    /// A defect where the array cannot be followed; the walk is over then.
    pub fn next(
        &mut self,
        scanner: Scanner,
        line: &[u8],
    ) -> Result<Option<usize>, Defect> {
        let end = match self.fresh {
            true => self.at + 1,
            false => value_end(scanner, line, self.at)?,
        };
        let end = behind_blanks(line, end);
        self.at = match line.get(end) {
            Some(b']') => return Ok(None),
            Some(b',') if !self.fresh => behind_blanks(line, end + 1),
            Some(_) if self.fresh => end,
            other => return Err(no_separator(end, other)),
        };
        self.fresh = false;
        Ok(Some(self.at))
    }

    /// Returns how many elements the array at `start` has.
    ///
    /// # Errors
    ///
    /// As [`Elements::next`].
    pub fn count(
        scanner: Scanner,
        line: &[u8],
        start: usize,
    ) -> Result<usize, Defect> {
        let mut elements = Elements::new(start);
        let mut count = 0;
        while elements.next(scanner, line)?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// Returns where element number `n` of the array at `start` begins;
    /// `-1` is the last one.
    ///
    /// # Errors
    ///
    /// As [`Elements::next`].
    pub fn nth(
        scanner: Scanner,
        line: &[u8],
        start: usize,
        n: i64,
    ) -> Result<Option<usize>, Defect> {
        let mut elements = Elements::new(start);
        let mut starts = Vec::new();
        while let Some(at) = elements.next(scanner, line)? {
            starts.push(at);
            if usize::try_from(n).is_ok_and(|n| starts.len() > n) {
                break;
            }
        }
        let index = match usize::try_from(n) {
            Ok(index) => Some(index),
            Err(_) => usize::try_from(n.unsigned_abs())
                .ok()
                .and_then(|back| starts.len().checked_sub(back)),
        };
        Ok(index.and_then(|index| starts.get(index).copied()))
    }
}

/// Walks everything in an array that is no array itself: nested arrays are
/// flattened, however deep, without recursion.
#[derive(Clone, Debug)]
pub struct Leaves {
    /// Offset of the first byte not yet looked at, or of the last value
    /// given out.
    at: usize,
    /// How many arrays are open.
    depth: usize,
    /// Whether a value may come next; else a comma or a bracket has to.
    expects_value: bool,
    /// Whether `at` is the start of a value given out.
    given: bool,
}

impl Leaves {
    /// Begins a walk over the array whose `[` is the byte at `start`.
    pub fn new(start: usize) -> Leaves {
        Leaves { at: start, depth: 0, expects_value: true, given: false }
    }

    /// Returns where the next value begins, or nothing behind the last.
    ///
    /// # Errors
    ///
    /// A defect where the array cannot be followed; the walk is over then.
    pub fn next(
        &mut self,
        scanner: Scanner,
        line: &[u8],
    ) -> Result<Option<usize>, Defect> {
        if std::mem::take(&mut self.given) {
            self.at = value_end(scanner, line, self.at)?;
        }
        loop {
            self.at = behind_blanks(line, self.at);
            match line.get(self.at) {
                Some(b'[') if self.expects_value => self.depth += 1,
                Some(b']') => {
                    self.depth = self.depth.saturating_sub(1);
                    self.expects_value = false;
                    if self.depth == 0 {
                        return Ok(None);
                    }
                }
                Some(b',') if !self.expects_value => {
                    self.expects_value = true;
                }
                Some(_) if self.expects_value => {
                    self.expects_value = false;
                    self.given = true;
                    return Ok(Some(self.at));
                }
                other => return Err(no_separator(self.at, other)),
            }
            self.at += 1;
        }
    }
}

/// What stands at `at` instead of a comma or a bracket is a defect.
#[cold]
fn no_separator(at: usize, byte: Option<&u8>) -> Defect {
    match byte {
        Some(_) => Defect::new(at, DefectKind::Value),
        None => Defect::new(at, DefectKind::Cut),
    }
}

/// Returns the offset of the first byte from `at` on that is no blank.
#[inline]
pub fn behind_blanks(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Returns the offset behind the last byte in front of `at` that is no
/// blank. A form feed is one for other languages, not for JSON.
pub fn before_blanks(line: &[u8], mut at: usize) -> usize {
    while let Some(before) = at.checked_sub(1)
        && matches!(line.get(before), Some(b' ' | b'\t' | b'\r' | b'\n'))
    {
        at = before;
    }
    at
}

/// Returns the offset behind the closing quote of the string at `at`.
#[inline]
pub(super) fn string_end(line: &[u8], at: usize) -> Result<usize, Defect> {
    let mut from = at + 1;
    loop {
        let rest = line.get(from..).unwrap_or_default();
        match memchr::memchr2(b'"', b'\\', rest) {
            Some(n) if rest[n] == b'"' => return Ok(from + n + 1),
            Some(n) => from += n + 2,
            None => return Err(Defect::new(line.len(), DefectKind::Cut)),
        }
    }
}

/// Returns the offset behind the number or word at `at`.
#[inline]
pub(super) fn scalar_end(line: &[u8], at: usize) -> usize {
    let rest = &line[at..];
    let length = rest.iter().position(|byte| {
        matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')
    });
    at + length.unwrap_or(rest.len())
}

#[inline]
fn scalar(line: &[u8], at: usize) -> Result<Value<'_>, Defect> {
    let end = scalar_end(line, at);
    ends_well(line, end)?;
    let defect = Defect::new(at, DefectKind::Value);
    match &line[at..end] {
        b"null" => Ok(Value::Null),
        b"true" => Ok(Value::Bool(true)),
        b"false" => Ok(Value::Bool(false)),
        other if is_number(other) => {
            str::from_utf8(other).map(Value::Number).or(Err(defect))
        }
        _ => Err(defect),
    }
}

/// Checks that a value that ends at `end` is followed by a comma or a
/// closing bracket.
#[inline]
fn ends_well(line: &[u8], end: usize) -> Result<(), Defect> {
    let end = behind_blanks(line, end);
    match line.get(end) {
        Some(b',' | b'}' | b']') => Ok(()),
        Some(_) => Err(Defect::new(end, DefectKind::Value)),
        None => Err(Defect::new(end, DefectKind::Cut)),
    }
}

/// Returns whether this is a number or a literal.
pub(super) fn is_scalar(bytes: &[u8]) -> bool {
    matches!(bytes, b"null" | b"true" | b"false") || is_number(bytes)
}

/// Returns whether this is a number by JSON's grammar (RFC 8259, section 6).
fn is_number(bytes: &[u8]) -> bool {
    let rest = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let Some(rest) = (match rest {
        [b'0', rest @ ..] => Some(rest),
        _ => digits(rest),
    }) else {
        return false;
    };
    let rest = match rest {
        [b'.', fraction @ ..] => digits(fraction),
        _ => Some(rest),
    };
    match rest {
        Some([]) => true,
        Some([b'e' | b'E', b'+' | b'-', power @ ..])
        | Some([b'e' | b'E', power @ ..]) => digits(power) == Some(&[]),
        Some(_) | None => false,
    }
}

/// Returns what follows the digits, of which there must be at least one.
fn digits(bytes: &[u8]) -> Option<&[u8]> {
    let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count > 0 { bytes.get(count..) } else { None }
}
