//! Walks the members of one object, stopping at wanted keys only.
//!
//! A key of `n` bytes is a colon with a quote right in front of it and another
//! one `n + 1` bytes before that. So the places where a wanted key can stand
//! fall out of a few shifts of the quote mask, 64 bytes at a time, and no
//! other key costs anything. What is left is checked one by one: does the
//! colon stand at the depth of the object's own members (the brackets in
//! front of it are counted), and is it the key.
//!
//! Backslashes are the exception: a key may be written with escapes and have
//! any length, so the colon that follows a backslash is always checked, by
//! reading its key backwards.
//!
//! A colon that follows no string is where a line that was cut and glued
//! gives itself away. Values are not looked at: what has to be read is
//! checked when it is read ([`value`](super::value)).

use std::borrow::Cow;

use super::backend::{Kernel, Scanner};
use super::block::{self, BLOCK, Carry, Classify, Structure};
use super::defect::{Defect, DefectKind};
use super::depth;
use super::key::{any_key, escaped_keys, is_set_off, key_before};
use super::text::Text;
use super::value::before_blanks;
use super::wanted::Wanted;

/// Says which members of an object are wanted, and takes them.
pub trait Finder {
    /// Whether [`Finder::strayed`] wants to be told.
    const LOOKS_DEEPER: bool = false;

    /// Returns the keys to stop at from here on.
    fn wanted(&self) -> &Wanted;

    /// Takes the member with the wanted key number `key`, whose value is
    /// behind the colon right in front of the offset `value`. Answers whether
    /// the walk can stop.
    fn found(&mut self, key: usize, value: usize) -> bool;

    /// Takes note that, deeper in the object, a colon at which a wanted key
    /// can stand follows what is no key of JSON.
    fn strayed(&mut self) {}
}

/// Finds every member.
#[derive(Debug, Default)]
pub struct EveryKey {
    /// The offset behind each colon, in order.
    pub values: Vec<usize>,
}

impl Finder for EveryKey {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        const { &Wanted::every() }
    }

    #[inline(always)]
    fn found(&mut self, _: usize, value: usize) -> bool {
        self.values.push(value);
        false
    }
}

/// Where a walk stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where its finder wanted it to.
    Stopped,
    /// Behind the closing bracket, at this offset.
    Closed(usize),
    /// Where the line cannot be understood. Nothing behind it is known.
    Broken(Defect),
}

/// A walk over the members of one object that can be left and gone on with.
///
/// * Keys are compared after unescaping.
/// * A repeated key is found each time it stands there.
#[derive(Clone, Debug)]
pub struct Members {
    /// Offset of the opening bracket.
    start: usize,
    /// Offset of the first byte not yet classified.
    next: usize,
    carry: Carry,
    /// How many brackets are open in front of the block.
    depth: u32,
    /// The quotes of the block before.
    quotes_before: u64,
    /// Whether a backslash came after the last colon: the next one has to be
    /// looked at whatever its key's length. One if so, else zero.
    escape_pending: u64,
    /// The block under way.
    block: Block,
}

/// A block, and what is left to look at in it.
#[derive(Clone, Debug, Default)]
struct Block {
    /// Its offset.
    at: usize,
    open: u64,
    close: u64,
    /// Colons whose key may be wanted.
    candidates: u64,
    /// Those among them whose key may hold escapes, or blanks behind it.
    unusual: u64,
    /// Where the walk ends: the closing bracket of the object, a colon that
    /// follows no string, or what should not follow one. One bit, or none.
    end: u64,
}

/// Walks over the object whose `{` is the byte at `start`, until `finder`
/// has had enough.
#[inline]
pub fn walk(
    scanner: Scanner,
    line: &[u8],
    start: usize,
    finder: &mut impl Finder,
) -> End {
    scanner.run(Walk { line, start, finder })
}

/// Returns the key in front of the value at `value`, as a [`Finder`] was
/// given it, of the object at `start`. It is unescaped, or as it stands where
/// that cannot be done.
pub fn key_of(line: &[u8], start: usize, value: usize) -> Cow<'_, [u8]> {
    let colon = value.saturating_sub(1);
    let raw = key_before(line, start, colon).unwrap_or_default();
    if !raw.contains(&b'\\') {
        return Cow::Borrowed(raw);
    }
    let mut key = Vec::new();
    match Text::new(raw).unescape(&mut key) {
        Ok(()) => Cow::Owned(key),
        Err(_) => Cow::Borrowed(raw),
    }
}

