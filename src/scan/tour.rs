//! Walks the keys and brackets of a line at any depth, without recursion,
//! passing over what its visitor need not see.

use std::ops::Range;

use super::backend::{Kernel, Scanner};
use super::block::{self, BLOCK, Carry, Classify, Structure};
use super::defect::{Defect, DefectKind};
use super::depth;
use super::key::{escaped_keys, is_set_off, key_range};
use super::wanted::Wanted;

/// What a tour tells of. All offsets are into the line; the outermost bracket
/// has depth 1.
///
/// Keys and brackets are told of 64 bytes at a time: those that come with
/// something the visitor needs to see, or none.
pub trait Visitor {
    /// An object or an array begins at `at`; inside of it the depth is
    /// `depth`.
    fn open(&mut self, line: &[u8], at: usize, depth: u32) -> Next;

    /// What was opened to this depth ends with the byte at `at`.
    fn close(&mut self, at: usize, depth: u32) -> Next;

    /// A member of an object at this depth: `key` is where its key stands
    /// between quotes, escapes and all; its value is behind `colon`.
    fn key(
        &mut self,
        line: &[u8],
        key: Range<usize>,
        colon: usize,
        depth: u32,
    ) -> Next;

    /// A comma, of an object or of an array. Only told to those who
    /// [want](Visitor::wants_all) all.
    fn comma(&mut self, line: &[u8], at: usize) -> Next;

    /// Returns whether every comma and every key is told of.
    fn wants_all(&self) -> bool;

    /// Returns the keys that must be told of.
    fn wanted(&self) -> &Wanted;

    /// Returns the depth down to which nothing needs to be told of, wanted
    /// keys aside: what comes to this depth or below it is told.
    fn floor(&self) -> u32;
}

/// How a tour goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// With what comes next.
    On,
    /// From this offset on, behind the whole value that was told of.
    Jump(usize),
    /// From this offset on, inside of what was opened.
    Enter(usize),
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
        let mut guide = Guide::new(start);
        loop {
            let last;
            let rest = &line[guide.at..];
            let bytes = match rest.first_chunk() {
                Some(bytes) => bytes,
                None if rest.is_empty() => {
                    return Err(Defect::new(line.len(), DefectKind::Cut));
                }
                None => {
                    last = block::last_block(rest);
                    &last
                }
            };
            let read = block::structure(classifier, bytes, &mut guide.carry);
            let mut next = (guide.at + BLOCK).min(line.len());
            let colons = guide.colons(&read, visitor);
            if guide.must_tell(classifier, &colons, &read, visitor) {
                let commas = match visitor.wants_all() {
                    true => read.outside(b',', bytes),
                    false => 0,
                };
                match guide.tell(line, &read, &colons, commas, visitor) {
                    Next::On => {}
                    Next::Stop => return Ok(()),
                    Next::Break(defect) => return Err(defect),
                    Next::Jump(to) | Next::Enter(to) => {
                        guide.forget();
                        next = to;
                    }
                }
            } else {
                guide.depth = guide.depth + read.open.count_ones()
                    - read.close.count_ones();
            }
            guide.at = next;
        }
    }
}

/// Where a tour is.
struct Guide {
    start: usize,
    at: usize,
    carry: Carry,
    depth: u32,
    /// The quotes of the block before.
    quotes_before: u64,
    /// One if a backslash came after the last colon, else zero.
    escape_pending: u64,
}

impl Guide {
    #[inline(always)]
    fn new(start: usize) -> Guide {
        Guide {
            start,
            at: start,
            carry: Carry::default(),
            depth: 0,
            quotes_before: 0,
            escape_pending: 0,
        }
    }

    /// Forgets the block before, after a jump: no key reaches back there.
    #[inline(always)]
    fn forget(&mut self) {
        self.carry = Carry::default();
        self.quotes_before = 0;
        self.escape_pending = 0;
    }

    /// Returns the colons of keys that may be wanted.
    #[inline(always)]
    fn colons(&mut self, read: &Structure, visitor: &impl Visitor) -> Colons {
        let before = std::mem::replace(&mut self.quotes_before, read.quote);
        let keys = visitor.wanted().candidates(read.quote, before);
        // A colon without a quote in front has blanks there, at best.
        let mut unusual = read.colon & !(read.quote << 1 | before >> 63);
        if read.backslash | self.escape_pending != 0 {
            let (suspects, pending) = escaped_keys(
                read.colon,
                read.quote,
                read.backslash,
                self.escape_pending,
            );
            unusual |= suspects;
            self.escape_pending = pending;
        }
        if visitor.wants_all() {
            unusual = read.colon;
        }
        Colons { usual: read.colon & keys & !unusual, unusual }
    }

    /// Returns whether something in the block must be told.
    #[inline(always)]
    fn must_tell<C: Classify>(
        &self,
        classifier: C,
        colons: &Colons,
        read: &Structure,
        visitor: &impl Visitor,
    ) -> bool {
        let above = self.depth.saturating_sub(visitor.floor());
        colons.usual | colons.unusual | read.loose != 0
            || !depth::stays_above(classifier, above, read.open, read.close)
    }

    /// Tells of what is in the block, until the visitor turns elsewhere.
    #[inline(always)]
    fn tell(
        &mut self,
        line: &[u8],
        read: &Structure,
        colons: &Colons,
        commas: u64,
        visitor: &mut impl Visitor,
    ) -> Next {
        let keys = colons.usual | colons.unusual;
        let mut bits = read.open | read.close | keys | commas | read.loose;
        while bits != 0 {
            let bit = bits & bits.wrapping_neg();
            bits ^= bit;
            let here = self.at + bit.trailing_zeros() as usize;
            let next = if keys & bit != 0 {
                let usual = colons.usual & bit != 0;
                self.tell_key(line, here, usual, visitor)
            } else if read.open & bit != 0 {
                let next = visitor.open(line, here, self.depth + 1);
                let enters = matches!(next, Next::On | Next::Enter(_));
                self.depth += u32::from(enters);
                next
            } else if read.close & bit != 0 {
                self.depth = self.depth.saturating_sub(1);
                visitor.close(here, self.depth + 1)
            } else if read.loose & bit != 0 {
                Next::Break(Defect::new(here, DefectKind::Key))
            } else {
                visitor.comma(line, here)
            };
            if next != Next::On {
                return next;
            }
        }
        Next::On
    }

    /// Tells of the key in front of `colon`, if it is wanted.
    #[inline(always)]
    fn tell_key(
        &self,
        line: &[u8],
        colon: usize,
        usual: bool,
        visitor: &mut impl Visitor,
    ) -> Next {
        if usual {
            match visitor.wanted().at(line, colon) {
                None => return Next::On,
                Some((_, open)) if is_set_off(line, open) => {
                    let key = open + 1..colon - 1;
                    return visitor.key(line, key, colon, self.depth);
                }
                Some(_) => {}
            }
        }
        match key_range(line, self.start, colon) {
            Ok(key) => visitor.key(line, key, colon, self.depth),
            Err(defect) => Next::Break(defect),
        }
    }
}

/// The colons of a block that may follow a wanted key.
struct Colons {
    /// Those whose key is written as usual, and has a wanted length.
    usual: u64,
    /// Those whose key has to be read to know.
    unusual: u64,
}
