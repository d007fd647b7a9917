//! The keys that a walk looks for.

use super::text::Text;

/// A set of keys, each known by its place in the list it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    keys: Vec<Key>,
    /// The lengths of the keys plus two, each once: how far the quotes have
    /// to be shifted to come to lie on the colon. Repeated to fill the room.
    shifts: [u32; MOST_SHIFTS],
    /// Whether the third and the fourth differ from the first two.
    is_long: bool,
    /// All ones if every colon is a candidate, since there are too many
    /// lengths or too long a key to shift by; else zero.
    all: u64,
    /// Zero if nothing is wanted, else all ones.
    some: u64,
    /// Whether every key is wanted, as number 0.
    every: bool,
}

/// One wanted key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    /// The key between its quotes.
    quoted: Box<[u8]>,
    /// The last eight bytes of that, the first of them lowest,
    tail: u64,
    /// and which of their bits count, if it is shorter.
    mask: u64,
}

/// More distinct lengths than these are not told apart by shifts.
const MOST_SHIFTS: usize = 4;

impl Wanted {
    /// Returns the set of all keys; each is found as number 0.
    pub const fn every() -> Wanted {
        Wanted {
            keys: Vec::new(),
            shifts: [2; MOST_SHIFTS],
            is_long: false,
            all: u64::MAX,
            some: u64::MAX,
            every: true,
        }
    }

    /// Returns the empty set.
    pub const fn nothing() -> Wanted {
        Wanted {
            keys: Vec::new(),
            shifts: [2; MOST_SHIFTS],
            is_long: false,
            all: 0,
            some: 0,
            every: false,
        }
    }

    /// Returns the set of these keys, given as they are after unescaping.
    pub fn new<K: AsRef<[u8]>>(keys: impl IntoIterator<Item = K>) -> Wanted {
        let keys: Vec<Key> =
            keys.into_iter().map(|key| Key::new(key.as_ref())).collect();
        let mut lengths: Vec<u32> =
            keys.iter().map(|key| key.quoted.len().min(64) as u32).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let last = lengths.last().copied().unwrap_or_default();
        if keys.is_empty() {
            return Wanted::nothing();
        }
        let any = lengths.len() > MOST_SHIFTS || last >= u64::BITS;
        if any {
            let (some, all) = (u64::MAX, u64::MAX);
            return Wanted { keys, some, all, ..Wanted::nothing() };
        }
        let is_long = lengths.len() > 2;
        lengths.resize(MOST_SHIFTS, last);
        let shifts = [lengths[0], lengths[1], lengths[2], lengths[3]];
        Wanted { keys, shifts, is_long, some: u64::MAX, ..Wanted::nothing() }
    }

    /// Returns the bits of a block at which the colon of a wanted key can
    /// stand, given its quotes and those of the block before it.
    #[inline(always)]
    pub(super) fn candidates(&self, quotes: u64, before: u64) -> u64 {
        // Without branches for what is most usual: one or two lengths.
        let [first, second, third, fourth] = self.shifts;
        let mut bits = shifted(quotes, before, first)
            | shifted(quotes, before, second)
            | self.all;
        if self.is_long {
            bits |= shifted(quotes, before, third);
            bits |= shifted(quotes, before, fourth);
        }
        bits & self.some
    }

    /// Returns which key, in its plain spelling, stands right in front of
    /// `colon`, and the offset of its opening quote.
    #[inline(always)]
    pub(super) fn at(
        &self,
        line: &[u8],
        colon: usize,
    ) -> Option<(usize, usize)> {
        let ahead = line.get(..colon)?;
        let tail = match ahead.last_chunk() {
            Some(tail) => u64::from_le_bytes(*tail),
            // Too near to the beginning of the line to tell by a tail.
            None => return self.at_beginning(ahead),
        };
        for (n, key) in self.keys.iter().enumerate() {
            if tail & key.mask == key.tail
                && (key.quoted.len() <= 8 || ahead.ends_with(&key.quoted))
            {
                return Some((n, colon - key.quoted.len()));
            }
        }
        None
    }

    /// Returns what [`Wanted::at`] does, for a key at the end of `ahead`.
    #[cold]
    fn at_beginning(&self, ahead: &[u8]) -> Option<(usize, usize)> {
        let is_key = |key: &Key| ahead.ends_with(&key.quoted);
        let key = self.keys.iter().position(is_key)?;
        Some((key, ahead.len() - self.keys[key].quoted.len()))
    }

    /// Returns whether every key is wanted.
    #[inline(always)]
    pub(super) fn is_every(&self) -> bool {
        self.every
    }

    /// Returns which key `raw` is: the bytes between the quotes of a key
    /// that holds no backslash.
    pub(super) fn plain(&self, raw: &[u8]) -> Option<usize> {
        if self.every {
            return Some(0);
        }
        self.keys.iter().position(|key| key.is(raw))
    }

    /// Returns which key `raw` is, once its escapes are read.
    #[cold]
    pub(super) fn escaped(&self, raw: &[u8]) -> Option<usize> {
        let mut key = Vec::new();
        match Text::new(raw).unescape(&mut key) {
            Ok(()) => self.plain(&key),
            Err(_) => self.plain(raw),
        }
    }
}

impl Key {
    fn new(key: &[u8]) -> Key {
        let quoted = [b"\"", key, b"\""].concat();
        let (mut tail, mut mask) = (0, 0);
        for byte in quoted.iter().rev().take(8).rev() {
            tail = tail >> 8 | u64::from(*byte) << 56;
            mask = mask >> 8 | 0xff << 56;
        }
        Key { quoted: quoted.into(), tail, mask }
    }

    /// Returns whether this is the key between its quotes.
    fn is(&self, key: &[u8]) -> bool {
        self.quoted[1..self.quoted.len() - 1] == *key
    }
}

/// Moves quotes up by `shift`, with those of the block before moving in.
#[inline(always)]
fn shifted(quotes: u64, before: u64, shift: u32) -> u64 {
    quotes << shift | before >> (u64::BITS - shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_their_place_in_the_list() {
        let long = "x".repeat(80);
        let wanted = Wanted::new(["code", "verb", &long, ""]);
        assert_eq!(wanted.plain(b"code"), Some(0));
        assert_eq!(wanted.plain(b"verb"), Some(1));
        assert_eq!(wanted.plain(long.as_bytes()), Some(2));
        assert_eq!(wanted.plain(b""), Some(3));
        assert_eq!(wanted.plain(b"cod"), None);
        assert_eq!(wanted.plain(b"vers"), None);
        assert_eq!(wanted.escaped(br"c\u006fde"), Some(0));
    }
}
