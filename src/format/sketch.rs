//! Turns kept lines into short texts, one for each side of an event: what
//! reports count.

use super::cells::{Cells, Health};
use super::fact::Fact;
use super::short::{self, Line};
use super::{facts, text};
use crate::diag::Diagnostic;
use crate::expr::Selection;
use crate::scan::Scanner;

/// One side of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The time of the stage.
    Time,
    /// The code; a 403 that the authorizer had allowed says so.
    Code,
    /// Who: both, where one impersonates the other.
    Actor,
    /// The last address, the only one that a client cannot choose.
    Peer,
    /// The resource with its subresource, or the path.
    Resource,
    /// The verb.
    Verb,
}

/// Reads events, reusing its memory.
///
/// ```
/// use kaudit_filter::format::{Side, Sketch};
/// let mut sketch = Sketch::new().expect("these are fields");
/// let mut out = Vec::new();
/// sketch.read(br#"{"verb":"get","user":{"username":"a b"}}"#);
/// sketch.show(Side::Actor, &mut out);
/// assert_eq!(out, br#""a b""#);
/// ```
#[derive(Debug)]
pub struct Sketch {
    facts: Selection,
    scanner: Scanner,
    cells: Cells,
    health: Health,
}

/// How many bytes are shown of a value.
const MOST: usize = 256;

impl Sketch {
    /// Makes ready to read events.
    ///
    /// # Errors
    ///
    /// None that is known of: what is read are fields of the language.
    pub fn new() -> Result<Sketch, Diagnostic> {
        let (scanner, cells) = (Scanner::best(), Cells::default());
        Ok(Sketch { facts: facts()?, scanner, cells, health: Health::Foreign })
    }

    /// Reads one kept line, given without its newline.
    pub fn read(&mut self, line: &[u8]) {
        let Sketch { facts, scanner, cells, .. } = self;
        self.health = cells.fill(facts, *scanner, line, short::wants);
    }

    /// Returns the time of the stage, to the second, if it is one in UTC as
    /// the apiserver writes it.
    pub fn second(&self) -> Option<[u8; 19]> {
        let time = self.cells.first(Fact::Time as usize)?;
        let (second, rest) = time.split_first_chunk::<19>()?;
        let has_form =
            second.iter().zip(b"dddd-dd-ddTdd:dd:dd").all(|(byte, form)| {
                match form {
                    b'd' => byte.is_ascii_digit(),
                    _ => byte == form,
                }
            });
        let ends = rest.ends_with(b"Z") && matches!(rest[0], b'.' | b'Z');
        (has_form && ends).then_some(*second)
    }

    /// Appends one side of the event that was read last.
    pub fn show(&self, side: Side, out: &mut Vec<u8>) {
        let line = Line { cells: &self.cells, most: MOST };
        match side {
            Side::Time => line.word(Fact::Time, out),
            Side::Code => line.code(out),
            Side::Actor => line.actor(out),
            Side::Peer => line.word(Fact::Peer, out),
            Side::Resource => line.resource(out),
            Side::Verb => line.word(Fact::Verb, out),
        }
    }

    /// Appends all of it, as the format `short` has it.
    pub fn all(&self, out: &mut Vec<u8>) {
        short::write(&self.cells, self.health, MOST, out);
    }
}

/// Cuts text to so many characters, its last one three dots then.
///
/// ```
/// use kaudit_filter::format::within;
/// assert_eq!(within("äöü", 3), "äöü");
/// assert_eq!(within("äöüä", 3), "äö…");
/// ```
pub fn within(line: &str, width: usize) -> std::borrow::Cow<'_, str> {
    match line.char_indices().nth(width) {
        None => line.into(),
        Some(_) => {
            let kept: String =
                line.chars().take(width.saturating_sub(1)).collect();
            (kept + text::DOTS).into()
        }
    }
}
