//! Walks every key and bracket of a line, at any depth, without recursion.

use super::backend::{Kernel, Scanner};
use super::block::{self, BLOCK, Carry, Classify};
use super::defect::{Defect, DefectKind};
use super::members::{Colon, key_before};

/// What a tour tells of. All offsets are into the line.
pub trait Visitor {
    /// An object (`{`) or an array (`[`) begins at `at`.
    fn open(&mut self, line: &[u8], at: usize) -> Next;

    /// The object or array that was opened last ends with the byte at `at`.
    fn close(&mut self, line: &[u8], at: usize) -> Next;

    /// A member of the open object: `key` is what stands between its quotes,
    /// escapes and all; its value is behind `colon`.
    fn key(&mut self, line: &[u8], key: &[u8], colon: usize) -> Next;

    /// A comma, of an object or of an array. Only told to those who
    /// [want](Visitor::wants_commas) it.
    fn comma(&mut self, line: &[u8], at: usize) -> Next;

    /// Returns whether commas are told of.
    fn wants_commas(&self) -> bool;
}

/// How a tour goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// With the next key or bracket.
    On,
    /// With the first key or bracket from this offset on, which lies behind
    /// a whole value.
    Jump(usize),
    /// Not at all.
    Stop,
    /// Not at all: this is wrong with the line.
    Break(Defect),
}

/// Takes `visitor` along the line from the bracket at `start`, until it says
/// stop.
///
/// # Errors
///
/// [`DefectKind::Cut`] if the line ends before that, [`DefectKind::Key`] at
/// a colon without a key, and what the visitor breaks off with.
pub fn tour(
    scanner: Scanner,
    line: &[u8],
    start: usize,
    visitor: &mut impl Visitor,
) -> Result<(), Defect> {
    scanner.run(Tour { line, start, visitor })
}

struct Tour<'a, V> {
    line: &'a [u8],
    start: usize,
    visitor: &'a mut V,
}

impl<V: Visitor> Kernel for Tour<'_, V> {
    type Output = Result<(), Defect>;

    #[inline(always)]
    fn run<C: Classify>(self, classifier: C) -> Result<(), Defect> {
        let Tour { line, start, visitor } = self;
        let mut at = start;
        let mut carry = Carry::default();
        let commas = visitor.wants_commas();
        while at < line.len() {
            let last;
            let rest = &line[at..];
            let bytes = match rest.first_chunk() {
                Some(bytes) => bytes,
                None => {
                    last = block::last_block(rest);
                    &last
                }
            };
            let block = block::structure(classifier, bytes, &mut carry);
            let commas = if commas { block.outside(b',', bytes) } else { 0 };
            let mut bits = block.open | block.close | block.colon | commas;
            let mut next = at + BLOCK;
            while bits != 0 {
                let bit = bits & bits.wrapping_neg();
                bits ^= bit;
                let here = at + bit.trailing_zeros() as usize;
                let then = if block.colon & bit != 0 {
                    let colon = Colon {
                        quotes: block.quote,
                        backslashes: block.backslash,
                        start: at,
                        bit,
                    };
                    let key = match colon.plain_key(line) {
                        Some(key) => key,
                        None => key_before(line, start, here)?,
                    };
                    visitor.key(line, key, here)
                } else if block.open & bit != 0 {
                    visitor.open(line, here)
                } else if block.close & bit != 0 {
                    visitor.close(line, here)
                } else {
                    visitor.comma(line, here)
                };
                match then {
                    Next::On => {}
                    Next::Stop => return Ok(()),
                    Next::Break(defect) => return Err(defect),
                    Next::Jump(to) => {
                        carry = Carry::default();
                        next = to;
                        break;
                    }
                }
            }
            at = next;
        }
        Err(Defect::new(line.len(), DefectKind::Cut))
    }
}
