//! Reads the key in front of a colon, whatever way it is written.

use std::{borrow::Cow, ops::Range};

use super::defect::{Defect, DefectKind};
use super::text::Text;
use super::value::before_blanks;
use super::wanted::Wanted;

/// Returns the key in front of the value at `value`, as a [`Finder`](super::Finder) was
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

/// Returns the colons of a block whose keys may hold escapes, given its
/// colons, quotes and backslashes.
///
/// `pending` is one if a backslash came after the last colon of the blocks
/// before, else zero; the second number returned is that for the next block.
#[inline(never)]
pub(super) fn escaped_keys(
    mut colons: u64,
    quotes: u64,
    backslashes: u64,
    pending: u64,
) -> (u64, u64) {
    let mut suspects = 0;
    // In front of the first colon, and behind each one, up to the next.
    let mut from = 0;
    let mut escaped = pending != 0;
    while colons != 0 {
        let colon = colons & colons.wrapping_neg();
        colons ^= colon;
        let between = (colon - 1) & !from;
        if escaped | (backslashes & between != 0) {
            suspects |= colon & !plain_key(colon, quotes, backslashes);
        }
        escaped = false;
        from = (colon - 1) | colon;
    }
    (suspects, u64::from(escaped | (backslashes & !from != 0)))
}

/// Returns the bit of `colon` if its key lies in the block and is free of
/// backslashes, else nothing.
#[inline(always)]
fn plain_key(colon: u64, quotes: u64, backslashes: u64) -> u64 {
    let quotes = quotes & (colon - 1);
    let close = top_bit(quotes);
    let open = top_bit(quotes ^ close);
    let key = (colon - 1) & open.wrapping_neg();
    if open != 0 && backslashes & key == 0 { colon } else { 0 }
}

/// Returns the highest bit that is set, alone; zero if none is.
#[inline(always)]
fn top_bit(bits: u64) -> u64 {
    if bits == 0 { 0 } else { 1 << (63 - bits.leading_zeros()) }
}

/// Returns whether a key that begins at `open` stands right behind a comma
/// or an opening brace.
#[inline(always)]
pub(super) fn is_set_off(line: &[u8], open: usize) -> bool {
    matches!(line.get(open.wrapping_sub(1)), Some(b',' | b'{'))
}

/// Returns which wanted key stands in front of the colon at this offset.
#[cold]
#[inline(never)]
pub(super) fn any_key(
    line: &[u8],
    start: usize,
    colon: usize,
    wanted: &Wanted,
) -> Result<Option<usize>, Defect> {
    let raw = key_before(line, start, colon)?;
    Ok(match memchr::memchr(b'\\', raw) {
        Some(_) => wanted.escaped(raw),
        None => wanted.plain(raw),
    })
}

/// Returns what is between the quotes of the key in front of `colon`, found
/// by going backwards, not beyond the bracket at `start`.
///
/// # Errors
///
/// [`DefectKind::Key`] if there is no string right in front of the colon, or
/// neither a comma nor the opening bracket in front of that.
pub(super) fn key_before(
    line: &[u8],
    start: usize,
    colon: usize,
) -> Result<&[u8], Defect> {
    Ok(&line[key_range(line, start, colon)?])
}

/// Returns where [`key_before`] finds the key.
pub(super) fn key_range(
    line: &[u8],
    start: usize,
    colon: usize,
) -> Result<Range<usize>, Defect> {
    let defect = Defect::new(colon, DefectKind::Key);
    let before = line.get(start..colon).ok_or(defect)?;
    let before = &before[..before_blanks(before, before.len())];
    let inside = before.strip_suffix(b"\"").ok_or(defect)?;
    let open = memchr::memrchr_iter(b'"', inside)
        .find(|quote| !is_escaped(&inside[..*quote]))
        .ok_or(defect)?;
    let ahead = inside[..before_blanks(inside, open)].last();
    if matches!(ahead, Some(b',' | b'{')) {
        return Ok(start + open + 1..start + inside.len());
    }
    Err(defect)
}

/// Returns whether a byte behind `ahead` is escaped: an odd run of
/// backslashes ends there.
fn is_escaped(ahead: &[u8]) -> bool {
    let run = ahead.iter().rev().take_while(|byte| **byte == b'\\');
    run.count() % 2 == 1
}