/// Returns the offset behind the bracket that closes the object or array
/// whose opening bracket is the byte at `start`.
///
/// # Errors
///
/// [`DefectKind::Cut`] if the line ends before.
#[inline]
pub(super) fn closing(
    scanner: Scanner,
    line: &[u8],
    start: usize,
) -> Result<usize, Defect> {
    match scanner.run(Close { line, start }) {
        End::Closed(end) => Ok(end),
        End::Broken(defect) => Err(defect),
        End::Stopped => Err(cut(line)),
    }
}

impl Members {
    /// Begins a walk over the object whose `{` is the byte at `start`, and
    /// goes on until `finder` has had enough.
    ///
    /// The walk begins at the offset `from`: at `start`, or behind a comma
    /// between two of the object's members.
    #[inline]
    pub fn begin(
        scanner: Scanner,
        line: &[u8],
        start: usize,
        from: usize,
        finder: &mut impl Finder,
    ) -> (Members, End) {
        scanner.run(Begin { line, start, from, finder })
    }

    /// Goes on from where the walk was stopped, on the same line.
    #[inline]
    pub fn resume(
        &mut self,
        scanner: Scanner,
        line: &[u8],
        finder: &mut impl Finder,
    ) -> End {
        scanner.run(Resume { members: self, line, finder })
    }
}

struct Walk<'a, F> {
    line: &'a [u8],
    start: usize,
    finder: &'a mut F,
}

impl<F: Finder> Kernel for Walk<'_, F> {
    type Output = End;

    #[inline(always)]
    fn run<C: Classify>(self, classifier: C) -> End {
        let mut members = Members::new(self.start);
        members.go_on(classifier, self.line, self.finder)
    }
}

struct Begin<'a, F> {
    line: &'a [u8],
    start: usize,
    from: usize,
    finder: &'a mut F,
}

impl<F: Finder> Kernel for Begin<'_, F> {
    type Output = (Members, End);

    #[inline(always)]
    fn run<C: Classify>(self, classifier: C) -> (Members, End) {
        let mut members = Members::new(self.start);
        members.next = self.from;
        members.depth = u32::from(self.from > self.start);
        let end = members.go_on(classifier, self.line, self.finder);
        (members, end)
    }
}

struct Resume<'a, F> {
    members: &'a mut Members,
    line: &'a [u8],
    finder: &'a mut F,
}

impl<F: Finder> Kernel for Resume<'_, F> {
    type Output = End;

    #[inline(always)]
    fn run<C: Classify>(self, classifier: C) -> End {
        // A copy of its own lives in registers while the walk runs.
        let mut members = self.members.clone();
        let end = members.go_on(classifier, self.line, self.finder);
        *self.members = members;
        end
    }
}

struct Close<'a> {
    line: &'a [u8],
    start: usize,
}

impl Kernel for Close<'_> {
    type Output = End;

    #[inline(always)]
    fn run<C: Classify>(self, classifier: C) -> End {
        let mut members = Members::new(self.start);
        members.go_on(classifier, self.line, &mut Nothing)
    }
}

/// Finds nothing.
struct Nothing;

impl Finder for Nothing {
    #[inline(always)]
    fn wanted(&self) -> &Wanted {
        const { &Wanted::nothing() }
    }

    #[inline(always)]
    fn found(&mut self, _: usize, _: usize) -> bool {
        false
    }
}

impl Members {
    #[inline(always)]
    fn new(start: usize) -> Members {
        Members {
            start,
            next: start,
            carry: Carry::default(),
            depth: 0,
            quotes_before: 0,
            escape_pending: 0,
            block: Block::default(),
        }
    }

    #[inline(always)]
    fn go_on<C: Classify, F: Finder>(
        &mut self,
        classifier: C,
        line: &[u8],
        finder: &mut F,
    ) -> End {
        loop {
            while self.block.candidates != 0 {
                match self.candidate(line, finder) {
                    Ok(false) => {}
                    Ok(true) => return End::Stopped,
                    Err(defect) => return End::Broken(defect),
                }
            }
            if self.block.end != 0 {
                return self.end();
            }
            if !self.seek(classifier, line, finder.wanted()) {
                return End::Broken(cut(line));
            }
        }
    }

    /// Goes on to the next block in which there is something to look at.
    /// Answers false at the end of the line.
    #[inline(always)]
    fn seek<C: Classify>(
        &mut self,
        classifier: C,
        line: &[u8],
        wanted: &Wanted,
    ) -> bool {
        let Block { open, close, .. } = self.block;
        self.depth = self.depth + open.count_ones() - close.count_ones();
        loop {
            let last;
            let rest = &line[self.next..];
            let bytes = match rest.first_chunk() {
                Some(bytes) => bytes,
                None if rest.is_empty() => return false,
                None => {
                    last = block::last_block(rest);
                    &last
                }
            };
            let read = block::structure(classifier, bytes, &mut self.carry);
            let block = self.block(classifier, line, wanted, &read);
            self.next = (self.next + BLOCK).min(line.len());
            if block.candidates | block.end != 0 {
                self.block = block;
                return true;
            }
            let Block { open, close, .. } = block;
            self.depth = self.depth + open.count_ones() - close.count_ones();
        }
    }

    /// Finds what there is to look at in the block at `next`.
    #[inline(always)]
    fn block<C: Classify>(
        &mut self,
        classifier: C,
        line: &[u8],
        wanted: &Wanted,
        read: &Structure,
    ) -> Block {
        let Structure { open, close, colon, quote, .. } = *read;
        let before = std::mem::replace(&mut self.quotes_before, quote);
        let closing = self.closing_bracket(classifier, open, close);
        let mut ends = closing | read.loose;
        let candidates = wanted.candidates(quote, before);
        // Colons with something between them and a string: blanks, at best.
        let mut unusual = colon & !(quote << 1 | before >> 63);
        if unusual != 0 {
            ends |= self.first_stray(line, unusual);
        }
        if read.backslash | self.escape_pending != 0 {
            let (suspects, pending) = escaped_keys(
                colon,
                quote,
                read.backslash,
                self.escape_pending,
            );
            unusual |= suspects;
            self.escape_pending = pending;
        }
        // All in front of the first end, or everything.
        let inside = (ends & ends.wrapping_neg()).wrapping_sub(1);
        let candidates = colon & (candidates | unusual) & inside;
        let end = ends & inside.wrapping_add(1);
        Block { at: self.next, open, close, candidates, unusual, end }
    }

    /// Returns how the walk ends in this block.
    #[cold]
    fn end(&self) -> End {
        let at = self.offset(self.block.end);
        match self.block.close & self.block.end {
            0 => End::Broken(Defect::new(at, DefectKind::Key)),
            _ => End::Closed(at + 1),
        }
    }

    /// Returns the bracket that closes the object, as a bit of the block.
    #[inline(always)]
    fn closing_bracket<C: Classify>(
        &self,
        classifier: C,
        open: u64,
        close: u64,
    ) -> u64 {
        if depth::stays_above(classifier, self.depth, open, close) {
            return 0;
        }
        depth::closing(self.depth, open, close)
    }

    /// Returns the first of these colons that not even follows a string if
    /// the blanks in front of it are passed over.
    #[cold]
    fn first_stray(&self, line: &[u8], mut colons: u64) -> u64 {
        while colons != 0 {
            let bit = colons & colons.wrapping_neg();
            let at = self.next + bit.trailing_zeros() as usize;
            let end = before_blanks(line, at).max(self.start);
            if !line[self.start..end].ends_with(b"\"") {
                return bit;
            }
            colons ^= bit;
        }
        0
    }

    /// Takes the next candidate; answers whether the walk can stop at it.
    #[inline(always)]
    fn candidate<F: Finder>(
        &mut self,
        line: &[u8],
        finder: &mut F,
    ) -> Result<bool, Defect> {
        let Block { open, close, candidates, unusual, .. } = self.block;
        let bit = candidates & candidates.wrapping_neg();
        self.block.candidates ^= bit;
        let below = bit - 1;
        let depth = self.depth + (open & below).count_ones();
        let colon = self.offset(bit);
        if depth != (close & below).count_ones() + 1 {
            if F::LOOKS_DEEPER && self.strays(line, colon, finder.wanted()) {
                finder.strayed();
            }
            return Ok(false);
        }
        let wanted = finder.wanted();
        let found = if unusual & bit != 0 || wanted.is_every() {
            any_key(line, self.start, colon, wanted)?
        } else {
            match wanted.at(line, colon) {
                Some((key, open)) if is_set_off(line, open) => Some(key),
                Some(_) => any_key(line, self.start, colon, wanted)?,
                None => None,
            }
        };
        Ok(found.is_some_and(|key| finder.found(key, colon + 1)))
    }

    /// Returns whether no key stands in front of a candidate.
    #[inline(always)]
    fn strays(&self, line: &[u8], colon: usize, wanted: &Wanted) -> bool {
        let bit = 1 << (colon - self.block.at);
        let is_plain = self.block.unusual & bit == 0
            && match wanted.at(line, colon) {
                Some((_, open)) => is_set_off(line, open),
                None => true,
            };
        !is_plain && key_before(line, self.start, colon).is_err()
    }

    /// Returns the offset in the line of a bit of the block.
    #[inline(always)]
    fn offset(&self, bit: u64) -> usize {
        self.block.at + bit.trailing_zeros() as usize
    }
}

/// The line ended inside of the object.
fn cut(line: &[u8]) -> Defect {
    Defect::new(line.len(), DefectKind::Cut)
}
